package player

import (
	"cmp"
	"errors"
	"slices"
	"sort"
	"sync"
	"time"

	"latchkey/player/hls"
)

const (
	// driftless is how far a segment may begin from where the durations before it add up to, and the playlist be taken at its word: durations
	// are rounded, and the first picture is not the first in the order of decoding.
	driftless = 250 * time.Millisecond
	// driftStep is the least that a segment must lie from where it was expected to say something new.
	driftStep = 50 * time.Millisecond
	// driftTrend is after how much of a title what was seen so far is taken to go on.
	driftTrend = 5 * time.Second
	// maxDrifts bounds what is kept.
	maxDrifts = 2000
	// maxMisses is how often a place is looked for again that was missed.
	maxMisses = 4
)

// errMissed is returned when the durations of a playlist led to another place than the one that was asked for.
var errMissed = errors.New("the playlist's durations are wrong")

// drift is how the times of a title's media differ from what the durations in its playlist add up to. Segments keep the playlist's time; what a
// person sees is the media's. It learns from each segment that is read. Of a live stream it knows no more than how far the newest segment is from
// where it was expected. Safe for concurrent use.
type drift struct {
	mu     sync.Mutex // guards what follows
	live   time.Duration
	seen   []place // by start, and by media too
	lesson int     // how often something was learned
}

// place is where a segment stands: in the playlist, and by its media.
type place struct{ start, media time.Duration }

// learn tells where a segment stands. It says whether that is new.
func (d *drift) learn(start, media time.Duration) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if by := (media - start).Abs(); start <= 0 || by > start/2+time.Second || (d.expect(start)-media).Abs() < driftStep || len(d.seen) == maxDrifts {
		return false // it is as expected, or no duration is that wrong
	}
	at, same := slices.BinarySearchFunc(d.seen, start, func(p place, t time.Duration) int { return cmp.Compare(p.start, t) })
	if same {
		d.seen[at].media = media
	} else {
		d.seen = slices.Insert(d.seen, at, place{start, media})
	}
	d.lesson++
	now := d.seen[at]
	d.seen = slices.DeleteFunc(d.seen, func(p place) bool {
		return p.start < now.start && p.media >= now.media || p.start > now.start && p.media <= now.media
	})
	return true
}

// expect is the media's time of a time in the playlist. The caller holds mu.
func (d *drift) expect(t time.Duration) time.Duration {
	return along(t, d.seen, func(p place) time.Duration { return p.start }, func(p place) time.Duration { return p.media })
}

// along follows places from one of their times to the other: straight from one to the next, and beyond the last one on as on the way to it.
func along(t time.Duration, places []place, from, to func(place) time.Duration) time.Duration {
	if len(places) == 0 || t <= 0 {
		return t
	}
	i := sort.Search(len(places), func(i int) bool { return from(places[i]) >= t })
	var before place
	if i > 0 {
		before = places[i-1]
	}
	if i < len(places) {
		share := float64(t-from(before)) / float64(from(places[i])-from(before))
		return to(before) + time.Duration(share*float64(to(places[i])-to(before)))
	}
	rate := 1.0
	if from(before) >= driftTrend {
		rate = float64(to(before)) / float64(from(before))
	}
	return to(before) + time.Duration(float64(t-from(before))*rate)
}

// learnLive tells where a segment of a live stream stands.
func (d *drift) learnLive(start, media time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if by := media - start; (by-d.live).Abs() >= driftless && by.Abs() < maxMissed {
		d.live = by
	}
}

// offset is how much later than in the playlist the newest segments of a live stream stand.
func (d *drift) offset() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.live
}

// lessons is how often something was learned.
func (d *drift) lessons() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lesson
}

// media is the media's time of a time in the playlist.
func (d *drift) media(t time.Duration) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.live != 0 {
		return t + d.live // it has ended
	}
	if m := d.expect(t); (m - t).Abs() >= driftless {
		return m
	}
	return t
}

// playlist is the time in the playlist of a time of the media.
func (d *drift) playlist(m time.Duration) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.live != 0 {
		return m - d.live
	}
	t := along(m, d.seen, func(p place) time.Duration { return p.media }, func(p place) time.Duration { return p.start })
	if (m - t).Abs() >= driftless {
		return t
	}
	return m
}

// mediaTime is the media's time of a time in a playlist.
func (s *session) mediaTime(media *hls.Media, t time.Duration) time.Duration {
	if !over(media) {
		return t + s.drift.offset()
	}
	return s.drift.media(t)
}

// playlistTime is the time in a playlist of a time of the media.
func (s *session) playlistTime(media *hls.Media, m time.Duration) time.Duration {
	if !over(media) {
		return m - s.drift.offset()
	}
	return s.drift.playlist(m)
}

// inMedia returns a segment of a playlist in the media's time.
func (s *session) inMedia(media *hls.Media, segment *hls.Segment) *hls.Segment {
	moved := *segment
	moved.Start = s.mediaTime(media, segment.Start)
	moved.Duration = s.mediaTime(media, segment.End()) - moved.Start
	return &moved
}

// indexAt is media.At of a time of the media.
func (s *session) indexAt(media *hls.Media, m time.Duration) int {
	return media.At(s.playlistTime(media, m))
}
