package player

import (
	"context"
	"errors"
	"io"
	"time"

	"latchkey/network"
	"latchkey/player/hls"
)

// maxRefusals is how many hints may come to nothing before no more are followed: the server does not know what it says.
const maxRefusals = 3

// preload is what a low-latency playlist says will come next (EXT-X-PRELOAD-HINT), asked for before it is there: the server answers with the
// first byte of it. Second edition, 6.2.6 and 6.3.8. It belongs to the loader's goroutine.
type preload struct {
	hint   hls.PreloadHint
	after  *hls.Segment // what the hint stood behind
	d      *download
	cancel context.CancelFunc
	ended  chan struct{}
}

// await asks for what the playlist at the given place, where it ends for now, says will come next.
func (l *loader) await(ctx context.Context, at rung) {
	if at.index < len(at.media.Segments) || !lowLatency(at.media) || at.variant != l.previous.variant {
		return
	}
	for _, hint := range at.feed.current().PreloadHints {
		if hint.Type == "PART" && !l.preload.covers(hint) {
			l.drop()
			if l.refusals >= maxRefusals {
				return
			}
			l.preload = l.track.preload(ctx, hint, &at.media.Segments[len(at.media.Segments)-1], l.track.limit(at, target(at.media)), l.track.cmcd(expected(at), l.out))
		}
	}
}

// expected is the part that follows those that are there.
func expected(at rung) rung {
	last := at.media.Segments[len(at.media.Segments)-1]
	at.media = &hls.Media{Segments: []hls.Segment{{Start: last.End(), Duration: at.media.PartTarget}}}
	at.index = 0
	return at
}

// covers says whether it already has, or will have, what a hint names.
func (p *preload) covers(hint hls.PreloadHint) bool {
	if p == nil || p.d.failed() || p.hint.URI != hint.URI {
		return false
	}
	if size, whole := p.d.complete(); whole && p.hint.Length < 0 && hint.Start >= p.hint.Start+int64(size) {
		return false // it ended before
	}
	return p.hint.Start == hint.Start && p.hint.Length == hint.Length || p.hint.Length < 0 && p.hint.Start <= hint.Start
}

// drop gives up what was asked for and not needed. l may have asked for nothing.
func (l *loader) drop() {
	if l.preload != nil {
		if l.preload.d.failed() {
			l.refusals++
		}
		l.preload.cancel()
		<-l.preload.ended
		l.preload = nil
	}
}

// preload asks for what a hint names. What fails is no failure: it is asked for again when the playlist has it.
func (t *hlsTrack) preload(ctx context.Context, hint hls.PreloadHint, after *hls.Segment, limit int64, told *network.CMCD) *preload {
	ctx, cancel := context.WithCancel(ctx)
	p := &preload{hint: hint, after: after, d: newDownload(), cancel: cancel, ended: make(chan struct{})}
	var part *hls.ByteRange
	if hint.Start > 0 || hint.Length >= 0 {
		part = &hls.ByteRange{Offset: hint.Start, Length: hint.Length}
	}
	go func() {
		defer close(p.ended)
		w := wanted{class: network.ClassSegment, uri: hint.URI, part: part, limit: limit, told: told}
		answer, err := t.session.fetcher.open(ctx, w.request(0))
		if err == nil {
			p.d.keepFor(freshnessOf(answer.Header, time.Now()))
			p.d.start(answer.ContentLength)
			err = errors.Join(p.d.fill(ctx, answer.Body, answer.ContentLength), answer.Body.Close())
		}
		if size, _ := p.d.complete(); err == nil && hint.Length >= 0 && int64(size) != hint.Length {
			err = io.ErrUnexpectedEOF
		}
		p.d.finish(err)
		if took := p.d.progress(time.Now()); err == nil && hint.Length >= 0 && t.ladder != nil {
			t.ladder.downloaded(network.ClassSegment, sample{bytes: int(took.Got), took: took.Since - took.Idle}, 0) // the rest of an open one comes as it is made
		}
	}()
	return p
}

// place is where a segment is in what was asked for, and how long it is there, -1: to its end. ok is false when it is not part of that.
func (p *preload) place(s *hls.Segment) (offset, length int64, ok bool) {
	if p == nil || p.d.failed() || p.hint.URI != s.URI || !p.near(s) {
		return 0, 0, false
	}
	if s.ByteRange == nil {
		return 0, -1, p.hint.Start == 0 && p.hint.Length < 0
	}
	offset = s.ByteRange.Offset - p.hint.Start
	return offset, s.ByteRange.Length, offset >= 0 && (p.hint.Length < 0 || offset+s.ByteRange.Length <= p.hint.Length)
}

// near says whether a segment is the one that the hint was about, or of the same file, and not one
// that has its name later.
func (p *preload) near(s *hls.Segment) bool {
	return s.Sequence-p.after.Sequence <= 1 && s.DiscontinuitySequence-p.after.DiscontinuitySequence <= 1
}

// take returns the bytes of a segment that were asked for beforehand, nil when they were not. What is missing of them in the end is asked for
// again.
func (l *loader) take(ctx context.Context, s *hls.Segment, key cacheKey, limit int64, told *network.CMCD) (*download, func() error) {
	p := l.preload
	offset, length, ok := p.place(s)
	if !ok {
		return nil, nil
	}
	d, w := newDownload(), wanted{class: network.ClassSegment, key: key, uri: s.URI, part: s.ByteRange, limit: limit, told: told}
	failed := make(chan error, 1)
	go func() {
		_ = p.d.started(ctx) // reading says what it failed with
		d.keepFor(p.d.freshness())
		d.start(length)
		there, _ := p.d.complete()
		source := p.d.readerFrom(ctx, offset)
		if length >= 0 {
			source = io.LimitReader(source, length)
		}
		err := d.fill(ctx, source, length)
		size, _ := d.complete()
		if late := size - max(there-int(offset), 0); p.hint.Length < 0 && late > 0 && l.track.ladder != nil {
			l.track.ladder.downloaded(network.ClassSegment, sample{bytes: late, took: d.progress(time.Now()).Since}, 0) // all of it is there by now, so that the network alone holds it up
		}
		if err != nil || length >= 0 && int64(size) < length {
			failed <- l.track.fetch(ctx, w, d, nil)
			return
		}
		l.track.got(w, d)
		failed <- nil
	}()
	return d, func() error { return <-failed }
}
