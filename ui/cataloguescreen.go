package ui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"latchkey/network"
	"latchkey/ui/catalogue"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// catalogueScreen shows what the service has to watch.
type catalogueScreen struct {
	*fyne.Container

	view    *catalogue.View
	search  *controls.Field
	logo    *canvas.Image
	heading *canvas.Text
	name    string // the whole heading; what is drawn is cut to the window
	open    *controls.Button
	sign    *controls.Button
	cancel  context.CancelFunc // ends the load under way
}

func (w *window) buildCatalogue() *catalogueScreen {
	s := &catalogueScreen{}
	s.view = catalogue.New(w.hooks, catalogue.Actions{
		Open:   func(t catalogue.Title) { w.play(t, 0) },
		Retry:  w.loadCatalogue,
		Poster: w.posters.want,
		Mark:   w.shownMark,
	})
	s.logo = canvas.NewImageFromResource(logo())
	s.logo.FillMode = canvas.ImageFillContain
	s.name = "Latchkey"
	s.heading = theme.Bold(s.name, theme.SizeTitle, theme.Foreground)
	s.sign = controls.NewButton("Sign in", icon.Person, controls.Secondary, w.hooks, w.accountClicked)
	s.search = controls.NewField("Search", false, w.hooks)
	s.search.OnChanged = s.view.Search
	s.open = controls.NewButton("Open an address", icon.Link, controls.Quiet, w.hooks, func() { w.goTo(screenStart) })
	s.Container = &fyne.Container{Layout: catalogueLayout{s}, Objects: []fyne.CanvasObject{
		canvas.NewRectangle(theme.Background), controls.NewSurface(w.hooks), s.view.Container, s.logo, s.heading, s.search, s.open, s.sign,
	}}
	return s
}

const (
	searchWidth  = 220 // where all of the head is in one line
	headingWidth = 360 // at most
	signWidth    = 250 // at most
	logoSide     = 36
	headTop      = 18
	headHeight   = 40
	bodyGap      = 20 // between head and titles
	narrowMargin = 16 // from the edges of a narrow window
)

// catalogueLayout places the head, in one line or, where the window is narrow, in two, and the titles
// below.
type catalogueLayout struct{ *catalogueScreen }

// MinSize returns nothing: the window has its own.
func (catalogueLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// Layout places everything.
func (l catalogueLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, ground := range objects[:2] {
		put(ground, 0, 0, size.Width, size.Height)
	}
	margin := float32(theme.Margin)
	open, sign := l.open.MinSize().Width, min(l.sign.MinSize().Width, signWidth)
	name := min(fyne.MeasureText(l.name, l.heading.TextSize, l.heading.TextStyle).Width, headingWidth)
	one := logoSide+name+searchWidth+open+sign+4*theme.Gap <= size.Width-2*margin
	if !one {
		margin = narrowMargin
		sign = min(sign, size.Width/2-margin)
	}
	left, right := margin, size.Width-margin
	put(l.logo, left, headTop+(headHeight-logoSide)/2, logoSide, logoSide)
	left += logoSide + theme.Gap
	right -= sign
	put(l.sign, right, headTop, sign, headHeight)
	right -= theme.Gap
	bottom := float32(headTop + headHeight)
	field := l.search.MinSize().Height
	if one {
		right -= open
		put(l.open, right, headTop, open, headHeight)
		right -= theme.Gap + searchWidth
		put(l.search, right, headTop+(headHeight-field)/2, searchWidth, field)
		right -= theme.Gap
	} else {
		second := bottom + theme.Gap
		high := max(headHeight, field)
		put(l.open, size.Width-margin-open, second+(high-headHeight)/2, open, headHeight)
		put(l.search, margin, second+(high-field)/2, size.Width-2*margin-open-theme.Gap, field)
		bottom = second + high
	}
	controls.Fit(l.heading, l.name, min(right-left, headingWidth)+0.5)
	m := l.heading.MinSize()
	put(l.heading, left, headTop+(headHeight-m.Height)/2, m.Width, m.Height)
	put(l.view.Container, margin, bottom+bodyGap, size.Width-2*margin, max(size.Height-bottom-bodyGap, 0))
}

// put moves and resizes an object.
func put(o fyne.CanvasObject, x, y, width, height float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(width, height))
}

// findTitle gives the keyboard to the field for a search.
func (w *window) findTitle() {
	if w.screen == screenCatalogue && w.pane == nil {
		w.win.Canvas().Focus(w.catalogue.search)
	}
}

// setName shows whose catalogue it is.
func (s *catalogueScreen) setName(name string) {
	s.name = name
	s.Refresh()
}

// loadCatalogue asks the service what there is, in a goroutine; posters follow one by one.
func (w *window) loadCatalogue() {
	if w.service == nil {
		return
	}
	source := w.service
	if w.catalogue.cancel != nil {
		w.catalogue.cancel()
	}
	w.posters.forget()
	w.catalogue.view.Loading()
	w.catalogue.cancel = w.tasks.run(func(ctx context.Context) {
		titles, err := source.Titles(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.options.Log.Warn("the catalogue cannot be had", "err", err)
			why := "The catalogue cannot be reached. Check the connection and try again."
			if errors.Is(err, network.ErrRefused) {
				why = "This service shows its titles to those who have signed in."
			}
			w.dispatch.post(func() { w.catalogue.view.Fail(why) })
			return
		}
		titles = titles[:min(len(titles), catalogue.MaxTitles)]
		w.dispatch.post(func() {
			if source == w.service {
				w.catalogueLoaded(titles)
			}
		})
	})
}

func (w *window) catalogueLoaded(titles []catalogue.Title) {
	w.catalogue.view.ShowTitles(titles, !w.service.State().SignedIn)
	if w.options.AutoPlay == "" || w.source != "" {
		return
	}
	for _, t := range titles {
		if t.ID == w.options.AutoPlay {
			w.options.AutoPlay = ""
			w.play(t, w.options.Start)
			return
		}
	}
}
