package network

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Limits on the continuation of bodies that were cut.
const (
	maxResumes     = 64        // of one body
	resumeProgress = 256 * kib // bytes after which earlier failures no longer count
	smallPart      = kib       // bytes; a smaller part of what was asked for counts as one that was cut
)

// body is a Response's body: the bytes that were asked for, decoded, bounded, and continued where the wire
// was cut.
//
//	exchange ─▶ wire (skips, resumes) ─▶ decoder or nothing ─▶ body (bounds, ends the record)
type body struct {
	// constant
	client    *Client
	plan      *plan
	source    io.Reader // wire, or a decoder over it
	resumable bool
	etag      string
	modified  string
	open      func(way) (*exchange, error) // when resumable
	wait      func(time.Duration) error    // when resumable
	refused   func(*Error) error           // when resumable
	stop      context.CancelFunc           // ends open and wait; nil when not resumable

	// owned by the reader
	err      error
	left     int64 // of the limit
	want     int64 // bytes that are still to be given, or -1
	start    int64 // what lies before this byte of the resource is skipped
	position int64 // of the next byte from the wire, in the resource
	until    int64 // the end of what the exchange gives, or -1
	given    int64 // bytes that the exchange gave
	end      int64 // of the part that the server has promised, or -1
	total    int64 // of the resource, or -1
	attempt  int
	failures int // attempts that failed, those before the body included
	resumes  int
	progress int64 // since the last failure
	failed   time.Time
	parked   parking

	mu       sync.Mutex
	exchange *exchange // guarded by mu; replaced by the reader alone
	closed   bool      // guarded by mu
}

// skipTo prepares for the answer of a server that sends all when a part was asked for.
func (b *body) skipTo(s span, r *Response) error {
	if s.from > maxSkip {
		return errSkip
	}
	b.start = s.from
	if s.to >= 0 {
		b.want = s.to - s.from
	}
	if total := r.ContentLength; total >= 0 {
		if total < s.from {
			return errShort
		}
		if b.want < 0 || b.want > total-s.from {
			b.want = total - s.from
		}
	}
	r.ContentLength = b.want
	return nil
}

// Read reads what was asked for. One caller at a time.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.want == 0 {
		return 0, b.finish(io.EOF)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	if b.want > 0 && int64(len(p)) > b.want {
		p = p[:b.want]
	}
	n, err := b.source.Read(p)
	if b.left -= int64(n); b.left < 0 {
		e := b.exchange.failure(nil, KindTooLarge)
		e.Err = errTooLong
		return 0, b.finish(e)
	}
	if b.want > 0 {
		b.want -= int64(n)
	}
	if err == nil {
		return n, nil
	}
	return n, b.finish(err)
}

// finish keeps err for the reads to come, ends the exchange and returns err.
func (b *body) finish(err error) error {
	b.err = err
	if errors.Is(err, io.EOF) {
		if err = b.exchange.end(); err != nil {
			b.err = err
		}
	}
	b.exchange.finish(err)
	if b.stop != nil {
		b.stop()
	}
	return b.err
}

// end looks for the end of a body whose last byte has been read, so that the connection can be used
// again. A part that goes on was perhaps another one than it said.
func (x *exchange) end() error {
	if x.response.StatusCode != http.StatusPartialContent || x.response.ContentLength >= 0 {
		return nil
	}
	x.timeouts.Stall = drainTimeout
	var one [1]byte
	if n, _ := x.Read(one[:]); n > 0 {
		e := x.failure(nil, KindStatus)
		e.Err = errLonger
		return e
	}
	return nil
}

// Close ends the exchange. It may be called more than once, and while Read is in progress, which then fails.
func (b *body) Close() error {
	b.mu.Lock()
	b.closed = true
	x := b.exchange
	b.mu.Unlock()
	if b.stop != nil {
		b.stop()
	}
	x.finish(nil)
	return nil
}

// wire is the body's bytes as they are transferred.
type wire body

// Read reads from the exchange, skips what was not asked for, and goes on with another exchange where one
// was cut.
func (w *wire) Read(p []byte) (int, error) {
	b := (*body)(w)
	for {
		skipping := b.position < b.start
		q := p
		if skipping {
			q = p[:min(int64(len(p)), b.start-b.position)]
		}
		n, err := 0, io.EOF
		if b.until < 0 || b.position < b.until {
			if b.until >= 0 {
				q = q[:min(int64(len(q)), b.until-b.position)]
			}
			n, err = b.exchange.Read(q)
		}
		b.position += int64(n)
		b.progress += int64(n)
		b.given += int64(n)
		if skipping {
			n = 0
		}
		switch {
		case err == nil && skipping:
			continue
		case err == nil:
			return n, nil
		case errors.Is(err, io.EOF) && b.position >= b.start && b.position >= b.end:
			return n, io.EOF
		case errors.Is(err, io.EOF) && b.position == b.until && b.resumable:
			err = b.goOn()
			if err == nil && n == 0 {
				continue
			}
			if err == nil {
				return n, nil
			}
		case errors.Is(err, io.EOF):
			err = b.exchange.failure(io.ErrUnexpectedEOF, KindTruncated)
		}
		if err := b.resume(err); err != nil || n > 0 {
			return n, err
		}
	}
}

// goOn asks for what follows a part that is shorter than what was asked for. That is no failure.
// RFC 9110, 15.3.7.
func (b *body) goOn() error {
	if b.given < smallPart {
		b.resumes++
	}
	if b.resumes > maxResumes {
		e := b.exchange.failure(nil, KindTruncated)
		e.Err, b.resumable = errParts, false
		return e
	}
	b.exchange.finish(nil)
	b.attempt++
	x, err := b.open(b.way())
	if err == nil {
		err = b.proceed(x)
	}
	return err
}

// way is the request for what is still missing.
func (b *body) way() way {
	return way{attempt: b.attempt, began: time.Now(), method: b.plan.method, ifRange: b.validator(),
		span: span{asked: true, from: b.position, to: b.plan.span.to}}
}

// resume goes on with a new exchange after err, or returns the error to give up with.
func (b *body) resume(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || !b.resumable || (b.validator() == "" && b.total < 0) {
		return err
	}
	if b.progress >= resumeProgress {
		b.failures, b.failed = 0, time.Time{}
	}
	if b.failed.IsZero() {
		b.failed = time.Now()
	}
	b.progress = 0
	cut := e
	for {
		b.failures++
		b.resumes++
		b.exchange.finish(e)
		if err := b.pause(e); err != nil {
			return err
		}
		b.attempt++
		x, err := b.open(b.way())
		if err == nil {
			err = b.proceed(x)
		}
		if err == nil {
			if b.parked.renewed {
				b.client.answered()
			}
			return nil
		}
		if !b.resumable {
			cut.Attempts = b.attempt
			return cut
		}
		if e, ok = errors.AsType[*Error](err); !ok {
			return err
		}
	}
}

// pause waits as long as is right before the exchange that failed with e is made again, or returns the error to give
// up with.
func (b *body) pause(e *Error) error {
	e.Attempts = b.attempt
	if b.resumes > maxResumes {
		return e
	}
	if e.Kind == KindRefused {
		return b.refused(e)
	}
	pause, again := b.plan.policy.again(failure{err: e, attempt: b.failures, elapsed: time.Since(b.failed), random: rand.Float64()}) //nolint:gosec // jitter
	if !again {
		return e
	}
	if cause := b.wait(pause); cause != nil {
		return b.plan.ended(cause, b.attempt)
	}
	return nil
}

// validator is what If-Range may hold: a strong entity tag, or a date. RFC 9110, 13.1.5.
func (b *body) validator() string {
	if b.etag != "" && !strings.HasPrefix(b.etag, "W/") {
		return b.etag
	}
	return b.modified
}

// proceed takes the body of a new exchange, or ends it and says why not.
func (b *body) proceed(x *exchange) error {
	fail := func(cause error) error {
		e := x.failure(nil, KindTruncated)
		e.Err = cause
		// It will not be another thing next time.
		x.finish(e)
		b.resumable = false
		return e
	}
	header := x.response.Header
	var position int64
	until := int64(-1)
	switch status := x.response.StatusCode; {
	case status == http.StatusPartialContent:
		part, err := partOf(x.response, span{asked: true, from: b.position, to: b.plan.span.to})
		switch {
		case err != nil:
			return fail(err)
		case b.total >= 0 && part.total >= 0 && part.total != b.total, !same(b.etag, header.Get("ETag")):
			return fail(errChanged)
		case b.validator() == "" && (b.total < 0 || part.total < 0):
			return fail(errNotResumable)
		}
		position, until = part.position, part.until
	case success(status):
		// The server sends all again: as it knows no ranges, or as what it sends is not what it was.
		known := b.validator() != "" && same(b.etag, header.Get("ETag")) && same(b.modified, header.Get("Last-Modified"))
		if !known || (b.total >= 0 && x.response.ContentLength >= 0 && b.total != x.response.ContentLength) {
			return fail(errChanged)
		}
		if b.position > maxSkip {
			return fail(errNotResumable)
		}
	default:
		_, _, err := b.client.refuse(x)
		return err
	}
	if header.Get("Content-Encoding") != "" && !strings.EqualFold(header.Get("Content-Encoding"), "identity") {
		return fail(errEncoding)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		x.finish(nil)
		return b.plan.ended(context.Canceled, b.attempt)
	}
	b.start = max(b.start, b.position)
	b.position, b.until, b.given = position, until, 0
	b.exchange = x
	return nil
}

// same says that two validators do not differ, as far as both are there.
func same(a, b string) bool { return a == "" || b == "" || a == b }
