package auth

import (
	"bytes"
	"context"
	_ "embed" // for the page
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	callbackPath   = "/callback"
	maxStrays      = 20       // requests with a wrong state, before the sign-in is given up
	maxHeader      = 32 << 10 // bytes
	headerPatience = 10 * time.Second
	pagePolicy     = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

//go:embed callback.html
var callbackHTML string

var callbackTemplate = template.Must(template.New("callback").Parse(callbackHTML))

// result is how a sign-in went.
type result struct {
	credential Credential
	err        error
}

// loopback waits on 127.0.0.1 for a browser to come back.
type loopback struct {
	// Constant after listen.
	redirectURI string
	host        string // the only Host that is answered: a page of a name that points here is not
	state       string
	token       bool
	exchange    func(redirectURI string, c callback) (Credential, error)
	server      *http.Server
	results     chan result // gets one
	serving     chan struct{}
	live        sync.WaitGroup // connections

	mu    sync.Mutex // guards what follows
	taken bool       // a request with the right state has come: no other is taken
	stray int
}

// listen starts to wait. exchange is called once, from another goroutine, when the code has come. The caller calls close.
func listen(state string, token bool, exchange func(redirectURI string, c callback) (Credential, error)) (*loopback, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("wait for the browser: %w", err)
	}
	b := &loopback{
		host: listener.Addr().String(), state: state, token: token, exchange: exchange, results: make(chan result, 1), serving: make(chan struct{}),
	}
	b.redirectURI = "http://" + b.host + callbackPath
	b.server = &http.Server{
		Handler: b, ReadHeaderTimeout: headerPatience, MaxHeaderBytes: maxHeader, ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				b.live.Add(1)
			case http.StateClosed:
				b.live.Done()
			}
		},
	}
	b.server.SetKeepAlivesEnabled(false)
	go func() {
		defer close(b.serving)
		if err := b.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			b.finish(result{err: fmt.Errorf("wait for the browser: %w", err)})
		}
	}()
	return b, nil
}

// close ends everything and waits for it. A page that was written has been sent by then.
func (b *loopback) close() {
	_ = b.server.Close() // it fails where a connection is gone already, and that is what it is for
	<-b.serving
	b.live.Wait()
}

// answering reports whether the browser has come back: a result will come.
func (b *loopback) answering() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken
}

// strays returns ErrState if a browser came back with another state.
func (b *loopback) strays() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stray > 0 {
		return ErrState
	}
	return nil
}

// finish hands over the result; all but the first are dropped.
func (b *loopback) finish(r result) {
	select {
	case b.results <- r:
	default:
	}
}

// ServeHTTP answers the browser. The first request with the right state ends the sign-in.
func (b *loopback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != callbackPath || r.Host != b.host {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		http.Error(w, "GET", http.StatusMethodNotAllowed)
		return
	}
	back, err := readCallback(r.URL.RawQuery, b.state, b.token)
	if !b.take(errors.Is(err, ErrState)) {
		writePage(w, http.StatusBadRequest, page{Title: "This page is out of date", Text: "It belongs to another sign-in. Go back to Latchkey and start again from there."})
		return
	}
	var credential Credential
	if err == nil {
		credential, err = b.exchange(b.redirectURI, back)
	}
	switch {
	case err == nil:
		writePage(w, http.StatusOK, page{Done: true, Title: "You are signed in", Text: "Go back to Latchkey. You can close this page."})
	case errors.Is(err, ErrDenied):
		writePage(w, http.StatusOK, page{Title: "You are not signed in", Text: "The sign-in was refused or cancelled. Go back to Latchkey to try again; you can close this page."})
	default:
		writePage(w, http.StatusBadGateway, page{Title: "The sign-in did not work", Text: "Go back to Latchkey, which says why, and try again. You can close this page."})
	}
	b.finish(result{credential, err})
}

// take reports whether this request is the one that the sign-in waits for. Too many strays end it.
func (b *loopback) take(stray bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if stray {
		b.stray++
		if b.stray >= maxStrays {
			b.finish(result{err: ErrState})
		}
		return false
	}
	taken := b.taken
	b.taken = true
	return !taken
}

// page is what the browser ends on.
type page struct {
	Done        bool
	Title, Text string
}

func writePage(w http.ResponseWriter, status int, p page) {
	var text bytes.Buffer
	if err := callbackTemplate.Execute(&text, p); err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", pagePolicy)
	header.Set("Referrer-Policy", "no-referrer") // the code stands in this page's URL
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Length", strconv.Itoa(text.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // a browser that went away is no matter of ours
	_ = http.NewResponseController(w).Flush()
}
