package audio

import (
	"math"
	"time"
)

const (
	// clockGain is the part of an observation's error that the clock takes over, once it has settled.
	clockGain = 0.05
	// clockTrim is the part of it that goes into the rate: a quarter of the gain's square damps the loop
	// critically.
	clockTrim = clockGain * clockGain / 4
	// clockTrimMax bounds the rate's deviation; sound cards stay well below 0.1 %.
	clockTrimMax = 0.005
	// clockCoast is how long the clock runs without an observation.
	clockCoast = 100 * time.Millisecond
	// clockSnap is the error beyond which the clock no longer bends but goes to what was observed.
	clockSnap = 80 * time.Millisecond
)

// clock interpolates the frame that is heard between observations which come in steps: a phase-locked
// loop over the wall clock. Times are given, none is asked for. Not safe for concurrent use.
type clock struct {
	running bool
	seen    int       // observations since reset or start
	t       time.Time // when the ear was at h
	h       float64   // frames
	trim    float64   // frames per frame above SampleRate
	fresh   time.Time // the last observation, or start
	high    float64   // the furthest frame told
}

// reset forgets everything; the clock stands at frame 0 until the first observation.
func (c *clock) reset() { *c = clock{running: c.running, high: math.Inf(-1)} }

// start lets the clock go on: it stands where it is until the first observation, and takes that as it is.
func (c *clock) start(now time.Time) {
	if !c.running {
		c.running, c.t, c.fresh = true, now, now
		c.seen = 0
	}
}

// stop makes it stand.
func (c *clock) stop(now time.Time) {
	if c.running {
		c.h, c.t = c.raw(now), now
		c.running = false
	}
}

// raw is the estimate, which may lie before what was told.
func (c *clock) raw(now time.Time) float64 {
	if !c.running || c.seen == 0 {
		return c.h
	}
	if limit := c.fresh.Add(clockCoast); now.After(limit) {
		now = limit
	}
	return c.h + now.Sub(c.t).Seconds()*SampleRate*(1+c.trim)
}

// at is the frame heard now, at most limit, and never less than it said before; 0 before the first observation.
// It is negative while the first frame is on its way.
func (c *clock) at(now time.Time, limit float64) float64 {
	if c.seen == 0 {
		return max(c.h, c.high)
	}
	c.high = max(c.high, min(c.raw(now), limit))
	return c.high
}

// observe takes in that the ear was at a frame. Observations while the clock stands are ignored.
func (c *clock) observe(now time.Time, frame float64) {
	if !c.running {
		return
	}
	predicted := c.raw(now)
	err := frame - predicted
	interval := now.Sub(c.fresh).Seconds()
	c.t, c.fresh = now, now
	c.seen++
	snap := clockSnap.Seconds() * SampleRate
	if c.seen == 1 || err > snap || err < -snap {
		c.h, c.trim = frame, 0
		return
	}
	c.h = predicted + err*max(clockGain, 1/float64(c.seen))
	if interval > 0 {
		c.trim += clockTrim * err / (SampleRate * interval)
		c.trim = max(-clockTrimMax, min(c.trim, clockTrimMax))
	}
}
