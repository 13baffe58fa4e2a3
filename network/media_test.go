package network_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// roundTrip is a transport that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestSizeByClass asks for 600 MiB: that is a film, and no segment.
func TestSizeByClass(t *testing.T) {
	const size = 600 << 20
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, ContentLength: size,
			Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
	})
	c := newClient(t, nil, network.Options{Transport: transport})
	for class, tooLarge := range map[network.Class]bool{network.ClassSegment: true, network.ClassMedia: false} {
		response, err := c.Do(t.Context(), network.Request{Class: class, URL: "http://www.example.com/a"})
		if tooLarge {
			require.ErrorIs(t, err, network.ErrTooLarge)
			continue
		}
		require.NoError(t, err)
		assert.EqualValues(t, size, response.ContentLength)
		require.NoError(t, response.Body.Close())
	}
}

// TestMaxBytes asks for less than the class allows: with an announced length, without one, and of
// what is compressed.
func TestMaxBytes(t *testing.T) {
	const most = 1000
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(make([]byte, 10*most))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, c := range map[string]struct {
		body   []byte
		length int64
		coding string
		large  bool
	}{
		"as long as may be":  {make([]byte, most), most, "", false},
		"announced":          {make([]byte, most+1), most + 1, "", true},
		"without a length":   {make([]byte, most+1), -1, "", true},
		"compressed":         {packed.Bytes(), int64(packed.Len()), "gzip", true},
		"less, of no length": {make([]byte, most), -1, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			transport := roundTrip(func(r *http.Request) (*http.Response, error) {
				header := http.Header{}
				if c.coding != "" {
					header.Set("Content-Encoding", c.coding)
				}
				return &http.Response{StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Header: header, ContentLength: c.length,
					Body: io.NopCloser(bytes.NewReader(c.body)), Request: r}, nil
			})
			client := newClient(t, nil, network.Options{Transport: transport})
			data, _, err := client.Fetch(t.Context(), network.Request{Class: network.ClassSubtitle, URL: "http://www.example.com/a", MaxBytes: most})
			if c.large {
				require.ErrorIs(t, err, network.ErrTooLarge)
				return
			}
			require.NoError(t, err)
			assert.Len(t, data, most)
		})
	}
}

// TestMediaIsConfiguredAsSegment sends a film what is configured for segments, unless the film has
// its own.
func TestMediaIsConfiguredAsSegment(t *testing.T) {
	for name, c := range map[string]struct {
		timeouts map[network.Class]network.Timeouts
		want     time.Duration
	}{
		"of segments": {map[network.Class]network.Timeouts{network.ClassSegment: {Connect: 3 * time.Second}}, 3 * time.Second},
		"its own": {map[network.Class]network.Timeouts{network.ClassSegment: {Connect: 3 * time.Second}, network.ClassMedia: {Connect: 7 * time.Second}},
			7 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent := ""
				transport := roundTrip(func(r *http.Request) (*http.Response, error) {
					sent = r.Header.Get("X-Player")
					<-r.Context().Done()
					return nil, context.Cause(r.Context())
				})
				cfg := network.NewConfiguration()
				cfg.Timeouts = c.timeouts
				cfg.Headers = []network.Header{{Name: "X-Player", Value: network.NewSecret("1"), Classes: []network.Class{network.ClassSegment}}}
				began := time.Now()
				var first time.Duration
				client := newClient(t, cfg, network.Options{Resource: "http://www.example.com/film.mp4", Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					response, err := transport(r)
					if first == 0 {
						first = time.Since(began)
					}
					return response, err
				})})
				_, err := client.Do(t.Context(), network.Request{Class: network.ClassMedia, URL: "http://www.example.com/film.mp4"})
				require.ErrorIs(t, err, network.ErrTimeout)
				assert.Equal(t, c.want, first)
				assert.Equal(t, "1", sent)
			})
		})
	}
}
