package video

import (
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFit(t *testing.T) {
	tests := []struct {
		name                    string
		viewW, viewH, w, h      int
		left, top, right, below int
	}{
		{"the same shape", 1280, 720, 1920, 1080, 0, 0, 1280, 720},
		{"bars above and below", 1280, 720, 1920, 800, 0, 93, 1280, 626},
		{"bars at the sides", 1280, 720, 640, 480, 160, 0, 1120, 720},
		{"upright", 1280, 720, 1080, 1920, 437, 0, 842, 720},
		{"one sample", 10, 20, 1, 1, 0, 5, 10, 15},
		{"a line", 100, 100, 1000, 1, 0, 49, 100, 50},
		{"a shape within rounding of the view's", 1279, 719, 1280, 720, 0, 0, 1279, 719},
		{"no view", 0, 720, 640, 480, 0, 0, 0, 0},
		{"no picture", 1280, 720, 640, 0, 0, 0, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := image.Rect(test.left, test.top, test.right, test.below)
			assert.Equal(t, want, fit(test.viewW, test.viewH, test.w, test.h))
		})
	}
}

// Bars and hole cover the view, each pixel once.
func TestBars(t *testing.T) {
	view := image.Rect(3, 4, 23, 20)
	tests := []struct {
		name string
		hole image.Rectangle
	}{
		{"none", image.Rectangle{}},
		{"all", view},
		{"amid", image.Rect(5, 6, 11, 12)},
		{"at a side", image.Rect(3, 6, 11, 20)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			covered := map[image.Point]int{}
			for _, r := range append([]image.Rectangle{test.hole}, barsOf(view, test.hole)...) {
				for y := r.Min.Y; y < r.Max.Y; y++ {
					for x := r.Min.X; x < r.Max.X; x++ {
						covered[image.Pt(x, y)]++
					}
				}
			}
			assert.Len(t, covered, view.Dx()*view.Dy())
			for p, n := range covered {
				assert.Equal(t, 1, n, p)
				assert.True(t, p.In(view), p)
			}
		})
	}
}

func barsOf(view, hole image.Rectangle) []image.Rectangle {
	all := bars(view, hole)
	return all[:]
}

func TestRotate(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 3, 2))
	for i := range 6 {
		src.Pix[4*i] = byte('a' + i)
	}
	tests := []struct {
		rotation int
		w, h     int
		want     string
	}{
		{90, 2, 3, "daebfc"},
		{180, 3, 2, "fedcba"},
		{270, 2, 3, "cfbead"},
	}
	for _, test := range tests {
		dst := image.NewRGBA(image.Rect(0, 0, test.w, test.h))
		rotate(dst, src, test.rotation)
		got := ""
		for i := range 6 {
			got += string(rune(dst.Pix[4*i]))
		}
		assert.Equal(t, test.want, got, test.rotation)
	}
}
