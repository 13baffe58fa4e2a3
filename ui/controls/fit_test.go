package controls_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"

	"latchkey/ui/controls"
)

func TestFit(t *testing.T) {
	test.NewTempApp(t)
	const sentence = "Half a minute of green and violet light over a sleeping mountain range."
	text := &canvas.Text{TextSize: 13}
	whole := fyne.MeasureText(sentence, 13, fyne.TextStyle{}).Width
	for _, width := range []float32{whole, whole - 1, 200, 40, 0} {
		controls.Fit(text, sentence, width)
		if width >= whole {
			assert.Equal(t, sentence, text.Text)
			continue
		}
		kept, cut := strings.CutSuffix(text.Text, "…")
		assert.True(t, cut)
		assert.True(t, strings.HasPrefix(sentence, kept))
		assert.False(t, strings.HasSuffix(kept, " "))
		assert.True(t, kept == "" || text.MinSize().Width <= width+1, "%v of %v", text.MinSize().Width, width)
	}
	controls.Fit(text, sentence, whole)
	assert.Equal(t, sentence, text.Text, "it comes back when there is room again")
}
