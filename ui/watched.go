package ui

import (
	"time"

	"latchkey/player"
	"latchkey/ui/catalogue"
	"latchkey/ui/controls"
	"latchkey/ui/history"
	"latchkey/ui/icon"
)

// noteEvery is how often the position of what plays is noted.
const noteEvery = time.Second

// History keeps how far a person came; history.Store does. Its methods return at once.
type History interface {
	Mark(key history.Key) history.Mark
	Watch(key history.Key, position, duration time.Duration)
}

// historyKey stands for a title of a service, as the account that is signed in watches it.
func historyKey(by Service, t catalogue.Title) history.Key {
	return history.KeyOf(by.ID(), by.State().ID, t.ID)
}

// mark is how far a person came in a title of the catalogue.
func (w *window) mark(t catalogue.Title) history.Mark {
	if w.options.History == nil || w.service == nil || t.ID == "" {
		return history.Mark{}
	}
	return w.options.History.Mark(historyKey(w.service, t))
}

// shownMark is mark, as the catalogue shows it.
func (w *window) shownMark(t catalogue.Title) catalogue.Mark {
	m := w.mark(t)
	return catalogue.Mark{Progress: m.Progress(), Watched: m.Watched, When: m.At.Unix()}
}

// notePosition notes how far a person is in what plays, now and then.
func (w *window) notePosition(now time.Time) {
	s := w.snapshot
	if w.options.History == nil || w.playedBy == nil || w.title.ID == "" || w.screen != screenPlayer || s.Live || s.Duration <= 0 ||
		now.Sub(w.noted) < noteEvery {
		return
	}
	switch s.State {
	case player.Playing, player.Paused:
		w.options.History.Watch(historyKey(w.playedBy, w.title), s.Position, s.Duration)
	case player.Complete:
		w.options.History.Watch(historyKey(w.playedBy, w.title), s.Duration, s.Duration)
	default:
		return
	}
	w.noted = now
}

// sayResumed says where a title goes on, and how it begins at its beginning.
func (w *window) sayResumed(at time.Duration) {
	w.say(icon.Replay, "Resumed at "+controls.Clock(at)+". Press Home to start over.")
	w.toastUntil = w.now().Add(resumedStay)
}

// resumedStay is how long that is said.
const resumedStay = 5 * time.Second
