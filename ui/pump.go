package ui

import (
	"image"
	"math"
	"time"

	"fyne.io/fyne/v2"

	"latchkey/player"
)

const (
	pollEvery = 250 * time.Millisecond
	// pictureFirstLimit is how long the controls of a new window wait for the first picture. With the
	// time that painting them takes, they are on the screen within 500 ms.
	pictureFirstLimit = spinnerDelay
)

// startPump has tick called 60 times a second on the main goroutine, just before Fyne looks for what is
// to be repainted: what a tick changes is on the screen with the next swap, and a tick that changes
// nothing causes no painting.
func (w *window) startPump() {
	w.pump = &fyne.Animation{
		Duration: time.Hour, RepeatCount: fyne.AnimationRepeatForever, Curve: fyne.AnimationLinear,
		Tick: func(float32) { w.tick(w.now()) },
	}
	w.pump.Start()
}

func (w *window) stopPump() {
	if w.pump != nil {
		w.pump.Stop()
		w.pump = nil
	}
}

// tick is the window's heart: state, picture, what is due.
func (w *window) tick(now time.Time) {
	due := w.polled.Add(pollEvery)
	// What the engine has while a resource is being made is still the one before.
	opening := w.commands.queued(kindOpen)
	changed := w.options.Changes != nil && w.options.Changes.take()
	if (changed || (w.screen == screenPlayer && !now.Before(due))) && !opening {
		w.polled = now
		w.apply(w.options.Engine.Snapshot())
	}
	w.picture.Settle()
	w.drawFrame(now, opening)
	if !opening {
		w.drawSubtitles()
	}
	w.showDue(now)
	w.tellViewport()
	w.automate(now)
	if w.layers.changed(w.root) {
		w.repaint(w.win.Canvas())
	}
}

// tellViewport tells the engine how many pixels the picture has room for, when that has changed.
func (w *window) tellViewport() {
	size, scale := w.win.Canvas().Size(), w.win.Canvas().Scale()
	room := image.Pt(int(math.Round(float64(size.Width*scale))), int(math.Round(float64(size.Height*scale))))
	if room == w.room || w.screen != screenPlayer {
		return
	}
	w.room = room
	engine := w.options.Engine
	w.commands.give(kindViewport, func() error { engine.SetViewport(room.X, room.Y); return nil })
}

// drawFrame hands the due picture to the view, which owns it until the next one, and releases that.
func (w *window) drawFrame(now time.Time, opening bool) {
	f, isNew := w.options.Engine.NextFrame(now)
	if !isNew || f == nil {
		return
	}
	if w.screen != screenPlayer || opening {
		f.Release()
		return
	}
	w.picture.SetFrame(f).Release()
	w.frames++
	if w.firstFrame.IsZero() {
		w.firstFrame = now
		if w.options.OnFirstFrame != nil {
			w.options.OnFirstFrame()
		}
	}
}

// showDue shows and hides what depends on the time alone.
func (w *window) showDue(now time.Time) {
	if w.screen == screenPlayer {
		w.showControls()
	}
	if w.toast.Visible() && !now.Before(w.toastUntil) {
		w.toast.Hide()
	}
	wait := !w.waiting.IsZero() && spinnerShown(true, now.Sub(w.waiting))
	setVisible(w.spinner, wait && w.screen == screenPlayer)
	if w.spinner.Visible() {
		w.spinner.Step(now)
	}
	if s := w.catalogue.view.Spinner(); w.screen == screenCatalogue && s.Visible() {
		s.Step(now)
	}
	w.unblockSignIn(now)
	w.sheet.Step(now)
	w.notePosition(now)
	w.watchAccounts(now)
	w.lookAtRequests(now)
	w.lookAtInformation(now)
	w.showOutside()
}

// showControls shows or hides bar, title and pointer.
func (w *window) showControls() {
	playing := w.screen == screenPlayer
	show := playing && !w.pictureFirst() && controlsShown(presence{
		playing: w.wantPlay && w.pane == nil && w.snapshot.State != player.Complete,
		held:    w.bar.Dragging() || w.win.Canvas().Overlays().Top() != nil,
		since:   w.now().Sub(w.active),
	})
	visible := show && w.pane == nil
	if visible && !w.bar.Visible() {
		w.bar.Show()
		w.updateBar()
	}
	setVisible(w.bar, visible)
	setVisible(w.top.Container, show)
	if reveal := show || !playing; reveal != w.shown {
		w.shown = reveal
		w.pointer.show(reveal)
		if !reveal {
			w.win.Canvas().Unfocus()
		}
	}
}

// pictureFirst says that the controls are to wait for a stream that the window was opened with: painting them for the
// first time takes an OpenGL on the CPU, which compiles each kind of shape, longer than all of the picture.
func (w *window) pictureFirst() bool {
	return w.options.Source != "" && w.frames < 2 && w.now().Sub(w.begun) < pictureFirstLimit
}

// updateBar shows the state on the bar; while the bar is hidden nothing is done, so that nothing is
// repainted.
func (w *window) updateBar() {
	if w.bar.Visible() {
		w.bar.Update(w.barState())
	}
}
