package player

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"latchkey/network"
	"latchkey/player/caption"
	"latchkey/player/hls"
)

const (
	// minSubtitleBytes and maxSubtitleBytes bound a segment of subtitles, and subtitleRate is how
	// many bytes it may have for each second of its EXTINF. Some packagers write all of a film's
	// cues into each segment, which is below a megabyte; caption reads no more than the most.
	minSubtitleBytes = 4 << 20
	maxSubtitleBytes = 16 << 20
	subtitleRate     = 64 << 10
	// nearSegment is how far from its segment a cue may stand for its times to make sense.
	nearSegment = 10 * time.Second
)

// subtitleLimit is how many bytes a segment of subtitles may have.
func subtitleLimit(duration time.Duration) int64 {
	return int64(min(minSubtitleBytes+duration.Seconds()*subtitleRate, maxSubtitleBytes))
}

// all loads all cues of the chosen subtitles from a time to another; of those that come with the
// pictures, it has what was decoded.
func (t *subtitles) all(ctx context.Context, from, to time.Duration) ([]caption.Cue, error) {
	index := t.choice()
	if index < 0 {
		return nil, nil
	}
	if t.withPictures(index) {
		return t.closed[index].all(from, to), nil
	}
	f, err := t.session.openFeed(ctx, t.uris[index], t.defines)
	if err != nil {
		return nil, err
	}
	f.lineUpWith(t.session.leading().current())
	loaded, media := newCueList(), f.current()
	for i := max(media.At(from), 0); i < len(media.Segments) && media.Segments[i].Start <= to; i++ {
		segment := &media.Segments[i]
		if segment.Gap {
			continue
		}
		track, err := t.load(ctx, segment)
		if err != nil {
			return nil, err
		}
		origin, _ := t.session.timeline.origin(segment.DiscontinuitySequence, segment.Start)
		if !loaded.add(segment, placed(track, t.session.inMedia(media, segment), origin), from, to) {
			return nil, fmt.Errorf("cues from %v to %v: %w", from, to, caption.ErrTooLarge)
		}
	}
	return loaded.view().cues, nil
}

// load gets a segment and reads it.
func (t *subtitles) load(ctx context.Context, segment *hls.Segment) (*caption.Track, error) {
	request := requestOf(network.ClassSubtitle, segment.URI, segment.ByteRange)
	request.MaxBytes = subtitleLimit(segment.Duration)
	var data []byte
	err := t.session.authorized(ctx, func() (err error) {
		data, _, err = t.session.fetcher.Fetch(ctx, request)
		return err
	})
	if err != nil {
		return nil, &fetchError{class: network.ClassSubtitle, url: display(segment.URI), err: err}
	}
	plain, err := t.session.decipher(ctx, bytes.NewReader(data), segment.Keys, segment.Sequence)
	if err != nil {
		return nil, err
	}
	if data, err = io.ReadAll(plain); err != nil { // deciphered, it is no longer than it came
		return nil, err
	}
	track, err := caption.Parse(data)
	if err != nil {
		return nil, &fetchError{class: network.ClassSubtitle, url: display(segment.URI), err: err}
	}
	return track, nil
}

// tooLarge says whether subtitles were refused for their size.
func tooLarge(err error) bool {
	return errors.Is(err, network.ErrTooLarge) || errors.Is(err, caption.ErrTooLarge) || errors.Is(err, errLocalTooLarge)
}

// placed returns a segment's cues in presentation time. RFC 8216, 3.5: X-TIMESTAMP-MAP says where
// the cues' times lie among the media's, and without one they begin at the media's 0. Packagers
// take that in several ways: the first that brings the cues near their segment holds.
func placed(track *caption.Track, segment *hls.Segment, origin time.Duration) []caption.Cue {
	if len(track.Cues) == 0 {
		return nil
	}
	mapped := time.Duration(0) // the media time of the cues' 0
	if m := track.Map; m != nil {
		mapped = time.Duration(m.MPEGTS)*time.Second/90000 - m.Local
		mapped = unwrap(mapped, origin)
	}
	shifts := []time.Duration{mapped - origin, 0, segment.Start}
	first := track.Cues[0].Start
	shift := shifts[0]
	for _, s := range shifts {
		if at := first + s; at >= segment.Start-nearSegment && at <= segment.End()+nearSegment {
			shift = s
			break
		}
	}
	cues := slices.Clone(track.Cues)
	for i := range cues {
		cues[i].Start += shift
		cues[i].End += shift
	}
	return cues
}
