package player

import (
	"fmt"
	"time"
)

const (
	// strainWindow is how long pictures are counted to see whether the machine keeps up, strainShare which part of them may be dropped, and
	// strainLimit in how many such stretches in a row more were.
	strainWindow = 2 * time.Second
	strainShare  = 0.2
	strainLimit  = 2
	// screenRate is how many pictures a second every screen shows.
	screenRate = 61
	// strainLeast is how many pictures say something.
	strainLeast = 20
)

// strain watches whether the machine decodes and shows what plays in time. It is owned by the player's goroutine.
type strain struct {
	since  time.Time
	frames Frames // then
	bad    int    // stretches in a row
}

// over counts the pictures of a stretch, and says whether too many have been dropped for too long. While playback stands still, or the
// buffer is empty, it is the network's fault.
func (s *strain) over(now time.Time, frames Frames) bool {
	if s.since.IsZero() || frames.Shown < s.frames.Shown || now.Sub(s.since) > 2*strainWindow {
		*s = strain{since: now, frames: frames} // another resource, or it stood still
		return false
	}
	if now.Sub(s.since) < strainWindow {
		return false
	}
	shown, dropped := frames.Shown-s.frames.Shown, frames.Dropped-s.frames.Dropped
	s.since, s.frames = now, frames
	if shown+dropped < strainLeast || float64(dropped) <= strainShare*float64(shown+dropped) {
		s.bad = 0
		return false
	}
	if s.bad++; s.bad < strainLimit {
		return false
	}
	s.bad = 0
	return true
}

// watchStrain has a smaller picture loaded where this machine is too slow for what plays.
func (p *Player) watchStrain(now time.Time) {
	ladder := p.session.ladder
	if ladder == nil || p.config.FreeRun || p.speed > 1 {
		return // at more than the usual speed a screen cannot show all pictures
	}
	variant, rate := p.session.shownVariant()
	if rate > screenRate || !p.strain.over(now, p.outputs.presenter.counted(p.tally)) {
		return
	}
	if ladder.overload(variant) {
		p.session.note(fmt.Sprintf("This computer is too slow for the picture of variant %d: a smaller one is loaded.", variant))
	}
}
