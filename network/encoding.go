package network

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// acceptEncoding is what compressed bodies are asked for with. Media is never asked for like this: it is packed already.
const acceptEncoding = "gzip, br, zstd"

// maxWindow is how much of what it has decoded a zstd decoder keeps. RFC 9659, 3, bounds it to this.
// Brotli's own bound is 16 MiB (RFC 7932, 9.1); gzip's is 32 KiB (RFC 1951, 2).
const maxWindow = 8 << 20 // bytes

// encoding is a content encoding. RFC 9110, 8.4.1.
type encoding struct {
	name string
	open func(io.Reader) (io.Reader, error)
}

// encodings are those that a server may use where acceptEncoding was sent.
var encodings = map[string]encoding{
	"gzip":   {"gzip", openGzip},
	"x-gzip": {"gzip", openGzip},
	"br":     {"brotli", openBrotli},
	"zstd":   {"zstd", openZstd},
}

func openGzip(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }

func openBrotli(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }

// openZstd returns a decoder that runs no goroutine.
func openZstd(r io.Reader) (io.Reader, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
}

// decoder decodes a body. The encoding's header is read with the first byte, not before.
type decoder struct {
	encoding encoding
	source   *packed
	reader   io.Reader
	err      error
}

// newDecoder decodes what comes over b's wire, of which at most limit bytes are taken.
func newDecoder(e encoding, b *body, limit int64) *decoder {
	return &decoder{encoding: e, source: &packed{body: b, left: limit}}
}

// Read decodes. What cannot be decoded is ErrEncoding, what ends early ErrTruncated.
func (d *decoder) Read(p []byte) (n int, err error) {
	if d.err != nil {
		return 0, d.err
	}
	if d.reader == nil {
		if d.source.body.empty() {
			d.err = io.EOF
			return 0, io.EOF
		}
		if d.reader, err = d.encoding.open(d.source); err != nil {
			return 0, d.fail(err)
		}
	}
	n, err = d.reader.Read(p)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF) && !d.source.any:
		return 0, d.fail(io.ErrUnexpectedEOF) // zstd takes nothing for an end; RFC 8878, 3 begins with a frame
	case errors.Is(err, io.EOF):
		d.err = io.EOF
		return n, io.EOF
	}
	return n, d.fail(err)
}

// empty says that the answer has no body, whatever its header says of one. RFC 9110, 6.4.1.
func (b *body) empty() bool {
	status := b.exchange.response.StatusCode
	return b.plan.method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
}

// fail keeps and returns what an error of the decoder's means: that of the wire, if there was one.
func (d *decoder) fail(err error) error {
	if d.source.err != nil && !errors.Is(d.source.err, io.EOF) {
		d.err = d.source.err
		return d.err
	}
	e := d.source.body.exchange.failure(nil, KindEncoding)
	e.Err = fmt.Errorf("it is not valid %s", d.encoding.name)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		e.Kind = KindTruncated
	}
	d.err = e
	return e
}

// packed is the body's wire for a decoder: bounded too, since a bomb may as well decode to nothing, and with an error
// that stays.
type packed struct {
	body *body
	left int64
	any  bool // a byte came
	err  error
}

func (p *packed) Read(to []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	if p.left == 0 {
		e := p.body.exchange.failure(nil, KindTooLarge)
		e.Err = errTooLong
		p.err = e
		return 0, e
	}
	if int64(len(to)) > p.left {
		to = to[:p.left]
	}
	n, err := (*wire)(p.body).Read(to)
	p.left -= int64(n)
	p.any = p.any || n > 0
	p.err = err
	return n, err
}
