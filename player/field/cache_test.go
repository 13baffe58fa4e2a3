package field

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
)

// wrapped is the name of a media segment in a stream that has so many names.
func wrapped(names int) func(int) string {
	return func(i int) string { return fmt.Sprintf("w%d.ts", i%names) }
}

// rolling are the answers of a live stream whose window of four segments moves by two with each. It
// seems to hold an answer back until there is something new, so that it is asked at once.
func rolling(l listing) []listing {
	l.head += "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n"
	var all []listing
	for i := 0; i+4 <= 16; i += 2 {
		l.from, l.to, l.end = i, i+4, i+4 == 16
		all = append(all, l)
	}
	return all
}

// airedBody returns the media of a segment of aired.
func airedBody(t *testing.T) func(int) []byte {
	t.Helper()
	folder := airedFolder(t)
	return func(i int) []byte { return file(t, folder, "segment"+strconv.Itoa(i)+".ts") }
}

// keyOf is the key of a period of a stream that rotates them.
func keyOf(period int) []byte { return []byte(fmt.Sprintf("key of period %02d", period))[:16] }

// rotating is a live stream whose key is another one every four segments, under one URI. line is
// what stands before a segment, and iv what it is enciphered with.
func rotating(t *testing.T, o *origin, line func(int) string, iv func(int) []byte) {
	t.Helper()
	plain := airedBody(t)
	a := onAir(o, rolling(listing{name: wrapped(6), line: line, body: func(i int) []byte {
		return encipher(t, plain(i), keyOf(i/4), iv(i))
	}})...)
	o.on("/key.bin", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(keyOf((a.current().to - 1) / 4))
	})
}

// cached are streams whose server says, or shows, how long an answer holds.
func cached() []row {
	seekBack := func(t *testing.T, v *viewer) {
		v.play(t)
		v.ended(t)
		require.NoError(t, v.player.Seek(time.Second))
		v.until(t, "it is sought", func(now player.Snapshot) bool { return now.State != player.Seeking })
		v.play(t)
		v.ended(t)
	}
	return []row{
		{
			name: "cache: live names that are used again",
			from: theStart,
			script: func(t *testing.T, o *origin) {
				onAir(o, rolling(listing{name: wrapped(4), body: airedBody(t)})...)
			},
			check: func(t *testing.T, got played) {
				got.fromTheStart(t, aired(t), 16)
				assert.Len(t, got.origin.requests("w1.ts"), 4)
			},
		},
		{
			name:  "cache: names, init section and numbers that begin anew",
			files: airedFolder,
			script: func(t *testing.T, o *origin) {
				one := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: airedSpec, Fragmented: true})
				other := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: secondSpec, Fragmented: true})
				before := listing{to: 4, sequence: 100, head: "#EXT-X-MAP:URI=\"init.mp4\"\n", name: func(i int) string { return fmt.Sprintf("x%d.m4s", i) }}
				before.body = func(i int) []byte { return file(t, one.Folder, fmt.Sprintf("segment%d.m4s", i)) }
				after := before
				after.to, after.sequence, after.end = 8, 0, true
				after.body = func(i int) []byte { return file(t, other.Folder, fmt.Sprintf("segment%d.m4s", i)) }
				a := onAir(o, before, after)
				o.on("/init.mp4", func(w http.ResponseWriter, _ *http.Request) {
					if a.current().end {
						_, _ = w.Write(file(t, other.Folder, "init.mp4"))
						return
					}
					_, _ = w.Write(file(t, one.Folder, "init.mp4"))
				})
			},
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.showed(t, append(pictures(t, aired(t), from(1, 4)...), pictures(t, second(t), from(0, 8)...)...))
				assert.Len(t, got.origin.requests("init.mp4"), 2)
			},
		},
		{
			name: "cache: a key that rotates under one URI with the IV",
			script: func(t *testing.T, o *origin) {
				rotating(t, o, func(i int) string {
					return fmt.Sprintf("#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin\",IV=0x%x\n", ivOf(1000+i/4))
				}, func(i int) []byte { return ivOf(1000 + i/4) })
			},
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.showed(t, pictures(t, aired(t), from(1, 16)...))
			},
		},
		{
			name: "cache: a key that rotates under one URI without a sign",
			script: func(t *testing.T, o *origin) {
				rotating(t, o, func(int) string { return "#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin\"\n" }, ivOf)
			},
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.showed(t, pictures(t, aired(t), from(1, 16)...))
			},
		},
		{
			name: "cache: no-store, and a key that is asked for once",
			files: func(t *testing.T) string {
				return mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: airedSpec, Encrypted: true}).Folder
			},
			script: func(_ *testing.T, o *origin) {
				o.on("*", func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Cache-Control", "no-store")
					o.file(w, r)
				})
			},
			watch: seekBack,
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.showed(t, append(pictures(t, aired(t), from(0, 16)...), pictures(t, aired(t), from(1, 16)...)...))
				assert.Len(t, got.origin.requests("segment5.ts"), 2)
				assert.Len(t, got.origin.requests("key.bin"), 1)
			},
		},
		{
			name:  "cache: an answer that is to be validated each time",
			files: airedFolder,
			script: func(_ *testing.T, o *origin) {
				o.on("*", func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Cache-Control", "no-cache")
					w.Header().Set("ETag", "\""+path.Base(r.URL.Path)+"\"") // http.ServeContent compares it
					o.file(w, r)
				})
			},
			watch: seekBack,
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.showed(t, append(pictures(t, aired(t), from(0, 16)...), pictures(t, aired(t), from(1, 16)...)...))
				asked := got.origin.requests("segment5.ts")
				require.Len(t, asked, 2)
				assert.Empty(t, asked[0].Header.Get("If-None-Match"))
				assert.Equal(t, "\"segment5.ts\"", asked[1].Header.Get("If-None-Match"))
			},
		},
		{
			name:  "cache: an answer that holds is not asked for again",
			files: airedFolder,
			script: func(_ *testing.T, o *origin) {
				o.on("*", func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Cache-Control", "max-age=3600")
					o.file(w, r)
				})
			},
			watch: seekBack,
			check: func(t *testing.T, got played) {
				got.complete(t)
				assert.Len(t, got.origin.requests("segment5.ts"), 1)
			},
		},
		{
			name:  "cache: what has changed since is taken anew",
			files: airedFolder,
			script: func(t *testing.T, o *origin) {
				var asked atomic.Int32
				other := second(t)
				o.on("/segment5.ts", func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Cache-Control", "max-age=0")
					w.Header().Set("Last-Modified", "Sat, 28 Nov 2026 10:00:00 GMT")
					if asked.Add(1) > 1 {
						w.Header().Set("Last-Modified", "Sat, 28 Nov 2026 11:00:00 GMT")
						assert.Equal(t, "Sat, 28 Nov 2026 10:00:00 GMT", r.Header.Get("If-Modified-Since"))
						_, _ = w.Write(file(t, other.Folder, "segment5.ts"))
						return
					}
					_, _ = w.Write(file(t, o.folder, "segment5.ts"))
				})
			},
			watch: seekBack,
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.showed(t, slices.Concat(pictures(t, aired(t), from(0, 16)...), pictures(t, aired(t), from(1, 5)...),
					pictures(t, second(t), 5), pictures(t, aired(t), from(6, 16)...)))
			},
		},
	}
}
