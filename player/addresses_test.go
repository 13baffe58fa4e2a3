package player_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
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

// signed is an origin whose addresses are signed: those of another time than now's are refused with a status. That of the multivariant playlist
// is not.
type signed struct {
	*networktest.Origin

	now    atomic.Int64
	status int
}

// sign serves a folder. live may be nil; else it makes the media playlists.
func sign(t *testing.T, folder string, status int, live networktest.Effect) *signed {
	t.Helper()
	s := &signed{Origin: newOrigin(t, networktest.Options{FS: os.DirFS(folder)}), status: status}
	address := regexp.MustCompile(`(?m)^[^#\s].*$|URI="[^"]+`)
	s.Inject(networktest.Fault{Effect: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		signature := fmt.Sprint("sig=", s.now.Load())
		switch list := strings.HasSuffix(r.URL.Path, ".m3u8"); {
		case r.URL.Path != "/main.m3u8" && !strings.Contains(r.URL.RawQuery, signature):
			w.WriteHeader(s.status)
		case !list:
			next.ServeHTTP(w, r)
		default:
			sign := networktest.Rewrite(func(body []byte) []byte {
				return address.ReplaceAll(body, []byte("${0}?"+signature))
			})
			inner := next
			if live != nil {
				inner = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { live(w, r, next) })
			}
			sign(w, r, inner)
		}
	}})
	return s
}

// TestAddressesThatRunOut plays on with new ones, every picture once, and nobody is asked to sign in.
func TestAddressesThatRunOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fragmented, apart bool
		status            int
	}{
		"ts":          {status: http.StatusForbidden},
		"fmp4":        {fragmented: true, status: http.StatusGone},
		"sound apart": {fragmented: true, apart: true, status: http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			spec := mediatest.Spec{Video: "h264", Audio: "aac", Frames: rungFrames}
			main := "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=400000\na/index.m3u8\n"
			folder := t.TempDir()
			if c.apart {
				spec.Audio = ""
				sound := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Audio: "aac", Frames: rungFrames}, Fragmented: c.fragmented})
				require.NoError(t, os.CopyFS(filepath.Join(folder, "sound"), os.DirFS(sound.Folder)))
				main = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g\",NAME=\"Sound\",DEFAULT=YES,URI=\"sound/index.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=400000,AUDIO=\"g\"\na/index.m3u8\n"
			}
			stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: spec, Fragmented: c.fragmented})
			require.NoError(t, os.CopyFS(filepath.Join(folder, "a"), os.DirFS(stream.Folder)))
			require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), []byte(main), 0o600))
			origin := sign(t, folder, c.status, nil)

			var pictures bytes.Buffer
			video := report.NewHashes(&pictures)
			s := newScreen(t, player.Config{VideoTap: video.Video, PlaybackBuffer: time.Second, InitialBuffer: time.Second / 2})
			s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
			s.play()
			s.until("it plays", func(now player.Snapshot) bool { return now.Position > 2200*time.Millisecond })
			origin.now.Add(1)
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			require.NoError(t, video.Flush())
			assertFrames(t, mediatest.FrameMD5(t, stream.Source, mediatest.Video), lines(t, &pictures), 0)
			assert.Contains(t, strings.Join(end.Notes, "\n"), "addresses")
		})
	}
}

// TestLiveAddressesThatRunOut goes on with the playlist's new address.
func TestLiveAddressesThatRunOut(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme})
	require.NoError(t, os.CopyFS(filepath.Join(folder, "a"), os.DirFS(stream.Folder)))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), []byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=400000\na/index.m3u8\n"), 0o600))
	origin := sign(t, folder, http.StatusForbidden, networktest.Broadcast{Began: time.Now().Add(-20 * time.Second), Window: 6}.Effect())
	s := newScreen(t, player.Config{})
	s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
	s.play()
	now := s.until("it plays", func(now player.Snapshot) bool {
		return now.State == player.Playing && now.Position > 0 && !now.Buffering
	})
	goal := now.Position + 3*time.Second
	s.until("it plays on", func(now player.Snapshot) bool { return now.Position > goal })
	origin.now.Add(1)
	goal += 8 * time.Second
	now = s.until("it goes on", func(now player.Snapshot) bool { return now.Position > goal || now.State != player.Playing })
	require.Equal(t, player.Playing, now.State)
	assert.Zero(t, now.Stats.Rebuffers)
}
