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
	cardNarrow  = 16 // the padding where the window is narrow
	cardMargin  = 8  // from the window's edges
	cardGap     = 14
	badgeSide   = 56
	columnGap   = 10
)

// CardWidth is the width of what a Card holds where the window has room for it.
const CardWidth = 400

// Card is a panel in the middle of the window that asks or tells something. Its rows stand below each
// other, as wide as the card; hidden ones take no room. What is higher than the window scrolls.
type Card struct {
	widget.BaseWidget

	ground *Surface
	back   *canvas.Rectangle
	rows   *fyne.Container
	scroll *container.Scroll
	box    *fyne.Container

	width   float32 // of the rows
	padding float32 // around them
	limit   float32 // of the card's height; 0: none
}

// NewCard returns a card of rows.
func NewCard(hooks Hooks, rows ...fyne.CanvasObject) *Card {
	c := &Card{ground: NewSurface(hooks), back: canvas.NewRectangle(theme.Surface), width: CardWidth, padding: cardPadding}
	c.back.CornerRadius = theme.RadiusPanel
	c.back.StrokeColor, c.back.StrokeWidth = theme.Outline, 1
	c.rows = container.New(arrangement{min: c.arrange, lay: func(fyne.Size) { c.arrange() }}, rows...)
	c.scroll = container.NewVScroll(c.rows)
	c.box = container.New(arrangement{
		min: c.Arrange,
		lay: func(s fyne.Size) {
			place(c.ground, 0, 0, s.Width, s.Height)
			place(c.back, 0, 0, s.Width, s.Height)
			place(c.scroll, 0, 0, s.Width, s.Height)
		},
	}, c.ground, c.back, c.scroll)
	c.ExtendBaseWidget(c)
	return c
}

// SetRows puts other rows in the place of those there are.
func (c *Card) SetRows(rows ...fyne.CanvasObject) {
	c.rows.Objects = rows
	c.scroll.ScrollToTop()
	c.box.Refresh()
}

// Fit makes the card no larger than a window has room for.
func (c *Card) Fit(window fyne.Size) {
	c.padding = cardPadding
	if window.Width < CardWidth+2*cardPadding+2*cardMargin {
		c.padding = cardNarrow
	}
	c.width = min(CardWidth, window.Width-2*c.padding-2*cardMargin)
	c.limit = window.Height - 2*cardMargin
}

// Arrange lays the rows out anew after one was shown, hidden or grew, and returns the least size.
func (c *Card) Arrange() fyne.Size {
	size := c.arrange()
	if c.limit > 0 {
		size.Height = min(size.Height, c.limit)
	}
	return size
}

func (c *Card) arrange() fyne.Size {
	bottom := stack(c.padding, c.padding, c.width, cardGap, c.rows.Objects)
	return fyne.NewSize(c.width+2*c.padding, bottom+c.padding)
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

// Heading returns centred bold text.
func Heading(text string) *Paragraph {
	p := NewParagraph(CardWidth, theme.SizeTitle, theme.Foreground, fyne.TextAlignCenter)
	p.style.Bold = true
	p.SetText(text)
	return p
}

// Columns returns a row of objects of equal width; hidden ones take no room. Where they do not fit
// beside one another they stand below one another.
func Columns(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&columns{}, objects...)
}

type columns struct{ width float32 } // 0: it is not known yet

// Fit sets the width that there is.
func (c *columns) Fit(width float32) { c.width = width }

// beside says whether n columns of a width fit beside one another.
func (c *columns) beside(n, width float32) bool {
	return c.width <= 0 || width*n+columnGap*max(n-1, 0) <= c.width
}

// MinSize returns the room for all columns at the width of the widest.
func (c *columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w, h, n := widest(objects)
	if c.beside(n, w) {
		return fyne.NewSize(w*n+columnGap*max(n-1, 0), h)
	}
	return fyne.NewSize(w, h*n+columnGap*max(n-1, 0))
}

// Layout gives each visible object an equal share.
func (c *columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width, h, n := widest(objects)
	if !c.beside(n, width) {
		y := float32(0)
		for _, o := range objects {
			if o.Visible() {
				place(o, 0, y, size.Width, h)
				y += h + columnGap
			}
		}
		return
	}
	w := (size.Width - columnGap*(n-1)) / max(n, 1)
	x := float32(0)
	for _, o := range objects {
		if o.Visible() {
			place(o, x, 0, w, size.Height)
			x += w + columnGap
		}
	}
}

// widest returns the width of the widest and the height of the highest visible object, and how many
// there are.
func widest(objects []fyne.CanvasObject) (w, h, n float32) {
	for _, o := range objects {
		if o.Visible() {
			s := o.MinSize()
			w, h, n = max(w, s.Width), max(h, s.Height), n+1
		}
	}
	return w, h, n
}
