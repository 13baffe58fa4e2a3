package player_test

import (
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
)

// TestCMCD looks at what the origin is told, which is nothing unless the configuration says so.
func TestCMCD(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Fragmented: true, Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 75}})
	for _, on := range []bool{false, true} {
		t.Run(map[bool]string{false: "off", true: "on"}[on], func(t *testing.T) {
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
			var (
				mu   sync.Mutex
				told = make(map[string][]string) // by the kind of file
			)
			origin.Inject(networktest.Fault{Effect: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				mu.Lock()
				kind := r.URL.Path[strings.LastIndexByte(r.URL.Path, '.'):]
				line := strings.Join([]string{r.Header.Get("CMCD-Object"), r.Header.Get("CMCD-Request"), r.Header.Get("CMCD-Session"), r.Header.Get("CMCD-Status")}, ",")
				told[kind] = append(told[kind], line)
				mu.Unlock()
				next.ServeHTTP(w, r)
			}})
			c := network.NewConfiguration()
			if on {
				c.CMCD = network.CMCDOptions{Mode: network.CMCDHeader, ContentID: "title"}
			}
			s := newScreen(t, player.Config{FreeRun: true})
			s.open(origin.URL("index.m3u8"), c, 0)
			require.NoError(t, s.player.Play())
			require.Equal(t, player.Complete, s.ended().State)
			mu.Lock()
			defer mu.Unlock()
			segments := told[".m4s"]
			require.GreaterOrEqual(t, len(segments), 3)
			for _, line := range segments {
				if !on {
					assert.Equal(t, ",,,", line)
					continue
				}
				assert.Contains(t, line, "ot=av")
				assert.Contains(t, line, "d=1000")
				assert.Contains(t, line, "bl=")
				assert.Contains(t, line, `cid="title"`)
				assert.Contains(t, line, "st=v")
			}
			if on {
				assert.Contains(t, segments[0], "su", "needed at once")
				assert.Contains(t, told[".mp4"][0], "ot=i")
				assert.NotContains(t, told[".mp4"][0], "d=1000")
				assert.Contains(t, told[".m3u8"][0], "ot=m")
			}
		})
	}
}
