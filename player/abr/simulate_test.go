package abr_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/abr"
)

// step is a stretch of a trace: so many seconds at so many bits per second.
type step struct{ seconds, rate float64 }

// trace is a network; it repeats its last step for ever.
type trace struct {
	steps   []step
	latency float64
}

// rate returns the bandwidth at a time and when it changes next.
func (n trace) rate(at float64) (rate, until float64) {
	for _, s := range n.steps {
		if at < until+s.seconds {
			return s.rate, until + s.seconds
		}
		until += s.seconds
	}
	return n.steps[len(n.steps)-1].rate, math.Inf(1)
}

// arrives returns when a request made at a time has its first and its last byte.
func (n trace) arrives(at, bits float64) (first, last float64) {
	at += n.latency
	first = at
	for bits > 0 {
		rate, until := n.rate(at)
		if rate > 0 && at+bits/rate <= until {
			return first, at + bits/rate
		}
		bits -= rate * (until - at)
		at = until
	}
	return first, at
}

const (
	segmentSeconds = 4.0
	segmentCount   = 75 // five minutes
	targetSeconds  = 30.0
	initialSeconds = 2.0
)

var ladder = []int64{300_000, 750_000, 1_500_000, 3_000_000, 6_000_000, 9_000_000}

// outcome is what a playback was like.
type outcome struct {
	mean     float64 // bits per second of what was played
	stalled  float64 // seconds, after the start
	switches int
	start    float64 // seconds to the first frame
}

// play simulates a playback.
func play(c abr.Controls, n trace) outcome {
	var (
		meter       abr.Meter
		out         outcome
		now, buffer float64
		playing     bool
		current     = -1
		loaded      []int64 // the rates of the segments, in order
	)
	pass := func(to float64) {
		if playing {
			out.stalled += max(0, to-now-buffer)
			buffer = max(0, buffer-(to-now))
		}
		now = to
	}
	for len(loaded) < segmentCount {
		if over := buffer + segmentSeconds - targetSeconds; over > 0 {
			pass(now + over)
		}
		steady, recent := meter.Bandwidth()
		next := c.Next(abr.State{Bandwidths: ladder, Current: current, Buffer: duration(buffer), Target: duration(targetSeconds),
			Segment: duration(segmentSeconds), Bandwidth: steady, Recent: recent, Latency: meter.Latency()})
		if current >= 0 && next != current {
			out.switches++
		}
		if current >= 0 && ladder[next] > ladder[current] {
			var ahead []abr.Ahead
			from := max(0, len(loaded)-int(math.Ceil(buffer/segmentSeconds)))
			for i, rate := range loaded[from:] {
				ahead = append(ahead, abr.Ahead{Start: duration(buffer - float64(len(loaded)-from-i)*segmentSeconds), Bandwidth: rate})
			}
			keep := from + c.Keep(abr.State{Bandwidth: steady, Recent: recent}, ahead, ladder[next])
			buffer -= float64(len(loaded)-keep) * segmentSeconds
			loaded = loaded[:keep]
		}
		size := float64(ladder[next]) * segmentSeconds
		first, last := n.arrives(now, size)
		// What a player sees while it waits: it looks ten times a second, and may give up.
		for at := first + 0.5; at < last; at += 0.1 {
			got := received(n, first, at)
			left := buffer
			if playing {
				left = max(0, buffer-(at-now))
			}
			lower, ok := c.Abandon(abr.State{Bandwidths: ladder, Current: next, Buffer: duration(left), Latency: meter.Latency()},
				abr.Download{Bandwidth: ladder[next], Segment: duration(segmentSeconds), Got: int64(got / 8), Total: int64(size / 8), Since: duration(at - first)})
			if !ok {
				continue
			}
			meter.Abandoned(int64(got/8), duration(at-first))
			pass(at)
			next, size = lower, float64(ladder[lower])*segmentSeconds
			first, last = n.arrives(now, size)
			at = first + 0.4
		}
		meter.Add(int64(size/8), duration(last-first), duration(n.latency))
		pass(last)
		buffer += segmentSeconds
		loaded = append(loaded, ladder[next])
		if !playing && buffer >= initialSeconds {
			playing, out.start = true, now
		}
		current = next
	}
	for _, rate := range loaded {
		out.mean += float64(rate) / segmentCount
	}
	return out
}

// received is how many bits came between two times.
func received(n trace, from, to float64) (bits float64) {
	for from < to {
		rate, until := n.rate(from)
		until = min(until, to)
		bits += rate * (until - from)
		from = until
	}
	return bits
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

// best is the highest mean bitrate that anybody could have played without a stall who knew the trace, and started as the player did: by
// dynamic programming over segments and the time at which each is there, in tenths of a second. ok is false when nobody could.
func best(n trace, start float64) (mean float64, ok bool) {
	const tick = 0.1
	ticks := int((segmentCount*segmentSeconds+start)/tick) + 2
	reach := make([]float64, ticks) // best sum of bits by the tick at which the last segment came, -1: not
	for i := range reach {
		reach[i] = -1
	}
	reach[0] = 0
	for i := range segmentCount {
		next := make([]float64, ticks)
		for j := range next {
			next[j] = -1
		}
		due := start + float64(i)*segmentSeconds // when it has to be there
		for at, bits := range reach {
			if bits < 0 {
				continue
			}
			// It may be asked for when the buffer has room.
			asked := max(float64(at)*tick, due+segmentSeconds-targetSeconds)
			for _, rate := range ladder {
				size := float64(rate) * segmentSeconds
				_, last := n.arrives(asked, size)
				slot := int(math.Ceil(last/tick - 1e-9))
				if last > due+1e-9 || slot >= ticks {
					continue
				}
				next[slot] = max(next[slot], bits+size)
			}
		}
		reach = next
	}
	most := -1.0
	for _, bits := range reach {
		most = max(most, bits)
	}
	return most / (segmentCount * segmentSeconds), most >= 0
}

// traces are networks that a ladder is played over.
func traces() map[string]trace {
	saw := trace{}
	for range 20 {
		saw.steps = append(saw.steps, step{10, 2e6}, step{10, 8e6})
	}
	noise := trace{}
	random := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		noise.steps = append(noise.steps, step{1, 4e6 * math.Exp(random.NormFloat64()*0.5)})
	}
	return map[string]trace{
		"steady":     {steps: []step{{600, 5e6}}},
		"fast":       {steps: []step{{600, 50e6}}},
		"slow":       {steps: []step{{600, 500e3}}},
		"step down":  {steps: []step{{120, 8e6}, {600, 1.2e6}}},
		"step up":    {steps: []step{{120, 1.2e6}, {600, 8e6}}},
		"saw":        saw,
		"outage":     {steps: []step{{120, 8e6}, {20, 0}, {600, 8e6}}},
		"latency":    {steps: []step{{600, 5e6}}, latency: 0.3},
		"noise":      noise,
		"cliff":      {steps: []step{{60, 20e6}, {600, 400e3}}},
		"leap":       {steps: []step{{120, 700e3}, {600, 40e6}}},
		"recovering": {steps: []step{{60, 6e6}, {60, 600e3}, {600, 6e6}}},
	}
}

func TestNoStallWhereNoneIsNeeded(t *testing.T) {
	for name, n := range traces() {
		t.Run(name, func(t *testing.T) {
			out := play(abr.Controls{}, n)
			mean, ok := best(n, out.start)
			require.True(t, ok, "the trace can be played without a stall")
			t.Logf("%s: %.0f kbit/s of %.0f possible, %d switches, start %.1f s, stalled %.1f s", name, out.mean/1e3, mean/1e3, out.switches, out.start, out.stalled)
			assert.Zero(t, out.stalled)
			assert.GreaterOrEqual(t, out.mean, 0.9*mean)
		})
	}
}

func BenchmarkTraces(b *testing.B) {
	for name, n := range traces() {
		for _, policy := range []abr.Policy{abr.Conservative, abr.Moderate, abr.Aggressive} {
			b.Run(fmt.Sprintf("%s/%s", name, policy), func(b *testing.B) {
				var out outcome
				for b.Loop() {
					out = play(abr.Controls{Policy: policy}, n)
				}
				b.ReportMetric(out.mean/1e3, "kbit/s")
				b.ReportMetric(out.stalled, "s-stalled")
				b.ReportMetric(float64(out.switches), "switches")
			})
		}
	}
}
