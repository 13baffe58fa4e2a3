package player

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

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
// or ctx's end.
func (t *hlsTrack) produce(ctx context.Context, from time.Duration, out *pipeline) error {
	group, ctx := errgroup.WithContext(ctx)
	items := make(chan item, itemsAhead)
	group.Go(func() error {
		defer close(items)
		return t.load(ctx, t.begins(ctx, from), items, out)
	})
	group.Go(func() error {
		return t.demux(ctx, items, out)
	})
	return group.Wait()
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
		t.feed.refresh(ctx) // it may not be the one that is watched
	}
	media := t.feed.current()
	first := rung{variant: t.variant, feed: t.feed, media: media, index: max(media.At(from), 0)}
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

// demux reads run after run into out's queues.
func (t *hlsTrack) demux(ctx context.Context, items <-chan item, out *pipeline) error {
	reader := &segmentReader{track: t, items: items, wait: ctx}
	var lost damaged
	for {
		err := t.demuxRun(ctx, reader, out)
		if errors.Is(err, io.EOF) {
			return nil
		}
		failed, is := errors.AsType[*segmentError](err)
		if !is {
			if err != nil {
				return err
			}
			continue
		}
		if !reader.placed || !lost.may(t.feed, reader.now.segment) || !reader.leaveOut() {
			return err
		}
		t.session.note(fmt.Sprintf("Segment %d of the live stream is damaged, or its key cannot be had, and was left out.", failed.sequence))
	}
}

// maxDamaged is how many segments in a row a live stream is believed to have damaged.
const maxDamaged = 3

// damaged counts the segments of a live stream in a row that nothing could be made of.
type damaged struct {
	row  int
	last uint64 // its sequence number
}

// may says whether a segment may be left out.
func (d *damaged) may(f *feed, s *hls.Segment) bool {
	if !f.live() {
		return false // of a title nothing is to be missed
	}
	if s.Sequence > d.last+1 {
		d.row = 0
	}
	d.row++
	d.last = s.Sequence
	return d.row <= maxDamaged
}

// demuxRun reads the packets of the next run. It returns io.EOF when there is none.
func (t *hlsTrack) demuxRun(ctx context.Context, reader *segmentReader, out *pipeline) error {
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
	a := &anchor{track: t, run: o.run, segment: first, packed: packed, stamp: reader.stamp, stamped: reader.stamped}
	return copyPackets(ctx, o.input, o.run, a, out, o.unlocker.unlock, func(err error) error {
		if reader.gone != nil {
			return nil // what was abandoned ends anywhere
		}
		return reader.fault(err)
	})
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
}

// at returns the origin when this packet, or an earlier run, says it.
func (a *anchor) at(ctx context.Context, kind libav.Kind, media time.Duration) (time.Duration, bool, error) {
	timeline, domain := a.track.session.timeline, a.segment.DiscontinuitySequence
	_, hasVideo := a.run.streams[libav.KindVideo]
	switch {
	case a.packed && !a.stamped:
		return media - a.segment.Start, true, nil
	case a.packed && a.track.leads:
		timeline.anchor(domain, a.stamp, a.segment.Start)
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
	return timeline.anchor(domain, media, a.segment.Start), true, nil
}
