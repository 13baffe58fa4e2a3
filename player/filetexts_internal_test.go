package player

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/caption"
	"latchkey/player/libav"
)

// newTestTexts are the subtitles of a file that has two.
func newTestTexts() (all *fileTexts, first, second *textTrack) {
	all = newFileTexts([]libav.Stream{{Index: 0, Kind: libav.KindVideo, Codec: "h264"}, {Index: 1, Kind: libav.KindSubtitle, Codec: "subrip"},
		{Index: 2, Kind: libav.KindSubtitle, Codec: "hdmv_pgs_subtitle"}, {Index: 3, Kind: libav.KindSubtitle, Codec: "ass"}}, "")
	return all, all.tracks[1], all.tracks[3]
}

func textCue(from, to time.Duration, text string) *caption.Cue {
	return &caption.Cue{Start: from, End: to, Lines: [][]caption.Span{{{Text: text}}}}
}

// seen are the texts of the cues at a time.
func (t *textTrack) seen(at time.Duration) (texts []string) {
	for _, c := range t.at(at) {
		texts = append(texts, c.Text())
	}
	return texts
}

// TestTextsInAnyOrder keeps cues that overlap, come again, and come from an earlier position after
// a seek.
func TestTextsInAnyOrder(t *testing.T) {
	all, first, second := newTestTexts()
	require.Len(t, all.choices, 2, "a bitmap is no text")
	for range 2 {
		for _, c := range []*caption.Cue{textCue(60, 70, "d"), textCue(65, 80, "e"), textCue(0, 100, "a"), textCue(10, 20, "b"), textCue(15, 30, "c"), textCue(90, 90, "never")} {
			require.True(t, all.keep(first, c, true))
			first.at(50) // what was known of the order may change
		}
	}
	require.True(t, all.keep(second, textCue(10, 20, "other"), false))
	for at, want := range map[time.Duration][]string{0: {"a"}, 15: {"a", "b", "c"}, 20: {"a", "c"}, 50: {"a"}, 66: {"a", "d", "e"}, 79: {"a", "e"}, 100: nil, 1000: nil} {
		assert.Equal(t, want, first.seen(at), "at %d", at)
	}
	assert.Equal(t, []string{"other"}, second.seen(10))
	between, err := first.cuesBetween(t.Context(), 15, 60)
	require.NoError(t, err)
	assert.Len(t, between, 4)
}

// TestTextsWithinMemory keeps more than fits: first the subtitles go that are not shown, then those
// far from the position.
func TestTextsWithinMemory(t *testing.T) {
	all, first, second := newTestTexts()
	long := strings.Repeat("a", 12<<10)
	n := 0
	for ; all.keep(second, textCue(time.Duration(n)*time.Second, time.Duration(n+1)*time.Second, long), false); n++ {
		require.Less(t, n, 10_000)
	}
	assert.InDelta(t, maxCueMemory, all.bytes, 16<<10)
	last := 3 * time.Hour
	for at := time.Duration(0); at <= last; at += time.Second {
		require.True(t, all.keep(first, textCue(at, at+time.Second, long), true))
		require.LessOrEqual(t, all.bytes, maxCueMemory)
	}
	for number := range maxLoadedCues + 1000 { // within a second: there is nothing that may go
		all.keep(first, textCue(last, last+time.Duration(number)+1, ""), true)
	}
	assert.LessOrEqual(t, all.count, maxLoadedCues)
	assert.LessOrEqual(t, all.bytes, maxCueMemory)
	assert.Empty(t, second.seen(time.Second))
	for at := last - subtitlesBehind; at <= last; at += time.Second {
		require.NotEmpty(t, first.seen(at))
	}
	kept := 0
	for _, c := range first.cues {
		kept += c.Size() + cueOverhead
	}
	assert.Equal(t, kept, all.bytes)
}

// TestRoomForTextsIsSoughtSeldom has cues without room at times that go to and fro.
func TestRoomForTextsIsSoughtSeldom(t *testing.T) {
	all, first, _ := newTestTexts()
	large := strings.Repeat("x", 1<<20)
	for i := range maxCueMemory >> 20 {
		all.keep(first, textCue(0, time.Minute, large+string(rune('a'+i))), true)
	}
	left := all.skips
	require.Positive(t, left, "the last was one too many")
	for i := range 10 {
		require.False(t, all.keep(first, textCue(time.Duration(i%2)*70*time.Second, 2*time.Minute, large+string(rune('A'+i))), true))
		assert.Equal(t, left-1-i, all.skips, "room is sought once")
	}
}
