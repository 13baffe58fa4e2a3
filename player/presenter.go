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
	// maxPictureBytes bounds the bytes of those that wait, unless two pictures take more.
	maxPictureBytes = 128 << 20
	// tickTolerance is how early a picture may be shown: half a tick of 60 Hz.
	tickTolerance = 8 * time.Millisecond
	// repeatTolerance is how long after its time a picture counts as repeated.
	repeatTolerance = 20 * time.Millisecond
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

// tally counts what became of the pictures of one resource. It is the presenter's, which guards it.
type tally struct {
	frames  Frames
	offsets offsets // picture against sound
}

// waitingPicture is a picture, and where it is counted.
type waitingPicture struct {
	*frame.Video
	tally *tally
}

// presenter holds the decoded pictures that wait to be shown. put is called by the decoder, next by
// the window's tick; all methods are safe for concurrent use.
type presenter struct {
	space *notice

	mu       sync.Mutex
	pictures []waitingPicture
	waiting  []time.Duration // when they are due, by the outputs' clock; kept beside to be handed to choose
	first    bool            // the next picture is shown as soon as it is there
	still    *frame.Video    // a picture that is shown at once, may be nil
	ended    bool
	lastEnd  time.Duration // when the picture on screen ends
	shown    bool          // something is on screen since the last reset
	repeated bool          // the picture on screen was counted as repeated
	tally    *tally        // of the picture on screen
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

// goOn says that pictures follow those that were said to be the last: the next is shown when it is due.
func (p *presenter) goOn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.first, p.ended = false, false
}

// put hands a picture over that is due at a time of the outputs' clock, waiting while the queue is full. When ctx ends first, the picture is
// released and ctx's cause returned.
func (p *presenter) put(ctx context.Context, v *frame.Video, at time.Duration, t *tally) error {
	room := min(max(maxPictureBytes/max(pictureBytes(v), 1), 2), pictureQueue)
	for {
		space := p.space.wait()
		p.mu.Lock()
		if ctx.Err() == nil && len(p.pictures) < room {
			p.pictures = append(p.pictures, waitingPicture{v, t})
			p.waiting = append(p.waiting, at)
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
func (p *presenter) count(t *tally, decoded, shown int) {
	p.mu.Lock()
	t.frames.Decoded += decoded
	t.frames.Shown += shown
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
			p.tally.frames.Repeated++
		}
		p.mu.Unlock()
		return nil, false
	}
	for _, late := range p.pictures[:due] {
		late.Release()
		late.tally.frames.Dropped++
	}
	at, chosen := p.waiting[due], p.pictures[due]
	v, first, p.tally = chosen.Video, p.first, chosen.tally
	clear(p.pictures[:due+1])
	p.pictures, p.waiting = p.pictures[due+1:], p.waiting[due+1:]
	p.first, p.shown, p.repeated = false, true, false
	p.lastEnd = at + v.Duration
	p.tally.frames.Shown++
	if running && !first {
		p.tally.offsets.add(pos - at)
	}
	p.mu.Unlock()
	p.space.post()
	return v, first
}

// clock returns the outputs' clock at the last tick, and whether it moves.
func (p *presenter) clock() (pos time.Duration, running bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pos, p.running
}

// miss counts a picture that was not even decoded.
func (p *presenter) miss(t *tally) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.frames.Dropped++
}

// level says how many pictures wait, whether one was shown since the reset, whether the last was
// put, and when the one on screen ends by the outputs' clock.
func (p *presenter) level() (waiting int, shown, ended bool, lastEnd time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.pictures), p.shown, p.ended, p.lastEnd
}

// figures returns the counters, and the offsets of picture against sound.
func (p *presenter) figures(t *tally) (Frames, Offsets) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return t.frames, t.offsets.sum()
}

// counted returns the counters.
func (p *presenter) counted(t *tally) Frames {
	p.mu.Lock()
	defer p.mu.Unlock()
	return t.frames
}
