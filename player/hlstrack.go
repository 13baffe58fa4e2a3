package player

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/player/hls"
	"latchkey/player/libav"
)

const (
	// keysAhead is how many segments ahead of the one that loads keys are asked for.
	keysAhead = 3
	// itemsAhead is how many segments may wait between the loader and the demuxer.
	itemsAhead = 1
	// segmentBuffer is the size of the buffer that a segment is read through; the ID3 tag of packed audio
	// must fit into it.
	segmentBuffer = 64 << 10
)

// errWrongKey is returned when what a key deciphers is no media.
var errWrongKey = errors.New("what was deciphered is no media: the key is wrong")

// segmentError names the segment at which reading failed.
type segmentError struct {
	url       string // without query
	sequence  uint64
	encrypted bool
	err       error
}

func (e *segmentError) Error() string {
	return fmt.Sprintf("segment %d %s: %v", e.sequence, e.url, e.err)
}

func (e *segmentError) Unwrap() error { return e.err }

// hlsTrack is a media playlist that is played. Its fields are constant.
type hlsTrack struct {
	session *session
	feed    *feed
	kinds   []libav.Kind // what is taken from it
	leads   bool         // it anchors the timeline; the others wait for it
	variant int          // the session's number of what feed is of, -1: of none
	ladder  *ladder      // what it may switch to, nil: nothing
}

// item is a segment on its way from the loader to the demuxer.
type item struct {
	segment *hls.Segment
	init    *download // of the segment's Map, nil without one
	data    *download
	locked  bool // samples of its playlist are encrypted
	newRun  bool // it cannot follow the item before in one demuxer
	variant int  // as in rung
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

// begins returns where playback from a time on begins: in the variant that was played last.
func (t *hlsTrack) begins(ctx context.Context, from time.Duration) rung {
	if t.ladder != nil {
		t.feed.refresh(ctx) // it may not be the one that is watched
	}
	media := t.feed.current()
	first := rung{variant: t.variant, feed: t.feed, media: media, index: max(media.At(from), 0)}
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

// watch keeps the track's playlist up to date while it is live: that of the variant that is loaded, where there are several.
func (t *hlsTrack) watch(ctx context.Context) {
	for ctx.Err() == nil {
		f := t.feed
		if t.ladder != nil {
			f = t.ladder.feed()
		}
		if !f.live() {
			return
		}
		timer := time.NewTimer(time.Until(f.due()))
		select {
		case <-timer.C:
			f.reload(ctx)
		case <-ctx.Done():
			timer.Stop()
		}
	}
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
		if t.ladder != nil {
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
		t.session.loaded(at.variant, at.segment().Duration)
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
	next := item{segment: segment, variant: at.variant, locked: slices.ContainsFunc(at.media.Segments, locked), newRun: !l.any || segment.Discontinuity || l.previous.variant != at.variant ||
		l.previous.segment().Sequence+1 != segment.Sequence || !sameMap(l.lastMap, segment.Map) || locked(*l.previous.segment()) != locked(*segment)}
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

// demux reads run after run into out's queues.
func (t *hlsTrack) demux(ctx context.Context, items <-chan item, out *pipeline) error {
	reader := &segmentReader{track: t, items: items, wait: ctx}
	for {
		first, format, err := reader.nextRun()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := t.demuxRun(ctx, reader, first, format, out); err != nil {
			return err
		}
	}
}

// demuxRun reads the packets of one run.
func (t *hlsTrack) demuxRun(ctx context.Context, reader *segmentReader, first *hls.Segment, format string, out *pipeline) error {
	unlocker := newUnlocker(reader, format)
	if err := unlocker.enter(first); err != nil {
		return reader.wrap(err)
	}
	packed := format != "mpegts" && format != "mp4"
	input, err := libav.OpenInput(reader, libav.InputOptions{Format: format, Encrypted: format != "mpegts" && unlocker.info.Samples()})
	if err != nil {
		if reader.err != nil {
			return reader.err
		}
		return reader.wrap(err)
	}
	defer input.Close()
	r := newRun(input, t.kinds, t.session.preferred, format == "mpegts")
	r.variant, r.locked = reader.now.variant, reader.now.locked
	if len(r.streams) == 0 {
		return reader.wrap(errNoStreams)
	}
	out.found(t.kinds, r)
	a := &anchor{track: t, run: r, segment: first, packed: packed, stamp: reader.stamp, stamped: reader.stamped}
	return copyPackets(ctx, input, r, a, out, unlocker.unlock, func(err error) error {
		switch {
		case reader.err != nil:
			return reader.err
		default:
			return reader.wrap(err)
		}
	})
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

// segmentReader is the deciphered bytes of a run's segments, one after another. It is used by the
// demuxer's goroutine alone. Read returns io.EOF where a run ends.
type segmentReader struct {
	track *hlsTrack
	items <-chan item
	wait  context.Context //nolint:containedctx // the demuxer reads through io.Reader, which has no place for it

	current *bufio.Reader
	format  string
	pending *item // first of the next run
	now     item  // what is read
	initRun bool  // current is the init section; the segment follows
	err     error // what reading failed with

	stamp   time.Duration // what the run's packed audio says of its time, when stamped
	stamped bool

	given int64  // bytes of the run that were read
	spans []span // of the run, in order
}

// nextRun goes to the first segment of the next run and names its container. It returns io.EOF when
// there is none.
func (s *segmentReader) nextRun() (*hls.Segment, string, error) {
	if s.pending == nil {
		next, err := s.receive()
		if err != nil {
			return nil, "", err
		}
		s.pending = &next
	}
	s.now, s.pending, s.format = *s.pending, nil, ""
	s.given, s.spans = 0, []span{{segment: s.now.segment}}
	if err := s.open(); err != nil {
		return nil, "", err
	}
	s.stamp, s.stamped = packedStamp(s.current)
	return s.now.segment, s.format, nil
}

// receive waits for the next item.
func (s *segmentReader) receive() (item, error) {
	select {
	case next, ok := <-s.items:
		if !ok {
			if err := context.Cause(s.wait); err != nil {
				return item{}, err
			}
			return item{}, io.EOF
		}
		return next, nil
	case <-s.wait.Done():
		return item{}, context.Cause(s.wait)
	}
}

// open prepares to read s.now: its init section first where a run begins.
func (s *segmentReader) open() error {
	if s.now.init != nil && s.format == "" {
		keys := s.now.segment.Map.Keys
		current, err := s.decipher(s.now.init, keys)
		if err != nil {
			return s.wrap(err)
		}
		s.current, s.initRun = current, true
		return s.sniff(keys)
	}
	return s.openSegment()
}

func (s *segmentReader) openSegment() error {
	current, err := s.decipher(s.now.data, s.now.segment.Keys)
	if err != nil {
		return s.wrap(err)
	}
	s.current, s.initRun = current, false
	if last := s.spans[len(s.spans)-1]; last.segment != s.now.segment {
		s.spans = append(s.spans, span{from: s.given, segment: s.now.segment})
		if len(s.spans) > maxSpans {
			s.spans = slices.Delete(s.spans, 0, 1)
		}
	}
	return s.sniff(s.now.segment.Keys)
}

// sniff looks at what the current bytes are, and refuses what cannot be.
func (s *segmentReader) sniff(keys []hls.Key) error {
	format, err := sniffSegment(s.current)
	if errors.Is(err, errNotSegment) && len(keys) > 0 {
		err = errWrongKey
	}
	if err != nil {
		return s.wrap(err)
	}
	if s.format != "" && s.format != format {
		return s.wrap(errNotSegment)
	}
	s.format = format
	return nil
}

// decipher returns the clear bytes of a download. It waits for the key.
func (s *segmentReader) decipher(d *download, keys []hls.Key) (*bufio.Reader, error) {
	source := d.reader(s.wait)
	if len(keys) > 0 {
		info, err := s.track.session.keys.Select(keyInfos(keys))
		if err != nil {
			return nil, err
		}
		if info.Clear() || info.Samples() {
			return bufio.NewReaderSize(source, segmentBuffer), nil
		}
		key, err := s.key(info)
		if err != nil {
			return nil, err
		}
		source = drm.NewSegmentReader(source, info.Method, key, info.IVFor(s.now.segment.Sequence))
	}
	return bufio.NewReaderSize(source, segmentBuffer), nil
}

// key waits for the key of whole segments, and for a sign-in when it is refused.
func (s *segmentReader) key(info drm.KeyInfo) (drm.Key, error) {
	return s.track.session.awaitKey(s.wait, info, func(ctx context.Context) (drm.Key, error) {
		return s.track.session.keys.Key(ctx, info)
	})
}

// Read implements io.Reader over the segments of the run.
func (s *segmentReader) Read(p []byte) (int, error) {
	for {
		if s.err != nil {
			return 0, s.err
		}
		if s.current == nil {
			return 0, io.EOF
		}
		n, err := s.current.Read(p)
		s.given += int64(n)
		if n > 0 {
			return n, nil
		}
		switch {
		case errors.Is(err, io.EOF):
			if err := s.advance(); err != nil {
				if !errors.Is(err, io.EOF) {
					s.err = err
				}
				return 0, err
			}
		case err != nil:
			s.err = s.wrap(err)
		}
	}
}

// advance goes on to the segment after the init section, or to the next segment of the run.
func (s *segmentReader) advance() error {
	if s.initRun {
		return s.openSegment()
	}
	s.current = nil
	next, err := s.receive()
	if err != nil {
		return err
	}
	if next.newRun {
		s.pending = &next
		return io.EOF
	}
	s.now = next
	return s.openSegment()
}

// wrap names the segment in an error.
func (s *segmentReader) wrap(err error) error {
	if s.now.segment == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var known *segmentError
	if errors.As(err, &known) {
		return err
	}
	return &segmentError{url: display(s.now.segment.URI), sequence: s.now.segment.Sequence,
		encrypted: len(s.now.segment.Keys) > 0, err: err}
}

// keyInfos turns the playlist's keys into drm's.
func keyInfos(keys []hls.Key) []drm.KeyInfo {
	infos := make([]drm.KeyInfo, 0, len(keys))
	for _, k := range keys {
		infos = append(infos, drm.KeyInfo{Method: k.Method, URI: k.URI, KeyFormat: k.KeyFormat,
			KeyFormatVersions: k.KeyFormatVersions, IV: k.IV, HasIV: k.HasIV})
	}
	return infos
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
