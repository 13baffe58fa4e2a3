package player

import (
	"context"
	"errors"
	"time"

	"latchkey/player/hls"
)

const (
	// catchUp is how much faster a live stream is played that has fallen behind, until it has caught up: nobody hears it.
	catchUp = 1.05
	// maxYield is how often a live stream is let fall behind by half a target duration for good, since it stood still.
	maxYield = 4
	// shortWindow is a window that is too short to go back in: who lost the place in it goes on at the live point.
	shortWindow = 2 * time.Minute
)

// leading is the playlist that is kept up to date: that of the variant that is loaded. It may be nil.
func (s *session) leading() *feed {
	if s.ladder != nil {
		return s.ladder.feed()
	}
	return s.main
}

// watch keeps a playlist up to date while it is live. which says what playlist that is: where there are several variants, that of the one
// that is loaded.
func (s *session) watch(ctx context.Context, which func() *feed) {
	for f := which(); f.live() && ctx.Err() == nil; f = which() {
		pause(ctx, nil, time.Until(f.due()))
		if ctx.Err() == nil {
			f.reload(ctx)
		}
	}
}

// live says whether the resource is a live stream that has not ended.
func (s *session) live() bool { return s.main != nil && s.leading().live() }

// length is the presentation's duration, 0 while it is live or unknown.
func (s *session) length() time.Duration {
	if s.main == nil {
		return s.duration
	}
	if s.leading().live() {
		return 0
	}
	return s.window().End
}

// window is where playback can be.
func (s *session) window() Range {
	if s.main == nil {
		return Range{End: s.duration}
	}
	window, media := s.leading().window(), s.leading().current()
	return Range{Start: s.mediaTime(media, window.Start), End: s.mediaTime(media, window.End)}
}

// livePoint is the newest position that a live stream should be played at: the window's end less the hold-back.
func (s *session) livePoint() time.Duration {
	window := s.window()
	return max(window.Start, window.End-s.leading().holdBack())
}

// resolve returns the position that playback is to begin at. A negative one counts from the end, or the live edge.
func (s *session) resolve(from time.Duration) time.Duration {
	window := s.window()
	end := window.End
	if from < 0 {
		from += end
	}
	if s.live() {
		end = s.livePoint()
	}
	if end > 0 {
		from = min(from, end)
	}
	return max(from, window.Start)
}

// begins returns where playback begins when nobody says where: where the playlist says, else at the live point or the start. RFC 8216,
// 4.3.5.2.
func (s *session) begins() time.Duration {
	switch {
	case s.start != nil:
		return s.startsAt(s.start)
	case s.live():
		return s.livePoint()
	}
	return 0
}

// startsAt is the position of EXT-X-START.
func (s *session) startsAt(start *hls.Start) time.Duration {
	offset, window := time.Duration(start.TimeOffset*float64(time.Second)), s.window()
	if offset < 0 {
		offset += window.End
	} else {
		offset += window.Start
	}
	at := s.resolve(max(offset, window.Start))
	if media := s.leading().current(); !start.Precise && len(media.Segments) > 0 {
		at = s.mediaTime(media, media.Segments[s.indexAt(media, at)].Start)
	}
	return at
}

// latency is how far a position is behind what the stream has come to.
func (s *session) latency(position time.Duration, now time.Time) time.Duration {
	return max(s.mediaTime(s.leading().current(), s.leading().edge(now))-position, 0)
}

// goal is the latency that a live stream is held at: what the hold-back asks for, with the time until a segment is whole.
func (s *session) goal() time.Duration {
	return s.leading().holdBack() + s.leading().grain()
}

// dateAt is the date of a position, zero when unknown. RFC 8216, 4.3.2.6.
func (s *session) dateAt(position time.Duration) time.Time {
	if s.main == nil {
		return time.Time{}
	}
	media := s.leading().current()
	i := s.indexAt(media, position)
	if i < 0 || media.Segments[i].ProgramDateTime.IsZero() {
		return time.Time{}
	}
	return media.Segments[i].ProgramDateTime.Add(position - s.mediaTime(media, media.Segments[i].Start))
}

// goLive seeks to the live point.
func (p *Player) goLive() error {
	if p.session == nil || !p.session.ready || !p.session.live() {
		return &StateError{Call: "go live", State: p.state}
	}
	return p.seek(p.session.livePoint())
}

// follow notes whether a position is as live as can be: then it is kept so.
func (p *Player) follow(position time.Duration) {
	p.following = p.session.live() && position >= p.session.livePoint()-p.session.leading().grain()
}

// pace holds the latency of a live stream: what fell behind by standing still is caught up with, a little faster than it was made.
func (p *Player) pace(now time.Time) {
	faster := false
	if p.following && p.session.live() && p.speed == 1 {
		target := p.session.leading().grain()
		goal := p.session.goal() + time.Duration(min(p.yielded, maxYield))*target/2
		behind := p.session.latency(p.last, now) - goal
		faster = behind > max(target/4, time.Second/2) || p.hurried && behind > 0
	}
	if faster != p.hurried {
		p.hurried = faster
		p.session.setSpeed(p.pacedSpeed())
	}
}

// pacedSpeed is the speed that was asked for, or the one that catches up.
func (p *Player) pacedSpeed() float64 {
	if p.hurried {
		return p.speed * catchUp
	}
	return p.speed
}

// passed resumes playback in the live window after the segment that was to be played next has left
// it, also when the stream has ended meanwhile. It says whether that is why the pipeline ended.
func (p *Player) passed(err error, now time.Time) bool {
	if !errors.Is(err, errPassed) {
		return false
	}
	window := p.session.window()
	to := max(p.last, window.Start)
	if p.session.live() {
		point := p.session.livePoint()
		to = point
		if window.End-window.Start > shortWindow && !p.following {
			to = min(window.Start+target(p.session.leading().current()), point)
		}
		p.session.note("The live stream has gone past the position: playback goes on where it still is.")
	} else {
		p.session.note("The live stream has ended, and what followed the position is no longer offered: playback goes on with what is still there.")
	}
	if p.state == Playing {
		p.stall(now)
	}
	p.start(to)
	p.buffering = p.state == Playing
	return true
}

// describeLive fills in what a snapshot says of a live stream.
func (p *Player) describeLive(s *Snapshot, now time.Time) {
	if !p.session.ready {
		return
	}
	s.Window, s.Date = p.session.window(), p.session.dateAt(p.last)
	if !p.session.live() {
		return
	}
	s.Live, s.LivePoint = true, p.session.livePoint()
	s.Latency = p.session.latency(p.last, now)
	s.AtLive = p.following
}
