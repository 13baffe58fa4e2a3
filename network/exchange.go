package network

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// exchange is one request on the wire and its answer, with its time-outs and its record.
type exchange struct {
	// constant after send
	client   *Client
	route    route
	method   string
	attempt  int
	timeouts Timeouts
	number   int64 // of the record
	started  time.Time
	deadline time.Time       // of the whole attempt; zero is none
	ctx      context.Context //nolint:containedctx // the lifetime of the exchange, which its body outlives send in
	cancel   context.CancelCauseFunc
	leave    func() // gives the place at the origin back; nil if there is none
	timer    *time.Timer
	cookies  string // the Cookie header, to tell loops

	credentials *credentials // that were or would have been sent
	login       *login       // that was sent, or nil
	authorized  bool         // the request has an Authorization of its own
	proxied     bool         // the connection is to a proxy

	phase atomic.Pointer[timeoutError] // what the timer waits for
	sent  atomic.Bool                  // the header is on its way
	space atomic.Int32                 // the addressSpace that the answer comes from
	bytes atomic.Int64                 // of the body so far
	once  sync.Once                    // finish

	response *http.Response // set by send before anybody else sees the exchange

	// owned by the reader
	windowBytes int64
	windowTime  time.Duration
}

// minRate is the least a body must come with, in bytes a second, while it is read.
const minRate = 256

// drainTimeout and drainSize bound what is read of a body that nobody wants, so that its connection can be
// used again.
const (
	drainTimeout = 500 * time.Millisecond
	drainSize    = 16 << 10
)

// send makes one exchange: it returns when the answer's header is there. The attempt began at began.
func (c *Client) send(ctx context.Context, p *plan, at route, way way) (*exchange, error) {
	exchangeContext, cancel := context.WithCancelCause(ctx)
	x := &exchange{client: c, route: at, method: way.method, attempt: way.attempt, timeouts: p.policy.Timeouts,
		ctx: exchangeContext, cancel: cancel}
	if x.timeouts.Whole > 0 {
		x.deadline = way.began.Add(x.timeouts.Whole)
	}
	x.timer = time.AfterFunc(time.Hour, x.expire)
	x.arm("connection", x.timeouts.Connect)
	entered := c.enter(x)
	var waited error
	if entered {
		x.leave, waited = c.hosts.enter(exchangeContext, originOf(at.target))
	}
	// Not before now, so that nothing is sent with pairs that have been replaced while it waited.
	x.started = time.Now()
	header, record := c.header(x, p, way)
	target := at.target
	if media := c.media(p, at); media != nil {
		if c.configuration.CMCD.Mode == CMCDHeader {
			record.Headers = append(record.Headers, setMedia(header, media)...)
		} else if at.hop == 0 { // where a redirect leads is for the server to say
			target = withMedia(target, media)
		}
	}
	x.number = c.ring.begin(record)
	if !entered {
		err := &Error{Class: p.class, Method: x.method, URL: record.URL, Kind: KindClosed, Attempts: x.attempt}
		x.finish(err)
		return nil, err
	}
	if waited != nil {
		failed := x.failure(waited, KindUnreachable)
		x.finish(failed)
		return nil, failed
	}
	request := &http.Request{Method: x.method, URL: target, Host: target.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	if way.body != nil {
		request.ContentLength = int64(len(way.body))
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(way.body)), nil }
		request.Body = io.NopCloser(bytes.NewReader(way.body))
	}
	trace := &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			x.connected(info)
			x.sent.Store(true)
			x.arm("answer", x.timeouts.FirstByte)
		},
	}
	var response *http.Response
	transport, requestContext, err := c.lead(exchangeContext, x, request)
	if err == nil {
		response, err = transport.RoundTrip(request.WithContext(httptrace.WithClientTrace(requestContext, trace)))
	}
	x.timer.Stop()
	if err != nil {
		failed := x.failure(err, KindUnreachable)
		x.finish(failed)
		return nil, failed
	}
	x.response = response
	c.place.answered(at, addressSpace(x.space.Load()))
	c.ring.update(x.number, func(r *Record) {
		r.Status, r.Protocol = response.StatusCode, response.Proto
		r.FirstByte = Milliseconds(time.Since(x.started))
	})
	return x, nil
}

// enter counts the exchange among those that Close ends. False is a closed client.
func (c *Client) enter(x *exchange) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.active[x] = struct{}{}
	return true
}

// header builds the header of one hop, by hand and by the rules, and the record that tells of it.
func (c *Client) header(x *exchange, p *plan, way way) (http.Header, Record) {
	at := x.route
	header := make(http.Header, len(p.header)+len(c.configuration.Headers)+4)
	header["User-Agent"] = []string{c.userAgent}
	names := []string{} // of none, JSON shows an empty list
	credentials := c.credentials.Load()
	x.credentials = credentials
	for _, list := range [][]Header{c.configuration.Headers, credentials.headers} {
		for _, h := range list {
			if c.rules.header(at, h) {
				name := http.CanonicalHeaderKey(h.Name)
				header[name] = []string{h.Value.Reveal()}
				names = append(names, name)
			}
		}
	}
	for name, values := range p.header {
		if way.body == nil && p.body != nil && name == "Content-Type" {
			continue // a redirect has taken the body away
		}
		if !c.rules.own(at, name) {
			continue
		}
		header[name] = values
		if !describesRequest(name) && name != "User-Agent" {
			names = append(names, name)
		}
	}
	if c.authorize(x, header); x.login != nil {
		names = append(names, "Authorization")
	}
	slices.Sort(names)
	names = slices.Compact(names)
	header["Accept-Encoding"] = []string{"identity"}
	if p.policy.compressed && !way.span.asked {
		header["Accept-Encoding"] = []string{acceptEncoding}
	}
	if way.span.asked {
		header["Range"] = []string{way.span.header()}
		if way.ifRange != "" {
			header["If-Range"] = []string{way.ifRange}
		}
	}
	send, rule := c.rules.pairs(at)
	var jarPairs []pair
	if !at.downgrade() {
		jarPairs = c.jar.match(at.target, x.started)
	}
	pairs := credentials.pairs
	if !send {
		pairs = nil
	}
	cookies := []string{}
	if sent, found := cookieHeader(jarPairs, pairs); sent != "" {
		x.cookies, cookies = sent, found
		header["Cookie"] = []string{sent}
	}
	if len(credentials.pairs) == 0 {
		rule = ""
	}
	return header, Record{Class: p.class, Method: x.method, URL: cleanURL(at.target), Attempt: x.attempt, Hop: at.hop,
		Started: x.started, Cookies: cookies, Headers: names, Rule: rule}
}

// arm starts the timer for a phase of at most limit (0: none), or for what is left of the whole.
func (x *exchange) arm(phase string, limit time.Duration) {
	if !x.deadline.IsZero() {
		if left := time.Until(x.deadline); limit <= 0 || left < limit {
			x.set("complete answer", x.timeouts.Whole)
			x.timer.Reset(max(left, 0))
			return
		}
	}
	if limit <= 0 {
		x.timer.Stop()
		return
	}
	x.set(phase, limit)
	x.timer.Reset(limit)
}

func (x *exchange) set(phase string, limit time.Duration) {
	if now := x.phase.Load(); now == nil || now.phase != phase {
		x.phase.Store(&timeoutError{phase: phase, limit: limit})
	}
}

// expire is what the timer does.
func (x *exchange) expire() { x.cancel(x.phase.Load()) }

// Read reads the body as it comes over the wire. Its error is io.EOF or an *Error. One caller at a time.
func (x *exchange) Read(p []byte) (int, error) {
	x.arm("more of the answer", x.timeouts.Stall)
	from := time.Now()
	n, err := x.response.Body.Read(p)
	x.timer.Stop()
	x.bytes.Add(int64(n))
	if err == io.EOF {
		return n, io.EOF
	}
	if err != nil {
		return n, x.failure(err, KindTruncated)
	}
	x.windowBytes += int64(n)
	x.windowTime += time.Since(from)
	if stall := x.timeouts.Stall; stall > 0 && x.windowTime >= stall {
		if float64(x.windowBytes) < minRate*stall.Seconds() {
			x.set("more of the answer than a trickle", stall)
			x.expire()
			return n, x.failure(context.Canceled, KindTruncated)
		}
		x.windowBytes, x.windowTime = 0, 0
	}
	return n, nil
}

// failure says what an error of the transport means; kind is what it means if nobody ended the exchange.
func (x *exchange) failure(err error, kind Kind) *Error {
	e := &Error{Class: x.route.class, Method: x.method, URL: cleanURL(x.route.target), Kind: kind, Attempts: x.attempt,
		sent: x.sent.Load()}
	if x.response != nil {
		e.Status = x.response.StatusCode
	}
	cause := context.Cause(x.ctx)
	timeout, timedOut := errors.AsType[*timeoutError](cause)
	switch {
	case timedOut:
		e.Kind, e.Err = KindTimeout, timeout
	case cause != nil && errors.Is(cause, ErrClosed):
		e.Kind = KindClosed
	case cause != nil:
		e.Kind, e.Err = KindCanceled, cause
	default:
		e.Err = cleanCause(err)
	}
	if local, ok := errors.AsType[*LocalError](e.Err); ok {
		blocked := *local
		blocked.service = !e.Class.OfResource()
		e.Kind, e.Err = KindBlocked, &blocked
	}
	return e
}

// finish ends the exchange and completes its record. It may be called more than once; the first call counts.
func (x *exchange) finish(err error) {
	x.once.Do(func() {
		if x.timer != nil {
			x.timer.Stop()
		}
		x.cancel(nil)
		if x.response != nil {
			// What was wanted of the body has been read.
			_ = x.response.Body.Close()
		}
		if x.leave != nil {
			x.leave()
		}
		c := x.client
		c.mu.Lock()
		delete(c.active, x)
		c.mu.Unlock()
		r := c.ring.update(x.number, func(r *Record) {
			r.Bytes, r.Total, r.Done = x.bytes.Load(), Milliseconds(time.Since(x.started)), true
			if err != nil {
				r.Error, r.Blocked = err.Error(), errors.Is(err, ErrBlocked)
			}
		})
		c.log.LogAttrs(context.Background(), slog.LevelDebug, "exchange", slog.String("class", x.route.class.String()),
			slog.String("method", r.Method), slog.String("url", r.URL), slog.Int("attempt", r.Attempt), slog.Int("hop", r.Hop),
			slog.Int("status", r.Status), slog.Int64("bytes", r.Bytes), slog.Duration("total", time.Duration(r.Total)),
			slog.Any("cookies", r.Cookies), slog.String("rule", r.Rule), slog.String("error", r.Error))
	})
}

// discard ends an exchange whose body nobody wants, and keeps its connection if that costs little.
func (x *exchange) discard(err error) {
	if length := x.response.ContentLength; length >= 0 && length <= drainSize {
		x.timeouts.Stall = drainTimeout
		_, _ = io.CopyN(io.Discard, x, drainSize+1)
	}
	x.finish(err)
}
