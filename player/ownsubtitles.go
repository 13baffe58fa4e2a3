package player

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"latchkey/network/regular"
	"latchkey/player/caption"
	"latchkey/player/libav"
)

// maxSubtitleFile bounds a file of subtitles; caption reads no more.
const maxSubtitleFile = 16 << 20

// subtitleSource gives the cues of subtitles that are neither of a playlist nor with the pictures.
// Safe for concurrent use.
type subtitleSource interface {
	// at returns the cues that are to be seen at a time. It does not wait.
	at(position time.Duration) []caption.Cue
	// cuesBetween returns the cues between two times, in order. It may read a file.
	cuesBetween(ctx context.Context, from, to time.Duration) ([]caption.Cue, error)
}

// ownSubtitles are a choice of those.
type ownSubtitles struct {
	info     SubtitleInfo
	source   subtitleSource
	given    bool // a person named them for this very resource
	standard bool // they are shown where nobody prefers a language
	number   int  // of the track of a file, counted from 1, 0: they are none
}

// addOwn offers subtitles of a resource's own, before there are others that nothing tells of. It
// returns the index of those that are shown without a wish, or else standard, and of those that a
// person named, or -1.
func (t *subtitles) addOwn(own []ownSubtitles, standard int) (shown, given int) {
	given = -1
	best := -1
	for _, o := range own {
		at := len(t.list)
		o.info.Index = at
		t.list, t.uris, t.closed, t.own = append(t.list, o.info), append(t.uris, ""), append(t.closed, nil), append(t.own, o.source)
		if o.given && given < 0 {
			given = at
		}
		if o.standard && best < 0 {
			best = at
		}
	}
	if best < 0 {
		best = standard
	}
	distinct(len(t.list), func(i int) *string { return &t.list[i].Name })
	return best, given
}

// source returns the resource's own subtitles with an index, nil for others.
func (t *subtitles) source(index int) subtitleSource {
	if index < 0 || index >= len(t.own) {
		return nil
	}
	return t.own[index]
}

// subtitleFile is a file of subtitles, read when its cues are wanted. Safe for concurrent use.
type subtitleFile struct {
	path string // constant

	loading sync.Mutex // held while the file is read
	shown   atomic.Pointer[cueView]
}

// load reads the file, unless it was read.
func (f *subtitleFile) load() error {
	f.loading.Lock()
	defer f.loading.Unlock()
	if f.shown.Load() != nil {
		return nil
	}
	data, err := regular.Read(f.path, maxSubtitleFile)
	if err != nil {
		if errors.Is(err, regular.ErrTooLarge) {
			err = errLocalTooLarge
		}
		return &mediaError{where: f.path, err: err}
	}
	track, err := caption.Read(data)
	if err != nil {
		return &mediaError{where: f.path, err: err}
	}
	list := newCueList()
	list.merge(track.Cues)
	f.shown.Store(list.view())
	return nil
}

// forget gives back the memory of the cues.
func (f *subtitleFile) forget() { f.shown.Store(nil) }

// at is subtitleSource's.
func (f *subtitleFile) at(position time.Duration) []caption.Cue { return f.shown.Load().at(position) }

// cuesBetween is subtitleSource's.
func (f *subtitleFile) cuesBetween(_ context.Context, from, to time.Duration) ([]caption.Cue, error) {
	if err := f.load(); err != nil {
		return nil, err
	}
	view := f.shown.Load()
	if view == nil { // others were chosen meanwhile
		return nil, nil
	}
	return slices.DeleteFunc(slices.Clone(view.cues), func(c caption.Cue) bool { return c.End <= from || c.Start > to }), nil
}

// loadFile reads the chosen subtitles if they are a file, and forgets the others that are.
func (t *subtitles) loadFile(index int) {
	for i, own := range t.own {
		if f, file := own.(*subtitleFile); file && i != index {
			f.forget()
		}
	}
	f, file := t.source(index).(*subtitleFile)
	if !file {
		return
	}
	if err := f.load(); err != nil {
		t.session.note(fmt.Sprintf("The subtitles %q cannot be had: %s", t.list[index].Name, classify(err, t.session.resource).Message))
	}
	t.session.changed()
}

// ownedSubtitles returns the subtitles in a file, those beside it, and those that a person named.
func (s *session) ownedSubtitles(m *mediaSource) []ownSubtitles {
	own := givenSubtitles(s.resource)
	if file, local := m.opener.(*localFile); local {
		own = append(own, besideSubtitles(file.path)...)
	}
	sound := ""
	if at := s.sounds.choice(); at >= 0 {
		sound = s.sounds.list[at].Language
	}
	m.texts = newFileTexts(m.input.Streams(), sound)
	if wanted := s.config.SubtitleTrack; wanted > 0 {
		at := slices.IndexFunc(m.texts.choices, func(o ownSubtitles) bool { return o.number == wanted })
		if at < 0 {
			s.note(fmt.Sprintf("The file has no subtitles %d that can be shown.", wanted))
		} else {
			m.texts.choices[at].given = true
			for i := range own {
				own[i].given = false
			}
		}
	}
	return append(own, m.texts.choices...)
}

// packetReader gives the packets of a medium: see libav.Input.
type packetReader interface {
	ReadPacket(p *libav.Packet) error
}
