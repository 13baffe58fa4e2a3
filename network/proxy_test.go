package network_test

import (
	"bufio"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// listener serves each of its connections with a function, until the test ends.
func listener(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer func() { _ = conn.Close() }()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return l.Addr().String()
}

// tunnel joins conn, of which reader has the rest, with a server.
func tunnel(conn net.Conn, reader io.Reader, server string) {
	other, err := new(net.Dialer).DialContext(context.Background(), "tcp", server)
	if err != nil {
		return
	}
	defer func() { _ = other.Close() }()
	var copying sync.WaitGroup
	copying.Go(func() {
		_, _ = io.Copy(other, reader)
		_ = other.(*net.TCPConn).CloseWrite()
	})
	_, _ = io.Copy(conn, other)
	_ = conn.Close()
	copying.Wait()
}

// connectProxy answers CONNECT for people with the right password. RFC 9110, 9.3.6.
func connectProxy(server, login string) func(net.Conn) {
	return func(conn net.Conn) {
		reader := bufio.NewReader(conn)
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		if user, password, ok := proxyLogin(request); !ok || user+":"+password != login || request.Method != http.MethodConnect {
			say(conn, "HTTP/1.1 407 "+login+"\r\nContent-Length: 0\r\n\r\n") // a proxy that repeats what it should not
			return
		}
		say(conn, "HTTP/1.1 200 OK\r\n\r\n")
		tunnel(conn, reader, server)
	}
}

// socksProxy speaks RFC 1928 with a user name and password of RFC 1929.
func socksProxy(server, login string) func(net.Conn) {
	return func(conn net.Conn) {
		reader := bufio.NewReader(conn)
		read := func(n int) []byte {
			b := make([]byte, n)
			_, _ = io.ReadFull(reader, b)
			return b
		}
		read(int(read(2)[1])) // version, methods
		_, _ = conn.Write([]byte{5, 2})
		user := string(read(int(read(2)[1])))
		password := string(read(int(read(1)[0])))
		if user+":"+password != login {
			_, _ = conn.Write([]byte{1, 1})
			return
		}
		_, _ = conn.Write([]byte{1, 0})
		if kind := read(4)[3]; kind == 3 { // a name, which is the proxy's to look up
			read(int(read(1)[0]) + 2)
		} else {
			read(4 + 2)
		}
		_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		tunnel(conn, reader, server)
	}
}

// Ways through a proxy to a server with TLS, and ways in which they end. A password shows nowhere.
func TestProxies(t *testing.T) {
	const password = "canary+proxy"
	const login = "me:" + password
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, "reached ", r.Host, r.Header.Get("Proxy-Authorization"))
	}))
	server.Config.ErrorLog = silent()
	server.StartTLS()
	t.Cleanup(server.Close)
	to := server.Listener.Addr().String()
	connect, socks := listener(t, connectProxy(to, login)), listener(t, socksProxy(to, login))
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		say(conn, "HTTP/1.1 200 OK\r\n\r\n")
		tunnel(conn, buffered, to)
	}))
	secure.TLS = server.TLS.Clone()
	secure.TLS.NextProtos = []string{"http/1.1"}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	hangs := listener(t, gone)
	garbage := listener(t, func(conn net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		say(conn, "what is "+login+"\r\n\r\n")
	})
	unknown := listener(t, func(conn net.Conn) { say(conn, "HTTP/1.1 400 "+login+"\r\n\r\n") })
	refuses := listener(t, func(conn net.Conn) { say(conn, "HTTP/1.1 403 "+login+"\r\nContent-Length: 0\r\n\r\n") })
	cannot := listener(t, func(conn net.Conn) { say(conn, "HTTP/1.1 502 "+login+"\r\nContent-Length: 0\r\n\r\n") })
	resets := listener(t, func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) })
	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := closed.Addr().String()
	require.NoError(t, closed.Close())

	const credentials = "me:canary%2Bproxy@"
	tests := map[string]struct {
		proxy    string
		want     error
		attempts int
		text     string
	}{
		"http":                  {"http://" + credentials + connect, nil, 1, ""},
		"https":                 {secure.URL, nil, 1, ""},
		"socks5":                {"socks5://" + credentials + socks, nil, 1, ""},
		"socks5h":               {"socks5h://" + credentials + socks, nil, 1, ""},
		"http, wrong password":  {"http://me:canary%2Bproxy2@" + connect, network.ErrUnreachable, 1, "the proxy wants a sign-in, or another one"},
		"http, no password":     {"http://" + connect, network.ErrUnreachable, 1, "the proxy wants a sign-in, or another one"},
		"http, refuses":         {"http://" + credentials + refuses, network.ErrUnreachable, 1, "the proxy refused to connect (status 403)"},
		"http, cannot":          {"http://" + credentials + cannot, network.ErrUnreachable, 4, "the proxy refused to connect (status 502)"},
		"socks, wrong password": {"socks5://me:canary%2Bproxy2@" + socks, network.ErrUnreachable, 4, "socks connect"},
		"not TLS":               {"https://" + credentials + connect, network.ErrUnreachable, 4, "proxyconnect"},
		"nobody listens":        {"http://" + credentials + nobody, network.ErrUnreachable, 4, "connection refused"},
		"resets":                {"http://" + credentials + resets, network.ErrUnreachable, 4, ""},
		"garbage":               {"http://" + credentials + garbage, network.ErrUnreachable, 4, "not valid HTTP"},
		"socks, garbage":        {"socks5://" + credentials + unknown, network.ErrUnreachable, 4, "socks connect"},
		"hangs":                 {"http://" + credentials + hangs, network.ErrTimeout, 4, "no connection within 300ms"},
		"socks, hangs":          {"socks5://" + credentials + hangs, network.ErrTimeout, 4, "no connection within 300ms"},
		"no such":               {"http://" + credentials + "no-such-proxy.invalid:8080", network.ErrUnreachable, 0, ""},
	}
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := network.NewConfiguration()
			cfg.Timeouts = map[network.Class]network.Timeouts{network.ClassKey: {Connect: 300 * time.Millisecond, Whole: 2 * time.Second}}
			if test.want == nil {
				cfg.Timeouts = nil
			}
			c := newClient(t, cfg, network.Options{Proxy: network.NewSecret(test.proxy), TLS: network.TLS{Authorities: authority}})
			data, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: "https://example.com/key?canary"})
			if test.want == nil {
				require.NoError(t, err)
				require.Equal(t, "reached example.com", string(data), "the proxy's password is for the proxy")
				return
			}
			require.ErrorIs(t, err, test.want)
			require.ErrorContains(t, err, test.text)
			if test.attempts > 0 { // how often a name is looked up is the resolver's to say
				require.Len(t, c.Records(), test.attempts)
			}
			require.NotContains(t, fmt.Sprintf("%v %+v %#v %+v", err, err, err, c.Records()), "canary")
		})
	}
}
