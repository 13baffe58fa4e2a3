package network_test

import (
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// However many ask at the same time, an origin has at most 16 exchanges with a client, whatever the protocol.
func TestHostLimit(t *testing.T) {
	const most, all = 16, 60
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			var mu sync.Mutex
			now, peak := 0, 0 // guarded by mu
			full, once := make(chan struct{}), new(sync.Once)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				now++
				peak = max(peak, now)
				if now == most {
					once.Do(func() { close(full) })
				}
				mu.Unlock()
				<-full // until there are as many as there may be
				mu.Lock()
				now--
				mu.Unlock()
				_, _ = w.Write([]byte("x"))
			}))
			server.EnableHTTP2 = protocol == "HTTP/2.0"
			server.StartTLS()
			defer server.Close()
			authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
			c := newClient(t, nil, network.Options{TLS: network.TLS{Authorities: authority}})
			var work sync.WaitGroup
			for n := range all {
				work.Go(func() {
					_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: fmt.Sprintf("%s/%d", server.URL, n)})
					if err != nil {
						t.Error(err)
					}
				})
			}
			work.Wait()
			require.Equal(t, most, peak)
			require.Len(t, c.Records(), all)
			require.Equal(t, protocol, c.Records()[0].Protocol)
		})
	}
}

// Who waits for a place waits as for a connection, can be canceled, and is sent with the pairs of then. Another origin
// is not held up.
func TestHostLimitWaits(t *testing.T) {
	const most = 16
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(func(_ int, header string, conn net.Conn) {
			if strings.Contains(header, "GET /held") {
				say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
				gone(conn)
				return
			}
			say(conn, okAnswer)
		})
		cfg := network.NewConfiguration()
		cfg.CookieHeaders = session("old")
		c, end := server.client(t, cfg)
		defer end() // and the bubble sees that no goroutine is left
		held := make([]*network.Response, most)
		for i := range held {
			response, err := c.Do(t.Context(), network.Request{Class: network.ClassSegment, URL: "http://example.com/held"})
			require.NoError(t, err)
			held[i] = response
		}
		key := network.Request{Class: network.ClassSignIn, URL: "http://example.com/"}
		began := time.Now()
		_, _, err := c.Fetch(t.Context(), key)
		require.ErrorIs(t, err, network.ErrTimeout)
		require.Greater(t, time.Since(began), 10*time.Second, "the time-out for a connection")
		_, _, err = c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: "http://example.com:8080/"})
		require.NoError(t, err, "another origin")

		var work sync.WaitGroup
		work.Go(func() {
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: "http://example.com/waits"})
			if err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		require.NoError(t, c.UpdateCookies(session("new")))
		require.NoError(t, held[0].Body.Close())
		work.Wait()
		asked := server.asked()
		require.Contains(t, asked[len(asked)-1], "GET /waits")
		require.Contains(t, asked[len(asked)-1], "Cookie: session=new\r\n")
		for _, response := range held {
			require.NoError(t, response.Body.Close())
		}
	})
}
