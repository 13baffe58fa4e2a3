package catalogue

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	cardWidth    = 270 // the least width of a card
	cardMaxWidth = 380
	gridGap      = 20
)

// Actions are what a person does in the catalogue. All are needed.
type Actions struct {
	Open  func(Title)
	Retry func()
}

// View is the grid of titles, or what stands in its place: that it is on its way, empty, or not to be had.
type View struct {
	*fyne.Container

	hooks   controls.Hooks
	actions Actions
	cards   []*card
	grid    *fyne.Container
	scroll  *container.Scroll
	spinner *controls.Spinner
	message *controls.Paragraph
	retry   *controls.Button
	middle  *fyne.Container
}

// New returns a view that says that the catalogue is on its way.
func New(hooks controls.Hooks, actions Actions) *View {
	v := &View{
		hooks: hooks, actions: actions,
		grid:    container.New(&grid{}),
		spinner: controls.NewSpinner(),
		message: controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Muted, fyne.TextAlignCenter),
		retry:   controls.NewButton("Try again", icon.Replay, controls.Secondary, hooks, actions.Retry),
	}
	v.scroll = container.NewVScroll(v.grid)
	v.middle = container.NewCenter(container.NewVBox(container.NewCenter(v.spinner), v.message, container.NewCenter(v.retry)))
	v.Container = container.NewStack(v.scroll, v.middle)
	v.Loading()
	return v
}

// Loading says that the catalogue is on its way.
func (v *View) Loading() { v.instead("", true, false) }

// Fail says why there is no catalogue and offers to try again.
func (v *View) Fail(why string) { v.instead(why, false, true) }

func (v *View) instead(message string, waiting, retry bool) {
	v.scroll.Hide()
	v.message.SetText(message)
	show(v.spinner, waiting)
	show(v.retry, retry)
	v.middle.Show()
	v.middle.Refresh()
}

// Spinner returns the spinner, to be turned while it is visible.
func (v *View) Spinner() *controls.Spinner { return v.spinner }

// ShowTitles shows titles in place of what there was. Locked says whether protected ones wear a lock.
func (v *View) ShowTitles(titles []Title, locked bool) {
	if len(titles) == 0 {
		v.instead("There is nothing to watch here yet.", false, true)
		return
	}
	v.cards = nil
	v.grid.Objects = nil
	for i, t := range titles[:min(len(titles), MaxTitles)] {
		c := newCard(t, i, locked && t.Protected, v.hooks, v.actions.Open)
		v.cards = append(v.cards, c)
		v.grid.Objects = append(v.grid.Objects, c)
	}
	v.spinner.Hide()
	v.middle.Hide()
	v.scroll.Show()
	v.grid.Refresh()
	v.scroll.Refresh()
}

// SetLocked puts locks on protected titles, or takes them off.
func (v *View) SetLocked(locked bool) {
	for _, c := range v.cards {
		c.setLocked(locked && c.title.Protected)
	}
}

// SetPoster gives a title its poster.
func (v *View) SetPoster(id string, poster image.Image) {
	for _, c := range v.cards {
		if c.title.ID == id {
			c.setPoster(poster)
		}
	}
}

func show(o fyne.CanvasObject, visible bool) {
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}

// grid lays cards out in as many columns as fit, all of one width.
type grid struct {
	height float32 // of the last layout
}

// columnsFor returns how many cards stand side by side in a width, and how wide each is.
func columnsFor(width float32) (n int, card float32) {
	n = max(int((width+gridGap)/(cardWidth+gridGap)), 1)
	return n, min((width-gridGap*float32(n-1))/float32(n), cardMaxWidth)
}

// MinSize returns one card's width, and the height of all rows at the width of the last layout.
func (g *grid) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(cardWidth, g.height) }

// Layout places the cards.
func (g *grid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	n, w := columnsFor(size.Width)
	h := w*9/16 + cardText
	for i, o := range objects {
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(float32(i%n)*(w+gridGap), float32(i/n)*(h+gridGap)))
	}
	rows := (len(objects) + n - 1) / n
	g.height = max(float32(rows)*(h+gridGap)-gridGap, 0)
}
