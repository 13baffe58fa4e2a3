package player

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"latchkey/drm"
	"latchkey/player/framing"
	"latchkey/player/hls"
)

// errWrongKey is returned when what a key deciphers is no media.
var errWrongKey = errors.New("what was deciphered is no media: the key is wrong")

// errDamaged ends the download of a segment that nothing can be made of.
var errDamaged = errors.New("the segment is damaged")

// errCut is returned when a segment has the beginning of a box and not its end.
var errCut = errors.New("the segment ends in the middle of a box")

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

// segmentReader is the deciphered bytes of a run's segments, one after another. It is used by the
// demuxer's goroutine alone. Read returns io.EOF where a run ends.
type segmentReader struct {
	track *hlsTrack
	items <-chan item
	wait  context.Context //nolint:containedctx // the demuxer reads through io.Reader, which has no place for it

	current *framing.Reader
	format  string
	pending *item        // first of the next run
	later   *item        // what follows pending, which stands in for another
	apart   bool         // what is received next begins a run, whatever it says
	now     item         // what is read
	gone    *hls.Segment // the last segment of the run, after it was abandoned: what was read of it is to be left out
	initRun bool         // current is the init section; the segment follows
	err     error        // what reading failed with

	tracks  tracks        // of the run, as its newest segment says
	stamp   time.Duration // what the run's packed audio says of its time, when stamped
	stamped bool

	placed bool // something was made of a run, of this reader or of one before it
	locked bool // as item has it, of the run

	given  int64             // bytes of the run that were read
	barren barren            // of those, since the last packet
	groups *drm.SampleGroups // of the samples in them, where they are ISO base media
	spans  []span            // of the run, in order
}

// nextRun goes to the first segment of the next run and names its container. It returns io.EOF when
// there is none.
func (s *segmentReader) nextRun() (*hls.Segment, string, error) {
	for {
		if s.pending == nil {
			next, err := s.receive()
			if err != nil {
				return nil, "", err
			}
			s.pending = &next
		}
		s.now, s.pending, s.format, s.gone, s.tracks = *s.pending, nil, "", nil, tracks{}
		s.locked = s.now.locked
		s.given, s.spans = 0, []span{{segment: s.now.segment}}
		s.groups, s.barren = new(drm.SampleGroups), barren{limit: maxBarrenSegment}
		err := s.open()
		if err == nil {
			break
		}
		if !errors.Is(err, errAbandoned) {
			return nil, "", err
		}
	}
	s.stamp, s.stamped = s.current.Stamp()
	s.tracks = tracksOf(s.format, s.current)
	return s.now.segment, s.format, nil
}

// receive waits for the next item.
func (s *segmentReader) receive() (item, error) {
	if next := s.later; next != nil {
		s.later = nil
		return *next, nil
	}
	select {
	case next, ok := <-s.items:
		if !ok {
			if err := context.Cause(s.wait); err != nil {
				return item{}, err
			}
			return item{}, io.EOF
		}
		if s.apart {
			next.newRun, next.locked, s.apart = true, next.locked || s.locked, false
		}
		return next, nil
	case <-s.wait.Done():
		return item{}, context.Cause(s.wait)
	}
}

// open prepares to read s.now: its init section first where a run begins.
func (s *segmentReader) open() error {
	if s.now.init != nil && s.format == "" {
		current, err := s.media(s.now.init, s.now.segment.Map.Keys)
		if err != nil {
			return s.wrap(err)
		}
		s.current, s.format, s.initRun = current, current.Format(), true
		return nil
	}
	return s.openSegment()
}

func (s *segmentReader) openSegment() error {
	s.initRun = false
	if last := s.spans[len(s.spans)-1]; last.segment != s.now.segment {
		s.spans = append(s.spans, span{from: s.given, segment: s.now.segment})
		if len(s.spans) > maxSpans {
			s.spans = slices.Delete(s.spans, 0, 1)
		}
	}
	current := s.now.opened
	if current == nil {
		var err error
		if current, err = s.media(s.now.data, s.now.segment.Keys); err != nil {
			return s.wrap(err)
		}
	}
	s.current, s.format, s.now.opened = current, current.Format(), nil
	return nil
}

// media finds the media in a download, which is an init section or a segment, enciphered with one
// of the keys or not. It waits for the key, and refuses what is no media.
func (s *segmentReader) media(d *download, keys []hls.Key) (*framing.Reader, error) {
	infos, source := s.track.feed.keyInfos(s.now.segment, keys), d.reader(s.wait)
	plain, lock, err := s.track.session.decipher(s.wait, source, infos, s.now.segment.Sequence)
	if err != nil {
		return nil, err
	}
	media, err := s.frame(plain, keys)
	wrong := errors.Is(err, errWrongKey) || errors.Is(err, framing.ErrNotSegment) || errors.Is(err, drm.ErrPadding)
	if wrong && lock.info.Live {
		if again, renewed := s.track.session.renewedKey(s.wait, d.reader(s.wait), lock); renewed {
			return s.frame(again, keys)
		}
		if cause := context.Cause(s.wait); cause != nil {
			return nil, cause
		}
	}
	return media, err
}

// frame finds the media in deciphered bytes.
func (s *segmentReader) frame(plain io.Reader, keys []hls.Key) (*framing.Reader, error) {
	media, err := framing.NewReader(plain, s.format)
	switch {
	case errors.Is(err, framing.ErrNotSegment) && len(keys) > 0:
		return nil, errWrongKey
	case err != nil:
		return nil, err
	case s.format != "" && s.format != media.Format():
		return nil, framing.ErrNotSegment
	}
	return media, nil
}

// lock is how a whole segment, or init section, is enciphered. The zero value is not at all.
type lock struct {
	info     drm.KeyInfo
	key      drm.Key
	sequence uint64
}

// open returns the clear bytes.
func (l lock) open(source io.Reader) io.Reader {
	return drm.NewSegmentReader(source, l.info.Method, l.key, l.info.IVFor(l.sequence))
}

// decipher returns the clear bytes of a whole segment, or init section. It waits for the key. Where samples are encrypted the bytes stay as
// they are.
func (s *session) decipher(ctx context.Context, source io.Reader, infos []drm.KeyInfo, sequence uint64) (io.Reader, lock, error) {
	info, err := s.keys.Select(infos)
	if err != nil || info.Clear() || info.Samples() {
		return source, lock{}, err
	}
	key, err := s.awaitKey(ctx, info, func(ctx context.Context) (drm.Key, error) { return s.keys.Key(ctx, info) })
	if err != nil {
		return nil, lock{}, err
	}
	s.unlocked(info, "", drm.KeyID{}, false)
	l := lock{info: info, key: key, sequence: sequence}
	return l.open(source), l, nil
}

// renewedKey asks for a live stream's key again, after what it deciphered was no media: keys rotate
// under one URI. It says whether there is another one, with which it deciphers.
func (s *session) renewedKey(ctx context.Context, source io.Reader, l lock) (io.Reader, bool) {
	other := false
	key, err := s.awaitKey(ctx, l.info, func(ctx context.Context) (key drm.Key, err error) {
		key, other, err = s.keys.Renew(ctx, l.info, l.key)
		return key, err
	})
	if err != nil || !other {
		return nil, false // what is wrong is known
	}
	l.key = key
	return l.open(source), true
}

// Read implements io.Reader over the segments of the run. A failure ends it like its end, so that the demuxer gives all that came before; err has
// it then.
func (s *segmentReader) Read(p []byte) (int, error) {
	for {
		if s.err != nil || s.current == nil {
			return 0, io.EOF
		}
		if s.wait.Err() != nil { // a demuxer may read for long without giving a packet
			s.err = context.Cause(s.wait)
			return 0, io.EOF
		}
		n, err := s.current.Read(p)
		s.given += int64(n)
		if err := s.barren.read(n); err != nil {
			s.err = s.wrap(err)
			return 0, io.EOF
		}
		if s.format == "mp4" {
			_, _ = s.groups.Write(p[:n]) // it never fails
		}
		if n > 0 {
			return n, nil
		}
		if errors.Is(err, io.EOF) {
			err = s.finish()
		}
		if errors.Is(err, errAbandoned) {
			s.gone, s.initRun = s.now.segment, false
			err = s.advance()
		}
		switch {
		case errors.Is(err, io.EOF):
			return 0, err
		case err != nil:
			s.err = s.wrap(err)
		}
	}
}

// finish goes on from what was read to its end. Without its boxes' ends a demuxer would take the next segment's bytes for the rest of them.
func (s *segmentReader) finish() error {
	s.noteSkipped()
	if s.format == "mp4" && !s.groups.Whole() {
		return errCut
	}
	if !s.initRun {
		s.track.session.prove(s.now.segment.Keys)
	}
	return s.advance()
}

// noteSkipped notes, once a session, that a segment holds bytes that are no media.
func (s *segmentReader) noteSkipped() {
	if n := s.current.Skipped(); n > 0 {
		s.track.session.noteOnce("skipped", fmt.Sprintf("Segment %d holds %d bytes that are neither picture nor sound; they were left out, as are those of other segments.",
			s.now.segment.Sequence, n))
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
	last := s.now
	s.now = next
	if s.now.init != nil || s.now.segment.Part > 1 {
		return s.openSegment()
	}
	current, err := s.media(s.now.data, s.now.segment.Keys)
	if err != nil {
		return s.wrap(err)
	}
	s.now.opened = current
	if found := tracksOf(s.format, current); s.tracks.changed(found) {
		s.track.session.noteOnce("tracks", fmt.Sprintf("The tracks change at segment %d, where the playlist has no discontinuity: playback goes on with them.", s.now.segment.Sequence))
		next = s.now
		next.newRun, next.joined, next.locked = true, !s.locked, next.locked || s.locked
		s.now, s.pending = last, &next
		return io.EOF
	}
	return s.openSegment()
}

// leaveOut has the next run begin behind the segment that failed, with instead before that, nil: nothing.
func (s *segmentReader) leaveOut(instead *item) {
	if s.now.abandon != nil {
		s.now.abandon(errDamaged) // it may have no end
	}
	if f := s.now.at.feed; f != nil {
		s.track.session.cache.drop(f.segmentKey(s.now.segment))
	}
	if s.pending == nil {
		s.apart = true
	}
	if instead != nil {
		s.pending, s.later = instead, s.pending
	}
	s.err, s.current, s.initRun = nil, nil, false
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

// fault is what an error of the demuxer comes from: what reading failed with, or the error itself, with the segment's name.
func (s *segmentReader) fault(err error) error {
	if s.err != nil {
		return s.err
	}
	return s.wrap(err)
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
