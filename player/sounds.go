package player

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"latchkey/player/hls"
)

// ErrSound is returned for a sound that there is not.
var ErrSound = errors.New("there is no such sound")

// SoundInfo describes a sound that can be chosen.
type SoundInfo struct {
	Index    int
	Name     string
	Language string // BCP 47, empty when unknown
	Channels string // as the playlist says: "2", "6", "16/JOC"; empty when unknown
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

	mu     sync.Mutex // guards what follows
	chosen int        // in list
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

// open gets the playlist of a sound, nil where it has none of its own.
func (t *sounds) open(ctx context.Context, index int) (*feed, error) {
	if t == nil || t.uris[index] == "" {
		return nil, nil //nolint:nilnil // that it has no playlist is no error
	}
	return t.session.openFeed(ctx, t.uris[index], t.defines)
}

// ladder is what the playlist of a sound may be exchanged for, nil: nothing.
func (t *sounds) ladder(index int, f *feed) *ladder {
	if t == nil || f == nil || t.session.ladder == nil {
		return nil
	}
	l := newSoundLadder(t.session, t.all, t.defines, t.entries[index], f)
	t.session.steer.join(l)
	return l
}

// openOne gets the playlist of the chosen sound, or, where that cannot be had, of another, and tells so.
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
	}
	return f, err
}

// choose notes which sound is heard.
func (t *sounds) choose(index int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chosen = index
}

// fails tells of a sound that cannot be had.
func (t *sounds) fails(index int, err error) {
	t.session.note(fmt.Sprintf("The sound %q cannot be had: %s.", t.list[index].Name, brief(err)))
}

// messageHeard says that another sound was chosen, or why it cannot be had.
type messageHeard struct {
	session *session
	index   int
	err     error
}

// SelectSound plays another sound of Snapshot.Sounds from the position on, with the picture standing still for a moment; later resources
// get the same language. What cannot be had is told in Snapshot.Notes, and the sound stays. The error wraps ErrSound.
func (p *Player) SelectSound(index int) error {
	return p.call(func() error {
		if p.session == nil || !p.session.ready || p.session.sounds == nil || index < 0 || index >= len(p.session.sounds.list) {
			return fmt.Errorf("hear sound %d: %w", index, ErrSound)
		}
		s := p.session
		if index == s.sounds.choice() {
			return nil
		}
		s.work.Go(func() {
			f, err := s.sounds.open(s.ctx, index)
			if source, ok := s.source.(*hlsSource); ok && err == nil {
				if f != nil {
					f.lineUpWith(s.leading().current())
				}
				source.hear(f, s.sounds.ladder(index, f))
			}
			s.post(messageHeard{session: s, index: index, err: err})
		})
		return nil
	})
}

// heard goes on with the sound that was chosen.
func (p *Player) heard(m messageHeard) {
	s := p.session
	if m.err != nil {
		s.sounds.fails(m.index, m.err)
		p.dirty = true
		return
	}
	s.sounds.choose(m.index)
	if language := s.sounds.list[m.index].Language; language != "" {
		p.config.AudioLanguage = language
		p.nextHeard()
	}
	p.dirty = true
	switch p.state {
	case Playing, Paused, Prepared, Seeking:
		// The error is that the state does not allow it, and it does.
		_ = p.seek(p.position(time.Now(), p.last))
	}
}
