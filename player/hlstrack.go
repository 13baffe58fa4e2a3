package player

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"latchkey/network"
	"latchkey/player/hls"
	"latchkey/player/libav"
)

// hlsTrack is a media playlist that is played. Its fields are constant.
type hlsTrack struct {
	session *session
	feed    *feed
	kinds   []libav.Kind // what is taken from it
	leads   bool         // it anchors the timeline; the others wait for it
	variant int          // the ladder's number of what feed is of, without a ladder the session's, -1: of none
	ladder  *ladder      // what it may switch to, nil: nothing
}

// produce loads, deciphers and demuxes from the segment at from on, until the playlist's end, an error
// or ctx's end. An error of the loader comes after the packets of all that was loaded before it. Of
// a sound whose first segments cannot be had, it gives what the picture comes with.
func (t *hlsTrack) produce(ctx context.Context, from time.Duration, out *pipeline) error {
	if t.leads {
		defer out.leaderPlaced.open()
		defer out.leaderEnded.open()
	}
	err := t.produceOwn(ctx, from, out)
	if t.leads || !missing(err) || ctx.Err() != nil || out.queues[libav.KindAudio].begun() {
		return err
	}
	t.session.withoutSound(err)
	instead := &hlsTrack{session: t.session, feed: t.session.leading(), kinds: t.kinds, variant: -1}
	if other := instead.produceOwn(ctx, from, out); !errors.Is(other, errNoStreams) {
		return other
	}
	return err
}

// missing says whether a server does not have, or does not give, what was asked for.
func missing(err error) bool {
	return errors.Is(err, network.ErrStatus) || errors.Is(err, network.ErrUnreachable) || errors.Is(err, network.ErrTimeout)
}

// produceOwn is produce of the track's own playlist.
func (t *hlsTrack) produceOwn(ctx context.Context, from time.Duration, out *pipeline) error {
	for misses := 0; ; misses++ {
		known := t.session.drift.lessons()
		if misses == maxMisses {
			known = -1
		}
		group, ctx := errgroup.WithContext(ctx)
		items := make(chan item, itemsAhead)
		var failed error // of load
		group.Go(func() error {
			defer close(items)
			failed = t.load(ctx, t.begins(ctx, from), items, out)
			return nil
		})
		group.Go(func() error {
			return t.demux(ctx, items, out, known)
		})
		err := group.Wait()
		if !errors.Is(err, errMissed) {
			return cmp.Or(err, failed)
		}
	}
}

// named is the session's number of the variant that a rung is told of as, -1: of none.
func (t *hlsTrack) named(at rung) int {
	if t.ladder == nil {
		return at.variant
	}
	return t.ladder.named(at.variant)
}

// begins returns where playback from a time on begins: in the variant that was played last.
func (t *hlsTrack) begins(ctx context.Context, from time.Duration) rung {
	if t.ladder != nil {
		t.feed.refresh(ctx, t.session.playlistTime(t.feed.current(), from)) // it may not be the one that is watched
	}
	media := t.feed.current()
	first := rung{variant: t.variant, feed: t.feed, media: media, index: max(t.session.indexAt(media, from), 0)}
	for first.index > 0 && media.Segments[first.index].Part > 1 {
		first.index-- // the segment's start is sure to be one that decoding can begin at
	}
	if t.ladder == nil || len(media.Segments) == 0 {
		return first
	}
	if last := t.ladder.last(); last != t.variant {
		if other, err := t.ladder.at(ctx, last, first); err == nil {
			first = other
		}
	}
	t.ladder.take(first)
	return first
}

// demux reads run after run into out's queues. Where the first is not what out begins with, since
// more was learned of the playlist's durations than was known, errMissed is returned; -1: it is taken as it is.
func (t *hlsTrack) demux(ctx context.Context, items <-chan item, out *pipeline, known int) error {
	reader := &segmentReader{track: t, items: items, wait: ctx, placed: t.session.timeline.any()}
	var lost damaged
	keep := newClock(t, out)
	for {
		err := t.demuxRun(ctx, reader, keep, out, known)
		known = -1
		if errors.Is(err, io.EOF) {
			return lost.all(reader)
		}
		failed, is := errors.AsType[*segmentError](err)
		if !is {
			if err != nil {
				return err
			}
			continue
		}
		switch damage := reader.damage(failed); {
		case !damage && !t.feed.live():
			return err // what a server does not give is not to be missed of a title
		case damage && t.standIn(ctx, reader, out, lost.tried(reader.now.segment)):
			t.session.note(fmt.Sprintf("Segment %d is damaged and was taken from another variant.", failed.sequence))
		case !damage && !reader.placed || !lost.may(reader.now.segment):
			return cmp.Or(lost.all(reader), err)
		case damage:
			lost.first = cmp.Or(lost.first, err)
			reader.leaveOut(nil)
			t.session.note(fmt.Sprintf("Segment %d is damaged and was left out.", failed.sequence))
		default:
			reader.leaveOut(nil)
			t.session.note(fmt.Sprintf("Segment %d of the live stream is damaged, or its key cannot be had, and was left out.", failed.sequence))
		}
	}
}

// demuxRun reads the packets of the next run. It returns io.EOF when there is none.
func (t *hlsTrack) demuxRun(ctx context.Context, reader *segmentReader, keep *clock, out *pipeline, known int) error {
	first, format, err := reader.nextRun()
	if err != nil {
		return err
	}
	o, err := t.openRun(reader, first, format)
	if err != nil && reader.gone != nil {
		return nil // there was not enough of it
	}
	if err != nil {
		return err
	}
	defer o.input.Close()
	out.found(t.kinds, o.run)
	packed := format != "mpegts" && format != "mp4"
	keep.begin(o.unlocker, o.run, first, packed)
	defer func() { reader.placed = reader.placed || o.run.placed() }()
	a := &anchor{track: t, run: o.run, keep: keep, out: out, segment: first, packed: packed, stamp: reader.stamp, stamped: reader.stamped, known: known}
	err = copyPackets(ctx, o.input, o.run, a, keep, out, o.unlocker.unlock, func(err error) error {
		if reader.gone != nil {
			return nil // what was abandoned ends anywhere
		}
		return reader.fault(err)
	})
	return cmp.Or(err, reader.err)
}

// openedRun is a run whose packets can be read. The owner closes input.
type openedRun struct {
	input    *libav.Input
	run      *run
	unlocker *unlocker
}

// openRun opens the run that the reader has gone to.
func (t *hlsTrack) openRun(reader *segmentReader, first *hls.Segment, format string) (*openedRun, error) {
	unlocker := newUnlocker(reader, format)
	if err := unlocker.enter(first); err != nil {
		return nil, reader.wrap(err)
	}
	now := reader.now // the run's first item: opening may read on to the next
	input, err := libav.OpenInput(reader, libav.InputOptions{Format: format, Segments: true, Encrypted: format != "mpegts" && unlocker.info.Samples()})
	if err != nil {
		return nil, reader.fault(err)
	}
	r := newRun(input, t.kinds, t.session.preferred, format == "mpegts")
	r.variant, r.locked, r.replaces, r.joined = now.variant, now.locked, now.replaces, now.joined
	if len(r.streams) == 0 {
		input.Close()
		return nil, reader.wrap(errNoStreams)
	}
	return &openedRun{input: input, run: r, unlocker: unlocker}, nil
}

// anchor finds a run's place on the timeline.
type anchor struct {
	track   *hlsTrack
	run     *run
	keep    *clock
	out     *pipeline
	segment *hls.Segment  // the run's first
	packed  bool          // the times are the demuxer's own count
	stamp   time.Duration // the media time of its first sample, when stamped
	stamped bool
	known   int // what was learned of the playlist's durations before target was looked for, -1: it is not the first run
}

// at returns the origin when this packet, or an earlier run, says it.
func (a *anchor) at(ctx context.Context, kind libav.Kind, media time.Duration, late bool) (time.Duration, bool, error) {
	start := a.track.session.mediaTime(a.track.feed.current(), a.segment.Start)
	origin, known, err := a.find(ctx, kind, media, start, late)
	if err != nil || !known {
		return origin, known, err
	}
	if a.track.leads {
		a.out.leaderPlaced.open()
	}
	if a.known < 0 || a.track.feed.live() {
		return origin, known, nil
	}
	if a.run.wraps {
		media = unwrap(media, origin+start)
	}
	drift := &a.track.session.drift
	if at := media - origin; (drift.media(a.segment.Start) - at).Abs() >= driftless {
		drift.learn(a.segment.Start, at)
	}
	if drift.lessons() == a.known {
		return origin, known, nil
	}
	list := a.track.feed.current()
	here, there := list.BySequence(a.segment.Sequence), a.track.session.indexAt(list, a.out.target)
	if here >= 0 && (there < here || there > here+1) {
		return 0, false, errMissed
	}
	return origin, known, nil
}

// find is at, wherever that is. start is where the segment is expected.
func (a *anchor) find(ctx context.Context, kind libav.Kind, media, start time.Duration, late bool) (time.Duration, bool, error) {
	if a.packed && !a.stamped {
		return media - start, true, nil
	}
	if a.packed {
		origin, err := a.clock(ctx, a.stamp, start)
		return media - (unwrap(a.stamp, origin+start) - origin), err == nil, err
	}
	if origin, ok := a.keep.goesOn(); ok {
		return origin, true, nil
	}
	_, known := a.track.session.timeline.origin(a.segment.DiscontinuitySequence, start)
	if _, video := a.run.streams[libav.KindVideo]; a.track.leads && !known && video && kind != libav.KindVideo && !late {
		return 0, false, nil
	}
	origin, err := a.clock(ctx, media, start)
	return origin, err == nil, err
}

// clock returns the origin of the clock on which a media time stands where the segment is expected:
// one that is known, or, where none is near enough, one on which it stands just there. A track that
// does not lead waits until the leading one knows, or has ended.
func (a *anchor) clock(ctx context.Context, media, start time.Duration) (time.Duration, error) {
	timeline, domain := a.track.session.timeline, a.segment.DiscontinuitySequence
	period := time.Duration(0)
	if a.run.wraps || a.packed {
		period = wrap
	}
	near := func() (time.Duration, bool) {
		origin, off, ok := timeline.nearest(domain, media, start, period)
		return origin, ok && off.Abs() <= start.Abs()/2+clockSlack // no durations are that wrong
	}
	if !a.track.leads {
		if err := timeline.await(ctx, domain, a.out.leaderEnded.c); err != nil {
			return 0, err
		}
		if origin, ok := near(); ok {
			return origin, nil
		}
		select {
		case <-a.out.leaderPlaced.c:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	if origin, ok := near(); ok {
		return origin, nil
	}
	origin := media - start
	if a.track.leads {
		if _, known := timeline.origin(domain, start); known {
			a.track.session.noteOnce("clock", jumpNote(a.segment))
		}
		timeline.anchor(domain, a.segment.Start, origin)
	}
	return origin, nil
}
