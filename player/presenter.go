package player

import (
	"context"
	"sync"
	"time"

	"latchkey/player/frame"
)

const (
	// pictureQueue is how many decoded pictures wait to be shown: DESIGN's 3 to 4.
	pictureQueue = 4
	// tickTolerance is how early a picture may be shown: half a tick of 60 Hz.
	tickTolerance = 8 * time.Millisecond
	// repeatTolerance is how long after its time a picture counts as repeated.
	repeatTolerance = 20 * time.Millisecond
	// maxOffsets bounds the samples of picture against sound that a report sums up.
	maxOffsets = 20_000
)

// choose says which of the pictures that wait is due at pos: its index, or -1 for none. Those before
// it are too late. It is the frame release policy: a pure function.
func choose(waiting []time.Duration, pos time.Duration) int {
	due := -1
	for i, pts := range waiting {
		if pts > pos+tickTolerance {
			break
		}
		due = i
	}
	return due
}

// presenter holds the decoded pictures that wait to be shown. put is called by the decoder, next by
// the window's tick; all methods are safe for concurrent use.
type presenter struct {
	space *notice

	mu       sync.Mutex
	pictures []*frame.Video
	waiting  []time.Duration // their times, kept beside to be handed to choose
	first    bool            // the next picture is shown as soon as it is there
	still    *frame.Video    // a picture that is shown at once, may be nil
	ended    bool
	lastEnd  time.Duration // when the picture on screen ends
	shown    bool          // something is on screen since the last reset
	repeated bool          // the picture on screen was counted as repeated
	frames   Frames
	offsets  []time.Duration
	pos      time.Duration // the clock at the last tick, when running
	running  bool
}

func newPresenter() *presenter {
	return &presenter{space: newNotice()}
}

// reset drops what waits, and shows the next picture that comes at once.
func (p *presenter) reset() {
	p.mu.Lock()
	for _, v := range p.pictures {
		v.Release()
	}
	p.still.Release()
	p.pictures, p.waiting, p.still = nil, nil, nil
	p.first, p.ended, p.shown, p.repeated, p.lastEnd = true, false, false, false, 0
	p.running = false
	p.mu.Unlock()
	p.space.post()
}

// put hands a picture over, waiting while the queue is full. When ctx ends first, the picture is
// released and ctx's cause returned.
func (p *presenter) put(ctx context.Context, v *frame.Video) error {
	for {
		space := p.space.wait()
		p.mu.Lock()
		if ctx.Err() == nil && len(p.pictures) < pictureQueue {
			p.pictures = append(p.pictures, v)
			p.waiting = append(p.waiting, v.PTS)
			p.mu.Unlock()
			return nil
		}
		p.mu.Unlock()
		select {
		case <-space:
		case <-ctx.Done():
			v.Release()
			return context.Cause(ctx)
		}
	}
}

// interject has a picture shown at once, out of turn. It is the presenter's from now on.
func (p *presenter) interject(v *frame.Video) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.still.Release()
	p.still = v
}

// end says that no picture follows.
func (p *presenter) end() {
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
}

// count adds to the counters of pictures that never come here.
func (p *presenter) count(decoded, shown int) {
	p.mu.Lock()
	p.frames.Decoded += decoded
	p.frames.Shown += shown
	p.mu.Unlock()
}

// next returns the picture that is due at pos, and true when it is the first since a reset. running
// says that pos moves. The caller owns the picture.
func (p *presenter) next(pos time.Duration, running bool) (v *frame.Video, first bool) {
	p.mu.Lock()
	p.pos, p.running = pos, running
	if v = p.still; v != nil {
		p.still = nil
		p.mu.Unlock()
		return v, false
	}
	due := -1
	switch {
	case len(p.pictures) == 0:
	case p.first:
		due = 0
	case running:
		due = choose(p.waiting, pos)
	}
	if due < 0 {
		if running && p.shown && !p.ended && !p.repeated && pos > p.lastEnd+repeatTolerance {
			p.repeated = true
			p.frames.Repeated++
		}
		p.mu.Unlock()
		return nil, false
	}
	for _, late := range p.pictures[:due] {
		late.Release()
		p.frames.Dropped++
	}
	v, first = p.pictures[due], p.first
	clear(p.pictures[:due+1])
	p.pictures, p.waiting = p.pictures[due+1:], p.waiting[due+1:]
	p.first, p.shown, p.repeated = false, true, false
	p.lastEnd = v.PTS + v.Duration
	p.frames.Shown++
	if running && !first && len(p.offsets) < maxOffsets {
		p.offsets = append(p.offsets, pos-v.PTS)
	}
	p.mu.Unlock()
	p.space.post()
	return v, first
}

// clock returns the presentation time of the last tick, and whether it moves.
func (p *presenter) clock() (pos time.Duration, running bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pos, p.running
}

// miss counts a picture that was not even decoded.
func (p *presenter) miss() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frames.Dropped++
}

// level says how many pictures wait, whether one was shown since the reset, whether the last was
// put, and when the one on screen ends.
func (p *presenter) level() (waiting int, shown, ended bool, lastEnd time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.pictures), p.shown, p.ended, p.lastEnd
}

// figures returns the counters, and the offsets of picture against sound.
func (p *presenter) figures() (Frames, []time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.frames, append([]time.Duration(nil), p.offsets...)
}

// counted returns the counters.
func (p *presenter) counted() Frames {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.frames
}

// forget sets the counters to zero: a new resource.
func (p *presenter) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frames, p.offsets = Frames{}, nil
}
