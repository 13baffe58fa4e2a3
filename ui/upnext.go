package ui

import (
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"latchkey/player"
	"latchkey/ui/catalogue"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// nextAhead is how long before the end of a title the one that follows it is prepared.
const nextAhead = 30 * time.Second

// nextWidth is the room for the name of a title on the button that leads to it.
const nextWidth = 320

// nextPadding is what the button needs beside the name.
const nextPadding = 64

// upNext is the title that follows the one that plays in its row of the catalogue. The zero value is none.
type upNext struct {
	title    catalogue.Title
	from     time.Duration
	prepared *atomic.Pointer[player.MediaResource] // what the engine has prepared of it, for one use; nil: nothing was asked for
}

// following returns the title that follows the one that plays.
func (w *window) following() (catalogue.Title, bool) {
	if w.playedBy == nil || w.playedBy != w.service || w.title.ID == "" || w.snapshot.Live {
		return catalogue.Title{}, false
	}
	return w.catalogue.view.After(w.title)
}

// nextName is the name of the title that follows, empty without one.
func (w *window) nextName() string {
	title, _ := w.following()
	return title.Name
}

// lookAhead prepares the title that follows when the end comes near, and says at the end which it is.
func (w *window) lookAhead() {
	s := w.snapshot
	ending := s.State == player.Complete || s.State == player.Playing && s.Duration > 0 && s.Duration-s.Position <= nextAhead
	if w.screen != screenPlayer || !ending {
		return
	}
	title, ok := w.following()
	if w.replay.offer(title.Name, ok) {
		w.layoutReplay()
		w.replay.Refresh()
	}
	if !ok || w.upNext.prepared != nil {
		return
	}
	by, from := w.playedBy, w.mark(title).Resume()
	prepared := new(atomic.Pointer[player.MediaResource])
	w.upNext = upNext{title: title, from: from, prepared: prepared}
	engine := w.options.Engine
	var resource *player.MediaResource
	w.commands.givePrepared(kindNext, func() (err error) {
		resource, err = by.Resource(title)
		return err
	}, func() error {
		prepared.Store(resource)
		return engine.PrepareNext(resource, from)
	})
}

// setAdvance says whether the title that follows begins by itself.
func (w *window) setAdvance(on bool) {
	engine := w.options.Engine
	w.advance = on
	w.commands.give(kindAdvance, func() error { engine.SetAdvance(on); return nil })
	if w.options.Advanced != nil {
		w.options.Advanced(on)
	}
	text := "Playback ends with this title."
	if on {
		text = "The next title plays by itself."
	}
	w.say(icon.Next, text)
	w.showState()
}

// wentOn shows the title with which the engine has gone on by itself; before is the last that was seen of the one before.
func (w *window) wentOn(before player.Snapshot) {
	next, by := w.upNext, w.playedBy
	if w.screen != screenPlayer || next.prepared == nil || w.commands.busy(kindOpen) || w.commands.busy(kindReset) {
		return // it was left for another at the same time
	}
	if w.options.History != nil {
		w.options.History.Watch(historyKey(by, w.title), before.Duration, before.Duration)
	}
	w.beginTitle(next.title, next.from, by, func() (*player.MediaResource, error) { return by.Resource(next.title) })
	if w.pane == w.signIn.Card {
		w.closePane()
	}
	if w.say(icon.Next, next.title.Name); next.from > 0 {
		w.sayResumed(next.from)
	}
}

// playNext plays the title that follows, if there is one.
func (w *window) playNext() {
	title, ok := w.following()
	if w.screen != screenPlayer || w.pane != nil || !ok {
		return
	}
	next, by := w.upNext, w.playedBy
	if next.prepared == nil || next.title.ID != title.ID {
		w.play(title, 0)
		return
	}
	w.playFrom(title, next.from, by, func() (*player.MediaResource, error) {
		if resource := next.prepared.Swap(nil); resource != nil {
			return resource, nil
		}
		return by.Resource(title)
	})
	if next.from > 0 {
		w.sayResumed(next.from)
	}
}

// replay is what stands on the picture at the end of a title: again, the next one, and the way back.
type replay struct {
	*fyne.Container

	next    *controls.Button
	back    *controls.Button
	row     *fyne.Container // of the two
	offered string          // the name of the title that next leads to
	width   float32         // that it is cut to; 0: it is to be cut
}

// offer shows or hides the way to the next title, and says whether that changes anything.
func (r *replay) offer(name string, ok bool) bool {
	if ok == r.next.Visible() && name == r.offered {
		return false
	}
	r.offered = name
	r.width = 0
	setVisible(r.next, ok)
	return true
}

// fit cuts the name of the next title to a width of both buttons.
func (r *replay) fit(width float32) {
	if width != r.width {
		r.width = width
		room := min(width-r.back.MinSize().Width-theme.Gap-nextPadding, nextWidth)
		r.next.SetText(controls.Cut("Next: "+r.offered, room, theme.Bold("", theme.SizeBody, theme.Foreground)))
		r.row.Refresh()
	}
}
