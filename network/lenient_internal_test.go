package network

import (
	"bufio"
	"bytes"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMendHeader(t *testing.T) {
	for _, tt := range []struct{ name, header, want string }{
		{"a right one", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"},
		{"line feeds alone", "HTTP/1.1 200 OK\nA: b\n\n", "HTTP/1.1 200 OK\nA: b\n\n"},
		{"SHOUTcast", "ICY 200 OK\r\nicy-name: x\r\n\r\n", "HTTP/1.0 200 OK\r\nicy-name: x\r\n\r\n"},
		{"no colon", "HTTP/1.1 200 OK\r\nX-Powered-By PHP\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"},
		{"no colon, and it goes on", "HTTP/1.1 200 OK\r\nX PHP\r\n  more: x\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"},
		{"begins with a space", "HTTP/1.1 200 OK\r\n B: c\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"},
		{"goes on", "HTTP/1.1 200 OK\r\nA: b\r\n  c\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n  c\r\n\r\n"},
		{"no name", "HTTP/1.1 200 OK\r\n: b\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"},
		{"a name that is none", "HTTP/1.1 200 OK\r\nX(y): b\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"},
		{"control characters", "HTTP/1.1 200 OK\r\nA: b\x00\x1bc\rd\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b  c d\r\n\r\n"},
		{"a second status line", "HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := mendHeader([]byte(tt.header))
			assert.Equal(t, tt.want, string(got))
			response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(got)), nil)
			require.NoError(t, err)
			assert.Equal(t, http.StatusOK, response.StatusCode)
			require.NoError(t, response.Body.Close())
		})
	}
}

// FuzzMendHeader holds that a header which net/http takes comes through as it was, but for names
// with spaces in them, that what was mended needs no second mending, and that a header ends where
// it ended.
func FuzzMendHeader(f *testing.F) {
	for _, seed := range []string{"A: b\r\nX-Powered-By PHP\r\n", " x\r\n\ty: z\n", ": \x00\r\n", "Content-Length: 5\r\nA : b\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		header := []byte("HTTP/1.1 200 OK\r\n" + lines + "\r\n\r\n")
		header = header[:headerEnd(header, 0)]
		got := mendHeader(bytes.Clone(header))
		assert.Equal(t, string(got), string(mendHeader(bytes.Clone(got))))
		assert.LessOrEqual(t, len(got), len(header))
		assert.Len(t, got, headerEnd(got, 0))
		before, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(header)), nil)
		if err != nil {
			return
		}
		defer before.Body.Close()
		after, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(got)), nil)
		require.NoError(t, err)
		defer after.Body.Close()
		maps.DeleteFunc(before.Header, func(name string, _ []string) bool {
			return strings.Contains(strings.TrimRight(name, " \t"), " ")
		})
		assert.Equal(t, before.Header, after.Header)
	})
}
