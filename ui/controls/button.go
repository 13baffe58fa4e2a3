package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// Rank says how much a button stands out.
type Rank int

// The ranks.
const (
	Primary   Rank = 0 // the one thing to do here
	Secondary Rank = 1
	Quiet     Rank = 2 // text alone until the pointer is over it
)

const (
	buttonHeight  = 40
	buttonPadding = 18
	buttonGlyph   = 18
)

// Button is a button with words, and an icon before them if wanted.
type Button struct {
	press

	rank  Rank
	back  *canvas.Rectangle
	image *canvas.Image // nil without icon
	label *canvas.Text
	text  string // the whole words; the label's are cut to the button
}

// NewButton returns a button; an empty icon name means none.
func NewButton(text string, name icon.Name, rank Rank, hooks Hooks, tapped func()) *Button {
	b := &Button{rank: rank, text: text}
	b.hooks, b.tapped, b.repaint = hooks, tapped, b.paint
	ink := theme.Foreground
	if rank == Primary {
		ink = theme.OnAccent
	}
	b.label = theme.Bold(text, theme.SizeBody, ink)
	b.back = canvas.NewRectangle(theme.None)
	b.back.CornerRadius = theme.RadiusButton
	if name != "" {
		b.image = canvas.NewImageFromResource(icon.In(name, ink))
		b.image.FillMode = canvas.ImageFillContain
	}
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// Text returns the button's words.
func (b *Button) Text() string { return b.text }

// SetText changes the button's words; it keeps its place until it is laid out anew.
func (b *Button) SetText(s string) {
	if b.text != s {
		b.text, b.label.Text = s, s
		b.cut(b.Size().Width)
		b.label.Refresh()
		b.Refresh()
	}
}

func (b *Button) paint() {
	ink := theme.Foreground
	switch b.rank {
	case Primary:
		ink = theme.OnAccent
		b.back.FillColor = b.wash(theme.Accent, theme.AccentHover, theme.AccentPress)
	case Secondary:
		b.back.FillColor = b.wash(theme.Raised, theme.Outline, theme.Surface)
	default:
		b.back.FillColor = b.wash(theme.None, theme.Hover, theme.Pressed)
	}
	b.back.StrokeWidth, b.back.StrokeColor = 0, nil
	if b.disabled {
		ink = theme.Faint
		if b.rank != Quiet {
			b.back.FillColor = theme.Raised
		}
	}
	if b.focused {
		b.back.StrokeWidth, b.back.StrokeColor = 2, theme.Focus
		if b.rank == Primary {
			b.back.StrokeColor = theme.Foreground
		}
	}
	b.back.Refresh()
	if b.label.Color != ink {
		b.label.Color = ink
		b.label.Refresh()
	}
}

// room is what a button needs beside its words.
func (b *Button) room() float32 {
	if b.image != nil {
		return 2*buttonPadding + buttonGlyph + theme.Gap
	}
	return 2 * buttonPadding
}

// cut shortens the words where they do not fit into a width.
func (b *Button) cut(width float32) {
	if width > 0 {
		Fit(b.label, b.text, width-b.room()+0.5) // what was rounded
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	width := func() float32 {
		w := b.label.MinSize().Width
		if b.image != nil {
			w += buttonGlyph + theme.Gap
		}
		return w
	}
	objects := []fyne.CanvasObject{b.back, b.label}
	if b.image != nil {
		objects = append(objects, b.image)
	}
	return widget.NewSimpleRenderer(container.New(arrangement{
		min: func() fyne.Size {
			words := fyne.MeasureText(b.text, b.label.TextSize, b.label.TextStyle)
			return fyne.NewSize(words.Width+b.room(), buttonHeight)
		},
		lay: func(s fyne.Size) {
			b.cut(s.Width)
			place(b.back, 0, 0, s.Width, s.Height)
			x := (s.Width - width()) / 2
			if b.image != nil {
				place(b.image, x, (s.Height-buttonGlyph)/2, buttonGlyph, buttonGlyph)
				x += buttonGlyph + theme.Gap
			}
			t := b.label.MinSize()
			place(b.label, x, (s.Height-t.Height)/2, t.Width, t.Height)
		},
	}, objects...))
}
