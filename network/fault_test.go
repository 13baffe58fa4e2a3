package network_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// faults are what a server can do to each attempt, what it comes to, and the longest it may take.
var faults = map[string]struct {
	serve  func(n int, conn net.Conn)
	class  network.Class
	want   error // nil is success
	status int
	asked  int // requests
	within time.Duration
}{
	"ok":                {serve: always(okAnswer), class: network.ClassPlaylist, asked: 1},
	"close at once":     {serve: closing(""), class: network.ClassPlaylist, want: network.ErrUnreachable, asked: 4, within: 3 * time.Second},
	"close in header":   {serve: closing("HTTP/1.1 200 OK\r\nContent-"), class: network.ClassKey, want: network.ErrUnreachable, asked: 4, within: 3 * time.Second},
	"garbage":           {serve: closing("what do you want: auth-canary\r\n\r\n"), class: network.ClassKey, want: network.ErrUnreachable, asked: 4, within: 3 * time.Second},
	"hang":              {serve: hanging(""), class: network.ClassPlaylist, want: network.ErrTimeout, asked: 2, within: 21 * time.Second},
	"hang, key":         {serve: hanging(""), class: network.ClassKey, want: network.ErrTimeout, asked: 2, within: 21 * time.Second},
	"hang in header":    {serve: hanging("HTTP/1.1 200 OK\r\nContent-"), class: network.ClassSegment, want: network.ErrTimeout, asked: 2, within: 21 * time.Second},
	"hang before body":  {serve: hanging("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), class: network.ClassKey, want: network.ErrTimeout, asked: 4, within: 22 * time.Second},
	"hang in body":      {serve: hanging("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234"), class: network.ClassPlaylist, want: network.ErrTimeout, asked: 2, within: 17 * time.Second},
	"slow drip":         {serve: dripping, class: network.ClassSegment, want: network.ErrTimeout, asked: 3, within: 18 * time.Second},
	"slow drip, key":    {serve: dripping, class: network.ClassKey, want: network.ErrTimeout, asked: 4, within: 22 * time.Second},
	"cut with length":   {serve: closing("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234"), class: network.ClassPlaylist, want: network.ErrTruncated, asked: 4, within: 3 * time.Second},
	"cut chunks":        {serve: closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n"), class: network.ClassKey, want: network.ErrTruncated, asked: 4, within: 3 * time.Second},
	"bad chunks":        {serve: closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n01234\r\n"), class: network.ClassKey, want: network.ErrTruncated, asked: 4, within: 3 * time.Second},
	"longer than said":  {serve: closing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n0123456789"), class: network.ClassKey, asked: 1},
	"no length, closed": {serve: closing("HTTP/1.1 200 OK\r\n\r\n0123456789"), class: network.ClassKey, asked: 1},
	"two lengths":       {serve: closing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n0123456789"), class: network.ClassKey, want: network.ErrUnreachable, asked: 4, within: 3 * time.Second},
	"endless body":      {serve: endless, class: network.ClassKey, want: network.ErrTooLarge, asked: 1, within: time.Second},
	"said to be huge":   {serve: hanging("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), class: network.ClassPlaylist, want: network.ErrTooLarge, asked: 1, within: time.Second},
	"endless redirect":  {serve: numbered, class: network.ClassPlaylist, want: network.ErrRedirect, status: 302, asked: 6, within: time.Second},
	"redirect circle":   {serve: always(redirectAnswer("301", "/main.m3u8")), class: network.ClassPlaylist, want: network.ErrRedirect, status: 301, asked: 3, within: time.Second},
	"redirect nowhere":  {serve: always("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), class: network.ClassPlaylist, want: network.ErrRedirect, status: 302, asked: 1, within: time.Second},
	"redirect to file":  {serve: always(redirectAnswer("302", "file:///etc/passwd")), class: network.ClassPlaylist, want: network.ErrRedirect, status: 302, asked: 1, within: time.Second},
	"bad gzip":          {serve: always("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n0123456789"), class: network.ClassPlaylist, want: network.ErrEncoding, asked: 1, within: time.Second},
	"unknown encoding":  {serve: always("HTTP/1.1 200 OK\r\nContent-Encoding: lzma\r\nContent-Length: 10\r\n\r\n0123456789"), class: network.ClassPlaylist, want: network.ErrEncoding, asked: 1, within: time.Second},
	"100 and 103":       {serve: always("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + okAnswer), class: network.ClassPlaylist, asked: 1},
	"101":               {serve: closing("HTTP/1.1 101 Switching Protocols\r\n\r\n"), class: network.ClassPlaylist, want: network.ErrStatus, status: 101, asked: 1, within: time.Second},
	"204":               {serve: always("HTTP/1.1 204 No Content\r\n\r\n"), class: network.ClassPlaylist, asked: 1},
	"206 not asked for": {serve: always("HTTP/1.1 206 Part\r\nContent-Range: bytes 0-9/20\r\nContent-Length: 10\r\n\r\n0123456789"), class: network.ClassSegment, want: network.ErrTruncated, status: 206, asked: 4, within: time.Second},
	"300":               {serve: always(status("300")), class: network.ClassPlaylist, want: network.ErrStatus, status: 300, asked: 1, within: time.Second},
	"304 not asked for": {serve: always("HTTP/1.1 304 Not Modified\r\n\r\n"), class: network.ClassPlaylist, want: network.ErrStatus, status: 304, asked: 1, within: time.Second},
	"400":               {serve: always(status("400")), class: network.ClassKey, want: network.ErrStatus, status: 400, asked: 1, within: time.Second},
	"401":               {serve: always(status("401")), class: network.ClassKey, want: network.ErrRefused, status: 401, asked: 1, within: time.Second},
	"403":               {serve: always(status("403")), class: network.ClassPlaylist, want: network.ErrRefused, status: 403, asked: 1, within: time.Second},
	"404":               {serve: always(status("404")), class: network.ClassSegment, want: network.ErrStatus, status: 404, asked: 1, within: time.Second},
	"205":               {serve: always("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"), class: network.ClassPlaylist, asked: 1},
	"304, packed":       {serve: always("HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n"), class: network.ClassPlaylist, want: network.ErrStatus, status: 304, asked: 1, within: time.Second},
	"204, packed":       {serve: always("HTTP/1.1 204 No Content\r\nContent-Encoding: br\r\n\r\n"), class: network.ClassPlaylist, asked: 1},
	"408":               {serve: always(status("408")), class: network.ClassSegment, want: network.ErrStatus, status: 408, asked: 3, within: 2 * time.Second},
	"410":               {serve: always(status("410")), class: network.ClassSegment, want: network.ErrStatus, status: 410, asked: 1, within: time.Second},
	"416":               {serve: always(status("416")), class: network.ClassSegment, want: network.ErrStatus, status: 416, asked: 1, within: time.Second},
	"429":               {serve: always(status("429")), class: network.ClassSegment, want: network.ErrStatus, status: 429, asked: 3, within: 2 * time.Second},
	"500":               {serve: always(status("500")), class: network.ClassSegment, want: network.ErrStatus, status: 500, asked: 3, within: 2 * time.Second},
	"500, sign-in":      {serve: always(status("500")), class: network.ClassSignIn, want: network.ErrStatus, status: 500, asked: 1, within: time.Second},
	"501":               {serve: always(status("501")), class: network.ClassSegment, want: network.ErrStatus, status: 501, asked: 1, within: time.Second},
	"502 once":          {serve: once(status("502")), class: network.ClassPlaylist, asked: 2, within: time.Second},
	"503":               {serve: always(status("503")), class: network.ClassPlaylist, want: network.ErrStatus, status: 503, asked: 4, within: 3 * time.Second},
	"599":               {serve: always(status("599")), class: network.ClassPlaylist, want: network.ErrStatus, status: 599, asked: 4, within: 3 * time.Second},
	"cut once":          {serve: once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234"), class: network.ClassKey, asked: 2, within: time.Second},
	"error's body hangs": {serve: hanging("HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\n"), class: network.ClassPlaylist, want: network.ErrStatus, status: 404,
		asked: 1, within: time.Second},
}

func status(code string) string {
	return "HTTP/1.1 " + code + " Status\r\nContent-Length: 5\r\n\r\nsorry"
}

func always(answer string) func(int, net.Conn) {
	return func(_ int, conn net.Conn) { say(conn, answer) }
}

func once(answer string) func(int, net.Conn) {
	return func(n int, conn net.Conn) {
		if n == 0 {
			say(conn, answer)
			_ = conn.Close()
			return
		}
		say(conn, okAnswer)
	}
}

func closing(answer string) func(int, net.Conn) {
	return func(_ int, conn net.Conn) {
		say(conn, answer)
		_ = conn.Close()
	}
}

func hanging(answer string) func(int, net.Conn) {
	return func(_ int, conn net.Conn) {
		say(conn, answer)
		gone(conn)
	}
}

func dripping(_ int, conn net.Conn) {
	say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
	for {
		if _, err := conn.Write([]byte{'x'}); err != nil {
			return
		}
		time.Sleep(time.Second) //nolint:forbidigo // the time of synctest
	}
}

func endless(_ int, conn net.Conn) {
	say(conn, "HTTP/1.1 200 OK\r\n\r\n")
	for {
		if _, err := conn.Write(make([]byte, 32<<10)); err != nil {
			return
		}
	}
}

func numbered(n int, conn net.Conn) { say(conn, redirectAnswer("302", fmt.Sprintf("/%d", n))) }

func TestFaultMatrix(t *testing.T) {
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newPipe(func(n int, _ string, conn net.Conn) { fault.serve(n, conn) })
				cfg := network.NewConfiguration()
				cfg.CookieHeaders.SetValue("session", "auth-canary")
				c, end := server.client(t, cfg)
				defer end() // and the bubble sees that no goroutine is left
				began := time.Now()
				_, _, err := c.Fetch(t.Context(), network.Request{Class: fault.class, URL: "http://example.com/main.m3u8?auth-canary"})
				took := time.Since(began)
				if fault.want == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, fault.want)
					var e *network.Error
					require.ErrorAs(t, err, &e)
					require.Equal(t, fault.class, e.Class)
					if fault.status != 0 {
						require.Equal(t, fault.status, e.Status)
					}
					require.NotContains(t, e.Error(), "canary")
					require.NotErrorIs(t, err, io.EOF)
					require.Equal(t, errors.Is(err, network.ErrTruncated), errors.Is(err, io.ErrUnexpectedEOF) && errors.Is(fault.want, network.ErrTruncated))
				}
				require.LessOrEqual(t, took, fault.within)
				require.Len(t, server.asked(), fault.asked)
				records := c.Records()
				require.Len(t, records, fault.asked)
				for _, r := range records {
					require.True(t, r.Done)
				}
				encoded, encodeErr := json.Marshal(records)
				require.NoError(t, encodeErr)
				require.NotContains(t, string(encoded), "canary")
			})
		})
	}
}

func TestPauseBetweenAttempts(t *testing.T) {
	tests := map[string]struct {
		answer string
		pauses [][2]int      // ms, from and to
		want   time.Duration // RetryAfter of the error
	}{
		"backoff": {status("503"), [][2]int{{125, 250}, {250, 500}, {500, 1000}}, 0},
		"Retry-After in seconds": {"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
			[][2]int{{7000, 7000}, {7000, 7000}, {7000, 7000}}, 7 * time.Second},
		"Retry-After as date": {"HTTP/1.1 429 Busy\r\nRetry-After: Sat, 01 Jan 2000 00:01:00 GMT\r\nContent-Length: 0\r\n\r\n",
			nil, time.Minute}, // the bubble's clock begins at 2000-01-01
		"Retry-After too long": {"HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n", nil, time.Hour},
		"Retry-After of 500":   {"HTTP/1.1 500 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n", [][2]int{{125, 250}, {250, 500}, {500, 1000}}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newPipe(func(_ int, _ string, conn net.Conn) { say(conn, test.answer) })
				c, end := server.client(t, nil)
				defer end() // and the bubble sees that no goroutine is left
				_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassPlaylist, URL: "http://example.com/"})
				require.ErrorIs(t, err, network.ErrStatus)
				var e *network.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, test.want, e.RetryAfter)
				require.Equal(t, len(test.pauses)+1, e.Attempts)
				require.Len(t, server.asked(), len(test.pauses)+1)
				for i, pause := range test.pauses {
					got := server.at(i + 1).Sub(server.at(i))
					require.GreaterOrEqual(t, got, time.Duration(pause[0])*time.Millisecond)
					require.LessOrEqual(t, got, time.Duration(pause[1])*time.Millisecond)
				}
			})
		})
	}
}

func TestCancelAndClose(t *testing.T) {
	t.Run("context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			server := newPipe(func(_ int, _ string, conn net.Conn) { gone(conn) })
			c, end := server.client(t, nil)
			defer end() // and the bubble sees that no goroutine is left
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			_, _, err := c.Fetch(ctx, network.Request{Class: network.ClassSegment, URL: "http://example.com/"})
			require.ErrorIs(t, err, context.Canceled)
		})
	})
	t.Run("context between attempts", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			server := newPipe(func(_ int, _ string, conn net.Conn) {
				say(conn, "HTTP/1.1 503 Busy\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n")
			})
			c, end := server.client(t, nil)
			defer end() // and the bubble sees that no goroutine is left
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, _, err := c.Fetch(ctx, network.Request{Class: network.ClassSegment, URL: "http://example.com/"})
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	})
	for name, answer := range map[string]string{"header": "", "body": "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012"} {
		t.Run("close in "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newPipe(func(_ int, _ string, conn net.Conn) {
					say(conn, answer)
					gone(conn)
				})
				c, end := server.client(t, nil)
				defer end() // and the bubble sees that no goroutine is left
				time.AfterFunc(time.Second, func() { _ = c.Close() })
				response, err := c.Do(t.Context(), network.Request{Class: network.ClassSegment, URL: "http://example.com/"})
				if err == nil {
					_, err = io.ReadAll(response.Body)
				}
				require.ErrorIs(t, err, network.ErrClosed)
				_, _, err = c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: "http://example.com/"})
				require.ErrorIs(t, err, network.ErrClosed)
			})
		})
	}
	t.Run("body closed while it is read", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			server := newPipe(func(_ int, _ string, conn net.Conn) {
				say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012")
				gone(conn)
			})
			c, end := server.client(t, nil)
			defer end() // and the bubble sees that no goroutine is left
			response, err := c.Do(t.Context(), network.Request{Class: network.ClassSegment, URL: "http://example.com/"})
			require.NoError(t, err)
			time.AfterFunc(time.Second, func() { _ = response.Body.Close() })
			data, err := io.ReadAll(response.Body)
			require.Error(t, err)
			require.NotErrorIs(t, err, io.EOF)
			require.Equal(t, "012", string(data))
			require.True(t, c.Records()[0].Done)
			require.EqualValues(t, 3, c.Records()[0].Bytes)
		})
	})
	t.Run("a pause of the reader is no stall", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			server := newPipe(func(_ int, _ string, conn net.Conn) {
				say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
				say(conn, "56789")
			})
			c, end := server.client(t, nil)
			defer end() // and the bubble sees that no goroutine is left
			response, err := c.Do(t.Context(), network.Request{Class: network.ClassSegment, URL: "http://example.com/"})
			require.NoError(t, err)
			_, err = io.ReadFull(response.Body, make([]byte, 2))
			require.NoError(t, err)
			time.Sleep(time.Hour) //nolint:forbidigo // paused, in the time of synctest
			rest, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.Equal(t, "23456789", string(rest))
		})
	})
}

func TestRefusedWithOldPairs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		arrived, updated := make(chan struct{}), make(chan struct{})
		server := newPipe(func(n int, header string, conn net.Conn) {
			if n == 0 {
				close(arrived)
				<-updated
			}
			if strings.Contains(header, "session=new") {
				say(conn, okAnswer)
				return
			}
			say(conn, status("401"))
		})
		cfg := network.NewConfiguration()
		cfg.CookieHeaders.SetValue("session", "old")
		c, end := server.client(t, cfg)
		defer end() // and the bubble sees that no goroutine is left
		result := make(chan error)
		go func() {
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: "http://example.com/"})
			result <- err
		}()
		<-arrived
		require.NoError(t, c.UpdateCookies(pairs(t, "session=new")))
		close(updated)
		require.NoError(t, <-result)
		require.Len(t, server.asked(), 2)
	})
}

func TestUnreachable(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := "http://" + l.Addr().String()
	require.NoError(t, l.Close())
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	reset := newScript(t, reset, reset, reset, reset)
	w := newWorld(t)
	w.reset(func(wireRequest) string { return okAnswer })
	tests := map[string]struct {
		url, text string
		attempts  int
	}{
		"refused":     {url, "connection refused", 4},
		"no TLS":      {strings.Replace(plain.URL, "http:", "https:", 1), "does not speak TLS", 1},
		"reset":       {reset.url, "", 4},
		"no such":     {"http://no-such-host.invalid/", "", 1},
		"certificate": {"https://" + w.listeners[1].Addr().String(), "certificate", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, nil, network.Options{Resource: test.url})
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: test.url + "?canary"})
			require.ErrorIs(t, err, network.ErrUnreachable)
			require.ErrorContains(t, err, test.text)
			require.NotContains(t, err.Error(), "canary")
			if name != "no such" {
				require.Len(t, c.Records(), test.attempts)
			}
		})
	}
}
