package audio

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// outputIs is a condition for await.
func outputIs(s *Sink, output string) func() bool {
	return func() bool { return s.Stats().Output == output }
}

// steady watches the position for a length of time, through whatever happens, and requires that it never goes
// back, never runs ahead of the wall clock by more than slack between two looks, and ends up not behind it by more.
func steady(t *testing.T, s *Sink, length, slack time.Duration) {
	t.Helper()
	begun, from := time.Now(), position(s)
	lastAt, last := begun, from
	observe(length, func(now time.Time) {
		p, ok := s.Position(now)
		if !ok || p < last || p-last > now.Sub(lastAt)+slack {
			t.Errorf("the position goes from %v to %v (ok %v) within %v", last, p, ok, now.Sub(lastAt))
		}
		lastAt, last = now, p
	})
	assert.InDelta(t, time.Since(begun), position(s)-from, float64(slack))
}

// ramp writes samples that say their media time, a thousandth a millisecond, from 0.
func ramp(ctx context.Context, s *Sink, length time.Duration) error {
	const n = SampleRate / 50
	for done := 0; frames(done) < length; done += n {
		samples := make([]float32, n*Channels)
		for i := range samples {
			samples[i] = float32(frames(done + i/Channels).Seconds())
		}
		if err := s.Write(ctx, Chunk{Samples: samples, PTS: frames(done)}); err != nil {
			return err
		}
	}
	return nil
}

func TestPositionIsWhatTheEarHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, room := newFakeSink(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- ramp(ctx, s, time.Minute) }()
		s.Play()
		compare := func(limit time.Duration) {
			t.Helper()
			observe(time.Second, func(now time.Time) {
				heard, ok := room.last().at(now)
				p, _ := s.Position(now)
				require.True(t, ok)
				if heard > 0 {
					assert.InDelta(t, float64(heard), p.Seconds(), limit.Seconds())
				}
			})
		}
		await(t, time.Second, "sound", func() bool { return position(s) > 100*time.Millisecond })
		compare(3 * time.Millisecond)
		for range 3 {
			s.Pause()
			observe(130*time.Millisecond, func(time.Time) {})
			s.Play()
			await(t, time.Second, "sound", func() bool { v, _ := room.last().at(time.Now()); return v > 0 })
			observe(300*time.Millisecond, func(time.Time) {})
			compare(3 * time.Millisecond)
		}
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
	})
}

func TestLossAndReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, room := newFakeSink(t)
		s.Play()
		play(t, s, 0, 10*time.Minute, 1)
		await(t, time.Second, "sound", sounds(s))
		require.Equal(t, "device", s.Stats().Output)

		time.AfterFunc(500*time.Millisecond, func() { room.unplug(true) })
		steady(t, s, time.Second, 30*time.Millisecond)
		assert.Equal(t, "wall clock", s.Stats().Output)
		assert.Equal(t, 1, s.Stats().DeviceLosses)

		// attempts after 2, 4, 8, 16, 30, 30 s
		steady(t, s, 100*time.Second, 30*time.Millisecond)
		assert.Equal(t, 1+6, room.tries)

		room.unplug(false)
		steady(t, s, 31*time.Second, 30*time.Millisecond)
		assert.Equal(t, "device", s.Stats().Output)
		assert.Equal(t, 2, s.Stats().DeviceOpens)
		before := s.Stats()
		assert.Zero(t, before.Underruns)
		assert.Greater(t, loudest(room.last().sound()), 0.4, "it sounds again")

		// once it is back, a loss is tried again after 2 s
		room.unplug(true)
		room.unplug(false)
		await(t, 2500*time.Millisecond, "device", func() bool { return s.Stats().DeviceOpens == 3 })
	})
}

func loudest(samples []float32) float64 {
	var v float64
	for _, x := range samples {
		v = max(v, math.Abs(float64(x)))
	}
	return v
}

func TestLossWhilePaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, room := newFakeSink(t)
		s.Play()
		play(t, s, 0, time.Minute, 1)
		await(t, time.Second, "sound", func() bool { return position(s) > time.Second/4 })
		s.Pause()
		stood := position(s)
		observe(100*time.Millisecond, func(time.Time) {})
		room.unplug(true)
		await(t, time.Second, "wall clock", outputIs(s, "wall clock"))
		room.unplug(false)
		await(t, 3*time.Second, "device", func() bool { return s.Stats().DeviceOpens == 2 })
		assert.Equal(t, stood, position(s))
		s.Play()
		steady(t, s, time.Second, 40*time.Millisecond)
		assert.Equal(t, "device", s.Stats().Output)
	})
}

func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, room := newFakeSink(t)
		s.Play()
		play(t, s, 0, time.Minute, 1)
		await(t, time.Second, "sound", func() bool { return position(s) > time.Second/4 })
		stall := func(on bool) { room.last().set(func(d *fakeDevice) { d.stalled = on }) }
		stall(true)
		await(t, 2*time.Second, "wall clock", outputIs(s, "wall clock"))
		steady(t, s, 5*time.Second, 30*time.Millisecond)
		stall(false)
		steady(t, s, time.Second, 30*time.Millisecond)
		assert.Equal(t, "device", s.Stats().Output)
		assert.Equal(t, 1, s.Stats().DeviceOpens)
		assert.Equal(t, 1, s.Stats().DeviceLosses)
	})
}

func TestSuspend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, room := newFakeSink(t)
		s.Play()
		play(t, s, 0, time.Minute, 1)
		await(t, time.Second, "sound", func() bool { return position(s) > time.Second/4 })
		suspended := func() (on bool) {
			room.last().set(func(d *fakeDevice) { on = d.suspended })
			return on
		}
		s.Pause()
		observe(9*time.Second, func(time.Time) { assert.False(t, suspended()) })
		await(t, 2*time.Second, "sleep", suspended)
		stood := position(s)
		s.Play()
		steady(t, s, time.Second, 2*devicePeriod+pollEvery)
		assert.False(t, suspended())
		assert.Less(t, stood, position(s))
		assert.Zero(t, s.Stats().DeviceLosses)

		// a server that stalls while it should go to sleep holds nobody
		room.last().set(func(d *fakeDevice) { d.stalled = true })
		s.Pause()
		observe(11*time.Second, func(time.Time) {})
		s.Play()
		begun := time.Now()
		await(t, 2*time.Second, "wall clock", outputIs(s, "wall clock"))
		assert.LessOrEqual(t, time.Since(begun), 2*time.Second)
		steady(t, s, time.Second, 30*time.Millisecond)
		begun = time.Now()
		require.NoError(t, s.Close())
		assert.LessOrEqual(t, time.Since(begun), closeWait+100*time.Millisecond)
		close(room.last().release)
	})
}

func TestSlowOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		room := &fakeRoom{}
		s := New(Options{open: func(ctx context.Context) (device, error) {
			select {
			case <-open:
				return room.open(ctx)
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}})
		defer func() {
			require.NoError(t, s.Close())
			room.last().close()
		}()
		s.Play()
		play(t, s, 0, time.Minute, 1)
		begun := time.Now()
		await(t, 2*time.Second, "sound", sounds(s))
		assert.InDelta(t, startGrace+deviceBuffer+devicePeriod/2, time.Since(begun), float64(30*time.Millisecond))
		assert.Equal(t, "wall clock", s.Stats().Output)
		close(open)
		steady(t, s, time.Second, 30*time.Millisecond)
		assert.Equal(t, "device", s.Stats().Output)
	})
}

func TestCloseWhileOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{open: func(ctx context.Context) (device, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		synctest.Wait()
		require.NoError(t, s.Close())
	})
}

// largestStep is the largest difference of one sample from the next.
func largestStep(samples []float32) float64 {
	var v float64
	for i := 1; i < len(samples); i++ {
		v = max(v, math.Abs(float64(samples[i]-samples[i-1])))
	}
	return v
}

func TestNothingClicks(t *testing.T) {
	// A sine of 440 Hz and amplitude 0.5 moves 0.029 a frame at most; fades add a little.
	const limit = 0.04
	tests := []struct {
		name string
		act  func(t *testing.T, s *Sink)
	}{
		{"start", func(*testing.T, *Sink) {}},
		{"pause and play", func(_ *testing.T, s *Sink) {
			for i := range 10 {
				s.Pause()
				observe(time.Duration(10+17*i)*time.Millisecond, func(time.Time) {})
				s.Play()
				observe(time.Duration(200-17*i)*time.Millisecond, func(time.Time) {})
			}
		}},
		{"volume", func(_ *testing.T, s *Sink) {
			for i := range 10 {
				s.SetVolume(float64(i%2) + 0.1)
				observe(time.Duration(200-17*i)*time.Millisecond, func(time.Time) {})
			}
		}},
		{"mute", func(_ *testing.T, s *Sink) {
			for i := range 10 {
				s.SetMuted(i%2 == 0)
				observe(time.Duration(200-17*i)*time.Millisecond, func(time.Time) {})
			}
		}},
		{"flush", func(t *testing.T, s *Sink) {
			t.Helper()
			s.Flush()
			observe(200*time.Millisecond, func(time.Time) {})
			play(t, s, 0, time.Minute, 1)
			observe(333*time.Millisecond, func(time.Time) {})
		}},
		{"starvation", func(t *testing.T, s *Sink) {
			t.Helper()
			observe(2*time.Second, func(time.Time) {})
			require.Positive(t, s.Stats().Underruns)
			play(t, s, 0, time.Minute, 1)
			observe(333*time.Millisecond, func(time.Time) {})
		}},
		{"close", func(t *testing.T, s *Sink) {
			t.Helper()
			require.NoError(t, s.Close())
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, room := newFakeSink(t)
				length := time.Minute
				if tt.name == "starvation" {
					length = time.Second
				}
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- sine(ctx, s, 0, length, 1) }()
				s.Play()
				await(t, time.Second, "sound", func() bool { return position(s) > time.Second/5 })
				tt.act(t, s)
				observe(time.Second/5, func(time.Time) {})
				sound := room.last().sound()
				assert.Greater(t, loudest(sound), 0.4)
				assert.Less(t, largestStep(sound), limit)
				cancel()
				<-done
			})
		})
	}
}

func TestVolume(t *testing.T) {
	tests := []struct {
		volume float64
		muted  bool
		gain   float64
	}{
		{volume: 1, gain: 1},
		{volume: 0.5, gain: 0.125},
		{volume: 0, gain: 0},
		{volume: -1, gain: 0},
		{volume: 7, gain: 1},
		{volume: math.NaN(), gain: 0},
		{volume: 1, muted: true, gain: 0},
	}
	synctest.Test(t, func(t *testing.T) {
		s, room := newFakeSink(t)
		play(t, s, 0, time.Minute, 1)
		s.Play()
		await(t, time.Second, "sound", sounds(s))
		for _, tt := range tests {
			s.SetVolume(tt.volume)
			s.SetMuted(tt.muted)
			observe(200*time.Millisecond, func(time.Time) {})
			sound := room.last().sound()
			tail := sound[len(sound)-SampleRate/20:]
			assert.InDelta(t, 0.5*tt.gain, loudest(tail), 0.001, "%+v", tt)
		}
	})
}

func TestFlushIsQuick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, room := newFakeSink(t)
		s.Play()
		stop := play(t, s, 0, time.Minute, 1)
		await(t, 2*time.Second, "sound", func() bool { return position(s) > time.Second })
		stop()
		begun := time.Now()
		s.Flush()
		assert.Zero(t, time.Since(begun))
		play(t, s, time.Hour, time.Minute, 1)
		await(t, time.Second, "sound", sounds(s))
		assert.LessOrEqual(t, time.Since(begun), deviceBuffer+devicePeriod+pollEvery)
		assert.Greater(t, loudest(room.last().sound()), 0.4)
	})
}

func TestWriteRefusesWhatCannotBePlayed(t *testing.T) {
	tests := []struct {
		name  string
		chunk Chunk
	}{
		{"half a frame", Chunk{Samples: make([]float32, 3)}},
		{"backwards", Chunk{Samples: make([]float32, 2), Rate: -1}},
		{"no rate", Chunk{Samples: make([]float32, 2), Rate: math.NaN()}},
		{"endless rate", Chunk{Samples: make([]float32, 2), Rate: math.Inf(1)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New(Options{Output: Null})
			defer closeSink(t, s)
			require.ErrorIs(t, s.Write(t.Context(), tt.chunk), ErrChunk)
			assert.Zero(t, s.Queued())
		})
	}
}
