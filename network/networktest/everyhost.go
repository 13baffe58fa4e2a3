package networktest

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// EveryHost is one https server on loopback that is every host of the internet to those who use its
// Transport.
type EveryHost struct {
	Transport *http.Transport

	server *http.Server
}

// NewEveryHost starts a server with a handler.
func NewEveryHost(handler http.Handler) (*EveryHost, error) {
	certificate, pool, err := selfSigned("localhost")
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &EveryHost{
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool, ServerName: "localhost"},
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", listener.Addr().String())
			},
		},
		server: &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)},
	}
	serve := tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}})
	go func() { _ = e.server.Serve(serve) }() // ends with Close
	return e, nil
}

// Close ends the server and its connections.
func (e *EveryHost) Close() error {
	e.Transport.CloseIdleConnections()
	return e.server.Close()
}
