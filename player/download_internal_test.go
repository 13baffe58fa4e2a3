package player

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player/abr"
)

// transport answers requests without a network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answer is a response with a body of a length, -1: not known.
func answer(r *http.Request, status int, body io.Reader, length int64) *http.Response {
	return &http.Response{StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: length, Request: r}
}

// newTestSession returns a session whose requests a transport answers. It ends with the test.
func newTestSession(t *testing.T, source string, answer transport) *session {
	t.Helper()
	config, err := Config{Log: slog.New(slog.DiscardHandler)}.checked()
	require.NoError(t, err)
	resource, err := NewMediaResource(source, nil)
	require.NoError(t, err)
	client, err := network.NewClient(resource.configuration(), network.Options{Resource: source, Transport: answer})
	require.NoError(t, err)
	s := newSession(config, resource, client, new(outputs), func(message) {})
	t.Cleanup(s.close)
	return s
}

// block is how many bytes of an endless body have the same number.
const block = 64 << 10

// packets is a block of null packets of a transport stream.
var packets = slices.Repeat(append([]byte{0x47, 0x1f, 0xff, 0x10}, make([]byte, 184)...), block/188+1)[:block]

// endless is a body without an end: blocks of packets, each with its number in its first bytes.
type endless struct{ at int64 }

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, packets[e.at%block:])
	if e.at%block == 0 && n >= 8 {
		binary.BigEndian.PutUint64(p, uint64(e.at/block))
	}
	e.at += int64(n)
	return n, nil
}

// TestEndlessSegment reads a segment without an end: what was read is not kept, and at last it is
// refused.
func TestEndlessSegment(t *testing.T) {
	s := newTestSession(t, "http://www.example.com/main.m3u8", func(r *http.Request) (*http.Response, error) {
		return answer(r, http.StatusOK, new(endless), -1), nil
	})
	d, loaded := (&hlsTrack{session: s}).begin(t.Context(), wanted{class: network.ClassSegment, uri: "http://www.example.com/radio.ts"})
	reader := d.reader(t.Context())
	var total, most int64
	var err error
	for part := make([]byte, block); err == nil; {
		var n int
		n, err = io.ReadFull(reader, part)
		if n == block {
			require.EqualValues(t, total/block, binary.BigEndian.Uint64(part), "the block at %d", total)
		}
		total += int64(n)
		d.mu.Lock()
		most = max(most, int64(cap(d.data)))
		d.mu.Unlock()
		require.LessOrEqual(t, total, int64(1<<30), "it goes on for ever")
	}
	require.ErrorIs(t, err, network.ErrTooLarge)
	require.ErrorIs(t, loaded(), network.ErrTooLarge)
	assert.EqualValues(t, 512<<20, total)
	assert.LessOrEqual(t, most, int64(cacheBytes), "bytes that one download holds")
	explained := new(Error)
	require.ErrorAs(t, Explain(err, "http://www.example.com/main.m3u8"), &explained)
	assert.Equal(t, CodeTooLarge, explained.Code)
	assert.Equal(t, "A segment of the stream, http://www.example.com/radio.ts, is too large or has no end.", explained.Message)
}

// TestLargeInitSection is read more than once.
func TestLargeInitSection(t *testing.T) {
	const size = 16 << 20
	s := newTestSession(t, "http://www.example.com/main.m3u8", func(r *http.Request) (*http.Response, error) {
		return answer(r, http.StatusOK, io.LimitReader(new(endless), size), size), nil
	})
	d, loaded := (&hlsTrack{session: s}).begin(t.Context(), wanted{class: network.ClassInit, uri: "http://www.example.com/init.mp4"})
	for range 2 {
		n, err := io.Copy(io.Discard, d.reader(t.Context()))
		require.NoError(t, err)
		assert.EqualValues(t, size, n)
	}
	require.NoError(t, loaded())
}

// socket is a body that comes at a rate, with the buffer that a socket has: while it is full,
// nothing comes.
type socket struct {
	rate     float64 // bytes a second
	left     int     // bytes of the body that are still to be read
	buffer   float64 // bytes that fit into the buffer
	buffered float64
	last     time.Time
}

func (s *socket) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	s.buffered = min(s.buffered+time.Since(s.last).Seconds()*s.rate, s.buffer)
	s.last = time.Now()
	n := min(len(p), s.left)
	if missing := float64(n) - s.buffered; missing > 0 {
		pause(context.Background(), nil, time.Duration(missing/s.rate*float64(time.Second)))
		s.buffered, s.last = float64(n), time.Now()
	}
	s.buffered -= float64(n)
	s.left -= n
	return n, nil
}

// TestBackPressureIsNoSlowNetwork loads a segment that is read late, and slowly, over a network
// that carries 40 Mbit/s all the time.
func TestBackPressureIsNoSlowNetwork(t *testing.T) {
	const (
		rate = 40e6 / 8
		size = 30 << 20
	)
	for name, play := range map[string]func(context.Context, io.Reader) error{
		"a pause of five minutes": func(ctx context.Context, r io.Reader) error {
			pause(ctx, nil, 5*time.Minute)
			_, err := io.Copy(io.Discard, r)
			return err
		},
		"played at 1 Mbit/s": func(ctx context.Context, r io.Reader) error {
			for {
				pause(ctx, nil, time.Second)
				if _, err := io.CopyN(io.Discard, r, 125e3); err != nil {
					return err
				}
			}
		},
		"read at once": func(ctx context.Context, r io.Reader) error {
			_, err := io.Copy(io.Discard, r)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newTestSession(t, "http://www.example.com/main.m3u8", func(r *http.Request) (*http.Response, error) {
					return answer(r, http.StatusOK, &socket{rate: rate, left: size, buffer: 4 << 20, last: time.Now()}, size), nil
				})
				track := &hlsTrack{session: s, ladder: &ladder{session: s, now: time.Now}}
				d, loaded := track.begin(t.Context(), wanted{class: network.ClassSegment, uri: "http://www.example.com/1.m4s"})
				err := play(t.Context(), d.reader(t.Context()))
				require.True(t, err == nil || errors.Is(err, io.EOF), "%v", err)
				require.NoError(t, loaded())
				assert.InEpsilon(t, 40e6, track.ladder.bandwidth(), 0.1)
			})
		})
	}
}

// TestBackPressureIsNoStall looks at a download that waits for its reader, as who decides whether
// it is too slow does.
func TestBackPressureIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate = 40e6 / 8
		d := newDownload()
		d.start(-1)
		body := &socket{rate: rate, left: 30 << 20, buffer: 4 << 20, last: time.Now()}
		filled := make(chan error, 1)
		go func() { filled <- d.fill(t.Context(), body, -1) }()
		pause(t.Context(), nil, time.Minute)
		full := d.progress(time.Now())
		assert.InDelta(t, maxUnread, full.Got, readChunk)
		assert.Zero(t, full.Idle, "it waits for its reader, and not for the network")
		assert.InDelta(t, float64(full.Got)/rate, full.Since.Seconds(), 0.1)
		controls := abr.Controls{}
		state := abr.State{Bandwidths: []int64{1e6, 30e6}, Current: 1, Bandwidth: 40e6, Recent: 40e6, Buffer: 20 * time.Second, Segment: 20 * time.Second}
		full.Bandwidth, full.Segment = 30e6, 20*time.Second
		_, ok := controls.Abandon(state, full)
		assert.False(t, ok, "nothing is wrong with it")

		reader := d.reader(t.Context())
		_, err := io.CopyN(io.Discard, reader, 1<<20)
		require.NoError(t, err)
		synctest.Wait()
		on := d.progress(time.Now())
		assert.Greater(t, on.Got, full.Got)
		assert.Zero(t, on.Idle)
		assert.InDelta(t, full.Since.Seconds(), on.Since.Seconds(), 0.5)
		go func() { _, _ = io.Copy(io.Discard, reader) }()
		require.NoError(t, <-filled)
		d.finish(nil)
	})
}
