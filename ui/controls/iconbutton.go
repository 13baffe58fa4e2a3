package controls

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// IconButton is a round button with an icon.
type IconButton struct {
	press

	name  icon.Name
	side  float32
	glyph float32
	rest  color.NRGBA // its colour when nothing is over it
	back  *canvas.Rectangle
	image *canvas.Image
}

// NewIconButton returns a button of a side in pixels, whose icon takes five ninths of it. Rest is the
// colour of its disc when the pointer is elsewhere.
func NewIconButton(name icon.Name, side float32, rest color.NRGBA, hooks Hooks, tapped func()) *IconButton {
	b := &IconButton{name: name, side: side, glyph: side * 5 / 9, rest: rest}
	b.hooks, b.tapped, b.repaint = hooks, tapped, b.paint
	b.back = canvas.NewRectangle(rest)
	b.back.CornerRadius = side / 2
	b.image = canvas.NewImageFromResource(icon.In(name, theme.Foreground))
	b.image.FillMode = canvas.ImageFillContain
	b.ExtendBaseWidget(b)
	return b
}

// SetIcon changes the icon.
func (b *IconButton) SetIcon(name icon.Name) {
	if b.name != name {
		b.name = name
		b.image.Resource = icon.In(name, theme.Foreground)
		b.image.Refresh()
	}
}

// Icon returns the icon's name.
func (b *IconButton) Icon() icon.Name { return b.name }

func (b *IconButton) paint() {
	hover, held := theme.Hover, theme.Pressed
	if b.rest.A > 0 {
		hover, held = theme.Raised, theme.Outline
	}
	b.back.FillColor = b.wash(b.rest, hover, held)
	b.back.StrokeWidth, b.back.StrokeColor = 0, nil
	if b.focused {
		b.back.StrokeWidth, b.back.StrokeColor = 2, theme.Focus
	}
	b.back.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *IconButton) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(arrangement{
		min: func() fyne.Size { return fyne.NewSquareSize(b.side) },
		lay: func(s fyne.Size) {
			place(b.back, (s.Width-b.side)/2, (s.Height-b.side)/2, b.side, b.side)
			place(b.image, (s.Width-b.glyph)/2, (s.Height-b.glyph)/2, b.glyph, b.glyph)
		},
	}, b.back, b.image))
}
