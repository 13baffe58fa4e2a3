package network_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// worldNames are the hosts whose certificate the world's servers have.
var worldNames = []string{"www.example.com", "cdn.www.example.com", "api.example.com", "example.com", "www.example.net"}

// world is an internet on loopback: every host name leads to one plain and one TLS listener, and what comes
// over the wire is kept as bytes.
type world struct {
	transport *http.Transport
	listeners []net.Listener
	serving   sync.WaitGroup

	mu     sync.Mutex
	seen   []wireRequest                     // guarded by mu
	answer func(wireRequest) (answer string) // guarded by mu; a whole answer, without body
	conns  map[net.Conn]struct{}             // guarded by mu
	closed bool                              // guarded by mu
}

// wireRequest is the header of a request as it came.
type wireRequest struct {
	scheme string
	raw    string // to the empty line, without a body
}

// url is where the request went.
func (r wireRequest) url() *url.URL {
	fields := strings.Fields(r.raw)
	u, err := url.Parse(fields[1])
	if err != nil {
		panic(err)
	}
	u.Scheme, u.Host = r.scheme, r.header("Host")
	return u
}

// header is the value of a line of the header, as it came.
func (r wireRequest) header(name string) string {
	for line := range strings.SplitSeq(r.raw, "\r\n") {
		if value, ok := strings.CutPrefix(line, name+": "); ok {
			return value
		}
	}
	return ""
}

// newWorld starts the servers; the test ends them.
func newWorld(t testing.TB) *world {
	t.Helper()
	certificate, roots := worldCertificate(t)
	w := &world{conns: make(map[net.Conn]struct{})}
	plain, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	secure, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	require.NoError(t, err)
	w.listeners = []net.Listener{plain, secure}
	w.serving.Go(func() { w.accept(plain, "http") })
	w.serving.Go(func() { w.accept(secure, "https") })
	w.transport = &http.Transport{
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			to := secure.Addr().String()
			if strings.HasSuffix(address, ":80") {
				to = plain.Addr().String()
			}
			return new(net.Dialer).DialContext(ctx, "tcp", to)
		},
		TLSClientConfig:    &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DisableCompression: true,
	}
	t.Cleanup(w.close)
	return w
}

func (w *world) close() {
	w.transport.CloseIdleConnections()
	for _, l := range w.listeners {
		_ = l.Close()
	}
	w.mu.Lock()
	w.closed = true
	for c := range w.conns {
		_ = c.Close()
	}
	w.mu.Unlock()
	w.serving.Wait()
}

// reset forgets what was seen and answers with f from now on.
func (w *world) reset(f func(wireRequest) string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen, w.answer = nil, f
}

// requests are those since reset.
func (w *world) requests() []wireRequest {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]wireRequest(nil), w.seen...)
}

func (w *world) accept(l net.Listener, scheme string) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		if w.closed {
			w.mu.Unlock()
			_ = conn.Close()
			return
		}
		w.conns[conn] = struct{}{}
		w.mu.Unlock()
		w.serving.Go(func() { w.serve(conn, scheme) })
	}
}

func (w *world) serve(conn net.Conn, scheme string) {
	defer func() {
		_ = conn.Close()
		w.mu.Lock()
		delete(w.conns, conn)
		w.mu.Unlock()
	}()
	reader := bufio.NewReaderSize(conn, 256<<10)
	for {
		var raw strings.Builder
		length := 0
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			raw.WriteString(line)
			if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
				for _, c := range strings.TrimSpace(value) {
					length = length*10 + int(c-'0')
				}
			}
			if line == "\r\n" {
				break
			}
		}
		if _, err := reader.Discard(length); err != nil {
			return
		}
		request := wireRequest{scheme: scheme, raw: raw.String()}
		w.mu.Lock()
		w.seen = append(w.seen, request)
		answer := w.answer
		w.mu.Unlock()
		if _, err := conn.Write([]byte(answer(request))); err != nil {
			return
		}
	}
}

// Answers.
const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

func redirectAnswer(status, to string) string {
	return "HTTP/1.1 " + status + " Moved\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n"
}

// worldCertificate makes a certificate for worldNames and 127.0.0.1, and the pool that trusts it.
func worldCertificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: worldNames, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, roots
}
