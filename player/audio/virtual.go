package audio

import "time"

const (
	// virtualTick is how often the virtual device takes frames.
	virtualTick = 10 * time.Millisecond
	// virtualLag is how far behind what it took the virtual device plays, at least: it must not run dry between ticks.
	virtualLag = 2 * virtualTick
)

// virtual is the device without sound: it takes frames off the core as the wall clock goes, and plays them
// lag frames later. It belongs to the supervisor.
type virtual struct {
	core    *core
	buf     []float32
	lag     float64
	running bool
	from    time.Time // when it started to run
	taken   int64     // frames since then
	next    int64     // the number of the next frame
}

func newVirtual(c *core) *virtual {
	return &virtual{core: c, buf: make([]float32, SampleRate/50*Channels)}
}

// run starts or stops it.
func (v *virtual) run(now time.Time, on bool) {
	if on && !v.running {
		v.from, v.taken = now, 0
	}
	v.running = on
}

// advance takes what is due.
func (v *virtual) advance(now time.Time) {
	if !v.running {
		return
	}
	ran := now.Sub(v.from)
	due := int64(ran/time.Second)*SampleRate + int64(ran%time.Second)*SampleRate/int64(time.Second)
	for v.taken < due {
		n := min(due-v.taken, int64(len(v.buf)/Channels))
		if !v.core.pull(now, v, v.buf[:n*Channels]) {
			return
		}
		v.taken += n
		v.next += n
	}
	v.core.observe(now, v, float64(v.next)-v.lag)
}
