package field

import (
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
)

// aired is the title that is sent live: 16 segments of a second, which no two pictures of are
// alike.
func aired(t *testing.T) mediatest.HLS {
	t.Helper()
	return mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: airedSpec})
}

// airedSpec is what aired is made of.
var airedSpec = mediatest.Spec{Video: "h264", Audio: "aac", Frames: 16 * rate, KeyEvery: rate}

// airedFolder is the folder of aired: segment0.ts to segment15.ts. It must not be changed.
func airedFolder(t *testing.T) string {
	t.Helper()
	return aired(t).Folder
}

// second is another title, which follows where a stream begins anew.
func second(t *testing.T) mediatest.HLS {
	t.Helper()
	return mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: secondSpec})
}

// secondSpec is what second is made of.
var secondSpec = mediatest.Spec{Video: "h264", Audio: "aac", Frames: 8 * rate, KeyEvery: rate, Width: 128, Height: 96}

// rate is the pictures of a second, and of a segment, of aired.
const rate = 25

// listing is one answer to a request for a live playlist: the media segments from one on and before
// another.
type listing struct {
	status   int // of an answer that is no playlist; 0: it is one
	from, to int
	sequence int              // the media sequence number of media segment 0
	name     func(int) string // of a media segment, "segment%d.ts" when nil
	line     func(int) string // what stands before a segment, nil: nothing
	head     string           // further lines of the head
	body     func(int) []byte // of a media segment, a file of the origin when nil
	end      bool
}

// text is the playlist.
func (l listing) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:%d\n%s", l.from+l.sequence, l.head)
	for i := l.from; i < l.to; i++ {
		if l.line != nil {
			b.WriteString(l.line(i))
		}
		fmt.Fprintf(&b, "#EXTINF:1,\n%s\n", l.named(i))
	}
	if l.end {
		b.WriteString("#EXT-X-ENDLIST\n")
	}
	return b.String()
}

func (l listing) named(i int) string {
	if l.name != nil {
		return l.name(i)
	}
	return "segment" + strconv.Itoa(i) + ".ts"
}

// air answers requests for index.m3u8 with one listing after another, the last for good.
type air struct {
	mu       sync.Mutex
	listings []listing
	now      int // of the newest answer
	next     int
}

// onAir has an origin send listings.
func onAir(o *origin, listings ...listing) *air {
	a := &air{listings: listings}
	o.on("/index.m3u8", a.playlist)
	o.on("*", func(w http.ResponseWriter, r *http.Request) {
		if i, ok := a.media(r); ok && a.current().body != nil {
			_, _ = w.Write(a.current().body(i))
			return
		}
		o.file(w, r)
	})
	return a
}

func (a *air) playlist(w http.ResponseWriter, _ *http.Request) {
	a.mu.Lock()
	a.now = min(a.next, len(a.listings)-1)
	a.next++
	l := a.listings[a.now]
	a.mu.Unlock()
	w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
	w.Header().Set("Cache-Control", "no-store")
	if l.status != 0 {
		http.Error(w, "not now", l.status)
		return
	}
	_, _ = w.Write([]byte(l.text()))
}

// current is the newest listing that was answered with.
func (a *air) current() listing {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.listings[a.now]
}

// media returns the media segment that a name stands for in the newest listing: the last of that
// name that there ever was.
func (a *air) media(r *http.Request) (int, bool) {
	l := a.current()
	for i := l.to - 1; i >= 0; i-- {
		if l.named(i) == path.Base(r.URL.Path) {
			return i, true
		}
	}
	return 0, false
}

// pictures are the pictures that FFmpeg decodes of some segments of a title, in order.
func pictures(t *testing.T, of mediatest.HLS, segments ...int) []string {
	t.Helper()
	all := mediatest.FrameMD5(t, of.Source, mediatest.Video)
	var md5 []string
	for _, i := range segments {
		for _, f := range all[i*rate : (i+1)*rate] {
			md5 = append(md5, f.MD5)
		}
	}
	return md5
}

// from are the numbers from one on and before another.
func from(a, b int) []int {
	var all []int
	for ; a < b; a++ {
		all = append(all, a)
	}
	return all
}

// showed wants just these pictures, in order, none of them twice.
func (p played) showed(t *testing.T, want []string) {
	t.Helper()
	got := make([]string, 0, len(p.pictures))
	for _, f := range p.pictures {
		got = append(got, f.md5)
	}
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i], "picture %d of %d, %d wanted", i, len(got), len(want))
	}
	require.Equal(t, len(want), len(got), "pictures") //nolint:testifylint // Len prints them all
}

// byTheClock plays by the clock with a short buffer, so that a watcher can be behind the window.
func byTheClock(c *player.Config) {
	c.FreeRun, c.InitialBuffer, c.PlaybackBuffer = false, 200*time.Millisecond, time.Second
}

// playing says whether the position moves.
func playing(now player.Snapshot) bool {
	return now.State == player.Playing && !now.Buffering && now.Position > 0
}

// begunAnew are answers of a stream that counts from 0 again with another title, which has ended.
func begunAnew(t *testing.T, name func(int) string) listing {
	t.Helper()
	other := second(t)
	return listing{to: 4, name: name, end: true, body: func(i int) []byte {
		return file(t, other.Folder, "segment"+strconv.Itoa(i)+".ts")
	}}
}

// file returns the bytes of a file.
func file(t *testing.T, folder, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	return body
}

// showedThen wants a beginning of some pictures, and then all of others.
func (p played) showedThen(t *testing.T, first, rest []string) {
	t.Helper()
	before := len(p.pictures) - len(rest)
	require.GreaterOrEqual(t, before, 0)
	require.LessOrEqual(t, before, len(first))
	p.showed(t, append(slices.Clone(first[:before]), rest...))
}

// over are live streams that end, lose their window, begin anew or are away.
func over() []row {
	window := func(from int) listing { return listing{from: from, to: from + 4, sequence: 100} }
	final := func(from, to int) listing { return listing{from: from, to: to, sequence: 100, end: true} }
	away := listing{status: http.StatusNotFound}
	const key = "#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin\"\n"
	enciphered := func(l listing) listing { l.sequence, l.head = 0, key; return l }
	fragmented := func(l listing) listing {
		l.head, l.name = "#EXT-X-MAP:URI=\"init.mp4\"\n", func(i int) string { return "segment" + strconv.Itoa(i) + ".m4s" }
		return l
	}
	ended := func(now player.Snapshot) bool { return now.Duration > 0 }
	return []row{
		{
			name:   "live: away for a while, then over and past the position",
			files:  airedFolder,
			script: func(_ *testing.T, o *origin) { onAir(o, window(0), away, away, away, final(12, 16)) },
			check:  func(t *testing.T, got played) { got.jumped(t, 12) },
		},
		{
			name: "live: over and past the position, AES-128",
			files: func(t *testing.T) string {
				return mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: airedSpec, Encrypted: true}).Folder
			},
			script: func(_ *testing.T, o *origin) { onAir(o, enciphered(window(0)), away, enciphered(final(10, 16))) },
			check:  func(t *testing.T, got played) { got.jumped(t, 10) },
		},
		{
			name: "live: over and past the position, fMP4",
			files: func(t *testing.T) string {
				return mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: airedSpec, Fragmented: true}).Folder
			},
			script: func(_ *testing.T, o *origin) { onAir(o, fragmented(window(0)), fragmented(final(13, 16))) },
			check:  func(t *testing.T, got played) { got.jumped(t, 13) },
		},
		{
			name:   "live: over while the watcher has paused",
			files:  airedFolder,
			script: func(_ *testing.T, o *origin) { onAir(o, window(0), away, final(14, 16)) },
			config: byTheClock,
			watch: func(t *testing.T, v *viewer) {
				v.play(t)
				v.until(t, "it plays", playing)
				require.NoError(t, v.player.Pause())
				v.until(t, "the stream is over", ended)
				v.play(t)
				v.ended(t)
			},
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.note(t, "ended")
				got.showedThen(t, pictures(t, aired(t), from(1, 4)...), pictures(t, aired(t), from(14, 16)...))
			},
		},
		{
			name:   "live: over while the watcher seeks back",
			files:  airedFolder,
			script: func(_ *testing.T, o *origin) { onAir(o, window(0), away, final(14, 16)) },
			config: byTheClock,
			watch: func(t *testing.T, v *viewer) {
				v.play(t)
				v.until(t, "it plays", playing)
				require.NoError(t, v.player.Pause())
				v.until(t, "the stream is over", ended)
				require.NoError(t, v.player.Seek(time.Second))
				v.play(t)
				v.ended(t)
			},
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.showedThen(t, pictures(t, aired(t), from(1, 4)...), pictures(t, aired(t), from(14, 16)...))
			},
		},
		{
			name:   "live: the window jumps while the playlist is away",
			files:  airedFolder,
			script: func(_ *testing.T, o *origin) { onAir(o, window(0), away, window(8), final(9, 16)) },
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.note(t, "gone past")
				got.showed(t, pictures(t, aired(t), append(from(1, 4), from(9, 16)...)...))
			},
		},
		{
			name:   "live: ends with a playlist of nothing",
			files:  airedFolder,
			from:   theStart,
			script: func(_ *testing.T, o *origin) { onAir(o, window(0), final(4, 4)) },
			check:  func(t *testing.T, got played) { got.fromTheStart(t, aired(t), 4) },
		},
		{
			name:  "live: over, and the segments that are left are gone",
			files: airedFolder,
			script: func(_ *testing.T, o *origin) {
				onAir(o, window(0), listing{from: 12, to: 16, sequence: 100, end: true, name: func(i int) string { return fmt.Sprintf("gone%d.ts", i) }})
			},
			check: func(t *testing.T, got played) { got.failed(t, int(player.CodeStatus)) },
		},
		{
			name:  "live: begins anew while the watcher has paused",
			files: airedFolder,
			script: func(t *testing.T, o *origin) {
				onAir(o, window(0), begunAnew(t, func(i int) string { return fmt.Sprintf("new%d.ts", i) }))
			},
			config: byTheClock,
			watch: func(t *testing.T, v *viewer) {
				v.play(t)
				v.until(t, "it plays", playing)
				require.NoError(t, v.player.Pause())
				v.until(t, "the stream is over", ended)
				v.play(t)
				v.ended(t)
			},
			check: func(t *testing.T, got played) {
				got.complete(t)
				got.note(t, "began anew")
				got.showedThen(t, pictures(t, aired(t), from(1, 4)...), pictures(t, second(t), from(0, 4)...))
			},
		},
	}
}

// jumped wants segments 1 to 3 of aired, and then those from one on: the live stream ended, and the
// others had left its window.
func (p played) jumped(t *testing.T, to int) {
	t.Helper()
	p.complete(t)
	p.note(t, "ended")
	p.showed(t, pictures(t, aired(t), append(from(1, 4), from(to, 16)...)...))
}

// fromTheStart wants all pictures and sounds of a title up to the end of so many segments. The
// decoder of the sound has a memory: only from the title's start does it give what FFmpeg gives.
func (p played) fromTheStart(t *testing.T, of mediatest.HLS, segments int) {
	t.Helper()
	p.complete(t)
	p.showed(t, pictures(t, of, from(0, segments)...))
	all := mediatest.FrameMD5(t, of.Source, mediatest.Audio)
	require.LessOrEqual(t, len(p.sounds), len(all))
	for i, f := range p.sounds {
		require.Equal(t, all[i].MD5, f.md5, "sound %d", i)
	}
	last := all[len(p.sounds)-1]
	assert.InDelta(t, float64(segments), (last.PTS - all[0].PTS).Seconds(), 0.15, "FFmpeg cuts the sound after the picture")
}

// theStart is a position in the first segment: 0 stands for the live point.
const theStart = time.Nanosecond
