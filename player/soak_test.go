package player_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
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

// soakSpeed is how much faster than the clock the broadcast of TestLongLive goes, so that `make soak` has a day of it in an hour.
const soakSpeed = 25

// TestLongLive plays a broadcast as fast as it is made, for as long as LATCHKEY_SOAK says: every picture is decoded once, and neither memory nor
// goroutines become more. LATCHKEY_SOAK_SPEED is how much faster than the clock it goes; at 1 it is shown as in a window, with its sound.
//
// Serial: it measures time, and needs the processor for itself.
func TestLongLive(t *testing.T) {
	speed := soakSpeed
	if text := os.Getenv("LATCHKEY_SOAK_SPEED"); text != "" {
		var err error
		speed, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	long := 12 * time.Second
	if text := os.Getenv("LATCHKEY_SOAK"); text != "" {
		var err error
		long, err = time.ParseDuration(text)
		require.NoError(t, err)
	}
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme})
	began := time.Now()
	origin := broadcast(t, stream.Folder, networktest.Broadcast{Began: began.Add(-12 * time.Minute), Window: 600, Dates: true,
		Now: func() time.Time { return began.Add(time.Since(began) * time.Duration(speed)) }})
	// What is kept for seeks becomes more for an hour, up to its bound.
	origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Effect: networktest.WithHeader("Cache-Control", "no-store")})
	pictures, last := 0, time.Duration(-1)
	s := newScreen(t, player.Config{FreeRun: speed > 1, VideoTap: func(picture *frame.Video) {
		if last >= 0 && (picture.PTS-last-40*time.Millisecond).Abs() > time.Millisecond {
			t.Errorf("a picture at %v follows one at %v", picture.PTS, last)
		}
		last = picture.PTS
		pictures++
	}})
	s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), 0)
	s.play()
	measure := func(until time.Time) (heap uint64, goroutines int) {
		for time.Now().Before(until) {
			next := time.Now().Add(min(time.Until(until), patience/2))
			now := s.until("it goes on", func(now player.Snapshot) bool { return !time.Now().Before(next) || now.State == player.Failed })
			require.NotEqual(t, player.Failed, now.State, "%v", now.Error)
			origin.ResetLog()
		}
		runtime.GC()
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		return memory.HeapAlloc, runtime.NumGoroutine()
	}
	heap, goroutines := measure(began.Add(long / 2))
	laterHeap, laterGoroutines := measure(began.Add(long))
	const slack = 4 << 20 // what is on its way
	assert.Less(t, laterHeap, heap+slack)
	assert.LessOrEqual(t, laterGoroutines, goroutines+2)
	figures := s.player.Snapshot().Stats
	require.NoError(t, s.player.Close())
	assert.Greater(t, pictures, int(long.Seconds()*float64(speed)*25/2))
	t.Logf("%d pictures, %v of the broadcast, %d KiB, then %d KiB, %+v, %d rebuffers", pictures, last, heap>>10, laterHeap>>10, figures.Frames, figures.Rebuffers)
}
