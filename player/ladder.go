package player

import (
	"cmp"
	"context"
	"errors"
	"image"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"latchkey/network"
	"latchkey/player/abr"
	"latchkey/player/hls"
)

const (
	// penalty is how long a variant is left out after something of it could not be had.
	penalty = time.Minute
	// respite is how long a variant is left out that this machine was too slow for.
	respite = 5 * time.Minute
	// lineUp is how far apart the starts of two variants' segments may be for one to follow the other.
	lineUp = 100 * time.Millisecond
)

// errNoOther is returned when no other variant can stand in.
var errNoOther = errors.New("no other variant has this part")

// ladder is the variants of a stream that a track may switch between. Safe for concurrent use.
type ladder struct {
	// Constant.
	session  *session
	controls abr.Controls
	defines  map[string]string
	uris     []string      // by the session's number of the variant; empty: not one to switch to
	rates    []int64       // likewise, bits per second
	sizes    []image.Point // likewise, of the picture, zero: not known
	selects  []int         // the variants that may be switched to, the one that plays first included
	now      func() time.Time

	mu      sync.Mutex // guards what follows
	meter   abr.Meter
	feeds   map[int]*feed
	left    map[int]time.Time // until when a variant is left out
	loading int               // the variant whose segment was asked for last, or is to be asked for next
	reading *feed             // that of the variant whose segment was asked for last
	fixed   int               // the variant that a person has chosen, -1: none
	view    image.Point       // where the picture is shown, in pixels; zero: not known
	heavy   map[int]time.Time // until when a variant is left out that this machine is too slow for, and all above it
}

// rung is a segment in a variant, or what follows the last that its playlist has.
type rung struct {
	variant int
	feed    *feed
	media   *hls.Media // as it was when the segment was looked up
	index   int        // of the segment
}

func (r rung) segment() *hls.Segment { return &r.media.Segments[r.index] }

// wait returns the rung when its segment is there, which in a live stream may be later. It returns io.EOF at the end of the stream, and
// errPassed where the segment is offered no more.
func (r rung) wait(ctx context.Context) (rung, error) {
	n := len(r.media.Segments)
	switch {
	case r.index < n && over(r.media):
		return r, nil
	case over(r.media):
		return r, io.EOF
	case r.index < n:
		return r, r.feed.offers(r.segment())
	}
	var last *hls.Segment
	if n > 0 {
		last = &r.media.Segments[n-1]
	}
	var err error
	r.media, r.index, err = r.feed.after(ctx, last)
	return r, err
}

// newLadder returns the variants that the one at index can be exchanged for in mid-play: with the same sound and the same codecs. nil if
// there is none.
func newLadder(s *session, list *hls.Playlist, index int, main *feed) *ladder {
	variants := list.Multivariant.Variants
	l := &ladder{session: s, controls: s.config.ABR, defines: list.Defines, now: time.Now, loading: index, fixed: -1,
		uris: make([]string, len(variants)), rates: make([]int64, len(variants)), sizes: make([]image.Point, len(variants)), heavy: make(map[int]time.Time),
		feeds: map[int]*feed{index: main}, reading: main, left: make(map[int]time.Time)}
	sound := func(v hls.Variant) string {
		if r := chooseAudio(list.Multivariant.Renditions, v.Audio, s.preferred); r != nil {
			return r.URI
		}
		return ""
	}
	playing, others := variants[index], 0
	for i, v := range variants {
		l.rates[i], l.sizes[i] = v.Bandwidth, image.Pt(v.Width, v.Height)
		if i != index && (v.URI == "" || sound(v) != sound(playing) || !sameCodecs(v.Codecs, playing.Codecs) || (v.Height > 0) != (playing.Height > 0)) {
			continue
		}
		l.uris[i] = v.URI
		l.selects = append(l.selects, i)
		if i != index {
			others++
		}
	}
	if others == 0 {
		return nil
	}
	return l
}

// sameCodecs compares the codecs of two variants by their four-character codes (RFC 6381, 3.3); profiles and levels may differ.
func sameCodecs(a, b string) bool {
	kinds := func(list string) []string {
		var kinds []string
		for codec := range strings.SplitSeq(list, ",") {
			kind, _, _ := strings.Cut(strings.TrimSpace(codec), ".")
			kinds = append(kinds, kind)
		}
		slices.Sort(kinds)
		return kinds
	}
	return slices.Equal(kinds(a), kinds(b))
}

// next returns what is loaded in place of the segment at r: the same part of the presentation, in the variant that bandwidth and buffer
// ask for. What cannot be had or does not line up is left out and r returned.
func (l *ladder) next(ctx context.Context, r rung, buffer time.Duration) rung {
	want := l.choose(r, buffer)
	if want == r.variant {
		return r
	}
	other, err := l.at(ctx, want, r)
	if err != nil {
		return r
	}
	l.take(other)
	return other
}

// choose asks the rules for a variant.
func (l *ladder) choose(r rung, buffer time.Duration) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fixed >= 0 {
		if l.now().Before(l.left[l.fixed]) {
			return r.variant // it cannot be had just now
		}
		return l.fixed
	}
	state := abr.State{Current: -1, Buffer: max(buffer, 0), Target: l.session.config.PlaybackBuffer, Segment: r.segment().Duration}
	state.Bandwidth, state.Recent = l.meter.Bandwidth()
	state.Latency = l.meter.Latency()
	var numbers []int
	for i := range l.uris {
		if i != r.variant && (l.uris[i] == "" || l.now().Before(l.left[i])) {
			continue
		}
		if i == r.variant {
			state.Current = len(numbers)
		}
		numbers = append(numbers, i)
		state.Bandwidths = append(state.Bandwidths, l.rates[i])
	}
	controls := l.controls
	if most := l.most(); most > 0 && (controls.MaxBitrate == 0 || most < controls.MaxBitrate) {
		controls.MaxBitrate = most
	}
	if index := controls.Next(state); index >= 0 {
		return numbers[index]
	}
	return r.variant
}

// tooMuch says whether a variant has more picture than the screen shows, or than the machine can decode. The caller holds mu.
func (l *ladder) tooMuch(variant int) bool {
	for i, until := range l.heavy {
		if l.rates[variant] >= l.rates[i] && l.now().Before(until) {
			return true
		}
	}
	for i, uri := range l.uris {
		if uri != "" && l.rates[i] < l.rates[variant] && fills(l.sizes[i], l.view) && l.sizes[variant].Y > l.sizes[i].Y {
			return true
		}
	}
	return false
}

// most is the highest rate of the variants that are not too much, 0 where none is, or each. The caller holds mu.
func (l *ladder) most() int64 {
	var most int64
	limited := false
	for i, uri := range l.uris {
		switch {
		case uri == "":
		case l.tooMuch(i):
			limited = true
		default:
			most = max(most, l.rates[i])
		}
	}
	if !limited {
		return 0
	}
	return most
}

// fills says whether a picture has as many pixels as it is shown with in a view.
func fills(size, view image.Point) bool {
	return size.X > 0 && size.Y > 0 && view.X > 0 && view.Y > 0 && (size.Y >= view.Y || size.X >= view.X)
}

// show says how large the picture is shown, in pixels.
func (l *ladder) show(view image.Point) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.view = view
}

// overload leaves out a variant that this machine is too slow for, and all above it, for a while. It reports whether there is a lower one.
func (l *ladder) overload(variant int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if variant < 0 || l.fixed >= 0 || !slices.ContainsFunc(l.selects, func(i int) bool { return l.rates[i] < l.rates[variant] }) {
		return false
	}
	l.heavy[variant] = l.now().Add(respite)
	return true
}

// at finds the segment of another variant that starts where the given one does. A variant whose playlist cannot be had, or that does not
// line up, is left out for a while.
func (l *ladder) at(ctx context.Context, variant int, r rung) (rung, error) {
	l.mu.Lock()
	f := l.feeds[variant]
	l.mu.Unlock()
	switch {
	case f == nil:
		fetched, err := l.session.openFeed(ctx, l.uris[variant], l.defines)
		if err != nil {
			l.leave(variant)
			return rung{}, err
		}
		fetched.lineUpWith(r.media)
		l.mu.Lock()
		l.feeds[variant] = fetched
		l.mu.Unlock()
		f = fetched
	case f != r.feed && f.live():
		f.refresh(ctx)
		f.lineUpWith(r.media)
	}
	segment, media := r.segment(), f.current()
	index := media.At(segment.Start + lineUp)
	if index >= 0 {
		found := &media.Segments[index]
		if (found.Start-segment.Start).Abs() <= lineUp && found.DiscontinuitySequence == segment.DiscontinuitySequence && !found.Gap {
			return rung{variant: variant, feed: f, media: media, index: index}, nil
		}
		if !over(media) && found.End() <= segment.Start+lineUp {
			return rung{}, errNoOther // it is not there yet
		}
	}
	l.leave(variant)
	return rung{}, errNoOther
}

// feed is that of the variant whose segment was asked for last.
func (l *ladder) feed() *feed {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reading
}

// take notes which variant is loaded.
func (l *ladder) take(r rung) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.loading, l.reading = r.variant, r.feed
}

// fix has a variant loaded from now on, -1: the one that fits. It reports whether there is such a one.
func (l *ladder) fix(variant int) bool {
	if variant >= len(l.uris) || variant >= 0 && l.uris[variant] == "" {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fixed = max(variant, -1)
	if variant >= 0 {
		l.loading = variant
	}
	return true
}

// chosen is the variant that a person has chosen, or -1.
func (l *ladder) chosen() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fixed
}

// last is the variant whose segment was asked for last.
func (l *ladder) last() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.loading
}

// leave leaves a variant out for a while.
func (l *ladder) leave(variant int) {
	l.mu.Lock()
	l.left[variant] = l.now().Add(penalty)
	l.mu.Unlock()
}

// instead returns the part of the presentation at r in another variant, after it could not be had: first from a variant of the same
// bandwidth, which is a backup stream, then from the nearest lower ones, then from the nearest higher ones, limits or not: to play on
// comes first. tried has the variants that do not have it either, and is added to.
func (l *ladder) instead(ctx context.Context, r rung, tried map[int]bool) (rung, error) {
	l.leave(r.variant)
	tried[r.variant] = true
	for _, variant := range l.order(r.variant) {
		if tried[variant] {
			continue
		}
		other, err := l.at(ctx, variant, r)
		if err == nil {
			l.take(other)
			return other, nil
		}
		tried[variant] = true
		if err := context.Cause(ctx); err != nil {
			return rung{}, err
		}
	}
	return rung{}, errNoOther
}

// order is the variants in the order in which they stand in for one: those that are left out for now come last.
func (l *ladder) order(of int) []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	var order []int
	for i, uri := range l.uris {
		if uri != "" {
			order = append(order, i)
		}
	}
	now, rate := l.now(), l.rates[of]
	rank := func(i int) int {
		switch {
		case now.Before(l.left[i]):
			return 2
		case l.rates[i] > rate:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(apart(l.rates[a], rate), apart(l.rates[b], rate)))
	})
	return order
}

func apart(a, b int64) int64 { return max(a-b, b-a) }

// downloaded tells of a segment that came over the network.
func (l *ladder) downloaded(class network.Class, bytes int, took, firstByte time.Duration) {
	if class != network.ClassSegment {
		return
	}
	l.mu.Lock()
	l.meter.Add(int64(bytes), took, firstByte)
	l.mu.Unlock()
}

// bandwidth is the estimate in bits per second, 0 before the first download.
func (l *ladder) bandwidth() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	steady, _ := l.meter.Bandwidth()
	return steady
}
