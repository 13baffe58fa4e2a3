package libav

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
	"latchkey/player/hostile"
	"latchkey/player/mediatest"
)

// limitMemory bounds the C heap at so much more than is in use, until the test ends.
func limitMemory(t *testing.T, more int64) {
	t.Helper()
	if !memoryBounded() {
		t.Skip("the heap as a whole is bounded on glibc alone")
	}
	SetMemoryLimit(memoryUsed() + more)
	t.Cleanup(func() { SetMemoryLimit(DefaultMemoryLimit) })
}

// TestMemoryLimitOfIndex opens an MP4 of a million samples of one byte. Serial: the limit is the
// process's.
func TestMemoryLimitOfIndex(t *testing.T) {
	const samples = 1 << 20
	film := hostile.MP4{Samples: samples, SampleSize: 1, Data: samples}.Bytes()
	limitMemory(t, 8<<20)
	_, err := OpenInput(bytes.NewReader(film), InputOptions{})
	require.ErrorIs(t, err, ErrMemory)
	require.NotErrorIs(t, err, ErrCorrupt)
	require.NotErrorIs(t, err, ErrNotMedia)
}

// TestMemoryLimitOfPictures decodes pictures of which the reference pictures alone take more than
// the limit, with the limit and without it. Serial: the limit is the process's.
func TestMemoryLimitOfPictures(t *testing.T) {
	path := mediatest.Make(t, mediatest.Spec{Video: "h264", Width: 1920, Height: 1080, Frames: 12})
	in := openInput(t, openFile(t, path), InputOptions{})
	stream := streamOf(t, in, KindVideo)
	for _, threads := range []int{1, 4} {
		t.Run(fmt.Sprintf("%d threads", threads), func(t *testing.T) {
			limitMemory(t, 0)
			require.ErrorIs(t, tryDecode(openFile(t, path), stream, threads), ErrMemory)
			SetMemoryLimit(DefaultMemoryLimit)
			require.NoError(t, tryDecode(openFile(t, path), stream, threads))
		})
	}
}

// tryDecode decodes all of a stream, and returns the first error.
func tryDecode(r io.Reader, stream Stream, threads int) error {
	in, err := OpenInput(r, InputOptions{})
	if err != nil {
		return err
	}
	defer in.Close()
	decoder, err := NewDecoder(stream, DecoderOptions{Threads: threads})
	if err != nil {
		return err
	}
	defer decoder.Close()
	return eachUntil(in, stream, decoder, never, func(v *frame.Video, a *AudioFrame) error {
		if v != nil {
			v.Release()
		} else {
			a.Close()
		}
		return nil
	})
}

// TestAllocationsFail has FFmpeg's allocations of large blocks fail one by one, and in rows, over
// media of several containers and codecs: what fails says so or is passed over, and nothing
// crashes. Small blocks are left out, as the limit leaves them out. Serial: it counts the
// allocations of the process.
func TestAllocationsFail(t *testing.T) {
	if !memoryBounded() {
		t.Skip("allocations are counted on glibc alone")
	}
	const large, larger = 32 << 10, 512 << 10
	for _, test := range []struct {
		name  string
		spec  mediatest.Spec
		block int
	}{
		{"h264 aac mp4", mediatest.Spec{Video: "h264", Audio: "aac", Frames: 10}, large},
		{"h264 aac fragmented", mediatest.Spec{Video: "h264", Audio: "aac", Frames: 10, Fragmented: true}, large},
		{"h264 aac ts", mediatest.Spec{Video: "h264", Audio: "aac", Frames: 10, Container: "ts"}, large},
		{"hevc ac3 mp4", mediatest.Spec{Video: "hevc", Audio: "ac3", Frames: 10}, large},
		{"av1 opus webm", mediatest.Spec{Video: "av1", Audio: "opus", Frames: 10, Container: "webm"}, large},
		{"mpeg2 mp3 ps", mediatest.Spec{Video: "mpeg2", Audio: "mp3", Frames: 10, Container: "mpg"}, large},
		{"flac", mediatest.Spec{Audio: "flac", Container: "flac", Frames: 10}, large},
		{"vp9 opus webm", mediatest.Spec{Video: "vp9", Audio: "opus", Width: 1280, Height: 720, Frames: 10, Container: "webm"}, larger},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := mediatest.Make(t, test.spec)
			streams := openInput(t, openFile(t, path), InputOptions{}).Streams()
			play := func() error {
				var failed error
				for _, stream := range streams {
					failed = errors.Join(failed, tryDecode(openFile(t, path), stream, 2))
				}
				return failed
			}
			t.Cleanup(func() { failAllocation(0, 0, 0) })
			refused := 0
			for next := 1; next < 100; next += 1 + next/10 {
				for _, every := range []int{0, 1, 1 + next/7} {
					failAllocation(next, every, test.block)
					if errors.Is(play(), ErrMemory) {
						refused++
					}
				}
			}
			failAllocation(0, 0, 0)
			assert.NotZero(t, refused)
			require.NoError(t, play())
		})
	}
}
