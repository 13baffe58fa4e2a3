package player_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
)

// TestSeeksWhereDurationsAreWrong seeks in titles whose playlists have durations that are not those of their segments: the picture that was
// asked for is shown, at once, and the title is as long as it is.
func TestSeeksWhereDurationsAreWrong(t *testing.T) {
	t.Parallel()
	const frames = 600
	extinf := regexp.MustCompile(`#EXTINF:([0-9.]+)`)
	for name, factor := range map[string]func(i int) float64{
		"too short": func(int) float64 { return 0.8 }, "too long": func(int) float64 { return 1.2 },
		"now one, now the other": func(i int) float64 { return 0.6 + float64(i%10)*0.1 },
	} {
		for _, fragmented := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, fragmented %t", name, fragmented), func(t *testing.T) {
				folder := t.TempDir()
				for part, spec := range map[string]mediatest.Spec{"picture": {Video: "h264", Frames: frames}, "sound": {Audio: "aac", Frames: frames}} {
					stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: spec, Fragmented: fragmented})
					require.NoError(t, os.CopyFS(filepath.Join(folder, part), os.DirFS(stream.Folder)))
					path := filepath.Join(folder, part, "index.m3u8")
					list, err := os.ReadFile(path)
					require.NoError(t, err)
					i := 0
					list = extinf.ReplaceAllFunc(list, func(tag []byte) []byte {
						seconds, err := strconv.ParseFloat(string(extinf.FindSubmatch(tag)[1]), 64)
						require.NoError(t, err)
						i++
						return fmt.Appendf(nil, "#EXTINF:%.3f", seconds*factor(i))
					})
					require.NoError(t, os.WriteFile(path, list, 0o600))
				}
				require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), []byte("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g\",NAME=\"Sound\",DEFAULT=YES,URI=\"sound/index.m3u8\"\n"+
					"#EXT-X-STREAM-INF:BANDWIDTH=400000,AUDIO=\"g\"\npicture/index.m3u8\n"), 0o600))
				origin := newOrigin(t, networktest.Options{FS: os.DirFS(folder)})
				s := newScreen(t, player.Config{PlaybackBuffer: 2 * time.Second, InitialBuffer: time.Second})
				s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
				s.play()
				s.until("it plays", func(now player.Snapshot) bool { return now.Position > time.Second })
				for _, seconds := range []int{12, 3, 16, 20, 9} {
					to := time.Duration(seconds) * time.Second
					s.shown = nil
					before := len(origin.Requests(network.ClassSegment))
					require.NoError(t, s.player.Seek(to))
					now := s.until("it plays on", func(now player.Snapshot) bool {
						return now.State == player.Playing && !now.Buffering && len(s.shown) > 2
					})
					assert.Equal(t, to, s.shown[0].Round(time.Millisecond))
					assert.InDelta(t, to.Seconds(), now.Position.Seconds(), 1)
					assert.Less(t, len(origin.Requests(network.ClassSegment))-before, 24, "it is found without reading all")
				}
				require.NoError(t, s.player.Seek(22*time.Second))
				end := s.ended()
				require.Equal(t, player.Complete, end.State, "%v", end.Error)
				assert.InDelta(t, 24, end.Duration.Seconds(), 0.5)
				assert.InDelta(t, 24, s.shown[len(s.shown)-1].Seconds(), 0.05)
				assert.Zero(t, end.Stats.Rebuffers)
			})
		}
	}
}
