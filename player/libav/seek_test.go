package libav

import (
	"bytes"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/mediatest"
)

// keyTimes returns the presentation times of a stream's key packets.
func keyTimes(t *testing.T, in *Input, stream Stream) []time.Duration {
	t.Helper()
	var keys []time.Duration
	packet := NewPacket()
	defer packet.Close()
	for in.ReadPacket(packet) == nil {
		if packet.Stream() == stream.Index && packet.Key() {
			keys = append(keys, Ticks(packet.PTS(), stream.TimeBase))
		}
	}
	return keys
}

// From every time, reading goes on at the last key picture at or before it.
func TestSeekTo(t *testing.T) {
	for name, spec := range map[string]mediatest.Spec{
		"mp4":            {Video: "h264", Audio: "aac", KeyEvery: 10},
		"fragmented mp4": {Video: "h264", Audio: "aac", KeyEvery: 10, Fragmented: true},
		"fragmented mov": {Video: "hevc", Audio: "aac", KeyEvery: 10, Fragmented: true, Container: "mov"},
		"mov":            {Video: "h264", Audio: "aac", KeyEvery: 10, Container: "mov"},
		"flv":            {Video: "h264", Audio: "aac", KeyEvery: 10, Container: "flv"},
		"avi":            {Video: "mpeg4", Audio: "mp3", KeyEvery: 10, Container: "avi"},
		"mkv":            {Video: "h264", Audio: "aac", KeyEvery: 10, Container: "mkv"},
		"webm":           {Video: "vp9", Audio: "opus", KeyEvery: 10, Container: "webm"},
	} {
		t.Run(name, func(t *testing.T) {
			in := openInput(t, openFile(t, mediatest.Make(t, spec)), InputOptions{})
			stream := streamOf(t, in, KindVideo)
			keys := keyTimes(t, in, stream)
			require.GreaterOrEqual(t, len(keys), 5)
			packet := NewPacket()
			defer packet.Close()
			end := 2 * time.Second
			if name == "flv" {
				end = keys[len(keys)-1] + 200*time.Millisecond // FFmpeg takes the end of sequence for a key picture
			}
			for at := keys[0]; at < end; at += 20 * time.Millisecond {
				require.NoError(t, in.SeekTo(stream.Index, at))
				for {
					require.NoError(t, in.ReadPacket(packet), "to %v", at)
					if packet.Stream() == stream.Index {
						break
					}
				}
				require.True(t, packet.Key(), "to %v", at)
				want := keys[0]
				for _, key := range keys {
					if key <= at {
						want = key
					}
				}
				assert.Equal(t, want, Ticks(packet.PTS(), stream.TimeBase), "to %v", at)
			}
			// The input is closed with what the last seek has read.
			require.NoError(t, in.SeekTo(stream.Index, keys[2]))
		})
	}
	t.Run("ts goes about there", func(t *testing.T) {
		in := openInput(t, openFile(t, mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac", Container: "ts"})), InputOptions{})
		stream := streamOf(t, in, KindVideo)
		require.NoError(t, in.SeekTo(stream.Index, in.StartTime()+time.Second))
		packet := NewPacket()
		defer packet.Close()
		require.NoError(t, in.ReadPacket(packet))
		for packet.Stream() != stream.Index {
			require.NoError(t, in.ReadPacket(packet))
		}
		assert.InDelta(t, time.Second, Ticks(packet.PTS(), stream.TimeBase)-in.StartTime(), float64(500*time.Millisecond))
	})
	t.Run("no such stream", func(t *testing.T) {
		in := openInput(t, openFile(t, mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac"})), InputOptions{})
		require.Error(t, in.SeekTo(7, 0))
		require.Error(t, in.SeekTo(-1, 0))
	})
}

// What is decoded after a seek and a flush equals what was decoded there before.
func TestDecodeAfterSeek(t *testing.T) {
	path := mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac", KeyEvery: 10})
	want := mediatest.FrameMD5(t, path, mediatest.Video)
	in := openInput(t, openFile(t, path), InputOptions{})
	decodeAll(t, in, KindVideo)
	for _, at := range []int{45, 20, 0, 49} {
		require.NoError(t, in.SeekTo(0, want[at].PTS))
		got := decodeAll(t, in, KindVideo)
		key := at / 10 * 10
		require.Len(t, got, len(want)-key, "to picture %d", at)
		for i, f := range got {
			assert.Equal(t, want[key+i].MD5, f.md5, "picture %d after a seek to %d", key+i, at)
		}
	}
}

func TestFlushAndSkip(t *testing.T) {
	path := mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac"})
	want := mediatest.FrameMD5(t, path, mediatest.Video)
	in := openInput(t, openFile(t, path), InputOptions{})
	stream := streamOf(t, in, KindVideo)
	decoder := newDecoder(t, stream, DecoderOptions{})
	decode := func() (frames []decoded) {
		require.NoError(t, in.SeekTo(stream.Index, 0))
		each(t, in, stream, decoder, collect(&frames, stream.TimeBase))
		require.ErrorIs(t, decoder.Send(nil), io.EOF)
		decoder.Flush()
		return frames
	}
	assert.Len(t, decode(), 50)
	decoder.SkipNonReference(true)
	fewer := decode()
	assert.Less(t, len(fewer), 40)
	assert.Greater(t, len(fewer), 10)
	decoder.SkipNonReference(false)
	all := decode()
	require.Len(t, all, 50)
	assert.Equal(t, want[49].MD5, all[49].md5)
	pictures := make(map[string]bool)
	for _, f := range want {
		pictures[f.MD5] = true
	}
	for _, f := range fewer {
		assert.True(t, pictures[f.md5], "a picture decoded without the skipped ones is the same")
	}
}

// flakyReader fails once at an offset.
type flakyReader struct {
	*bytes.Reader
	at     int64
	failed bool
}

func (f *flakyReader) Read(p []byte) (int, error) {
	position := f.Size() - int64(f.Len())
	if !f.failed && position >= f.at {
		f.failed = true
		return 0, errReader
	}
	if !f.failed {
		p = p[:min(int64(len(p)), f.at-position)]
	}
	return f.Reader.Read(p)
}

// After an interrupted read, a seek makes reading go on.
func TestSeekAfterReadError(t *testing.T) {
	for name, spec := range map[string]mediatest.Spec{
		"mp4":        {Video: "h264", Audio: "aac", Frames: 250},
		"mkv":        {Video: "h264", Audio: "aac", Container: "mkv", Frames: 250},
		"ts":         {Video: "h264", Audio: "aac", Container: "ts", Frames: 250},
		"fragmented": {Video: "h264", Audio: "aac", Fragmented: true, Frames: 250},
	} {
		t.Run(name, func(t *testing.T) {
			path := mediatest.Make(t, spec)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			reader := &flakyReader{Reader: bytes.NewReader(data), failed: true}
			in := openInput(t, reader, InputOptions{})
			require.NoError(t, in.SeekTo(0, in.StartTime()))
			reader.failed, reader.at = false, int64(len(data)*4/5)
			packet := NewPacket()
			defer packet.Close()
			for err == nil {
				err = in.ReadPacket(packet)
			}
			require.ErrorIs(t, err, errReader)
			require.NoError(t, in.SeekTo(0, in.StartTime()))
			want := mediatest.FrameMD5(t, path, mediatest.Video)
			got := decodeAll(t, in, KindVideo)
			require.Len(t, got, len(want))
			for i := range want {
				assert.Equal(t, want[i].MD5, got[i].md5)
			}
		})
	}
}

// A seek whose reading fails says so, or the next read does, and the next seek gets there.
func TestSeekThatFails(t *testing.T) {
	for name, spec := range map[string]mediatest.Spec{
		"mp4":        {Video: "h264", Audio: "aac", Frames: 250},
		"mkv":        {Video: "h264", Audio: "aac", Frames: 250, Container: "mkv"},
		"ts":         {Video: "h264", Audio: "aac", Frames: 250, Container: "ts"},
		"fragmented": {Video: "h264", Audio: "aac", Frames: 250, Fragmented: true},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(mediatest.Make(t, spec))
			require.NoError(t, err)
			reader := &flakyReader{Reader: bytes.NewReader(data), failed: true}
			in := openInput(t, reader, InputOptions{})
			stream := streamOf(t, in, KindVideo)
			packet := NewPacket()
			defer packet.Close()
			next := func() (time.Duration, error) {
				for {
					if err := in.ReadPacket(packet); err != nil {
						return 0, err
					}
					if packet.Stream() == stream.Index {
						return Ticks(packet.PTS(), stream.TimeBase) - in.StartTime(), nil
					}
				}
			}
			at := in.StartTime() + 5*time.Second
			reader.failed = false
			if err = in.SeekTo(stream.Index, at); err == nil {
				_, err = next()
			}
			require.ErrorIs(t, err, errReader)
			require.NotErrorIs(t, err, ErrCorrupt)
			require.NotErrorIs(t, err, io.EOF)
			require.NoError(t, in.SeekTo(stream.Index, at))
			landed, err := next()
			require.NoError(t, err)
			assert.InDelta(t, 5*time.Second, landed, float64(time.Second))
		})
	}
}
