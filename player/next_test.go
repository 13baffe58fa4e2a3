package player_test

import (
	"bytes"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// nextOf returns the resource of a second origin, whose stream may be locked: then its keys want a cookie.
func nextOf(t *testing.T, stream mediatest.HLS, locked bool) (*networktest.Origin, *player.MediaResource) {
	t.Helper()
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder), Encryption: networktest.Encryption{On: locked},
		Gates: []networktest.Gate{{Class: network.ClassKey, Name: "session", Value: canary}}})
	c := network.NewConfiguration()
	c.CookieHeaders.SetValue("session", canary)
	metadata := new(network.Metadata)
	metadata.SetObject(player.NetworkConfigurationKey, c)
	r, err := player.NewMediaResource(origin.URL("index.m3u8"), metadata)
	require.NoError(t, err)
	return origin, r
}

// primed waits until an origin has given the playlist, the key, the init section and the first segment, and nothing else.
func primed(t *testing.T, origin *networktest.Origin) {
	t.Helper()
	for _, class := range []network.Class{network.ClassPlaylist, network.ClassKey, network.ClassInit, network.ClassSegment} {
		_, err := origin.Wait(t.Context(), func(r networktest.Request) bool { return r.Class == class && r.Done })
		require.NoError(t, err)
	}
	assert.Len(t, origin.Requests(network.ClassSegment), 1)
}

// TestTheNextIsPrepared opens a resource while another one plays, and plays it without asking again for what is there.
func TestTheNextIsPrepared(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}, Fragmented: true})
	first := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
	second, r := nextOf(t, stream, true)
	var pictures bytes.Buffer
	video := report.NewHashes(&pictures)
	s := newScreen(t, player.Config{VideoTap: video.Video})
	s.open(first.URL("index.m3u8"), nil, 0)
	s.play()
	s.until("it plays", func(now player.Snapshot) bool { return now.Position > 0 })
	require.NoError(t, s.player.PrepareNext(r, 0))
	primed(t, second)
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	assert.Equal(t, first.URL("index.m3u8"), end.Source, "the other one is not current yet")
	require.NoError(t, video.Flush())
	pictures.Reset()

	require.NoError(t, s.player.ReplaceCurrentResource(r))
	assert.Equal(t, player.Initialized, s.player.Snapshot().State)
	require.NoError(t, s.player.PrepareToPlay(0))
	s.play()
	end = s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	require.NoError(t, video.Flush())
	assertFrames(t, mediatest.FrameMD5(t, stream.Source, mediatest.Video), lines(t, &pictures), 0)
	asked := make(map[string]int)
	for _, r := range second.Requests() {
		asked[r.Path]++
	}
	for path, times := range asked {
		assert.Equal(t, 1, times, path)
	}
}

// TestTheNextIsAnother forgets what was prepared when something else is played, or the player is closed.
func TestTheNextIsAnother(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}, Fragmented: true})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
	t.Run("another is played", func(t *testing.T) {
		second, r := nextOf(t, stream, true)
		s := newScreen(t, player.Config{FreeRun: true})
		require.NoError(t, s.player.PrepareNext(r, 0))
		primed(t, second)
		s.open(origin.URL("index.m3u8"), nil, 0)
		s.play()
		require.Equal(t, player.Complete, s.ended().State)
		require.NoError(t, s.player.PrepareNext(nil, 0))
	})
	t.Run("it cannot be had", func(t *testing.T) {
		second, r := nextOf(t, stream, true)
		second.Inject(networktest.Fault{Times: 1, Effect: networktest.Status(http.StatusNotFound)})
		s := newScreen(t, player.Config{FreeRun: true})
		require.NoError(t, s.player.PrepareNext(r, 0))
		_, err := second.Wait(t.Context(), func(r networktest.Request) bool { return r.Done })
		require.NoError(t, err)
		require.NoError(t, s.player.ReplaceCurrentResource(r))
		require.NoError(t, s.player.PrepareToPlay(0))
		s.play()
		end := s.ended()
		assert.Contains(t, []player.State{player.Complete, player.Failed}, end.State, "by whether the failure had been told: %v", end.Error)
	})
	t.Run("it wants a sign-in", func(t *testing.T) {
		second, r := nextOf(t, stream, true)
		refuse := second.Inject(networktest.Fault{Classes: []network.Class{network.ClassPlaylist}, Effect: networktest.Status(http.StatusUnauthorized)})
		s := newScreen(t, player.Config{FreeRun: true})
		require.NoError(t, s.player.PrepareNext(r, 0))
		_, err := second.Wait(t.Context(), func(r networktest.Request) bool { return r.Done })
		require.NoError(t, err)
		require.NoError(t, s.player.ReplaceCurrentResource(r))
		require.NoError(t, s.player.PrepareToPlay(0))
		s.play()
		now := s.ended()
		require.Equal(t, player.NeedsSignIn, now.State, "%v", now.Error)
		refuse()
	})
	t.Run("the player is closed while it hangs", func(t *testing.T) {
		second, r := nextOf(t, stream, true)
		second.Inject(networktest.Fault{Effect: networktest.Hang()})
		s := newScreen(t, player.Config{FreeRun: true})
		require.NoError(t, s.player.PrepareNext(r, time.Second))
	})
}
