package player

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"latchkey/network"
	"latchkey/player/caption"
	"latchkey/player/frame"
	"latchkey/player/hls"
)

const (
	// subtitlesAhead is how far ahead of the position subtitles are loaded, and subtitlesBehind how far back they are kept at least.
	subtitlesAhead  = 30 * time.Second
	subtitlesBehind = 10 * time.Minute
	// subtitlesLook is how often the position is looked at, and subtitlesRetry when a playlist that failed is asked for again.
	subtitlesLook  = 250 * time.Millisecond
	subtitlesRetry = 10 * time.Second
	// maxSubtitleBytes bounds a segment of subtitles after deciphering; caption refuses what is longer.
	maxSubtitleBytes = 16 << 20
	// maxLoadedCues is how many cues are kept, and maxShownCues how many are to be seen at a time: nobody reads more.
	maxLoadedCues = 20_000
	maxShownCues  = 8
	// nearSegment is how far from its segment a cue may stand for its times to make sense.
	nearSegment = 10 * time.Second
	// subtitlesOff is the preference for none.
	subtitlesOff = "off"
)

// ErrSubtitles is returned for subtitles that there are not.
var ErrSubtitles = errors.New("there are no such subtitles")

// SubtitleInfo describes subtitles that can be chosen.
type SubtitleInfo struct {
	Index    int
	Name     string
	Language string // BCP 47, empty when unknown
	Forced   bool   // what is to be read even by those who understand the sound
}

// subtitles are those of a resource. Safe for concurrent use.
type subtitles struct {
	// Constant.
	session *session
	defines map[string]string
	list    []SubtitleInfo
	uris    []string                // empty: it comes with the pictures
	closed  []*closedCaptions       // that does, by the index in list; else nil
	latent  int                     // in list: where captions stand that nothing tells of, one channel as soon as a picture has some; -1: there can be none
	found   atomic.Int32            // how many of those there are; what stands behind them in list is changed by the decoder's goroutine alone
	missing []caption.ChannelFilter // the channels of which no picture had any; owned by that goroutine

	wake  *notice
	shown atomic.Pointer[[]caption.Cue] // of the chosen ones, in presentation time, in order

	mu     sync.Mutex // guards what follows
	chosen int        // in list, -1: none
}

// newSubtitles returns the subtitles of a variant, and its closed captions, or nil without any.
func newSubtitles(s *session, list *hls.Playlist, variant hls.Variant) *subtitles {
	t := &subtitles{session: s, defines: list.Defines, wake: newNotice(), chosen: -1, latent: -1}
	standard, declared := -1, variant.NoClosedCaptions
	for i := range list.Multivariant.Renditions {
		r := &list.Multivariant.Renditions[i]
		subtitle := r.Type == hls.RenditionSubtitles && variant.Subtitles != "" && r.Group == variant.Subtitles && r.URI != ""
		declared = declared || r.Type == hls.RenditionClosedCaptions
		closed := r.Type == hls.RenditionClosedCaptions && variant.ClosedCaptions != "" && r.Group == variant.ClosedCaptions && caption.ChannelOf(r.InstreamID) != 0
		if !subtitle && !closed {
			continue
		}
		if r.Default && subtitle && standard < 0 {
			standard = len(t.list)
		}
		t.list = append(t.list, SubtitleInfo{Index: len(t.list), Name: r.Name, Language: r.Language, Forced: r.Forced})
		if closed {
			t.uris, t.closed = append(t.uris, ""), append(t.closed, newClosedCaptions(caption.ChannelOf(r.InstreamID)))
		} else {
			t.uris, t.closed = append(t.uris, r.URI), append(t.closed, nil)
		}
	}
	t.chosen = t.prefer(s.config.SubtitleLanguage, standard)
	if !declared {
		t.addLatent()
	}
	if t.list == nil {
		return nil
	}
	return t
}

// captionsAlone are the closed captions of what is no multivariant playlist, should its pictures have some.
func captionsAlone(s *session) *subtitles {
	t := &subtitles{session: s, wake: newNotice(), chosen: -1}
	t.addLatent()
	return t
}

// addLatent makes room for captions that nothing tells of.
func (t *subtitles) addLatent() {
	t.latent = len(t.list)
	for _, channel := range caption.Channels {
		t.list = append(t.list, SubtitleInfo{Index: len(t.list)})
		t.uris, t.closed = append(t.uris, ""), append(t.closed, nil)
		t.missing = append(t.missing, caption.ChannelFilter{Channel: channel})
	}
}

// discover offers the channels that nothing tells of as soon as a picture has something of them.
func (t *subtitles) discover(data []byte) {
	for i := 0; i < len(t.missing); i++ {
		f := &t.missing[i]
		if len(f.Pick(nil, data)) == 0 {
			continue
		}
		at := t.latent + int(t.found.Load())
		t.list[at].Name = "Closed captions"
		if f.Channel != caption.CC1 {
			t.list[at].Name += " " + f.Channel.String()
		}
		t.closed[at] = newClosedCaptions(f.Channel)
		t.found.Add(1)
		t.session.changed()
		t.missing = slices.Delete(t.missing, i, i+1)
		i--
	}
}

// offered are those that can be chosen.
func (t *subtitles) offered() []SubtitleInfo {
	if t.latent >= 0 {
		return t.list[:t.latent+int(t.found.Load())]
	}
	return t.list
}

// prefer returns the subtitles in a language, those that are complete before those that are forced; without a wish the stream's own choice.
func (t *subtitles) prefer(language string, standard int) int {
	switch language {
	case "":
		return standard
	case subtitlesOff:
		return -1
	}
	best, score := -1, 0
	for i, info := range t.offered() {
		var now int
		switch {
		case strings.EqualFold(info.Language, language):
			now = 4
		case sameLanguage(info.Language, language):
			now = 2
		default:
			continue
		}
		if !info.Forced {
			now++
		}
		if now > score {
			best, score = i, now
		}
	}
	return best
}

// choose shows other subtitles from now on, -1: none.
func (t *subtitles) choose(index int) bool {
	if index < -1 || index >= len(t.offered()) {
		return false
	}
	t.mu.Lock()
	t.chosen = index
	t.mu.Unlock()
	t.shown.Store(nil)
	t.wake.post()
	return true
}

// choice is the index of those that are shown, or -1.
func (t *subtitles) choice() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.chosen
}

// at returns the cues that are to be seen at a time. It never waits.
func (t *subtitles) at(position time.Duration) []caption.Cue {
	if index := t.choice(); t.withPictures(index) {
		return t.closed[index].at(position)
	}
	all := t.shown.Load()
	if all == nil {
		return nil
	}
	var out []caption.Cue
	for i := range *all {
		c := &(*all)[i]
		if c.Start > position || len(out) == maxShownCues {
			break
		}
		if c.End > position {
			out = append(out, *c)
		}
	}
	return out
}

// close frees the decoders, after that of the pictures has ended.
func (t *subtitles) close() {
	for _, c := range t.closed {
		if c != nil {
			c.close()
		}
	}
}

// withPictures says whether the captions with an index come with the pictures.
func (t *subtitles) withPictures(index int) bool {
	return index >= 0 && index < len(t.uris) && t.uris[index] == ""
}

// picture takes the captions of a picture that is about to be shown. t may be nil.
func (t *subtitles) picture(v *frame.Video) {
	if t == nil || len(v.Captions) == 0 {
		return
	}
	t.discover(v.Captions)
	index := t.choice()
	if !t.withPictures(index) {
		return
	}
	if err := t.closed[index].feed(v); err != nil {
		t.session.note(fmt.Sprintf("The closed captions cannot be shown: %s.", err))
		t.choose(-1)
	}
}

// run loads what is chosen, ahead of the position, until ctx ends. What fails is told and asked for again, and never ends playback.
func (t *subtitles) run(ctx context.Context) {
	for ctx.Err() == nil {
		changed := t.wake.wait()
		if index := t.choice(); index >= 0 && !t.withPictures(index) {
			if err := t.follow(ctx, index, changed); err != nil && ctx.Err() == nil {
				t.session.note(fmt.Sprintf("The subtitles %q cannot be had: %s.", t.list[index].Name, brief(err)))
				pause(ctx, changed, subtitlesRetry)
			}
			continue
		}
		pause(ctx, changed, time.Hour)
	}
}

// follow loads the subtitles with an index until others are chosen.
func (t *subtitles) follow(ctx context.Context, index int, changed <-chan struct{}) error {
	f, err := t.session.openFeed(ctx, t.uris[index], t.defines)
	if err != nil {
		return err
	}
	f.lineUpWith(t.session.leading().current())
	loaded := newCueList()
	for ctx.Err() == nil && t.choice() == index {
		position := time.Duration(t.session.at.Load())
		f.refresh(ctx)
		at := t.session.playlistTime(f.current(), position)
		segment := loaded.next(f.current(), at, at+subtitlesAhead)
		if segment == nil {
			loaded.forget(position - subtitlesBehind)
			pause(ctx, changed, subtitlesLook)
			continue
		}
		origin, anchored := t.session.timeline.origin(segment.DiscontinuitySequence)
		if !anchored {
			pause(ctx, changed, subtitlesLook) // nothing of the picture was placed yet
			continue
		}
		track, err := t.load(ctx, segment)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			t.session.config.Log.Info("subtitles", "error", err)
			track = &caption.Track{}
		}
		loaded.add(segment, placed(track, t.session.inMedia(f.current(), segment), origin))
		if cues := loaded.sorted(); t.choice() == index {
			t.shown.Store(&cues)
			t.session.changed()
		}
	}
	return nil
}

// all loads all cues of the chosen subtitles from a time to another; of those that come with the pictures, it has what was decoded.
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
	loaded := newCueList()
	for segment := loaded.next(f.current(), from, to); segment != nil; segment = loaded.next(f.current(), from, to) {
		track, err := t.load(ctx, segment)
		if err != nil {
			return nil, err
		}
		origin, _ := t.session.timeline.origin(segment.DiscontinuitySequence)
		loaded.add(segment, placed(track, t.session.inMedia(f.current(), segment), origin))
	}
	return loaded.sorted(), nil
}

// load gets a segment and reads it.
func (t *subtitles) load(ctx context.Context, segment *hls.Segment) (*caption.Track, error) {
	request := requestOf(network.ClassSubtitle, segment.URI, segment.ByteRange)
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
	if data, err = io.ReadAll(io.LimitReader(plain, maxSubtitleBytes+1)); err != nil {
		return nil, err
	}
	track, err := caption.Parse(data)
	if err != nil {
		return nil, &fetchError{class: network.ClassSubtitle, url: display(segment.URI), err: err}
	}
	return track, nil
}

// placed returns a segment's cues in presentation time. RFC 8216, 3.5: X-TIMESTAMP-MAP says where the cues' times lie among the media's,
// and without one they begin at the media's 0. Packagers take that in several ways: the first that brings the cues near their segment holds.
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

// cueList is what was loaded of subtitles. It belongs to one goroutine.
type cueList struct {
	segments map[time.Duration]bool // by their start
	known    map[cueKey]bool
	cues     []caption.Cue
}

// cueKey is what makes cues the same that stand in two segments.
type cueKey struct {
	start, end time.Duration
	text       string
}

func keyOfCue(c *caption.Cue) cueKey { return cueKey{c.Start, c.End, c.Text()} }

func newCueList() *cueList {
	return &cueList{segments: make(map[time.Duration]bool), known: make(map[cueKey]bool)}
}

// next returns the first segment between two times that was not loaded, or nil.
func (l *cueList) next(media *hls.Media, from, to time.Duration) *hls.Segment {
	for i := max(media.At(from), 0); i < len(media.Segments); i++ {
		segment := &media.Segments[i]
		if segment.Start > to {
			break
		}
		if !l.segments[segment.Start] && !segment.Gap {
			return segment
		}
	}
	return nil
}

// add takes a segment's cues; those that stand in another one, too, are taken once.
func (l *cueList) add(segment *hls.Segment, cues []caption.Cue) {
	l.segments[segment.Start] = true
	for i := range cues {
		if len(l.cues) == maxLoadedCues {
			return
		}
		if key := keyOfCue(&cues[i]); !l.known[key] {
			l.known[key] = true
			l.cues = append(l.cues, cues[i])
		}
	}
}

// forget drops what ended before a time.
func (l *cueList) forget(before time.Duration) {
	for start := range l.segments {
		if start < before-time.Minute {
			delete(l.segments, start)
		}
	}
	l.cues = slices.DeleteFunc(l.cues, func(c caption.Cue) bool {
		gone := c.End < before-time.Minute
		if gone {
			delete(l.known, keyOfCue(&c))
		}
		return gone
	})
}

// sorted returns a copy in the order of the starts.
func (l *cueList) sorted() []caption.Cue {
	cues := slices.Clone(l.cues)
	slices.SortStableFunc(cues, func(a, b caption.Cue) int { return cmp.Compare(a.Start, b.Start) })
	return cues
}

// SelectSubtitles shows other subtitles of Snapshot.Subtitles, -1: none; later resources get the same language. The error wraps
// ErrSubtitles.
func (p *Player) SelectSubtitles(index int) error {
	return p.call(func() error {
		if p.session == nil || !p.session.ready || p.session.subtitles == nil || !p.session.subtitles.choose(index) {
			return fmt.Errorf("show subtitles %d: %w", index, ErrSubtitles)
		}
		p.subtitleLanguage = subtitlesOff
		if index >= 0 {
			p.subtitleLanguage = p.session.subtitles.list[index].Language
		}
		if u := p.upcoming; u != nil && u.session.ready {
			p.keepLanguage(u.session)
		}
		p.dirty = true
		return nil
	})
}

// keepLanguage shows the subtitles of a session in the language that was chosen since it was begun.
func (p *Player) keepLanguage(s *session) {
	if t := s.subtitles; t != nil && s.config.SubtitleLanguage != p.subtitleLanguage {
		t.choose(t.prefer(p.subtitleLanguage, t.choice()))
	}
}

// Cues returns the subtitles that are to be seen at a position. It never waits.
func (p *Player) Cues(position time.Duration) []caption.Cue {
	if t := p.captions.Load(); t != nil {
		return t.at(position)
	}
	return nil
}

// AllCues loads and returns all cues of the chosen subtitles between two positions, in order: of closed captions those of the pictures that
// were played. It waits for the network.
func (p *Player) AllCues(ctx context.Context, from, to time.Duration) ([]caption.Cue, error) {
	if t := p.captions.Load(); t != nil {
		return t.all(ctx, from, to)
	}
	return nil, nil
}
