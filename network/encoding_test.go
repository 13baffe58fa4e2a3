package network_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// packedText is what the vectors of encodings decode to.
var packedText = strings.Repeat("#EXTINF:4,\nsegment.ts\n", 100)

// encodings are packedText, and 2 MiB of zeros, as gzip 1.12 -9, zstd 1.5.4 -19 and Node's brotliCompressSync pack them.
var encodings = map[string]struct{ text, bomb string }{
	"gzip": {"H4sIAAAAAAACA1N2jQjx9HOzMtHhKk5Nz03NK9ErKeZSHhUdFR0VHRUdFR0VHRUdFaW7KACuG7/FmAgAAA==", ""},
	"br":   {"G5cI+J0Jti2MvROCzcPQrB5hKaKTCi406YQ11zpGSVSqoNOqBFpEHVmfBwCgBw==", "m///H/gnAOKxQCD3/gM="},
	"zstd": {"KLUv/WSYB/UAALAjRVhUSU5GOjQsCnNlZ21lbnQudHMKAQD+kP5sAhkjpjY=",
		"KLUv/aQAACAATAAACAABAPz/ORACAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAADABAA2yOO+A=="},
}

// wideZstd is packedText in a frame that asks for a window of 128 MiB (zstd --long=27).
const wideZstd = "KLUv/QSI9QAAsCNFWFRJTkY6NCwKc2VnbWVudC50cwoBAP6Q/mwCGSOmNg=="

func unbase64(t testing.TB, s string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(s)
	require.NoError(t, err)
	return data
}

func TestEncodings(t *testing.T) {
	var coding string
	var answer []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if accept := r.Header.Get("Accept-Encoding"); accept == "identity" && r.URL.Path != "/unasked" {
			_, _ = w.Write([]byte("plain"))
			return
		} else if accept != "gzip, br, zstd" && accept != "identity" {
			http.Error(w, accept, http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Encoding", coding)
		_, _ = w.Write(answer)
	}))
	defer server.Close()
	fetch := func(t *testing.T, class network.Class, path string) (string, *network.Client, error) {
		t.Helper()
		c := newClient(t, nil, network.Options{})
		data, response, err := c.Fetch(t.Context(), network.Request{Class: class, URL: server.URL + path})
		if err == nil && path != "/unasked" && class == network.ClassPlaylist {
			require.EqualValues(t, -1, response.ContentLength)
		}
		return string(data), c, err
	}
	for name, vector := range encodings {
		coding = name
		text := unbase64(t, vector.text)
		tests := map[string]struct {
			answer []byte
			class  network.Class
			want   string
			err    error
		}{
			"text":             {answer: text, class: network.ClassPlaylist, want: packedText},
			"subtitles":        {answer: text, class: network.ClassSubtitle, want: packedText},
			"media":            {answer: text, class: network.ClassSegment, want: "plain"},
			"key":              {answer: text, class: network.ClassKey, want: "plain"},
			"cut":              {answer: text[:len(text)-9], class: network.ClassPlaylist, err: network.ErrTruncated},
			"cut at once":      {answer: text[:1], class: network.ClassPlaylist, err: network.ErrTruncated},
			"nothing":          {class: network.ClassPlaylist, err: network.ErrTruncated},
			"not packed":       {answer: []byte(packedText), class: network.ClassPlaylist, err: network.ErrEncoding},
			"garbage after it": {answer: append(append([]byte(nil), text...), packedText...), class: network.ClassPlaylist, err: network.ErrEncoding},
		}
		if name != "br" { // which has no checksum
			wrong := append([]byte(nil), text...)
			wrong[len(wrong)-7] ^= 1 // gzip's ends with checksum and length, zstd's bytes are few
			wrong[len(wrong)-2] ^= 1
			tests["damaged"] = struct {
				answer []byte
				class  network.Class
				want   string
				err    error
			}{answer: wrong, class: network.ClassPlaylist, err: network.ErrEncoding}
		}
		for test, it := range tests {
			t.Run(name+"/"+test, func(t *testing.T) {
				answer = it.answer
				data, c, err := fetch(t, it.class, "/")
				require.Equal(t, it.want, data)
				require.ErrorIs(t, err, it.err)
				if test == "text" {
					require.EqualValues(t, len(it.answer), c.Records()[0].Bytes, "as they came over the wire")
				}
			})
		}
		t.Run(name+"/unasked", func(t *testing.T) {
			answer = text
			data, _, err := fetch(t, network.ClassSegment, "/unasked")
			require.NoError(t, err, "a server that packs all it has")
			require.Equal(t, packedText, data)
		})
		t.Run(name+"/of a range", func(t *testing.T) {
			answer = text
			c := newClient(t, nil, network.Options{})
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: server.URL + "/unasked", Offset: 5, Length: 5})
			require.ErrorIs(t, err, network.ErrEncoding, "whose bytes they are nobody can say")
		})
		t.Run(name+"/bomb", func(t *testing.T) {
			answer = unbase64(t, vector.bomb)
			if vector.bomb == "" {
				answer = zeros(t)
			}
			_, _, err := fetch(t, network.ClassSteering, "/") // at most 1 MiB
			require.ErrorIs(t, err, network.ErrTooLarge)
		})
	}
	t.Run("zstd/wide window", func(t *testing.T) {
		coding, answer = "zstd", unbase64(t, wideZstd)
		_, _, err := fetch(t, network.ClassPlaylist, "/")
		require.ErrorIs(t, err, network.ErrEncoding)
	})
	t.Run("nothing for ever", func(t *testing.T) {
		coding, answer = "zstd", []byte(strings.Repeat("\x50\x2a\x4d\x18\x00\x00\x00\x00", 1<<18)) // empty frames to skip. RFC 8878, 3.1.2
		_, _, err := fetch(t, network.ClassSteering, "/")
		require.ErrorIs(t, err, network.ErrTooLarge)
	})
	for _, name := range []string{"deflate", "compress", "gzip, br", "lzma", "dcb"} {
		t.Run(fmt.Sprintf("not asked for/%s", name), func(t *testing.T) {
			coding, answer = name, []byte("x")
			_, _, err := fetch(t, network.ClassPlaylist, "/")
			require.ErrorIs(t, err, network.ErrEncoding)
		})
	}
}

// zeros is 2 MiB of zeros, packed by compress/gzip.
func zeros(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(make([]byte, 2<<20))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// What servers may send never decodes to anything but an error or text, and never panics.
func FuzzEncodings(f *testing.F) {
	for name, vector := range encodings {
		f.Add(name, unbase64(f, vector.text))
	}
	f.Add("zstd", unbase64(f, wideZstd))
	f.Fuzz(func(t *testing.T, coding string, data []byte) {
		header := http.Header{"Content-Encoding": {coding}}
		if len(data) > 1<<16 {
			return
		}
		c := newClient(t, nil, network.Options{Transport: answering(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: header, ContentLength: int64(len(data)),
				Body: io.NopCloser(bytes.NewReader(data))}, nil
		})})
		once := network.Request{Class: network.ClassSteering, URL: "http://example.com/"}
		response, err := c.Do(t.Context(), once)
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			require.NoError(t, response.Body.Close())
		}
		var e *network.Error
		if err != nil {
			require.ErrorAs(t, err, &e)
		}
	})
}

// answering is a transport that is a function.
type answering func(*http.Request) (*http.Response, error)

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
