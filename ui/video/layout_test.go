package video

import (
	"fmt"
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
)

// The picture's shape, its place in the view and its rotation, by every way of drawing.
func TestShapes(t *testing.T) {
	tests := []struct {
		name     string
		width    int
		height   int
		aspect   frame.Rational
		rotation int
		area     image.Rectangle // in a view of 320x240
	}{
		{name: "as large as the view", width: 160, height: 120, area: image.Rect(0, 0, 320, 240)},
		{name: "wide", width: 160, height: 60, area: image.Rect(0, 60, 320, 180)},
		{name: "tall", width: 80, height: 120, area: image.Rect(80, 0, 240, 240)},
		{name: "samples twice as wide", width: 80, height: 60, aspect: frame.Rational{Num: 2, Den: 1}, area: image.Rect(0, 60, 320, 180)},
		{name: "samples 12:11", width: 176, height: 144, aspect: frame.Rational{Num: 12, Den: 11}, area: image.Rect(0, 0, 320, 240)},
		{name: "turned by 90", width: 160, height: 120, rotation: 90, area: image.Rect(70, 0, 250, 240)},
		{name: "turned by 180", width: 160, height: 120, rotation: 180, area: image.Rect(0, 0, 320, 240)},
		{name: "turned by 270", width: 160, height: 120, rotation: 270, area: image.Rect(70, 0, 250, 240)},
	}
	for _, way := range []path{pathShader, pathBlit, pathCanvasImage} {
		for _, test := range tests {
			t.Run(fmt.Sprintf("%d %s", way, test.name), func(t *testing.T) {
				picture := source(t, frame.Video{
					Width: test.width, Height: test.height, Format: frame.YUV444P, Matrix: frame.MatrixBT709, Range: frame.RangeLimited,
					SampleAspect: test.aspect, Rotation: test.rotation,
				}, 0)
				v := viewBy(t, way, 320, 240)
				screen.paint(func() { v.SetFrame(picture) })
				require.Equal(t, way == pathShader, v.Renderer() == "shader")
				require.Equal(t, way != pathShader && !v.surface.usable(), v.image.Visible())
				got := screen.capture(320, 240)
				for _, bar := range bars(got.Rect, test.area) {
					for y := bar.Min.Y; y < bar.Max.Y; y++ {
						for x := bar.Min.X; x < bar.Max.X; x++ {
							require.Equal(t, [4]byte{0, 0, 0, 255}, [4]byte(got.Pix[got.PixOffset(x, y):]), "bar at %d, %d", x, y)
						}
					}
				}
				mean, largest := difference(t, upright(t, picture, test.area.Dx(), test.area.Dy()), crop(got, test.area))
				t.Logf("mean %.3f, largest %d", mean, largest)
				assert.Less(t, mean, 2.0)
			})
		}
	}
}

// viewBy is a view that is painted in one way, the window's whole content.
func viewBy(t *testing.T, way path, width, height float32) *View {
	t.Helper()
	o := Options{Renderer: Image, Convert: ffmpegConverter{t}}
	if way == pathShader {
		o.Renderer = Shader
	}
	v := New(o)
	screen.place(v, width, height)
	if way == pathCanvasImage {
		screen.paint(func() { v.surface.enabled = false })
	}
	return v
}

func crop(from *image.RGBA, area image.Rectangle) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	for y := range area.Dy() {
		at := from.PixOffset(area.Min.X, area.Min.Y+y)
		copy(out.Pix[y*out.Stride:(y+1)*out.Stride], from.Pix[at:at+out.Stride])
	}
	return out
}

// upright is FFmpeg's conversion of f, turned by FFmpeg.
func upright(t *testing.T, f *frame.Video, width, height int) *image.RGBA {
	t.Helper()
	filter := map[int]string{0: "null", 90: "transpose=clock", 180: "hflip,vflip", 270: "transpose=cclock"}[f.Rotation]
	w, h := width, height
	if f.Rotation == 90 || f.Rotation == 270 {
		w, h = h, w
	}
	stored := reference(t, f, w, h)
	raw := ffmpeg(t, stored.Pix, "-f", "rawvideo", "-pix_fmt", "rgba", "-video_size", fmt.Sprintf("%dx%d", w, h), "-i", "-",
		"-vf", filter, "-f", "rawvideo", "-pix_fmt", "rgba", "-")
	require.Len(t, raw, 4*width*height)
	return &image.RGBA{Pix: raw, Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}
}

// A view that is not at the window's corner draws where it is, and not over its neighbours.
func TestPlaceInWindow(t *testing.T) {
	for _, way := range []path{pathShader, pathBlit, pathCanvasImage} {
		t.Run(fmt.Sprint(way), func(t *testing.T) {
			v := viewBy(t, way, 128, 96)
			v.convert = luma{}
			space := layout.NewSpacer()
			screen.place(container.New(&insets{left: 30, top: 20, right: 50, bottom: 40}, v, space), 208, 156)
			f := grey(t, 180)
			screen.paint(func() { v.SetFrame(f) })
			got := screen.capture(208, 156)
			background := got.RGBAAt(0, 0)
			require.NotEqual(t, byte(180), background.R)
			for y := range 156 {
				for x := range 208 {
					if image.Pt(x, y).In(image.Rect(30, 20, 158, 116)) {
						require.Equal(t, byte(180), got.RGBAAt(x, y).R, "%d, %d", x, y)
					} else {
						require.Equal(t, background, got.RGBAAt(x, y), "%d, %d", x, y)
					}
				}
			}
			screen.paint(func() { v.Clear().Release() })
		})
	}
}

// insets lays its first object out within margins.
type insets struct{ left, top, right, bottom float32 }

func (i *insets) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(i.left, i.top))
	objects[0].Resize(size.SubtractWidthHeight(i.left+i.right, i.top+i.bottom))
}

func (i *insets) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSquareSize(1) }

// On a screen with two pixels to a unit the picture has all of them.
func TestDensePixels(t *testing.T) {
	t.Setenv("FYNE_SCALE", "2")
	var dense testScreen
	fyne.DoAndWait(func() { dense.open(fyne.CurrentApp(), "dense") })
	defer fyne.DoAndWait(func() { dense.window.Close() })
	for _, want := range []Renderer{Shader, Image} {
		t.Run(want.String(), func(t *testing.T) {
			picture := source(t, frame.Video{
				Width: 256, Height: 160, Format: frame.YUV444P, Matrix: frame.MatrixBT709, Range: frame.RangeLimited,
			}, 0)
			v := New(Options{Renderer: want, Convert: ffmpegConverter{t}})
			dense.place(v, 128, 96)
			dense.paint(func() { v.SetFrame(picture) })
			got := dense.capture(256, 192)
			mean, largest := difference(t, reference(t, picture, 256, 160), crop(got, image.Rect(0, 16, 256, 176)))
			t.Logf("mean %.3f, largest %d", mean, largest)
			assert.Less(t, mean, 0.5)
		})
	}
}
