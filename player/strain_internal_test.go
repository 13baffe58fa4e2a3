package player

import (
	"image"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"latchkey/player/abr"
	"latchkey/player/hls"
)

func TestStrain(t *testing.T) {
	begin := time.Unix(1000, 0)
	at := func(second int) time.Time { return begin.Add(time.Duration(second) * time.Second) }
	var s strain
	assert.False(t, s.over(at(0), Frames{}))
	assert.False(t, s.over(at(2), Frames{Shown: 50}), "all was shown")
	assert.False(t, s.over(at(4), Frames{Shown: 80, Dropped: 20}), "once may be anything")
	assert.False(t, s.over(at(5), Frames{Shown: 90, Dropped: 40}), "the stretch has not ended")
	assert.True(t, s.over(at(6), Frames{Shown: 110, Dropped: 50}))
	assert.False(t, s.over(at(8), Frames{Shown: 130, Dropped: 60}), "it begins anew")
	assert.False(t, s.over(at(10), Frames{Shown: 180, Dropped: 61}), "a good stretch between")
	assert.False(t, s.over(at(12), Frames{Shown: 200, Dropped: 90}))
	assert.False(t, s.over(at(30), Frames{Shown: 200, Dropped: 190}), "it stood still")
	assert.False(t, s.over(at(32), Frames{Shown: 202, Dropped: 200}), "too few to say anything")
}

// limited is a ladder of 360, 540, 720 and 1080 lines, on a network that carries all of them.
func limited() *ladder {
	l := &ladder{choice: newNotice(), session: &session{config: Config{PlaybackBuffer: 30 * time.Second}}, now: time.Now, fixed: -1, left: make(map[int]time.Time),
		heavy: make(map[int]time.Time)}
	for i, height := range []int{360, 540, 720, 1080} {
		l.variants = append(l.variants, ladderVariant{uri: "a", rate: int64(i+1) * 1_000_000, size: image.Pt(height*16/9, height), shown: i})
		l.selects = append(l.selects, i)
	}
	for range 20 {
		l.meter.Add(5_000_000, time.Second, time.Millisecond)
	}
	return l
}

func chosen(l *ladder, from int) int {
	media := &hls.Media{EndList: true, Segments: []hls.Segment{{Duration: 4 * time.Second}}}
	return l.choose(rung{variant: from, media: media}, 25*time.Second)
}

func TestNoMorePictureThanTheScreenShows(t *testing.T) {
	for view, want := range map[image.Point]int{
		{}: 3, {X: 1920, Y: 1080}: 3, {X: 1281, Y: 721}: 3, {X: 1280, Y: 720}: 2, {X: 1280, Y: 1000}: 2, {X: 3000, Y: 720}: 2, {X: 800, Y: 500}: 1, {X: 10, Y: 10}: 0,
	} {
		l := limited()
		l.show(view)
		assert.Equal(t, want, chosen(l, 3), "%v", view)
		assert.Equal(t, min(want, 3), chosen(l, want), "%v", view)
		assert.True(t, l.fix(3))
		assert.Equal(t, 3, chosen(l, 0), "a person has chosen")
	}
}

func TestNoMorePictureThanTheMachineDecodes(t *testing.T) {
	l := limited()
	now := time.Now()
	l.now = func() time.Time { return now }
	assert.True(t, l.overload(2))
	assert.Equal(t, 1, chosen(l, 2))
	assert.Equal(t, 1, chosen(l, 1))
	assert.True(t, l.overload(1))
	assert.Equal(t, 0, chosen(l, 1))
	assert.False(t, l.overload(0), "there is no lower one")
	now = now.Add(respite + time.Second)
	assert.Equal(t, 3, chosen(l, 2))
	l.controls = abr.Controls{MaxBitrate: 2_500_000}
	assert.Equal(t, 1, chosen(l, 1))
}

// TestWhatAChoiceKeeps keeps three seconds for who has chosen a variant that the network carries, and all for who has chosen one that it does not.
func TestWhatAChoiceKeeps(t *testing.T) {
	media := &hls.Media{EndList: true}
	var ahead []rung
	for i := range 6 {
		media.Segments = append(media.Segments, hls.Segment{Start: time.Duration(4*i) * time.Second, Duration: 4 * time.Second})
		ahead = append(ahead, rung{media: media, index: i})
	}
	l := limited()
	assert.True(t, l.fix(2))
	assert.Equal(t, 2, l.keeps(2, ahead, 2*time.Second), "the next one begins in two seconds")
	assert.Equal(t, 6, l.keeps(0, ahead, 2*time.Second), "it is that very variant")
	l.meter = abr.Meter{}
	l.meter.Add(50_000, time.Second, time.Millisecond)
	assert.Equal(t, 6, l.keeps(2, ahead, 2*time.Second), "half a megabit a second carries none")
	assert.True(t, l.fix(-1))
	assert.Equal(t, 6, l.keeps(2, ahead, 2*time.Second))
	l.meter.Abandoned(50_000_000, time.Second)
	assert.Equal(t, 3, l.keeps(2, ahead, 2*time.Second), "ten seconds are kept")
}
