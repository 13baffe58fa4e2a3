package networktest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"latchkey/network"
)

const (
	defaultHost       = "127.0.0.1"
	readHeaderTimeout = 30 * time.Second
	maxHeaderBytes    = 1 << 20
)

// Options say what an [Origin] serves. The zero value serves nothing over plain HTTP on 127.0.0.1.
type Options struct {
	// FS holds the media, clear. Playlists end in .m3u8. It is read at start (playlists) and on requests (all else). Nil: no media.
	FS fs.FS
	// Encryption of the segments; the zero value serves them clear.
	Encryption Encryption
	// KeysFrom is the origin whose key server holds this origin's keys; nil is this one. For tests with a key server elsewhere.
	KeysFrom *Origin
	// Gates say which class of request needs which cookie.
	Gates []Gate
	// Routes are answered before the media is looked at. The first whose pattern matches is taken.
	Routes []Route
	// Host is the loopback address or name that is listened on and stands in URLs; "" is 127.0.0.1. The port is always a free one.
	Host string
	// TLS serves https with a certificate made at start; CertPool has it.
	TLS bool
	// HTTP2 offers HTTP/2 besides HTTP/1.1; it needs TLS. Under HTTP/2 the effects Cut and Reset end the stream, not the connection.
	HTTP2 bool
}

// Route is a page of an origin beside its media.
type Route struct {
	// Path is the exact path ("/signin"), or, with a slash at its end, all paths below it.
	Path string
	// Class is what gates, faults and the log take its requests for.
	Class network.Class
	// Handler answers. It must end when the request's context does.
	Handler http.Handler
}

// Origin is an HTTP or HTTPS server on loopback. See the package documentation.
type Origin struct {
	// Constant after NewOrigin.
	base    string // scheme://host:port
	library *library
	routes  []Route
	pool    *x509.CertPool
	server  *http.Server
	cancel  context.CancelFunc
	serving chan struct{} // closed when Serve has returned
	live    sync.WaitGroup

	keys keyRing
	log  requestLog

	mu     sync.Mutex // guards what follows
	gates  []Gate
	faults []*armedFault
}

// NewOrigin starts an origin. It returns an error when the playlists of o.FS cannot be read or encrypted, or when no port can be had.
// The caller ends it with Close.
func NewOrigin(o Options) (*Origin, error) {
	host := o.Host
	if host == "" {
		host = defaultHost
	}
	origin := &Origin{routes: o.Routes, gates: append([]Gate(nil), o.Gates...), serving: make(chan struct{})}
	origin.log.changed = make(chan struct{})
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	scheme := "http"
	if o.TLS {
		scheme = "https"
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	origin.base = scheme + "://" + net.JoinHostPort(host, port)

	ring, keyBase := &origin.keys, ""
	if o.KeysFrom != nil {
		ring, keyBase = &o.KeysFrom.keys, o.KeysFrom.base
	}
	origin.library, err = newLibrary(o.FS, o.Encryption, ring, keyBase)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}

	ctx, cancel := context.WithCancel(context.Background())
	origin.cancel = cancel
	origin.server = &http.Server{
		Handler:           http.HandlerFunc(origin.serve),
		ReadHeaderTimeout: readHeaderTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         origin.connState,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	if o.TLS {
		certificate, pool, err := selfSigned(host)
		if err != nil {
			cancel()
			return nil, errors.Join(err, listener.Close())
		}
		origin.pool = pool
		config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
		if o.HTTP2 {
			config.NextProtos = []string{"h2", "http/1.1"}
		} else {
			origin.server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
		}
		origin.server.TLSConfig = config
	}
	go func() {
		defer close(origin.serving)
		var err error
		if o.TLS {
			err = origin.server.ServeTLS(listener, "", "")
		} else {
			err = origin.server.Serve(listener)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			cancel() // the listener broke: what is in progress ends, and clients see a refused connection
		}
	}()
	return origin, nil
}

// URL returns the absolute URL of a path of this origin; the path may begin with a slash and may carry a query.
func (o *Origin) URL(path string) string {
	return o.base + "/" + strings.TrimPrefix(path, "/")
}

// CertPool holds the certificate of an origin with TLS, and is nil without.
func (o *Origin) CertPool() *x509.CertPool { return o.pool }

// Transport returns a new transport that trusts this origin's certificate. The caller closes its idle connections.
func (o *Origin) Transport() *http.Transport {
	return &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: o.pool, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}
}

// SetGates replaces all gates; requests that are already past them are not affected.
func (o *Origin) SetGates(gates ...Gate) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gates = append([]Gate(nil), gates...)
}

// Close stops listening, ends every connection and answer in progress, and waits until all goroutines are gone. It may be called twice.
func (o *Origin) Close() error {
	err := o.server.Close()
	o.cancel() // after the connections: an answer cut off here must not look whole
	<-o.serving
	o.live.Wait()
	if err != nil {
		return fmt.Errorf("close origin: %w", err)
	}
	return nil
}

// connState counts connections, so that Close can wait for their goroutines. A hijacked one is counted by its handler (see serve).
func (o *Origin) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		o.live.Add(1)
	case http.StateClosed, http.StateHijacked:
		o.live.Done()
	}
}

// serve logs a request, and passes it through faults and gates to its answer.
func (o *Origin) serve(w http.ResponseWriter, r *http.Request) {
	o.live.Add(1)
	defer o.live.Done()
	class, answer := o.find(r.URL.Path)
	status := &statusWriter{ResponseWriter: w}
	done := o.log.add(r, class)
	defer func() { done(status.status) }()
	guarded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gate, ok := o.refused(class, r); ok {
			gate.refuse(w)
			return
		}
		answer.ServeHTTP(w, r)
	})
	if effect := o.effect(class, r.URL.Path); effect != nil {
		effect(status, r, guarded)
		return
	}
	guarded.ServeHTTP(status, r)
}

// find returns the class of a path and the handler that answers for it.
func (o *Origin) find(path string) (network.Class, http.Handler) {
	for _, route := range o.routes {
		if path == route.Path || strings.HasSuffix(route.Path, "/") && strings.HasPrefix(path, route.Path) {
			return route.Class, route.Handler
		}
	}
	if strings.HasPrefix(path, keyPath) {
		return network.ClassKey, &o.keys
	}
	return o.library.class(path), o.library
}

// statusWriter notes the status of an answer for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
