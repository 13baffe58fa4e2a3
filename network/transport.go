package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Limits of the transport. Time-outs are the exchange's own.
const (
	maxHostConnections  = 2 * maxHostExchanges // dials that nobody waits for any more count too
	maxIdleConnections  = 32
	maxIdlePerHost      = 8
	idleTimeout         = 60 * time.Second
	keepAlive           = 30 * time.Second
	abandonedDial       = time.Minute // a connection that nobody waits for any more
	maxAnswerHeaderSize = 1 << 20     // bytes
	readBufferSize      = 256 << 10   // of a connection: fewer system calls than a reader with a smaller one makes
	writeBufferSize     = 8 << 10
)

// TLS says whom a client trusts and who it is. The zero value trusts the system's authorities and has no name.
type TLS struct {
	// Authorities are certificates in PEM, trusted besides the system's: those of a company, say.
	Authorities []byte
	// Certificate and Key, in PEM, are shown to servers that ask who asks. Both or none.
	Certificate []byte
	Key         Secret
}

// config returns what crypto/tls makes of it: TLS 1.2 at least. The error is ErrConfiguration.
func (t TLS) config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(t.Authorities) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(t.Authorities) {
			return nil, fmt.Errorf("TLS: no certificate of an authority in PEM: %w", ErrConfiguration)
		}
		config.RootCAs = pool
	}
	if len(t.Certificate) > 0 || t.Key.Len() > 0 {
		pair, err := tls.X509KeyPair(t.Certificate, []byte(t.Key.Reveal()))
		if err != nil { // which may quote
			return nil, fmt.Errorf("TLS: certificate and key do not make a pair in PEM: %w", ErrConfiguration)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// proxy returns where requests go through. The error is ErrConfiguration, and does not quote.
func (o Options) proxy() (func(*http.Request) (*url.URL, error), error) {
	if o.Proxy.Len() == 0 {
		return http.ProxyFromEnvironment, nil
	}
	u, err := url.Parse(o.Proxy.Reveal())
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("proxy: not a URL: %w", ErrConfiguration)
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return http.ProxyURL(u), nil
	}
	return nil, fmt.Errorf("proxy: not an http, https or socks5 URL: %w", ErrConfiguration)
}

// proxyError is a proxy's answer to CONNECT that is no success. What the proxy wrote beside its status is left out.
type proxyError struct {
	status int
}

func (e *proxyError) Error() string {
	if e.status == http.StatusProxyAuthRequired {
		return "the proxy wants a sign-in, or another one"
	}
	return fmt.Sprintf("the proxy refused to connect (status %d)", e.status)
}

// proxyAnswer takes the place of the transport's own look at a proxy's answer, which quotes it.
func proxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyError{status: answer.StatusCode}
	}
	return nil
}

// pools are the transports of a client: one for each address space that a request may lead to, so
// that a connection into the local network is never used again for a request that may not lead
// there, and one for requests by a proxy. Safe for concurrent use.
type pools struct {
	// constant
	proxy    func(*http.Request) (*url.URL, error)
	tls      *tls.Config
	resolver Resolver
	connect  dialFunc

	mu      sync.Mutex // guards what follows
	byReach [spaces]*http.Transport
	proxied *http.Transport
}

// newPools returns a client's transports. The error is ErrConfiguration.
func newPools(o Options) (*pools, error) {
	config, err := o.TLS.config()
	if err != nil {
		return nil, err
	}
	proxy, err := o.proxy()
	if err != nil {
		return nil, err
	}
	p := &pools{proxy: proxy, tls: config, resolver: o.Resolver, connect: o.Dial}
	if p.resolver == nil {
		p.resolver = net.DefaultResolver
	}
	if p.connect == nil {
		p.connect = (&net.Dialer{KeepAlive: keepAlive, Timeout: abandonedDial}).DialContext
	}
	return p, nil
}

// direct returns the transport that connects to no address beyond reach.
func (p *pools) direct(reach addressSpace) *http.Transport {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byReach[reach] == nil {
		p.byReach[reach] = p.transport(reach, nil)
	}
	return p.byReach[reach]
}

// byProxy returns the transport whose connections are all to a proxy, which the person has named.
func (p *pools) byProxy() *http.Transport {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proxied == nil {
		p.proxied = p.transport(spaceLoopback, func(r *http.Request) (*url.URL, error) {
			u, err := p.proxy(r)
			if err == nil && u == nil {
				err = errConnection // it would be made without the proxy, which nobody has judged
			}
			return u, err
		})
	}
	return p.proxied
}

// transport returns one that neither decodes bodies nor knows of cookies and redirects: the client
// does that itself.
func (p *pools) transport(reach addressSpace, proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	dialer := &dialer{reach: reach, resolver: p.resolver, connect: p.connect}
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: proxyAnswer,
		DialContext:            lenient(dialer.dial),
		DialTLSContext:         lenientTLS(dialer.dial, p.tls),
		TLSClientConfig:        p.tls.Clone(),
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

// closeIdle closes the connections that no request uses.
func (p *pools) closeIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range append(p.byReach[:], p.proxied) {
		if t != nil {
			t.CloseIdleConnections()
		}
	}
}
