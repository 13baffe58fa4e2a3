package audio

import (
	"math"
	"time"
)

// ringFrames is what the ring holds at most, 400 ms.
const ringFrames = SampleRate * 400 / 1000

// markTolerance is how far a chunk's PTS may lie from where the one before ends and still continue it. The
// comparison is with the line from the first of them, so that deviations do not add up.
const markTolerance = 50 * time.Microsecond

// line maps frames to media time: pts at frame at, rate media seconds per second from there.
type line struct {
	at   int64
	pts  time.Duration
	rate float64
}

// media is the media time of a frame, which may lie between two.
func (l line) media(frame float64) time.Duration {
	return l.pts + time.Duration(math.Round((frame-float64(l.at))*l.rate*float64(time.Second)/SampleRate))
}

// continues says whether a chunk that starts at a frame with a PTS and a rate lies on the line.
func (l line) continues(frame int64, pts time.Duration, rate float64) bool {
	return rate == l.rate && (l.media(float64(frame))-pts).Abs() <= markTolerance
}

// ring is the bounded queue between Write and the device. Frames are counted from its last clear. Not safe for
// concurrent use.
type ring struct {
	samples []float32
	head    int64  // the next frame to read
	tail    int64  // the next frame to write
	marks   []line // where media time changes its line; the first is that of head
}

func newRing() ring {
	return ring{samples: make([]float32, ringFrames*Channels)}
}

func (r *ring) len() int  { return int(r.tail - r.head) }
func (r *ring) room() int { return ringFrames - r.len() }

func (r *ring) clear() {
	r.head, r.tail, r.marks = 0, 0, r.marks[:0]
}

// write queues as many of the samples as there is room for and returns the number of frames taken. What is not a
// number becomes silence.
func (r *ring) write(samples []float32, pts time.Duration, rate float64) int {
	n := min(len(samples)/Channels, r.room())
	if n == 0 {
		return 0
	}
	if k := len(r.marks); k == 0 || !r.marks[k-1].continues(r.tail, pts, rate) {
		r.marks = append(r.marks, line{at: r.tail, pts: pts, rate: rate})
	}
	at := int(r.tail%ringFrames) * Channels
	for _, v := range samples[:n*Channels] {
		if v != v {
			v = 0
		}
		r.samples[at] = v
		if at++; at == len(r.samples) {
			at = 0
		}
	}
	r.tail += int64(n)
	return n
}

// read takes the frames that lie on one line, as many as dst holds, and returns their number and the
// media time and rate of the first. It returns 0 when the ring is empty.
func (r *ring) read(dst []float32) (n int, pts time.Duration, rate float64) {
	n = min(len(dst)/Channels, r.len())
	if n == 0 {
		return 0, 0, 0
	}
	if len(r.marks) > 1 {
		n = min(n, int(r.marks[1].at-r.head))
	}
	first := r.marks[0]
	at := int(r.head%ringFrames) * Channels
	k := copy(dst[:n*Channels], r.samples[at:])
	copy(dst[k:n*Channels], r.samples)
	pts = first.media(float64(r.head))
	r.head += int64(n)
	switch {
	case len(r.marks) > 1 && r.marks[1].at <= r.head:
		r.marks = append(r.marks[:0], r.marks[1:]...)
	case r.head == r.tail:
		r.marks = r.marks[:0]
	}
	return n, pts, first.rate
}
