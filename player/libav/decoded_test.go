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
	require.NoError(t, eachUntil(in, stream, decoder, func(err error) bool { return errors.Is(err, ErrCorrupt) },
		func(v *frame.Video, a *AudioFrame) error {
			do(v, a)
			return nil
		}))
}

// never passes over no error.
func never(error) bool { return false }

// eachUntil decodes a stream and shows every frame to do, which owns it, until the first error of
// the decoder that pass does not pass over, or of do.
func eachUntil(in *Input, stream Stream, decoder *Decoder, pass func(error) bool, do func(*frame.Video, *AudioFrame) error) error {
	receive := func() error {
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
			switch {
			case errors.Is(err, ErrAgain), errors.Is(err, io.EOF):
				return nil
			case err != nil && pass(err):
				continue
			case err == nil:
				err = do(v, a)
			}
			if err != nil {
				return err
			}
		}
	}
	send := func(p *Packet) error {
		err := decoder.Send(p)
		for errors.Is(err, ErrAgain) {
			if err := receive(); err != nil {
				return err
			}
			err = decoder.Send(p)
		}
		if err != nil && !pass(err) {
			return err
		}
		return receive()
	}
	packet := NewPacket()
	defer packet.Close()
	for {
		err := in.ReadPacket(packet)
		if errors.Is(err, io.EOF) {
			return send(nil)
		}
		if err != nil {
			return err
		}
		if packet.Stream() == stream.Index {
			if err := send(packet); err != nil {
				return err
			}
		}
	}
}
