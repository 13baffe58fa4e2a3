package networktest_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
)

func TestFaultIsForItsRequestsAlone(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media()})
	o.Inject(networktest.Fault{
		Classes: []network.Class{network.ClassSegment}, Path: "/show/*.m4s", Skip: 1, Times: 2, Effect: networktest.Status(503, "Retry-After", "1"),
	})
	remove := o.Inject(networktest.Fault{Path: "/note.txt", Effect: networktest.Status(500)})
	status := func(path string) int {
		response, _, err := get(t, client, o.URL(path))
		require.NoError(t, err)
		if response.status == http.StatusServiceUnavailable {
			assert.Equal(t, "1", response.header.Get("Retry-After"))
		}
		return response.status
	}
	assert.Equal(t, 200, status("show/init.mp4"), "another class")
	assert.Equal(t, 200, status("show/seg0.m4s"), "skipped")
	assert.Equal(t, 503, status("show/seg0.m4s"))
	assert.Equal(t, 503, status("show/seg1.m4s"))
	assert.Equal(t, 200, status("show/seg1.m4s"), "it happened twice")
	assert.Equal(t, 500, status("note.txt"))
	assert.Equal(t, 500, status("note.txt"), "for ever")
	remove()
	assert.Equal(t, 200, status("note.txt"))
	o.Inject(networktest.Fault{Effect: networktest.Status(500)})
	o.ClearFaults()
	assert.Equal(t, 200, status("note.txt"))
	assert.Panics(t, func() { o.Inject(networktest.Fault{}) })
	assert.Panics(t, func() { o.Inject(networktest.Fault{Path: "[", Effect: networktest.Hang()}) })
}

// TestEffects asks for a file of 10 bytes under each effect.
func TestEffects(t *testing.T) {
	tests := []struct {
		name   string
		effect networktest.Effect
		status int
		body   string
		err    error // while the body is read
	}{
		{"status", networktest.Status(404), 404, "Not Found\n", nil},
		{"header", networktest.WithHeader("Set-Cookie", "a=b"), 200, "0123456789", nil},
		{"body", networktest.Body("text/plain", []byte("other")), 200, "other", nil},
		{"rewrite", networktest.Rewrite(func(b []byte) []byte { return append(b, 'x') }), 200, "0123456789x", nil},
		{"cut, declared", networktest.Cut(4, true), 200, "0123", io.ErrUnexpectedEOF},
		{"cut, chunked", networktest.Cut(4, false), 200, "0123", io.ErrUnexpectedEOF},
		{"cut, unnoticed", networktest.CutUnnoticed(4), 200, "0123", nil},
		{"reset", networktest.Reset(4), 200, "0123", syscall.ECONNRESET},
		{"drip", networktest.Drip(1000), 200, "0123456789", nil},
		{"redirect", networktest.Redirect(307, "/elsewhere"), 307, "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o, client := start(t, networktest.Options{FS: media()})
			o.Inject(networktest.Fault{Effect: test.effect})
			response, body, err := get(t, client, o.URL("note.txt"))
			assert.Equal(t, test.status, response.status)
			if errors.Is(test.err, syscall.ECONNRESET) {
				require.ErrorIs(t, err, test.err)
				assert.True(t, strings.HasPrefix(test.body, string(body)), "a reset may overtake what was sent")
				return
			}
			require.ErrorIs(t, err, test.err)
			assert.Equal(t, test.body, string(body))
		})
	}
}

func TestResetBeforeTheAnswer(t *testing.T) {
	for _, secure := range []bool{false, true} {
		o, client := start(t, networktest.Options{FS: media(), TLS: secure})
		o.Inject(networktest.Fault{Effect: networktest.Reset(-1)})
		_, _, err := get(t, client, o.URL("note.txt"))
		require.Error(t, err)
	}
}

func TestHTTP2StreamsAreReset(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media(), TLS: true, HTTP2: true})
	o.Inject(networktest.Fault{Effect: networktest.Reset(3)})
	_, body, err := get(t, client, o.URL("note.txt"))
	require.Error(t, err)
	assert.LessOrEqual(t, len(body), 3)
}

func TestKeyFaults(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media(), Encryption: networktest.Encryption{On: true}})
	url := o.URL(o.KeyPaths()[0])
	right := fetch(t, client, url)
	keys := []network.Class{network.ClassKey}
	o.Inject(networktest.Fault{Classes: keys, Times: 1, Effect: networktest.Key(5)})
	o.Inject(networktest.Fault{Classes: keys, Times: 1, Effect: networktest.Key(16)})
	o.Inject(networktest.Fault{Classes: keys, Times: 1, Effect: networktest.WebPage()})
	assert.Len(t, fetch(t, client, url), 5)
	wrong := fetch(t, client, url)
	assert.Len(t, wrong, 16)
	assert.NotEqual(t, right, wrong)
	response, body, err := get(t, client, url)
	require.NoError(t, err)
	assert.Contains(t, response.header.Get("Content-Type"), "text/html")
	assert.Contains(t, string(body), "<form")
	assert.Equal(t, right, fetch(t, client, url))
}

func TestHangInBody(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media()})
	o.Inject(networktest.Fault{Effect: networktest.HangInBody(3)})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.URL("note.txt"), nil)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	head := make([]byte, 3)
	_, err = io.ReadFull(response.Body, head)
	require.NoError(t, err)
	assert.Equal(t, "012", string(head))
	assert.Equal(t, int64(10), response.ContentLength)
	cancel()
	_, err = response.Body.Read(head)
	require.ErrorIs(t, err, context.Canceled)
	entry, err := o.Wait(t.Context(), func(r networktest.Request) bool { return r.Done })
	require.NoError(t, err, "the origin notices that the client is gone")
	assert.Equal(t, 200, entry.Status)
}

func TestHold(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media()})
	release := make(chan struct{})
	o.Inject(networktest.Fault{Effect: networktest.Hold(release)})
	held := make(chan error, 1)
	go func() {
		_, err := o.Wait(t.Context(), func(r networktest.Request) bool { return !r.Done })
		held <- err
		close(release)
	}()
	assert.Equal(t, "0123456789", string(fetch(t, client, o.URL("note.txt"))))
	require.NoError(t, <-held)
}

func TestRedirectChain(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media()})
	client.CheckRedirect = nil
	remove := o.Inject(networktest.Fault{Effect: networktest.RedirectChain(302, 4)})
	assert.Equal(t, "0123456789", string(fetch(t, client, o.URL("note.txt?a=b"))))
	log := o.Requests()
	require.Len(t, log, 5)
	assert.Equal(t, "b", log[4].Query.Get("a"))
	remove()
	o.Inject(networktest.Fault{Effect: networktest.RedirectChain(302, -1)})
	_, _, err := get(t, client, o.URL("note.txt"))
	require.ErrorContains(t, err, "redirects")
}

func TestEndless(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media()})
	o.Inject(networktest.Fault{Effect: networktest.Endless([]byte("#EXTM3U\n"))})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.URL("note.txt"), nil)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	reader := bufio.NewReader(response.Body)
	line, err := reader.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "#EXTM3U\n", line)
	_, err = io.CopyN(io.Discard, reader, 8<<20)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
}

func TestDripKeepsItsRate(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media()})
	o.Inject(networktest.Fault{Effect: networktest.Drip(100)})
	started := time.Now()
	fetch(t, client, o.URL("note.txt"))
	assert.GreaterOrEqual(t, time.Since(started), 90*time.Millisecond, "10 bytes at 100 bytes/s")
}
