package player_test

import (
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/frame"
	"latchkey/player/mediatest"
)

const (
	closeLimit = 200 * time.Millisecond
	// closeTries is how often a close may be measured: a busy machine delays some of them, a wait in
	// the code all of them.
	closeTries = 5
)

// TestClosesAtOnceWithoutAPicture closes a player in each state that can come before a picture.
func TestClosesAtOnceWithoutAPicture(t *testing.T) {
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 50, Width: 64, Height: 36}})
	release := make(chan struct{})
	defer close(release)
	// served returns the URL of an origin's playlist, and what reports that a request of a class came.
	served := func(options networktest.Options, class network.Class, faults ...networktest.Fault) (string, func() bool) {
		options.FS = os.DirFS(stream.Folder)
		origin := newOrigin(t, options)
		for _, fault := range faults {
			origin.Inject(fault)
		}
		return origin.URL("index.m3u8"), func() bool { return len(origin.Requests(class)) > 0 }
	}
	mute, muteAsked := silentServer(t, "")
	half, halfAsked := silentServer(t, "HTTP/1.1 200 OK\r\nContent-Ty")
	body, bodyAsked := silentServer(t, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n#EXTM3U\n")
	whole, _ := served(networktest.Options{}, network.ClassPlaylist)
	stuck, stuckAsked := served(networktest.Options{}, network.ClassSegment,
		networktest.Fault{Classes: []network.Class{network.ClassSegment}, Effect: networktest.Hold(release)})
	locked, lockedAsked := served(networktest.Options{Encryption: networktest.Encryption{On: true},
		Gates: []networktest.Gate{{Class: network.ClassKey, Name: "session", Value: "right", Status: http.StatusForbidden}}}, network.ClassKey)
	tests := []struct {
		name  string
		url   string
		state player.State
		asked func() bool
	}{
		{"nobody answers", mute, player.Preparing, muteAsked},
		{"half a header", half, player.Preparing, halfAsked},
		{"half a playlist", body, player.Preparing, bodyAsked},
		{"the connection is refused", refusingServer(t), player.Preparing, func() bool { return true }},
		{"not found", whole + ".gone", player.Failed, func() bool { return true }},
		{"the first segment never comes", stuck, player.Preparing, stuckAsked},
		{"a sign-in is needed", locked, player.NeedsSignIn, lockedAsked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var took []time.Duration
			for range closeTries {
				s := newScreen(t, player.Config{})
				s.open(tt.url, nil, 0)
				s.until(tt.name, func(now player.Snapshot) bool { return now.State == tt.state && tt.asked() })
				begin := time.Now()
				require.NoError(t, s.player.Close())
				took = append(took, time.Since(begin))
				if took[len(took)-1] <= closeLimit {
					return
				}
			}
			assert.Fail(t, "Close waits", "%v, each longer than %v", took, closeLimit)
		})
	}
}

// TestCloseDoesNotWaitForADecoderThatHangs closes a player whose decoder does not come back, as C
// code may.
func TestCloseDoesNotWaitForADecoderThatHangs(t *testing.T) {
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 50, Width: 64, Height: 36}})
	hangs, release := make(chan struct{}, 1), make(chan struct{})
	s := newScreen(t, player.Config{VideoTap: func(*frame.Video) {
		select {
		case hangs <- struct{}{}:
		default:
		}
		<-release
	}})
	t.Cleanup(func() { close(release) }) // before the screen is closed for good
	s.open(stream.Playlist, nil, 0)
	<-hangs
	begin := time.Now()
	require.ErrorIs(t, s.player.Close(), player.ErrHung)
	assert.Less(t, time.Since(begin), 3*time.Second)
	begin = time.Now()
	require.ErrorIs(t, s.player.Play(), player.ErrReleased)
	assert.Empty(t, s.player.Requests())
	assert.Less(t, time.Since(begin), time.Second, "calls after Close wait for nothing")
}

// silentServer returns a URL of a server that answers each request with the same bytes and sends no
// more, and what reports that a request came.
func silentServer(t *testing.T, answer string) (string, func() bool) {
	t.Helper()
	server, err := networktest.NewRawServer(answer)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return server.URL + "/index.m3u8", server.Asked
}

// refusingServer returns a URL of a port on which nobody listens.
func refusingServer(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return "http://" + listener.Addr().String() + "/index.m3u8"
}
