package player

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/player/hls"
)

const (
	// keysAhead is how many segments ahead of the one that loads keys are asked for.
	keysAhead = 3
	// itemsAhead is how many segments may wait between the loader and the demuxer.
	itemsAhead = 1
)

// item is a segment on its way from the loader to the demuxer.
type item struct {
	segment *hls.Segment
	init    *download // of the segment's Map, nil without one
	data    *download
	locked  bool // samples of its playlist are encrypted; told with newRun alone
	newRun  bool // it cannot follow the item before in one demuxer
	variant int  // as in rung
}

// load asks for keys, init sections and segments in order, as far ahead as out lets it. What fails is
// told to who reads it, since playback goes on until there, unless another variant has it.
func (t *hlsTrack) load(ctx context.Context, at rung, items chan<- item, out *pipeline) error {
	loading := loader{track: t, out: out}
	var skips skipped
	for {
		var err error
		if at, err = at.wait(ctx); errors.Is(err, io.EOF) {
			return skips.atEnd()
		}
		if err != nil {
			return err
		}
		if err := out.gate(ctx, at.segment().Start); err != nil {
			return err
		}
		if at.segment().Gap {
			t.session.note(fmt.Sprintf("Segment %d is missing from the stream and was left out.", at.segment().Sequence))
			at.index++
			continue
		}
		if t.ladder != nil && at.segment().Part <= 1 {
			at = t.ladder.next(ctx, at, at.segment().Start-out.consumed())
		}
		next, done := loading.begin(ctx, at)
		tried := make(map[int]bool)
		for t.ladder != nil && next.refused(ctx) {
			failed := done()
			other, err := t.ladder.instead(ctx, at, tried)
			if err != nil {
				break
			}
			t.session.note(fmt.Sprintf("Segment %d could not be had and was taken from another variant: %s.", at.segment().Sequence, brief(failed)))
			at = other
			next, done = loading.begin(ctx, at)
		}
		if next.refused(ctx) {
			failed := done()
			if t.session.endure(ctx, failed) {
				continue
			}
			if _, err := t.session.keys.Select(keyInfos(at.segment().Keys)); err == nil && skips.may(failed) {
				t.session.note(fmt.Sprintf("Segment %d could not be had and was left out: %s.", at.segment().Sequence, brief(failed)))
				at.index++
				continue
			}
		}
		loading.took(at, next)
		skips.none()
		var left error
		select {
		case items <- next:
		case <-ctx.Done():
			left = context.Cause(ctx)
		}
		if failed := done() != nil; failed || left != nil {
			return left
		}
		t.session.loaded(t.named(at), at.segment().Duration)
		at.index++
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
	lastMap  *hls.Map
	init     *download
	previous rung
	any      bool
}

// begin starts what a segment needs. The returned function waits for all of it.
func (l *loader) begin(ctx context.Context, at rung) (item, func() error) {
	t, segment := l.track, at.segment()
	t.prefetchKeys(ctx, at)
	next := item{segment: segment, variant: t.named(at), newRun: !l.any || segment.Discontinuity || l.previous.variant != at.variant ||
		!continues(l.previous.segment(), segment) || !sameMap(l.lastMap, segment.Map) || locked(*l.previous.segment()) != locked(*segment)}
	next.locked = next.newRun && slices.ContainsFunc(at.media.Segments, locked)
	wait, told := func() error { return nil }, t.cmcd(at, l.out)
	if segment.Map != nil {
		next.init = l.init
		if l.init == nil || !sameMap(l.lastMap, segment.Map) {
			next.init, wait = t.begin(ctx, network.ClassInit, segment.Map.URI, segment.Map.ByteRange, forInit(told))
		}
	}
	data, done := t.begin(ctx, network.ClassSegment, segment.URI, segment.ByteRange, told)
	next.data = data
	return next, sync.OnceValue(func() error { return errors.Join(wait(), done()) })
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

// took notes that the segment goes on to the demuxer.
func (l *loader) took(at rung, next item) {
	l.previous, l.any = at, true
	l.init, l.lastMap = next.init, at.segment().Map
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

// begin returns the bytes of uri, from the cache or loading in a goroutine that the returned function
// waits for.
func (t *hlsTrack) begin(ctx context.Context, class network.Class, uri string, part *hls.ByteRange, told *network.CMCD) (*download, func() error) {
	key := keyOf(uri, part)
	if d := t.session.cache.get(key); d != nil {
		return d, func() error { return nil }
	}
	d := newDownload()
	failed := make(chan error, 1)
	go func() {
		failed <- t.fetch(ctx, class, uri, part, told, key, d)
	}()
	return d, func() error { return <-failed }
}

// fetch fills d and keeps it.
func (t *hlsTrack) fetch(ctx context.Context, class network.Class, uri string, part *hls.ByteRange, told *network.CMCD, key cacheKey, d *download) error {
	var (
		body            io.ReadCloser
		length          int64
		asked, answered time.Time
	)
	for {
		before, _ := d.complete()
		err := t.session.authorized(ctx, func() (err error) {
			asked = time.Now()
			body, length, err = t.session.fetcher.open(ctx, class, uri, rest(part, before), told)
			answered = time.Now()
			return err
		})
		if err == nil {
			d.start()
			err = d.fill(ctx, body, length)
			err = errors.Join(err, body.Close())
		}
		if err == nil {
			d.finish(nil)
			t.session.found()
			if size, ok := d.complete(); ok && t.ladder != nil {
				t.ladder.downloaded(class, size-before, time.Since(answered), answered.Sub(asked))
			}
			t.session.cache.put(key, d)
			return nil
		}
		if !d.answered() || !t.session.endure(ctx, err) {
			err = &fetchError{class: class, url: display(uri), err: err}
			d.finish(err)
			return err
		}
	}
}

// rest is what remains of a range, or of all, after the bytes that are there.
func rest(part *hls.ByteRange, there int) *hls.ByteRange {
	switch {
	case there == 0:
		return part
	case part == nil:
		return &hls.ByteRange{Offset: int64(there), Length: -1}
	}
	return &hls.ByteRange{Offset: part.Offset + int64(there), Length: part.Length - int64(there)}
}

// prefetchKeys asks for the keys of the segment and of those that follow.
func (t *hlsTrack) prefetchKeys(ctx context.Context, at rung) {
	for i := at.index; i < min(at.index+keysAhead, len(at.media.Segments)); i++ {
		segment := &at.media.Segments[i]
		if key, err := t.session.keys.Select(keyInfos(segment.Keys)); err == nil && !key.Clear() {
			t.session.keys.Prefetch(ctx, key)
		}
	}
}

// sameMap says whether two segments have the same init section.
func sameMap(a, b *hls.Map) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.URI != b.URI || (a.ByteRange == nil) != (b.ByteRange == nil) {
		return false
	}
	return a.ByteRange == nil || *a.ByteRange == *b.ByteRange
}
