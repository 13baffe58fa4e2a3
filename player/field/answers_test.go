package field

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
)

// answers are servers that answer ranges with something else than was asked, or in something that
// HTTP does not allow.
func answers() []row {
	rows := []row{
		{
			name: "206 to a request without a range",
			script: func(_ *testing.T, o *origin) {
				o.on("*", func(w http.ResponseWriter, r *http.Request) { partAnyway(o, w, r) })
			},
			check: func(t *testing.T, got played) { got.whole(t) },
		},
		{
			name:  "206 to a request without a range, AES-128",
			files: func(t *testing.T) string { return encryptedStream(t).Folder },
			script: func(_ *testing.T, o *origin) {
				o.on("*", func(w http.ResponseWriter, r *http.Request) { partAnyway(o, w, r) })
			},
			check: func(t *testing.T, got played) {
				got.whole(t)
				assert.Len(t, got.origin.requests("/key.bin"), 1)
			},
		},
		{
			name:  "206 to a request without a range, subtitles",
			files: withSubtitles,
			open:  "/main.m3u8",
			script: func(_ *testing.T, o *origin) {
				o.on("*", func(w http.ResponseWriter, r *http.Request) { partAnyway(o, w, r) })
			},
			config: func(c *player.Config) { c.FreeRun, c.SubtitleLanguage = false, "en" },
			watch: func(t *testing.T, v *viewer) {
				v.until(t, "the cue", func(player.Snapshot) bool { return len(v.player.Cues(time.Second)) == 1 })
			},
			check: func(t *testing.T, got played) { assert.Nil(t, got.end.Error) },
		},
		{
			name: "206 to a request without a range, live",
			script: func(t *testing.T, o *origin) {
				live := liveThenOver(t, o)
				o.on("*", func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/index.m3u8" {
						sendPart(w, live(), 0, -1)
						return
					}
					partAnyway(o, w, r)
				})
			},
			check: func(t *testing.T, got played) { got.whole(t) },
		},
		{
			name: "206 of another part to a request without a range",
			script: func(t *testing.T, o *origin) {
				o.on("/segment1.ts", func(w http.ResponseWriter, _ *http.Request) {
					sendPart(w, o.body(t, "/segment1.ts"), 188, -1)
				})
			},
			check: func(t *testing.T, got played) {
				got.complete(t)
				assert.Equal(t, 150, got.end.Stats.Frames.Decoded, "the segment is left out")
				got.note(t, "left out")
			},
		},
	}
	rows = append(rows, rangeAnswers()...)
	rows = append(rows, filmAnswers()...)
	return append(rows, oddHeaders()...)
}

// rangeAnswers are answers to the byte ranges of a stream in one file.
func rangeAnswers() []row {
	all := func(t *testing.T, got played) { got.whole(t) }
	var rows []row
	for _, kind := range []struct {
		name  string
		files func(t *testing.T) string
	}{
		{"clear", func(t *testing.T) string { return oneFile(t, plainStream(t)) }},
		{"AES-128", func(t *testing.T) string { return oneFile(t, encryptedStream(t)) }},
	} {
		add := func(name string, answer func(w http.ResponseWriter, body []byte, from, to int), check func(*testing.T, played)) {
			rows = append(rows, row{
				name:   name + ", " + kind.name,
				files:  kind.files,
				script: func(t *testing.T, o *origin) { o.on("/all.ts", ranged(o.body(t, "/all.ts"), answer)) },
				check:  check,
			})
		}
		add("206 of the whole file under the name of a part", func(w http.ResponseWriter, body []byte, from, to int) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(body)))
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(body)
		}, all)
		add("206 of the whole file that says so", func(w http.ResponseWriter, body []byte, _, _ int) {
			sendPart(w, body, 0, -1)
		}, all)
		add("206 of a little more on both sides", func(w http.ResponseWriter, body []byte, from, to int) {
			sendPart(w, body, max(from-100, 0), min(to+100, len(body)))
		}, all)
		add("200 of the whole file", func(w http.ResponseWriter, body []byte, _, _ int) {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = w.Write(body)
		}, all)
		add("206 of 16 KiB at most", func(w http.ResponseWriter, body []byte, from, to int) {
			sendPart(w, body, from, min(to, from+16<<10))
		}, all)
		add("206 with more bytes than it says", func(w http.ResponseWriter, body []byte, from, to int) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(body)))
			w.Header().Set("Content-Length", strconv.Itoa(to-from+188))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(body[from:to])
			_, _ = w.Write(body[:188])
		}, func(t *testing.T, got played) {
			got.failed(t, int(player.CodeStatus))
			assert.Zero(t, got.end.Stats.Frames.Decoded, "no other bytes than those that were asked for")
		})
	}
	var first atomic.Bool
	rows = append(rows, row{
		name:  "206 of the first half, once",
		files: func(t *testing.T) string { return oneFile(t, plainStream(t)) },
		script: func(t *testing.T, o *origin) {
			o.on("/all.ts", ranged(o.body(t, "/all.ts"), func(w http.ResponseWriter, body []byte, from, to int) {
				if first.CompareAndSwap(false, true) {
					to = (from + to) / 2
				}
				sendPart(w, body, from, to)
			}))
		},
		check: all,
	})
	var began time.Time
	return append(rows, row{
		name:  "206 of 4 KiB at most costs no pause",
		files: func(t *testing.T) string { return oneFile(t, plainStream(t)) },
		script: func(t *testing.T, o *origin) {
			began = time.Now()
			o.on("/all.ts", ranged(o.body(t, "/all.ts"), func(w http.ResponseWriter, body []byte, from, to int) {
				sendPart(w, body, from, min(to, from+4<<10))
			}))
		},
		check: func(t *testing.T, got played) {
			got.whole(t)
			asked := len(got.origin.requests("/all.ts"))
			assert.Greater(t, asked, 40)
			assert.Less(t, time.Since(began), time.Duration(asked)*100*time.Millisecond, "a pause before each would take 125 ms at the least")
		},
	})
}

// filmAnswers are answers to the ranges of a film.
func filmAnswers() []row {
	film := mediatest.Spec{Video: "h264", Audio: "aac", Frames: 200, KeyEvery: 50}
	files := func(t *testing.T) string { return filepath.Dir(mediatest.Make(t, film)) }
	check := func(t *testing.T, got played) {
		got.complete(t)
		got.allPictures(t, mediatest.Make(t, film))
		got.allSounds(t, mediatest.Make(t, film))
	}
	var rows []row
	refuse := func(status int, header func(n int) string) {
		rows = append(rows, row{
			name: fmt.Sprintf("%d to a range that was a wish", status), files: files, open: "/medium.mp4", check: check,
			script: func(t *testing.T, o *origin) {
				o.on("*", func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Range") == "" {
						_, _ = w.Write(o.body(t, r.URL.Path))
						return
					}
					if value := header(len(o.body(t, r.URL.Path))); value != "" {
						w.Header().Set("Content-Range", value)
					}
					w.WriteHeader(status)
				})
			},
		})
	}
	none := func(int) string { return "" }
	refuse(http.StatusNotAcceptable, none)
	refuse(http.StatusNotImplemented, none)
	refuse(http.StatusRequestedRangeNotSatisfiable, func(n int) string { return fmt.Sprintf("bytes */%d", n) })
	return append(rows, row{
		name: "206 of 8 KiB at most, of a film", files: files, open: "/medium.mp4", check: check,
		script: func(t *testing.T, o *origin) {
			o.on("*", ranged(o.body(t, "/medium.mp4"), func(w http.ResponseWriter, body []byte, from, to int) {
				sendPart(w, body, from, min(to, from+8<<10))
			}))
		},
	})
}

// oddHeaders are servers whose headers HTTP does not allow. All of a stream comes from them.
func oddHeaders() []row {
	var rows []row
	for name, head := range map[string]string{
		"a header line without a colon": "HTTP/1.1 200 OK\r\nX-Powered-By PHP\r\nContent-Length: %d\r\n\r\n",
		"ICY 200 OK":                    "ICY 200 OK\r\nicy-name: a\r\nContent-Length: %d\r\n\r\n",
		"bare line feeds":               "HTTP/1.1 200 OK\nContent-Type: video/mp2t\nContent-Length: %d\n\n",
		"a space before the colon":      "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin : *\r\nContent-Length: %d\r\n\r\n",
		"no reason":                     "HTTP/1.1 200\r\nContent-Length: %d\r\n\r\n",
		"the length twice":              "HTTP/1.1 200 OK\r\nContent-Length: %[1]d\r\nContent-Length: %[1]d\r\n\r\n",
		"octets in a header":            "HTTP/1.1 200 OK\r\nX-Title: caf\xe9 \x80\x01\r\nContent-Length: %d\r\n\r\n",
		"HTTP/1.0 without a length":     "HTTP/1.0 200 OK\r\n\r\n",
	} {
		for _, kind := range []struct {
			name  string
			files func(t *testing.T) string
		}{{"clear", plain}, {"AES-128", func(t *testing.T) string { return encryptedStream(t).Folder }}} {
			if kind.name != "clear" && !strings.HasPrefix(head, "ICY") && !strings.Contains(head, "PHP") {
				continue
			}
			rows = append(rows, row{
				name: name + ", " + kind.name, files: kind.files,
				script: func(t *testing.T, o *origin) { o.on("*", raw(t, o, head)) },
				check:  func(t *testing.T, got played) { got.whole(t) },
			})
		}
	}
	return append(rows, row{
		name:   "another protocol",
		script: func(t *testing.T, o *origin) { o.on("*", raw(t, o, "220 mail.example.com ESMTP\r\n")) },
		check: func(t *testing.T, got played) {
			got.failed(t, int(player.CodeUnreachable))
			assert.Contains(t, got.end.Error.Message, "was reached, but what it answered is no HTTP")
		},
	})
}

// raw answers with a header that net/http does not write, in which %d is the length of the file.
func raw(t *testing.T, o *origin, head string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body := o.body(t, r.URL.Path)
		begin := head
		if strings.Contains(head, "%") {
			begin = fmt.Sprintf(head, len(body))
		}
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = connection.Write(append([]byte(begin), body...))
		_ = connection.Close()
	}
}

// encryptedStream is plainStream, enciphered with AES-128.
func encryptedStream(t *testing.T) mediatest.HLS {
	t.Helper()
	return mediatest.MakeHLS(t, mediatest.HLSSpec{Seconds: 2, Encrypted: true, IV: []byte("0123456789abcdef"),
		Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 200, KeyEvery: 50}})
}

// oneFile is a stream whose segments are ranges of all.ts. Those after the first say no offset. RFC
// 8216, 4.3.2.2.
func oneFile(t *testing.T, stream mediatest.HLS) string {
	t.Helper()
	folder := t.TempDir()
	text, err := os.ReadFile(stream.Playlist)
	require.NoError(t, err)
	var list strings.Builder
	var all []byte
	for line := range strings.Lines(string(text)) {
		name := strings.TrimSpace(line)
		if name == "" || strings.HasPrefix(name, "#") {
			list.WriteString(strings.Replace(line, "VERSION:3", "VERSION:4", 1))
			continue
		}
		segment, err := os.ReadFile(filepath.Join(stream.Folder, name))
		require.NoError(t, err)
		offset := ""
		if len(all) == 0 {
			offset = "@0"
		}
		fmt.Fprintf(&list, "#EXT-X-BYTERANGE:%d%s\nall.ts\n", len(segment), offset)
		all = append(all, segment...)
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "all.ts"), all, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "index.m3u8"), []byte(list.String()), 0o600))
	if key, err := os.ReadFile(filepath.Join(stream.Folder, "key.bin")); err == nil {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "key.bin"), key, 0o600))
	}
	return folder
}

// withSubtitles is plainStream with a multivariant playlist, main.m3u8, and English subtitles of
// one cue.
func withSubtitles(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(plainStream(t).Folder)))
	for name, text := range map[string]string{
		"main.m3u8": "#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"English\",LANGUAGE=\"en\",AUTOSELECT=YES,URI=\"subtitles.m3u8\"\n" +
			"#EXT-X-STREAM-INF:BANDWIDTH=400000,SUBTITLES=\"s\"\nindex.m3u8\n",
		"subtitles.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\nsubtitles.vtt\n#EXT-X-ENDLIST\n",
		"subtitles.vtt":  "WEBVTT\n\n00:00.000 --> 00:04.000\nA cue\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	return folder
}

// liveThenOver returns the playlist of plain as that of a live stream: at first without its last
// segment, then whole and over.
func liveThenOver(t *testing.T, o *origin) func() []byte {
	t.Helper()
	text := strings.Replace(string(o.body(t, "/index.m3u8")), "#EXT-X-PLAYLIST-TYPE:VOD\n", "", 1)
	last := strings.LastIndex(text, "#EXTINF")
	require.Positive(t, last)
	var asked atomic.Bool
	return func() []byte {
		if asked.CompareAndSwap(false, true) {
			return []byte(text[:last])
		}
		return []byte(text)
	}
}

// ranged has answer send the bytes from one to before another of body.
func ranged(body []byte, answer func(w http.ResponseWriter, body []byte, from, to int)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		value, asked := strings.CutPrefix(r.Header.Get("Range"), "bytes=")
		if !asked {
			_, _ = w.Write(body)
			return
		}
		first, last, _ := strings.Cut(value, "-")
		from, _ := strconv.Atoi(first)
		to := len(body)
		if n, err := strconv.Atoi(last); err == nil {
			to = min(n+1, to)
		}
		answer(w, body, from, to)
	}
}

// sendPart answers with the bytes from one to before another, -1 for the end, and says so.
func sendPart(w http.ResponseWriter, body []byte, from, to int) {
	if to < 0 {
		to = len(body)
	}
	w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(body)))
	w.Header().Set("Content-Length", strconv.Itoa(to-from))
	w.WriteHeader(http.StatusPartialContent)
	_, _ = w.Write(body[from:to])
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
