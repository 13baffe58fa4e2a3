package network_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/network"
)

// pipe is a server within a synctest bubble: each connection is a net.Pipe that a handler serves.
type pipe struct {
	transport *http.Transport
	serving   sync.WaitGroup

	mu       sync.Mutex
	requests []string    // guarded by mu; headers, as they came
	times    []time.Time // guarded by mu; when
}

// newPipe returns a server that calls handle for each request, with its number from 0.
func newPipe(handle func(n int, header string, conn net.Conn)) *pipe {
	p := &pipe{}
	p.transport = &http.Transport{
		DisableCompression: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			p.serving.Go(func() { p.serve(server, handle) })
			return client, nil
		},
	}
	return p
}

func (p *pipe) serve(conn net.Conn, handle func(int, string, net.Conn)) {
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReader(conn)
	for {
		var raw strings.Builder
		for !strings.HasSuffix(raw.String(), "\r\n\r\n") {
			line, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			raw.WriteString(line)
		}
		p.mu.Lock()
		n := len(p.requests)
		p.requests = append(p.requests, raw.String())
		p.times = append(p.times, time.Now())
		p.mu.Unlock()
		handle(n, raw.String(), conn)
	}
}

// client returns a client of the server, and a function that ends both and waits.
func (p *pipe) client(t *testing.T, cfg *network.Configuration) (*network.Client, func()) {
	t.Helper()
	c := newClient(t, cfg, network.Options{Resource: "http://example.com/main.m3u8", Transport: p.transport})
	return c, func() {
		_ = c.Close()
		synctest.Wait() // for a connection that is being made, and that nobody needs any more
		p.transport.CloseIdleConnections()
		p.serving.Wait()
	}
}

// say writes text to the connection and lets the reader find out if it could not.
func say(conn net.Conn, text string) { _, _ = conn.Write([]byte(text)) }

// gone blocks until the client has closed the connection.
func gone(conn net.Conn) {
	var one [1]byte
	for {
		if _, err := conn.Read(one[:]); err != nil {
			return
		}
	}
}

// asked returns the requests so far.
func (p *pipe) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requests...)
}

// at returns when request n came.
func (p *pipe) at(n int) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.times[n]
}
