package abr

import (
	"sort"
	"time"
)

const (
	// safety is the share of the estimated bandwidth that a variant may need to be kept up.
	safety = 0.9
	// slowest is the share of a variant's rate that the bandwidth must have for the variant to be ridden on the buffer.
	slowest = 0.5
	// highMark and lowMark are where riding begins and ends, in percent of the buffer's target.
	highMark, lowMark = 90, 60
	// lowBuffer is what the low mark is never below.
	lowBuffer = 8 * time.Second
	// bufferShare is how much of the buffer the download of one segment may use up.
	bufferShare = 0.7
	// maxBuffer bounds the target that the marks are reckoned from.
	maxBuffer = 60 * time.Second
)

// State is what the choice of the next segment's variant depends on.
type State struct {
	Bandwidths []int64 // of the variants, bits per second, in any order; peak rates as EXT-X-STREAM-INF has them
	Current    int     // the variant of the segment before, -1 at the start
	Buffer     time.Duration
	Target     time.Duration // how much is to be buffered, at most
	Segment    time.Duration // the next segment's duration
	Bandwidth  int64         // Meter.Bandwidth: bits per second, 0: not known
	Recent     int64         // likewise, of the last seconds
	Latency    time.Duration // Meter.Latency
}

// Next returns the index of the variant that the next segment is loaded from.
//
// The bandwidth says which variants can be kept up: those that 90 % of it carries. The buffer says when one above them may be ridden:
// from a full buffer on, the next one above, until the buffer has fallen to its low mark. So a ladder with wide steps is used well, with
// a switch every minute or so and not at each segment. A step up needs more bandwidth than the rung to leave by the policy's margin;
// the conservative policy does not ride. No choice may need more than 70 % of the buffer for one segment, but for the lowest.
func (c Controls) Next(s State) int {
	ladder := c.ladder(s.Bandwidths)
	known := s.Current >= 0 && s.Current < len(s.Bandwidths)
	switch {
	case len(ladder) == 0:
		return -1
	case !known:
		return c.Initial(s.Bandwidths)
	case s.Bandwidth <= 0:
		return s.Current
	}
	target := min(max(s.Target, 2*lowBuffer), maxBuffer)
	high, low := target*highMark/100, max(target*lowMark/100, lowBuffer)
	if s.Buffer < low {
		s.Bandwidth = min(s.Bandwidth, s.Recent) // no time to find out whether a fall is one
	}
	current := carries(ladder, s.Bandwidths, float64(s.Bandwidths[s.Current]))
	choice := carries(ladder, s.Bandwidths, float64(s.Bandwidth)*safety)
	switch {
	case current > choice && s.Buffer > low && float64(s.Bandwidth) >= slowest*float64(s.Bandwidths[ladder[current]]):
		choice = current // ridden, or the network has just become slower: the buffer is there to be used
	case s.Buffer+s.Segment > high && choice+1 < len(ladder) && current <= choice && c.Policy != Conservative &&
		float64(s.Bandwidth) >= slowest*float64(s.Bandwidths[ladder[choice+1]]):
		choice++
	}
	if choice > current {
		choice = c.climb(ladder, s, current, choice)
	}
	for choice > 0 && !inTime(s, s.Bandwidths[ladder[choice]]) {
		choice--
	}
	return ladder[choice]
}

// ladder returns the variants within the limits from the lowest up, at least one if there is any.
func (c Controls) ladder(bandwidths []int64) []int {
	order := make([]int, len(bandwidths))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return bandwidths[order[a]] < bandwidths[order[b]] })
	allowed := order[:0:0]
	for _, i := range order {
		if bandwidths[i] >= c.MinBitrate && (c.MaxBitrate == 0 || bandwidths[i] <= c.MaxBitrate) {
			allowed = append(allowed, i)
		}
	}
	if len(allowed) == 0 && len(order) > 0 {
		return []int{c.Initial(bandwidths)}
	}
	return allowed
}

// carries is the highest rung of the ladder that a rate carries, else the lowest.
func carries(ladder []int, bandwidths []int64, rate float64) int {
	best := 0
	for i, v := range ladder {
		if float64(bandwidths[v]) <= rate {
			best = i
		}
	}
	return best
}

// climb holds a step up to the policy.
func (c Controls) climb(ladder []int, s State, current, choice int) int {
	margin := 1.2
	switch c.Policy {
	case Aggressive:
		return choice
	case Conservative:
		margin = 1.5
	}
	// The margin is that over the rung to leave; whoever is several rungs below what is carried goes up all at once.
	for choice > current && float64(s.Bandwidth) < margin*float64(s.Bandwidths[ladder[choice-1]]) {
		choice--
	}
	return choice
}

// inTime says whether a segment is there before it has used up too much of the buffer.
func inTime(s State, bandwidth int64) bool {
	takes := s.Latency.Seconds() + float64(bandwidth)*s.Segment.Seconds()/float64(s.Bandwidth)
	return takes <= bufferShare*s.Buffer.Seconds() || s.Buffer < s.Segment && takes <= s.Segment.Seconds()*safety
}

const (
	// keepBuffer is what stays of the buffer when the rest of it is loaded again.
	keepBuffer = 10 * time.Second
	// again is how many times a variant's rate the bandwidth must be for that.
	again = 1.5
)

// Ahead is a segment that was loaded and is still to be played.
type Ahead struct {
	Start     time.Duration // from now on
	Bandwidth int64         // of its variant, bits per second
}

// Keep returns how many of the segments ahead are kept after the choice has gone up to a variant of the given rate. The others are worse, and
// there is time to load them again: ten seconds are kept, and the bandwidth is half as much again as is needed.
func (c Controls) Keep(s State, ahead []Ahead, rate int64) int {
	keep := len(ahead)
	if float64(min(s.Bandwidth, s.Recent)) < again*float64(rate) {
		return keep
	}
	for keep > 0 && ahead[keep-1].Start >= keepBuffer && ahead[keep-1].Bandwidth < rate {
		keep--
	}
	return keep
}

// Download is one that is under way.
type Download struct {
	Bandwidth int64         // of its variant, bits per second
	Segment   time.Duration // its duration
	Got       int64         // bytes
	Total     int64         // bytes, -1: not known
	Since     time.Duration // from the first byte on
	Idle      time.Duration // from the newest byte on
}

const (
	// minAbandon is how long a download is watched before it is given up.
	minAbandon = 500 * time.Millisecond
	// deadAfter is how long nothing may come before a download counts as dead, while there is little in the buffer.
	deadAfter = 3 * time.Second
)

// Abandon says whether a download is so slow that its segment is better loaded from the lower variant that is returned: it would not be
// there before the buffer has run out, and that one would; or it is dead, which a new request need not be. ok is false when it is to go on.
func (c Controls) Abandon(s State, d Download) (index int, ok bool) {
	if d.Since < minAbandon || d.Got <= 0 {
		return 0, false
	}
	rate := float64(d.Got) * 8 / d.Since.Seconds()
	total := float64(d.Total)
	if d.Total < 0 {
		total = float64(d.Bandwidth) / 8 * d.Segment.Seconds()
	}
	left := (total - float64(d.Got)) * 8 / rate
	ladder := c.ladder(s.Bandwidths)
	next := carries(ladder, s.Bandwidths, float64(d.Bandwidth)) - 1
	switch {
	case next >= 0 && d.Idle >= deadAfter && s.Buffer <= lowBuffer:
		return ladder[0], true
	case left <= s.Buffer.Seconds():
		return 0, false
	}
	for i := next; i >= 0; i-- {
		// The segment says how many bits it has of those that its variant may have.
		needs := total*8*float64(s.Bandwidths[ladder[i]])/float64(d.Bandwidth)/rate + s.Latency.Seconds()
		if needs < left/2 && (needs <= s.Buffer.Seconds() || i == 0) {
			return ladder[i], true
		}
	}
	return 0, false
}
