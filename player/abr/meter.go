package abr

import (
	"math"
	"time"
)

const (
	fastHalfLife = 3 * time.Second // of the estimate that follows quickly
	slowHalfLife = 6 * time.Second // of the one that does not fall for a single download
	// minSample is the shortest download that says something of the bandwidth: less fits into the buffers of the kernel.
	minSample = 16 << 10
	minTook   = 5 * time.Millisecond
	// minLasted is the least weight of a download: on a network that has become fast, segments of a low variant take no time, and the
	// estimate is to climb all the same.
	minLasted = 4 * time.Second
)

// Meter estimates the bandwidth and the latency from downloads. The zero value knows nothing. It is not safe for concurrent use.
type Meter struct {
	fast, slow average
	latency    average
}

// average is an exponentially weighted mean of values that each lasted a while, corrected for the weight that is missing at the start.
type average struct{ value, weight float64 }

func (a *average) add(value float64, lasted, halfLife time.Duration) {
	keep := math.Exp2(-lasted.Seconds() / halfLife.Seconds())
	a.value = a.value*keep + value*(1-keep)
	a.weight = a.weight*keep + (1 - keep)
}

func (a *average) mean() float64 {
	if a.weight == 0 {
		return 0
	}
	return a.value / a.weight
}

// Add tells of a download: the bytes of its body, how long they took from the first on, and how long the first took to come.
func (m *Meter) Add(bytes int64, took, firstByte time.Duration) {
	if firstByte > 0 {
		m.latency.add(firstByte.Seconds(), time.Second, 4*time.Second)
	}
	if bytes < minSample {
		return
	}
	took = max(took, minTook)
	rate := float64(bytes) * 8 / took.Seconds()
	lasted := max(took, minLasted)
	m.fast.add(rate, lasted, fastHalfLife)
	m.slow.add(rate, lasted, slowHalfLife)
}

// Abandoned tells of a download that was given up: what was thought of the network before no longer holds.
func (m *Meter) Abandoned(bytes int64, took time.Duration) {
	m.fast, m.slow = average{}, average{}
	m.Seed(int64(float64(bytes) * 8 / max(took, minTook).Seconds()))
}

// Seed tells what the network carried before, in bits per second: a first guess, which the first downloads outweigh.
func (m *Meter) Seed(rate int64) {
	m.fast.add(float64(rate), time.Second, fastHalfLife)
	m.slow.add(float64(rate), time.Second, slowHalfLife)
}

// Bandwidth is the estimate in bits per second of the last half minute, and of the last seconds alone; 0 before the first download.
func (m *Meter) Bandwidth() (steady, recent int64) {
	return int64(m.slow.mean()), int64(m.fast.mean())
}

// Latency is the mean time to the first byte.
func (m *Meter) Latency() time.Duration {
	return time.Duration(m.latency.mean() * float64(time.Second))
}
