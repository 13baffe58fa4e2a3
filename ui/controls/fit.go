package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Fit shows s in a text, cut short with an ellipsis where it is wider than width.
func Fit(t *canvas.Text, s string, width float32) {
	t.Text = s
	runes := []rune(s)
	fits := func(n int) bool {
		return fyne.MeasureText(string(runes[:n])+"…", t.TextSize, t.TextStyle).Width <= width
	}
	if fyne.MeasureText(s, t.TextSize, t.TextStyle).Width <= width {
		return
	}
	low, high := 0, len(runes) // that many fit, that many do not
	for high-low > 1 {
		if n := (low + high) / 2; fits(n) {
			low = n
		} else {
			high = n
		}
	}
	for low > 0 && runes[low-1] == ' ' {
		low--
	}
	t.Text = string(runes[:low]) + "…"
}
