package subtitle_test

import (
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
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

// TestCuesLargerThanTheScreen draws what a person can read of them: no line is wider than a texture
// can be, or has more characters than fit.
func TestCuesLargerThanTheScreen(t *testing.T) {
	line := func(spans ...caption.Span) [][]caption.Span { return [][]caption.Span{spans} }
	runs := make([]caption.Span, 5000)
	for i := range runs {
		runs[i] = caption.Span{Text: "a ", Bold: i%2 == 0}
	}
	for name, lines := range map[string][][]caption.Span{
		"10,000 lines":              slices.Repeat(line(caption.Span{Text: "one line of many"}), 10_000),
		"a word of 16,000 letters":  line(caption.Span{Text: strings.Repeat("W", 16_000)}),
		"characters without widths": line(caption.Span{Text: "a" + strings.Repeat("\u0301", 16_000)}),
		"5,000 styles":              line(runs...),
	} {
		t.Run(name, func(t *testing.T) {
			test.NewTempApp(t)
			layer := subtitle.New()
			w := test.NewTempWindow(t, layer)
			w.SetPadded(false)
			w.Resize(fyne.NewSize(800, 450))
			cues := make([]caption.Cue, 8)
			for i := range cues {
				cues[i] = caption.Cue{Start: time.Second, End: 2 * time.Second, Lines: lines}
			}
			layer.SetCues(cues, 0)
			drawn, heights := 0, map[float32]bool{}
			for _, o := range test.LaidOutObjects(layer) {
				text, is := o.(*canvas.Text)
				if !is {
					continue
				}
				drawn += utf8.RuneCountInString(text.Text)
				heights[text.Position().Y] = true
				assert.LessOrEqual(t, utf8.RuneCountInString(text.Text), 200)
				assert.LessOrEqual(t, text.Size().Width, float32(4096))
			}
			assert.NotZero(t, drawn)
			assert.LessOrEqual(t, drawn, 12*200)
			assert.LessOrEqual(t, len(heights), 12, "lines")
		})
	}
}
