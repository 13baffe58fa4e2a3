package controls_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"

	"latchkey/ui/controls"
	"latchkey/ui/theme"
)

// TestPageKeepsItsMargin lays a page out wide, narrow and too low, and asks for its least size in
// between, as Fyne does before each painting.
func TestPageKeepsItsMargin(t *testing.T) {
	test.NewTempApp(t)
	words := controls.NewParagraph(300, theme.SizeBody, theme.Foreground, fyne.TextAlignLeading)
	words.SetText("Some words that are wrapped to the width that there is, however wide or narrow the page is.")
	block := canvas.NewRectangle(theme.Accent)
	block.SetMinSize(fyne.NewSize(10, 100))
	page := controls.NewPage(300, 8, words, block)
	for _, tt := range []struct{ size, at, end fyne.Size }{
		{fyne.NewSize(500, 400), fyne.NewSize(100, 0), fyne.NewSize(300, 0)},
		{fyne.NewSize(200, 400), fyne.NewSize(16, 0), fyne.NewSize(168, 0)},
		{fyne.NewSize(200, 60), fyne.NewSize(16, 16), fyne.NewSize(168, 0)},
	} {
		page.Resize(tt.size)
		for _, o := range test.LaidOutObjects(page) {
			o.MinSize()
		}
		assert.InDelta(t, tt.at.Width, words.Position().X, 0.5)
		assert.InDelta(t, tt.end.Width, words.Size().Width, 0.5)
		if tt.at.Height > 0 {
			assert.InDelta(t, tt.at.Height, words.Position().Y, 0.5, "what is too high begins at the margin")
		}
		assert.InDelta(t, words.Position().Y+words.Size().Height+8, block.Position().Y, 0.5)
	}
}
