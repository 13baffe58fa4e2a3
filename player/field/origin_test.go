package field

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/player/mediatest"
)

// origin serves a folder on loopback, except for the paths that a row scripts.
type origin struct {
	server *httptest.Server
	folder string

	mu     sync.Mutex
	script map[string]http.HandlerFunc // by path, "*" stands for all others
	asked  []*http.Request
}

func newOrigin(t *testing.T, r row) *origin {
	t.Helper()
	o := &origin{script: make(map[string]http.HandlerFunc)}
	if r.files == nil {
		r.files = plain
	}
	o.folder = r.files(t)
	o.server = httptest.NewServer(o)
	t.Cleanup(o.server.Close)
	if r.script != nil {
		r.script(t, o)
	}
	return o
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.asked = append(o.asked, r)
	answer, ok := o.script[r.URL.Path]
	if !ok {
		answer, ok = o.script["*"]
	}
	o.mu.Unlock()
	if !ok {
		answer = o.file
	}
	answer(w, r)
}

// file serves the folder as an ordinary server does.
func (o *origin) file(w http.ResponseWriter, r *http.Request) {
	http.FileServerFS(os.DirFS(o.folder)).ServeHTTP(w, r)
}

// on has answer serve a path; "*" is every path that has no answer of its own.
func (o *origin) on(path string, answer http.HandlerFunc) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.script[path] = answer
}

// body returns the bytes of a file.
func (o *origin) body(t *testing.T, path string) []byte {
	t.Helper()
	body, err := os.ReadFile(o.folder + path)
	require.NoError(t, err)
	return body
}

// requests returns the requests for paths that end in suffix, in order.
func (o *origin) requests(suffix string) []*http.Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []*http.Request
	for _, r := range o.asked {
		if strings.HasSuffix(r.URL.Path, suffix) {
			all = append(all, r)
		}
	}
	return all
}

// plainStream is four segments of two seconds, H.264 and AAC in MPEG-2 TS.
func plainStream(t *testing.T) mediatest.HLS {
	t.Helper()
	return mediatest.MakeHLS(t, mediatest.HLSSpec{Seconds: 2, Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 200, KeyEvery: 50}})
}

// fragmentedStream is plainStream in fragmented MP4.
func fragmentedStream(t *testing.T) mediatest.HLS {
	t.Helper()
	return mediatest.MakeHLS(t, mediatest.HLSSpec{Seconds: 2, Fragmented: true,
		Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 200, KeyEvery: 50}})
}

// plain is the folder of plainStream: index.m3u8, segment0.ts to segment3.ts. It must not be
// changed.
func plain(t *testing.T) string {
	t.Helper()
	return plainStream(t).Folder
}
