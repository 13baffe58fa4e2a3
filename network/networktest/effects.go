package networktest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	// dripInterval is how often Drip writes.
	dripInterval = 20 * time.Millisecond
	// endlessChunk is what Endless writes at a time.
	endlessChunk = 64 << 10
	// hopQuery is the query parameter that counts the hops of RedirectChain.
	hopQuery = "latchkey-hop"
)

// webPage is the sort of page that a service answers with when a session has ended.
const webPage = `<!doctype html><html><head><title>Sign in</title></head><body><h1>Your session has ended</h1>
<form action="/signin" method="post"><input name="user"><input name="password" type="password"><button>Sign in</button></form></body></html>
`

// Status answers with an error status and a short text; header (pairs of name and value) goes with it, such as "Retry-After", "1".
func Status(code int, header ...string) Effect {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		setHeader(w, header)
		http.Error(w, http.StatusText(code), code)
	}
}

// WithHeader gives the right answer with more header fields (pairs of name and value), such as "Set-Cookie", "a=b".
func WithHeader(header ...string) Effect {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		setHeader(w, header)
		next.ServeHTTP(w, r)
	}
}

// Body answers 200 with a body of its own.
func Body(contentType string, body []byte) Effect {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", contentType)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	}
}

// WebPage answers 200 with a page that asks to sign in, in place of a key, a playlist or a segment.
func WebPage() Effect { return Body("text/html; charset=utf-8", []byte(webPage)) }

// Key answers with n random bytes in place of a key: a wrong key if n is 16, a malformed one otherwise.
func Key(n int) Effect {
	key := make([]byte, n)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program first
	return Body("application/octet-stream", key)
}

// Rewrite changes the body of the right answer.
func Rewrite(change func(body []byte) []byte) Effect {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := capture(next, r)
		body := change(a.body.Bytes())
		a.begin(w, int64(len(body)))
		_, _ = w.Write(body) // a client that went away is no matter of the server's, here and below
	}
}

// Hold answers rightly as soon as release is closed.
func Hold(release <-chan struct{}) Effect {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		select {
		case <-release:
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}
}

// Hang takes the request and never answers.
func Hang() Effect {
	return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { wait(r.Context()) }
}

// HangInBody sends the header and the first n bytes of the body, and then nothing more.
func HangInBody(n int64) Effect {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := capture(next, r)
		a.begin(w, int64(a.body.Len()))
		_, _ = w.Write(a.first(n))
		flush(w)
		wait(r.Context())
	}
}

// Drip sends the right answer at no more than this rate.
func Drip(bytesPerSecond int64) Effect {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := capture(next, r)
		a.begin(w, int64(a.body.Len()))
		ticker := time.NewTicker(dripInterval)
		defer ticker.Stop()
		started := time.Now()
		for sent := int64(0); a.body.Len() > 0; {
			due := int64(time.Since(started).Seconds() * float64(bytesPerSecond))
			n, err := w.Write(a.body.Next(int(max(0, due-sent))))
			sent += int64(n)
			if err != nil {
				return
			}
			flush(w)
			select {
			case <-ticker.C:
			case <-r.Context().Done():
				return
			}
		}
	}
}

// Cut ends the connection after n bytes of the body. With declared, a Content-Length promised the whole; otherwise the body is
// chunked (over HTTP/1.1), and its last chunk never comes.
func Cut(n int64, declared bool) Effect {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := capture(next, r)
		length := int64(-1)
		if declared {
			length = int64(a.body.Len())
		}
		a.begin(w, length)
		_, _ = w.Write(a.first(n))
		flush(w)
		panic(http.ErrAbortHandler) // net/http's own way to end a connection
	}
}

// CutUnnoticed ends the body after n bytes as if that were all of it: a length that was wrong from the start.
func CutUnnoticed(n int64) Effect {
	return Rewrite(func(body []byte) []byte { return body[:min(n, int64(len(body)))] })
}

// Reset resets the connection (TCP RST) after n bytes of the body; with n < 0 before any byte of the answer.
func Reset(n int64) Effect {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if n >= 0 {
			a := capture(next, r)
			a.begin(w, int64(a.body.Len()))
			_, _ = w.Write(a.first(n))
			flush(w)
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler) // HTTP/2: the stream ends alone
		}
		raw := conn
		if secure, ok := conn.(*tls.Conn); ok {
			raw = secure.NetConn()
		}
		if tcp, ok := raw.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // makes the close below a reset; failing that, it is a plain close
		}
		_ = raw.Close()
	}
}

// Redirect sends the client to another URL (absolute, or relative to the request's).
func Redirect(status int, location string) Effect {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Location", location)
		w.WriteHeader(status)
	}
}

// RedirectChain sends the client round to the same path this many times before the right answer; a negative number is for ever.
// Its fault must not end (Times 0).
func RedirectChain(status, hops int) Effect {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		query := r.URL.Query()
		hop, _ := strconv.Atoi(query.Get(hopQuery)) // absent at first: 0
		if hop == hops {
			next.ServeHTTP(w, r)
			return
		}
		query.Set(hopQuery, strconv.Itoa(hop+1))
		w.Header().Set("Location", r.URL.Path+"?"+query.Encode())
		w.WriteHeader(status)
	}
}

// Endless answers 200 with a body that does not end, beginning with prefix.
func Endless(prefix []byte) Effect {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		if _, err := w.Write(prefix); err != nil {
			return
		}
		chunk := bytes.Repeat([]byte{'\n'}, endlessChunk)
		for r.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
}

// wait blocks until the client goes away or the origin closes.
func wait(ctx context.Context) { <-ctx.Done() }

// flush sends what was written; an answer that cannot be flushed is sent when it ends.
func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

func setHeader(w http.ResponseWriter, pairs []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		w.Header().Add(pairs[i], pairs[i+1])
	}
}

// answer is the right answer to a request, kept to be spoiled.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// capture lets next answer into memory.
func capture(next http.Handler, r *http.Request) *answer {
	a := &answer{header: make(http.Header), status: http.StatusOK}
	next.ServeHTTP(a, r)
	return a
}

// Header is of http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader is of http.ResponseWriter.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write is of http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

// begin writes the status and the header, with this Content-Length; -1 leaves it out.
func (a *answer) begin(w http.ResponseWriter, length int64) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	if length >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	}
	w.WriteHeader(a.status)
}

// first returns up to n bytes of the body.
func (a *answer) first(n int64) []byte { return a.body.Next(int(min(n, int64(a.body.Len())))) }
