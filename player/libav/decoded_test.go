package libav

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
)

// decoded is what a test looks at of a decoded frame.
type decoded struct {
	ticks int64
	pts   time.Duration // media time, to microseconds
	size  int
	md5   string
	video frame.Video // without planes
}

// onlyReader hides everything of a reader but Read.
type onlyReader struct{ io.Reader }

// openFile opens a file, which is closed after the test.
func openFile(t testing.TB, path string) *os.File {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	return file
}

// openInput opens a reader's medium, which is closed after the test.
func openInput(t testing.TB, r io.Reader, o InputOptions) *Input {
	t.Helper()
	in, err := OpenInput(r, o)
	require.NoError(t, err)
	t.Cleanup(in.Close)
	return in
}

// streamOf returns the first stream of a kind.
func streamOf(t testing.TB, in *Input, kind Kind) Stream {
	t.Helper()
	for _, s := range in.Streams() {
		if s.Kind == kind {
			return s
		}
	}
	require.Fail(t, "no such stream", kind.String())
	return Stream{}
}

// newDecoder makes a decoder, which is closed after the test.
func newDecoder(t testing.TB, s Stream, o DecoderOptions) *Decoder {
	t.Helper()
	d, err := NewDecoder(s, o)
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d
}

// decodeAll decodes the first stream of a kind from where the input stands to its end.
func decodeAll(t testing.TB, in *Input, kind Kind) []decoded {
	t.Helper()
	stream := streamOf(t, in, kind)
	decoder := newDecoder(t, stream, DecoderOptions{})
	var out []decoded
	each(t, in, stream, decoder, collect(&out, stream.TimeBase))
	return out
}

// collect returns a function for each that digests frames into out.
func collect(out *[]decoded, timeBase frame.Rational) func(*frame.Video, *AudioFrame) {
	return func(v *frame.Video, a *AudioFrame) {
		if v != nil {
			*out = append(*out, picked(v))
			v.Release()
			return
		}
		samples, err := a.S16()
		if err != nil {
			samples = []byte(err.Error()) // no digest will be right
		}
		sum := md5.Sum(samples)
		*out = append(*out, decoded{ticks: a.PTS, pts: Ticks(a.PTS, timeBase).Round(time.Microsecond),
			size: len(samples), md5: hex.EncodeToString(sum[:])})
		a.Close()
	}
}

// picked digests a picture as framemd5 does.
func picked(v *frame.Video) decoded {
	d := decoded{ticks: v.Ticks, pts: v.PTS.Round(time.Microsecond), video: *v}
	d.video.Planes = nil
	sum := md5.New()
	for _, p := range v.Planes {
		for row := range p.Rows {
			_, _ = sum.Write(p.Data[row*p.Stride:][:p.RowBytes])
			d.size += p.RowBytes
		}
	}
	d.md5 = hex.EncodeToString(sum.Sum(nil))
	return d
}

// each decodes a stream and shows every frame to do, which owns it. Damaged packets are passed over.
func each(t testing.TB, in *Input, stream Stream, decoder *Decoder, do func(*frame.Video, *AudioFrame)) {
	t.Helper()
	receive := func() {
		for {
			var (
				v   *frame.Video
				a   *AudioFrame
				err error
			)
			if stream.Kind == KindVideo {
				v, err = decoder.ReceiveVideo()
			} else {
				a, err = decoder.ReceiveAudio()
			}
			if errors.Is(err, ErrAgain) || errors.Is(err, io.EOF) {
				return
			}
			if errors.Is(err, ErrCorrupt) {
				continue
			}
			require.NoError(t, err)
			do(v, a)
		}
	}
	send := func(p *Packet) {
		err := decoder.Send(p)
		for errors.Is(err, ErrAgain) {
			receive()
			err = decoder.Send(p)
		}
		if !errors.Is(err, ErrCorrupt) {
			require.NoError(t, err)
		}
		receive()
	}
	for {
		packet := NewPacket()
		err := in.ReadPacket(packet)
		if errors.Is(err, io.EOF) {
			packet.Close()
			break
		}
		require.NoError(t, err)
		if packet.Stream() == stream.Index {
			send(packet)
		}
		packet.Close()
	}
	send(nil)
}
