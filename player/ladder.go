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
	// failedVariants is how many variants of a pathway fail before all of it is left out.
	failedVariants = 2
	// respite is how long a variant is left out that this machine was too slow for.
	respite = 5 * time.Minute
	// lineUp is how far apart the starts of two variants' segments may be for one to follow the other.
	lineUp = 100 * time.Millisecond
	// maxVariantLag is how long is waited at the live edge for a variant whose playlist is
	// behind that of another: a server publishes them one after another.
	maxVariantLag = 500 * time.Millisecond
	// soon is how much of what is loaded is played still after a person has chosen another variant: time to load that.
	soon = 3 * time.Second
	// bearable is how many times a variant's rate the network must carry for what is there to be given up for it.
	bearable = 1.2
)

// errTooManyClones is returned where a steering server asks for more variants than anybody has.
var errTooManyClones = errors.New("it has too many variants")

// errNoOther is returned when no other variant can stand in.
var errNoOther = errors.New("no other variant has this part")

// errNotYet is returned when a live variant does not have a part yet.
var errNotYet = errors.New("the variant does not have this part yet")

// ladder is the variants of a stream that a track may switch between. Safe for concurrent use.
type ladder struct {
	// Constant.
	session  *session
	controls abr.Controls
	defines  map[string]string
	steer    *pathways // nil: no content steering
	aside    bool      // it is of a sound that goes with the picture: of one pathway there is but one
	selects  []int     // the variants that may be switched to, the one that plays first included, without clones
	now      func() time.Time
	choice   *notice // of a person

	mu       sync.Mutex      // guards what follows
	variants []ladderVariant // by the session's number, and behind them those of clones
	meter    abr.Meter
	feeds    map[int]*feed
	left     map[int]time.Time // until when a variant is left out
	loading  int               // the variant whose segment was asked for last, or is to be asked for next
	reading  *feed             // that of the variant whose segment was asked for last
	fixed    int               // the variant that a person has chosen, -1: none
	view     image.Point       // where the picture is shown, in pixels; zero: not known
	heavy    map[int]time.Time // until when a variant is left out that this machine is too slow for, and all above it
}

// ladderVariant is a variant of a ladder.
type ladderVariant struct {
	uri         string      // empty: not one to switch to
	rate        int64       // bits per second
	size        image.Point // of the picture, zero: not known
	way, stable string      // the pathway, and STABLE-VARIANT-ID or STABLE-RENDITION-ID
	shown       int         // the variant that is told of in its place: of a clone, the one that it is of
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
	l := emptyLadder(s, list.Defines, index, main)
	sound := func(v hls.Variant) *hls.Rendition {
		return chooseAudio(list.Multivariant.Renditions, v.Audio, s.preferred)
	}
	playing := variants[index]
	heard := sound(playing)
	for i, v := range variants {
		added := ladderVariant{rate: v.Bandwidth, size: image.Pt(v.Width, v.Height), way: pathwayOf(v), stable: v.StableID, shown: i}
		if i == index || v.URI != "" && sameSound(sound(v), heard) && sameCodecs(v.Codecs, playing.Codecs) && (v.Height > 0) == (playing.Height > 0) {
			added.uri = v.URI
			l.selects = append(l.selects, i)
		}
		l.variants = append(l.variants, added)
	}
	if len(l.selects) == 1 && list.Multivariant.ContentSteering == nil {
		return nil
	}
	return l
}

// emptyLadder returns a ladder without variants; the one at index, whose playlist is given, plays.
func emptyLadder(s *session, defines map[string]string, index int, main *feed) *ladder {
	l := &ladder{session: s, controls: s.config.ABR, defines: defines, now: time.Now, choice: newNotice(), loading: index, fixed: -1,
		feeds: map[int]*feed{index: main}, reading: main, left: make(map[int]time.Time), heavy: make(map[int]time.Time)}
	if s.network > 0 {
		l.meter.Seed(s.network)
	}
	return l
}

// newSoundLadder returns the playlists that have the sound of a variant: its own, and those of the same sound in other groups, such as another
// pathway's. nil if there is but one.
func newSoundLadder(s *session, m *hls.Multivariant, defines map[string]string, playing *hls.Rendition, main *feed) *ladder {
	l := emptyLadder(s, defines, 0, main)
	l.aside = true
	for _, v := range m.Variants {
		r := chooseAudio(m.Renditions, v.Audio, s.preferred)
		if r == nil || r.URI == "" || !sameSound(r, playing) || slices.ContainsFunc(l.variants, func(o ladderVariant) bool { return o.uri == r.URI }) {
			continue
		}
		added := ladderVariant{uri: r.URI, way: pathwayOf(v), stable: r.StableID, shown: -1}
		if r.URI == playing.URI {
			l.variants = slices.Insert(l.variants, 0, added)
		} else {
			l.variants = append(l.variants, added)
		}
	}
	if len(l.variants) == 0 || l.variants[0].uri != playing.URI || len(l.variants) == 1 && m.ContentSteering == nil {
		return nil
	}
	return l
}

// sameSound says whether two renditions are the same sound for who listens. They may have other bit rates.
func sameSound(a, b *hls.Rendition) bool {
	if a == nil || b == nil {
		return a == b
	}
	return (a.URI == "") == (b.URI == "") && a.Name == b.Name && a.Language == b.Language && a.Channels == b.Channels
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
	if errors.Is(err, errNotYet) {
		other, err = l.late(ctx, want, r)
	}
	if err != nil {
		return r
	}
	l.take(other)
	return other
}

// late is at for a variant that does not have the part yet, which another one has: where the server
// can tell when it has, it may be a moment behind.
func (l *ladder) late(ctx context.Context, variant int, r rung) (rung, error) {
	l.mu.Lock()
	f := l.feeds[variant]
	l.mu.Unlock()
	if control := f.current().ServerControl; control == nil || !control.CanBlockReload {
		return rung{}, errNotYet
	}
	waiting, cancel := context.WithTimeout(ctx, min(f.grain()/2, maxVariantLag))
	defer cancel()
	f.reload(waiting)
	return l.at(ctx, variant, r)
}

// choose asks the rules for a variant.
func (l *ladder) choose(r rung, buffer time.Duration) int {
	way := l.steer.chosen()
	l.mu.Lock()
	defer l.mu.Unlock()
	wanted := l.fixed
	if l.aside {
		wanted = r.variant
	}
	if wanted >= 0 {
		if way != "" && l.variants[wanted].way != way {
			wanted = l.twin(wanted, way)
		}
		if l.now().Before(l.left[wanted]) {
			return r.variant // it cannot be had just now
		}
		return wanted
	}
	controls, state, numbers := l.state(r, buffer, way)
	if index := controls.Next(state); index >= 0 {
		return numbers[index]
	}
	return r.variant
}

// state is what the rules go by for the segment at r: their controls, what they know, and the variants that they have the choice of. way is
// the pathway that is wanted. The caller holds mu.
func (l *ladder) state(r rung, buffer time.Duration, way string) (abr.Controls, abr.State, []int) {
	state := abr.State{Current: -1, Buffer: max(buffer, 0), Target: l.session.config.PlaybackBuffer, Segment: r.segment().Duration}
	state.Bandwidth, state.Recent = l.meter.Bandwidth()
	state.Latency = l.meter.Latency()
	var numbers []int
	for i, v := range l.variants {
		if i != r.variant && (v.uri == "" || l.now().Before(l.left[i])) || way != "" && v.way != way {
			continue
		}
		// The one that plays, or, where another pathway is wanted, what is nearest to it there.
		if rate := l.variants[r.variant].rate; state.Current < 0 || apart(v.rate, rate) < apart(state.Bandwidths[state.Current], rate) || i == r.variant {
			state.Current = len(numbers)
		}
		numbers = append(numbers, i)
		state.Bandwidths = append(state.Bandwidths, v.rate)
	}
	controls := l.controls
	if most := l.most(); most > 0 && (controls.MaxBitrate == 0 || most < controls.MaxBitrate) {
		controls.MaxBitrate = most
	}
	return controls, state, numbers
}

// hopeless says whether the segment at r, which is being loaded, comes so slowly that it is better loaded from a lower variant, and where it
// is there. left is the time in which it has to be there.
func (l *ladder) hopeless(ctx context.Context, r rung, d *download, left time.Duration) (rung, bool) {
	if l.aside {
		return rung{}, false
	}
	way := l.steer.chosen()
	under := d.progress(l.now())
	l.mu.Lock()
	under.Bandwidth, under.Segment = l.variants[r.variant].rate, r.segment().Duration
	controls, state, numbers := l.state(r, left, way)
	index, ok := controls.Abandon(state, under)
	ok = ok && l.fixed < 0
	l.mu.Unlock()
	if !ok {
		return rung{}, false
	}
	other, err := l.at(ctx, numbers[index], r)
	if err != nil {
		return rung{}, false
	}
	l.take(other)
	return other, true
}

// keeps is how many of the segments ahead of a time are kept when a variant is loaded from now on.
func (l *ladder) keeps(variant int, ahead []rung, now time.Duration) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	keep := len(ahead)
	steady, recent := l.meter.Bandwidth()
	switch {
	case l.aside:
	case l.fixed >= 0 && recent > 0 && float64(recent) < bearable*float64(l.variants[variant].rate): // what is there is all that there is to show for now
	case l.fixed >= 0: // a person has chosen, and wants to see it
		for keep > 0 && ahead[keep-1].segment().Start >= now+soon && ahead[keep-1].variant != variant {
			keep--
		}
	default:
		loaded := make([]abr.Ahead, 0, len(ahead))
		for _, r := range ahead {
			loaded = append(loaded, abr.Ahead{Start: r.segment().Start - now, Bandwidth: l.variants[r.variant].rate})
		}
		keep = l.controls.Keep(abr.State{Bandwidth: steady, Recent: recent}, loaded, l.variants[variant].rate)
	}
	return keep
}

// tooMuch says whether a variant has more picture than the screen shows, or than the machine can decode. The caller holds mu.
func (l *ladder) tooMuch(variant int) bool {
	for i, until := range l.heavy {
		if l.variants[variant].rate >= l.variants[i].rate && l.now().Before(until) {
			return true
		}
	}
	of := l.variants[variant]
	for _, v := range l.variants {
		if v.uri != "" && v.rate < of.rate && fills(v.size, l.view) && of.size.Y > v.size.Y {
			return true
		}
	}
	return false
}

// most is the highest rate of the variants that are not too much, 0 where none is, or each. The caller holds mu.
func (l *ladder) most() int64 {
	var most int64
	limited := false
	for i, v := range l.variants {
		switch {
		case v.uri == "":
		case l.tooMuch(i):
			limited = true
		default:
			most = max(most, v.rate)
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
	if variant < 0 || l.fixed >= 0 || !slices.ContainsFunc(l.selects, func(i int) bool { return l.variants[i].rate < l.variants[variant].rate }) {
		return false
	}
	l.heavy[variant] = l.now().Add(respite)
	return true
}

// at finds the segment of another variant that starts where the given one does. A variant whose playlist cannot be had, or that does not
// line up, is left out for a while.
func (l *ladder) at(ctx context.Context, variant int, r rung) (rung, error) {
	l.mu.Lock()
	f, uri := l.feeds[variant], l.variants[variant].uri
	l.mu.Unlock()
	switch {
	case f == nil:
		fetched, err := l.session.openFeed(ctx, uri, l.defines)
		if err != nil {
			l.leave(variant)
			return rung{}, err
		}
		fetched.lineUpWith(r.media)
		l.keep(variant, fetched, r.variant)
		f = fetched
	case f != r.feed && f.live():
		f.refresh(ctx, r.segment().Start+lineUp)
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
			return rung{}, errNotYet
		}
	}
	l.leave(variant)
	return rung{}, errNoOther
}

// keep notes the feed of a variant. Where there are too many, one goes that is not of another
// variant, nor of the one that is loaded.
func (l *ladder) keep(variant int, f *feed, other int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.feeds[variant] = f
	for i, old := range l.feeds {
		if len(l.feeds) > maxFeeds && i != variant && i != other && i != l.loading && old != l.reading {
			delete(l.feeds, i)
			l.session.lists.release(old.uri)
		}
	}
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
	if variant >= 0 && !slices.Contains(l.selects, variant) {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fixed = max(variant, -1)
	if variant >= 0 {
		l.loading = variant
	}
	l.choice.post()
	return true
}

// choices is closed with the next choice of a person. l may be nil: then there is none.
func (l *ladder) choices() <-chan struct{} {
	if l == nil {
		return nil
	}
	return l.choice.wait()
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

// leave leaves a variant out for a while, and its pathway, when that is all that it has, or the second one of it.
func (l *ladder) leave(variant int) {
	l.mu.Lock()
	l.left[variant] = l.now().Add(penalty)
	way, there, failed := l.variants[variant].way, 0, 0
	for i, v := range l.variants {
		if v.uri != "" && v.way == way {
			there++
			if l.now().Before(l.left[i]) {
				failed++
			}
		}
	}
	l.mu.Unlock()
	if l.steer != nil && failed >= min(there, failedVariants) {
		l.steer.fail(way)
	}
}

// has says whether there is a variant of a pathway.
func (l *ladder) has(way string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.variants, func(v ladderVariant) bool { return v.uri != "" && v.way == way })
}

// twin is the variant of a pathway that is nearest to another, or that, when there is none. The caller holds mu.
func (l *ladder) twin(of int, way string) int {
	best := of
	for i, v := range l.variants {
		if v.uri != "" && v.way == way && (best == of || apart(v.rate, l.variants[of].rate) < apart(l.variants[best].rate, l.variants[of].rate)) {
			best = i
		}
	}
	return best
}

// named is the variant that is told of in the place of one.
func (l *ladder) named(variant int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.variants[variant].shown
}

// clone adds the variants of a pathway's clone. What is there already stays as it is.
func (l *ladder) clone(c *hls.PathwayClone) error {
	if l.has(c.ID) {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range slices.Clone(l.variants) {
		if v.uri == "" || v.way != c.Base {
			continue
		}
		if len(l.variants) >= maxCloned {
			return errTooManyClones
		}
		replaced := c.Variant
		if l.aside {
			replaced = c.Rendition
		}
		uri, err := replaced(v.stable, v.uri)
		if err != nil {
			return err
		}
		v.uri, v.way = uri, c.ID
		l.variants = append(l.variants, v)
	}
	return nil
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
	ways := l.steer.order()
	l.mu.Lock()
	defer l.mu.Unlock()
	var order []int
	for i, v := range l.variants {
		if v.uri != "" {
			order = append(order, i)
		}
	}
	now, rate := l.now(), l.variants[of].rate
	rank := func(i int) int {
		switch {
		case now.Before(l.left[i]):
			return 2
		case l.variants[i].rate > rate:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(apart(l.variants[a].rate, rate), apart(l.variants[b].rate, rate)),
			cmp.Compare(slices.Index(ways, l.variants[a].way), slices.Index(ways, l.variants[b].way)))
	})
	return order
}

func apart(a, b int64) int64 { return max(a-b, b-a) }

// downloaded tells of a segment that came over the network, the first byte of it after a time.
func (l *ladder) downloaded(class network.Class, came sample, firstByte time.Duration) {
	if class != network.ClassSegment {
		return
	}
	l.mu.Lock()
	l.meter.Add(int64(came.bytes), came.took, firstByte)
	l.mu.Unlock()
}

// abandoned tells of a download that was given up.
func (l *ladder) abandoned(d abr.Download) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.meter.Abandoned(d.Got, d.Since)
}

// bandwidth is the estimate in bits per second, 0 before the first download.
func (l *ladder) bandwidth() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	steady, _ := l.meter.Bandwidth()
	return steady
}
