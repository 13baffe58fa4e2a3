package player

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"latchkey/player/hls"
)

const (
	// stallTargets is how many target durations a live playlist may stay as it is before the stream counts as stopped, and minStall
	// the least that they are.
	stallTargets = 6
	minStall     = 2 * time.Minute
	// backwardTargets is how many target durations an older playlist than the last is passed over, as one of several servers that lags
	// behind sends it; after that the stream began anew.
	backwardTargets = 3
	// maxMissed is the longest stretch of a live stream that is believed to have been missed.
	maxMissed = 7 * 24 * time.Hour
	// holdBackTargets is the hold-back of a playlist that says none. RFC 8216, 6.3.3.
	holdBackTargets = 3
)

var (
	// errPassed is returned for a part of a live stream that is no longer offered.
	errPassed = errors.New("the live stream has gone past this part")
	// errStill is returned for a live stream to which nothing is added any more.
	errStill = errors.New("nothing was added to the live stream for too long")
)

// feed is a media playlist, which is read again and again while it is live. Safe for concurrent use.
type feed struct {
	// Constant.
	session   *session
	uri       string
	variables map[string]string
	changes   bool // it was live when it was opened: what its addresses name may change

	turn    turn // held over a request that is answered at once
	changed *notice

	mu        sync.Mutex // guards what follows
	list      *hls.Playlist
	whole     *hls.Media    // as list, in presentation time
	media     *hls.Media    // as whole, with the parts of low latency in the place of their segments
	shift     time.Duration // from the playlist's own time to presentation time
	lined     bool          // it was lined up with another
	domains   uint64        // what is added to its discontinuity sequence numbers
	asked     time.Time     // when the last request was made
	confirmed time.Time     // when list was the newest of the server, or a request for a newer one failed
	moved     time.Time     // when it last said something new
	same      bool          // the last request was answered with nothing new, though the server was to wait for that where it can
	err       error         // why there will be nothing new any more
}

// newFeed returns the feed of a playlist that was just read. Its first segment is at presentation time 0, unless it is lined up with
// another.
func newFeed(s *session, uri string, variables map[string]string, list *hls.Playlist) *feed {
	now := time.Now()
	if f := ended(s, uri, list); f != nil {
		list = f
	}
	return &feed{session: s, uri: uri, variables: variables, changes: !over(list.Media), turn: make(turn, 1), changed: newNotice(), list: list, whole: list.Media, media: list.Media.WithParts(), asked: now, confirmed: now, moved: now}
}

// ended returns a playlist without an end as one that has it, when it is in a file that nobody has written to for a while: nobody will.
func ended(s *session, uri string, list *hls.Playlist) *hls.Playlist {
	if over(list.Media) || s.fetcher == nil {
		return nil
	}
	path, local := s.fetcher.local(uri)
	if !local {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil || time.Since(info.ModTime()) < backwardTargets*max(list.Media.TargetDuration, time.Second) {
		return nil
	}
	whole, media := *list, *list.Media
	media.EndList, whole.Media = true, &media
	return &whole
}

// current is the playlist as it was read last, its segments in presentation time. It is not changed any more.
func (f *feed) current() *hls.Media {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.media
}

// live says whether more may come.
func (f *feed) live() bool { return !over(f.current()) }

// over says whether a playlist is all that there will ever be. RFC 8216, 4.3.3.4 and 4.3.3.5.
func over(m *hls.Media) bool { return m.EndList || m.PlaylistType == hls.PlaylistVOD }

// offers returns errPassed when a segment that was there is offered no more.
func (f *feed) offers(s *hls.Segment) error {
	if media := f.current(); len(media.Segments) > 0 && media.Segments[0].Start > s.Start+lineUp {
		return errPassed
	}
	return nil
}

// after returns the place of what follows a segment, or of the first segment where that is nil. It waits for it while the playlist is
// live, and returns io.EOF at the end. It returns errPassed when it was there and is no more.
func (f *feed) after(ctx context.Context, last *hls.Segment) (media *hls.Media, index int, err error) {
	for {
		changed := f.changed.wait()
		f.mu.Lock()
		media, err = f.media, f.err
		f.mu.Unlock()
		index = follows(media, last)
		switch {
		case index < len(media.Segments):
			if last != nil && media.Segments[index].Start > last.End()+lineUp && index == 0 {
				return nil, 0, errPassed
			}
			return media, index, nil
		case over(media):
			return nil, 0, io.EOF
		case err != nil:
			return nil, 0, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, 0, context.Cause(ctx)
		}
	}
}

// follows returns the index of what follows a segment: by its number, or, where the numbers began anew, by its time. It returns
// len(Segments) when that is not there yet.
func follows(media *hls.Media, last *hls.Segment) int {
	if last == nil {
		return 0
	}
	if i := media.BySequence(last.Sequence + 1); i >= 0 && (media.Segments[i].Start-last.End()).Abs() <= lineUp {
		return i
	}
	i, _ := slices.BinarySearchFunc(media.Segments, last.End()-time.Millisecond, func(s hls.Segment, t time.Duration) int {
		return cmp.Compare(s.Start, t)
	})
	for i < len(media.Segments) && media.Segments[i].Sequence == last.Sequence && media.Segments[i].Part <= last.Part {
		i++ // it has no duration, or is whole by now
	}
	return i
}

// window is the stretch of presentation time that is offered.
func (f *feed) window() Range {
	media := f.current()
	if len(media.Segments) == 0 {
		return Range{}
	}
	return Range{Start: media.Segments[0].Start, End: media.Duration()}
}

// holdBack is how far before the window's end playback should be. RFC 8216, 6.3.3; second edition, 4.4.3.8.
func (f *feed) holdBack() time.Duration {
	media := f.current()
	c := media.ServerControl
	switch low := lowLatency(media); {
	case low && c != nil && c.PartHoldBack > 0:
		return c.PartHoldBack
	case low:
		return holdBackTargets * media.PartTarget
	case c != nil && c.HoldBack > 0:
		return c.HoldBack
	}
	return holdBackTargets * target(media)
}

// target is the target duration; of a playlist that rounds it to 0, the newest segment's.
func target(m *hls.Media) time.Duration {
	if m.TargetDuration == 0 && len(m.Segments) > 0 {
		return m.Segments[len(m.Segments)-1].Duration
	}
	return m.TargetDuration
}

// lowLatency says whether a playlist ends in parts.
func lowLatency(m *hls.Media) bool {
	return m.PartTarget > 0 && len(m.Segments) > 0 && m.Segments[len(m.Segments)-1].Part > 0
}

// grain is the length of what the playlist grows by.
func (f *feed) grain() time.Duration {
	media := f.current()
	if lowLatency(media) {
		return media.PartTarget
	}
	return target(media)
}

// edge is where the window's end would be by now if the stream grew without steps.
func (f *feed) edge(now time.Time) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	end := f.media.Duration()
	if over(f.media) {
		return end
	}
	return end + min(max(now.Sub(f.moved), 0), 2*target(f.media))
}

// merge takes a newer playlist. It says whether that has something new. The caller holds mu.
func (f *feed) merge(list *hls.Playlist) bool {
	before, now := f.whole, list.Media
	if over(before) && !over(now) {
		return false // the answer to an older request
	}
	if over(now) && len(now.Segments) == 0 && len(before.Segments) > 0 {
		ended, media := *f.list, *f.list.Media // what was offered last is the end of it
		media.EndList, ended.Media = true, &media
		f.take(&ended, f.shift, f.domains)
		return true
	}
	if len(before.Segments) == 0 || len(now.Segments) == 0 {
		f.take(list, f.shift, f.domains)
		return len(now.Segments) > len(before.Segments) || over(now)
	}
	old, last := &before.Segments[len(before.Segments)-1], &now.Segments[len(now.Segments)-1]
	first := &now.Segments[0]
	switch {
	case (last.Sequence < old.Sequence || last.Sequence == old.Sequence && madeOf(now) < madeOf(before) && !over(now)) &&
		!f.beganAnew(last, old, target(now)):
		return false
	case last.Sequence < old.Sequence || sameButNot(before, first):
		// The encoder was started again: what it counts has nothing to do with before.
		f.session.note("The live stream began anew.")
		f.take(list, old.End()-first.Start, old.DiscontinuitySequence+1-first.DiscontinuitySequence)
		return true
	case first.Sequence > old.Sequence:
		start, domain := old.End(), old.DiscontinuitySequence
		if missing := first.Sequence - old.Sequence - 1; missing > 0 {
			start += min(time.Duration(min(missing, 1<<20))*min(target(now), time.Minute), maxMissed)
			if by, dated := apartByDate(old, first); dated && by > old.Duration && by < maxMissed {
				start = old.Start + by
			}
		}
		if raw := first.DiscontinuitySequence + f.domains; raw > domain {
			domain = raw
		}
		f.take(list, start-first.Start, domain-first.DiscontinuitySequence)
		return true
	}
	same := first // the first that both have
	if i := now.BySequence(before.Segments[0].Sequence); i >= 0 {
		same = &now.Segments[i]
	}
	known := &before.Segments[before.BySequence(same.Sequence)]
	parts := madeOf(before)
	f.take(list, known.Start-same.Start, known.DiscontinuitySequence-same.DiscontinuitySequence)
	return last.Sequence > old.Sequence || over(now) || len(now.Segments) != len(before.Segments) || madeOf(now) != parts
}

// madeOf is how many parts there are of the segment that is being made.
func madeOf(m *hls.Media) int {
	if m.Partial == nil {
		return 0
	}
	return len(m.Partial.Parts)
}

// beganAnew says whether a playlist that ends before the last one did is that of a stream which was started again, and not an old one:
// its clock says so, or it has been the same for long. The caller holds mu.
func (f *feed) beganAnew(last, old *hls.Segment, target time.Duration) bool {
	if by, dated := apartByDate(old, last); dated {
		return by > 0
	}
	return time.Since(f.moved) > backwardTargets*target
}

// sameButNot says whether the segment has the number of one before, but another date, so that it is another one.
func sameButNot(before *hls.Media, s *hls.Segment) bool {
	i := before.BySequence(s.Sequence)
	if i < 0 {
		return false
	}
	by, dated := apartByDate(&before.Segments[i], s)
	return dated && by.Abs() > max(before.TargetDuration, s.Duration)
}

// apartByDate is how much later than a segment another one is by their dates, and whether both have one.
func apartByDate(a, b *hls.Segment) (by time.Duration, dated bool) {
	return b.ProgramDateTime.Sub(a.ProgramDateTime), !a.ProgramDateTime.IsZero() && !b.ProgramDateTime.IsZero()
}

// take makes a playlist the current one. The caller holds mu.
func (f *feed) take(list *hls.Playlist, shift time.Duration, domains uint64) {
	f.list, f.shift, f.domains, f.whole = list, shift, domains, list.Media
	if shift != 0 || domains != 0 {
		media := *list.Media
		media.Segments = slices.Clone(media.Segments)
		for i := range media.Segments {
			media.Segments[i].Start += shift
			media.Segments[i].DiscontinuitySequence += domains
		}
		if media.Partial != nil {
			partial := *media.Partial
			partial.Start += shift
			partial.DiscontinuitySequence += domains
			media.Partial = &partial
		}
		f.whole = &media
	}
	f.media = f.whole.WithParts()
}

// lineUpWith moves a live playlist to where another, of the same presentation, has the same parts: by their dates, by their numbers, or
// by their ends. Of what is not live the starts are the same. RFC 8216, 6.2.4.
func (f *feed) lineUpWith(other *hls.Media) {
	f.mu.Lock()
	defer f.mu.Unlock()
	mine := f.list.Media
	if over(mine) && over(other) || len(mine.Segments) == 0 || len(other.Segments) == 0 {
		return
	}
	last, theirs := &mine.Segments[len(mine.Segments)-1], &other.Segments[len(other.Segments)-1]
	shift := theirs.End() - last.End()
	domains := theirs.DiscontinuitySequence - last.DiscontinuitySequence
	if i := byDate(other, last.ProgramDateTime); i >= 0 {
		match := &other.Segments[i]
		shift = match.Start + last.ProgramDateTime.Sub(match.ProgramDateTime) - last.Start
		domains = match.DiscontinuitySequence - last.DiscontinuitySequence
	} else if f.lined {
		return // to line up by the ends once is guess enough
	} else {
		sequence := min(last.Sequence, theirs.Sequence) // the newest that both may have
		if i, j := mine.BySequence(sequence), other.BySequence(sequence); i >= 0 && j >= 0 {
			a, b := &mine.Segments[i], &other.Segments[j]
			shift, domains = b.Start-a.Start, b.DiscontinuitySequence-a.DiscontinuitySequence
		}
	}
	f.lined = true
	f.take(f.list, shift, domains)
}

// byDate returns the index of the segment that a date lies in, or, after all of them, of the last; -1 without one.
func byDate(m *hls.Media, at time.Time) int {
	if at.IsZero() {
		return -1
	}
	for i := len(m.Segments) - 1; i >= 0; i-- {
		if date := m.Segments[i].ProgramDateTime; !date.IsZero() && !date.After(at.Add(time.Millisecond)) {
			return i
		}
	}
	return -1
}
