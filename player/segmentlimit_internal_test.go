package player

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player/hls"
)

func TestSegmentLimit(t *testing.T) {
	for name, c := range map[string]struct {
		bandwidth int64
		duration  time.Duration
		want      int64 // MB
	}{
		"a segment of sound":             {128_000, 10 * time.Second, 16},
		"4K, 6 s at 25 Mbit/s":           {25_000_000, 6 * time.Second, 150},
		"a minute of 8K at 100 Mbit/s":   {100_000_000, time.Minute, 536},
		"no bandwidth, 2 s":              {0, 2 * time.Second, 100},
		"a bandwidth that cannot be, 2s": {1, 2 * time.Second, 100},
		"no duration":                    {5_000_000, 0, 16},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, segmentLimit(c.bandwidth, c.duration)/1_000_000)
		})
	}
}

// TestSegmentBeyondItsBandwidth is refused: at once where its length is announced, else when it has
// sent too much.
func TestSegmentBeyondItsBandwidth(t *testing.T) {
	for class, limit := range map[network.Class]int64{network.ClassSegment: 20 << 20, network.ClassInit: 16 << 20, network.ClassThumbnail: 16 << 20} {
		for name, length := range map[string]int64{"announced": 100 << 20, "without a length": -1} {
			t.Run(class.String()+", "+name, func(t *testing.T) {
				body := new(endless)
				s := newTestSession(t, "http://www.example.com/main.m3u8", func(r *http.Request) (*http.Response, error) {
					return answer(r, http.StatusOK, body, length), nil
				})
				d, loaded := (&hlsTrack{session: s}).begin(t.Context(), wanted{class: class, uri: "http://www.example.com/1.ts", limit: 20 << 20})
				n, err := io.Copy(io.Discard, d.reader(t.Context()))
				require.ErrorIs(t, err, network.ErrTooLarge)
				require.ErrorIs(t, loaded(), network.ErrTooLarge)
				if length < 0 {
					assert.Equal(t, limit, n)
				} else {
					assert.Zero(t, n)
				}
			})
		}
	}
}

// TestBarrenSegment gives a demuxer packets without picture and sound: it stops there, and says so.
func TestBarrenSegment(t *testing.T) {
	r := newEndlessReader(t.Context(), t)
	n, err := io.Copy(io.Discard, io.LimitReader(r, 200<<20))
	require.NoError(t, err)
	assert.InDelta(t, 64<<20, n, 64<<10)
	require.ErrorIs(t, r.err, errBarren)
	var explained *Error
	require.ErrorAs(t, Explain(r.err, "http://www.example.com/main.m3u8"), &explained)
	assert.Equal(t, CodeNotMedia, explained.Code)
	assert.Equal(t, "64 MB of this stream held neither picture nor sound.", explained.Message)
}

// TestSegmentWithPackets goes on as long as there are any.
func TestSegmentWithPackets(t *testing.T) {
	r := newEndlessReader(t.Context(), t)
	for range 3 {
		n, err := io.CopyN(io.Discard, r, 40<<20)
		require.NoError(t, err)
		assert.EqualValues(t, 40<<20, n)
		r.barren.packet()
	}
}

// TestSegmentReaderEndsWithItsContext has more bytes at hand when it is told to end.
func TestSegmentReaderEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := newEndlessReader(ctx, t)
	_, err := io.CopyN(io.Discard, r, 1<<20)
	require.NoError(t, err)
	cancel()
	n, err := io.Copy(io.Discard, io.LimitReader(r, 1<<20))
	require.NoError(t, err)
	assert.Zero(t, n)
	require.ErrorIs(t, r.err, context.Canceled)
}

// newEndlessReader reads a segment without an end, as a demuxer does.
func newEndlessReader(ctx context.Context, t *testing.T) *segmentReader {
	t.Helper()
	s := newTestSession(t, "http://www.example.com/main.m3u8", func(r *http.Request) (*http.Response, error) {
		return answer(r, http.StatusOK, &endless{at: 188}, -1), nil
	})
	loading, stop := context.WithCancel(t.Context())
	track := &hlsTrack{session: s}
	d, loaded := track.begin(loading, wanted{class: network.ClassSegment, uri: "http://www.example.com/1.ts"})
	t.Cleanup(func() {
		stop()
		_ = loaded() // it was stopped
	})
	items := make(chan item, 1)
	items <- item{segment: &hls.Segment{URI: "http://www.example.com/1.ts"}, data: d, newRun: true}
	r := &segmentReader{track: track, items: items, wait: ctx}
	_, format, err := r.nextRun()
	require.NoError(t, err)
	require.Equal(t, "mpegts", format)
	return r
}

// TestPrimeOfALargeSegment loads beforehand what fits unread, and leaves a larger segment to
// playback: nobody reads it, so that its download would wait for as long as the title before plays.
func TestPrimeOfALargeSegment(t *testing.T) {
	for size, kept := range map[int64]bool{15 << 20: true, 20 << 20: false} {
		for _, announced := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				s := newTestSession(t, "http://www.example.com/main.m3u8", func(r *http.Request) (*http.Response, error) {
					length := int64(-1)
					if announced {
						length = size
					}
					return answer(r, http.StatusOK, io.LimitReader(new(endless), size), length), nil
				})
				list := &hls.Playlist{Media: &hls.Media{EndList: true, Segments: []hls.Segment{{URI: "http://www.example.com/1.ts", Duration: 10 * time.Second}}}}
				s.main = newFeed(s, "http://www.example.com/main.m3u8", nil, list)
				s.source = &hlsSource{session: s, quiet: func() {}}
				s.prime(t.Context(), time.Second)
				assert.Equal(t, kept, s.cache.has(keyOf("http://www.example.com/1.ts", nil)), "%d MiB", size>>20)
			})
		}
	}
}
