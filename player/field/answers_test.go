package field

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
)

// answers are servers that answer ranges with something else than was asked.
func answers() []row {
	return []row{
		{
			name: "206 to a request without a range",
			script: func(_ *testing.T, o *origin) {
				o.on("*", func(w http.ResponseWriter, r *http.Request) { partAnyway(o, w, r) })
			},
			check: func(t *testing.T, got played) { got.whole(t) },
		},
	}
}

// partAnyway answers with the whole file as if its bytes from 0 to the last had been asked for.
func partAnyway(o *origin, w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Range") != "" {
		o.file(w, r)
		return
	}
	whole := &recorder{header: make(http.Header)}
	o.file(whole, r)
	if len(whole.body) > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(whole.body)-1, len(whole.body)))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(whole.body)))
	w.WriteHeader(http.StatusPartialContent)
	_, _ = w.Write(whole.body)
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   []byte
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { r.body = append(r.body, b...); return len(b), nil }
