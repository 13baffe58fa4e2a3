package player_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// leading is a stream of www.example.com, which is of the internet, that leads to a target.
type leading struct {
	name string
	// pages are by path, and files besides: /ts/index.m3u8, /frag/index.m3u8, /cenc/video.m3u8.
	// "TARGET" is the target's origin, and what begins with "REDIRECT " redirects there. With
	// later, each but the first request for a page is answered with that.
	pages, later map[string]string
	open         string // the path of the resource; empty: /main.m3u8
	config       player.Config
	do           func(t *testing.T, s *screen) // after the resource was opened; nil: play
	named        bool                          // the target by a name that resolves to it
}

// media is a media playlist of two segments of a second.
func media(lines string) map[string]string {
	return map[string]string{"/main.m3u8": "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n" + lines}
}

// main is a multivariant playlist.
func mainList(lines string) map[string]string {
	return map[string]string{"/main.m3u8": "#EXTM3U\n" + lines}
}

// also adds a page.
func also(pages map[string]string, path, text string) map[string]string {
	pages[path] = text
	return pages
}

const (
	ends       = "#EXT-X-ENDLIST\n"
	infTS      = "#EXT-X-STREAM-INF:BANDWIDTH=300000,CODECS=\"avc1.64000c,mp4a.40.2\",RESOLUTION=160x90"
	variantTS  = infTS + "\n/ts/index.m3u8\n"
	variant720 = "#EXT-X-STREAM-INF:BANDWIDTH=600000,CODECS=\"avc1.64000c,mp4a.40.2\",RESOLUTION=160x90"
	segmentTS  = "#EXTINF:1,\n/ts/segment0.ts\n"
	keyOf      = "#EXT-X-KEY:METHOD=AES-128,URI="
)

// leadings are the ways of playlists.
var leadings = []leading{
	{name: "variant", pages: mainList(infTS + "\nTARGET/ts/index.m3u8\n")},
	{name: "variant by name", pages: mainList(infTS + "\nTARGET/ts/index.m3u8\n"), named: true},
	{name: "variant by a variable", pages: mainList("#EXT-X-DEFINE:NAME=\"at\",VALUE=\"TARGET\"\n" + infTS + "\n{$at}/ts/index.m3u8\n")},
	{name: "variant that stands in for another", pages: mainList(infTS + "\n/missing.m3u8\n" + infTS + "\nTARGET/ts/index.m3u8\n")},
	{name: "redirect of a variant", pages: also(mainList(infTS+"\n/v.m3u8\n"), "/v.m3u8", "REDIRECT TARGET/ts/index.m3u8")},
	{name: "redirect of the resource", pages: map[string]string{"/main.m3u8": "REDIRECT TARGET/ts/index.m3u8"}},
	{name: "sound", pages: mainList("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"A\",DEFAULT=YES,AUTOSELECT=YES,URI=\"TARGET/frag/index.m3u8\"\n" + infTS + ",AUDIO=\"a\"\n/ts/index.m3u8\n")},
	{name: "subtitles", pages: mainList("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"S\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,URI=\"TARGET/s.m3u8\"\n" + infTS + ",SUBTITLES=\"s\"\n/ts/index.m3u8\n"),
		config: player.Config{SubtitleLanguage: "en"}},
	{name: "segment of subtitles", pages: also(mainList("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"S\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,URI=\"/s.m3u8\"\n"+infTS+",SUBTITLES=\"s\"\n/ts/index.m3u8\n"),
		"/s.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nTARGET/s.vtt\n"+ends), config: player.Config{SubtitleLanguage: "en"}},
	{name: "I-frame playlist", pages: mainList(variantTS + "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=30000,RESOLUTION=160x90,URI=\"TARGET/i.m3u8\"\n"), do: preview},
	{name: "I-frame", pages: also(mainList(variantTS+"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=30000,RESOLUTION=160x90,URI=\"/i.m3u8\"\n"), "/i.m3u8",
		"#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:1\n#EXT-X-I-FRAMES-ONLY\n#EXTINF:1,\n#EXT-X-BYTERANGE:1000@0\nTARGET/ts/segment0.ts\n"+ends), do: preview},
	{name: "segment", pages: media("#EXTINF:1,\nTARGET/ts/segment0.ts\n" + ends)},
	{name: "second segment", pages: media(segmentTS + "#EXTINF:1,\nTARGET/ts/segment1.ts\n" + ends)},
	{name: "range of a segment", pages: media("#EXTINF:1,\n#EXT-X-BYTERANGE:1000@0\nTARGET/ts/segment0.ts\n" + ends)},
	{name: "redirect of a segment", pages: also(media("#EXTINF:1,\n/0.ts\n"+ends), "/0.ts", "REDIRECT TARGET/ts/segment0.ts")},
	{name: "init section", pages: media("#EXT-X-MAP:URI=\"TARGET/frag/init.mp4\"\n#EXTINF:1,\n/frag/segment0.m4s\n" + ends)},
	{name: "key", pages: media(keyOf + "\"TARGET/key\"\n" + segmentTS + ends)},
	{name: "redirect of a key", pages: also(media(keyOf+"\"/key\"\n"+segmentTS+ends), "/key", "REDIRECT TARGET/key")},
	{name: "key of the session", pages: mainList("#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"TARGET/key\"\n" + variantTS)},
	{name: "licence", pages: media("#EXT-X-MAP:URI=\"/cenc/video.mp4\"\n#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"TARGET/license\",KEYFORMAT=\"org.w3.clearkey\"\n#EXTINF:1,\n/cenc/video1.m4s\n" + ends)},
	{name: "steering server", pages: mainList("#EXT-X-CONTENT-STEERING:SERVER-URI=\"TARGET/steer\",PATHWAY-ID=\"A\"\n" + variantTS)},
	{name: "redirect of a steering server", pages: also(mainList("#EXT-X-CONTENT-STEERING:SERVER-URI=\"/steer\",PATHWAY-ID=\"A\"\n"+variantTS), "/steer", "REDIRECT TARGET/steer")},
	{name: "next steering server", pages: also(mainList("#EXT-X-CONTENT-STEERING:SERVER-URI=\"/steer\",PATHWAY-ID=\"A\"\n"+variantTS), "/steer",
		`{"VERSION":1,"TTL":1,"RELOAD-URI":"TARGET/steer","PATHWAY-PRIORITY":["A"]}`)},
	{name: "cloned pathway", pages: also(mainList("#EXT-X-CONTENT-STEERING:SERVER-URI=\"/steer\",PATHWAY-ID=\"A\"\n"+infTS+",PATHWAY-ID=\"A\",STABLE-VARIANT-ID=\"v\"\n/long.m3u8\n"+variant720+",PATHWAY-ID=\"A\",STABLE-VARIANT-ID=\"w\"\n/long.m3u8\n"), "/steer",
		`{"VERSION":1,"TTL":300,"PATHWAY-PRIORITY":["C"],"PATHWAY-CLONES":[{"BASE-ID":"A","ID":"C","URI-REPLACEMENT":{"PER-VARIANT-URIS":{"v":"TARGET/long.m3u8","w":"TARGET/long.m3u8"}}}]}`)},
	{name: "segment that a live stream adds", pages: media(segmentTS + "#EXTINF:1,\n/ts/segment1.ts\n"),
		later: media(segmentTS + "#EXTINF:1,\n/ts/segment1.ts\n#EXTINF:1,\nTARGET/ts/segment0.ts\n")},
	{name: "part", pages: media("#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=3\n#EXT-X-PART-INF:PART-TARGET=1\n" + segmentTS + "#EXT-X-PART:DURATION=1,INDEPENDENT=YES,URI=\"TARGET/ts/segment1.ts\"\n")},
	{name: "film that is redirected", open: "/film.mp4", pages: map[string]string{"/film.mp4": "REDIRECT TARGET/film.mp4"}},
	{name: "key of the next title", pages: mainList(variantTS), do: playNext},
}

// playNext prepares another title, and plays it.
func playNext(t *testing.T, s *screen) {
	t.Helper()
	s.state(player.Prepared)
	next, err := player.NewMediaResource("http://www.example.com/next.m3u8", s.given)
	require.NoError(t, err)
	require.NoError(t, s.player.PrepareNext(next, 0))
	require.NoError(t, s.player.ReplaceCurrentResource(next))
	require.NoError(t, s.player.PrepareToPlay(0))
	s.play()
}

// preview asks for a picture of the I-frame playlist.
func preview(t *testing.T, s *screen) {
	t.Helper()
	s.until("it is opened", func(now player.Snapshot) bool { return now.State == player.Prepared && now.Stills })
	if picture, err := s.player.Still(t.Context(), 0, 90); err == nil {
		picture.Release()
	}
}

// serve starts the server of a stream.
func (l leading) serve(t *testing.T, target string, frag, ts mediatest.HLS) *networktest.Internet {
	t.Helper()
	origin := "http://" + net.JoinHostPort(target, "80")
	if l.named {
		origin = "http://inner.example.net"
	}
	files := map[string]http.Handler{"/ts/": http.FileServerFS(os.DirFS(ts.Folder)), "/frag/": http.FileServerFS(os.DirFS(frag.Folder)),
		"/cenc/": http.FileServerFS(os.DirFS("testdata/cenc-h264"))}
	var mu sync.Mutex
	asked := make(map[string]bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for prefix, handler := range files {
			if strings.HasPrefix(r.URL.Path, prefix) {
				http.StripPrefix(strings.TrimSuffix(prefix, "/"), handler).ServeHTTP(w, r)
				return
			}
		}
		mu.Lock()
		text, there := l.later[r.URL.Path]
		if !asked[r.URL.Path] || !there {
			text, there = l.pages[r.URL.Path]
		}
		asked[r.URL.Path] = true
		mu.Unlock()
		switch r.URL.Path {
		case "/next.m3u8":
			text, there = media(keyOf + "\"TARGET/key\"\n" + segmentTS + ends)["/main.m3u8"], true
		case "/long.m3u8":
			text, there = media(strings.Repeat(segmentTS+"#EXT-X-DISCONTINUITY\n", 60) + ends)["/main.m3u8"], true
		}
		text = strings.ReplaceAll(text, "TARGET", origin)
		if to, redirect := strings.CutPrefix(text, "REDIRECT "); redirect {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		if !there {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	internet := networktest.NewInternet(server.Listener.Addr().String())
	internet.Name("www.example.com", "203.0.113.1") // RFC 5737
	internet.Name("inner.example.net", target)
	return internet
}

// watch opens the stream and plays until a condition holds.
func (l leading) watch(t *testing.T, internet *networktest.Internet, named []string, what string, until func(*screen) bool) *screen {
	t.Helper()
	config := l.config
	config.Network = network.Options{Resolver: internet, Dial: internet.Dial}
	s := newScreen(t, config)
	configuration := network.NewConfiguration()
	configuration.NamedOrigins = named
	s.given = new(network.Metadata)
	s.given.SetObject(player.NetworkConfigurationKey, configuration)
	open := l.open
	if open == "" {
		open = "/main.m3u8"
	}
	s.open("http://www.example.com"+open, configuration, 0)
	if l.do != nil {
		l.do(t, s)
	} else {
		s.play()
	}
	s.until(what, func(player.Snapshot) bool { return until(s) })
	return s
}

// Each way in which a playlist of the internet may lead into the local network ends before the
// connection, with its sentence in the report; with the origin named, each arrives.
func TestPublicStreamReachesNothingLocal(t *testing.T) {
	t.Parallel()
	spec := mediatest.Spec{Video: "h264", Audio: "aac", Frames: 50}
	ts := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: spec})
	frag := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: spec, Fragmented: true})
	for _, l := range leadings {
		for _, target := range []string{"127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"} {
			t.Run(l.name+"/"+target, func(t *testing.T) {
				t.Parallel()
				internet := l.serve(t, target, frag, ts)
				s := l.watch(t, internet, nil, "the request is blocked", func(s *screen) bool {
					return slices.ContainsFunc(s.player.Requests(), func(r network.Record) bool { return r.Blocked })
				})
				blocked := report.New(s.player.Snapshot(), s.player.Requests()).Requests
				blocked = slices.DeleteFunc(blocked, func(r network.Record) bool { return !r.Blocked })
				assert.Contains(t, blocked[0].Error, " is on your own network")
				assert.Contains(t, blocked[0].Error, ", and this stream is from the internet")
				require.NoError(t, s.player.Close())
				assert.Zero(t, internet.Dialed(target), "%v", internet.Dials())
				assert.Positive(t, internet.Dialed("203.0.113.1"))
			})
			t.Run(l.name+"/"+target+"/origin named", func(t *testing.T) {
				t.Parallel()
				internet := l.serve(t, target, frag, ts)
				s := l.watch(t, internet, []string{"http://" + net.JoinHostPort(target, "80"), "http://inner.example.net"}, "the target is connected to", func(*screen) bool {
					return internet.Dialed(target) > 0
				})
				require.NoError(t, s.player.Close())
				for _, r := range s.player.Requests() {
					assert.False(t, r.Blocked, "%s", r.Error)
				}
			})
		}
	}
}

// A stream that cannot do without a blocked request fails with the sentence and the code.
func TestBlockedStreamFails(t *testing.T) {
	t.Parallel()
	spec := mediatest.Spec{Video: "h264", Audio: "aac", Frames: 50}
	ts := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: spec})
	for name, l := range map[string]leading{
		"segment": {pages: media("#EXTINF:1,\nTARGET/ts/segment0.ts\n" + ends), named: true},
		"key":     {pages: media(keyOf + "\"TARGET/key\"\n" + segmentTS + ends), named: true},
		"variant": {pages: mainList(infTS + "\nTARGET/ts/index.m3u8\n"), named: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			internet := l.serve(t, "127.0.0.1", mediatest.HLS{Folder: ts.Folder}, ts)
			s := l.watch(t, internet, nil, "it fails", func(s *screen) bool { return s.player.Snapshot().State == player.Failed })
			failed := s.player.Snapshot().Error
			assert.Equal(t, player.CodeBlocked, failed.Code)
			assert.Equal(t, "Blocked: inner.example.net is on your own network (127.0.0.1), and this stream is from the internet. "+
				"If that is meant, name its origin in the service's profile or with --cookie-origin.", failed.Message)
		})
	}
}

// A stream of this computer plays as it did, whatever of this computer it names.
func TestLocalStreamStaysLocal(t *testing.T) {
	t.Parallel()
	ts := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 50}})
	l := leading{pages: mainList(infTS + "\nTARGET/ts/index.m3u8\n")}
	internet := l.serve(t, "10.0.0.1", ts, ts)
	internet.Name("nas.example.net", "192.168.1.5")
	s := newScreen(t, player.Config{FreeRun: true, Network: network.Options{Resolver: internet, Dial: internet.Dial}})
	s.open("http://nas.example.net/main.m3u8", nil, 0)
	s.play()
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	assert.Positive(t, internet.Dialed("10.0.0.1"))
}
