package ui

import (
	"context"
	"image"

	"latchkey/ui/catalogue"
)

// postersAtOnce is how many posters are fetched at a time.
const postersAtOnce = 4

// posterLoader fetches the posters that can be seen: the last one that was asked for first, and none that has gone out of sight. It
// belongs to the main goroutine.
type posterLoader struct {
	w       *window
	wanted  []catalogue.Title
	busy    int
	pending map[string]bool
}

// want is told that a poster is to be seen.
func (l *posterLoader) want(t catalogue.Title) {
	if l.pending[t.ID] {
		return
	}
	if l.pending == nil {
		l.pending = make(map[string]bool)
	}
	l.pending[t.ID] = true
	l.wanted = append(l.wanted, t)
	l.next()
}

// forget drops what is wanted: another catalogue is shown.
func (l *posterLoader) forget() {
	l.wanted = nil
	clear(l.pending)
}

func (l *posterLoader) next() {
	source := l.w.service
	for l.busy < postersAtOnce && len(l.wanted) > 0 && source != nil {
		t := l.wanted[len(l.wanted)-1]
		l.wanted = l.wanted[:len(l.wanted)-1]
		if !l.w.catalogue.view.Visible(t.ID) && len(l.wanted) > postersAtOnce {
			delete(l.pending, t.ID)
			continue
		}
		l.busy++
		l.w.tasks.run(func(ctx context.Context) {
			img := l.load(ctx, source, t)
			l.w.dispatch.post(func() {
				l.busy--
				delete(l.pending, t.ID)
				if img != nil && source == l.w.service {
					l.w.catalogue.view.SetPoster(t.ID, img)
				}
				l.next()
			})
		})
	}
}

func (l *posterLoader) load(ctx context.Context, source catalogue.Source, t catalogue.Title) image.Image {
	data, err := source.Poster(ctx, t)
	if err != nil || len(data) == 0 {
		return nil
	}
	img, err := catalogue.DecodePoster(data)
	if err != nil {
		l.w.options.Log.Info("a poster cannot be read", "title", t.ID)
		return nil
	}
	return img
}
