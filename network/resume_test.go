package network_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// part is a 206 answer of text from byte from on, of which only have bytes come if have is not negative.
func part(text string, from, to, have int, header string) string {
	whole := text[from:to]
	sent := whole
	if have >= 0 {
		sent = whole[:have]
	}
	return fmt.Sprintf("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n%s",
		from, to-1, len(text), len(whole), header, sent)
}

// full is a 200 answer of which only have bytes come if have is not negative.
func full(text string, have int, header string) string {
	sent := text
	if have >= 0 {
		sent = text[:have]
	}
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n%s", len(text), header, sent)
}

func TestResume(t *testing.T) {
	const text = "0123456789abcdefghij"
	const etag = "ETag: \"v1\"\r\n"
	const date = "Last-Modified: Sun, 22 Nov 2026 08:49:37 GMT\r\n"
	tests := map[string]struct {
		offset, length int64
		answers        []string
		want           string
		err            error
		ranges         []string // of the requests after the first
		ifRange        string   // of the second
	}{
		"by entity tag": {answers: []string{full(text, 7, etag), part(text, 7, 20, -1, etag)},
			want: text, ranges: []string{"bytes=7-"}, ifRange: `"v1"`},
		"by date": {answers: []string{full(text, 7, date), part(text, 7, 20, -1, date)},
			want: text, ranges: []string{"bytes=7-"}, ifRange: "Sun, 22 Nov 2026 08:49:37 GMT"},
		"weak tag, date": {answers: []string{full(text, 7, "ETag: W/\"v1\"\r\n"+date), part(text, 7, 20, -1, date)},
			want: text, ranges: []string{"bytes=7-"}, ifRange: "Sun, 22 Nov 2026 08:49:37 GMT"},
		"by length alone": {answers: []string{full(text, 7, ""), part(text, 7, 20, -1, "")},
			want: text, ranges: []string{"bytes=7-"}},
		"twice": {answers: []string{full(text, 7, etag), part(text, 7, 20, 3, etag), part(text, 10, 20, -1, etag)},
			want: text, ranges: []string{"bytes=7-", "bytes=10-"}, ifRange: `"v1"`},
		"by reset": {answers: []string{full(text, 7, etag) + reset, part(text, 7, 20, -1, etag)},
			want: text, ranges: []string{"bytes=7-"}, ifRange: `"v1"`},
		"of a range": {offset: 5, length: 10, answers: []string{part(text, 5, 15, 4, etag), part(text, 9, 15, -1, etag)},
			want: text[5:15], ranges: []string{"bytes=9-14"}, ifRange: `"v1"`},
		"a server that gives less than asked": {offset: 5, length: 10, answers: []string{part(text, 5, 9, -1, etag), part(text, 9, 15, -1, etag)},
			want: text[5:15], ranges: []string{"bytes=9-14"}, ifRange: `"v1"`},
		"a server without ranges": {answers: []string{full(text, 7, etag), full(text, -1, etag)},
			want: text, ranges: []string{"bytes=7-"}, ifRange: `"v1"`},
		"a server without ranges, of a range": {offset: 5, length: 10, answers: []string{full(text, 7, etag), full(text, -1, etag)},
			want: text[5:15], ranges: []string{"bytes=7-14"}, ifRange: `"v1"`},
		"after an error": {answers: []string{full(text, 7, etag), status("503"), part(text, 7, 20, -1, etag)},
			want: text, ranges: []string{"bytes=7-", "bytes=7-"}, ifRange: `"v1"`},
		"changed": {answers: []string{full(text, 7, etag), full(strings.ToUpper(text), -1, "ETag: \"v2\"\r\n")},
			want: text[:7], err: network.ErrTruncated, ranges: []string{"bytes=7-"}, ifRange: `"v1"`},
		"another part": {answers: []string{full(text, 7, etag), part(text, 8, 20, -1, etag)},
			want: text[:7], err: network.ErrTruncated, ranges: []string{"bytes=7-"}, ifRange: `"v1"`},
		"another length": {answers: []string{full(text, 7, ""), part(text+"x", 7, 21, -1, "")},
			want: text[:7], err: network.ErrTruncated, ranges: []string{"bytes=7-"}},
		"nothing to know it by": {answers: []string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n0123456\r\n"},
			want: text[:7], err: network.ErrTruncated},
		"refused": {answers: []string{full(text, 7, etag), status("403")},
			want: text[:7], err: network.ErrRefused, ranges: []string{"bytes=7-"}, ifRange: `"v1"`},
		"again and again": {answers: []string{full(text, 7, etag), part(text, 7, 20, 1, etag), part(text, 8, 20, 1, etag), part(text, 9, 20, 1, etag)},
			want: text[:9], err: network.ErrTruncated, ranges: []string{"bytes=7-", "bytes=8-"}, ifRange: `"v1"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newScript(t, test.answers...)
			cfg := network.NewConfiguration()
			cfg.CookieHeaders.SetValue("a", "1")
			cfg.UseCookieHeadersForAllRequests = true
			c := newClient(t, cfg, network.Options{Resource: server.url})
			response, err := c.Do(t.Context(), network.Request{Class: network.ClassSegment, URL: server.url + "/s.ts", Offset: test.offset, Length: test.length})
			require.NoError(t, err)
			data, err := io.ReadAll(response.Body)
			require.NoError(t, response.Body.Close())
			require.Equal(t, test.want, string(data))
			require.ErrorIs(t, err, test.err)
			raw := server.raw()
			require.Len(t, raw, 1+len(test.ranges))
			for i, want := range test.ranges {
				require.Contains(t, raw[i+1], "\r\nRange: "+want+"\r\n")
				require.Contains(t, raw[i+1], "\r\nCookie: a=1\r\n", "by the same rules")
			}
			if test.ifRange != "" {
				require.Contains(t, raw[1], "\r\nIf-Range: "+test.ifRange+"\r\n")
			}
			for i, r := range c.Records() {
				require.True(t, r.Done)
				require.Equal(t, i+1, r.Attempt)
			}
		})
	}
}

func TestKeyIsNotResumed(t *testing.T) {
	const key = "0123456789abcdef"
	server := newScript(t, full(key, 7, "ETag: \"a\"\r\n"), full(key, -1, ""))
	c := newClient(t, nil, network.Options{})
	data, response, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: server.url})
	require.NoError(t, err)
	require.Equal(t, key, string(data))
	require.Equal(t, 200, response.Status)
	require.NotContains(t, server.raw()[1], "Range:")
}

func TestRanges(t *testing.T) {
	text := strings.Repeat("0123456789", 10)
	ranged := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "x.bin", time.Unix(1, 0), strings.NewReader(text))
	}))
	defer ranged.Close()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, text)
	}))
	defer plain.Close()
	tests := map[string]struct {
		offset, length int64
		want           string
	}{
		"whole":        {0, 0, text},
		"to the end":   {0, -1, text},
		"from":         {95, 0, text[95:]},
		"from, to end": {95, -1, text[95:]},
		"middle":       {13, 20, text[13:33]},
		"beyond":       {90, 50, text[90:]},
	}
	for name, test := range tests {
		for kind, url := range map[string]string{"ranges": ranged.URL, "no ranges": plain.URL} {
			t.Run(name+", "+kind, func(t *testing.T) {
				c := newClient(t, nil, network.Options{})
				data, response, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: url, Offset: test.offset, Length: test.length})
				require.NoError(t, err)
				require.Equal(t, test.want, string(data))
				require.EqualValues(t, len(test.want), response.ContentLength)
				require.EqualValues(t, len(text), response.TotalLength)
			})
		}
	}
	c := newClient(t, nil, network.Options{})
	for name, url := range map[string]string{"ranges": ranged.URL, "no ranges": plain.URL} {
		_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: url, Offset: 200, Length: 10})
		require.ErrorIs(t, err, network.ErrStatus, name)
	}
	for name, r := range map[string]network.Request{"offset": {Offset: -1}, "length": {Length: -2}, "sum": {Offset: 1<<63 - 1, Length: 2}} {
		r.URL = plain.URL
		_, _, err := c.Fetch(t.Context(), r)
		require.ErrorIs(t, err, network.ErrRequest, name)
	}
}

// Connections are used again after parts, whole bodies, redirects and errors.
func TestConnectionIsReused(t *testing.T) {
	text := strings.Repeat("0123456789", 100)
	remotes := make(map[string]bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		remotes[r.RemoteAddr] = true
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/whole", http.StatusFound)
		case "/missing":
			http.NotFound(w, r)
		case "/chunked":
			w.Header().Set("Content-Range", "bytes 0-9/1000")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = io.WriteString(w, text[:5])
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, text[5:10])
		default:
			http.ServeContent(w, r, "x.bin", time.Time{}, strings.NewReader(text))
		}
	}))
	defer server.Close()
	c := newClient(t, nil, network.Options{})
	for range 3 {
		for _, path := range []string{"/whole", "/redirect", "/missing"} {
			_, _, _ = c.Fetch(t.Context(), network.Request{Class: network.ClassPlaylist, URL: server.URL + path})
		}
		for _, path := range []string{"/part", "/chunked"} {
			data, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: server.URL + path, Length: 10})
			require.NoError(t, err)
			require.Equal(t, text[:10], string(data))
		}
	}
	require.Len(t, remotes, 1)
}
