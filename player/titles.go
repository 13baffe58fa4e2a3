package player

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"latchkey/player/hls"
)

const (
	// maxTitles bounds the titles of a list that are played: each is opened before the first plays,
	// as the length of all before it says where it stands.
	maxTitles = 50
	// titlesAtOnce is how many of them are opened at the same time.
	titlesAtOnce = 4
)

// titles are the whole films or pieces of music of an M3U list, played one after another as one
// presentation.
type titles struct {
	parts []*title
}

// title is one of them.
type title struct {
	source *mediaSource
	begins time.Duration // in the presentation
	length time.Duration // 0: it is not known, or it has no end; then it is the last
	number int           // in the list, from 1
}

// openList opens the titles of a list, and makes them the session's source. Those that cannot be
// had are left out.
func (s *session) openList(ctx context.Context, uris []string) error {
	if len(uris) > maxTitles {
		s.note(fmt.Sprintf("The list has more than %d titles: those behind were left out.", maxTitles))
		uris = uris[:maxTitles]
	}
	all := make([]*title, len(uris))
	failed := make([]error, len(uris))
	var group errgroup.Group
	group.SetLimit(titlesAtOnce)
	for i, uri := range uris {
		group.Go(func() error {
			all[i], failed[i] = s.openTitle(ctx, uri, i == 0)
			return nil
		})
	}
	_ = group.Wait() // none fails
	list, cut := &titles{}, false
	for i, part := range all {
		switch last := len(list.parts) - 1; {
		case failed[i] != nil:
			if len(uris) > 1 && ctx.Err() == nil {
				s.note(fmt.Sprintf("Title %d of the list cannot be had and was left out: %s", i+1, classify(failed[i], s.resource).Message))
			}
		case last >= 0 && list.parts[last].length == 0:
			if !cut {
				s.note(fmt.Sprintf("Title %d of the list has no length that is known: what follows it was left out.", list.parts[last].number))
			}
			cut = true
		default:
			if last >= 0 {
				part.begins = list.parts[last].begins + list.parts[last].length
			}
			part.number = i + 1
			list.parts = append(list.parts, part)
		}
	}
	if len(list.parts) == 0 {
		return failed[0]
	}
	first, last := list.parts[0], list.parts[len(list.parts)-1]
	if last.length > 0 {
		s.duration = last.begins + last.length
	}
	s.source = list
	if len(list.parts) == 1 && first.source.input != nil {
		s.title = first.source.input.Title()
	}
	s.subtitles = captionsAlone(s, givenSubtitles(s.resource))
	if !s.outputs.freeRun {
		s.work.Go(func() { s.subtitles.run(s.ctx) })
	}
	return nil
}

// openTitle opens a title to find out how long it is, and lets go of it unless it is to be kept:
// fifty indexes, or files on the disk, are too much.
func (s *session) openTitle(ctx context.Context, uri string, keep bool) (*title, error) {
	var o opener = &remoteFile{session: s, url: uri}
	if path, local := s.fetcher.local(uri); local {
		below, err := filepath.Rel(s.fetcher.folder, path)
		if err != nil || !filepath.IsLocal(below) {
			return nil, &mediaError{where: path, err: errOutside}
		}
		o = &localFile{path: path}
	}
	source := &mediaSource{session: s, opener: o}
	if err := source.reopen(ctx); err != nil {
		source.close()
		return nil, err
	}
	t := &title{source: source, length: source.input.Duration()}
	if !keep {
		source.close()
	}
	return t, nil
}

func (t *titles) tracks() []producer { return []producer{t} }

func (t *titles) close() {
	for _, part := range t.parts {
		part.source.close()
	}
}

// produce reads the packets of one title after the other.
func (t *titles) produce(ctx context.Context, from time.Duration, out *pipeline) error {
	first := slices.IndexFunc(t.parts, func(p *title) bool { return p.length == 0 || from < p.begins+p.length })
	if first < 0 { // behind the end
		first = len(t.parts) - 1
	}
	for i, part := range t.parts {
		if i != first {
			part.source.close() // where it was broken off
		}
	}
	for _, part := range t.parts[first:] {
		if err := part.source.produceAt(ctx, max(from-part.begins, 0), part.begins, out); err != nil {
			return err
		}
		part.source.close()
	}
	return nil
}

// list returns the titles of a list of whole files, and whether it is one.
func (s *session) list(data []byte, base string) (uris []string, is bool) {
	return hls.ParseList(data, base, hls.ParseOptions{FilePaths: s.resource.IsFile()})
}
