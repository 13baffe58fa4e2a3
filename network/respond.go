package network

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxSkip bounds what is thrown away of the body of a server that knows no ranges.
const maxSkip = 512 * mib

// The ways in which an answer's header can be wrong.
var (
	errLonger       = errors.New("it is longer than the range that it says it is")
	errParts        = errors.New("it comes in too many small parts")
	errEncoding     = errors.New("its content encoding was not asked for")
	errRange        = errors.New("it is not the range that was asked for")
	errUnasked      = errors.New("it is a part, and the whole was asked for")
	errSkip         = errors.New("the server knows no ranges, and the part lies too far in")
	errShort        = errors.New("the resource ends before the part that was asked for")
	errChanged      = errors.New("what is asked for has changed since")
	errAnnounced    = errors.New("its announced length is more than allowed")
	errTooLong      = errors.New("it is longer than allowed")
	errNotResumable = errors.New("the server cannot continue it")
)

// respond makes the Response of an exchange that succeeded, its body bounded by limit.
func (c *Client) respond(ctx context.Context, p *plan, x *exchange, limit int64) (*Response, error) {
	fail := func(kind Kind, cause error) (*Response, error) {
		e := x.failure(nil, kind)
		e.Err, e.Status = cause, x.response.StatusCode
		x.finish(e)
		return nil, e
	}
	answer := x.response
	b := &body{client: c, plan: p, exchange: x, left: limit, want: -1, end: -1, until: -1, attempt: x.attempt, failures: x.attempt - 1,
		etag: answer.Header.Get("ETag"), modified: answer.Header.Get("Last-Modified")}
	r := &Response{Status: answer.StatusCode, Header: answer.Header, URL: x.route.target.String(), Body: b,
		ContentLength: answer.ContentLength, TotalLength: -1}
	coding := strings.ToLower(strings.Trim(answer.Header.Get("Content-Encoding"), " \t"))
	plain := coding == "" || coding == "identity"
	switch answer.StatusCode {
	case http.StatusPartialContent:
		part, err := partOf(answer, p.span)
		if err != nil {
			return fail(KindStatus, err)
		}
		r.TotalLength = part.total
		b.position, b.until, b.total, b.start = part.position, part.until, part.total, p.span.from
		b.end = p.span.to
		if part.total >= 0 && (b.end < 0 || b.end > part.total) {
			b.end = part.total
		}
		if b.end >= 0 && plain {
			b.want = b.end - p.span.from
			r.ContentLength = b.want
		}
	default:
		b.total = answer.ContentLength
		if plain {
			r.TotalLength = answer.ContentLength
		}
		if p.span.asked {
			if err := b.skipTo(p.span, r); err != nil {
				return fail(KindStatus, err)
			}
		}
	}
	if r.ContentLength > limit {
		return fail(KindTooLarge, errAnnounced)
	}
	b.source = (*wire)(b)
	switch {
	case plain:
		b.resumable = p.policy.resume && p.method == http.MethodGet && answer.StatusCode != http.StatusNotModified
	default:
		known, ok := encodings[coding]
		if !ok || p.span.asked {
			return fail(KindEncoding, errEncoding)
		}
		b.source = newDecoder(known, b, limit)
		r.ContentLength = -1
	}
	if b.resumable {
		ctx, stop := context.WithCancel(ctx)
		b.stop = stop
		b.open = func(w way) (*exchange, error) { return c.follow(ctx, p, w) }
		b.refused = func(e *Error) error { return c.afterRefusal(ctx, p, e, &b.parked) }
		b.wait = func(d time.Duration) error { return c.sleep(ctx, d) }
	}
	return r, nil
}

// readAll reads a response's body to its end and closes it.
func readAll(r *Response) ([]byte, error) {
	const most = 8 * mib // before anything has come
	size := r.ContentLength
	if size < 0 {
		size = 4 * kib
	}
	data := make([]byte, 0, min(size, most)+1)
	for {
		n, err := r.Body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, r.Body.Close()
		}
		if err != nil {
			_ = r.Body.Close() // it has nothing to add
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}
