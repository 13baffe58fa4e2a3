package network_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// newClient returns a client that the test closes.
func newClient(t testing.TB, configuration *network.Configuration, o network.Options) *network.Client {
	t.Helper()
	c, err := network.NewClient(configuration, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// pairs returns the pairs of a line.
func pairs(t testing.TB, line string) network.Metadata {
	t.Helper()
	m, err := network.ParseCookiePairs(line)
	require.NoError(t, err)
	return m
}

func TestDoStreamsAndRecords(t *testing.T) {
	released := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "6")
		_, _ = io.WriteString(w, "abc")
		w.(http.Flusher).Flush()
		<-released
		_, _ = io.WriteString(w, "def")
	}))
	defer server.Close()
	cfg := network.NewConfiguration()
	cfg.CookieHeaders.SetValue("val1", "12345")
	c := newClient(t, cfg, network.Options{Resource: server.URL + "/main.m3u8"})
	resp, err := c.Do(t.Context(), network.Request{Class: network.ClassKey, URL: server.URL + "/k?token=x"})
	require.NoError(t, err)
	require.EqualValues(t, 6, resp.ContentLength)
	first := make([]byte, 3)
	_, err = io.ReadFull(resp.Body, first)
	require.NoError(t, err)
	require.False(t, c.Records()[0].Done)
	close(released)
	rest, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "abcdef", string(first)+string(rest))
	require.NoError(t, resp.Body.Close())
	records := c.Records()
	require.Len(t, records, 1)
	r := records[0]
	require.True(t, r.Done)
	require.Equal(t, []string{"val1"}, r.Cookies)
	require.EqualValues(t, 6, r.Bytes)
	require.Equal(t, server.URL+"/k", r.URL)
	require.Equal(t, 200, r.Status)
	require.Empty(t, r.Error)
	require.NotContains(t, r.URL, "token")
}
