package network

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// Limits of the transport. Time-outs are the exchange's own.
const (
	maxHostConnections  = 16
	maxIdleConnections  = 32
	maxIdlePerHost      = 8
	idleTimeout         = 60 * time.Second
	keepAlive           = 30 * time.Second
	abandonedDial       = time.Minute // a connection that nobody waits for any more
	maxAnswerHeaderSize = 1 << 20     // bytes
	readBufferSize      = 32 << 10
	writeBufferSize     = 8 << 10
)

// newTransport returns a transport that neither decodes bodies nor knows of cookies and redirects: the
// client does that itself.
func newTransport() *http.Transport {
	dialer := &net.Dialer{KeepAlive: keepAlive, Timeout: abandonedDial}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    abandonedDial,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxIdleConns:           maxIdleConnections,
		MaxIdleConnsPerHost:    maxIdlePerHost,
		MaxConnsPerHost:        maxHostConnections,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxAnswerHeaderSize,
		ReadBufferSize:         readBufferSize,
		WriteBufferSize:        writeBufferSize,
	}
}
