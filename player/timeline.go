package player

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"latchkey/player/libav"
)

// maxClocks bounds the clocks of a discontinuity sequence that are kept: those of a stream whose
// time stamps start again with each segment. The oldest go first.
const maxClocks = 1000

// timeline maps the times that media carries to presentation time. Within a discontinuity sequence
// all renditions share their clock (RFC 8216, 6.2.4), which has one origin, unless time stamps jump
// there without a discontinuity. The origin is where the first picture of the presentation stands,
// so that it is shown at 0. Safe for concurrent use.
type timeline struct {
	mu      sync.Mutex
	clocks  map[uint64][]origin // by discontinuity sequence, in the order of since
	changed *notice
}

// origin is the media time that is presentation time 0, for what stands at since or later.
type origin struct{ since, media time.Duration }

func newTimeline() *timeline {
	return &timeline{clocks: make(map[uint64][]origin), changed: newNotice()}
}

// origin returns the media time that is presentation time 0 of the clock that counts at a
// presentation time.
func (t *timeline) origin(domain uint64, at time.Duration) (time.Duration, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	clocks := t.clocks[domain]
	if len(clocks) == 0 {
		return 0, false
	}
	now := clocks[0]
	for _, c := range clocks[1:] {
		if c.since <= at+lineUp {
			now = c
		}
	}
	return now.media, true
}

// nearest returns the origin of the clock with which a media time stands nearest to a presentation
// time, and how far from it, modulo a period, 0: they do not wrap. A clock on which the media time
// stands just where the clock begins, and which begins elsewhere, has started again since.
func (t *timeline) nearest(domain uint64, media, presentation, period time.Duration) (found, off time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.clocks[domain] {
		by := media - presentation - c.media
		if period > 0 {
			by = unwrap(by, 0)
		}
		if again := (by+presentation-c.since).Abs() < lineUp && (presentation-c.since).Abs() > minOverlap; again {
			continue
		}
		if !ok || by.Abs() < off.Abs() {
			found, off, ok = c.media, by, true
		}
	}
	return found, off, ok
}

// any says whether something has found its place.
func (t *timeline) any() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.clocks) > 0
}

// anchor says that presentation time 0 has a media time on the clock that counts from a
// presentation time on. One that counts from the same time takes its place, all others keep theirs:
// a seek never moves the timeline.
func (t *timeline) anchor(domain uint64, since, media time.Duration) {
	t.mu.Lock()
	clocks := t.clocks[domain]
	i, known := slices.BinarySearchFunc(clocks, since, func(o origin, at time.Duration) int { return cmp.Compare(o.since, at) })
	switch {
	case known:
		clocks[i].media = media
	case len(clocks) == maxClocks:
		clocks = slices.Delete(clocks, 0, 1)
		i = max(i-1, 0)
		fallthrough
	default:
		clocks = slices.Insert(clocks, i, origin{since, media})
	}
	t.clocks[domain] = clocks
	t.mu.Unlock()
	t.changed.post()
}

// await waits until the domain has an origin, as an audio rendition does for the picture's, or
// until the leading track is over.
func (t *timeline) await(ctx context.Context, domain uint64, over <-chan struct{}) error {
	for {
		changed := t.changed.wait()
		if _, ok := t.origin(domain, 0); ok {
			return nil
		}
		select {
		case <-changed:
		case <-over:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// wrap is the period of MPEG-2 time stamps: 2^33 ticks of 90 kHz (ISO/IEC 13818-1, 2.4.3.6).
const wrap = (1 << 33) * time.Second / 90000

// unwrap moves a media time by whole periods so that it lies within half a period of the origin.
func unwrap(media, origin time.Duration) time.Duration {
	for media-origin > wrap/2 {
		media -= wrap
	}
	for media-origin < -wrap/2 {
		media += wrap
	}
	return media
}

// run is a stretch of packets from one demuxer, and how their times are to be read.
type run struct {
	streams  map[libav.Kind]libav.Stream
	wraps    bool // times are MPEG-2 time stamps
	variant  int  // the session's number of the variant it is of, -1: of none
	replaces bool // it takes the place of what other runs have from its first packets on: see queue.push
	joined   bool // it goes on where the run before ends, with nothing missing between
	locked   bool // samples are encrypted, in it or in what it goes with: nothing may be patched up

	mu     sync.Mutex
	origin time.Duration
	near   time.Duration // the presentation time about which times that wrap stand
	known  bool
}

// setOrigin fixes the media time that is presentation time 0.
func (r *run) setOrigin(origin time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.origin, r.known = bounded(origin), true
}

// setNear says about which presentation time the newest packets stand.
func (r *run) setNear(near time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.near = near
}

// placed says whether its place on the timeline was found.
func (r *run) placed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known
}

// follows says whether the stream of a kind goes on in this run as it was in another: on the same clock, in the same format.
func (r *run) follows(other *run, kind libav.Kind) bool {
	if !r.streams[kind].SameFormat(other.streams[kind]) {
		return false
	}
	place := func(r *run) (time.Duration, bool) {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.origin, r.known
	}
	mine, known := place(r)
	before, placed := place(other)
	return known && placed && mine == before
}

// time returns the presentation time of ticks of the stream of a kind.
func (r *run) time(kind libav.Kind, ticks int64) time.Duration {
	media := bounded(libav.Ticks(ticks, r.streams[kind].TimeBase))
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wraps {
		media = unwrap(media, r.origin+r.near)
	}
	return media - r.origin
}

// maxMediaTime bounds the times that media carries, at 73 years: their sums and differences do not
// overflow.
const maxMediaTime = time.Duration(1) << 61

// bounded returns a media time moved into the bounds.
func bounded(media time.Duration) time.Duration {
	return min(max(media, -maxMediaTime), maxMediaTime)
}
