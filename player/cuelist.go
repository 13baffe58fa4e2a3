package player

import (
	"cmp"
	"hash/maphash"
	"math"
	"slices"
	"sort"
	"time"

	"latchkey/player/caption"
	"latchkey/player/hls"
)

// Limits of the cues that are kept of the chosen subtitles. An hour of 43,200 cues of two lines
// takes 17 MB.
const (
	maxCueMemory   = 64 << 20 // bytes
	maxLoadedCues  = 200_000
	maxCueSegments = 50_000 // that are remembered as loaded
	// cueOverhead is what the list takes for a cue besides the cue: its hash, its entry in reach,
	// and room to grow.
	cueOverhead = 96
)

// maxTime is the end of time.
const maxTime = time.Duration(math.MaxInt64)

// cueList is what was loaded of subtitles, within the limits. It belongs to one goroutine.
type cueList struct {
	segments map[time.Duration]time.Duration // what was loaded: the ends by the starts
	known    map[uint64]struct{}             // the hashes of cues, of which some stand in several segments
	cues     []caption.Cue                   // by their start; what was published is not changed, but may be appended to
	reach    []time.Duration                 // of each cue: the latest end of it and of those before it
	bytes    int
}

// cueView is what was loaded up to a moment. It is not changed any more. Safe for concurrent use.
type cueView struct {
	cues  []caption.Cue
	reach []time.Duration
}

func newCueList() *cueList {
	return &cueList{segments: make(map[time.Duration]time.Duration), known: make(map[uint64]struct{})}
}

var cueSeed = maphash.MakeSeed()

// hashOf tells cues apart by their times and text.
func hashOf(c *caption.Cue) uint64 {
	var h maphash.Hash
	h.SetSeed(cueSeed)
	maphash.WriteComparable(&h, c.Start)
	maphash.WriteComparable(&h, c.End)
	for _, line := range c.Lines {
		for i := range line {
			_, _ = h.WriteString(line[i].Text) // it never fails
		}
		_ = h.WriteByte('\n')
	}
	return h.Sum64()
}

// next returns the first segment between two times that was not loaded, or nil.
func (l *cueList) next(media *hls.Media, from, to time.Duration) *hls.Segment {
	for i := max(media.At(from), 0); i < len(media.Segments); i++ {
		segment := &media.Segments[i]
		if segment.Start > to {
			break
		}
		if _, loaded := l.segments[segment.Start]; !loaded && !segment.Gap {
			return segment
		}
	}
	return nil
}

// add takes a segment's cues; those that stand in another one, too, are taken once. Where there is
// no room, what is not needed between two times goes. It returns false if there was not enough room
// even so.
func (l *cueList) add(segment *hls.Segment, cues []caption.Cue, from, to time.Duration) bool {
	size := 0
	for i := range cues {
		size += cues[i].Size() + cueOverhead
	}
	if l.bytes+size > maxCueMemory || len(l.cues)+len(cues) > maxLoadedCues || len(l.segments) >= maxCueSegments {
		l.keep(from, to)
	}
	l.segments[segment.Start] = segment.End()
	slices.SortStableFunc(cues, func(a, b caption.Cue) int { return cmp.Compare(a.Start, b.Start) })
	fresh := cues[:0]
	whole := true
	for i := range cues {
		hash := hashOf(&cues[i])
		if _, known := l.known[hash]; known {
			continue
		}
		size := cues[i].Size() + cueOverhead
		if l.bytes+size > maxCueMemory || len(l.known) >= maxLoadedCues {
			whole = false
			break
		}
		l.known[hash] = struct{}{}
		l.bytes += size
		fresh = append(fresh, cues[i])
	}
	l.merge(fresh)
	return whole
}

// merge puts cues, which are in order, where they belong. Those behind all others, as most are, are
// appended.
func (l *cueList) merge(fresh []caption.Cue) {
	if len(fresh) == 0 {
		return
	}
	at := sort.Search(len(l.cues), func(i int) bool { return l.cues[i].Start > fresh[0].Start })
	rest := l.cues[at:]
	if len(rest) > 0 { // what was published stays as it is
		l.cues, l.reach = slices.Clone(l.cues[:at]), slices.Clone(l.reach[:at])
	}
	for len(rest) > 0 || len(fresh) > 0 {
		from := &fresh
		if len(fresh) == 0 || len(rest) > 0 && rest[0].Start <= fresh[0].Start {
			from = &rest
		}
		l.push((*from)[0])
		*from = (*from)[1:]
	}
}

// push appends a cue.
func (l *cueList) push(c caption.Cue) {
	reach := c.End
	if n := len(l.reach); n > 0 {
		reach = max(reach, l.reach[n-1])
	}
	l.cues, l.reach = append(l.cues, c), append(l.reach, reach)
}

// keep drops what lies outside of two times: segments, and cues that are not of a segment that is
// kept. A seek there loads them again.
func (l *cueList) keep(from, to time.Duration) {
	for start, end := range l.segments {
		if end < from || start > to {
			delete(l.segments, start)
		}
	}
	for start, end := range l.segments {
		from, to = min(from, start), max(to, end)
	}
	outside := func(c caption.Cue) bool { return c.End < from || c.Start > to }
	if !slices.ContainsFunc(l.cues, outside) {
		return
	}
	cues := l.cues
	l.cues, l.reach, l.bytes = nil, nil, 0
	clear(l.known)
	for i := range cues {
		if !outside(cues[i]) {
			l.known[hashOf(&cues[i])] = struct{}{}
			l.bytes += cues[i].Size() + cueOverhead
			l.push(cues[i])
		}
	}
}

// view returns what is there.
func (l *cueList) view() *cueView {
	return &cueView{cues: l.cues[:len(l.cues):len(l.cues)], reach: l.reach[:len(l.reach):len(l.reach)]}
}

// at returns the cues that are to be seen at a time. v may be nil.
func (v *cueView) at(position time.Duration) []caption.Cue {
	if v == nil {
		return nil
	}
	var out []caption.Cue
	first, _ := slices.BinarySearch(v.reach, position+1) // before that, all have ended
	for i := first; i < len(v.cues) && v.cues[i].Start <= position && len(out) < maxShownCues; i++ {
		if v.cues[i].End > position {
			out = append(out, v.cues[i])
		}
	}
	return out
}
