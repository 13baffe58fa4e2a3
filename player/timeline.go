package player

import (
	"context"
	"sync"
	"time"

	"latchkey/player/libav"
)

// timeline maps the times that media carries to presentation time, one origin for each discontinuity
// sequence: within one, all renditions share their clock (RFC 8216, 6.2.4). The origin is where the
// first picture of the presentation stands, so that it is shown at 0. Safe for concurrent use.
type timeline struct {
	mu      sync.Mutex
	origins map[uint64]time.Duration // media time of presentation time 0
	changed *notice
}

func newTimeline() *timeline {
	return &timeline{origins: make(map[uint64]time.Duration), changed: newNotice()}
}

// origin returns the media time that is presentation time 0.
func (t *timeline) origin(domain uint64) (time.Duration, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o, ok := t.origins[domain]
	return o, ok
}

// any says whether something has found its place.
func (t *timeline) any() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.origins) > 0
}

// anchor says that the media time stands at the presentation time. The first anchor of a domain
// holds: a seek never moves the timeline.
func (t *timeline) anchor(domain uint64, media, presentation time.Duration) time.Duration {
	t.mu.Lock()
	o, ok := t.origins[domain]
	if !ok {
		o = media - presentation
		t.origins[domain] = o
	}
	t.mu.Unlock()
	if !ok {
		t.changed.post()
	}
	return o
}

// await waits until the domain has an origin, as an audio rendition does for the picture's.
func (t *timeline) await(ctx context.Context, domain uint64) (time.Duration, error) {
	for {
		changed := t.changed.wait()
		if o, ok := t.origin(domain); ok {
			return o, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
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
	locked   bool // samples are encrypted, in it or in what it goes with: nothing may be patched up

	mu     sync.Mutex
	origin time.Duration
	known  bool
}

// setOrigin fixes the media time that is presentation time 0.
func (r *run) setOrigin(origin time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.origin, r.known = bounded(origin), true
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
		media = unwrap(media, r.origin)
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
