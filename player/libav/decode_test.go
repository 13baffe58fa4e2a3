package libav

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
	"latchkey/player/mediatest"
)

// media are what the tests decode.
var media = map[string]struct {
	spec mediatest.Spec
	pipe bool // can be read without seeking
}{
	"h264 aac mp4":            {spec: mediatest.Spec{Video: "h264", Audio: "aac", Title: "A title"}, pipe: true},
	"h264 aac mp4 index last": {spec: mediatest.Spec{Video: "h264", Audio: "aac", IndexLast: true}},
	"h264 aac fragmented":     {spec: mediatest.Spec{Video: "h264", Audio: "aac", Fragmented: true}, pipe: true},
	"h264 aac ts":             {spec: mediatest.Spec{Video: "h264", Audio: "aac", Container: "ts"}, pipe: true},
	"h264 mp3 ts 44.1 kHz":    {spec: mediatest.Spec{Video: "h264", Audio: "mp3", Container: "ts", SampleRate: 44100, NoBFrames: true}, pipe: true},
	"h264 ts":                 {spec: mediatest.Spec{Video: "h264", Container: "ts"}, pipe: true},
	"aac ts":                  {spec: mediatest.Spec{Audio: "aac", Container: "ts"}, pipe: true},
	"h264 aac mkv 29.97":      {spec: mediatest.Spec{Video: "h264", Audio: "aac", Container: "mkv", FrameRate: "30000/1001", Language: "deu"}, pipe: true},
	"h264 aac flv":            {spec: mediatest.Spec{Video: "h264", Audio: "aac", Container: "flv", SampleRate: 44100}, pipe: true},
	"h264 4:4:4 odd size":     {spec: mediatest.Spec{Video: "h264", Width: 101, Height: 67, PixelFormat: "yuv444p", Frames: 10}, pipe: true},
	"hevc ac3 mp4":            {spec: mediatest.Spec{Video: "hevc", Audio: "ac3"}, pipe: true},
	"hevc 10 bit eac3 ts":     {spec: mediatest.Spec{Video: "hevc", Audio: "eac3", Container: "ts", PixelFormat: "yuv420p10le", Frames: 25}, pipe: true},
	"vp9 opus webm odd size":  {spec: mediatest.Spec{Video: "vp9", Audio: "opus", Container: "webm", Width: 101, Height: 67}, pipe: true},
	"av1 opus mp4":            {spec: mediatest.Spec{Video: "av1", Audio: "opus", Frames: 12}, pipe: true},
	"av1 opus webm":           {spec: mediatest.Spec{Video: "av1", Audio: "opus", Container: "webm", Frames: 12}, pipe: true},
	"mpeg2 mp3 avi":           {spec: mediatest.Spec{Video: "mpeg2", Audio: "mp3", Container: "avi", NoBFrames: true}, pipe: true},
	"mpeg2 mp3 ps":            {spec: mediatest.Spec{Video: "mpeg2", Audio: "mp3", Container: "mpg"}, pipe: true},
	"full range":              {spec: mediatest.Spec{Video: "h264", FullRange: true, Frames: 10}, pipe: true},
	"anamorphic":              {spec: mediatest.Spec{Video: "h264", SampleAspect: "4/3", Frames: 10}, pipe: true},
	"aac adts":                {spec: mediatest.Spec{Audio: "aac", Container: "aac"}, pipe: true},
	"aac m4a 5.1":             {spec: mediatest.Spec{Audio: "aac", Container: "m4a", Channels: 6, Arguments: []string{"-channel_layout", "5.1"}}, pipe: true},
	"mp3":                     {spec: mediatest.Spec{Audio: "mp3", Container: "mp3", SampleRate: 44100}, pipe: true},
	"ac3":                     {spec: mediatest.Spec{Audio: "ac3", Container: "ac3"}, pipe: true},
	"eac3":                    {spec: mediatest.Spec{Audio: "eac3", Container: "eac3"}, pipe: true},
	"flac":                    {spec: mediatest.Spec{Audio: "flac", Container: "flac"}, pipe: true},
	"flac 24 bit mkv":         {spec: mediatest.Spec{Audio: "flac", Container: "mkv", Arguments: []string{"-sample_fmt", "s32"}}, pipe: true},
	"opus ogg":                {spec: mediatest.Spec{Audio: "opus", Container: "ogg"}, pipe: true},
	"vorbis ogg":              {spec: mediatest.Spec{Audio: "vorbis", Container: "ogg"}, pipe: true},
	"pcm wav":                 {spec: mediatest.Spec{Audio: "pcm", Container: "wav", Channels: 1, SampleRate: 22050}, pipe: true},
}

// Every frame that comes out, and its time, is what ffmpeg says.
func TestDecodeEqualsFFmpeg(t *testing.T) {
	for name, medium := range media {
		t.Run(name, func(t *testing.T) {
			path := mediatest.Make(t, medium.spec)
			t.Run("seekable", func(t *testing.T) {
				compareAll(t, medium.spec,
					func() *Input { return openInput(t, openFile(t, path), InputOptions{}) },
					func(which mediatest.Which) []mediatest.Frame { return mediatest.FrameMD5(t, path, which) })
			})
			if !medium.pipe {
				return
			}
			t.Run("not seekable", func(t *testing.T) {
				data, err := os.ReadFile(path)
				require.NoError(t, err)
				compareAll(t, medium.spec,
					func() *Input { return openInput(t, onlyReader{bytes.NewReader(data)}, InputOptions{}) },
					func(which mediatest.Which) []mediatest.Frame { return mediatest.FrameMD5Pipe(t, data, which) })
			})
		})
	}
}

func compareAll(t *testing.T, spec mediatest.Spec, open func() *Input, want func(mediatest.Which) []mediatest.Frame) {
	t.Helper()
	if spec.Video != "" {
		in := open()
		stream := streamOf(t, in, KindVideo)
		got := decodeAll(t, in, KindVideo)
		expected := want(mediatest.Video)
		require.Len(t, got, len(expected), "pictures")
		for i, f := range expected {
			actual := mediatest.Frame{Ticks: got[i].ticks, PTS: got[i].pts, Size: got[i].size, MD5: got[i].md5}
			require.Equal(t, f, actual, "picture %d", i)
			assert.Equal(t, stream.Width, got[i].video.Width)
			assert.Equal(t, stream.Height, got[i].video.Height)
		}
	}
	if spec.Audio != "" {
		in := open()
		stream := streamOf(t, in, KindAudio)
		got := decodeAll(t, in, KindAudio)
		expected := want(mediatest.Audio)
		require.Len(t, got, len(expected), "stretches of sound")
		tick := Ticks(1, stream.TimeBase) + time.Microsecond
		for i, f := range expected {
			require.Equal(t, f.MD5, got[i].md5, "sound %d", i)
			require.Equal(t, f.Size, got[i].size, "sound %d", i)
			// ffmpeg counts samples where the container's ticks are coarser.
			require.InDelta(t, f.PTS, got[i].pts, float64(tick), "sound %d", i)
		}
	}
}

func TestPictureProperties(t *testing.T) {
	tests := map[string]struct {
		spec  mediatest.Spec
		check func(t *testing.T, first frame.Video, s Stream)
	}{
		"plain": {
			spec: mediatest.Spec{Video: "h264", Frames: 10},
			check: func(t *testing.T, v frame.Video, s Stream) {
				t.Helper()
				assert.Equal(t, frame.YUV420P, v.Format)
				assert.Equal(t, 40*time.Millisecond, v.Duration)
				assert.True(t, v.Key)
				assert.Zero(t, v.Rotation)
				assert.Equal(t, frame.Rational{Num: 1, Den: 1}, v.SampleAspect)
				assert.Equal(t, frame.MatrixUnspecified, v.Matrix)
				assert.Equal(t, frame.Rational{Num: 25, Den: 1}, s.FrameRate)
				assert.Equal(t, "h264", s.Codec)
				assert.Equal(t, "High", s.Profile)
			},
		},
		"anamorphic": {
			spec: mediatest.Spec{Video: "h264", SampleAspect: "4/3", Frames: 2},
			check: func(t *testing.T, v frame.Video, _ Stream) {
				t.Helper()
				assert.Equal(t, frame.Rational{Num: 4, Den: 3}, v.SampleAspect)
				width, height := v.DisplaySize()
				assert.Equal(t, [2]int{213, 90}, [2]int{width, height})
			},
		},
		"full range bt709": {
			spec: mediatest.Spec{Video: "h264", FullRange: true, Colour: "bt709", Frames: 2},
			check: func(t *testing.T, v frame.Video, _ Stream) {
				t.Helper()
				assert.Equal(t, frame.RangeFull, v.Range)
				assert.Equal(t, frame.MatrixBT709, v.Matrix)
				assert.Equal(t, frame.PrimariesBT709, v.Primaries)
				assert.Equal(t, frame.TransferBT709, v.Transfer)
				assert.Equal(t, frame.LayoutPlanar, v.Format.Layout)
				assert.Equal(t, frame.ChromaLeft, v.ChromaLocation)
			},
		},
		"10 bit": {
			spec: mediatest.Spec{Video: "hevc", PixelFormat: "yuv420p10le", Frames: 2},
			check: func(t *testing.T, v frame.Video, _ Stream) {
				t.Helper()
				assert.Equal(t, frame.YUV420P10, v.Format)
			},
		},
		"4:4:4": {
			spec: mediatest.Spec{Video: "h264", PixelFormat: "yuv444p", Frames: 2},
			check: func(t *testing.T, v frame.Video, _ Stream) {
				t.Helper()
				assert.Equal(t, frame.YUV444P, v.Format)
			},
		},
		"turned by 90": {
			spec: mediatest.Spec{Video: "h264", Rotation: 90, Frames: 2},
			check: func(t *testing.T, v frame.Video, _ Stream) {
				t.Helper()
				assert.Equal(t, 90, v.Rotation)
				width, height := v.DisplaySize()
				assert.Equal(t, [2]int{90, 160}, [2]int{width, height})
			},
		},
		"turned by 270": {
			spec: mediatest.Spec{Video: "h264", Rotation: 270, Frames: 2},
			check: func(t *testing.T, v frame.Video, _ Stream) {
				t.Helper()
				assert.Equal(t, 270, v.Rotation)
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in := openInput(t, openFile(t, mediatest.Make(t, test.spec)), InputOptions{})
			frames := decodeAll(t, in, KindVideo)
			require.Len(t, frames, test.spec.Frames)
			test.check(t, frames[0].video, streamOf(t, in, KindVideo))
		})
	}
}

func TestPlanes(t *testing.T) {
	path := mediatest.Make(t, mediatest.Spec{Video: "vp9", Container: "webm", Width: 101, Height: 67, Frames: 3})
	in := openInput(t, openFile(t, path), InputOptions{})
	stream := streamOf(t, in, KindVideo)
	pictures := 0
	each(t, in, stream, newDecoder(t, stream, DecoderOptions{}), func(v *frame.Video, _ *AudioFrame) {
		pictures++
		require.Len(t, v.Planes, 3)
		for i, want := range [][2]int{{101, 67}, {51, 34}, {51, 34}} {
			p := v.Planes[i]
			assert.Equal(t, want, [2]int{p.RowBytes, p.Rows})
			assert.GreaterOrEqual(t, p.Stride, p.RowBytes)
			assert.GreaterOrEqual(t, len(p.Data), p.Stride*(p.Rows-1)+p.RowBytes)
			assert.LessOrEqual(t, len(p.Data), p.Stride*p.Rows)
		}
		v.Release()
		assert.Nil(t, v.Planes)
		v.Release()
	})
	assert.Equal(t, 3, pictures)
}

// Frames, packets and streams outlive what they came from.
func TestLifetimes(t *testing.T) {
	path := mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac", Title: "A title"})
	want := mediatest.FrameMD5(t, path, mediatest.Video)
	in := openInput(t, openFile(t, path), InputOptions{})
	stream := streamOf(t, in, KindVideo)
	var packets []*Packet
	for {
		packet := NewPacket()
		if in.ReadPacket(packet) != nil {
			packet.Close()
			break
		}
		if packet.Stream() != stream.Index {
			packet.Close()
			continue
		}
		packets = append(packets, packet)
	}
	in.Close()
	in.Close()
	assert.Zero(t, in.Duration())
	assert.Zero(t, in.StartTime())
	assert.Empty(t, in.FormatName())
	assert.Empty(t, in.Title())
	require.ErrorIs(t, in.ReadPacket(NewPacket()), ErrClosed)
	require.ErrorIs(t, in.SeekTo(0, 0), ErrClosed)

	decoder := newDecoder(t, stream, DecoderOptions{Threads: 1})
	var pictures []*frame.Video
	for _, packet := range packets {
		require.NoError(t, decoder.Send(packet))
		packet.Close()
		packet.Close()
		assert.Empty(t, packet.Data())
		for {
			v, err := decoder.ReceiveVideo()
			if err != nil {
				require.ErrorIs(t, err, ErrAgain)
				break
			}
			pictures = append(pictures, v)
		}
	}
	decoder.Close()
	decoder.Close()
	require.ErrorIs(t, decoder.Send(nil), ErrClosed)
	_, err := decoder.ReceiveVideo()
	require.ErrorIs(t, err, ErrClosed)
	_, err = decoder.ReceiveAudio()
	require.ErrorIs(t, err, ErrClosed)
	decoder.Flush()
	decoder.SkipNonReference(true)

	require.NotEmpty(t, pictures)
	for i, v := range pictures {
		assert.Equal(t, want[i].MD5, picked(v).md5)
		v.Release()
	}
}
