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
	for {
		err := t.demuxRun(ctx, reader, out, known)
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
func (t *hlsTrack) demuxRun(ctx context.Context, reader *segmentReader, out *pipeline, known int) error {
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
	defer func() { reader.placed = reader.placed || o.run.placed() }()
	a := &anchor{track: t, run: o.run, segment: first, packed: packed, stamp: reader.stamp, stamped: reader.stamped, known: known, target: out.target}
	err = copyPackets(ctx, o.input, o.run, a, out, o.learning(t), func(err error) error {
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

// learning returns what unlocks the packets of the run, and notes where its segments stand.
func (o *openedRun) learning(t *hlsTrack) func(*libav.Packet, libav.Stream) (int, error) {
	if !t.leads {
		return o.unlocker.unlock
	}
	kind := libav.KindAudio
	if _, video := o.run.streams[libav.KindVideo]; video {
		kind = libav.KindVideo
	}
	var last *hls.Segment
	return func(p *libav.Packet, stream libav.Stream) (int, error) {
		key, err := o.unlocker.unlock(p, stream)
		if s := o.unlocker.segment; err == nil && s != last && stream.Kind == kind && p.PTS() != libav.NoPTS && o.run.placed() {
			last = s
			if at := o.run.time(kind, p.PTS()); t.feed.live() {
				t.session.drift.learnLive(s.Start, at)
			} else if t.session.drift.learn(s.Start, at) {
				t.session.changed()
			}
		}
		return key, err
	}
}

// openRun opens the run that the reader has gone to.
func (t *hlsTrack) openRun(reader *segmentReader, first *hls.Segment, format string) (*openedRun, error) {
	unlocker := newUnlocker(reader, format)
	if err := unlocker.enter(first); err != nil {
		return nil, reader.wrap(err)
	}
	now := reader.now // the run's first item: opening may read on to the next
	input, err := libav.OpenInput(reader, libav.InputOptions{Format: format, Encrypted: format != "mpegts" && unlocker.info.Samples()})
	if err != nil {
		return nil, reader.fault(err)
	}
	r := newRun(input, t.kinds, t.session.preferred, format == "mpegts")
	r.variant, r.locked, r.replaces = now.variant, now.locked, now.replaces
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
	segment *hls.Segment  // the run's first
	packed  bool          // the times are the demuxer's own count
	stamp   time.Duration // the media time of its first sample, when stamped
	stamped bool
	known   int // what was learned of the playlist's durations before target was looked for, -1: it is not the first run
	target  time.Duration
}

// at returns the origin when this packet, or an earlier run, says it.
func (a *anchor) at(ctx context.Context, kind libav.Kind, media time.Duration) (time.Duration, bool, error) {
	origin, known, err := a.find(ctx, kind, media)
	if err != nil || !known || a.known < 0 || a.track.feed.live() {
		return origin, known, err
	}
	if a.run.wraps {
		media = unwrap(media, origin)
	}
	drift := &a.track.session.drift
	if at := media - origin; (drift.media(a.segment.Start) - at).Abs() >= driftless {
		drift.learn(a.segment.Start, at)
	}
	if drift.lessons() == a.known {
		return origin, known, nil
	}
	list := a.track.feed.current()
	here, there := list.BySequence(a.segment.Sequence), a.track.session.indexAt(list, a.target)
	if here >= 0 && (there < here || there > here+1) {
		return 0, false, errMissed
	}
	return origin, known, nil
}

// find is at, wherever that is.
func (a *anchor) find(ctx context.Context, kind libav.Kind, media time.Duration) (time.Duration, bool, error) {
	timeline, domain := a.track.session.timeline, a.segment.DiscontinuitySequence
	start := a.track.session.mediaTime(a.track.feed.current(), a.segment.Start)
	_, hasVideo := a.run.streams[libav.KindVideo]
	switch {
	case a.packed && !a.stamped:
		return media - start, true, nil
	case a.packed && a.track.leads:
		timeline.anchor(domain, a.stamp, start)
		fallthrough
	case a.packed:
		origin, err := timeline.await(ctx, domain)
		return media - (unwrap(a.stamp, origin) - origin), err == nil, err
	case !a.track.leads:
		origin, err := timeline.await(ctx, domain)
		return origin, err == nil, err
	}
	if origin, ok := timeline.origin(domain); ok {
		return origin, true, nil
	}
	if hasVideo && kind != libav.KindVideo {
		return 0, false, nil
	}
	return timeline.anchor(domain, media, start), true, nil
}
