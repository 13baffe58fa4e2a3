package player

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

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
	// maxShownCues is how many cues are to be seen at a time: nobody reads more.
	maxShownCues = 8
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
	// Title, Codec (FFmpeg's name, or a file's suffix), Default and HearingImpaired are what a file
	// says of its subtitles.
	Title, Codec             string
	Default, HearingImpaired bool
	File                     string // the file of their own that they are in, empty: they are in the resource
}

// subtitles are those of a resource. Safe for concurrent use.
type subtitles struct {
	// Constant.
	session *session
	defines map[string]string
	list    []SubtitleInfo
	uris    []string                // empty: it comes with the pictures
	closed  []*closedCaptions       // that does, by the index in list; else nil
	own     []subtitleSource        // of a file, by the index in list; else nil
	latent  int                     // in list: where captions stand that nothing tells of, one channel as soon as a picture has some; -1: there can be none
	found   atomic.Int32            // how many of those there are; what stands behind them in list is changed by the decoder's goroutine alone
	missing []caption.ChannelFilter // the channels of which no picture had any; owned by that goroutine

	wake  *notice
	shown atomic.Pointer[cueView] // of the chosen ones

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
		t.own = append(t.own, nil)
	}
	t.begin(givenSubtitles(s.resource), standard)
	if !declared {
		t.addLatent()
	}
	if t.list == nil {
		return nil
	}
	return t
}

// begin offers a resource's own subtitles besides, and chooses those that are shown first: without
// a language that is preferred, those that a person named, or else those that are the standard.
func (t *subtitles) begin(own []ownSubtitles, standard int) {
	standard, given := t.addOwn(own, standard)
	if given >= 0 {
		standard = given
	}
	t.chosen = t.prefer(t.session.config.SubtitleLanguage, standard)
	if off := t.session.config.SubtitleLanguage == subtitlesOff; given >= 0 && !off && (t.chosen < 0 || t.session.config.SubtitleTrack > 0) {
		t.chosen = given
	}
}

// captionsAlone are the subtitles of what is no multivariant playlist: its own, and closed
// captions, should its pictures have some.
func captionsAlone(s *session, own []ownSubtitles) *subtitles {
	t := &subtitles{session: s, wake: newNotice(), chosen: -1, latent: -1}
	t.begin(own, -1)
	t.addLatent()
	return t
}

// addLatent makes room for captions that nothing tells of.
func (t *subtitles) addLatent() {
	t.latent = len(t.list)
	for _, channel := range caption.Channels {
		t.list = append(t.list, SubtitleInfo{Index: len(t.list)})
		t.uris, t.closed, t.own = append(t.uris, ""), append(t.closed, nil), append(t.own, nil)
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
	index := t.choice()
	switch own := t.source(index); {
	case own != nil:
		return own.at(position)
	case t.withPictures(index):
		return t.closed[index].at(position)
	}
	return t.shown.Load().at(position)
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
	return index >= 0 && index < len(t.uris) && t.uris[index] == "" && t.own[index] == nil
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
		index := t.choice()
		t.loadFile(index)
		if index >= 0 && t.uris[index] != "" {
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
	f, err := t.session.openExtra(ctx, t.uris[index], t.defines)
	if err != nil {
		return err
	}
	defer t.session.lists.release(f.uri)
	f.lineUpWith(t.session.leading().current())
	watching, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	defer watch.Wait()
	defer stop()
	watch.Go(func() { t.session.watch(watching, func() *feed { return f }) })
	loaded, limited := newCueList(), false
	for ctx.Err() == nil && t.choice() == index {
		position := time.Duration(t.session.at.Load())
		at := t.session.playlistTime(f.current(), position)
		segment := loaded.next(f.current(), at, at+subtitlesAhead)
		if segment == nil {
			loaded.keep(position-subtitlesBehind, maxTime)
			pause(ctx, changed, subtitlesLook)
			continue
		}
		origin, anchored := t.session.timeline.origin(segment.DiscontinuitySequence, segment.Start)
		if !anchored {
			pause(ctx, changed, subtitlesLook) // nothing of the picture was placed yet
			continue
		}
		track, err := t.load(ctx, f, segment)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			t.session.config.Log.Info("subtitles", "error", err)
			_ = t.without(ctx, index, err) // what is too large is noted below
			track = &caption.Track{}
		}
		cues := placed(track, t.session.inMedia(f.current(), segment), origin)
		whole := loaded.add(segment, cues, position, at+subtitlesAhead)
		if beyond := track.Cut > 0 || !whole || tooLarge(err); beyond && !limited {
			limited = true
			t.session.note(leftOut(t.list[index].Name))
		}
		if view := loaded.view(); t.choice() == index {
			t.shown.Store(view)
			t.session.changed()
		}
	}
	return nil
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
// were played. It waits for the network. What cannot be had is told in Snapshot.Notes and left out.
func (p *Player) AllCues(ctx context.Context, from, to time.Duration) ([]caption.Cue, error) {
	t := p.captions.Load()
	if t == nil {
		return nil, nil
	}
	cues, err := t.all(ctx, from, to)
	// Publish before returning: the snapshot has the notes.
	p.do(func() { p.dirty = true })
	return cues, err
}
