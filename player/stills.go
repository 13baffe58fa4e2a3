package player

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"latchkey/network"
	"latchkey/player/frame"
	"latchkey/player/hls"
	"latchkey/player/libav"
)

// maxImpliedInit is how long an init section may be that no EXT-X-MAP names.
const maxImpliedInit = 64 << 10

// ErrNoStills is returned for pictures of a stream that has no I-frame playlist, and of a medium that is read over the network or has no picture.
var ErrNoStills = errors.New("there are no pictures to run through")

// errNoStill is returned where a picture should be and is none.
var errNoStill = errors.New("there is no picture")

// stillSource gives pictures of a resource for previews and trick play. Safe for concurrent use.
type stillSource interface {
	// at returns the picture at or before a position, of about height lines or more where there is a choice; its PTS is where it stands. It
	// returns no picture when that would be the one at shown. The picture is the caller's to release.
	at(ctx context.Context, position time.Duration, height int, shown time.Duration) (*frame.Video, error)
	// close is called when nothing calls at any more.
	close()
}

// stills are the pictures of a stream's I-frame playlists: those that are seen while seeking, and in trick play. RFC 8216, 4.3.3.6 and 4.3.4.3.
// Safe for concurrent use; one picture is made at a time.
type stills struct {
	// Constant.
	session  *session
	variants []hls.Variant
	defines  map[string]string
	turn     turn

	feeds map[int]*feed // guarded by turn
}

// newStills returns nil where there is no I-frame playlist.
func newStills(s *session, list *hls.Playlist) stillSource {
	t := &stills{session: s, defines: list.Defines, turn: make(turn, 1), feeds: make(map[int]*feed)}
	for _, v := range list.Multivariant.IFrameVariants {
		if v.URI != "" {
			t.variants = append(t.variants, v)
		}
	}
	if len(t.variants) == 0 {
		return nil
	}
	return t
}

// choose returns the smallest variant that is at least so many lines high, else the highest; of a height that is not known, by bandwidth.
func (t *stills) choose(height int) int {
	best := 0
	for i, v := range t.variants[1:] {
		b := t.variants[best]
		fits, fitted := v.Height >= height, b.Height >= height
		switch {
		case fits && !fitted, !fits && !fitted && v.Height > b.Height, fits && fitted && v.Height < b.Height,
			v.Height == b.Height && v.Bandwidth < b.Bandwidth:
			best = i + 1
		}
	}
	return best
}

func (t *stills) close() {}

// at is stillSource's, of an I-frame playlist chosen by height.
func (t *stills) at(ctx context.Context, position time.Duration, height int, shown time.Duration) (*frame.Video, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(t.session.ctx, func() { cancel(errClosed) })()
	if err := t.turn.take(ctx); err != nil {
		return nil, err
	}
	defer t.turn.give()
	f, err := t.feed(ctx, t.choose(height), position)
	if err != nil {
		return nil, err
	}
	media := f.current()
	if len(media.Segments) == 0 {
		return nil, errNoStill
	}
	segment := withInit(media, max(t.session.indexAt(media, position), 0))
	at := t.session.mediaTime(media, segment.Start)
	if at == shown {
		return nil, nil //nolint:nilnil // there is nothing new, and nothing wrong
	}
	picture, err := t.decode(ctx, f, segment)
	if err != nil {
		return nil, fmt.Errorf("picture of segment %d: %w", segment.Sequence, err)
	}
	picture.PTS, picture.Duration = at, segment.Duration
	return picture, nil
}

// withInit returns a segment of an I-frame playlist with its init section. Where no EXT-X-MAP names that, it stands between the start of the
// resource and its first I-frame. RFC 8216, 4.3.3.6.
func withInit(media *hls.Media, index int) *hls.Segment {
	segment := media.Segments[index]
	if segment.Map != nil || segment.ByteRange == nil {
		return &segment
	}
	first := segment.ByteRange.Offset
	for i := range media.Segments {
		if s := &media.Segments[i]; s.URI == segment.URI && s.ByteRange != nil {
			first = min(first, s.ByteRange.Offset)
		}
	}
	if first > 0 && first <= maxImpliedInit {
		segment.Map = &hls.Map{URI: segment.URI, ByteRange: &hls.ByteRange{Length: first}}
	}
	return &segment
}

// feed returns the playlist of a variant in the stream's own time, for a picture at a position. The
// caller holds the turn.
func (t *stills) feed(ctx context.Context, variant int, position time.Duration) (*feed, error) {
	f := t.feeds[variant]
	if f == nil {
		opened, err := t.session.openExtra(ctx, t.variants[variant].URI, t.defines)
		if err != nil {
			return nil, err
		}
		f = opened
		for i, old := range t.feeds {
			if len(t.feeds) >= maxFeeds {
				delete(t.feeds, i)
				t.session.lists.release(old.uri)
			}
		}
		t.feeds[variant] = f
	}
	f.refresh(ctx, t.session.playlistTime(f.current(), position))
	f.lineUpWith(t.session.leading().current())
	return f, nil
}

// decode loads a segment of an I-frame playlist, and returns its picture.
func (t *stills) decode(ctx context.Context, f *feed, segment *hls.Segment) (*frame.Video, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	loading, cancel := context.WithCancel(ctx)
	track := &hlsTrack{session: t.session, feed: f, kinds: []libav.Kind{libav.KindVideo}, variant: -1}
	next := item{segment: segment, newRun: true, locked: locked(*segment), variant: -1}
	var loaded [2]func() error
	if segment.Map != nil {
		next.init, loaded[0] = track.begin(loading, wanted{class: network.ClassInit, key: f.initKey(segment), uri: segment.Map.URI, part: segment.Map.ByteRange})
	}
	next.data, loaded[1] = track.begin(loading, wanted{class: network.ClassThumbnail, key: f.segmentKey(segment), uri: segment.URI, part: segment.ByteRange})
	defer func() {
		cancel()
		for _, wait := range loaded {
			if wait != nil {
				_ = wait() // what failed has been read
			}
		}
	}()
	items := make(chan item, 1)
	items <- next
	close(items)
	reader := &segmentReader{track: track, items: items, wait: loading}
	first, format, err := reader.nextRun()
	if err != nil {
		return nil, err
	}
	opened, err := track.openRun(reader, first, format)
	if err != nil {
		return nil, err
	}
	defer opened.input.Close()
	picture, err := opened.still(next.locked, t.session.maxPixels())
	if err != nil {
		err = cmp.Or(reader.err, err)
	}
	return picture, err
}

// still decodes the first picture.
func (o *openedRun) still(strict bool, maxPixels int64) (*frame.Video, error) {
	stream, ok := o.run.streams[libav.KindVideo]
	if !ok {
		return nil, errNoStill
	}
	decoder, err := libav.NewDecoder(stream, libav.DecoderOptions{Threads: 1, Strict: strict, MaxPixels: maxPixels})
	if err != nil {
		return nil, err
	}
	defer decoder.Close()
	packet := libav.NewPacket()
	defer packet.Close()
	for {
		err := o.input.ReadPacket(packet)
		if errors.Is(err, io.EOF) {
			return nil, errNoStill
		}
		if err != nil {
			return nil, err
		}
		if packet.Stream() == stream.Index {
			break
		}
	}
	return decodeOne(decoder, packet, func() error {
		_, err := o.unlocker.unlock(packet, stream)
		return err
	})
}

// fileStills are the key pictures of a file of this machine, read by a demuxer of its own. Safe for concurrent use; one picture is made at a time.
type fileStills struct {
	// Constant.
	session *session
	turn    turn

	source *mediaSource // guarded by turn
}

// newFileStills returns the pictures of a medium, which is at play; no pictures of one that is not of this machine, or that has none.
func newFileStills(m *mediaSource) stillSource {
	file, local := m.opener.(*localFile)
	if !local || len(newRun(m.input, []libav.Kind{libav.KindVideo}, "", false).streams) == 0 {
		return nil
	}
	return &fileStills{session: m.session, turn: make(turn, 1), source: &mediaSource{session: m.session, opener: file}}
}

func (t *fileStills) close() { t.source.close() }

// at is stillSource's.
func (t *fileStills) at(ctx context.Context, position time.Duration, _ int, shown time.Duration) (*frame.Video, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(t.session.ctx, func() { cancel(errClosed) })()
	if err := t.turn.take(ctx); err != nil {
		return nil, err
	}
	defer t.turn.give()
	m := t.source
	if m.input == nil {
		if err := m.reopen(ctx); err != nil {
			return nil, err
		}
	}
	m.wait.now = ctx
	r := newRun(m.input, []libav.Kind{libav.KindVideo}, "", false)
	stream, ok := r.streams[libav.KindVideo]
	if !ok {
		return nil, errNoStill
	}
	origin := m.input.StartTime()
	if err := m.seek(ctx, r, origin+position); err != nil {
		return nil, err
	}
	packet, err := m.lastKey(ctx, stream, origin+position)
	if err != nil {
		return nil, err
	}
	defer packet.Close()
	at := max(libav.Ticks(packet.PTS(), stream.TimeBase)-origin, 0)
	if at == shown {
		return nil, nil //nolint:nilnil // there is nothing new, and nothing wrong
	}
	decoder, err := libav.NewDecoder(stream, libav.DecoderOptions{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer decoder.Close()
	unlocker := &fileUnlocker{session: m.session}
	picture, err := decodeOne(decoder, packet, func() error {
		_, err := unlocker.unlock(packet, stream)
		return err
	})
	if err != nil {
		return nil, err
	}
	picture.PTS = at
	return picture, nil
}

// lastKey reads the last key picture at or before a media time, or the first after it where there is none. Where an index has led to the former it
// is the first that comes.
func (m *mediaSource) lastKey(ctx context.Context, stream libav.Stream, at time.Duration) (best *libav.Packet, err error) {
	next := libav.NewPacket()
	defer func() {
		next.Close()
		if err != nil && best != nil {
			best.Close()
			best = nil
		}
	}()
	for {
		if err := context.Cause(ctx); err != nil {
			return best, err
		}
		err := m.input.ReadPacket(next)
		switch {
		case errors.Is(err, io.EOF) && best != nil:
			return best, nil
		case errors.Is(err, io.EOF):
			return nil, errNoStill
		case err != nil:
			return best, m.explain(err)
		case next.Stream() != stream.Index || next.PTS() == libav.NoPTS:
			continue
		}
		late := libav.Ticks(next.PTS(), stream.TimeBase) > at
		if late && best != nil {
			return best, nil
		}
		if !next.Key() {
			continue
		}
		if best != nil {
			best.Close()
		}
		best, next = next, libav.NewPacket()
		if late || indexed(m.input.FormatName()) {
			return best, nil
		}
	}
}

// decodeOne decodes a picture that needs no other.
func decodeOne(decoder *libav.Decoder, packet *libav.Packet, unlock func() error) (*frame.Video, error) {
	if err := unlock(); err != nil {
		return nil, err
	}
	if err := errors.Join(decoder.Send(packet), decoder.Send(nil)); err != nil {
		return nil, err
	}
	return decoder.ReceiveVideo()
}

// Still returns the picture of the current resource at or before a position, for a preview: of an I-frame playlist of about so many lines or more,
// or of a file of this machine. Its PTS is where it stands. It waits for network and disk. It returns ErrNoStills where there is neither. The
// picture is the caller's to release.
func (p *Player) Still(ctx context.Context, position time.Duration, height int) (*frame.Video, error) {
	var s *session
	if err := p.call(func() error {
		if p.session == nil || !p.session.ready || p.session.stills == nil {
			return ErrNoStills
		}
		s = p.session
		s.work.Add(1)
		return nil
	}); err != nil {
		return nil, err
	}
	defer s.work.Done()
	return s.stills.at(ctx, position, height, -1)
}
