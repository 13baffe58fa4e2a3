package player

import (
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

// ErrNoStills is returned for pictures of a stream that has no I-frame playlist.
var ErrNoStills = errors.New("the stream has no I-frame playlist")

// errNoStill is returned for what an I-frame playlist names that has no picture.
var errNoStill = errors.New("there is no picture")

// stills are the pictures of a stream's I-frame playlists: those that are seen while seeking, and in trick play. RFC 8216, 4.3.3.6 and 4.3.4.3.
// Safe for concurrent use; one picture is made at a time.
type stills struct {
	// Constant.
	session  *session
	variants []hls.Variant
	defines  map[string]string
	turn     chan struct{} // holds one element while a picture is made

	feeds map[int]*feed // guarded by turn
}

// newStills returns nil where there is no I-frame playlist.
func newStills(s *session, list *hls.Playlist) *stills {
	t := &stills{session: s, defines: list.Defines, turn: make(chan struct{}, 1), feeds: make(map[int]*feed)}
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

// at returns the picture at or before a position, of an I-frame playlist chosen by height, and its position. It returns no picture when that
// would be the one at shown. The picture is the caller's to release.
func (t *stills) at(ctx context.Context, position time.Duration, height int, shown time.Duration) (*frame.Video, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(t.session.ctx, func() { cancel(errClosed) })()
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	f, err := t.feed(ctx, t.choose(height))
	if err != nil {
		return nil, err
	}
	media := f.current()
	if len(media.Segments) == 0 {
		return nil, errNoStill
	}
	segment := withInit(media, max(media.At(position), 0))
	if segment.Start == shown {
		return nil, nil //nolint:nilnil // there is nothing new, and nothing wrong
	}
	picture, err := t.decode(ctx, f, segment)
	if err != nil {
		return nil, fmt.Errorf("picture of segment %d: %w", segment.Sequence, err)
	}
	picture.PTS, picture.Duration = segment.Start, segment.Duration
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

// feed returns the playlist of a variant in the stream's own time. The caller holds the turn.
func (t *stills) feed(ctx context.Context, variant int) (*feed, error) {
	f := t.feeds[variant]
	if f == nil {
		opened, err := t.session.openFeed(ctx, t.variants[variant].URI, t.defines)
		if err != nil {
			return nil, err
		}
		f = opened
		t.feeds[variant] = f
	}
	f.refresh(ctx)
	f.lineUpWith(t.session.leading().current())
	return f, nil
}

// decode loads a segment of an I-frame playlist, and returns its picture.
func (t *stills) decode(ctx context.Context, f *feed, segment *hls.Segment) (*frame.Video, error) {
	loading, cancel := context.WithCancel(ctx)
	track := &hlsTrack{session: t.session, feed: f, kinds: []libav.Kind{libav.KindVideo}, variant: -1}
	next := item{segment: segment, newRun: true, locked: locked(*segment), variant: -1}
	var loaded [2]func() error
	if segment.Map != nil {
		next.init, loaded[0] = track.begin(loading, network.ClassInit, segment.Map.URI, segment.Map.ByteRange, nil)
	}
	next.data, loaded[1] = track.begin(loading, network.ClassThumbnail, segment.URI, segment.ByteRange, nil)
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
	return opened.still(next.locked)
}

// still decodes the first picture.
func (o *openedRun) still(strict bool) (*frame.Video, error) {
	stream, ok := o.run.streams[libav.KindVideo]
	if !ok {
		return nil, errNoStill
	}
	decoder, err := libav.NewDecoder(stream, libav.DecoderOptions{Threads: 1, Strict: strict})
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
	if _, err := o.unlocker.unlock(packet, stream); err != nil {
		return nil, err
	}
	if err := errors.Join(decoder.Send(packet), decoder.Send(nil)); err != nil {
		return nil, err
	}
	return decoder.ReceiveVideo()
}

// Still returns the picture of the current resource at or before a position, from an I-frame playlist of about so many lines or more, for a
// preview: its PTS is where it stands. It waits for the network. It returns ErrNoStills where the stream has no such playlist. The picture is
// the caller's to release.
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
