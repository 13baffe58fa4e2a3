package network_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// What goes over the wire by mode and class; the encoding itself has tests of its own.
func TestCMCDOnTheWire(t *testing.T) {
	tests := map[string]struct {
		mode    network.CMCDMode
		class   network.Class
		data    *network.CMCD
		query   string            // of the first request
		headers map[string]string // of the first request
		second  map[string]string // of the request that it is redirected to
	}{
		"off": {class: network.ClassSegment, data: &network.CMCD{Startup: true}, query: "a=b"},
		"headers": {mode: network.CMCDHeader, class: network.ClassSegment, query: "a=b",
			data: &network.CMCD{ObjectType: network.CMCDMuxed, BufferLength: new(4 * time.Second), NextObject: "2.ts"},
			headers: map[string]string{"CMCD-Object": "ot=av", "CMCD-Request": `bl=4000,nor="2.ts"`,
				"CMCD-Session": `cid="42",sf=h,sid="7"`},
			second: map[string]string{"CMCD-Object": "ot=av", "CMCD-Request": "bl=4000", "CMCD-Session": `cid="42",sf=h,sid="7"`}},
		"headers without data": {mode: network.CMCDHeader, class: network.ClassKey, query: "a=b",
			headers: map[string]string{"CMCD-Object": "ot=k", "CMCD-Session": `cid="42",sf=h,sid="7"`},
			second:  map[string]string{"CMCD-Object": "ot=k", "CMCD-Session": `cid="42",sf=h,sid="7"`}},
		"query": {mode: network.CMCDQuery, class: network.ClassPlaylist,
			query: "a=b&CMCD=cid%3D%2242%22%2Cot%3Dm%2Csf%3Dh%2Csid%3D%227%22"},
		"sign-in":      {mode: network.CMCDHeader, class: network.ClassSignIn, query: "a=b"},
		"other things": {mode: network.CMCDQuery, class: network.ClassOther, query: "a=b"},
	}
	w := newWorld(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w.reset(func(r wireRequest) string {
				if r.url().Path == "/1" {
					return redirectAnswer("302", "https://cdn.www.example.com/2?c")
				}
				return okAnswer
			})
			cfg := network.NewConfiguration()
			cfg.CMCD = network.CMCDOptions{Mode: test.mode, ContentID: "42", SessionID: "7"}
			c := newClient(t, cfg, network.Options{Resource: "https://www.example.com/main.m3u8", Transport: w.transport})
			_, response, err := c.Fetch(t.Context(), network.Request{Class: test.class, URL: "https://www.example.com/1?a=b", CMCD: test.data})
			require.NoError(t, err)
			require.Equal(t, "https://cdn.www.example.com/2?c", response.URL)
			seen := w.requests()
			require.Len(t, seen, 2)
			require.Equal(t, test.query, seen[0].url().RawQuery)
			require.Equal(t, "c", seen[1].url().RawQuery, "where a redirect leads is for the server to say")
			for i, want := range []map[string]string{test.headers, test.second} {
				got := make(map[string]string)
				for line := range strings.SplitSeq(seen[i].raw, "\r\n") {
					if name, value, ok := strings.Cut(line, ": "); ok && strings.HasPrefix(name, "CMCD-") {
						got[name] = value
					}
				}
				if want == nil {
					want = map[string]string{}
				}
				require.Equal(t, want, got)
				require.Len(t, c.Records()[i].Headers, len(want))
			}
		})
	}
}

// What a resource told over https is not told in the clear.
func TestCMCDDowngrade(t *testing.T) {
	w := newWorld(t)
	w.reset(func(wireRequest) string { return okAnswer })
	for _, mode := range []network.CMCDMode{network.CMCDHeader, network.CMCDQuery} {
		cfg := network.NewConfiguration()
		cfg.CMCD.Mode = mode
		c := newClient(t, cfg, network.Options{Resource: "https://www.example.com/main.m3u8", Transport: w.transport})
		_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: "http://www.example.com/1"})
		require.NoError(t, err)
	}
	require.Len(t, w.requests(), 2)
	for _, r := range w.requests() {
		require.NotContains(t, r.raw, "CMCD")
	}
}

// A session is a client's own, and nothing of another's can be told by it.
func TestCMCDSession(t *testing.T) {
	w := newWorld(t)
	w.reset(func(wireRequest) string { return okAnswer })
	cfg := network.NewConfiguration()
	cfg.CMCD.Mode = network.CMCDHeader
	for range 2 {
		c := newClient(t, cfg, network.Options{Transport: w.transport})
		for range 2 {
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassInit, URL: "https://www.example.com/"})
			require.NoError(t, err)
		}
	}
	seen := w.requests()
	require.Equal(t, seen[0].header("CMCD-Session"), seen[1].header("CMCD-Session"))
	require.NotEqual(t, seen[1].header("CMCD-Session"), seen[2].header("CMCD-Session"))
	_, _, err := newClient(t, cfg, network.Options{}).Fetch(t.Context(), network.Request{Class: network.ClassSegment,
		URL: "https://www.example.com/", CMCD: &network.CMCD{NextRange: "x"}})
	require.ErrorIs(t, err, network.ErrRequest)
}
