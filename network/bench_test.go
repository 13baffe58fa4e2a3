package network_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// BenchmarkSegment compares the client with bare net/http over the same kind of transport: segments of
// 2 MB, and keys of 16 bytes, from loopback.
func BenchmarkSegment(b *testing.B) {
	sizes := map[string]int{"2MB": 2 << 20, "16B": 16}
	for _, size := range []string{"2MB", "16B"} {
		data := make([]byte, sizes[size])
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(data)))
			_, _ = w.Write(data)
		}))
		defer server.Close()
		buffer := make([]byte, 32<<10)
		drain := func(b *testing.B, body io.ReadCloser) {
			b.Helper()
			for {
				if _, err := body.Read(buffer); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
			if err := body.Close(); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(size+"/net-http", func(b *testing.B) {
			transport := &http.Transport{DisableCompression: true, ReadBufferSize: 32 << 10}
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server.URL+"/s.ts", nil)
				if err != nil {
					b.Fatal(err)
				}
				request.Header.Set("Cookie", "val1=12345; val2=abcd")
				response, err := client.Do(request) //nolint:bodyclose // drain closes it
				if err != nil {
					b.Fatal(err)
				}
				drain(b, response.Body)
			}
		})
		b.Run(size+"/client", func(b *testing.B) {
			cfg := network.NewConfiguration()
			cfg.CookieHeaders.SetValue("val1", "12345")
			cfg.CookieHeaders.SetValue("val2", "abcd")
			cfg.UseCookieHeadersForAllRequests = true
			c, err := network.NewClient(cfg, network.Options{Resource: server.URL})
			require.NoError(b, err)
			defer func() { require.NoError(b, c.Close()) }()
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				response, err := c.Do(b.Context(), network.Request{Class: network.ClassSegment, URL: server.URL + "/s.ts"})
				if err != nil {
					b.Fatal(err)
				}
				drain(b, response.Body)
			}
		})
	}
}
