package player

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/player/framing"
	"latchkey/player/hls"
)

const (
	// keysAhead is how many segments ahead of the one that loads keys are asked for.
	keysAhead = 3
	// itemsAhead is how many segments may wait between the loader and the demuxer.
	itemsAhead = 1
	// lookAgain is how often a download is looked at that may be too slow.
	lookAgain = 100 * time.Millisecond
)

// errAbandoned ends a download in whose place another variant's is loaded.
var errAbandoned = errors.New("the segment was given up for that of a lower variant")

// item is a segment on its way from the loader to the demuxer.
type item struct {
	segment *hls.Segment
	at      rung      // where segment stands; zero for a still
	init    *download // of the segment's Map, nil without one
	data    *download
	locked  bool // samples of its playlist are encrypted; told with newRun alone
	joined  bool // it goes on where the item before ends, with nothing missing between
	newRun  bool // it cannot follow the item before in one demuxer
	variant int  // as in rung
	// replaces says that it begins before the end of the item before, which it takes the place of from there on; told with newRun alone.
	replaces bool
	abandon  context.CancelCauseFunc // ends data's request
	opened   *framing.Reader         // clear bytes of data, nil: they are not read yet
}

// load asks for keys, init sections and segments in order, as far ahead as out lets it. What fails is
// told to who reads it, since playback goes on until there, unless another variant has it.
func (t *hlsTrack) load(ctx context.Context, at rung, items chan<- item, out *pipeline) error {
	l := &loader{track: t, out: out, choice: t.ladder.choices()}
	defer l.drop()
	for {
		var open bool
		var err error
		if at, open, err = l.next(ctx, at); errors.Is(err, io.EOF) {
			return l.skips.atEnd()
		}
		if err != nil {
			return err
		}
		if !open {
			continue
		}
		next, done, loaded := l.obtain(ctx, &at)
		if !loaded {
			continue
		}
		l.took(at, next)
		l.skips.none()
		select {
		case items <- next:
		case <-ctx.Done():
			_ = done() // the reader has gone
			return context.Cause(ctx)
		}
		other, failed := l.attend(ctx, at, next, done)
		switch {
		case failed && (!at.feed.live() || !l.lost.may(at.segment())):
			return nil // who reads it says why
		case failed:
			at.index++ // who reads it says whether it can be done without
		case l.lower:
			at = other
		default:
			t.session.loaded(t.named(at), at.segment().Duration)
			at.index++
		}
	}
}

// brief is the innermost reason of an error, for a note.
func brief(err error) string {
	var known *network.Error
	if errors.As(err, &known) {
		return known.Error()
	}
	return "the request failed"
}

// loader begins the downloads of one track's segments. It knows what was loaded before.
type loader struct {
	track    *hlsTrack
	out      *pipeline
	initKey  cacheKey  // of init
	init     *download // nil: the newest segment has none
	previous rung
	any      bool
	runStart time.Duration   // of the first segment of the run
	ahead    []rung          // what was loaded and is not decoded yet
	preload  *preload        // nil: nothing was asked for beforehand
	refusals int             // how many of those came to nothing
	replaces bool            // what is loaded next takes the place of what is ahead from there on
	lower    bool            // what is loaded next is in the place of a segment that was given up
	choice   <-chan struct{} // closed with a person's next choice of a variant
	skips    skipped
	lost     damaged
}

// next waits until a segment is to be loaded, and chooses its variant. open is false where there is none to load yet. It returns io.EOF at the
// stream's end.
func (l *loader) next(ctx context.Context, at rung) (_ rung, open bool, err error) {
	t := l.track
	l.await(ctx, at)
	if at, err = at.wait(ctx); errors.Is(err, io.EOF) && l.linger(ctx) {
		l.choice = t.ladder.choices()
		if back, again := l.chosen(ctx); again {
			at = back
		}
		return at, false, nil
	}
	if err == nil && l.out.leaves.Load() {
		err = errPassed
	}
	if err != nil {
		return at, false, err
	}
	if open, err = l.out.gate(ctx, t.session.mediaTime(at.media, at.segment().Start), l.choice); err != nil {
		return at, false, err
	}
	l.choice = t.ladder.choices()
	at = at.newest()
	if open && at.segment().Gap {
		t.session.note(fmt.Sprintf("Segment %d is missing from the stream and was left out.", at.segment().Sequence))
		at.index++
		return at, false, nil
	}
	if t.ladder != nil && at.segment().Part <= 1 && !at.segment().Gap && !l.lower {
		chosen, again := l.again(ctx, t.ladder.next(ctx, at, at.segment().Start-l.now(at.media)))
		if open = open || again; open {
			at = chosen
		}
	}
	return at, open, nil
}

// obtain begins the downloads of the segment at a rung, or of what stands in for it, to which the rung is set. It returns false when that is not to be
// had now, or at all: then the rung is what is to be loaded next.
func (l *loader) obtain(ctx context.Context, at *rung) (item, func() error, bool) {
	t := l.track
	next, done := l.begin(ctx, *at)
	tried := make(map[int]bool)
	for t.ladder != nil && next.refused(ctx) {
		failed := done()
		other, err := t.ladder.instead(ctx, *at, tried)
		if err != nil {
			break
		}
		t.session.note(fmt.Sprintf("Segment %d could not be had and was taken from another variant: %s.", at.segment().Sequence, brief(failed)))
		*at = other
		next, done = l.begin(ctx, *at)
	}
	if !next.refused(ctx) {
		return next, done, true
	}
	failed := done()
	if t.session.endure(ctx, failed) {
		return item{}, nil, false
	}
	if _, err := t.session.keys.Select(at.feed.keyInfos(at.segment(), at.segment().Keys)); err != nil || !l.skips.may(failed) {
		return next, done, true
	}
	t.session.note(fmt.Sprintf("Segment %d could not be had and was left out: %s.", at.segment().Sequence, brief(failed)))
	at.index++
	return item{}, nil, false
}

// now is how far the decoders have come, in a playlist's time.
func (l *loader) now(media *hls.Media) time.Duration {
	return l.track.session.playlistTime(media, l.out.consumed())
}

// again goes back to where what is ahead is better loaded once more, after the variant was changed to that of at.
func (l *loader) again(ctx context.Context, at rung) (rung, bool) {
	if at.segment().Part > 0 {
		return at, false
	}
	if back, again := l.from(ctx, at.variant); again {
		return back, true
	}
	return at, false
}

// from is where what is ahead is better loaded once more from a variant, if anywhere.
func (l *loader) from(ctx context.Context, variant int) (rung, bool) {
	if !l.any || variant == l.previous.variant {
		return rung{}, false
	}
	now := l.forget(l.previous.media)
	keep := l.track.ladder.keeps(variant, l.ahead, now)
	if keep == len(l.ahead) {
		return rung{}, false
	}
	back, err := l.track.ladder.at(ctx, variant, l.ahead[keep])
	if err != nil {
		return rung{}, false
	}
	l.track.ladder.take(back)
	l.ahead = l.ahead[:keep]
	l.replaces = true
	return back, true
}

// forget leaves out of what is ahead what the decoders have come to, and returns how far that is.
func (l *loader) forget(media *hls.Media) time.Duration {
	now := l.now(media)
	l.ahead = slices.DeleteFunc(l.ahead, func(r rung) bool { return r.segment().End() <= now })
	return now
}

// linger waits at the stream's end until a person chooses another variant, and returns true then, or until it is too late for that.
func (l *loader) linger(ctx context.Context) bool {
	if l.track.ladder == nil || l.track.ladder.aside || !l.any {
		return false
	}
	l.out.setWhole(l.track.kinds, true)
	defer l.out.setWhole(l.track.kinds, false)
	for {
		space := l.out.space.wait()
		if l.previous.segment().Start < l.now(l.previous.media)+soon || ctx.Err() != nil {
			return false
		}
		select {
		case <-space:
		case <-l.choice:
			return true
		case <-ctx.Done():
		}
	}
}

// chosen is where the variant that a person has chosen is to be loaded from, when all is loaded already.
func (l *loader) chosen(ctx context.Context) (rung, bool) {
	variant := l.track.ladder.chosen()
	if variant < 0 {
		return rung{}, false
	}
	return l.from(ctx, variant)
}

// attend waits for a segment that is under way. One that is hopeless is given up: l.lower is true then, and the rung is what is loaded in its
// place.
func (l *loader) attend(ctx context.Context, at rung, next item, done func() error) (instead rung, failed bool) {
	l.lower = false
	if l.track.ladder == nil || at.segment().Part > 0 {
		return at, done() != nil
	}
	finished := make(chan error, 1)
	go func() { finished <- done() }()
	look := time.NewTicker(lookAgain)
	defer look.Stop()
	for {
		select {
		case err := <-finished:
			return at, err != nil
		case <-look.C:
		}
		left := at.segment().Start - l.now(at.media)
		if left < at.segment().Duration {
			left += at.segment().Duration // it is played while it comes
		}
		if other, ok := l.track.ladder.hopeless(ctx, at, next.data, left); ok {
			next.abandon(errAbandoned)
			// It may have come to its end by now: then it stays.
			if err := <-finished; !errors.Is(err, errAbandoned) {
				return at, err != nil
			}
			l.track.session.config.Log.Info("a segment comes too slowly: another variant's is loaded", "sequence", at.segment().Sequence)
			l.ahead = l.ahead[:max(len(l.ahead)-1, 0)]
			l.lower, l.replaces = true, true
			return other, false
		}
	}
}

// begin starts what a segment needs. The returned function waits for all of it.
func (l *loader) begin(ctx context.Context, at rung) (item, func() error) {
	t, segment := l.track, at.segment()
	initKey, key := at.feed.initKey(segment), at.feed.segmentKey(segment)
	t.prefetchKeys(ctx, at)
	next := item{segment: segment, at: at, variant: t.named(at), newRun: !l.any || segment.Discontinuity || l.previous.variant != at.variant ||
		!continues(l.previous.segment(), segment) || l.initKey != initKey || locked(*l.previous.segment()) != locked(*segment) ||
		l.lasted(segment) >= cmp.Or(t.session.config.runLength, maxRun)}
	next.joined = l.any && !segment.Discontinuity && l.previous.variant == at.variant && continues(l.previous.segment(), segment) && !l.replaces
	next.locked = next.newRun && slices.ContainsFunc(at.media.Segments, locked)
	wait, told := func() error { return nil }, t.cmcd(at, l.out)
	again := func(ctx context.Context) (string, *hls.ByteRange, bool) {
		fresh, ok := at.feed.afresh(ctx, segment)
		return fresh.URI, fresh.ByteRange, ok
	}
	initAgain := func(ctx context.Context) (string, *hls.ByteRange, bool) {
		fresh, ok := at.feed.afresh(ctx, segment)
		if !ok || fresh.Map == nil {
			return "", nil, false
		}
		return fresh.Map.URI, fresh.Map.ByteRange, true
	}
	if segment.Map != nil {
		next.init = l.init
		if l.init == nil || l.initKey != initKey || next.newRun && !l.init.freshness().fresh(time.Now()) {
			next.init, wait = t.begin(ctx, wanted{class: network.ClassInit, key: initKey, uri: segment.Map.URI, part: segment.Map.ByteRange, told: forInit(told), again: initAgain})
		}
	}
	next.replaces = l.replaces
	limit := t.limit(at, segment.Duration)
	loading, abandon := context.WithCancelCause(ctx)
	data, done := l.take(loading, segment, key, limit, told)
	if data == nil {
		data, done = t.begin(loading, wanted{class: network.ClassSegment, key: key, uri: segment.URI, part: segment.ByteRange, limit: limit, told: told, again: again})
	}
	next.data, next.abandon = data, abandon
	return next, sync.OnceValue(func() error {
		defer abandon(nil)
		return errors.Join(wait(), done())
	})
}

// locked says whether a segment's samples are encrypted.
func locked(s hls.Segment) bool {
	for _, k := range s.Keys {
		if k.Method == drm.MethodSampleAES || k.Method == drm.MethodSampleAESCTR {
			return true
		}
	}
	return false
}

// continues says whether a segment or part is what follows another in the same stream.
func continues(before, s *hls.Segment) bool {
	if before.Part > 0 && (s.Start-before.End()).Abs() > lineUp {
		return false
	}
	return s.Sequence == before.Sequence+1 && s.Part <= 1 || s.Sequence == before.Sequence && s.Part == before.Part+1
}

// maxRun is how long a run of fragmented MP4 lasts: its demuxer keeps an index of all samples that
// it has read.
const maxRun = 6 * time.Hour

// lasted is how long the run of fragmented MP4 has lasted that a segment would go on with.
func (l *loader) lasted(s *hls.Segment) time.Duration {
	if s.Map == nil || s.Part > 1 {
		return 0
	}
	return s.Start - l.runStart
}

// took notes that the segment goes on to the demuxer.
func (l *loader) took(at rung, next item) {
	l.previous, l.any, l.replaces = at, true, false
	if l.track.ladder != nil {
		l.forget(at.media)
		l.ahead = append(l.ahead, at)
	}
	l.init, l.initKey = next.init, at.feed.initKey(at.segment())
	if next.newRun {
		l.runStart = next.segment.Start
	}
}

// refused waits until the item's downloads have begun, and says whether one of them failed instead.
func (i item) refused(ctx context.Context) bool {
	for _, d := range []*download{i.init, i.data} {
		if d != nil && d.started(ctx) != nil && ctx.Err() == nil {
			return true
		}
	}
	return false
}

// prefetchKeys asks for the keys of the segment and of those that follow.
func (t *hlsTrack) prefetchKeys(ctx context.Context, at rung) {
	for i := at.index; i < min(at.index+keysAhead, len(at.media.Segments)); i++ {
		segment := &at.media.Segments[i]
		if key, err := t.session.keys.Select(at.feed.keyInfos(segment, segment.Keys)); err == nil && !key.Clear() {
			t.session.keys.Prefetch(ctx, key)
		}
	}
}
