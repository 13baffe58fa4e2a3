package hostile

import (
	"bytes"
	"net/http"
	"strconv"
	"time"
)

// Answer is a file, or how a server answers for it.
type Answer struct {
	Body     []byte
	Make     func(path string) []byte // makes Body for each request, when not nil
	Type     string                   // Content-Type
	Encoding string                   // Content-Encoding
	Status   int                      // 0: 200
	Repeat   []byte                   // sent over and over after Body
	Times    int                      // how often; 0 with Repeat: without end
	Pause    time.Duration            // before each byte
	Hold     bool                     // after Body nothing comes, and the answer does not end
	Silent   bool                     // not even a header comes
	Redirect string                   // Location; "+" is a longer path each time
	Headers  int                      // header fields, of 1,000 bytes each
	Interim  bool                     // interim responses without end (RFC 9110, 15.2)
}

// size is how many bytes an answer has at least.
func (a Answer) size() int64 { return int64(len(a.Body)) + int64(len(a.Repeat))*int64(max(a.Times, 1)) }

// ServeHTTP implements http.Handler. It returns when the request's context ends.
func (a Answer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if a.Make != nil {
		a.Body = a.Make(r.URL.Path)
	}
	switch {
	case a.Silent:
		<-ctx.Done()
		return
	case a.Redirect == "+":
		http.Redirect(w, r, r.URL.Path+"+", http.StatusFound) //nolint:gosec // it is served to the program under test alone
		return
	case a.Redirect != "":
		http.Redirect(w, r, a.Redirect, http.StatusFound)
		return
	}
	for a.Interim && ctx.Err() == nil {
		w.WriteHeader(http.StatusEarlyHints)
	}
	if a.Type != "" {
		w.Header().Set("Content-Type", a.Type)
	}
	if a.Encoding != "" {
		w.Header().Set("Content-Encoding", a.Encoding)
	}
	for i := range a.Headers {
		w.Header().Set("X-"+strconv.Itoa(i), string(bytes.Repeat([]byte{'x'}, 1000)))
	}
	if a.Repeat == nil && a.Pause == 0 && !a.Hold && a.Encoding == "" && a.Status == 0 {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.Body))
		return
	}
	if a.Repeat == nil && a.Pause == 0 && !a.Hold {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(or(a.Status, http.StatusOK))
	if !a.send(r, w, a.Body) {
		return
	}
	for n := 0; a.Repeat != nil && (a.Times == 0 || n < a.Times); n++ {
		if !a.send(r, w, a.Repeat) {
			return
		}
	}
	if a.Hold {
		flush(w)
		<-ctx.Done()
	}
}

// send writes bytes, with pauses if there are to be any. It returns false when nobody reads any
// more.
func (a Answer) send(r *http.Request, w http.ResponseWriter, b []byte) bool {
	if a.Pause == 0 {
		_, err := w.Write(b)
		return err == nil && r.Context().Err() == nil
	}
	tick := time.NewTicker(a.Pause)
	defer tick.Stop()
	for i := range b {
		select {
		case <-r.Context().Done():
			return false
		case <-tick.C:
		}
		if _, err := w.Write(b[i : i+1]); err != nil {
			return false
		}
		flush(w)
	}
	return true
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() } // a reader that has gone is noticed by the next Write
