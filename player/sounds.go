package player

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"latchkey/player/hls"
	"latchkey/player/libav"
)

// ErrSound is returned for a sound that there is not.
var ErrSound = errors.New("there is no such sound")

// SoundInfo describes a sound that can be chosen.
type SoundInfo struct {
	Index    int
	Name     string
	Language string // BCP 47, empty when unknown
	Channels string // as the playlist says: "2", "6", "16/JOC"; empty when unknown
	// Title, Codec (FFmpeg's name), Default and Commentary are what a file says of its sound.
	Title, Codec        string
	Default, Commentary bool
}

// sounds are those that a variant can be heard with. Safe for concurrent use; nil is none to choose.
type sounds struct {
	// Constant.
	session *session
	defines map[string]string
	list    []SoundInfo
	uris    []string // empty: it is in the variant's own playlist
	all     *hls.Multivariant
	entries []*hls.Rendition // of list
	streams []libav.Stream   // of list, those of a file; nil for a stream of playlists

	mu     sync.Mutex // guards what follows
	chosen int        // in list, -1: none of them can be had
}

// newSounds returns the sounds of a variant, the preferred one chosen; nil without any.
func newSounds(s *session, list *hls.Playlist, variant hls.Variant) *sounds {
	t := &sounds{session: s, defines: list.Defines, all: list.Multivariant}
	best := chooseAudio(list.Multivariant.Renditions, variant.Audio, s.preferred)
	for i := range list.Multivariant.Renditions {
		r := &list.Multivariant.Renditions[i]
		if r.Type != hls.RenditionAudio || variant.Audio == "" || r.Group != variant.Audio {
			continue
		}
		if r == best {
			t.chosen = len(t.list)
		}
		uri := r.URI
		if uri == variant.URI {
			uri = ""
		}
		t.list = append(t.list, SoundInfo{Index: len(t.list), Name: r.Name, Language: r.Language, Channels: r.Channels})
		t.uris, t.entries = append(t.uris, uri), append(t.entries, r)
	}
	if t.list == nil {
		if variant.Audio != "" {
			s.note(fmt.Sprintf("The stream names a group of sounds, %.64q, that it does not define: it plays with the sound that its picture comes with.", variant.Audio))
		}
		return nil
	}
	return t
}

// choice is the index of the one that is heard, -1 without any.
func (t *sounds) choice() int {
	if t == nil {
		return -1
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.chosen
}

// open gets the playlist of a sound, nil where it has none of its own. That of a file must be one
// that can be decoded.
func (t *sounds) open(ctx context.Context, index int) (*feed, error) {
	switch {
	case t == nil:
		return nil, nil //nolint:nilnil // that it has no playlist is no error
	case t.streams != nil:
		return nil, decodable(t.streams[index])
	case t.uris[index] == "":
		return nil, nil //nolint:nilnil // as above
	}
	return t.session.openExtra(ctx, t.uris[index], t.defines)
}

// ladder is what the playlist of a sound may be exchanged for, nil: nothing.
func (t *sounds) ladder(index int, f *feed) *ladder {
	if t == nil || f == nil || index < 0 || t.session.ladder == nil {
		return nil
	}
	l := newSoundLadder(t.session, t.all, t.defines, t.entries[index], f)
	t.session.steer.join(l)
	return l
}

// openOne gets the playlist of the chosen sound, or, where that cannot be had, of another one of
// the group, or of the same sound in another group. Where none can be had it returns nil: then the
// sound that the variant itself has is heard, if any. Each failure is noted; the error is ctx's.
func (t *sounds) openOne(ctx context.Context) (*feed, error) {
	if t == nil {
		return nil, nil //nolint:nilnil // as open
	}
	wanted := t.choice()
	order := []int{wanted}
	for i := range t.list {
		if i != wanted {
			order = append(order, i)
		}
	}
	index, f, err := firstOf(ctx, order, func(i int) (*feed, error) { return t.open(ctx, i) }, t.fails)
	if err == nil {
		t.choose(index)
		return f, nil
	}
	for _, uri := range t.elsewhere(wanted) {
		if f, err := t.session.openExtra(ctx, uri, t.defines); err == nil {
			return f, nil
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	t.session.note("No sound of its own can be had for this stream: it plays with what its picture comes with.")
	t.choose(-1)
	return nil, nil //nolint:nilnil // as open
}

// withoutSound notes that the segments of the sound that is heard cannot be had. From the next
// pipeline on the sound is that of the picture's playlist.
func (s *session) withoutSound(err error) {
	if source, ok := s.source.(*hlsSource); ok {
		source.hear(nil, nil)
	}
	s.sounds.choose(-1)
	s.note(fmt.Sprintf("The sound cannot be had: %s. The stream plays with the sound that its picture comes with.", brief(err)))
	s.changed()
}

// elsewhere are the playlists that have a sound in other groups, as backup streams do.
func (t *sounds) elsewhere(index int) []string {
	var uris []string
	for i := range t.all.Renditions {
		r := &t.all.Renditions[i]
		if r.Type == hls.RenditionAudio && r.Group != t.entries[index].Group && r.URI != "" && sameSound(r, t.entries[index]) &&
			!slices.Contains(uris, r.URI) && len(uris) < maxOpened {
			uris = append(uris, r.URI)
		}
	}
	return uris
}

// choose notes which sound is heard.
func (t *sounds) choose(index int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chosen = index
}

// fails tells of a sound that cannot be had.
func (t *sounds) fails(index int, err error) {
	reason := brief(err)
	if t.streams != nil {
		reason = "it is of a kind that Latchkey does not decode"
	}
	t.session.note(fmt.Sprintf("The sound %q cannot be had: %s.", t.list[index].Name, reason))
}

// soundChoice is a SelectSound whose playlist loads. The newest alone is applied.
type soundChoice struct {
	index  int
	cancel context.CancelFunc
}

// messageHeard brings the playlist of a sound that was chosen, or says why there is none.
type messageHeard struct {
	choice *soundChoice
	feed   *feed // nil: the sound is in the playlist of the picture
	err    error
}

// SelectSound plays another sound of Snapshot.Sounds from the position on, with the picture
// standing still for a moment; later resources get the same language. Until its playlist has
// loaded, what is heard goes on, and so does Snapshot.Sound; a newer SelectSound takes the place of
// one that loads, and one of what is heard takes that back. What cannot be had is told in
// Snapshot.Notes, and the sound stays. The error wraps ErrSound.
func (p *Player) SelectSound(index int) error {
	return p.call(func() error { return p.selectSound(index) })
}

func (p *Player) selectSound(index int) error {
	s := p.session
	if s == nil || !s.ready || s.sounds == nil || index < 0 || index >= len(s.sounds.list) {
		return fmt.Errorf("hear sound %d: %w", index, ErrSound)
	}
	if p.choosing != nil && p.choosing.index == index {
		return nil
	}
	p.cancelSound()
	if index == s.sounds.choice() {
		return nil
	}
	ctx, cancel := context.WithCancel(s.ctx)
	choice := &soundChoice{index: index, cancel: cancel}
	p.choosing = choice
	s.work.Go(func() {
		defer cancel()
		f, err := s.sounds.open(ctx, index)
		s.post(messageHeard{choice: choice, feed: f, err: err})
	})
	return nil
}

// cancelSound gives up the sound that is being chosen, if there is one.
func (p *Player) cancelSound() {
	if p.choosing != nil {
		p.choosing.cancel()
		p.choosing = nil
	}
}

// heard goes on with the sound that was chosen, unless the choice was replaced or its resource
// left.
func (p *Player) heard(m messageHeard) {
	if m.choice != p.choosing {
		return
	}
	s, index := p.session, m.choice.index
	p.choosing, p.dirty = nil, true
	if m.err != nil {
		s.sounds.fails(index, m.err)
		return
	}
	if source, ok := s.source.(*hlsSource); ok {
		if m.feed != nil {
			m.feed.lineUpWith(s.leading().current())
		}
		source.hear(m.feed, s.sounds.ladder(index, m.feed))
	}
	s.sounds.choose(index)
	if language := s.sounds.list[index].Language; language != "" {
		p.audioLanguage = language
		p.nextHeard()
	}
	// What plays now has the sound of before.
	state := p.state
	if state == NeedsSignIn {
		state = p.parkedIn
	}
	switch state {
	case Preparing:
		p.start(p.target)
	case Playing, Paused, Prepared, Seeking:
		// The error is that the state does not allow it, and it does.
		_ = p.seek(p.position(time.Now(), p.last))
	}
}
