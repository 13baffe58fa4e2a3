package catalogue

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	cardText   = 62 // the room below the poster
	pillHeight = 22
)

// posterTints are what stands in for posters that are not there, by turns.
var posterTints = []color.NRGBA{
	{R: 0x2d, G: 0x2a, B: 0x45, A: 0xff}, {R: 0x1f, G: 0x3a, B: 0x3d, A: 0xff},
	{R: 0x43, G: 0x2c, B: 0x2a, A: 0xff}, {R: 0x25, G: 0x33, B: 0x4a, A: 0xff},
}

// card is one title in the grid.
type card struct {
	widget.BaseWidget

	title  Title
	hooks  controls.Hooks
	open   func(Title)
	locked bool

	ground  *canvas.Rectangle
	film    *canvas.Image
	poster  *canvas.Image
	frame   *canvas.Rectangle
	name    *canvas.Text
	summary *canvas.Text
	length  *pill
	lock    *pill
	done    *pill             // it was seen to the end
	track   *canvas.Rectangle // how far a person came
	way     *canvas.Rectangle
	mark    Mark
	arrow   func(dx, dy int) // the keyboard goes on to another card
	edge    func(last bool)
	play    *canvas.Image
	disc    *canvas.Circle

	hovered, focused bool
}

func newCard(t Title, index int, locked bool, mark Mark, hooks controls.Hooks, open func(Title)) *card {
	c := &card{
		title: t, mark: mark, hooks: hooks, open: open, locked: locked,
		ground:  canvas.NewRectangle(posterTints[index%len(posterTints)]),
		film:    canvas.NewImageFromResource(icon.In(icon.Film, color.NRGBA{R: 0x6d, G: 0x72, B: 0x85, A: 0xff})),
		frame:   canvas.NewRectangle(theme.None),
		name:    theme.Bold(t.Name, theme.SizeStrong, theme.Foreground),
		summary: theme.Text(t.Summary, theme.SizeBody-1, theme.Muted),
		disc:    canvas.NewCircle(theme.Accent),
		play:    canvas.NewImageFromResource(icon.In(icon.Play, theme.OnAccent)),
	}
	c.ground.CornerRadius, c.frame.CornerRadius = theme.RadiusCard, theme.RadiusCard
	c.film.FillMode = canvas.ImageFillContain
	c.disc.Hide()
	c.play.Hide()
	c.track, c.way = canvas.NewRectangle(theme.Track), canvas.NewRectangle(theme.Accent)
	c.track.CornerRadius, c.way.CornerRadius = 2, 2
	if mark.Progress <= 0 {
		c.track.Hide()
		c.way.Hide()
	}
	c.done = newPill("", icon.Check)
	c.done.setVisible(mark.Watched)
	switch {
	case t.Live:
		c.length = newPill("LIVE", "")
		c.length.back.FillColor = theme.Danger
	case t.Duration > 0:
		c.length = newPill(controls.Clock(t.Duration), "")
	}
	c.lock = newPill("", icon.Lock)
	c.setLocked(locked)
	c.ExtendBaseWidget(c)
	return c
}

func (c *card) setLocked(locked bool) {
	c.locked = locked
	c.lock.setVisible(locked)
}

func (c *card) setPoster(img image.Image) {
	c.poster = canvas.NewImageFromImage(img)
	c.poster.FillMode = canvas.ImageFillCover
	c.poster.CornerRadius = theme.RadiusCard
	c.Refresh()
}

// Tapped implements fyne.Tappable.
func (c *card) Tapped(*fyne.PointEvent) { c.open(c.title) }

// MouseIn implements desktop.Hoverable.
func (c *card) MouseIn(*desktop.MouseEvent) { c.hovered = true; c.paint() }

// MouseMoved implements desktop.Hoverable.
func (c *card) MouseMoved(*desktop.MouseEvent) { c.hooks.Activity() }

// MouseOut implements desktop.Hoverable.
func (c *card) MouseOut() { c.hovered = false; c.paint() }

// FocusGained implements fyne.Focusable.
func (c *card) FocusGained() { c.focused = true; c.paint() }

// FocusLost implements fyne.Focusable.
func (c *card) FocusLost() { c.focused = false; c.paint() }

// TypedRune implements fyne.Focusable.
func (c *card) TypedRune(rune) {}

// TypedKey opens the title for space and enter.
func (c *card) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		c.open(c.title)
	case fyne.KeyLeft:
		c.arrow(-1, 0)
	case fyne.KeyRight:
		c.arrow(1, 0)
	case fyne.KeyUp:
		c.arrow(0, -1)
	case fyne.KeyDown:
		c.arrow(0, 1)
	case fyne.KeyHome:
		c.edge(false)
	case fyne.KeyEnd:
		c.edge(true)
	default:
		c.hooks.Key(e)
	}
}

// Cursor implements desktop.Cursorable.
func (c *card) Cursor() desktop.Cursor { return desktop.PointerCursor }

func (c *card) paint() {
	c.frame.StrokeWidth, c.frame.StrokeColor = 0, nil
	if c.hovered || c.focused {
		c.frame.StrokeWidth, c.frame.StrokeColor = 2, theme.Accent
		c.disc.Show()
		c.play.Show()
	} else {
		c.disc.Hide()
		c.play.Hide()
	}
	c.frame.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *card) CreateRenderer() fyne.WidgetRenderer { return &cardRenderer{c} }

type cardRenderer struct{ c *card }

// Layout places the poster above the words.
func (r *cardRenderer) Layout(s fyne.Size) {
	c := r.c
	h := s.Height - cardText
	at := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(x, y))
	}
	at(c.ground, 0, 0, s.Width, h)
	at(c.frame, 0, 0, s.Width, h)
	at(c.film, (s.Width-36)/2, (h-36)/2, 36, 36)
	if c.poster != nil {
		at(c.poster, 0, 0, s.Width, h)
	}
	at(c.disc, (s.Width-52)/2, (h-52)/2, 52, 52)
	at(c.play, (s.Width-26)/2, (h-26)/2, 26, 26)
	if c.length != nil {
		w := c.length.width()
		c.length.place(s.Width-w-8, h-pillHeight-14, w)
	}
	w := c.lock.width()
	c.lock.place(8, 8, w)
	c.done.place(s.Width-w-8, 8, w)
	at(c.track, 10, h-8, s.Width-20, 4)
	at(c.way, 10, h-8, (s.Width-20)*float32(min(max(c.mark.Progress, 0), 1)), 4)
	controls.Fit(c.name, c.title.Name, s.Width-4)
	controls.Fit(c.summary, c.title.Summary, s.Width-4)
	n := c.name.MinSize()
	at(c.name, 2, h+10, s.Width-4, n.Height)
	at(c.summary, 2, h+10+n.Height+1, s.Width-4, c.summary.MinSize().Height)
}

// MinSize is small: the grid decides.
func (r *cardRenderer) MinSize() fyne.Size { return fyne.NewSize(120, 120) }

// Refresh repaints the card.
func (r *cardRenderer) Refresh() {
	r.Layout(r.c.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

// Objects returns what the card is made of, from back to front.
func (r *cardRenderer) Objects() []fyne.CanvasObject {
	c := r.c
	o := []fyne.CanvasObject{c.ground, c.film}
	if c.poster != nil {
		o = append(o, c.poster)
	}
	if c.length != nil {
		o = append(o, c.length.objects()...)
	}
	o = append(append(o, c.lock.objects()...), c.done.objects()...)
	o = append(o, c.track, c.way)
	return append(o, c.disc, c.play, c.frame, c.name, c.summary)
}

// Destroy implements fyne.WidgetRenderer.
func (r *cardRenderer) Destroy() {}

// pill is a small dark label on a poster.
type pill struct {
	back  *canvas.Rectangle
	text  *canvas.Text
	image *canvas.Image
}

func newPill(text string, name icon.Name) *pill {
	p := &pill{back: canvas.NewRectangle(theme.Pill), text: theme.Bold(text, theme.SizeCaption, theme.Foreground)}
	p.back.CornerRadius = theme.RadiusSmall
	if name != "" {
		p.image = canvas.NewImageFromResource(icon.In(name, theme.Accent))
		p.image.FillMode = canvas.ImageFillContain
	}
	return p
}

func (p *pill) objects() []fyne.CanvasObject {
	if p.image != nil {
		return []fyne.CanvasObject{p.back, p.image}
	}
	return []fyne.CanvasObject{p.back, p.text}
}

func (p *pill) setVisible(visible bool) {
	for _, o := range p.objects() {
		if visible {
			o.Show()
		} else {
			o.Hide()
		}
	}
}

func (p *pill) width() float32 {
	if p.image != nil {
		return pillHeight + 6
	}
	return p.text.MinSize().Width + 14
}

func (p *pill) place(x, y, w float32) {
	p.back.Resize(fyne.NewSize(w, pillHeight))
	p.back.Move(fyne.NewPos(x, y))
	if p.image != nil {
		p.image.Resize(fyne.NewSquareSize(14))
		p.image.Move(fyne.NewPos(x+(w-14)/2, y+(pillHeight-14)/2))
		return
	}
	t := p.text.MinSize()
	p.text.Resize(t)
	p.text.Move(fyne.NewPos(x+7, y+(pillHeight-t.Height)/2))
}
