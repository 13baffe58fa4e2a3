package catalogue

import (
	"fmt"
	"image"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	continueName = "Continue watching"
	maxContinue  = 12
	maxSearch    = 200 // bytes
)

// Mark is how far a person came in a title.
type Mark struct {
	Progress float64 // 0..1; 0: it begins at the beginning
	Watched  bool
	When     int64 // the larger, the later; for the order of what is to be continued
}

// Actions are what a person does in the catalogue. Open and Retry are needed.
type Actions struct {
	Open  func(Title)
	Retry func()
	// Poster is told that a title's poster is to be seen, and nothing more when it is not any longer; nil: there are none.
	Poster func(Title)
	// Mark returns how far a person came in a title; nil: that is not known.
	Mark func(Title) Mark
}

// View is the service's titles in rows of cards, or what stands in their place: that they are on their way, empty, or not to be had. It
// makes the widgets of what can be seen alone.
type View struct {
	*fyne.Container

	hooks   controls.Hooks
	actions Actions
	scroll  *container.Scroll
	content *fyne.Container
	spinner *controls.Spinner
	message *controls.Paragraph
	retry   *controls.Button
	middle  *fyne.Container

	titles  []Title
	rows    []section // of the titles
	search  string
	locked  bool
	plan    plan
	cards   map[slot]*card
	posters posters
}

// New returns a view that says that the catalogue is on its way.
func New(hooks controls.Hooks, actions Actions) *View {
	v := &View{
		hooks: hooks, actions: actions, cards: make(map[slot]*card),
		spinner: controls.NewSpinner(),
		message: controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Muted, fyne.TextAlignCenter),
		retry:   controls.NewButton("Try again", icon.Replay, controls.Secondary, hooks, actions.Retry),
	}
	v.content = container.New(&sheet{v})
	v.scroll = container.NewVScroll(v.content)
	v.scroll.OnScrolled = func(fyne.Position) { v.arrange() }
	v.middle = controls.NewPage(controls.CardWidth, theme.Gap, container.NewCenter(v.spinner), v.message, container.NewCenter(v.retry))
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
	v.titles, v.locked = titles[:min(len(titles), MaxTitles)], locked
	v.rows = sections(v.titles)
	v.fill()
}

// After returns the title that follows one in the first of its rows. ok is false for the last, and for what is live.
func (v *View) After(t Title) (next Title, ok bool) {
	for _, row := range v.rows {
		at := slices.IndexFunc(row.titles, func(o Title) bool { return o.ID == t.ID })
		if at >= 0 && at+1 < len(row.titles) && !row.titles[at+1].Live {
			return row.titles[at+1], true
		}
	}
	return Title{}, false
}

// Search shows the titles in which every word stands; nothing shows all in their rows.
func (v *View) Search(text string) {
	text = strings.TrimSpace(text[:min(len(text), maxSearch)])
	if text == v.search {
		return
	}
	v.search = text
	v.scroll.ScrollToTop()
	v.fill()
}

// fill sorts what is to be shown into sections.
func (v *View) fill() {
	var list []section
	switch {
	case len(v.titles) == 0:
		v.instead("There is nothing to watch here yet.", false, true)
		return
	case v.search != "":
		hits := found(v.titles, v.search)
		if len(hits) == 0 {
			v.instead(fmt.Sprintf("Nothing here is called “%s”.", v.search), false, false)
			return
		}
		list = []section{{titles: hits}}
	default:
		list = v.rows
		if begun := v.begun(); len(begun) > 0 {
			list = append([]section{{name: continueName, titles: begun}}, list...)
		}
	}
	v.spinner.Hide()
	v.middle.Hide()
	v.scroll.Show()
	v.show(list)
}

// begun are the titles that a person has begun and not ended, the last one first.
func (v *View) begun() []Title {
	if v.actions.Mark == nil {
		return nil
	}
	var list []Title
	var when []int64
	for _, t := range v.titles {
		m := v.actions.Mark(t)
		if m.Progress <= 0 {
			continue
		}
		at := 0
		for at < len(list) && when[at] >= m.When {
			at++
		}
		list = append(list[:at], append([]Title{t}, list[at:]...)...)
		when = append(when[:at], append([]int64{m.When}, when[at:]...)...)
		if len(list) > maxContinue {
			list, when = list[:maxContinue], when[:maxContinue]
		}
	}
	return list
}

func (v *View) show(list []section) {
	clear(v.cards)
	v.plan = newPlan(list, v.scroll.Size().Width)
	v.content.Objects = nil
	v.scroll.Refresh()
	v.arrange()
}

// Marks shows anew how far a person came.
func (v *View) Marks() {
	if len(v.titles) > 0 && !v.middle.Visible() {
		v.fill()
	}
}

// SetLocked puts locks on protected titles, or takes them off.
func (v *View) SetLocked(locked bool) {
	v.locked = locked
	for _, c := range v.cards {
		c.setLocked(locked && c.title.Protected)
	}
}

// SetPoster gives a title its poster.
func (v *View) SetPoster(id string, poster image.Image) {
	v.posters.put(id, poster)
	for _, c := range v.cards {
		if c.title.ID == id {
			c.setPoster(poster)
		}
	}
}

// Visible says whether a title can be seen.
func (v *View) Visible(id string) bool {
	for _, c := range v.cards {
		if c.title.ID == id {
			return true
		}
	}
	return false
}

// arrange makes the widgets of what can be seen, and forgets the others.
func (v *View) arrange() {
	if len(v.plan.sections) == 0 || v.scroll.Size().Height <= 0 {
		return
	}
	top := v.scroll.Offset.Y
	headings, slots := v.plan.visible(top-v.plan.line, top+v.scroll.Size().Height+v.plan.line)
	var objects []fyne.CanvasObject
	for _, i := range headings {
		heading := theme.Bold(v.plan.sections[i].name, theme.SizeTitle-2, theme.Foreground)
		heading.Move(fyne.NewPos(2, v.plan.tops[i]+8))
		heading.Resize(heading.MinSize())
		objects = append(objects, heading)
	}
	seen := make(map[slot]*card, len(slots))
	for _, s := range slots {
		c := v.cards[s]
		if c == nil {
			c = v.newCard(s)
		}
		seen[s] = c
		x, y := v.plan.place(s)
		c.Move(fyne.NewPos(x, y))
		c.Resize(fyne.NewSize(v.plan.card, v.plan.line-gridGap))
		objects = append(objects, c)
	}
	v.cards = seen
	v.content.Objects = objects
	v.content.Refresh()
}

func (v *View) newCard(s slot) *card {
	t := v.plan.sections[s.section].titles[s.title]
	mark := Mark{}
	if v.actions.Mark != nil {
		mark = v.actions.Mark(t)
	}
	c := newCard(t, s.title, v.locked && t.Protected, mark, v.hooks, v.actions.Open)
	c.arrow = func(dx, dy int) { v.focus(s, dx, dy) }
	c.edge = v.FocusEdge
	if img := v.posters.get(t.ID); img != nil {
		c.setPoster(img)
	} else if t.Poster != "" && v.actions.Poster != nil {
		v.actions.Poster(t)
	}
	return c
}

// focus gives the keyboard to the card that an arrow leads to.
func (v *View) focus(from slot, dx, dy int) {
	if to, ok := v.plan.step(from, dx, dy); ok {
		v.focusSlot(to)
	}
}

// FocusEdge gives the keyboard to the first card, or the last.
func (v *View) FocusEdge(last bool) {
	if len(v.plan.sections) == 0 {
		return
	}
	to := slot{}
	if last {
		to.section = len(v.plan.sections) - 1
		to.title = len(v.plan.sections[to.section].titles) - 1
	}
	v.focusSlot(to)
}

func (v *View) focusSlot(to slot) {
	_, y := v.plan.place(to)
	top, height := v.scroll.Offset.Y, v.scroll.Size().Height
	switch {
	case y-headingHeight < top:
		v.scroll.ScrollToOffset(fyne.NewPos(0, max(y-headingHeight, 0)))
	case y+v.plan.line > top+height:
		v.scroll.ScrollToOffset(fyne.NewPos(0, y+v.plan.line-height))
	}
	v.arrange()
	if c := v.cards[to]; c != nil {
		if canvas := fyne.CurrentApp().Driver().CanvasForObject(c); canvas != nil {
			canvas.Focus(c)
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

// sheet is the layout of what is scrolled: as high as all lines are, whatever of them there is.
type sheet struct{ v *View }

// MinSize returns one card's width, and the height of all lines.
func (l *sheet) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(cardWidth, l.v.plan.height)
}

// Layout plans anew when the width is another.
func (l *sheet) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	columns, width := columnsFor(size.Width)
	if columns == l.v.plan.columns && width == l.v.plan.card {
		return
	}
	list := l.v.plan.sections
	clear(l.v.cards)
	l.v.plan = newPlan(list, size.Width)
	l.v.arrange()
}
