package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	toastHeight = 40
	toastGlyph  = 20
	toastRoom   = toastGlyph + theme.Gap + 36 // beside the words
)

// Toast is a short message over the picture: the volume after a key, the time after a jump.
type Toast struct {
	widget.BaseWidget

	back  *canvas.Rectangle
	image *canvas.Image
	label *canvas.Text
	text  string // all of it; the label's is cut to the toast
}

// NewToast returns a hidden toast.
func NewToast() *Toast {
	t := &Toast{
		back:  canvas.NewRectangle(theme.Pill),
		image: canvas.NewImageFromResource(icon.In(icon.Volume, theme.Foreground)),
		label: theme.Bold("", theme.SizeStrong, theme.Foreground),
	}
	t.back.CornerRadius = toastHeight / 2
	t.image.FillMode = canvas.ImageFillContain
	t.ExtendBaseWidget(t)
	t.Hide()
	return t
}

// Say sets the toast's icon and words. The caller shows, places and hides it.
func (t *Toast) Say(name icon.Name, text string) {
	t.image.Resource = icon.In(name, theme.Foreground)
	t.image.Refresh()
	t.text, t.label.Text = text, text
	t.label.Refresh()
}

// Text returns the toast's words.
func (t *Toast) Text() string { return t.text }

// CreateRenderer implements fyne.Widget.
func (t *Toast) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(arrangement{
		min: func() fyne.Size {
			words := fyne.MeasureText(t.text, t.label.TextSize, t.label.TextStyle)
			return fyne.NewSize(words.Width+toastRoom, toastHeight)
		},
		lay: func(s fyne.Size) {
			place(t.back, 0, 0, s.Width, s.Height)
			place(t.image, 16, (s.Height-toastGlyph)/2, toastGlyph, toastGlyph)
			Fit(t.label, t.text, s.Width-toastRoom+1)
			l := t.label.MinSize()
			place(t.label, 16+toastGlyph+theme.Gap, (s.Height-l.Height)/2, l.Width, l.Height)
		},
	}, t.back, t.image, t.label))
}
