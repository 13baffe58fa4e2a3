package player_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
)

// faults are what servers do, in each place of a stream.
var faults = map[string]networktest.Effect{
	"404": networktest.Status(http.StatusNotFound), "410": networktest.Status(http.StatusGone), "500": networktest.Status(http.StatusInternalServerError),
	"503 for a second": networktest.Status(http.StatusServiceUnavailable, "Retry-After", "1"), "429": networktest.Status(http.StatusTooManyRequests),
	"401": networktest.Status(http.StatusUnauthorized), "403": networktest.Status(http.StatusForbidden), "204": networktest.Status(http.StatusNoContent),
	"web page": networktest.WebPage(), "nothing": networktest.Body("", nil), "noise": networktest.Body("", []byte("\x00\xffnoise\x01 that is nothing")),
	"no end": networktest.Endless([]byte("#EXTM3U\n")), "hangs": networktest.Hang(), "hangs in the body": networktest.HangInBody(7),
	"reset": networktest.Reset(-1), "reset in the body": networktest.Reset(7), "cut": networktest.Cut(7, true), "cut unnoticed": networktest.CutUnnoticed(7),
	"redirects": networktest.RedirectChain(http.StatusFound, -1), "redirected to a file": networktest.Redirect(http.StatusFound, "file:///etc/passwd"),
	"not packed": networktest.WithHeader("Content-Encoding", "gzip"), "unknown packing": networktest.WithHeader("Content-Encoding", "xyz"),
}

// hasty has the time-outs of who cannot wait.
func hasty() *network.Configuration {
	c := network.NewConfiguration()
	c.Timeouts = make(map[network.Class]network.Timeouts)
	for _, class := range []network.Class{network.ClassPlaylist, network.ClassInit, network.ClassSegment, network.ClassKey, network.ClassSteering} {
		c.Timeouts[class] = network.Timeouts{Connect: time.Second, FirstByte: 300 * time.Millisecond, Stall: 300 * time.Millisecond}
	}
	return c
}

const faultyFrames = 14 * 25

// faulty is a stream with all places that faults can be put on: its segments are encrypted, and a steering server is named.
func faulty(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	long := programme
	long.Frames = faultyFrames
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: long, Fragmented: true})
	require.NoError(t, os.CopyFS(filepath.Join(folder, "a"), os.DirFS(stream.Folder)))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), []byte("#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI=\"/steer\"\n"+
		"#EXT-X-STREAM-INF:BANDWIDTH=400000\na/index.m3u8\n"), 0o600))
	return folder
}

// serveFaulty serves it.
func serveFaulty(t *testing.T, folder string) *networktest.Origin {
	t.Helper()
	return newOrigin(t, networktest.Options{FS: os.DirFS(folder), Encryption: networktest.Encryption{On: true, RotateEvery: 1},
		Routes: []networktest.Route{{Path: "/steer", Class: network.ClassSteering, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"VERSION":1,"TTL":300,"PATHWAY-PRIORITY":["."]}`)) // a player that has gone does not care
		})}}})
}

// TestEachFaultInEachPlace puts each fault for good on each kind of request of a title: it plays, asks for a sign-in, or ends with a code and
// a sentence. Nothing hangs, and nothing is left.
func TestEachFaultInEachPlace(t *testing.T) {
	t.Parallel()
	folder := faulty(t)
	for _, class := range []network.Class{network.ClassPlaylist, network.ClassInit, network.ClassSegment, network.ClassKey, network.ClassSteering} {
		for _, name := range slices.Sorted(maps.Keys(faults)) {
			t.Run(fmt.Sprintf("%s %s", class, name), func(t *testing.T) {
				t.Parallel()
				origin := serveFaulty(t, folder)
				origin.Inject(networktest.Fault{Classes: []network.Class{class}, Effect: faults[name]})
				s := newScreen(t, player.Config{FreeRun: true, NetworkPatience: 500 * time.Millisecond})
				s.open(origin.URL("main.m3u8"), hasty(), 0)
				s.play()
				end := s.ended()
				switch end.State {
				case player.Failed:
					assert.NotEqual(t, player.CodeInternal, end.Error.Code, "%v", end.Error.Err)
					assert.NotEqual(t, player.CodeNetworkUnknown, end.Error.Code, "%v", end.Error.Err)
					assert.Regexp(t, `^\S.+\.$`, end.Error.Message, "a sentence")
				case player.NeedsSignIn:
					assert.Contains(t, []string{"401", "403"}, name)
				case player.Complete:
					assert.True(t, class == network.ClassSteering || end.Stats.Frames.Decoded < faultyFrames || name == "503 for a second", "the fault was felt")
				}
				if class == network.ClassSteering {
					assert.Equal(t, player.Complete, end.State, "steering is no more than advice: %v", end.Error)
				}
			})
		}
	}
}

// TestFaultsWhileLive puts faults twice on each kind of request of a live stream that plays: it plays on to the stream's end, or
// asks for a sign-in. What is damaged is left out.
func TestFaultsWhileLive(t *testing.T) {
	t.Parallel()
	const speed = 6 // times the clock; a key that failed is not asked for again for a second
	folder := faulty(t)
	for _, class := range []network.Class{network.ClassPlaylist, network.ClassSegment, network.ClassKey} {
		for _, name := range []string{"404", "403", "web page", "noise", "no end", "reset in the body", "not packed"} {
			t.Run(fmt.Sprintf("%s %s", class, name), func(t *testing.T) {
				t.Parallel()
				origin := serveFaulty(t, folder)
				began := time.Now()
				live := networktest.Broadcast{Began: began.Add(-5500 * time.Millisecond), Ends: 14, Now: func() time.Time { return began.Add(time.Since(began) * speed) }}
				calm := origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassPlaylist}, Effect: live.Effect()})
				s := newScreen(t, player.Config{FreeRun: true, NetworkPatience: 2 * time.Second})
				s.open(origin.URL("main.m3u8"), hasty(), 0)
				s.play()
				s.until("it plays", func(now player.Snapshot) bool { return now.Stats.Frames.Decoded > 0 })
				calm()
				origin.Inject(networktest.Fault{Classes: []network.Class{class}, Effect: faults[name], Times: 2})
				origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassPlaylist}, Effect: live.Effect()})
				end := s.ended()
				if name == "403" {
					assert.Contains(t, []player.State{player.NeedsSignIn, player.Complete}, end.State)
					return
				}
				require.Equal(t, player.Complete, end.State, "%v", end.Error)
				assert.GreaterOrEqual(t, end.Stats.Frames.Decoded, faultyFrames-(2+3)*25, "it begins at the third segment, and loses three at most")
			})
		}
	}
}
