package main_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
)

// TestUnsolicitedBytesAreNotWritten plays from a server that says more than it was asked: net/http
// quotes that to the standard logger, and a server may quote a token.
func TestUnsolicitedBytesAreNotWritten(t *testing.T) {
	const canary = "c4n4ry-unsolicited"
	const body = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n"
	server, err := networktest.NewRawServer(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s%s", len(body), body, canary))
	require.NoError(t, err)
	defer server.Close()
	r := start(t.Context(), t, plainEnvironment(emptyState(t)), "probe", server.URL+"/main.m3u8")
	<-r.done
	assert.NotZero(t, r.code, "its segment is a playlist")
	assert.NotContains(t, r.stderr.String(), canary)
	assert.NotContains(t, r.stdout.String(), canary)
}
