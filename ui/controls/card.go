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

const (
	cardPadding = 28
	cardGap     = 14
	badgeSide   = 56
	columnGap   = 10
)

// CardWidth is the width of what a Card holds.
const CardWidth = 400

// Card is a panel in the middle of the window that asks or tells something. Its rows stand below each
// other, as wide as the card; hidden ones take no room.
type Card struct {
	widget.BaseWidget

	rows   []fyne.CanvasObject
	ground *Surface
	back   *canvas.Rectangle
	box    *fyne.Container
}

// NewCard returns a card of rows.
func NewCard(hooks Hooks, rows ...fyne.CanvasObject) *Card {
	c := &Card{rows: rows, ground: NewSurface(hooks), back: canvas.NewRectangle(theme.Surface)}
	c.back.CornerRadius = theme.RadiusPanel
	c.back.StrokeColor, c.back.StrokeWidth = theme.Outline, 1
	c.box = container.New(arrangement{
		min: c.Arrange,
		lay: func(s fyne.Size) {
			place(c.ground, 0, 0, s.Width, s.Height)
			place(c.back, 0, 0, s.Width, s.Height)
			c.Arrange()
		},
	}, append([]fyne.CanvasObject{c.ground, c.back}, rows...)...)
	c.ExtendBaseWidget(c)
	return c
}

// SetRows puts other rows in the place of those there are.
func (c *Card) SetRows(rows ...fyne.CanvasObject) {
	c.rows = rows
	c.box.Objects = append([]fyne.CanvasObject{c.ground, c.back}, rows...)
	c.box.Refresh()
}

// Arrange lays the rows out anew after one was shown, hidden or grew, and returns the least size.
func (c *Card) Arrange() fyne.Size {
	y := float32(cardPadding)
	for _, row := range c.rows {
		if !row.Visible() {
			continue
		}
		h := row.MinSize().Height
		place(row, cardPadding, y, CardWidth, h)
		y += h + cardGap
	}
	return fyne.NewSize(CardWidth+2*cardPadding, y-cardGap+cardPadding)
}

// CreateRenderer implements fyne.Widget.
func (c *Card) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.box) }

// Badge returns a disc with an icon, for the head of a card.
func Badge(name icon.Name, ink color.NRGBA) fyne.CanvasObject {
	disc := canvas.NewCircle(theme.Raised)
	image := canvas.NewImageFromResource(icon.In(name, ink))
	image.FillMode = canvas.ImageFillContain
	box := &fyne.Container{Objects: []fyne.CanvasObject{disc, image}}
	box.Layout = arrangement{
		min: func() fyne.Size { return fyne.NewSquareSize(badgeSide) },
		lay: func(s fyne.Size) {
			x := (s.Width - badgeSide) / 2
			place(disc, x, 0, badgeSide, badgeSide)
			place(image, x+14, 14, badgeSide-28, badgeSide-28)
		},
	}
	return box
}

// Heading returns a centred line of bold text.
func Heading(text string) *canvas.Text {
	t := theme.Bold(text, theme.SizeTitle, theme.Foreground)
	t.Alignment = fyne.TextAlignCenter
	return t
}

// Columns returns a row of objects of equal width; hidden ones take no room.
func Columns(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(columns{}, objects...)
}

type columns struct{}

// MinSize returns the room for all columns at the width of the widest.
func (columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var w, h, n float32
	for _, o := range objects {
		if o.Visible() {
			s := o.MinSize()
			w, h, n = max(w, s.Width), max(h, s.Height), n+1
		}
	}
	return fyne.NewSize(w*n+columnGap*max(n-1, 0), h)
}

// Layout gives each visible object an equal share.
func (columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	n := float32(0)
	for _, o := range objects {
		if o.Visible() {
			n++
		}
	}
	if n == 0 {
		return
	}
	w := (size.Width - columnGap*(n-1)) / n
	x := float32(0)
	for _, o := range objects {
		if o.Visible() {
			place(o, x, 0, w, size.Height)
			x += w + columnGap
		}
	}
}
