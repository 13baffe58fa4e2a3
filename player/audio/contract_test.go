package audio

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pollEvery is how often a test looks at a sink that plays.
const pollEvery = 5 * time.Millisecond

// await looks at a condition until it holds, and fails the test when it does not within the limit.
func await(t *testing.T, limit time.Duration, what string, condition func() bool) {
	t.Helper()
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for end := time.Now().Add(limit); !condition(); <-ticker.C {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

// observe calls look each few milliseconds for a length of time.
func observe(length time.Duration, look func(now time.Time)) {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for end := time.Now().Add(length); time.Now().Before(end); <-ticker.C {
		look(time.Now())
	}
}

// sine writes chunks of 20 ms, continuing one tone, until it has written the length, its context is done or
// the sink refuses. The media time advances by rate.
func sine(ctx context.Context, s *Sink, pts, length time.Duration, rate float64) error {
	const n = SampleRate / 50
	for done := 0; frames(done) < length; done += n {
		samples := make([]float32, n*Channels)
		for i := range n {
			v := float32(0.5 * math.Sin(2*math.Pi*440*float64(done+i)/SampleRate))
			samples[i*Channels], samples[i*Channels+1] = v, v
		}
		at := pts + time.Duration(float64(frames(done))*rate)
		if err := s.Write(ctx, Chunk{Samples: samples, PTS: at, Rate: rate}); err != nil {
			return err
		}
	}
	return nil
}

// play writes a tone in the background; the function that it returns ends that and waits.
func play(t *testing.T, s *Sink, pts, length time.Duration, rate float64) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		err := sine(ctx, s, pts, length, rate)
		if !errors.Is(err, ErrClosed) && !errors.Is(err, context.Canceled) {
			assert.NoError(t, err)
		}
	})
	stop = func() {
		cancel()
		wg.Wait()
	}
	t.Cleanup(stop)
	return stop
}

func position(s *Sink) time.Duration {
	p, _ := s.Position(time.Now())
	return p
}

func sounds(s *Sink) func() bool {
	return func() bool {
		_, ok := s.Position(time.Now())
		return ok
	}
}

// fit is the line through positions over wall time by least squares, with what is left of them.
type fit struct {
	slope    float64
	rms, max time.Duration
}

// measure samples the position for a length of time and requires that it never goes back.
func measure(t *testing.T, s *Sink, length time.Duration) fit {
	t.Helper()
	var xs, ys []float64
	start := time.Now()
	last := time.Duration(math.MinInt64)
	observe(length, func(now time.Time) {
		p, ok := s.Position(now)
		if !ok {
			return
		}
		assert.GreaterOrEqual(t, p, last, "the position goes back")
		last = p
		xs, ys = append(xs, now.Sub(start).Seconds()), append(ys, p.Seconds())
	})
	require.Greater(t, len(xs), 10)
	var mx, my, sxx, sxy float64
	for i := range xs {
		mx, my = mx+xs[i]/float64(len(xs)), my+ys[i]/float64(len(xs))
	}
	for i := range xs {
		sxx += (xs[i] - mx) * (xs[i] - mx)
		sxy += (xs[i] - mx) * (ys[i] - my)
	}
	f := fit{slope: sxy / sxx}
	var sum, worst float64
	for i := range xs {
		r := math.Abs(ys[i] - my - f.slope*(xs[i]-mx))
		sum += r * r
		worst = max(worst, r)
	}
	f.rms = time.Duration(math.Sqrt(sum/float64(len(xs))) * float64(time.Second))
	f.max = time.Duration(worst * float64(time.Second))
	return f
}

// tolerance is what an output may deviate in the contract.
type tolerance struct {
	slope  float64
	rms    time.Duration // of the position's deviation from a straight line
	offset time.Duration // between two looks at about the same time, and across a change
	resume time.Duration // across a pause: what fades is passed over
	start  time.Duration // until sound moves after a start
	tries  int           // of a measurement, for a busy machine
}

// keeps requires a slope and no underrun.
func keeps(t *testing.T, s *Sink, tol tolerance, slope float64) {
	t.Helper()
	f := measure(t, s, 2*time.Second)
	for try := 1; try < tol.tries && (math.Abs(f.slope-slope) > tol.slope || f.rms > tol.rms); try++ {
		f = measure(t, s, 2*time.Second)
	}
	t.Logf("slope %.5f, residual rms %v, max %v", f.slope, f.rms, f.max)
	assert.InDelta(t, slope, f.slope, tol.slope)
	assert.LessOrEqual(t, f.rms, tol.rms)
	assert.Zero(t, s.Stats().Underruns)
}

// contract is what each output keeps. New returns a paused sink, which the test closes.
func contract(t *testing.T, tol tolerance, run func(t *testing.T, test func(t *testing.T, s *Sink))) {
	t.Helper()
	t.Run("position starts with the first chunk that sounds", func(t *testing.T) {
		run(t, func(t *testing.T, s *Sink) {
			t.Helper()
			_, ok := s.Position(time.Now())
			assert.False(t, ok)
			play(t, s, time.Hour, time.Minute, 1)
			await(t, tol.start, "queued", func() bool { return s.Queued() >= 300*time.Millisecond })
			_, ok = s.Position(time.Now())
			assert.False(t, ok, "nothing sounds while paused")
			s.Play()
			await(t, tol.start, "sound", sounds(s))
			assert.InDelta(t, time.Hour, position(s), float64(tol.offset))
		})
	})
	t.Run("position keeps step with the wall clock", func(t *testing.T) {
		run(t, func(t *testing.T, s *Sink) {
			t.Helper()
			s.Play()
			play(t, s, 0, time.Minute, 1)
			await(t, tol.start, "one second of sound", func() bool { return position(s) > time.Second })
			keeps(t, s, tol, 1)
		})
	})
	t.Run("rate", func(t *testing.T) {
		run(t, func(t *testing.T, s *Sink) {
			t.Helper()
			s.Play()
			play(t, s, 0, time.Minute, 1.5)
			await(t, tol.start, "one second of media", func() bool { return position(s) > time.Second })
			keeps(t, s, tol, 1.5)
		})
	})
	t.Run("pause stands and play goes on", func(t *testing.T) {
		run(t, func(t *testing.T, s *Sink) {
			t.Helper()
			s.Play()
			play(t, s, 0, time.Minute, 1)
			await(t, tol.start, "half a second of sound", func() bool { return position(s) > time.Second/2 })
			for range 3 {
				s.Pause()
				stood := position(s)
				observe(300*time.Millisecond, func(now time.Time) {
					p, ok := s.Position(now)
					assert.True(t, ok)
					assert.Equal(t, stood, p)
				})
				s.Play()
				begun := time.Now()
				await(t, tol.start, "movement", func() bool { return position(s) > stood+200*time.Millisecond })
				took := time.Since(begun)
				assert.InDelta(t, 200*time.Millisecond, took, float64(tol.resume))
			}
		})
	})
	t.Run("flush forgets and starts anew", func(t *testing.T) {
		run(t, func(t *testing.T, s *Sink) {
			t.Helper()
			s.Play()
			stop := play(t, s, time.Minute, time.Minute, 1)
			await(t, tol.start, "sound", sounds(s))
			stop()
			for _, pts := range []time.Duration{time.Second, time.Hour, 0} {
				s.Flush()
				_, ok := s.Position(time.Now())
				assert.False(t, ok)
				assert.Zero(t, s.Queued())
				stop = play(t, s, pts, time.Minute, 1)
				await(t, tol.start, "sound", sounds(s))
				assert.InDelta(t, pts, position(s), float64(tol.offset))
				stop()
			}
		})
	})
	t.Run("jumps between chunks are followed", func(t *testing.T) {
		run(t, func(t *testing.T, s *Sink) {
			t.Helper()
			ctx := t.Context()
			s.Play()
			var wg sync.WaitGroup
			wg.Go(func() {
				assert.NoError(t, sine(ctx, s, 0, time.Second, 1))
				assert.NoError(t, sine(ctx, s, time.Hour, time.Second, 1))
			})
			var last time.Duration
			await(t, tol.start+2*time.Second, "the jump", func() bool {
				p := position(s)
				if p < time.Hour {
					last = p
				}
				return p >= time.Hour
			})
			assert.InDelta(t, time.Second, last, float64(tol.offset))
			assert.InDelta(t, time.Hour, position(s), float64(tol.offset))
			wg.Wait()
		})
	})
	t.Run("starved, it stands and counts", func(t *testing.T) {
		run(t, func(t *testing.T, s *Sink) {
			t.Helper()
			s.Play()
			require.NoError(t, sine(t.Context(), s, 0, time.Second, 1))
			await(t, tol.start+time.Second, "the end", func() bool { return position(s) == time.Second })
			observe(300*time.Millisecond, func(now time.Time) { assert.Equal(t, time.Second, position(s)) })
			require.NoError(t, sine(t.Context(), s, time.Second, time.Second, 1))
			await(t, tol.start, "movement", func() bool { return position(s) > time.Second })
			st := s.Stats()
			assert.Equal(t, 1, st.Underruns)
			assert.Greater(t, st.Starved, 200*time.Millisecond)
			assert.False(t, s.Drained())
		})
	})
	t.Run("drained at the end of the stream", func(t *testing.T) {
		run(t, func(t *testing.T, s *Sink) {
			t.Helper()
			s.Play()
			require.NoError(t, sine(t.Context(), s, 0, 60*time.Millisecond, 1))
			assert.False(t, s.Drained())
			s.EndOfStream()
			assert.False(t, s.Drained())
			await(t, tol.start, "drained", s.Drained)
			assert.Equal(t, 60*time.Millisecond, position(s))
			assert.Zero(t, s.Queued())
			assert.Zero(t, s.Stats().Underruns)
			s.Flush()
			assert.False(t, s.Drained())
			s.EndOfStream()
			assert.True(t, s.Drained(), "nothing was written")
		})
	})
	t.Run("write blocks while the ring is full", func(t *testing.T) {
		run(t, func(t *testing.T, s *Sink) {
			t.Helper()
			result := make(chan error, 1)
			write := func(ctx context.Context) {
				go func() { result <- sine(ctx, s, 0, time.Minute, 1) }()
				await(t, tol.start, "a full ring", func() bool { return s.Queued() == 400*time.Millisecond })
			}
			ctx, cancel := context.WithCancel(t.Context())
			write(ctx)
			cancel()
			require.ErrorIs(t, <-result, context.Canceled)
			assert.Equal(t, 400*time.Millisecond, s.Queued())
			s.Flush()
			write(t.Context())
			s.Flush()
			require.ErrorIs(t, <-result, ErrFlushed)
			write(t.Context())
			require.NoError(t, s.Close())
			require.ErrorIs(t, <-result, ErrClosed)
			require.ErrorIs(t, s.Write(t.Context(), Chunk{}), ErrClosed)
			require.NoError(t, s.Close())
		})
	})
}

func TestContractFake(t *testing.T) {
	tol := tolerance{slope: 0.002, rms: time.Millisecond, offset: 30 * time.Millisecond, resume: 80 * time.Millisecond, start: 5 * time.Second}
	contract(t, tol, func(t *testing.T, test func(*testing.T, *Sink)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s, _ := newFakeSink(t)
			test(t, s)
			if s.Stats().DeviceOpens > 0 {
				assert.Zero(t, s.Stats().DeviceLosses)
			}
		})
	})
}

func TestContractNull(t *testing.T) {
	tol := tolerance{slope: 0.0005, rms: time.Millisecond, offset: 30 * time.Millisecond, resume: 30 * time.Millisecond, start: 5 * time.Second}
	contract(t, tol, func(t *testing.T, test func(*testing.T, *Sink)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := New(Options{Output: Null})
			t.Cleanup(func() { closeSink(t, s) })
			test(t, s)
			assert.Equal(t, "wall clock", s.Stats().Output)
		})
	})
}

func TestContractNoDevice(t *testing.T) {
	tol := tolerance{slope: 0.0005, rms: time.Millisecond, offset: 30 * time.Millisecond, resume: 30 * time.Millisecond, start: 5 * time.Second}
	contract(t, tol, func(t *testing.T, test func(*testing.T, *Sink)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			r := &fakeRoom{absent: true}
			s := New(Options{open: r.open})
			t.Cleanup(func() { closeSink(t, s) })
			test(t, s)
			assert.Equal(t, "wall clock", s.Stats().Output)
		})
	})
}
