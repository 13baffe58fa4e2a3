package network

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// maxHops bounds the redirects of one attempt.
const maxHops = 5

// way is what differs from hop to hop and from attempt to attempt.
type way struct {
	attempt int
	began   time.Time // of the attempt
	method  string
	body    []byte // nil once a redirect has taken it away
	span    span
	ifRange string
}

// run makes a request until it succeeds or the policy gives up. With whole, data is the body.
func (c *Client) run(ctx context.Context, p *plan, whole bool) (response *Response, data []byte, err error) {
	started := time.Now()
	var (
		parked parking
		logins int
	)
	for attempt := 1; ; attempt++ {
		response, data, err = c.try(ctx, p, attempt, whole)
		if err == nil {
			if parked.renewed {
				c.answered()
			}
			return response, data, nil
		}
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return response, data, err
		}
		if e.Kind == KindRefused && e.challenge != nil {
			again, err := c.logIn(ctx, e.challenge, &logins)
			if again {
				continue
			}
			e.Err = err
			return response, data, e
		}
		if e.Kind == KindRefused {
			if err := c.afterRefusal(ctx, p, e, &parked); err != nil {
				return response, data, err
			}
			continue
		}
		attempt = max(attempt, e.Attempts)                                                                                      // a body's resumptions count
		pause, again := p.policy.again(failure{err: e, attempt: attempt, elapsed: time.Since(started), random: rand.Float64()}) //nolint:gosec // jitter
		if !again {
			return response, data, err
		}
		if cause := c.sleep(ctx, pause); cause != nil {
			return nil, nil, p.ended(cause, attempt)
		}
	}
}

// ended is the error of a request that the caller or Close has ended between two attempts.
func (p *plan) ended(cause error, attempts int) *Error {
	e := &Error{Class: p.class, Method: p.method, URL: cleanURL(p.url), Kind: KindCanceled, Attempts: attempts, Err: cause}
	if errors.Is(cause, ErrClosed) {
		e.Kind, e.Err = KindClosed, nil
	}
	return e
}

// sleep returns nil after d, ErrClosed when the client is closed before that, or ctx's cause.
func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.done:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// try makes one attempt.
func (c *Client) try(ctx context.Context, p *plan, attempt int, whole bool) (*Response, []byte, error) {
	x, err := c.follow(ctx, p, way{attempt: attempt, began: time.Now(), method: p.method, body: p.body, span: p.span})
	if err == nil && p.span.wished() && refusesRange(x.response, p.span) {
		x.discard(nil)
		x, err = c.follow(ctx, p, way{attempt: attempt, began: time.Now(), method: p.method, body: p.body})
	}
	if err != nil {
		return nil, nil, err
	}
	if status := x.response.StatusCode; !success(status) && (status != http.StatusNotModified || !p.conditional()) {
		return c.refuse(x)
	}
	limit := p.policy.limit
	if whole {
		limit = p.policy.fetchLimit
	}
	if p.most > 0 {
		limit = min(limit, p.most)
	}
	response, err := c.respond(ctx, p, x, limit)
	if err != nil || !whole {
		return response, nil, err
	}
	data, err := readAll(response)
	if err != nil {
		return nil, nil, err
	}
	return response, data, nil
}

func success(status int) bool { return status >= 200 && status < 300 }

// follow sends a request and follows its redirects to an answer that is none.
func (c *Client) follow(ctx context.Context, p *plan, w way) (*exchange, error) {
	at := route{class: p.class, resource: c.resource, original: p.url, target: p.url, from: spaceLoopback, detour: c.detours.has(c.resource, p.url)}
	type visit struct{ method, url, cookies string }
	var visited []visit
	for {
		if at.downgrade() && p.class.secret() {
			return nil, &Error{Class: p.class, Method: w.method, URL: cleanURL(at.target), Kind: KindDowngrade, Attempts: w.attempt}
		}
		x, err := c.send(ctx, p, at, w)
		if err != nil {
			return nil, err
		}
		if c.configuration.ReadSetCookieHeader {
			if lines := x.response.Header["Set-Cookie"]; len(lines) > 0 && !at.downgrade() {
				c.jar.set(at.target, lines, time.Now())
			}
		}
		if !isRedirect(x.response.StatusCode) {
			c.noteDetour(at)
			return x, nil
		}
		fail := func(cause error) (*exchange, error) {
			e := &Error{Class: p.class, Method: x.method, URL: cleanURL(at.target), Status: x.response.StatusCode,
				Kind: KindRedirect, Attempts: w.attempt, Err: cause}
			x.discard(e)
			return nil, e
		}
		now := visit{x.method, at.target.String(), x.cookies}
		for _, earlier := range visited {
			if earlier == now {
				return fail(errLoop)
			}
		}
		visited = append(visited, now)
		target, err := location(at.target, x.response.Header)
		if err != nil {
			return fail(err)
		}
		if at.hop == maxHops {
			return fail(errHops)
		}
		c.forceHTTPS(p.class, target)
		if p.same && originOf(target) != originOf(p.url) {
			return fail(errOrigin)
		}
		next := at
		next.from = min(at.from, addressSpace(x.space.Load()))
		next.secure = at.secure || at.target.Scheme == "https"
		next.target, next.hop = target, at.hop+1
		if drops(x.response.StatusCode, w.method) {
			w.method, w.body = http.MethodGet, nil
		}
		if follows, _ := c.rules.follows(next); w.body != nil && p.class == ClassSignIn && !follows && !next.downgrade() {
			return fail(errBody)
		}
		c.ring.update(x.number, func(r *Record) { r.RedirectedTo = cleanURL(target) })
		x.discard(nil)
		at = next
	}
}

// The ways in which a redirect can be wrong.
var (
	errHops       = errors.New("more than 5 hops")
	errLoop       = errors.New("it leads in a circle")
	errNoLocation = errors.New("it names no place, or one that cannot be read")
	errOrigin     = errors.New("it leads to another site")
	errBody       = errors.New("it would hand the sign-in to another site")
)

// isRedirect says that a status names another URL to ask. RFC 9110, 15.4.
func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// drops says that the redirected request is a GET without a body. RFC 9110, 15.4.2 to 15.4.4.
func drops(status int, method string) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound:
		return method == http.MethodPost
	case http.StatusSeeOther:
		return method != http.MethodGet && method != http.MethodHead
	}
	return false
}

// location returns the URL that an answer from base redirects to, without user information.
func location(base *url.URL, header http.Header) (*url.URL, error) {
	values := header["Location"]
	if len(values) == 0 || stripReference(values[0]) == "" || len(values[0]) > maxURLSize {
		return nil, errNoLocation
	}
	from, err := ParseBase(base.String())
	if err != nil {
		return nil, err
	}
	absolute, err := from.Resolve(values[0])
	if err != nil {
		return nil, errNoLocation
	}
	target, err := parseURL(absolute)
	if err != nil {
		return nil, err
	}
	target.User = nil
	return target, nil
}

// refuse makes the error of an answer that is no success, and for a sign-in keeps the answer itself.
func (c *Client) refuse(x *exchange) (*Response, []byte, error) {
	status := x.response.StatusCode
	e := &Error{Class: x.route.class, Method: x.method, URL: cleanURL(x.route.target), Status: status, Kind: KindStatus,
		Attempts: x.attempt, sent: true}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Kind, e.credentials, e.Epoch = KindRefused, x.credentials, x.credentials.epoch
		e.trusted, _ = c.rules.follows(x.route)
		e.challenge = x.challenged()
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		e.RetryAfter = retryAfter(x.response.Header.Get("Retry-After"), time.Now())
	}
	if x.route.class != ClassSignIn {
		x.discard(e)
		return nil, nil, e
	}
	data, err := io.ReadAll(io.LimitReader(x, drainSize))
	if err != nil {
		data = nil
	}
	x.finish(e)
	return &Response{Status: status, Header: x.response.Header, URL: x.route.target.String(),
		Body: io.NopCloser(bytes.NewReader(data)), ContentLength: int64(len(data)), TotalLength: -1}, data, e
}
