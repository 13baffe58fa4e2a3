package hls

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSegmentAt(t *testing.T) {
	p := parse(t, mediaHead+"#EXTINF:4,\na\n#EXTINF:0,\nb\n#EXTINF:6,\nc\n#EXTINF:0.5,\nd\n", "")
	for _, c := range []struct {
		at   time.Duration
		want int
	}{
		{-time.Second, 0}, {0, 0}, {3999 * time.Millisecond, 0}, {4 * time.Second, 2}, {10*time.Second - 1, 2},
		{10 * time.Second, 3}, {10500 * time.Millisecond, 3}, {time.Hour, 3},
	} {
		assert.Equal(t, c.want, p.Media.At(c.at), "%v", c.at)
	}
}

// TestSegmentAtLooksLikeWalking holds the search against a walk over the segments.
func TestSegmentAtLooksLikeWalking(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	m := &Media{}
	var start time.Duration
	for range 500 {
		d := time.Duration(random.IntN(3)) * 40 * time.Millisecond
		m.Segments = append(m.Segments, Segment{Start: start, Duration: d})
		start += d
	}
	walk := func(at time.Duration) int {
		for i := range m.Segments {
			if m.Segments[i].End() > at {
				return i
			}
		}
		return len(m.Segments) - 1
	}
	for at := time.Duration(0); at < start+time.Second; at += 10 * time.Millisecond {
		assert.Equal(t, walk(at), m.At(at))
	}
}
