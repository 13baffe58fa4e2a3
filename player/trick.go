package player

import (
	"context"
	"errors"
	"fmt"
	"time"

	"latchkey/player/frame"
)

const (
	// MaxTrick is the fastest trick play, forwards and backwards. TVSDK's.
	MaxTrick = 128
	// trickHeight is how many lines its pictures have at least, where there are such.
	trickHeight = 480
	// trickInterval is the least time between two of its pictures, trickPatience how long one is waited for, and trickFailures how many may
	// fail in a row.
	trickInterval = 80 * time.Millisecond
	trickPatience = 10 * time.Second
	trickFailures = 3
)

// trick is a trick play: pictures of an I-frame playlist in quick succession, without sound. It is owned by the player's goroutine. The zero
// value is none.
type trick struct {
	rate   int
	from   time.Duration // where it began
	since  time.Time     // when
	asked  time.Time     // when the newest picture was asked for
	busy   bool          // one is on its way
	shown  time.Duration // the position of the last, -1: none
	failed int           // in a row
	resume bool          // it was begun while playing
}

// messageStill brings a picture of trick play.
type messageStill struct {
	session *session
	picture *frame.Video // nil: that which is shown stays
	err     error
}

// discard is discarder's.
func (m messageStill) discard() { m.picture.Release() }

// TrickPlay runs through the presentation at a rate of 2 to MaxTrick, or backwards at -2 to -MaxTrick, in pictures of the I-frame playlist, or the
// key pictures of a file of this machine, and without sound; the state is Paused and Snapshot.Trick the rate. Rate 0 ends it: what played plays on
// from the position that was reached, as do Play, and, standing still, Pause. Seek ends it too. It returns ErrNoStills where there are no such
// pictures, and a StateError while there is nothing to run through.
func (p *Player) TrickPlay(rate int) error {
	if rate != 0 && (max(rate, -rate) < 2 || max(rate, -rate) > MaxTrick) {
		return fmt.Errorf("rate %d of trick play is not between 2 and %d", rate, MaxTrick)
	}
	return p.call(func() error { return p.trickPlay(rate) })
}

func (p *Player) trickPlay(rate int) error {
	if rate == 0 {
		if p.trick.rate == 0 {
			return nil
		}
		return p.endTrick(p.trick.resume)
	}
	if err := p.state.check(callTrick); err != nil {
		return err
	}
	if p.session.stills == nil {
		return ErrNoStills
	}
	resume := p.state == Playing || p.trick.rate != 0 && p.trick.resume
	if p.state == Playing {
		if err := p.pause(); err != nil {
			return err
		}
	}
	p.setState(Paused)
	now := time.Now()
	p.trick = trick{rate: rate, from: p.last, since: now, shown: -1, resume: resume, busy: p.trick.busy}
	p.dirty = true
	return nil
}

// endTrick goes on where trick play has come to.
func (p *Player) endTrick(play bool) error {
	p.wantPlay = play
	return p.seek(p.last)
}

// stepTrick moves the position on and asks for the next picture.
func (p *Player) stepTrick(now time.Time) {
	t := &p.trick
	at := t.from + time.Duration(t.rate)*max(now.Sub(t.since), 0) // now may be from before the command
	window := p.session.window()
	p.last = min(max(at, window.Start), window.End)
	if now.Sub(p.notified) >= notifyInterval {
		p.dirty = true
	}
	if p.last != at || t.failed >= trickFailures {
		if err := p.endTrick(t.resume); err != nil {
			p.config.Log.Debug("end of trick play", "error", err)
		}
		return
	}
	if t.busy || now.Sub(t.asked) < trickInterval {
		return
	}
	t.busy, t.asked = true, now
	s, position, shown := p.session, p.last, t.shown
	s.work.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, trickPatience)
		defer cancel()
		picture, err := s.stills.at(ctx, position, trickHeight, shown)
		s.post(messageStill{session: s, picture: picture, err: err})
	})
}

// gotStill shows a picture of trick play.
func (p *Player) gotStill(m messageStill) {
	if m.session != p.session {
		m.picture.Release()
		return
	}
	p.trick.busy = false
	switch {
	case p.trick.rate == 0:
		m.picture.Release()
	case m.err != nil:
		if !errors.Is(m.err, errClosed) {
			p.trick.failed++
			p.config.Log.Info("trick play", "error", m.err)
		}
	case m.picture != nil:
		p.trick.shown, p.trick.failed = m.picture.PTS, 0
		p.outputs.presenter.interject(m.picture)
		p.session.changed()
	}
}
