package subtitle_test

import (
	"image"
	"image/color"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/caption"
	"latchkey/ui/subtitle"
)

// shown draws cues in a window of 800 by 450 and returns its picture.
func shown(t *testing.T, bottom float32, vtt string) image.Image {
	t.Helper()
	test.NewTempApp(t)
	track, err := caption.Parse([]byte("WEBVTT\n\n" + vtt))
	require.NoError(t, err)
	layer := subtitle.New()
	w := test.NewTempWindow(t, layer)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(800, 450))
	layer.SetCues(track.Cues, bottom)
	return w.Canvas().Capture()
}

// lit is the rectangle that bright pixels are in.
func lit(picture image.Image) image.Rectangle {
	var r image.Rectangle
	for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y++ {
		for x := picture.Bounds().Min.X; x < picture.Bounds().Max.X; x++ {
			if c, _ := color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA); c.R > 0xE0 && c.G > 0xE0 && c.B > 0xE0 {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

func TestWhereCuesStand(t *testing.T) {
	const times = "00:01.000 --> 00:02.000"
	below := lit(shown(t, 0, times+"\nHello"))
	assert.InDelta(t, 400, float64(below.Min.X+below.Max.X)/2, 4, "in the middle")
	assert.Greater(t, below.Min.Y, 380)
	assert.Less(t, below.Max.Y, 430)
	raised := lit(shown(t, 104, times+"\nHello"))
	assert.Less(t, raised.Max.Y, 450-104+2, "above the controls")
	above := lit(shown(t, 0, times+" line:0%\nHello"))
	assert.Less(t, above.Max.Y, 70)
	left := lit(shown(t, 0, times+" align:start\nHello"))
	assert.Less(t, left.Max.X, 200)
	right := lit(shown(t, 0, times+" align:end\nHello"))
	assert.Greater(t, right.Min.X, 600)
	two := lit(shown(t, 0, times+"\nHello\nthere"))
	assert.Greater(t, two.Dy(), below.Dy()*3/2)
	long := lit(shown(t, 0, times+"\nA line that is by far too long for the window and that has to be broken between its words, more than once if need be, until all of it is seen"))
	assert.Less(t, long.Dx(), 760)
	assert.Greater(t, long.Dy(), below.Dy()*3/2)
	assert.Empty(t, lit(shown(t, 0, "")))
}

func TestTheSameCuesAreNotDrawnAgain(t *testing.T) {
	test.NewTempApp(t)
	layer := subtitle.New()
	layer.Resize(fyne.NewSize(800, 450))
	cue := caption.Cue{Start: 0, End: time.Second, Lines: [][]caption.Span{{{Text: "a"}}}}
	layer.SetCues([]caption.Cue{cue}, 0)
	allocated := testing.AllocsPerRun(100, func() { layer.SetCues([]caption.Cue{cue}, 0) })
	assert.Less(t, allocated, 8.0)
	assert.Equal(t, "a", layer.Text())
}
