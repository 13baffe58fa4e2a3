package libav

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
	"latchkey/player/mediatest"
)

func TestOpenInput(t *testing.T) {
	path := mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac", Title: "A title", Language: "deu", SampleRate: 44100})
	in := openInput(t, openFile(t, path), InputOptions{})
	assert.Equal(t, "mov,mp4,m4a,3gp,3g2,mj2", in.FormatName())
	assert.Equal(t, "A title", in.Title())
	assert.Equal(t, 2*time.Second, in.Duration().Round(50*time.Millisecond))
	assert.Zero(t, in.StartTime())
	require.Len(t, in.Streams(), 2)
	video, audio := in.Streams()[0], in.Streams()[1]
	assert.Equal(t, "video", video.Kind.String())
	assert.Equal(t, [2]int{160, 90}, [2]int{video.Width, video.Height})
	assert.True(t, video.Default)
	assert.False(t, video.AttachedPicture)
	assert.Equal(t, "audio", audio.Kind.String())
	assert.Equal(t, "aac", audio.Codec)
	assert.Equal(t, "LC", audio.Profile)
	assert.Equal(t, "deu", audio.Language)
	assert.Equal(t, 44100, audio.SampleRate)
	assert.Equal(t, 2, audio.Channels)
	assert.Equal(t, frame.Rational{Num: 1, Den: 44100}, audio.TimeBase)
	assert.Equal(t, frame.Rational{}, audio.FrameRate)

	t.Run("known format", func(t *testing.T) {
		in := openInput(t, openFile(t, path), InputOptions{Format: "mp4"})
		assert.Len(t, in.Streams(), 2)
	})
	t.Run("wrong format", func(t *testing.T) {
		_, err := OpenInput(openFile(t, path), InputOptions{Format: "mpegts"})
		require.ErrorIs(t, err, ErrNotMedia)
	})
	t.Run("format that is not played", func(t *testing.T) {
		for _, format := range []string{"hls", "concat", "dash", "image2", "rtsp", "lavfi", "nonsense"} {
			_, err := OpenInput(openFile(t, path), InputOptions{Format: format})
			require.ErrorIs(t, err, ErrNotMedia, format)
		}
	})
	t.Run("known size", func(t *testing.T) {
		file := openFile(t, mediatest.Make(t, mediatest.Spec{Video: "h264", IndexLast: true}))
		info, err := file.Stat()
		require.NoError(t, err)
		in := openInput(t, file, InputOptions{Size: info.Size()})
		assert.Len(t, decodeAll(t, in, KindVideo), 50)
	})
	t.Run("further streams", func(t *testing.T) {
		subtitles := filepath.Join(t.TempDir(), "a.srt")
		require.NoError(t, os.WriteFile(subtitles, []byte("1\n00:00:00,000 --> 00:00:01,000\nHello\n"), 0o600))
		with := filepath.Join(t.TempDir(), "a.mkv")
		mediatest.FFmpeg(t, "-i", path, "-i", subtitles, "-map", "0", "-map", "1", "-c", "copy", "-c:s", "srt", with)
		in := openInput(t, openFile(t, with), InputOptions{})
		require.Len(t, in.Streams(), 3)
		assert.Equal(t, "subtitle", in.Streams()[2].Kind.String())
		_, err := NewDecoder(in.Streams()[2], DecoderOptions{})
		require.ErrorIs(t, err, ErrNoDecoder)
	})
	t.Run("a cover", func(t *testing.T) {
		cover := filepath.Join(t.TempDir(), "a.png")
		require.NoError(t, os.WriteFile(cover, pngFile(t), 0o600))
		with := filepath.Join(t.TempDir(), "a.m4a")
		mediatest.FFmpeg(t, "-i", path, "-i", cover, "-map", "0:a", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic", with)
		in := openInput(t, openFile(t, with), InputOptions{})
		assert.True(t, streamOf(t, in, KindVideo).AttachedPicture)
		assert.False(t, streamOf(t, in, KindAudio).AttachedPicture)
	})
}

func pngFile(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, image.NewRGBA(image.Rect(0, 0, 64, 64))))
	return out.Bytes()
}

// formats are the names of containers that OpenInput takes.
var formats = []string{"aac", "ac3", "avi", "eac3", "flac", "flv", "matroska", "mov", "mp3", "mp4", "mpeg", "mpegts",
	"ogg", "wav", "webm"}

// packed are those that are frames of sound alone, told by a sync word of 12 or 16 bits. Noise has them: asked
// to take it for one of these, FFmpeg may open it, and next to nothing comes of it.
var packed = []string{"aac", "ac3", "eac3"}

func TestNotMedia(t *testing.T) {
	noise := make([]byte, 3<<20)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(noise)
	mp4, err := os.ReadFile(mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac"}))
	require.NoError(t, err)
	tests := map[string][]byte{
		"nothing":          {},
		"one byte":         {0},
		"text":             []byte(strings.Repeat("It was a dark and stormy night; the rain fell in torrents.\n", 500)),
		"html":             []byte("<!DOCTYPE html><html><head><title>Sign in</title></head><body><form></form></body></html>"),
		"json":             []byte(`{"error":"forbidden"}`),
		"png":              pngFile(t),
		"zeros":            make([]byte, 1<<20),
		"noise":            noise,
		"hls playlist":     []byte("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n#EXT-X-ENDLIST\n"),
		"concat":           []byte("ffconcat version 1.0\nfile /etc/passwd\n"),
		"dash":             []byte(`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011"></MPD>`),
		"sdp":              []byte("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"),
		"srt":              []byte("1\n00:00:00,000 --> 00:00:01,000\nHello\n"),
		"head of an mp4":   mp4[:40],
		"half of an index": mp4[:600],
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{bytes.NewReader(data), onlyReader{bytes.NewReader(data)}} {
				in, err := OpenInput(r, InputOptions{})
				if err == nil {
					in.Close()
				}
				require.ErrorIs(t, err, ErrNotMedia)
			}
			for _, format := range formats {
				for _, r := range []io.Reader{bytes.NewReader(data), onlyReader{bytes.NewReader(data)}} {
					in, err := OpenInput(r, InputOptions{Format: format})
					if err == nil && name == "noise" && slices.Contains(packed, format) {
						packets, frames := passThrough(t, in)
						assert.LessOrEqual(t, frames, packets/20, format)
						in.Close()
						continue
					}
					if err == nil {
						in.Close()
					}
					assert.ErrorIs(t, err, ErrNotMedia, format)
				}
			}
		})
	}
}

// passThrough decodes what the first stream gives, and counts its packets and the frames that come of them.
// Each packet may be refused.
func passThrough(t *testing.T, in *Input) (packets, frames int) {
	t.Helper()
	decoder := newDecoder(t, in.Streams()[0], DecoderOptions{})
	packet := NewPacket()
	defer packet.Close()
	for {
		err := in.ReadPacket(packet)
		if errors.Is(err, io.EOF) {
			return packets, frames
		}
		require.NoError(t, err)
		packets++
		if err := decoder.Send(packet); err != nil {
			var failure *Error
			require.ErrorAs(t, err, &failure)
		}
		for {
			sound, err := decoder.ReceiveAudio()
			if err != nil {
				break
			}
			frames++
			sound.Close()
		}
	}
}

// What a medium names besides itself is not opened: not a file, not an address.
func TestNothingElseIsOpened(t *testing.T) {
	var asked atomic.Int64
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &httptest.Server{Listener: listener, Config: &http.Server{
		ReadHeaderTimeout: time.Minute,
		Handler:           http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }),
		ConnState:         func(net.Conn, http.ConnState) { asked.Add(1) },
	}}
	server.Start()
	t.Cleanup(server.Close)
	original := mediatest.Make(t, mediatest.Spec{Video: "h264", Container: "mov", IndexLast: true})
	data, err := os.ReadFile(original)
	require.NoError(t, err)
	elsewhere := []byte(server.URL + "/media.mov")
	media := map[string][]byte{
		"a mov whose samples are at a URL": withDataReference(t, data, "url ", elsewhere),
		"a mov whose samples are a file":   withDataReference(t, data, "alis", []byte(original)),
		"an HLS playlist":                  []byte("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + string(elsewhere) + "\n#EXT-X-ENDLIST\n"),
		"a concat script":                  []byte("ffconcat version 1.0\nfile '" + original + "'\nfile '" + string(elsewhere) + "'\n"),
		"a DASH manifest": []byte(`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S">` +
			`<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>` + string(elsewhere) +
			`</BaseURL></Representation></AdaptationSet></Period></MPD>`),
	}
	for name, data := range media {
		t.Run(name, func(t *testing.T) {
			for _, format := range []string{"", "mov"} {
				in, err := OpenInput(bytes.NewReader(data), InputOptions{Format: format})
				if err != nil {
					continue
				}
				packet := NewPacket()
				for range 100 {
					err := in.ReadPacket(packet)
					if err != nil {
						break
					}
				}
				packet.Close()
				in.Close()
			}
		})
	}
	assert.Zero(t, asked.Load(), "connections")
}

// withDataReference replaces the data reference of a QuickTime file, "in this file", by one elsewhere, and
// mends the sizes of the boxes around it (ISO/IEC 14496-12, 8.7.2). The index must follow the samples.
func withDataReference(t *testing.T, data []byte, kind string, target []byte) []byte {
	t.Helper()
	at := bytes.Index(data, []byte("dref"))
	require.Positive(t, at)
	entry := at + 12 // after the type, version and flags, and the entry count
	size := int(data[entry])<<24 | int(data[entry+1])<<16 | int(data[entry+2])<<8 | int(data[entry+3])
	var box []byte
	if kind == "alis" {
		box = aliasRecord(target)
	} else {
		box = append(append([]byte{0, 0, 0, 0}, target...), 0)
	}
	length := 8 + len(box)
	whole := append([]byte{byte(length >> 24), byte(length >> 16), byte(length >> 8), byte(length)}, kind...)
	whole = append(whole, box...)
	out := append(append(append([]byte{}, data[:entry]...), whole...), data[entry+size:]...)
	for _, name := range []string{"moov", "trak", "mdia", "minf", "dinf", "dref"} {
		at := bytes.Index(out, []byte(name)) - 4
		require.Positive(t, at, name)
		old := int(out[at])<<24 | int(out[at+1])<<16 | int(out[at+2])<<8 | int(out[at+3])
		changed := old + length - size
		copy(out[at:], []byte{byte(changed >> 24), byte(changed >> 16), byte(changed >> 8), byte(changed)})
	}
	return out
}

// aliasRecord is a QuickTime alias to a path, as FFmpeg reads it: version and flags, a head of 150 bytes of
// which the volume's name is at 10, then tagged fields, of which 2 is the path.
func aliasRecord(path []byte) []byte {
	head := make([]byte, 4+150)
	head[5] = byte(150) // size
	record := bytes.Clone(head)
	tag := func(kind int, value []byte) {
		record = append(record, byte(kind>>8), byte(kind), byte(len(value)>>8), byte(len(value)))
		record = append(record, value...)
		if len(value)%2 != 0 {
			record = append(record, 0)
		}
	}
	tag(2, path)
	tag(18, path)
	record = append(record, 0xFF, 0xFF, 0, 0)
	return record
}

var errReader = errors.New("the reader gave up")

func TestReaderErrors(t *testing.T) {
	data, err := os.ReadFile(mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac", Container: "ts"}))
	require.NoError(t, err)
	fails := func(after int) io.Reader {
		return io.MultiReader(bytes.NewReader(data[:after]), iotest.ErrReader(errReader))
	}
	t.Run("at once", func(t *testing.T) {
		_, err := OpenInput(fails(0), InputOptions{})
		require.ErrorIs(t, err, errReader)
		require.NotErrorIs(t, err, ErrNotMedia)
	})
	t.Run("while probing", func(t *testing.T) {
		_, err := OpenInput(fails(3000), InputOptions{})
		require.ErrorIs(t, err, errReader)
	})
	t.Run("midway", func(t *testing.T) {
		in := openInput(t, fails(len(data)*3/4), InputOptions{})
		packet := NewPacket()
		defer packet.Close()
		read := 0
		for {
			err = in.ReadPacket(packet)
			if err != nil {
				break
			}
			read++
		}
		require.ErrorIs(t, err, errReader)
		assert.Positive(t, read)
		require.ErrorIs(t, in.ReadPacket(packet), errReader, "it stays")
		require.ErrorIs(t, in.SeekTo(0, 0), errors.ErrUnsupported)
	})
	t.Run("nothing that is cut off comes before", func(t *testing.T) {
		whole := packetsOf(t, bytes.NewReader(data), io.EOF)
		for after := len(data) / 2; after < len(data); after += len(data) / 40 {
			got := packetsOf(t, fails(after), errReader)
			require.LessOrEqual(t, len(got), len(whole))
			require.Equal(t, whole[:len(got)], got, "after %d bytes", after)
		}
	})
	t.Run("data with the error", func(t *testing.T) {
		in := openInput(t, iotest.DataErrReader(onlyReader{bytes.NewReader(data)}), InputOptions{})
		assert.Len(t, decodeAll(t, in, KindVideo), 50)
	})
	t.Run("one byte at a time", func(t *testing.T) {
		in := openInput(t, iotest.OneByteReader(bytes.NewReader(data)), InputOptions{})
		assert.Len(t, decodeAll(t, in, KindVideo), 50)
	})
	t.Run("no progress", func(t *testing.T) {
		_, err := OpenInput(readerFunc(func([]byte) (int, error) { return 0, nil }), InputOptions{})
		require.ErrorIs(t, err, io.ErrNoProgress)
	})
	t.Run("an impossible count", func(t *testing.T) {
		_, err := OpenInput(readerFunc(func(p []byte) (int, error) { return len(p) + 1, nil }), InputOptions{})
		require.ErrorContains(t, err, "impossible count")
	})
	t.Run("truncated", func(t *testing.T) {
		mp4, err := os.ReadFile(mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac"}))
		require.NoError(t, err)
		in := openInput(t, bytes.NewReader(mp4[:len(mp4)*2/3]), InputOptions{})
		got := decodeAll(t, in, KindVideo)
		assert.NotEmpty(t, got)
		assert.Less(t, len(got), 50)
	})
	t.Run("a reader whose seek fails is read once", func(t *testing.T) {
		in := openInput(t, brokenSeeker{bytes.NewReader(data)}, InputOptions{})
		require.ErrorIs(t, in.SeekTo(0, 0), errors.ErrUnsupported)
		assert.Len(t, decodeAll(t, in, KindVideo), 50)
	})
}

// packetsOf returns the digests of a medium's packets up to an error.
func packetsOf(t *testing.T, r io.Reader, end error) (digests [][md5.Size]byte) {
	t.Helper()
	in, err := OpenInput(onlyReader{r}, InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	packet := NewPacket()
	defer packet.Close()
	for {
		if err := in.ReadPacket(packet); err != nil {
			require.ErrorIs(t, err, end)
			return digests
		}
		digests = append(digests, md5.Sum(packet.Data()))
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

type brokenSeeker struct{ io.Reader }

func (brokenSeeker) Seek(int64, int) (int64, error) { return 0, errReader }

// A reader that waits ends the wait when its context does, and so does the demuxer.
func TestBlockingReader(t *testing.T) {
	data, err := os.ReadFile(mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac", Container: "ts"}))
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	waiting := make(chan struct{})
	rest := bytes.NewReader(data[:len(data)/2])
	reader := readerFunc(func(p []byte) (int, error) {
		if n, _ := rest.Read(p); n > 0 {
			return n, nil
		}
		close(waiting)
		<-ctx.Done()
		return 0, context.Cause(ctx)
	})
	in := openInput(t, reader, InputOptions{})
	ended := make(chan error)
	go func() {
		packet := NewPacket()
		defer packet.Close()
		for {
			if err := in.ReadPacket(packet); err != nil {
				ended <- err
				return
			}
		}
	}()
	<-waiting
	cancel(errReader)
	require.ErrorIs(t, <-ended, errReader)
}

// countingReader counts what is read of it.
type countingReader struct {
	io.Reader
	bytes int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.bytes += n
	return n, err
}

// The first picture must not wait for seconds of media: what is read to open is bounded.
func TestOpenReadsLittle(t *testing.T) {
	for name, spec := range map[string]mediatest.Spec{
		"h264 aac ts":         {Video: "h264", Audio: "aac", Container: "ts", Frames: 250},
		"h264 aac ts, no B":   {Video: "h264", Audio: "aac", Container: "ts", Frames: 250, NoBFrames: true},
		"h264 aac fragmented": {Video: "h264", Audio: "aac", Frames: 250, Fragmented: true},
		"h264 ts":             {Video: "h264", Container: "ts", Frames: 250},
		"aac ts":              {Audio: "aac", Container: "ts", Frames: 250},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(mediatest.Make(t, spec))
			require.NoError(t, err)
			// A reader of small pieces, so that what is read ahead does not count.
			counting := &countingReader{Reader: smallReads{bytes.NewReader(data)}}
			in := openInput(t, counting, InputOptions{})
			stream := in.Streams()[0]
			if stream.Kind == KindVideo {
				assert.Equal(t, frame.Rational{Num: 25, Den: 1}, stream.FrameRate)
			}
			t.Logf("%d of %d bytes", counting.bytes, len(data))
			assert.Less(t, counting.bytes, len(data)/10, "more than a second of ten")
		})
	}
}

type smallReads struct{ io.Reader }

func (s smallReads) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(len(p), 188)]) }
