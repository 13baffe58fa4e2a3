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
// pictures, it has what was decoded. What cannot be had is noted and left out.
func (t *subtitles) all(ctx context.Context, from, to time.Duration) ([]caption.Cue, error) {
	index := t.choice()
	if index < 0 {
		return nil, nil
	}
	if own := t.source(index); own != nil {
		return own.cuesBetween(ctx, from, to)
	}
	if t.withPictures(index) {
		return t.closed[index].all(from, to), nil
	}
	f, err := t.session.openExtra(ctx, t.uris[index], t.defines)
	if err != nil {
		return nil, t.without(ctx, index, err)
	}
	f.lineUpWith(t.session.leading().current())
	loaded, media := newCueList(), f.current()
	for i := max(media.At(from), 0); i < len(media.Segments) && media.Segments[i].Start <= to; i++ {
		segment := &media.Segments[i]
		if segment.Gap {
			continue
		}
		track, err := t.load(ctx, f, segment)
		if err != nil {
			if err := t.without(ctx, index, err); err != nil {
				return nil, err
			}
			continue
		}
		origin, _ := t.session.timeline.origin(segment.DiscontinuitySequence, segment.Start)
		if !loaded.add(segment, placed(track, t.session.inMedia(media, segment), origin), from, to) {
			return nil, fmt.Errorf("cues from %v to %v: %w", from, to, caption.ErrTooLarge)
		}
	}
	return loaded.view().cues, nil
}

// without notes, once for each of the subtitles, that some cannot be had. It returns the error
// where they are there, but not to be read within the limits, and ctx's cause.
func (t *subtitles) without(ctx context.Context, index int, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if tooLarge(err) {
		return err
	}
	t.session.noteOnce(fmt.Sprintf("subtitles %d", index), fmt.Sprintf("The subtitles %q, or some of them, cannot be had: %s.", t.list[index].Name, brief(err)))
	return nil
}

// load gets a segment of a playlist and reads it.
func (t *subtitles) load(ctx context.Context, f *feed, segment *hls.Segment) (*caption.Track, error) {
	request := requestOf(network.ClassSubtitle, segment.URI, segment.ByteRange)
	request.MaxBytes = subtitleLimit(segment.Duration)
	var data []byte
	err := t.session.spare(ctx, func() (err error) {
		data, _, err = t.session.fetcher.Fetch(ctx, request)
		return err
	})
	if err != nil {
		return nil, &fetchError{class: network.ClassSubtitle, url: display(segment.URI), err: err}
	}
	plain, _, err := t.session.decipher(ctx, bytes.NewReader(data), f.keyInfos(segment, segment.Keys), segment.Sequence)
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
// take that in several ways: the first that brings the cues near their segment holds. What would be
// shown before the presentation begins is cut off.
func placed(track *caption.Track, segment *hls.Segment, origin time.Duration) []caption.Cue {
	if len(track.Cues) == 0 {
		return nil
	}
	first := track.Cues[0].Start
	mapped := time.Duration(0) // the media time of the cues' 0
	if m := track.Map; m != nil {
		mapped = time.Duration(m.MPEGTS)*time.Second/90000 - m.Local
		mapped = unwrap(mapped+first, origin+segment.Start) - first
	}
	shifts := []time.Duration{mapped - origin, 0, segment.Start}
	shift := shifts[0]
	for _, s := range shifts {
		if at := first + s; at >= segment.Start-nearSegment && at <= segment.End()+nearSegment {
			shift = s
			break
		}
	}
	cues := slices.Clone(track.Cues)
	for i := range cues {
		cues[i].Start = max(cues[i].Start+shift, 0)
		cues[i].End += shift
	}
	return slices.DeleteFunc(cues, func(c caption.Cue) bool { return c.End <= c.Start }) // it ends before the presentation begins
}
