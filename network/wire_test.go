package network_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// script is a raw TCP server: connection n gets answers[n], byte for byte, once its request's header is
// there. An answer that ends with hang is not followed by a close.
type script struct {
	url      string
	listener net.Listener
	serving  sync.WaitGroup
	done     chan struct{}

	mu       sync.Mutex
	requests []string // guarded by mu
}

const (
	hang  = "\x00hang"
	reset = "\x00reset"
)

func newScript(t testing.TB, answers ...string) *script {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &script{url: "http://" + l.Addr().String(), listener: l, done: make(chan struct{})}
	s.serving.Go(func() {
		for _, answer := range answers {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.serving.Go(func() { s.serve(conn, answer) })
		}
	})
	t.Cleanup(func() {
		close(s.done)
		_ = l.Close()
		s.serving.Wait()
	})
	return s
}

func (s *script) serve(conn net.Conn, answer string) {
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReaderSize(conn, 1<<20)
	var raw strings.Builder
	for !strings.HasSuffix(raw.String(), "\r\n\r\n") {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		raw.WriteString(line)
	}
	s.mu.Lock()
	s.requests = append(s.requests, raw.String())
	s.mu.Unlock()
	text, hangs := strings.CutSuffix(answer, hang)
	text, resets := strings.CutSuffix(text, reset)
	_, _ = io.WriteString(conn, text)
	if hangs {
		<-s.done
	}
	if resets {
		_ = conn.(*net.TCPConn).SetLinger(0)
	}
}

// raw returns the requests as they came.
func (s *script) raw() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

func TestExactBytes(t *testing.T) {
	tests := map[string]string{
		"two pairs":      "val1=12345; val2=abcd",
		"quotes":         `t="a b"; u=x"y`,
		"backslash":      `t=a\b`,
		"comma":          "t=a,b, c",
		"equals":         "t===a=b=",
		"bytes over 127": "t=\xff\xfe\xc3\xa9",
		"empty value":    "t=; u=1",
		"JSON":           `t={"a":[1,2]}`,
		"64 KiB":         "t=" + strings.Repeat("0123456789abcdef", 4096),
	}
	for name, line := range tests {
		t.Run(name, func(t *testing.T) {
			server := newScript(t, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nk")
			cfg := network.NewConfiguration()
			cfg.CookieHeaders = pairs(t, line)
			cfg.UserAgent = "Test/1"
			c := newClient(t, cfg, network.Options{Resource: server.url + "/main.m3u8"})
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: server.url + "/key?a=b"})
			require.NoError(t, err)
			raw := server.raw()[0]
			host := strings.TrimPrefix(server.url, "http://")
			require.True(t, strings.HasPrefix(raw, "GET /key?a=b HTTP/1.1\r\nHost: "+host+"\r\nUser-Agent: Test/1\r\n"), "%.200q", raw)
			require.Contains(t, raw, "\r\nCookie: "+line+"\r\n")
			require.Contains(t, raw, "\r\nAccept-Encoding: identity\r\n")
			require.Equal(t, 1, strings.Count(raw, "Cookie"), "one header")
		})
	}
}

func TestJarThenPairs(t *testing.T) {
	const ok = "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	server := newScript(t,
		"HTTP/1.1 200 OK\r\nSet-Cookie: j1=\"quoted\\value\"; Path=/\r\nSet-Cookie: same=jar; Path=/\r\nSet-Cookie: deep=1; Path=/a/b\r\n"+
			"Set-Cookie: utf=\xc3\xa9, x; Path=/; Max-Age=100\r\nSet-Cookie: gone=1; Max-Age=0"+ok,
		"HTTP/1.1 200 OK"+ok, "HTTP/1.1 200 OK"+ok, "HTTP/1.1 200 OK"+ok)
	cfg := network.NewConfiguration()
	cfg.CookieHeaders = pairs(t, "p=1; same=pair; q=2")
	c := newClient(t, cfg, network.Options{Resource: server.url + "/main.m3u8"})
	for _, request := range []network.Request{
		{Class: network.ClassPlaylist, URL: server.url + "/main.m3u8"},
		{Class: network.ClassSegment, URL: server.url + "/a/b/c.ts"},
		{Class: network.ClassKey, URL: server.url + "/a/b/key"},
	} {
		_, _, err := c.Fetch(t.Context(), request)
		require.NoError(t, err)
	}
	require.NoError(t, c.UpdateCookies(pairs(t, "new=3")))
	require.EqualValues(t, 1, c.Epoch())
	_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: server.url + "/key"})
	require.NoError(t, err)
	raw := server.raw()
	require.NotContains(t, raw[0], "Cookie:")
	require.Contains(t, raw[1], "\r\nCookie: deep=1; j1=\"quoted\\value\"; same=jar; utf=\xc3\xa9, x\r\n", "the jar's alone, longer paths first")
	require.Contains(t, raw[2], "\r\nCookie: deep=1; j1=\"quoted\\value\"; utf=\xc3\xa9, x; p=1; same=pair; q=2\r\n", "of equal names the pair wins")
	require.Contains(t, raw[3], "\r\nCookie: j1=\"quoted\\value\"; same=jar; utf=\xc3\xa9, x; new=3\r\n")
	records := c.Records()
	require.Equal(t, []string{"deep", "j1", "utf", "p", "same", "q"}, records[2].Cookies)
}

func TestReadSetCookieHeaderOff(t *testing.T) {
	server := newScript(t, "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	cfg := network.NewConfiguration()
	cfg.ReadSetCookieHeader = false
	c := newClient(t, cfg, network.Options{})
	for range 2 {
		_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassPlaylist, URL: server.url})
		require.NoError(t, err)
	}
	require.NotContains(t, server.raw()[1], "Cookie")
}

func TestUpdateCookiesRefuses(t *testing.T) {
	cfg := network.NewConfiguration()
	cfg.CookieHeaders.SetValue("a", "1")
	c := newClient(t, cfg, network.Options{})
	for name, set := range map[string]func(*network.Metadata){
		"value":  func(m *network.Metadata) { m.SetValue("a", "secret\n") },
		"name":   func(m *network.Metadata) { m.SetValue("a b", "secret") },
		"nobody": func(m *network.Metadata) { m.SetValue("", "secret") },
		"object": func(m *network.Metadata) { m.SetObject("a", "secret") },
		"spaces": func(m *network.Metadata) { m.SetValue("a", "secret ") },
	} {
		t.Run(name, func(t *testing.T) {
			var m network.Metadata
			set(&m)
			err := c.UpdateCookies(m)
			require.ErrorIs(t, err, network.ErrCookie)
			require.NotContains(t, err.Error(), "secret")
			require.Zero(t, c.Epoch())
		})
	}
}
