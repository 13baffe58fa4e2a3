package network_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// rangeText is what the servers of these tests have.
var rangeText = strings.Repeat("0123456789abcdef", 1<<10)

// asked returns the range that a request asks for, as the server's text has it.
func asked(r *http.Request) (from, to int, ok bool) {
	value, found := strings.CutPrefix(r.Header.Get("Range"), "bytes=")
	if !found {
		return 0, len(rangeText), false
	}
	first, last, _ := strings.Cut(value, "-")
	from, _ = strconv.Atoi(first)
	to = len(rangeText)
	if last != "" {
		to, _ = strconv.Atoi(last)
		to = min(to+1, len(rangeText))
	}
	return from, to, true
}

func sendPart(w http.ResponseWriter, from, to int, body string) {
	w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(rangeText)))
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusPartialContent)
	_, _ = w.Write([]byte(body))
}

// TestAnswersToRanges asks servers, each with a way of its own with ranges, for the whole, for a
// part, and for what follows a byte.
func TestAnswersToRanges(t *testing.T) {
	type server = func(w http.ResponseWriter, r *http.Request)
	capped := func(most int) server {
		return func(w http.ResponseWriter, r *http.Request) {
			from, to, _ := asked(r)
			to = min(to, from+most)
			sendPart(w, from, to, rangeText[from:to])
		}
	}
	refusing := func(status int, header string) server {
		return func(w http.ResponseWriter, r *http.Request) {
			if _, _, ok := asked(r); !ok {
				_, _ = w.Write([]byte(rangeText))
				return
			}
			if header != "" {
				w.Header().Set("Content-Range", header)
			}
			w.WriteHeader(status)
		}
	}
	tests := []struct {
		name                string
		serve               server
		whole, part, follow bool // what can be had
		most                int  // requests for each; 0: 1
	}{
		{"as the standard says", func(w http.ResponseWriter, r *http.Request) {
			from, to, ok := asked(r)
			if !ok {
				_, _ = w.Write([]byte(rangeText))
				return
			}
			sendPart(w, from, to, rangeText[from:to])
		}, true, true, true, 0},
		{"the whole under the name of a part", func(w http.ResponseWriter, r *http.Request) {
			from, to, _ := asked(r)
			sendPart(w, from, to, rangeText)
		}, true, true, true, 0},
		{"the whole, and says so", func(w http.ResponseWriter, _ *http.Request) {
			sendPart(w, 0, len(rangeText), rangeText)
		}, true, true, true, 0},
		{"more than was asked for", func(w http.ResponseWriter, r *http.Request) {
			from, to, _ := asked(r)
			from, to = max(from-5, 0), min(to+5, len(rangeText))
			sendPart(w, from, to, rangeText[from:to])
		}, true, true, true, 0},
		{"more than it says", func(w http.ResponseWriter, r *http.Request) {
			from, to, _ := asked(r)
			sendPart(w, from, to, rangeText[from:to]+"more")
		}, false, false, false, 0},
		{"another part", func(w http.ResponseWriter, _ *http.Request) {
			sendPart(w, 8000, 8010, rangeText[8000:8010])
		}, false, false, false, 0},
		{"4 KiB at a time", capped(4 << 10), true, true, true, 5},
		{"1 KiB at a time", capped(1 << 10), true, true, true, 17},
		{"one byte at a time", capped(1), false, false, false, 66},
		{"406", refusing(http.StatusNotAcceptable, ""), true, false, true, 2},
		{"501", refusing(http.StatusNotImplemented, ""), true, false, true, 2},
		{"416", refusing(http.StatusRequestedRangeNotSatisfiable, ""), true, false, true, 2},
		{"416 with the length", refusing(http.StatusRequestedRangeNotSatisfiable, fmt.Sprintf("bytes */%d", len(rangeText))), true, false, true, 2},
		{"416 of something shorter", refusing(http.StatusRequestedRangeNotSatisfiable, "bytes */100"), true, false, false, 0},
	}
	for _, tt := range tests {
		for _, ask := range []struct {
			name           string
			offset, length int64
			want           string
			can            bool
		}{
			{"whole", 0, 0, rangeText, tt.whole},
			{"part", 3000, 9000, rangeText[3000:12000], tt.part},
			{"what follows", 5000, -1, rangeText[5000:], tt.follow},
		} {
			t.Run(tt.name+"/"+ask.name, func(t *testing.T) {
				var requests atomic.Int32
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					requests.Add(1)
					tt.serve(w, r)
				}))
				defer server.Close()
				client := newClient(t, nil, network.Options{})
				data, _, err := client.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: server.URL + "/a.ts",
					Offset: ask.offset, Length: ask.length})
				assert.LessOrEqual(t, int(requests.Load()), max(tt.most, 1))
				if !ask.can {
					require.Error(t, err)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, ask.want, string(data))
			})
		}
	}
}
