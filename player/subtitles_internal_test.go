package player

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/caption"
	"latchkey/player/hls"
)

// TestPlaced puts a cue where it is near its segment, which begins at 100 s; the media's clock began at 20 s.
func TestPlaced(t *testing.T) {
	segment := &hls.Segment{Start: 100 * time.Second, Duration: 6 * time.Second}
	origin := 20 * time.Second
	for name, c := range map[string]struct {
		cue  time.Duration
		to   *caption.TimestampMap
		want time.Duration
	}{
		"in the media's time":             {121 * time.Second, nil, 101 * time.Second},
		"in the presentation's time":      {101 * time.Second, nil, 101 * time.Second},
		"from the segment's start":        {time.Second, nil, 101 * time.Second},
		"mapped":                          {time.Second, &caption.TimestampMap{MPEGTS: 120 * 90000}, 101 * time.Second},
		"mapped with a local time":        {31 * time.Second, &caption.TimestampMap{MPEGTS: 120 * 90000, Local: 30 * time.Second}, 101 * time.Second},
		"mapped over the clock's end":     {141 * time.Second, &caption.TimestampMap{MPEGTS: 1<<33 - 20*90000}, 101 * time.Second},
		"mapped to another clock":         {101 * time.Second, &caption.TimestampMap{MPEGTS: 50000 * 90000}, 101 * time.Second},
		"nothing brings it near: as told": {5000 * time.Second, nil, 4980 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			track := &caption.Track{Map: c.to, Cues: []caption.Cue{{Start: c.cue, End: c.cue + time.Second}}}
			got := placed(track, segment, origin)
			assert.InDelta(t, c.want.Seconds(), got[0].Start.Seconds(), 0.001)
			assert.Equal(t, c.cue, track.Cues[0].Start, "the track stays as it is")
		})
	}
}

// TestPlacedBeforeTheBeginning cuts what would be shown before the presentation begins.
func TestPlacedBeforeTheBeginning(t *testing.T) {
	cue := func(from, to time.Duration) caption.Cue { return caption.Cue{Start: from, End: to} }
	const s = time.Second
	track := &caption.Track{Map: &caption.TimestampMap{MPEGTS: 100 * 90000, Local: 10 * s},
		Cues: []caption.Cue{cue(7*s, 8*s), cue(9*s, 10*s), cue(9*s, 11*s), cue(12*s, 13*s)}}
	assert.Equal(t, []caption.Cue{cue(0, s), cue(2*s, 3*s)}, placed(track, &hls.Segment{Duration: 6 * s}, 100*s))
	track.Cues = track.Cues[:1]
	assert.Empty(t, placed(track, &hls.Segment{Duration: 6 * s}, 100*s))
}

// TestPlacedLate places cues of a stream that lasts longer than half a period of its time stamps.
func TestPlacedLate(t *testing.T) {
	const s, day = time.Second, 24 * time.Hour
	at := int64(100*90000) + int64(day/s)*90000
	track := &caption.Track{Map: &caption.TimestampMap{MPEGTS: uint64(at) % (1 << 33)}, Cues: []caption.Cue{{Start: s, End: 2 * s}}}
	got := placed(track, &hls.Segment{Start: day, Duration: 6 * s}, 100*s)
	assert.InDelta(t, (day + s).Seconds(), got[0].Start.Seconds(), 0.001)
	track.Map.Local, track.Cues[0] = day, caption.Cue{Start: day + 2*s, End: day + 3*s}
	got = placed(track, &hls.Segment{Start: day, Duration: 6 * s}, 100*s)
	assert.InDelta(t, (day + 2*s).Seconds(), got[0].Start.Seconds(), 0.001)
}

// TestHostileSubtitles has more cues than anybody can read, at one time and in all.
func TestHostileSubtitles(t *testing.T) {
	t.Parallel()
	l := newCueList()
	whole := true
	for i := 0; whole; i++ {
		require.Less(t, i, 100, "there is no end to what is kept")
		cues := make([]caption.Cue, 15_000)
		for j := range cues {
			cues[j] = caption.Cue{Start: 0, End: time.Hour, Lines: [][]caption.Span{{{Text: fmt.Sprint(i, j)}}}}
		}
		whole = l.add(&hls.Segment{Start: time.Duration(i) * time.Second, Duration: time.Second}, cues, 0, time.Hour)
	}
	assert.LessOrEqual(t, l.bytes, maxCueMemory)
	assert.LessOrEqual(t, len(l.view().cues), maxLoadedCues)
	s := &subtitles{}
	s.shown.Store(l.view())
	assert.Len(t, s.at(time.Second), maxShownCues)
	l.keep(2*time.Hour, maxTime)
	assert.Empty(t, l.view().cues)
	assert.Empty(t, l.known)
	assert.Zero(t, l.bytes)
}

// cuesOf are cues of two lines, so many a second, over a segment.
func cuesOf(s *hls.Segment, aSecond int) []caption.Cue {
	cues := make([]caption.Cue, int(s.Duration.Seconds())*aSecond)
	for i := range cues {
		at := s.Start + time.Duration(i)*time.Second/time.Duration(aSecond)
		cues[i] = caption.Cue{Start: at, End: at + 2*time.Second, Settings: caption.Settings{Size: 100, Align: "center"}, Lines: [][]caption.Span{
			{{Text: fmt.Sprintf("This is what is said at %v, in a line", at)}}, {{Text: "and in another one below it", Italic: true}}}}
	}
	return cues
}

// TestHourOfCues keeps all of 43,200 cues in one segment, and does not load it again as playback
// goes on. Serial: it measures the heap.
func TestHourOfCues(t *testing.T) {
	media := &hls.Media{Segments: []hls.Segment{{Duration: time.Hour}}}
	segment := &media.Segments[0]
	l := newCueList()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	require.True(t, l.add(segment, cuesOf(segment, 12), 0, 30*time.Second))
	runtime.GC()
	runtime.ReadMemStats(&after)
	kept := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d cues: %d bytes, %d as counted", len(l.cues), kept, l.bytes)
	assert.LessOrEqual(t, kept, int64(l.bytes)*5/4, "what is kept is counted")
	for _, at := range []time.Duration{0, 30 * time.Minute, 59 * time.Minute} {
		l.keep(at-subtitlesBehind, maxTime)
		assert.Nil(t, l.next(media, at, at+subtitlesAhead), "at %v", at)
		assert.Len(t, l.view().at(at+3*time.Second), maxShownCues, "at %v", at)
	}
	assert.Len(t, l.view().at(time.Second), maxShownCues, "a seek back")
	assert.Len(t, l.view().cues, 43_200)
}

// TestCuesBehindAreLoadedAgain drops what lies far behind when there is no room.
func TestCuesBehindAreLoadedAgain(t *testing.T) {
	t.Parallel()
	media := &hls.Media{}
	for i := range 60 {
		media.Segments = append(media.Segments, hls.Segment{Start: time.Duration(i) * time.Minute, Duration: time.Minute})
	}
	l := newCueList()
	for i := range media.Segments {
		s := &media.Segments[i]
		require.True(t, l.add(s, cuesOf(s, 100), s.Start, s.End()), "segment %d", i)
		require.LessOrEqual(t, l.bytes, maxCueMemory)
	}
	assert.NotNil(t, l.next(media, time.Minute, 2*time.Minute), "the first ones were dropped")
	assert.Nil(t, l.next(media, 59*time.Minute, time.Hour))
	again := &media.Segments[0]
	require.True(t, l.add(again, cuesOf(again, 100), 0, time.Minute))
	assert.Len(t, l.view().at(10*time.Second), maxShownCues)
	assert.True(t, slices.IsSortedFunc(l.view().cues, func(a, b caption.Cue) int { return cmp.Compare(a.Start, b.Start) }))
}

// TestViewStaysAsItIs adds cues before, among and behind those that were published.
func TestViewStaysAsItIs(t *testing.T) {
	t.Parallel()
	l := newCueList()
	second := func(i int) caption.Cue {
		return caption.Cue{Start: time.Duration(i) * time.Second, End: time.Duration(i+1) * time.Second}
	}
	starts := func(v *cueView) (out []int) {
		for _, c := range v.cues {
			out = append(out, int(c.Start.Seconds()))
		}
		return out
	}
	l.add(&hls.Segment{}, []caption.Cue{second(4), second(2)}, 0, maxTime)
	first := l.view()
	l.add(&hls.Segment{Start: time.Second}, []caption.Cue{second(6), second(3), second(4)}, 0, maxTime)
	l.add(&hls.Segment{Start: 2 * time.Second}, []caption.Cue{second(7), second(0)}, 0, maxTime)
	assert.Equal(t, []int{2, 4}, starts(first))
	assert.Equal(t, []int{0, 2, 3, 4, 6, 7}, starts(l.view()))
	assert.Len(t, l.view().at(3500*time.Millisecond), 1)
	assert.Empty(t, l.view().at(5500*time.Millisecond))
}

// TestSubtitleLimit bounds a segment by its duration; one that has a whole film's cues may be as
// large as any.
func TestSubtitleLimit(t *testing.T) {
	for duration, want := range map[time.Duration]int64{0: 4 << 20, time.Second: 4<<20 + 64<<10, time.Minute: 4<<20 + 60*64<<10, 2 * time.Hour: 16 << 20} {
		assert.Equal(t, want, subtitleLimit(duration), duration)
	}
}

// BenchmarkHourOfCues loads an hour of 43,200 cues in segments of six seconds, and looks at each
// second what is to be seen.
func BenchmarkHourOfCues(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		l := newCueList()
		for start := time.Duration(0); start < time.Hour; start += 6 * time.Second {
			s := &hls.Segment{Start: start, Duration: 6 * time.Second}
			l.add(s, cuesOf(s, 12), start, start+subtitlesAhead)
			view := l.view()
			for at := start; at < start+6*time.Second; at += time.Second {
				view.at(at)
			}
		}
	}
}

// TestCaptionsAreFoundWhileALanguageIsLookedFor has the decoder offer channels while the player
// looks for a language: for the race detector.
func TestCaptionsAreFoundWhileALanguageIsLookedFor(t *testing.T) {
	s := captionsAlone(&session{post: func(message) {}}, nil)
	defer s.close()
	var decoder sync.WaitGroup
	decoder.Go(func() { s.discover([]byte{0xfc, 0x94, 0x2c}) }) // CTA-708, 4.4: cc_valid, field 1; CTA-608: erase displayed memory, of CC1
	for range 1000 {
		assert.Equal(t, -1, s.prefer("de", -1))
	}
	decoder.Wait()
	assert.Equal(t, []SubtitleInfo{{Name: "Closed captions"}}, s.offered())
}

// TestCuesFarApartAreInOrder sorts cues whose distance is no time.Duration.
func TestCuesFarApartAreInOrder(t *testing.T) {
	l := newCueList()
	l.add(&hls.Segment{}, []caption.Cue{{Start: math.MaxInt64 - 1, End: math.MaxInt64}, {Start: 0, End: 1}, {Start: math.MinInt64, End: 0}}, 0, maxTime)
	var starts []time.Duration
	for _, c := range l.view().cues {
		starts = append(starts, c.Start)
	}
	assert.Equal(t, []time.Duration{math.MinInt64, 0, math.MaxInt64 - 1}, starts)
}
