package networktest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"latchkey/network"
)

// maxLog bounds the log: a demo may run for days. The oldest entries go first.
const maxLog = 20_000

// Request is an entry of an origin's log. It holds cookies and headers as they came, for tests to look at: String leaves their values out.
type Request struct {
	// N counts the requests of the origin from 1.
	N int
	// Time of arrival.
	Time time.Time
	// Class by path: what the origin takes the request for.
	Class network.Class
	// Method and Host as sent.
	Method, Host string
	// Path without the query, Query parsed.
	Path  string
	Query url.Values
	// Header of the request, with Cookie and Range.
	Header http.Header
	// Cookies in the order in which they came.
	Cookies []*http.Cookie
	// Status of the answer: 0 until Done, and for good when the connection ended before a header.
	Status int
	// Done is whether the answer has ended, whole or not.
	Done bool
}

// Cookie returns the value of the first cookie of that name.
func (r Request) Cookie(name string) (value string, ok bool) {
	for _, cookie := range r.Cookies {
		if cookie.Name == name {
			return cookie.Value, true
		}
	}
	return "", false
}

// CookieNames returns the names of the cookies in the order in which they came; nil when there were none.
func (r Request) CookieNames() []string {
	var names []string
	for _, cookie := range r.Cookies {
		names = append(names, cookie.Name)
	}
	return names
}

// Range returns the Range header, "" when there was none.
func (r Request) Range() string { return r.Header.Get("Range") }

// String says what was asked and answered, with the names of the cookies and without their values.
func (r Request) String() string {
	return fmt.Sprintf("%d %s %s %s %q cookies %q: %d", r.N, r.Class, r.Method, r.Path, r.Range(), r.CookieNames(), r.Status)
}

// GoString is String: a failed assertion shows no cookie.
func (r Request) GoString() string { return r.String() }

// requestLog is what an origin was asked, in order of arrival.
type requestLog struct {
	mu      sync.Mutex // guards what follows
	count   int
	entries []*Request
	changed chan struct{} // closed and made anew whenever an entry comes or changes
}

// add notes a request. The caller calls done with the status when the answer has ended.
func (l *requestLog) add(r *http.Request, class network.Class) (done func(status int)) {
	entry := &Request{
		Time: time.Now(), Class: class, Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: r.URL.Query(),
		Header: r.Header.Clone(), Cookies: r.Cookies(),
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	entry.N = l.count
	if len(l.entries) == maxLog {
		l.entries = slices.Delete(l.entries, 0, maxLog/10)
	}
	l.entries = append(l.entries, entry)
	l.announce()
	return func(status int) {
		l.mu.Lock()
		defer l.mu.Unlock()
		entry.Status, entry.Done = status, true
		l.announce()
	}
}

// announce wakes those who wait. The caller holds mu.
func (l *requestLog) announce() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// Requests returns a copy of the log, oldest first: all requests of the given classes, or of every class when none is given.
func (o *Origin) Requests(classes ...network.Class) []Request {
	o.log.mu.Lock()
	defer o.log.mu.Unlock()
	return o.log.matching(func(r Request) bool { return len(classes) == 0 || slices.Contains(classes, r.Class) })
}

// ResetLog forgets all requests so far; N counts on.
func (o *Origin) ResetLog() {
	o.log.mu.Lock()
	defer o.log.mu.Unlock()
	o.log.entries = nil
}

// Wait blocks until the log has a request that matches, and returns the oldest such one; when ctx ends first, it returns its error.
// match is called with the log locked: it must not call the origin.
func (o *Origin) Wait(ctx context.Context, match func(Request) bool) (Request, error) {
	for {
		o.log.mu.Lock()
		found := o.log.matching(match)
		changed := o.log.changed
		o.log.mu.Unlock()
		if len(found) > 0 {
			return found[0], nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Request{}, fmt.Errorf("wait for a request: %w", context.Cause(ctx))
		}
	}
}

// matching returns copies. The caller holds mu.
func (l *requestLog) matching(match func(Request) bool) []Request {
	var found []Request
	for _, entry := range l.entries {
		if match(*entry) {
			found = append(found, *entry)
		}
	}
	return found
}
