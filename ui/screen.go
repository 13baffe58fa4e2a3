package ui

import (
	"fyne.io/fyne/v2"

	"latchkey/player"
)

// goHome shows the first screen: the catalogue where there is one, else the field for an address.
func (w *window) goHome() {
	if w.service != nil {
		w.goTo(screenCatalogue)
		return
	}
	w.goTo(screenStart)
}

// onlyService is the service that the window begins with: the one that was asked for, or the only one there is.
func (w *window) onlyService() Service {
	if w.options.Services == nil {
		return nil
	}
	list := w.options.Services.List()
	if len(list) == 1 {
		return list[0]
	}
	for _, s := range list {
		if s.ID() == w.options.Service {
			return s
		}
	}
	return nil
}

// goTo shows a screen.
func (w *window) goTo(s screen) {
	w.screen = s
	w.keepScreenOn()
	w.closePane()
	setVisible(w.start.Container, s == screenStart)
	setVisible(w.catalogue.Container, s == screenCatalogue)
	playing := s == screenPlayer
	setVisible(w.picture, playing)
	setVisible(w.surface, playing)
	if !playing {
		w.spinner.Hide()
		w.replay.Hide()
		w.toast.Hide()
		w.win.SetTitle("Latchkey")
		w.start.enter()
	}
	w.win.Canvas().Unfocus()
	if s == screenStart {
		w.win.Canvas().Focus(w.start.field)
	}
	w.stir()
}

// leave goes back by one step: out of full screen, out of a card, home.
func (w *window) leave() {
	switch {
	case w.win.FullScreen():
		w.setFullScreen(false)
	case w.pane == nil:
		w.leaveScreen()
	case w.pane == w.signIn.Card || w.pane == w.sheet.Card:
		w.leaveSignIn()
	case w.pane == w.files.Container:
		w.closeFiles()
	case w.pane == w.card || w.pane == w.requests.Container:
		w.closePane()
	default:
		w.leaveScreen()
	}
}

// leaveScreen goes back to the screen before.
func (w *window) leaveScreen() {
	switch {
	case w.screen == screenPlayer:
		w.stop()
		w.goHome()
		w.catalogue.view.Marks()
	case w.screen == screenCatalogue && w.catalogue.search.Text != "":
		w.catalogue.search.SetText("")
	case w.screen == screenStart && w.service != nil:
		w.goTo(screenCatalogue)
	}
}

// stop ends what plays and forgets its picture.
func (w *window) stop() {
	w.source, w.wantPlay, w.seekTo, w.resource, w.playedBy = "", false, nil, nil, nil
	w.forgetSignIn()
	before, engine := w.leaveOpening(), w.options.Engine
	w.commands.give(kindReset, func() error {
		before()
		return engine.Reset()
	})
	w.picture.Clear().Release()
	w.snapshot = player.Snapshot{}
	w.top.setTitle("")
	w.updateBar()
}

// showPane puts a card on top of everything and keeps the rest from being clicked.
func (w *window) showPane(card fyne.CanvasObject) {
	if w.pane == card {
		w.layoutPane()
		return
	}
	w.closePane()
	w.pane = card
	w.scrim.Show()
	w.shield.Show()
	card.Show()
	w.layoutPane()
	w.win.Canvas().Unfocus()
	w.showControls()
}

// closePane takes the card on top away.
func (w *window) closePane() {
	if w.pane == nil {
		return
	}
	w.pane.Hide()
	w.scrim.Hide()
	w.shield.Hide()
	w.pane = nil
	w.win.Canvas().Unfocus()
	w.stir()
}

func setVisible(o fyne.CanvasObject, visible bool) {
	if o.Visible() != visible {
		if visible {
			o.Show()
		} else {
			o.Hide()
		}
	}
}
