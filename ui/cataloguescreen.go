package ui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"latchkey/network"
	"latchkey/ui/catalogue"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const searchWidth = 220

// catalogueScreen shows what the service has to watch.
type catalogueScreen struct {
	*fyne.Container

	view    *catalogue.View
	search  *controls.Field
	heading *canvas.Text
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
	sign := canvas.NewImageFromResource(logo())
	sign.FillMode = canvas.ImageFillContain
	sign.SetMinSize(fyne.NewSquareSize(36))
	s.heading = theme.Bold("Latchkey", theme.SizeTitle, theme.Foreground)
	s.sign = controls.NewButton("Sign in", icon.Person, controls.Secondary, w.hooks, w.accountClicked)
	s.search = controls.NewField("Search", false, w.hooks)
	s.search.OnChanged = s.view.Search
	search := container.NewGridWrap(fyne.NewSize(searchWidth, s.search.MinSize().Height), s.search)
	open := controls.NewButton("Open an address", icon.Link, controls.Quiet, w.hooks, func() { w.goTo(screenStart) })
	head := container.New(layout.NewCustomPaddedLayout(18, 14, theme.Margin, theme.Margin),
		container.NewHBox(sign, container.NewCenter(s.heading), layout.NewSpacer(), container.NewCenter(search), open, s.sign))
	body := container.New(layout.NewCustomPaddedLayout(6, 0, theme.Margin, theme.Margin), s.view.Container)
	ground := canvas.NewRectangle(theme.Background)
	s.Container = container.NewStack(ground, controls.NewSurface(w.hooks),
		container.NewBorder(head, nil, nil, nil, body))
	return s
}

// findTitle gives the keyboard to the field for a search.
func (w *window) findTitle() {
	if w.screen == screenCatalogue && w.pane == nil {
		w.win.Canvas().Focus(w.catalogue.search)
	}
}

// setName shows whose catalogue it is.
func (s *catalogueScreen) setName(name string) {
	s.heading.Text = controls.Cut(name, 360, s.heading)
	s.heading.Refresh()
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
