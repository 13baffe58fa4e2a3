package audio

import (
	"sync"
	"time"
)

const (
	// declickFrames is over how many frames starvation fades out and sound comes back, 3 ms.
	declickFrames = SampleRate * 3 / 1000
	// prerollFrames is how much must wait in the ring before an output starts, so that it does not begin starved.
	prerollFrames = playerBufferFrames
	// prerollWait is how long an output waits for that once the first chunk is there.
	prerollWait = 100 * time.Millisecond
)

// core is the ring, the timeline and the clock under one mutex, under which nothing waits.
type core struct {
	room chan struct{} // capacity 1: the ring gave frames away, was cleared or closed

	mu       sync.Mutex
	ring     ring
	timeline timeline
	clock    clock
	output   any   // the one that may pull: a *feed, a *virtual or nil
	handed   int64 // frames handed out since the last flush, starved silence included
	sounded  int64 // the frame after the last one of sound among them
	fadeIn   int   // frames of the fade-in that are left
	tail     [Channels]float32
	fadeOut  int // frames of the decay that are left
	epoch    uint64
	playing  bool
	volume   float64 // gain
	muted    bool
	ended    bool // EndOfStream
	closed   bool
	starved  bool
	first    time.Time // of the first write since the last flush
	last     time.Duration
	heard    bool // last is valid: something sounded since the last flush
	stats    Stats
}

func newCore() *core {
	c := &core{ring: newRing(), room: make(chan struct{}, 1), fadeIn: declickFrames, volume: 1}
	c.clock.reset()
	return c
}

func (c *core) signalRoom() {
	select {
	case c.room <- struct{}{}:
	default:
	}
}

// put queues what fits of a chunk's samples from a frame on and returns the frames taken. The epoch is the one
// in which the chunk's write began.
func (c *core) put(now time.Time, chunk Chunk, from int, epoch uint64) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, ErrClosed
	}
	if c.epoch != epoch {
		return 0, ErrFlushed
	}
	offset := time.Duration(float64(from) * chunk.Rate * float64(time.Second) / SampleRate)
	n := c.ring.write(chunk.Samples[from*Channels:], chunk.PTS+offset, chunk.Rate)
	if n > 0 {
		c.ended = false
		if c.first.IsZero() {
			c.first = now
		}
	}
	return n, nil
}

// flush empties the ring, detaches the output and begins a new epoch.
func (c *core) flush(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock.stop(now)
	c.clock.reset()
	c.ring.clear()
	c.timeline.clear()
	c.output = nil
	c.handed, c.sounded = 0, 0
	c.fadeIn, c.fadeOut, c.tail = declickFrames, 0, [Channels]float32{}
	c.epoch++
	c.ended, c.starved, c.heard = false, false, false
	c.first = time.Time{}
	c.signalRoom()
}

// setPlaying changes the wish to play; the clock obeys at once.
func (c *core) setPlaying(now time.Time, playing bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.playing = playing && !c.closed
	c.runClock(now)
}

// wish is what the Sink's user wants of the outputs.
type wish struct {
	playing bool
	gain    float64
	epoch   uint64
}

func (c *core) wish() wish {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := wish{playing: c.playing, gain: c.volume, epoch: c.epoch}
	if c.muted {
		w.gain = 0
	}
	return w
}

// runClock starts or stops the clock as the wish and the output say. The caller holds mu.
func (c *core) runClock(now time.Time) {
	if c.playing && c.output != nil {
		c.clock.start(now)
	} else {
		c.clock.stop(now)
	}
}

// attach makes an output the one that pulls, nil for none, if the epoch has not changed meanwhile. It
// returns the frame that it gets first and how many frames before it the ear is now.
func (c *core) attach(now time.Time, output any, epoch uint64) (next int64, behind float64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch != epoch {
		return 0, 0, false
	}
	behind = float64(c.handed) - c.clock.at(now, float64(c.handed))
	c.output = output
	if output != nil {
		c.fadeIn = declickFrames
	}
	c.runClock(now)
	return c.handed, behind, true
}

// ready says whether enough waits for an output to start, and if not, when to ask again at the latest
// (zero: when something was written).
func (c *core) ready(now time.Time) (bool, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.handed > 0 || c.ended || c.ring.len() >= prerollFrames:
		return true, time.Time{}
	case c.first.IsZero():
		return false, time.Time{}
	}
	at := c.first.Add(prerollWait)
	return !now.Before(at), at
}

// observe tells the clock where the ear is, if the output is still the one that pulls.
func (c *core) observe(now time.Time, output any, frame float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.output == output {
		c.clock.observe(now, frame)
	}
}

// pull fills dst with the next frames for an output; what is missing is silence. It reports false, with dst
// all silence and nothing counted, when the output is not the one that pulls.
func (c *core) pull(now time.Time, output any, dst []float32) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.output != output {
		clear(dst)
		return false
	}
	for len(dst) > 0 {
		n, pts, rate := c.ring.read(dst)
		if n == 0 {
			break
		}
		c.timeline.add(c.handed, n, pts, rate)
		c.handed += int64(n)
		c.sounded = c.handed
		c.fadeUp(dst[:n*Channels])
		copy(c.tail[:], dst[(n-1)*Channels:n*Channels])
		c.fadeOut, c.starved = declickFrames, false
		dst = dst[n*Channels:]
	}
	if len(dst) > 0 {
		c.starve(dst)
	}
	c.signalRoom()
	c.position(now) // forgets the spans that were heard
	return true
}

// fadeUp applies what is left of the fade-in.
func (c *core) fadeUp(dst []float32) {
	for i := 0; i < len(dst) && c.fadeIn > 0; i += Channels {
		gain := 1 - float32(c.fadeIn)/declickFrames
		for ch := range Channels {
			dst[i+ch] *= gain
		}
		c.fadeIn--
	}
}

// starve fills dst with the decay of the last sample and silence, and counts.
func (c *core) starve(dst []float32) {
	clear(dst)
	for i := 0; i < len(dst) && c.fadeOut > 0; i += Channels {
		c.fadeOut--
		gain := float32(c.fadeOut) / declickFrames
		for ch := range Channels {
			dst[i+ch] = c.tail[ch] * gain
		}
	}
	c.fadeIn = declickFrames
	n := len(dst) / Channels
	c.handed += int64(n)
	if c.ended || c.first.IsZero() {
		return
	}
	if !c.starved {
		c.starved = true
		c.stats.Underruns++
	}
	c.stats.Starved += frames(n)
}

// position is Sink.Position. The caller holds mu.
func (c *core) position(now time.Time) (time.Duration, bool) {
	if c.clock.seen > 0 {
		if media, ok := c.timeline.at(c.clock.at(now, float64(c.handed))); ok {
			c.last, c.heard = media, true
		}
	}
	return c.last, c.heard
}

func (c *core) queued(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	var unheard float64
	if c.clock.seen > 0 {
		unheard = c.timeline.unheard(c.clock.at(now, float64(c.handed)))
	} else {
		unheard = c.timeline.unheard(0)
	}
	return frames(c.ring.len() + int(unheard))
}

// drained says whether the end was announced and everything before it was heard.
func (c *core) drained(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended || c.ring.len() > 0 {
		return false
	}
	return c.sounded == 0 || c.clock.seen > 0 && c.clock.at(now, float64(c.handed)) >= float64(c.sounded)
}

// frames is the duration of n frames of output.
func frames(n int) time.Duration {
	return time.Duration(n) * time.Second / SampleRate
}
