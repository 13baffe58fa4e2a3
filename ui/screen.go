package ui

import (
	"fyne.io/fyne/v2"

	"latchkey/player"
)

// goHome shows the first screen: the catalogue where there is one, else the field for an address.
func (w *window) goHome() {
	if w.options.Titles != nil {
		w.goTo(screenCatalogue)
		return
	}
	w.goTo(screenStart)
}

// goTo shows a screen.
func (w *window) goTo(s screen) {
	w.screen = s
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
	case w.pane == w.signIn.Card && w.pane != nil:
		w.leaveSignIn()
	case w.pane == w.files.Container && w.pane != nil:
		w.closePane()
	case w.screen == screenPlayer:
		w.stop()
		w.goHome()
	case w.screen == screenStart && w.options.Titles != nil:
		w.goTo(screenCatalogue)
	}
}

// stop ends what plays and forgets its picture.
func (w *window) stop() {
	w.source, w.wantPlay, w.seekTo = "", false, nil
	w.forgetSignIn()
	w.commands.give(kindReset, w.options.Engine.Reset)
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
