// Package awake keeps the screen on while a film plays.
//
// Linux asks the desktop over D-Bus: its portal in a sandbox, org.freedesktop.ScreenSaver (KDE,
// GNOME, Xfce), or a session manager (GNOME, MATE, Cinnamon). Where none of them is there, the X
// server's own screensaver and power saving are suspended (MIT-SCREEN-SAVER 1.1). Windows has
// SetThreadExecutionState, macOS caffeinate. Each of them lets go when the program is killed.
package awake

import (
	"log/slog"
	"time"
)

const (
	reason  = "A film is playing"
	appName = "Latchkey"
	// callTime is how long a desktop has to answer.
	callTime = 2 * time.Second
)

// inhibit keeps the screen on until release is called. It blocks for about callTime at most.
type inhibit func() (release func(), err error)

// Keeper keeps the screen on while it is wanted. Its methods may be called from one goroutine.
type Keeper struct {
	wanted chan bool
	stop   chan struct{}
	done   chan struct{}
	last   bool // what Set was called with last
}

// New returns a Keeper that lets the screen go dark. Close must be called.
func New(log *slog.Logger) *Keeper { return newKeeper(keepOn, log) }

func newKeeper(keep inhibit, log *slog.Logger) *Keeper {
	k := &Keeper{wanted: make(chan bool, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go k.serve(keep, log)
	return k
}

// Set says whether the screen must stay on. It never blocks, and is free when nothing changes.
func (k *Keeper) Set(on bool) {
	if on == k.last {
		return
	}
	k.last = on
	select {
	case <-k.wanted: // the desktop has not been asked for it yet
	default:
	}
	k.wanted <- on
}

// Close lets the screen go dark. It waits until the desktop knows, for callTime at most, and is
// called once.
func (k *Keeper) Close() {
	close(k.stop)
	select {
	case <-k.done:
	case <-time.After(callTime):
	}
}

// serve asks the desktop, one thing at a time.
func (k *Keeper) serve(keep inhibit, log *slog.Logger) {
	defer close(k.done)
	var release func()
	defer func() {
		if release != nil {
			release()
		}
	}()
	for {
		var on bool
		select {
		case <-k.stop:
			return
		case on = <-k.wanted:
		}
		switch {
		case on && release == nil:
			var err error
			if release, err = keep(); err != nil {
				log.Debug("the screen may go dark", "error", err)
				release = nil
			}
		case !on && release != nil:
			release()
			release = nil
		}
	}
}
