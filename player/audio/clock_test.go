package audio

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func newClock(now time.Time) *clock {
	c := &clock{}
	c.reset()
	c.start(now)
	return c
}

// TestClockSmooths feeds observations as a loaded machine makes them: late by up to some milliseconds, from
// a sound card whose crystal is off.
func TestClockSmooths(t *testing.T) {
	tests := []struct {
		name     string
		off      float64 // of the card, frames per frame
		late     time.Duration
		period   time.Duration
		rms, max time.Duration // of the error, less its mean
	}{
		{"ideal", 0, 0, 20 * time.Millisecond, time.Microsecond, time.Microsecond},
		{"late", 0, 5 * time.Millisecond, 20 * time.Millisecond, 500 * time.Microsecond, 2 * time.Millisecond},
		{"late, long periods", 0, 10 * time.Millisecond, 40 * time.Millisecond, time.Millisecond, 4 * time.Millisecond},
		{"fast card", 0.0005, 5 * time.Millisecond, 20 * time.Millisecond, 500 * time.Microsecond, 2 * time.Millisecond},
		{"slow card", -0.0005, 5 * time.Millisecond, 20 * time.Millisecond, 500 * time.Microsecond, 2 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(3, 4))
			start := time.Unix(1000, 0)
			c := newClock(start)
			truth := func(now time.Time) float64 { return now.Sub(start).Seconds() * SampleRate * (1 + tt.off) }
			last := math.Inf(-1)
			var errs []float64
			for at := tt.period; at < time.Minute; at += tt.period {
				late := time.Duration(random.Float64() * float64(tt.late))
				c.observe(start.Add(at+late), truth(start.Add(at)))
				for look := late; look < tt.period; look += 5 * time.Millisecond {
					now := start.Add(at + look)
					h := c.at(now, math.Inf(1))
					assert.GreaterOrEqual(t, h, last)
					last = h
					if at > 10*time.Second {
						errs = append(errs, (h-truth(now))/SampleRate)
					}
				}
			}
			var mean, sum, worst float64
			for _, e := range errs {
				mean += e / float64(len(errs))
			}
			for _, e := range errs {
				sum += (e - mean) * (e - mean)
				worst = max(worst, math.Abs(e-mean))
			}
			rms := math.Sqrt(sum / float64(len(errs)))
			t.Logf("error mean %.3f ms, rms %.3f ms, max %.3f ms", mean*1000, rms*1000, worst*1000)
			assert.Less(t, rms, tt.rms.Seconds())
			assert.Less(t, worst, tt.max.Seconds())
			assert.InDelta(t, -tt.late.Seconds()/2, mean, tt.late.Seconds()/4+1e-6)
		})
	}
}

func TestClock(t *testing.T) {
	t0 := time.Unix(1000, 0)
	after := func(ms int) time.Time { return t0.Add(time.Duration(ms) * time.Millisecond) }
	unlimited := math.Inf(1)

	t.Run("stands until the first observation", func(t *testing.T) {
		c := newClock(t0)
		assert.Zero(t, c.at(after(500), unlimited))
		c.observe(after(500), -960)
		assert.InDelta(t, -960, c.at(after(500), unlimited), 0)
		assert.InDelta(t, 960, c.at(after(540), unlimited), 1e-6)
	})
	t.Run("runs freely for a while only", func(t *testing.T) {
		c := newClock(t0)
		c.observe(t0, 0)
		assert.InDelta(t, 4800, c.at(after(100), unlimited), 1e-6)
		assert.InDelta(t, 4800, c.at(after(5000), unlimited), 1e-6)
	})
	t.Run("keeps the limit", func(t *testing.T) {
		c := newClock(t0)
		c.observe(t0, 0)
		assert.InDelta(t, 480, c.at(after(50), 480), 0)
	})
	t.Run("never goes back", func(t *testing.T) {
		c := newClock(t0)
		c.observe(t0, 0)
		assert.InDelta(t, 4800, c.at(after(100), unlimited), 1e-6)
		assert.InDelta(t, 4800, c.at(after(50), unlimited), 1e-6, "asked late")
		c.observe(after(100), 0) // more than clockSnap behind
		assert.InDelta(t, 4800, c.at(after(150), unlimited), 1e-6)
		c.observe(after(180), 80*48)
		assert.InDelta(t, 4800, c.at(after(200), unlimited), 1e-6)
		assert.InDelta(t, 4800+480, c.at(after(210), unlimited), 1)
	})
	t.Run("goes to what is far ahead", func(t *testing.T) {
		c := newClock(t0)
		c.observe(t0, 0)
		c.observe(after(20), 48000)
		assert.InDelta(t, 48000, c.at(after(20), unlimited), 0)
	})
	t.Run("stands while stopped", func(t *testing.T) {
		c := newClock(t0)
		c.observe(t0, 0)
		c.stop(after(10))
		c.observe(after(20), 9999)
		assert.InDelta(t, 480, c.at(after(1000), unlimited), 1e-6)
		c.start(after(1000))
		assert.InDelta(t, 480, c.at(after(1010), unlimited), 1e-6)
		c.observe(after(1020), 1440)
		assert.InDelta(t, 1440+480, c.at(after(1030), unlimited), 1e-6)
	})
}

func BenchmarkPosition(b *testing.B) {
	s := New(Options{Output: Null})
	defer func() { _ = s.Close() }() // always nil
	b.ReportAllocs()
	for b.Loop() {
		s.Position(time.Now())
	}
}

func BenchmarkRead(b *testing.B) {
	c := newCore()
	f := newFeed(c)
	f.player = &fakePlayer{device: &fakeDevice{}}
	now := time.Now()
	c.setPlaying(now, true)
	c.attach(now, f, 0)
	samples := make([]float32, feedFrames*Channels)
	p := make([]byte, feedFrames*frameBytes)
	pts := time.Duration(0)
	b.ReportAllocs()
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		if _, err := c.put(now, Chunk{Samples: samples, PTS: pts, Rate: 1}, 0, 0); err != nil {
			b.Fatal(err)
		}
		pts += frames(feedFrames)
		if _, err := f.Read(p); err != nil {
			b.Fatal(err)
		}
	}
}
