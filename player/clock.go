package player

import (
	"fmt"
	"time"

	"latchkey/player/hls"
	"latchkey/player/libav"
)

const (
	// clockSlack is how far a packet may lie behind the end of the one before it, or outside of its
	// segment's time in the playlist, and be on the same clock. minOverlap is the least, and
	// clockSlack the most, that it may lie before that end.
	clockSlack = time.Second
	minOverlap = 500 * time.Millisecond
	// firstSlack is how far the first packet of a track may lie outside of its segment's time: a
	// track may begin before or after another.
	firstSlack = 10 * time.Second
	// oneClock is how far the jumps of two tracks may lie apart when the tracks have one clock: the
	// tracks of a segment end at different times.
	oneClock = 500 * time.Millisecond
	// maxHeld is how many packets wait until it is known where the time stamps jump to.
	maxHeld = 512
	// missingPart is how much of a segment must be missing at its end to be told of.
	missingPart = 500 * time.Millisecond
	// steadyRate is the least pictures a second of a stream that shows no stills.
	steadyRate = 10
)

// clock keeps the packets of a track of HLS on the playlist's time where time stamps jump without a
// discontinuity: it shifts them so that they go on where the packets before ended. It lasts from
// run to run, until a seek. It belongs to the demuxer's goroutine.
type clock struct {
	track *hlsTrack
	out   *pipeline

	unlocker *unlocker // of the run
	run      *run
	packed   bool          // the run is packed audio, whose times the demuxer counts
	domain   uint64        // discontinuity sequence of the run
	origin   time.Duration // of the run
	placed   bool          // a run of the domain was placed
	began    time.Duration // where the run's first packet stands
	begun    bool          // there was a packet of the run
	off      time.Duration // how much later than in the playlist the newest segment stands
	kinds    map[libav.Kind]*kindClock
	cut      *hls.Segment // that was noted to end early
}

// kindClock is what a clock knows of the packets of one kind.
type kindClock struct {
	shift   time.Duration // what is added to the times of the media
	any     bool          // there was a packet since the last discontinuity
	fresh   bool          // there was none of the run yet
	end     time.Duration // presentation time of the end of the packets so far
	segment *hls.Segment  // of the newest packet
	hole    time.Duration // between the packets of segment and those before
	idle    int           // how many segments another kind has begun since the newest packet
	absent  bool          // the decoder knows that there are none
}

func newClock(t *hlsTrack, out *pipeline) *clock {
	c := &clock{track: t, out: out, kinds: make(map[libav.Kind]*kindClock)}
	for _, kind := range bothKinds {
		c.kinds[kind] = new(kindClock)
	}
	return c
}

// begin says that the packets of another run follow.
func (c *clock) begin(u *unlocker, r *run, first *hls.Segment, packed bool) {
	same := c.placed && !packed && !c.packed && first.DiscontinuitySequence == c.domain
	c.packed = packed
	c.unlocker, c.run, c.domain, c.placed, c.begun = u, r, first.DiscontinuitySequence, same, false
	for kind, k := range c.kinds {
		if !same {
			*k = kindClock{}
		}
		k.fresh, k.idle, k.absent = true, 0, false
		if _, has := r.streams[kind]; !has {
			k.any = false
		}
	}
}

// place says where the run stands, as one of its first packets says.
func (c *clock) place(origin time.Duration, item queued) {
	start := c.track.session.mediaTime(c.track.feed.current(), item.segment.Start)
	c.run.setNear(start)
	if at, ok := c.time(&item, 0); ok && !c.placed {
		c.off = at - item.segment.Start
	} else if !c.placed {
		c.off = start - item.segment.Start
	}
	c.origin, c.placed = origin, true
}

// goesOn returns the origin of the run before, if the run is of the same discontinuity sequence.
func (c *clock) goesOn() (origin time.Duration, ok bool) { return c.origin, c.placed }

// leading is the kind by which the run's time is told.
func (c *clock) leading() libav.Kind {
	if _, video := c.run.streams[libav.KindVideo]; video {
		return libav.KindVideo
	}
	return libav.KindAudio
}

// settle puts packets, in the order of decoding, at their times. It returns how many of the first
// have theirs; the others wait for those that follow, unless it is the end.
func (c *clock) settle(waiting []queued, end bool) int {
	end = end || len(waiting) >= maxHeld
	blocked := [libav.KindData + 1]bool{}
	for i := range waiting {
		item := &waiting[i]
		if item.settled || blocked[item.kind] {
			continue
		}
		at, ok := c.time(item, c.kinds[item.kind].shift)
		if ok && !c.fits(item, at) && !c.jump(waiting[i:], at, end) {
			blocked[item.kind] = true
			continue
		}
		c.take(item)
		item.settled = true
	}
	for i := range waiting {
		if !waiting[i].settled {
			return i
		}
	}
	return len(waiting)
}

// time is the presentation time of a packet with a shift; a packet may have none.
func (c *clock) time(item *queued, shift time.Duration) (time.Duration, bool) {
	ticks := item.ticks()
	return item.run.time(item.kind, ticks) + shift, ticks != libav.NoPTS
}

// fits says whether a packet with that presentation time is on the clock of those before: it
// follows them, or stands where the playlist has its segment. What lies before packets that were
// there is on another clock, unless it takes their place.
func (c *clock) fits(item *queued, at time.Duration) bool {
	k, s := c.kinds[item.kind], item.segment
	overlap := min(max(s.Duration/2, minOverlap), clockSlack)
	slack, missing := firstSlack, time.Duration(0)
	if k.any {
		again := k.fresh && item.run.replaces || s.Start < k.segment.Start-lineUp
		if at >= k.end-overlap && at <= k.end+clockSlack {
			return true
		}
		if at < k.end-overlap && !again {
			return false
		}
		slack, missing = overlap, max(0, s.Start-k.segment.End())
	}
	from, to := s.Start+c.off, s.End()+c.off
	return at >= from-slack-missing && at <= to+max(slack, clockSlack)+missing
}

// jump finds the shift of the first of the packets, which stands at a time and is on another clock
// than those before. It returns false when it has to see more of them, unless it is the end.
func (c *clock) jump(waiting []queued, at time.Duration, end bool) bool {
	item := &waiting[0]
	if item.kind == libav.KindVideo {
		first, whole := c.earliest(waiting)
		if !whole && !end {
			return false
		}
		at = first
	} else if leader := c.leading(); leader != item.kind && !end && c.kinds[leader].any && c.kinds[leader].segment != item.segment {
		return false // the picture's time stamps say by how much, if they jump too
	}
	c.shift(item, at)
	c.track.session.noteOnce("clock", jumpNote(item.segment))
	return true
}

// jumpNote is the note of a segment on another clock.
func jumpNote(s *hls.Segment) string {
	return fmt.Sprintf("The time stamps jump at segment %d, where the playlist has no discontinuity: playback goes on there.", s.Sequence)
}

// earliest is the presentation time, before a new shift, of what is shown first of the pictures,
// the first of which is a key picture. whole says that none before it follows.
func (c *clock) earliest(waiting []queued) (earliest time.Duration, whole bool) {
	k := c.kinds[libav.KindVideo]
	earliest, _ = c.time(&waiting[0], k.shift)
	key := earliest
	for i := range waiting {
		item := &waiting[i]
		if item.kind != libav.KindVideo {
			continue
		}
		dts := item.packet.DTS()
		if dts == libav.NoPTS {
			return earliest, true
		}
		if item.run.time(item.kind, dts)+k.shift >= key {
			return earliest, true // what is decoded later is shown later
		}
		if at, ok := c.time(item, k.shift); ok && at > key-maxReorder {
			earliest = min(earliest, at)
		}
	}
	return earliest, false
}

// maxReorder is how far before a key picture the pictures that follow it may be shown.
const maxReorder = 2 * time.Second

// shift moves the kind of a packet so that what is at a time now goes on behind what was there
// before. Where another track, or a rendition, has jumped to nearly the same clock, both have one.
func (c *clock) shift(item *queued, at time.Duration) {
	k, s := c.kinds[item.kind], item.segment
	expected := s.Start + c.off
	if k.any && expected <= k.end+driftless {
		expected = k.end
	}
	need := k.shift + expected - at
	best, found := need, false
	consider := func(shift time.Duration) {
		if by := (shift - need).Abs(); by <= oneClock && (!found || by < (best-need).Abs()) {
			best, found = shift, true
		}
	}
	for kind, other := range c.kinds {
		if kind != item.kind && other.any {
			consider(other.shift)
		}
	}
	switch timeline := c.track.session.timeline; {
	case c.packed:
	case !c.track.leads:
		if origin, _, ok := timeline.nearest(c.domain, at-k.shift+c.origin, expected, c.period()); ok {
			consider(c.origin - origin)
		}
	case item.kind == c.leading():
		timeline.anchor(c.domain, s.Start, c.origin-best)
	}
	k.shift = best
}

// period is that of the run's time stamps, 0: they do not wrap.
func (c *clock) period() time.Duration {
	if c.run.wraps {
		return wrap
	}
	return 0
}

// take shifts a packet, and notes where it stands.
func (c *clock) take(item *queued) {
	k, s := c.kinds[item.kind], item.segment
	stream := item.run.streams[item.kind]
	item.packet.Shift(libav.ToTicks(k.shift, stream.TimeBase))
	at, ok := c.time(item, 0)
	if !ok {
		return
	}
	long := libav.Ticks(item.packet.Duration(), stream.TimeBase)
	if long <= 0 && stream.FrameRate.Num > 0 {
		long = time.Duration(int64(time.Second) * stream.FrameRate.Den / stream.FrameRate.Num)
	}
	if k.segment != s {
		c.enter(item.kind, s, at)
	}
	if k.fresh && item.run.replaces {
		k.any = false // what was there before is replaced
	}
	if !k.any || at+long > k.end {
		k.end = at + long
	}
	k.any, k.fresh, k.idle = true, false, 0
	if k.absent {
		k.absent = false
		c.out.setAbsent(item.kind, false)
	}
	item.run.setNear(at)
}

// enter notes that the packets of a kind have come to a segment, the first of which is at a time.
func (c *clock) enter(kind libav.Kind, s *hls.Segment, at time.Duration) {
	k := c.kinds[kind]
	before := k.segment
	k.segment, k.hole = s, 0
	if k.any && before != nil && continues(before, s) && (s.Start-before.End()).Abs() < lineUp {
		k.hole = at - k.end
		c.noteCut(before, s)
	}
	c.miss(kind, before, at)
	if kind == c.leading() {
		c.off = at - s.Start
		c.learn(s, at)
	}
}

// miss has playback go on without the other kind when a whole segment has had no packet of it.
func (c *clock) miss(kind libav.Kind, before *hls.Segment, at time.Duration) {
	if !c.begun {
		c.begun, c.began = true, at
	}
	for other, o := range c.kinds {
		if _, has := c.run.streams[other]; !has || other == kind || o.absent {
			continue
		}
		until := c.began
		if o.any {
			until = o.end
		}
		if o.idle++; o.idle > 1 && at-until >= clockSlack {
			o.absent = true
			c.out.setAbsent(other, true)
			c.track.session.noteOnce("absent", fmt.Sprintf("Segment %d has no %s: playback goes on without it.", before.Sequence, kindName(other)))
		}
	}
}

// kindName is what a kind of packets is for a person.
func kindName(kind libav.Kind) string {
	if kind == libav.KindVideo {
		return "picture"
	}
	return "sound"
}

// noteCut tells of a segment whose end is missing, of each of its tracks.
func (c *clock) noteCut(before, s *hls.Segment) {
	least := time.Duration(0)
	for kind, stream := range c.run.streams {
		k := c.kinds[kind]
		if k.segment != s || k.hole < missingPart || kind == libav.KindVideo && stream.FrameRate.Num < steadyRate*stream.FrameRate.Den {
			return
		}
		if least == 0 || k.hole < least {
			least = k.hole
		}
	}
	if c.cut == s {
		return
	}
	c.cut = s
	c.track.session.noteOnce("cut", fmt.Sprintf("Segment %d ends %.1f s early: what is missing of it is left out.", before.Sequence, least.Seconds()))
}

// learn has the session know where a segment stands.
func (c *clock) learn(s *hls.Segment, at time.Duration) {
	if !c.track.leads {
		return
	}
	if session := c.track.session; c.track.feed.live() {
		session.drift.learnLive(s.Start, at)
	} else if session.drift.learn(s.Start, at) {
		session.changed()
	}
}
