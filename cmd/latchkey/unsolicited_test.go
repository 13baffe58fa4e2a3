package main_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestUnsolicitedBytesAreNotWritten plays from a server that says more than it was asked: net/http
// quotes that to the standard logger, and a server may quote a token.
func TestUnsolicitedBytesAreNotWritten(t *testing.T) {
	const canary = "c4n4ry-unsolicited"
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer connection.Close()
				reader := bufio.NewReader(connection)
				for {
					if _, err := http.ReadRequest(reader); err != nil {
						return
					}
					const body = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n"
					_, _ = io.WriteString(connection, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s%s", len(body), body, canary))
				}
			})
		}
	})
	defer serving.Wait()
	defer listener.Close()
	r := start(t.Context(), t, plainEnvironment(emptyState(t)), "probe", "http://"+listener.Addr().String()+"/main.m3u8")
	<-r.done
	assert.NotZero(t, r.code, "its segment is a playlist")
	assert.NotContains(t, r.stderr.String(), canary)
	assert.NotContains(t, r.stdout.String(), canary)
}
