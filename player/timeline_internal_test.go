package player

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestNearestClock asks for the clock of a media time that is expected at a presentation time.
func TestNearestClock(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for _, c := range []struct {
		name              string
		clocks            []origin
		media, at, period time.Duration
		found, off        time.Duration
		ok                bool
	}{
		{name: "none", media: 4 * s},
		{name: "one", clocks: []origin{{0, 10 * s}}, media: 15 * s, at: 4 * s, found: 10 * s, off: s, ok: true},
		{name: "the nearest of two", clocks: []origin{{0, 10 * s}, {4 * s, 1010 * s}}, media: 1016 * s, at: 6 * s, found: 1010 * s, ok: true},
		{name: "behind a wrap", clocks: []origin{{0, wrap - s}}, media: 3 * s, at: 4 * s, period: wrap, found: wrap - s, ok: true},
		{name: "one that started again", clocks: []origin{{0, 10 * s}}, media: 10 * s, at: 4 * s},
		{name: "where it began", clocks: []origin{{4 * s, 10 * s}}, media: 14 * s, at: 4 * s, found: 10 * s, ok: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			line := newTimeline()
			for _, o := range c.clocks {
				line.anchor(7, o.since, o.media)
			}
			found, off, ok := line.nearest(7, c.media, c.at, c.period)
			assert.Equal(t, c.ok, ok)
			assert.Equal(t, c.found, found)
			assert.Equal(t, c.off, off)
		})
	}
}

// TestClockAtATime looks for the origin that counts at a presentation time, as subtitles do.
func TestClockAtATime(t *testing.T) {
	t.Parallel()
	line := newTimeline()
	_, ok := line.origin(0, 0)
	assert.False(t, ok)
	line.anchor(0, 4*time.Second, 100*time.Second)
	line.anchor(0, 2*time.Second, 50*time.Second)
	for at, want := range map[time.Duration]time.Duration{0: 50 * time.Second, 3 * time.Second: 50 * time.Second, 4 * time.Second: 100 * time.Second, time.Hour: 100 * time.Second} {
		got, ok := line.origin(0, at)
		assert.True(t, ok)
		assert.Equal(t, want, got, at)
	}
	for i := range 2 * maxClocks {
		line.anchor(1, time.Duration(i)*time.Second, 0)
	}
	assert.Len(t, line.clocks[1], maxClocks)
}

// TestTimesFarFromTheOrigin reads time stamps of a run that has gone on for longer than half of a
// period: they count on.
func TestTimesFarFromTheOrigin(t *testing.T) {
	t.Parallel()
	r := &run{wraps: true}
	r.setOrigin(10 * time.Second)
	r.setNear(20 * time.Hour)
	at := r.time(0, 0) // no such stream: media time 0
	assert.Equal(t, wrap-10*time.Second, at)
}

// TestAwaitEndsWithTheLeadingTrack has a sound whose clock nobody finds.
func TestAwaitEndsWithTheLeadingTrack(t *testing.T) {
	t.Parallel()
	over := newLatch()
	over.open()
	assert.NoError(t, newTimeline().await(t.Context(), 7, over.c))
}
