package libav

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
	"latchkey/player/mediatest"
)

// TestMaxPixels refuses pictures that are larger than allowed, at once and in mid-stream.
func TestMaxPixels(t *testing.T) {
	small := mediatest.Spec{Video: "h264", Width: 320, Height: 180, Frames: 10, Container: "ts"}
	large := mediatest.Spec{Video: "h264", Width: 1280, Height: 720, Frames: 10, Container: "ts"}
	open := func(spec mediatest.Spec) (*Input, Stream) {
		in := openInput(t, openFile(t, mediatest.Make(t, spec)), InputOptions{})
		return in, streamOf(t, in, KindVideo)
	}
	options := DecoderOptions{MaxPixels: 4 * 320 * 180}
	_, stream := open(large)
	_, err := NewDecoder(stream, options)
	var refused *PictureError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, PictureError{Width: 1280, Height: 720}, *refused)

	_, before := open(small)
	for _, threads := range []int{1, 2} {
		options.Threads = threads
		decoder := newDecoder(t, before, options)
		in, stream := open(large)
		err = nil
		packet := NewPacket()
		for err == nil {
			require.NoError(t, in.ReadPacket(packet))
			if packet.Stream() != stream.Index {
				continue
			}
			if err = decoder.Send(packet); err == nil {
				var picture *frame.Video
				picture, err = decoder.ReceiveVideo()
				picture.Release()
				if errors.Is(err, ErrAgain) {
					err = nil
				}
			}
		}
		packet.Close()
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, 1280, refused.Width)
	}
}

// TestPicturesWithinMemory refuses pictures of which the reference pictures take more than the
// limit, before they are decoded. Serial: the limit is the process's.
func TestPicturesWithinMemory(t *testing.T) {
	path := mediatest.Make(t, mediatest.Spec{Video: "h264", Width: 1920, Height: 1080, Frames: 12})
	in := openInput(t, openFile(t, path), InputOptions{})
	stream := streamOf(t, in, KindVideo)
	decode := func() error {
		in := openInput(t, openFile(t, path), InputOptions{})
		decoder := newDecoder(t, stream, DecoderOptions{Threads: 1})
		packet := NewPacket()
		defer packet.Close()
		for packet.Stream() != stream.Index || packet.Data() == nil {
			require.NoError(t, in.ReadPacket(packet))
		}
		if err := errors.Join(decoder.Send(packet), decoder.Send(nil)); err != nil {
			return err
		}
		picture, err := decoder.ReceiveVideo()
		picture.Release()
		return err
	}
	require.NoError(t, decode())
	t.Cleanup(func() { SetMemoryLimit(DefaultMemoryLimit) })
	SetMemoryLimit(memoryUsed() + 8<<20)
	if !memoryBounded() {
		t.Skip("there is no limit of the heap")
	}
	require.ErrorIs(t, decode(), ErrMemory)
}
