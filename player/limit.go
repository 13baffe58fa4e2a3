package player

import (
	"sync"
	"time"
)

// limitMargin is how far before the end of Limit.Length the last position is that a Seek goes to:
// more than the inexactness of a demuxer's seek (1 µs), less than a picture is shown.
const limitMargin = time.Millisecond

// Limit says how much of each resource is played. The zero value is all of it. Playback ends at
// what comes first, and Play then starts over and counts anew.
type Limit struct {
	// Frames is the number of decoded pictures, 0 for all. All count that were decoded to be shown,
	// on either side of a Seek; a Seek after the last ends playback where it goes.
	Frames int
	// Length is presentation time from the position that was prepared, 0 for all. Seek does not
	// move its end: a Seek to that end or beyond goes to the last picture before it.
	Length time.Duration
}

// limits counts what is decoded of one resource against a Limit. Safe for concurrent use.
type limits struct {
	limit Limit // constant

	mu       sync.Mutex    // guards what follows
	end      time.Duration // presentation time at which Length ends, 0: it does not
	pictures int           // counted against Frames
	last     time.Duration // presentation time at which the last picture of Frames ends, 0: it has not come
	spent    bool          // a Seek came after that picture: nothing more is admitted
}

// begin counts from a position on.
func (l *limits) begin(at time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end, l.pictures, l.last, l.spent = 0, 0, 0, false
	if l.limit.Length > 0 {
		l.end = at + l.limit.Length
	}
}

// seek returns the position that a Seek to a position goes to.
func (l *limits) seek(to time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spent = l.spent || l.last > 0
	if l.end > 0 {
		to = min(to, max(l.end-limitMargin, 0))
	}
	return to
}

// picture counts a picture, and says whether it is within the limit.
func (l *limits) picture(at, duration time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.spent || l.end > 0 && at >= l.end:
		return false
	case l.limit.Frames == 0:
		return true
	case l.pictures == l.limit.Frames:
		return false
	}
	l.pictures++
	if l.pictures == l.limit.Frames {
		l.last = max(at+duration, 1)
	}
	return true
}

// sound says whether sound at a time is within the limit.
func (l *limits) sound(at time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.spent && (l.end == 0 || at < l.end) && (l.last == 0 || at < l.last)
}
