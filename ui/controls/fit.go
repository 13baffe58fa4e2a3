package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Fit shows s in a text, cut short with an ellipsis where it is wider than width.
func Fit(t *canvas.Text, s string, width float32) { t.Text = Cut(s, width, t) }

// Cut returns s, cut short with an ellipsis where it is wider than width in the size and style of a text.
func Cut(s string, width float32, as *canvas.Text) string {
	fits := func(s string) bool { return fyne.MeasureText(s, as.TextSize, as.TextStyle).Width <= width }
	if fits(s) {
		return s
	}
	runes := []rune(s)
	low, high := 0, len(runes) // that many fit, that many do not
	for high-low > 1 {
		if n := (low + high) / 2; fits(string(runes[:n]) + "…") {
			low = n
		} else {
			high = n
		}
	}
	for low > 0 && runes[low-1] == ' ' {
		low--
	}
	return string(runes[:low]) + "…"
}
