package player

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player/hls"
)

// aired is a live playlist of segments of two seconds. From 100 on they are of another recording, as after an encoder's restart.
type aired struct {
	first, count  int
	discontinuity int       // EXT-X-DISCONTINUITY-SEQUENCE
	date          time.Time // of the first segment, zero: no dates
	breaks        []int     // segments that EXT-X-DISCONTINUITY stands before
	control       string    // EXT-X-SERVER-CONTROL
	end           bool
}

func (a aired) list(t *testing.T) *hls.Playlist {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:%d\n#EXT-X-DISCONTINUITY-SEQUENCE:%d\n", a.first, a.discontinuity)
	if a.control != "" {
		b.WriteString("#EXT-X-SERVER-CONTROL:" + a.control + "\n")
	}
	if !a.date.IsZero() {
		fmt.Fprintf(&b, "#EXT-X-PROGRAM-DATE-TIME:%s\n", a.date.Format("2006-01-02T15:04:05.000Z07:00"))
	}
	for i := a.first; i < a.first+a.count; i++ {
		for _, at := range a.breaks {
			if at == i {
				b.WriteString("#EXT-X-DISCONTINUITY\n")
			}
		}
		fmt.Fprintf(&b, "#EXTINF:2,\n%d.ts\n", i)
	}
	if a.end {
		b.WriteString("#EXT-X-ENDLIST\n")
	}
	list, err := hls.Parse([]byte(b.String()), "https://live.example.com/a/list.m3u8?token=1", hls.ParseOptions{})
	require.NoError(t, err)
	return list
}

func newTestFeed(t *testing.T, a aired) *feed {
	t.Helper()
	s := &session{config: Config{Log: slog.New(slog.DiscardHandler)}, post: func(message) {}}
	return newFeed(s, "https://live.example.com/a/list.m3u8?token=1", nil, a.list(t))
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// TestMerge puts a newer playlist where it belongs.
func TestMerge(t *testing.T) {
	before := aired{first: 10, count: 5, date: noon, discontinuity: 3} // 0 to 10 s
	for name, c := range map[string]struct {
		before, now aired
		quiet       time.Duration // since the last change
		start       time.Duration // of the first segment
		domain      uint64        // of the first segment
		news        bool
	}{
		"it slides":                                        {before, aired{first: 12, count: 5, date: noon.Add(4 * time.Second), discontinuity: 3}, 0, 4 * time.Second, 3, true},
		"nothing new":                                      {before, before, 0, 0, 3, false},
		"the next follows at once":                         {before, aired{first: 15, count: 3, discontinuity: 3}, 0, 10 * time.Second, 3, true},
		"some were missed":                                 {before, aired{first: 17, count: 3, discontinuity: 3}, 0, 14 * time.Second, 3, true},
		"the dates say how many":                           {before, aired{first: 17, count: 3, date: noon.Add(20 * time.Second), discontinuity: 4}, 0, 20 * time.Second, 4, true},
		"an old one, of a lagging cache":                   {before, aired{first: 8, count: 5, discontinuity: 3}, 0, 0, 3, false},
		"an old one, by its dates":                         {before, aired{first: 8, count: 5, date: noon.Add(-4 * time.Second), discontinuity: 3}, time.Hour, 0, 3, false},
		"it began anew":                                    {before, aired{first: 0, count: 2}, time.Minute, 10 * time.Second, 4, true},
		"it began anew, by its dates":                      {before, aired{first: 0, count: 2, date: noon.Add(time.Minute)}, 0, 10 * time.Second, 4, true},
		"the same numbers, later dates":                    {before, aired{first: 12, count: 3, date: noon.Add(time.Hour), discontinuity: 0}, 0, 10 * time.Second, 4, true},
		"a server that does not count its discontinuities": {aired{first: 10, count: 5, breaks: []int{12}}, aired{first: 12, count: 5, breaks: nil}, 0, 4 * time.Second, 1, true},
		"the end": {before, aired{first: 10, count: 5, date: noon, discontinuity: 3, end: true}, 0, 0, 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newTestFeed(t, c.before)
			f.moved = time.Now().Add(-c.quiet)
			assert.Equal(t, c.news, f.merge(c.now.list(t)))
			first := f.media.Segments[0]
			assert.Equal(t, c.start, first.Start)
			assert.Equal(t, c.domain, first.DiscontinuitySequence)
			last := f.media.Segments[len(f.media.Segments)-1]
			assert.Equal(t, first.Start+time.Duration(2*len(f.media.Segments))*time.Second, last.End())
		})
	}
}

// TestAnOldAnswerDoesNotReopenAStream merges the answer to an older request behind the end of the stream.
func TestAnOldAnswerDoesNotReopenAStream(t *testing.T) {
	f := newTestFeed(t, aired{first: 10, count: 5})
	require.True(t, f.merge(aired{first: 10, count: 5, end: true}.list(t)))
	assert.False(t, f.merge(aired{first: 10, count: 5}.list(t)))
	assert.False(t, f.live())
}

// TestManyMerges slides for a day: the times stay exact.
func TestManyMerges(t *testing.T) {
	f := newTestFeed(t, aired{first: 0, count: 6})
	for i := 3; i < 43_200; i += 3 {
		require.True(t, f.merge(aired{first: i, count: 6}.list(t)))
	}
	assert.Equal(t, Range{Start: 2 * 43_197 * time.Second, End: 2 * 43_203 * time.Second}, f.window())
}

// TestLineUp finds the same parts in another variant's playlist.
func TestLineUp(t *testing.T) {
	for name, c := range map[string]struct {
		mine, other aired
		start       time.Duration
	}{
		"by dates":   {aired{first: 500, count: 5, date: noon.Add(6 * time.Second)}, aired{first: 10, count: 6, date: noon}, 6 * time.Second},
		"by numbers": {aired{first: 12, count: 5}, aired{first: 10, count: 5}, 4 * time.Second},
		"by ends":    {aired{first: 700, count: 3}, aired{first: 10, count: 5}, 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			f := newTestFeed(t, c.mine)
			f.lineUpWith(newTestFeed(t, c.other).current())
			assert.Equal(t, c.start, f.window().Start)
		})
	}
}

// TestAfter waits for what follows, and says when that is gone.
func TestAfter(t *testing.T) {
	f := newTestFeed(t, aired{first: 10, count: 3})
	last := &f.current().Segments[2]
	got := make(chan int, 1)
	go func() {
		_, index, err := f.after(t.Context(), last)
		assert.NoError(t, err)
		got <- index
	}()
	f.mu.Lock()
	f.merge(aired{first: 11, count: 3}.list(t))
	f.mu.Unlock()
	f.changed.post()
	assert.Equal(t, 2, <-got)

	f.mu.Lock()
	f.merge(aired{first: 20, count: 3}.list(t))
	f.mu.Unlock()
	_, _, err := f.after(t.Context(), last)
	require.ErrorIs(t, err, errPassed)
	require.ErrorIs(t, f.offers(last), errPassed)

	f.mu.Lock()
	f.merge(aired{first: 20, count: 3, end: true}.list(t))
	f.mu.Unlock()
	_, _, err = f.after(t.Context(), &f.current().Segments[2])
	require.ErrorIs(t, err, io.EOF)

	still := newTestFeed(t, aired{first: 10, count: 3})
	still.err = errStill
	_, _, err = still.after(t.Context(), &still.current().Segments[2])
	require.ErrorIs(t, err, errStill)

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStopped)
	_, _, err = newTestFeed(t, aired{first: 10, count: 3}).after(ctx, last)
	require.ErrorIs(t, err, errStopped)
}

// TestDirectives asks a server for what it says that it knows. Second edition, 6.2.5.
func TestDirectives(t *testing.T) {
	for control, want := range map[string]string{
		"": "?token=1", "CAN-BLOCK-RELOAD=YES": "?token=1&_HLS_msn=13", "CAN-SKIP-UNTIL=12": "?token=1&_HLS_skip=YES",
		"CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12": "?token=1&_HLS_msn=13&_HLS_skip=YES",
	} {
		f := newTestFeed(t, aired{first: 10, count: 3, control: control})
		assert.Equal(t, "https://live.example.com/a/list.m3u8"+want, withDirectives(f.uri, f.directives(true)), control)
	}
	f := newTestFeed(t, aired{first: 10, count: 3, control: "CAN-SKIP-UNTIL=12"})
	f.moved = time.Now().Add(-time.Minute)
	assert.NotContains(t, f.directives(true), "skip", "what it knows is too old")
}

// TestATargetDurationOfNothing is of packagers that round the target duration down: the newest segment stands for it.
func TestATargetDurationOfNothing(t *testing.T) {
	list, err := hls.Parse([]byte("#EXTM3U\n#EXT-X-TARGETDURATION:0\n#EXTINF:0.4,\n1.ts\n#EXTINF:0.4,\n2.ts\n"), "https://live.example.com/list.m3u8", hls.ParseOptions{})
	require.NoError(t, err)
	s := &session{config: Config{Log: slog.New(slog.DiscardHandler)}, post: func(message) {}}
	f := newFeed(s, "https://live.example.com/list.m3u8", nil, list)
	assert.Equal(t, holdBackTargets*400*time.Millisecond, f.holdBack())
	assert.Equal(t, 400*time.Millisecond, f.grain())
}

// TestGoal holds the latency by parts where the playlist ends in parts, and by segments elsewhere.
func TestGoal(t *testing.T) {
	for tail, want := range map[string]time.Duration{
		"": holdBackTargets*2*time.Second + 2*time.Second,
		"#EXT-X-PART:DURATION=0.5,URI=\"3.1.ts\"\n": 3*500*time.Millisecond + 500*time.Millisecond,
	} {
		text := "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n#EXT-X-PART-INF:PART-TARGET=0.5\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5\n" +
			"#EXTINF:2,\n1.ts\n#EXTINF:2,\n2.ts\n" + tail
		list, err := hls.Parse([]byte(text), "https://live.example.com/list.m3u8", hls.ParseOptions{})
		require.NoError(t, err)
		s := &session{config: Config{Log: slog.New(slog.DiscardHandler)}, post: func(message) {}}
		s.main = newFeed(s, "https://live.example.com/list.m3u8", nil, list)
		assert.Equal(t, want, s.goal(), "%q", tail)
	}
}

// TestFetchARangeOfAFile fetches a part of a local file as it would over the network.
func TestFetchARangeOfAFile(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "cues.vtt"), []byte("0123456789"), 0o600))
	r, err := NewMediaResource(filepath.Join(folder, "list.m3u8"), nil)
	require.NoError(t, err)
	f := NewFetcher(nil, r)
	for part, want := range map[hls.ByteRange]string{{Offset: 3, Length: 4}: "3456", {Length: 2}: "01"} {
		data, _, err := f.Fetch(t.Context(), requestOf(network.ClassSubtitle, "cues.vtt", &part))
		require.NoError(t, err)
		assert.Equal(t, want, string(data))
	}
	data, _, err := f.Fetch(t.Context(), requestOf(network.ClassSubtitle, "cues.vtt", nil))
	require.NoError(t, err)
	assert.Equal(t, "0123456789", string(data))
}
