package player

import (
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

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

// TestHostileSubtitles has more cues than anybody can read, at one time and in all.
func TestHostileSubtitles(t *testing.T) {
	l := newCueList()
	for i := range 3 {
		cues := make([]caption.Cue, 15_000)
		for j := range cues {
			cues[j] = caption.Cue{Start: 0, End: time.Hour, Lines: [][]caption.Span{{{Text: fmt.Sprint(i, j)}}}}
		}
		l.add(&hls.Segment{Start: time.Duration(i) * time.Second, Duration: time.Second}, cues)
	}
	all := l.sorted()
	assert.Len(t, all, maxLoadedCues)
	s := &subtitles{}
	s.shown.Store(&all)
	assert.Len(t, s.at(time.Second), maxShownCues)
	l.forget(2 * time.Hour)
	assert.Empty(t, l.sorted())
	assert.Empty(t, l.known)
}

// TestCaptionsAreFoundWhileALanguageIsLookedFor has the decoder offer channels while the player
// looks for a language: for the race detector.
func TestCaptionsAreFoundWhileALanguageIsLookedFor(t *testing.T) {
	s := captionsAlone(&session{post: func(message) {}})
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
	l.add(&hls.Segment{}, []caption.Cue{{Start: math.MaxInt64 - 1, End: math.MaxInt64}, {Start: 0, End: 1}, {Start: math.MinInt64, End: 0}})
	var starts []time.Duration
	for _, c := range l.sorted() {
		starts = append(starts, c.Start)
	}
	assert.Equal(t, []time.Duration{math.MinInt64, 0, math.MaxInt64 - 1}, starts)
}
