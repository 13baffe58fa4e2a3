package player_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/frame"
	"latchkey/player/mediatest"
)

// limitedScreen plays film as fast as it decodes, and notes the frames of pictures, counted from 0,
// and the times of sounds.
type limitedScreen struct {
	*screen

	mu     sync.Mutex // guards what follows
	frames []int
	sounds []time.Duration
}

func newLimited(t *testing.T, limit player.Limit) *limitedScreen {
	t.Helper()
	l := new(limitedScreen)
	l.screen = newScreen(t, player.Config{FreeRun: true, Limit: limit,
		VideoTap: func(v *frame.Video) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.frames = append(l.frames, int((v.PTS+frameTime/2)/frameTime))
		},
		AudioTap: func(s player.Sound) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.sounds = append(l.sounds, s.PTS)
		}})
	return l
}

// toLimit plays to the limit, and returns the frames of the pictures and the time of the last
// sound, -1 without any.
func (l *limitedScreen) toLimit() (frames []int, sound time.Duration) {
	l.t.Helper()
	l.play()
	end := l.ended()
	require.Equal(l.t, player.Complete, end.State, "%v", end.Error)
	assert.True(l.t, end.Limited)
	frames, sounds := l.take()
	if n := len(sounds); n > 0 {
		return frames, sounds[n-1]
	}
	return frames, -1
}

// take returns what was noted, and forgets it.
func (l *limitedScreen) take() (frames []int, sounds []time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	frames, sounds = l.frames, l.sounds
	l.frames, l.sounds = nil, nil
	return frames, sounds
}

// noted is how many pictures were noted.
func (l *limitedScreen) noted() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.frames)
}

// numbers are those from first up to, and without, end.
func numbers(first, end int) (list []int) {
	for i := first; i < end; i++ {
		list = append(list, i)
	}
	return list
}

// TestLimitHoldsForEachResource plays two resources to the limit, and the second a second time.
func TestLimitHoldsForEachResource(t *testing.T) {
	file := mediatest.Make(t, film)
	for name, limit := range map[string]player.Limit{
		"frames": {Frames: 10}, "length": {Length: 10 * frameTime},
		"frames before length": {Frames: 10, Length: time.Second}, "length before frames": {Frames: 50, Length: 10 * frameTime},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLimited(t, limit)
			for range 2 {
				l.open(file, nil, time.Second)
				frames, sound := l.toLimit()
				assert.Equal(t, numbers(25, 35), frames)
				if limit.Frames != 10 { // the sound may be decoded before the pictures
					assert.Less(t, sound, 35*frameTime)
					assert.Equal(t, 35*frameTime, l.player.Snapshot().Position)
				}
			}
			frames, sound := l.toLimit()
			assert.Equal(t, numbers(0, 10), frames, "Play after the end starts over")
			if limit.Frames != 10 {
				assert.Less(t, sound, 10*frameTime)
			}
		})
	}
}

// TestSeekKeepsTheLimit seeks before playing to the limit.
func TestSeekKeepsTheLimit(t *testing.T) {
	file := mediatest.Make(t, film)
	length := player.Limit{Length: 2 * time.Second}
	for name, c := range map[string]struct {
		limit  player.Limit
		before int // pictures before the seek
		to     time.Duration
		want   []int
	}{
		"back":                      {length, 50, time.Second / 2, numbers(12, 75)},
		"forwards":                  {length, 50, 2 * time.Second, numbers(50, 75)},
		"to the end of the length":  {length, 50, 3 * time.Second, []int{74}},
		"behind the length":         {length, 50, 4 * time.Second, []int{74}},
		"back with frames left":     {player.Limit{Frames: 200}, 75, time.Second / 2, numbers(12, 100)},
		"back with all frames used": {player.Limit{Frames: 10}, 10, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLimited(t, c.limit)
			l.open(file, nil, time.Second)
			l.until("all that the limit admits is decoded", func(now player.Snapshot) bool {
				return now.State == player.Prepared && l.noted() == c.before
			})
			l.take() // sound from 1 s on may still come
			require.NoError(t, l.player.Seek(c.to))
			l.until("the seek ends", func(now player.Snapshot) bool {
				return now.State == player.Paused && (len(now.Stats.Seeks) == 1 || c.want == nil)
			})
			l.play()
			end := l.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.Equal(t, c.limit.Frames != 200, end.Limited)
			frames, sounds := l.take()
			assert.Equal(t, c.want, frames)
			for _, sound := range sounds {
				if c.limit == length {
					assert.Less(t, sound, 75*frameTime)
				} else if c.want == nil {
					assert.Greater(t, sound, time.Second/2, "there is no sound without its pictures")
				}
			}
		})
	}
}

// TestSeekEndsWithoutPictures seeks where the limit admits no picture.
func TestSeekEndsWithoutPictures(t *testing.T) {
	s := newScreen(t, player.Config{Limit: player.Limit{Frames: 5}})
	s.open(mediatest.Make(t, film), nil, 0)
	s.play()
	assert.Equal(t, 5, s.state(player.Complete).Stats.Frames.Decoded)
	shown := len(s.shown) // fewer than were decoded, on a slow machine
	require.NoError(t, s.player.Seek(time.Second))
	s.until("the seek is timed", func(now player.Snapshot) bool { return len(now.Stats.Seeks) == 1 })
	end := s.state(player.Complete)
	assert.True(t, end.Limited)
	assert.Equal(t, 5, end.Stats.Frames.Decoded)
	assert.Len(t, s.shown, shown)
}

// TestLimitOfOneKindAlone plays the beginning of streams that have no sound, or no picture, and
// that are longer than what is loaded ahead.
func TestLimitOfOneKindAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec  mediatest.Spec
		limit player.Limit
		free  bool
	}{
		"pictures, by their number":    {mediatest.Spec{Video: "h264", Frames: 500}, player.Limit{Frames: 30}, true},
		"pictures, by length":          {mediatest.Spec{Video: "h264", Frames: 500}, player.Limit{Length: time.Second}, true},
		"pictures, by the clock":       {mediatest.Spec{Video: "h264", Frames: 500}, player.Limit{Length: time.Second}, false},
		"sound, by length":             {mediatest.Spec{Audio: "aac", Frames: 500}, player.Limit{Length: time.Second}, true},
		"sound, by length and a clock": {mediatest.Spec{Audio: "aac", Frames: 500}, player.Limit{Length: time.Second}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: c.spec})
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
			s := newScreen(t, player.Config{FreeRun: c.free, Limit: c.limit, PlaybackBuffer: 2 * time.Second, InitialBuffer: time.Second})
			s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), 0)
			s.play()
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.True(t, end.Limited)
			if c.limit.Frames > 0 {
				assert.Equal(t, c.limit.Frames, end.Stats.Frames.Decoded)
			} else if c.spec.Video != "" {
				assert.Equal(t, 25, end.Stats.Frames.Decoded)
			}
		})
	}
}
