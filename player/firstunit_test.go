package player_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/audio"
	"latchkey/player/frame"
	"latchkey/player/mediatest"
)

// firstUnit opens a presentation of which half the first segment with pictures comes, and no more, and returns how long after these bytes the
// first picture was decoded.
func firstUnit(b *testing.B, folder, segment string) time.Duration {
	b.Helper()
	sent, seen := make(chan time.Time, 1), make(chan time.Time, 1)
	origin, err := networktest.NewOrigin(networktest.Options{FS: os.DirFS(folder)})
	require.NoError(b, err)
	origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Effect: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if path.Base(r.URL.Path) != segment {
			next.ServeHTTP(w, r)
			return
		}
		whole := httptest.NewRecorder()
		next.ServeHTTP(whole, r)
		w.Header().Set("Content-Length", fmt.Sprint(whole.Body.Len()))
		_, _ = w.Write(whole.Body.Next(whole.Body.Len() / 2)) // a player that has gone is seen below
		_ = http.NewResponseController(w).Flush()
		sent <- time.Now()
		<-r.Context().Done()
	}})
	p, err := player.New(player.Config{AudioOutput: audio.Null, VideoTap: func(*frame.Video) {
		select {
		case seen <- time.Now():
		default:
		}
	}})
	require.NoError(b, err)
	resource, err := player.NewMediaResource(origin.URL("index.m3u8"), nil)
	require.NoError(b, err)
	require.NoError(b, p.ReplaceCurrentResource(resource))
	require.NoError(b, p.PrepareToPlay(0))
	from := <-sent
	took := (<-seen).Sub(from)
	require.NoError(b, p.Close())
	require.NoError(b, origin.Close())
	return took
}

// BenchmarkFirstUnit shows how long it takes from the bytes to the first picture, in the clear and with each encryption, by turns, in one run. The
// segment never ends, so that what waits for its end never comes.
func BenchmarkFirstUnit(b *testing.B) {
	whole := func(method string) string {
		spec := mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}, Encrypted: method != "", Method: method}
		return mediatest.MakeHLS(b, spec).Folder
	}
	packed := func(name string) string { return filepath.Join("testdata", name) }
	for name, c := range map[string]struct{ clear, locked, segment string }{
		"AES-128":       {whole(""), whole("AES-128"), "segment0.ts"},
		"AES-256-CTR":   {whole(""), whole("AES-256-CTR"), "segment0.ts"},
		"SAMPLE-AES TS": {packed("clear-ts-h264"), packed("ts-h264"), "video1.ts"},
		"cenc":          {packed("clear-h264"), packed("cenc-h264"), "video1.m4s"},
		"cbcs":          {packed("clear-h264"), packed("cbcs-h264"), "video1.m4s"},
	} {
		b.Run(name, func(b *testing.B) {
			var plain, locked []time.Duration
			for b.Loop() {
				plain, locked = append(plain, firstUnit(b, c.clear, c.segment)), append(locked, firstUnit(b, c.locked, c.segment))
			}
			slices.Sort(plain)
			slices.Sort(locked)
			b.ReportMetric(float64(plain[len(plain)/2].Microseconds())/1000, "ms-clear")
			b.ReportMetric(float64(locked[len(locked)/2].Microseconds())/1000, "ms-locked")
			b.ReportMetric(0, "ns/op")
		})
	}
}
