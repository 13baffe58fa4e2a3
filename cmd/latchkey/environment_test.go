package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/networktest"
)

// TestEnvironmentOfChildren shows that a pair of the environment reaches the server, and not the
// program that opens the browser.
func TestEnvironmentOfChildren(t *testing.T) {
	const pair, canary = "session=canary-of-the-environment", "canary-of-the-environment"
	sent := ""
	origin, err := networktest.NewOrigin(networktest.Options{Routes: []networktest.Route{{Path: "/main.m3u8", Class: network.ClassPlaylist,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent = r.Header.Get("Cookie")
			_, _ = w.Write([]byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n1.ts\n#EXT-X-ENDLIST\n"))
		})}}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, origin.Close()) })
	folder := t.TempDir()
	opener := "#!/bin/sh\nenv >\"${0%/*}/environment\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "xdg-open"), []byte(opener), 0o700))
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("DISPLAY", ":0")
	t.Setenv("LATCHKEY_COOKIE", pair)

	var stdout, stderr bytes.Buffer
	root := newRoot(&stdout, &stderr)
	root.SetArgs([]string{"playlist", "--cookies-for-all-requests", origin.URL("main.m3u8")})
	require.NoError(t, root.ExecuteContext(t.Context()), "%s", stderr.String())
	received := sent == pair // an assertion on the text itself would print it
	assert.True(t, received, "the pair was not sent")
	require.NoError(t, auth.OpenBrowser("https://example.test/signin"))
	environment, err := os.ReadFile(filepath.Join(folder, "environment"))
	require.NoError(t, err)
	assert.Contains(t, string(environment), "DISPLAY=:0\n", "what is no secret stays")
	assert.False(t, bytes.Contains(environment, []byte(canary)), "the opener has the pair")
}
