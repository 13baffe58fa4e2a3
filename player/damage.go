package player

import (
	"context"
	"slices"
	"time"

	"latchkey/player/hls"
)

// damage says whether an error comes of a segment's bytes that make no media, rather than of bytes or a key that could not be had. A key that
// deciphered another segment is the right one. An init section is not of one segment alone.
func (s *segmentReader) damage(err error) bool {
	if s.initRun {
		return false
	}
	switch code, _ := explain(err, new(Error)); code {
	case CodeNotMedia, CodeNoStreams, CodeCorrupt, CodeSegmentIncomplete:
		return true
	case CodeWrongKey:
		return s.track.session.proved(s.now.segment.Keys)
	}
	return false
}

// maxProved is how many keys are remembered that were the right ones: those of each track, and of the segments that are replaced.
const maxProved = 16

// prove notes that a segment was deciphered with one of the keys and read to its end.
func (s *session) prove(keys []hls.Key) {
	if len(keys) == 0 || s.proved(keys) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.right = append(s.right, keys[0])
	if len(s.right) > maxProved {
		s.right = slices.Delete(s.right, 0, 1)
	}
}

// proved says whether another segment was deciphered with one of the keys.
func (s *session) proved(keys []hls.Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(keys) > 0 && slices.ContainsFunc(s.right, func(k hls.Key) bool { return k.Method == keys[0].Method && k.URI == keys[0].URI })
}

// standIn has the reader go on with another variant's segment in the place of the one that is damaged. It says whether there is one.
func (t *hlsTrack) standIn(ctx context.Context, reader *segmentReader, out *pipeline, tried map[int]bool) bool {
	at := reader.now.at
	if t.ladder == nil || at.segment().Part > 0 {
		return false
	}
	for {
		var err error
		if at, err = t.ladder.instead(ctx, at, tried); err != nil {
			return false
		}
		l := &loader{track: t, out: out, replaces: true} // some of the damaged one may be in the queues
		instead, done := l.begin(ctx, at)
		if instead.refused(ctx) {
			_ = done() // another one may have it
			continue
		}
		t.session.work.Go(func() { _ = done() }) // who reads it says why
		reader.leaveOut(&instead)
		return true
	}
}

// damaged counts the segments in a row that nothing could be made of.
type damaged struct {
	row   int
	last  uint64 // its sequence number
	start time.Duration
	not   map[int]bool // the variants that cannot stand in for what starts there
	first error        // of the first
}

// all is what is wrong with a stream of which nothing could be made.
func (d *damaged) all(reader *segmentReader) error {
	if reader.placed {
		return nil
	}
	return d.first
}

// may says whether a segment may be left out.
func (d *damaged) may(s *hls.Segment) bool {
	if s.Sequence > d.last+1 {
		d.row = 0
	}
	d.row++
	d.last = s.Sequence
	return d.row <= maxSkips
}

// tried are the variants that cannot stand in for a segment; it may stand in for one itself.
func (d *damaged) tried(s *hls.Segment) map[int]bool {
	if d.not == nil || (s.Start-d.start).Abs() > lineUp {
		d.start, d.not = s.Start, make(map[int]bool)
	}
	return d.not
}
