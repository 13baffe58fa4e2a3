package field

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player"
	"latchkey/player/mediatest"
)

// addresses are playlists behind redirects, names that a URL should have escaped, and contents
// whose names say something else.
func addresses() []row {
	return slices.Concat(redirected(), oddNames(), misnamed(), indexAtEnd(), lists())
}

// redirects serves the folder below /cdn/a/ and /cdn/b/ and nothing else; a playlist that is asked
// for below /go/ is redirected to where to says.
func redirects(o *origin, status int, to func(name string) string) {
	o.on("*", func(w http.ResponseWriter, r *http.Request) {
		for _, folder := range []string{"/cdn/a", "/cdn/b"} {
			if strings.HasPrefix(r.URL.Path, folder+"/") {
				http.StripPrefix(folder, http.HandlerFunc(o.file)).ServeHTTP(w, r)
				return
			}
		}
		if name, found := strings.CutPrefix(r.URL.Path, "/go/"); found && slices.Contains([]string{"index.m3u8", "main.m3u8", "video.mp4"}, name) {
			http.Redirect(w, r, to(name), status)
			return
		}
		http.NotFound(w, r)
	})
}

func redirected() []row {
	all := func(t *testing.T, got played) { got.whole(t) }
	once := func(_ *testing.T, o *origin) {
		redirects(o, http.StatusFound, func(name string) string { return "/cdn/a/" + name + "?tok=1" })
	}
	liveOn := func(t *testing.T, o *origin, to func(string) string) {
		redirects(o, http.StatusTemporaryRedirect, to)
		live := liveThenOver(t, o)
		list := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(live()) }
		o.on("/cdn/a/index.m3u8", list)
		o.on("/cdn/b/index.m3u8", list)
	}
	return []row{
		{name: "a playlist behind a redirect", open: "/go/index.m3u8", script: once, check: all},
		{name: "a playlist and its key behind a redirect", open: "/go/index.m3u8", script: once,
			files: func(t *testing.T) string { return encryptedStream(t).Folder },
			check: func(t *testing.T, got played) {
				got.whole(t)
				assert.Len(t, got.origin.requests("/cdn/a/key.bin"), 1)
			}},
		{name: "a playlist with an init section behind a redirect", open: "/go/index.m3u8", script: once,
			files: func(t *testing.T) string { return fragmentedStream(t).Folder },
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.allPictures(t, fragmentedStream(t).Source)
				got.allSounds(t, fragmentedStream(t).Source)
			}},
		{name: "a multivariant playlist behind a redirect, and its variant behind another", open: "/go/main.m3u8",
			files: withSubtitles,
			script: func(_ *testing.T, o *origin) {
				redirects(o, http.StatusPermanentRedirect, func(name string) string { return "/cdn/a/" + name })
				o.on("/go/index.m3u8", http.NotFound)
				o.on("/cdn/a/index.m3u8", func(w http.ResponseWriter, r *http.Request) {
					http.Redirect(w, r, "../b/index.m3u8", http.StatusSeeOther)
				})
			},
			check: func(t *testing.T, got played) {
				got.whole(t)
				assert.Len(t, got.origin.requests("/cdn/b/segment3.ts"), 1)
			}},
		{name: "subtitles behind a redirect", open: "/go/main.m3u8", files: withSubtitles,
			script: func(_ *testing.T, o *origin) {
				redirects(o, http.StatusFound, func(name string) string { return "/cdn/a/" + name })
				o.on("/cdn/a/subtitles.m3u8", func(w http.ResponseWriter, r *http.Request) {
					http.Redirect(w, r, "/cdn/b/subtitles.m3u8", http.StatusFound)
				})
			},
			config: func(c *player.Config) { c.FreeRun, c.SubtitleLanguage = false, "en" },
			watch: func(t *testing.T, v *viewer) {
				v.until(t, "the cue", func(player.Snapshot) bool { return len(v.player.Cues(time.Second)) == 1 })
			},
			check: func(t *testing.T, got played) {
				assert.Len(t, got.origin.requests("/cdn/b/subtitles.vtt"), 1)
			}},
		{name: "a redirect to a name that was not escaped", open: "/go/index.m3u8",
			script: func(_ *testing.T, o *origin) {
				redirects(o, http.StatusFound, nil)
				o.on("/go/index.m3u8", func(w http.ResponseWriter, _ *http.Request) {
					w.Header()["Location"] = []string{`\cdn\a\index.m3u8?a b=100%`}
					w.WriteHeader(http.StatusFound)
				})
			},
			check: func(t *testing.T, got played) {
				got.whole(t)
				assert.Equal(t, "a%20b=100%", got.origin.requests("/cdn/a/index.m3u8")[0].URL.RawQuery)
			}},
		{name: "a live playlist that is led elsewhere when it is read again", open: "/go/index.m3u8",
			script: func(t *testing.T, o *origin) {
				var asked atomic.Int32
				liveOn(t, o, func(name string) string { return [...]string{"/cdn/a/", "/cdn/b/"}[min(asked.Add(1), 2)-1] + name })
			},
			check: func(t *testing.T, got played) {
				got.whole(t)
				assert.Greater(t, len(got.origin.requests("/go/index.m3u8")), 1)
				assert.Len(t, got.origin.requests("/cdn/a/segment0.ts"), 1)
				assert.Len(t, got.origin.requests("/cdn/b/segment3.ts"), 1)
			}},
		{name: "a live playlist that is read again at its final URL", open: "/go/index.m3u8",
			configuration: func() *network.Configuration {
				c := network.NewConfiguration()
				c.UseRedirectedURL = true
				return c
			},
			script: func(t *testing.T, o *origin) {
				liveOn(t, o, func(name string) string { return "/cdn/a/" + name + "?s=1" })
			},
			check: func(t *testing.T, got played) {
				got.whole(t)
				assert.Len(t, got.origin.requests("/go/index.m3u8"), 1)
				asked := got.origin.requests("/cdn/a/index.m3u8")
				assert.Greater(t, len(asked), 1)
				assert.Equal(t, "s=1", asked[len(asked)-1].URL.RawQuery)
			}},
		otherSite("a key at another site that a redirect led to has no pairs", "key.bin", false),
		otherSite("a key at another site that is listed has the pairs", "key.bin", true),
		otherSite("a key at the resource's own site has the pairs", "OWN/cdn/a/key.bin", true),
	}
}

// otherSite is an encrypted stream whose playlist is redirected to another site. paired says that
// the request for its key has the cookie pairs. Those of another site have them where that is
// listed.
func otherSite(name, key string, paired bool) row {
	own := strings.HasPrefix(key, "OWN")
	var origins []string
	return row{
		name: name, open: "/go/index.m3u8",
		files: func(t *testing.T) string { return encryptedStream(t).Folder },
		script: func(t *testing.T, o *origin) {
			other := strings.Replace(o.server.URL, "127.0.0.1", "localhost", 1)
			if paired && !own {
				origins = []string{other}
			}
			redirects(o, http.StatusFound, func(name string) string { return other + "/cdn/a/" + name })
			o.on("/cdn/a/index.m3u8", func(w http.ResponseWriter, _ *http.Request) {
				list := string(o.body(t, "/index.m3u8"))
				_, _ = w.Write([]byte(strings.Replace(list, "key.bin", strings.Replace(key, "OWN", o.server.URL, 1), 1)))
			})
		},
		configuration: func() *network.Configuration {
			c := network.NewConfiguration()
			c.CookieHeaders.SetValue("session", "12345")
			c.CookieOrigins = origins
			return c
		},
		check: func(t *testing.T, got played) {
			got.whole(t)
			keys := got.origin.requests("/cdn/a/key.bin")
			require.Len(t, keys, 1)
			assert.Equal(t, own, strings.HasPrefix(keys[0].Host, "127.0.0.1"))
			want := ""
			if paired {
				want = "session=12345"
			}
			assert.Equal(t, want, keys[0].Header.Get("Cookie"))
			for _, r := range got.origin.requests(".ts") {
				assert.Empty(t, r.Header.Get("Cookie"))
			}
		},
	}
}

// named serves a stream of which files have other names: each is written to the playlist as the
// first of a pair, and is to be asked for at the second.
func named(stream func(t *testing.T) mediatest.HLS, names map[string][2]string) func(t *testing.T, o *origin) {
	return func(t *testing.T, o *origin) {
		folder := stream(t).Folder
		text, err := os.ReadFile(filepath.Join(folder, "index.m3u8"))
		require.NoError(t, err)
		list := string(text)
		paths := map[string]string{"/d/index.m3u8": ""}
		for name := range strings.SplitSeq("segment0 segment1 segment2 segment3", " ") {
			paths["/d/"+name+".ts"], paths["/d/"+name+".m4s"] = name+".ts", name+".m4s"
		}
		for file, name := range names {
			require.Contains(t, list, file)
			list = strings.Replace(list, file, name[0], 1)
			paths[name[1]] = file
		}
		o.on("*", func(w http.ResponseWriter, r *http.Request) {
			file, there := paths[r.RequestURI]
			switch {
			case !there:
				http.Error(w, r.RequestURI, http.StatusNotFound)
			case file == "":
				_, _ = w.Write([]byte(list))
			default:
				http.ServeFile(w, r, filepath.Join(folder, file))
			}
		})
	}
}

func oddNames() []row {
	all := func(t *testing.T, got played) { got.whole(t) }
	var rows []row
	for name, names := range map[string]map[string][2]string{
		"percent signs and spaces": {
			"segment0.ts": {"a 100%.ts", "/d/a%20100%25.ts"},
			"segment1.ts": {"50%25 of 2%2.ts", "/d/50%25%20of%202%252.ts"},
			"segment2.ts": {"a.ts?t=100%&u=%2", "/d/a.ts?t=100%&u=%2"},
			"segment3.ts": {"a.ts#100% of it", "/d/a.ts"},
		},
		"backslashes, brackets, braces and letters": {
			"segment0.ts": {`sub\..\x\a.ts`, "/d/x/a.ts"},
			"segment1.ts": {"[1] {a}.ts", "/d/[1]%20%7Ba%7D.ts"},
			"segment2.ts": {"Größe 你.ts", "/d/Gr%C3%B6%C3%9Fe%20%E4%BD%A0.ts"},
			"segment3.ts": {"\"a\" <b> `c`.ts", "/d/%22a%22%20%3Cb%3E%20%60c%60.ts"},
		},
		"question marks": {
			"segment0.ts": {"a.ts?b?c=d e", "/d/a.ts?b?c=d%20e"},
			"segment1.ts": {"?a b", "/d/index.m3u8?a%20b"},
			"segment2.ts": {"a.ts?", "/d/a.ts?"},
			"segment3.ts": {"%3F.ts?'", "/d/%3F.ts?%27"},
		},
		"dots, slashes, colons and white space": {
			"segment0.ts": {"../../../x/a.ts", "/x/a.ts"},
			"segment1.ts": {"x/%2e%2E/a.ts", "/d/a.ts"},
			"segment2.ts": {"12:30.ts", "/d/12:30.ts"},
			"segment3.ts": {"  a\tb.ts ", "/d/ab.ts"},
		},
	} {
		rows = append(rows, row{name: "names with " + name, open: "/d/index.m3u8", check: all, script: named(plainStream, names)})
	}
	return append(rows,
		row{name: "a key's name with a percent sign, a space and more", open: "/d/index.m3u8", check: all,
			script: named(encryptedStream, map[string][2]string{"key.bin": {`the key\50%.bin?a=1 2%`, "/d/the%20key/50%25.bin?a=1%202%"},
				"segment0.ts": {"0 %.ts", "/d/0%20%25.ts"}})},
		row{name: "an init section's name with a percent sign and a space", open: "/d/index.m3u8",
			script: named(fragmentedStream, map[string][2]string{"init.mp4": {"init 100%.mp4", "/d/init%20100%25.mp4"}}),
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.allPictures(t, fragmentedStream(t).Source)
			}},
		row{name: "the stream's own name with a percent sign", open: "/d/index 100%.m3u8?a b=1%", check: all,
			script: func(t *testing.T, o *origin) {
				o.on("/d/index 100%.m3u8", func(w http.ResponseWriter, r *http.Request) {
					assert.Equal(t, "/d/index%20100%25.m3u8?a%20b=1%", r.RequestURI)
					_, _ = w.Write(o.body(t, "/index.m3u8"))
				})
				o.on("*", func(w http.ResponseWriter, r *http.Request) {
					http.StripPrefix("/d", http.HandlerFunc(o.file)).ServeHTTP(w, r)
				})
			}},
	)
}

// filmSpec is what films of the table are made of.
var filmSpec = mediatest.Spec{Video: "h264", Audio: "aac", Frames: 200, KeyEvery: 50}

// wholeFilm wants all pictures and sounds of a film.
func wholeFilm(spec mediatest.Spec) func(t *testing.T, got played) {
	return func(t *testing.T, got played) {
		got.complete(t)
		source := mediatest.Make(t, spec)
		got.allPictures(t, source)
		if spec.Container != "mkv" && spec.Container != "webm" {
			got.allSounds(t, source)
			return
		}
		want := mediatest.FrameMD5(t, source, mediatest.Audio) // its times are rounded to milliseconds
		require.Len(t, got.sounds, len(want))
		for i := range want {
			require.Equal(t, want[i].MD5, got.sounds[i].md5, "sound %d", i)
		}
	}
}

// as serves a file at a path with a Content-Type.
func as(path, kind string, file func(t *testing.T) string) func(t *testing.T, o *origin) {
	return func(t *testing.T, o *origin) {
		name := file(t)
		o.on(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			http.ServeFile(w, r, name)
		})
	}
}

func misnamed() []row {
	all := func(t *testing.T, got played) { got.whole(t) }
	list := func(t *testing.T) string { return plainStream(t).Playlist }
	rows := []row{
		{name: "a playlist named .mp4", open: "/video.mp4", script: as("/video.mp4", "video/mp4", list), check: all},
		{name: "a playlist named .ts, AES-128", open: "/video.ts", files: func(t *testing.T) string { return encryptedStream(t).Folder }, check: all,
			script: as("/video.ts", "video/mp2t", func(t *testing.T) string { return encryptedStream(t).Playlist })},
		{name: "a playlist named .mp4 behind a redirect", open: "/go/video.mp4", check: all,
			script: func(t *testing.T, o *origin) {
				redirects(o, http.StatusFound, func(string) string { return "/cdn/a/index.m3u8" })
			}},
		{name: "a live playlist named .mkv", open: "/live.mkv", check: all,
			script: func(t *testing.T, o *origin) {
				live := liveThenOver(t, o)
				o.on("/live.mkv", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(live()) })
			}},
		{name: "a multivariant playlist named .mp3", open: "/main.mp3", files: withSubtitles, check: all,
			script: func(t *testing.T, o *origin) {
				o.on("/main.mp3", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(o.body(t, "/main.m3u8")) })
			}},
		{name: "a page named .mp4", open: "/video.mp4",
			script: func(_ *testing.T, o *origin) {
				o.on("/video.mp4", func(w http.ResponseWriter, _ *http.Request) {
					_, _ = w.Write([]byte("<!DOCTYPE html><title>Gone</title>"))
				})
			},
			check: func(t *testing.T, got played) {
				got.failed(t, int(player.CodeNotPlaylist))
				assert.Contains(t, got.end.Error.Message, "it is a web page")
			}},
		{name: "bytes of no kind named .mp4", open: "/video.mp4",
			script: func(_ *testing.T, o *origin) {
				o.on("/video.mp4", func(w http.ResponseWriter, _ *http.Request) {
					_, _ = w.Write([]byte(strings.Repeat("\x00\xff\x01", 4096)))
				})
			},
			check: func(t *testing.T, got played) {
				got.failed(t, int(player.CodeNotMedia))
				assert.True(t, strings.HasPrefix(got.end.Error.Message, got.origin.server.URL+"/video.mp4 is no film"), got.end.Error.Message)
			}},
	}
	for name, f := range map[string]struct {
		path, kind string
		spec       mediatest.Spec
	}{
		"a film named .m3u8":                    {"/film.m3u8", "application/vnd.apple.mpegurl", filmSpec},
		"a film named .m3u8, in TS":             {"/film.m3u8", "text/plain", mediatest.Spec{Container: "ts", Video: "h264", Audio: "aac", Frames: 200, KeyEvery: 50}},
		"a film without a name, as a text":      {"/film", "text/plain; charset=utf-8", mediatest.Spec{Container: "mkv", Video: "h264", Audio: "aac", Frames: 200, KeyEvery: 50}},
		"a film named .html, as a page":         {"/film.html", "text/html", filmSpec},
		"a film in Matroska named .mp4, as TS":  {"/film.mp4", "video/mp2t", mediatest.Spec{Container: "mkv", Video: "h264", Audio: "aac", Frames: 200, KeyEvery: 50}},
		"a film named .m3u, as something of M3": {"/film.m3u", "audio/mpegurl", mediatest.Spec{Container: "webm", Video: "vp9", Audio: "opus"}},
	} {
		file := func(t *testing.T) string { return mediatest.Make(t, f.spec) }
		rows = append(rows, row{name: name, open: f.path, script: as(f.path, f.kind, file), check: wholeFilm(f.spec)})
	}
	return rows
}

// unranged sends a file whole, whatever is asked for. length says whether it announces its length.
func unranged(body []byte, length bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if length {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		} else {
			w.(http.Flusher).Flush()
		}
		_, _ = w.Write(body)
	}
}

// indexAtEnd are films whose index comes behind their media, on servers without ranges.
func indexAtEnd() []row {
	last := filmSpec
	last.IndexLast = true
	script := func(spec mediatest.Spec, length bool) func(t *testing.T, o *origin) {
		return func(t *testing.T, o *origin) {
			body, err := os.ReadFile(mediatest.Make(t, spec))
			require.NoError(t, err)
			o.on("*", unranged(body, length))
		}
	}
	quick := last
	quick.Container = "mov"
	alone := mediatest.Spec{Container: "m4a", Audio: "aac", Frames: 200, IndexLast: true}
	return []row{
		{name: "an index at the end, without ranges", open: "/film.mp4", script: script(last, true),
			check: func(t *testing.T, got played) {
				wholeFilm(last)(t, got)
				assert.Len(t, got.origin.requests(""), 1, "it is asked for once")
				assert.Equal(t, 8*time.Second, got.end.Duration.Round(100*time.Millisecond))
			}},
		{name: "an index at the end, without ranges and length", open: "/film.mp4", script: script(last, false), check: wholeFilm(last)},
		{name: "an index at the end, without ranges, of a name that says nothing", open: "/film", script: script(last, true), check: wholeFilm(last)},
		{name: "an index at the end of a QuickTime film, without ranges", open: "/film.mov", script: script(quick, true), check: wholeFilm(quick)},
		{name: "an index at the end of music, without ranges", open: "/music.m4a", script: script(alone, true),
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.allSounds(t, mediatest.Make(t, alone))
			}},
		{name: "an index at the end, without ranges, from its middle on", open: "/film.mp4", script: script(last, true), from: 4 * time.Second,
			check: func(t *testing.T, got played) {
				got.complete(t)
				want := mediatest.FrameMD5(t, mediatest.Make(t, last), mediatest.Video)[100:]
				require.Len(t, got.pictures, len(want))
				for i := range want {
					require.Equal(t, want[i].MD5, got.pictures[i].md5, "picture %d", i)
				}
			}},
		{name: "an index at the start, without ranges", open: "/film.mp4", script: script(filmSpec, true), check: wholeFilm(filmSpec)},
		{name: "an index at the end of a film of 600 MiB, without ranges", open: "/film.mp4",
			script: func(t *testing.T, o *origin) {
				body, err := os.ReadFile(mediatest.Make(t, last))
				require.NoError(t, err)
				o.on("*", func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Length", fmt.Sprint(600<<20))
					_, _ = w.Write(append(body, make([]byte, 1<<20)...))
					<-r.Context().Done()
				})
			},
			check: func(t *testing.T, got played) {
				got.failed(t, int(player.CodeTooLarge))
				assert.Contains(t, got.end.Error.Message, "index at its end")
				assert.Contains(t, got.end.Error.Message, "larger than 512 MiB")
			}},
	}
}

// lists are M3U lists of whole files.
func lists() []row {
	first := mediatest.Spec{Video: "h264", Audio: "aac", Frames: 50}
	second := mediatest.Spec{Container: "mkv", Video: "vp9", Audio: "opus", Frames: 50, Width: 320, Height: 180}
	music := mediatest.Spec{Container: "m4a", Audio: "aac", Frames: 50}
	last := mediatest.Spec{Video: "h264", Audio: "aac", Frames: 50, IndexLast: true}
	// of makes a list of media, which are named 0, 1 ...; before each stands a line.
	of := func(inf string, specs ...mediatest.Spec) func(t *testing.T) string {
		return func(t *testing.T) string {
			folder := t.TempDir()
			list := "#EXTM3U\n"
			for i, spec := range specs {
				body, err := os.ReadFile(mediatest.Make(t, spec))
				require.NoError(t, err)
				name := fmt.Sprintf("%d 100%%.%s", i, filepath.Ext(mediatest.Make(t, spec))[1:])
				require.NoError(t, os.WriteFile(filepath.Join(folder, name), body, 0o600))
				list += inf + name + "\n"
			}
			require.NoError(t, os.WriteFile(filepath.Join(folder, "list.m3u"), []byte(list), 0o600))
			return folder
		}
	}
	// following wants the pictures and sounds of media, one after the other.
	following := func(specs ...mediatest.Spec) func(t *testing.T, got played) {
		return func(t *testing.T, got played) {
			got.complete(t)
			var pictures, sounds []string
			for _, spec := range specs {
				if spec.Video != "" {
					for _, f := range mediatest.FrameMD5(t, mediatest.Make(t, spec), mediatest.Video) {
						pictures = append(pictures, f.MD5)
					}
				}
				for _, f := range mediatest.FrameMD5(t, mediatest.Make(t, spec), mediatest.Audio) {
					sounds = append(sounds, f.MD5)
				}
			}
			assert.Equal(t, pictures, md5s(got.pictures))
			assert.Equal(t, sounds, md5s(got.sounds))
			for _, frames := range [][]frame{got.pictures, got.sounds} {
				assert.True(t, slices.IsSortedFunc(frames, func(a, b frame) int { return int(a.pts - b.pts) }), "each after the one before")
			}
		}
	}
	return []row{
		{name: "a list of two films", open: "/list.m3u", files: of("#EXTINF:2,A film\n", first, second),
			check: func(t *testing.T, got played) {
				following(first, second)(t, got)
				assert.InDelta(t, 4, got.end.Duration.Seconds(), 0.1)
			}},
		{name: "a list of names alone", open: "/list.m3u", files: of("", first, first, first), check: following(first, first, first)},
		{name: "a list of music with a length that is no number", open: "/list.m3u", files: of("#EXTINF:-1 a=\"b\",Music\n", music, music), check: following(music, music)},
		{name: "a list of films with the index at the end, without ranges", open: "/list.m3u", files: of("", last, last),
			script: func(t *testing.T, o *origin) {
				for _, path := range []string{"/0 100%.mp4", "/1 100%.mp4"} {
					o.on(path, unranged(o.body(t, path), true))
				}
			},
			check: following(last, last)},
		{name: "a list of one film", open: "/list.m3u", files: of("#EXTINF:2,A film\n", first), check: wholeFilm(first)},
		{name: "a list from within its second film", open: "/list.m3u", files: of("", first, first), from: 3 * time.Second,
			check: func(t *testing.T, got played) {
				got.complete(t)
				want := mediatest.FrameMD5(t, mediatest.Make(t, first), mediatest.Video)
				require.Len(t, got.pictures, 25)
				assert.Equal(t, want[25].MD5, got.pictures[0].md5)
				assert.Equal(t, want[49].MD5, got.pictures[24].md5)
			}},
		{name: "a list with a film that is not there", open: "/list.m3u", files: of("", first, first, first),
			script: func(_ *testing.T, o *origin) { o.on("/1 100%.mp4", http.NotFound) },
			check: func(t *testing.T, got played) {
				following(first, first)(t, got)
				got.note(t, "Title 2 of the list cannot be had and was left out")
			}},
		{name: "a list of nothing that is there", open: "/list.m3u", files: of("", first, first),
			script: func(_ *testing.T, o *origin) {
				o.on("/0 100%.mp4", http.NotFound)
				o.on("/1 100%.mp4", http.NotFound)
			},
			check: func(t *testing.T, got played) { got.failed(t, int(player.CodeStatus)) }},
	}
}

func md5s(frames []frame) []string {
	var all []string
	for _, f := range frames {
		all = append(all, f.md5)
	}
	return all
}
