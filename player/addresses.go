package player

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"latchkey/network"
	"latchkey/player/hls"
)

// minAgain is the shortest time between two loads of a playlist for the sake of its addresses.
const minAgain = 2 * time.Second

// addresses is what a stream's multivariant playlist names, by what it named when it was opened: services sign their addresses for a while,
// and whoever pauses for longer, or watches for longer, needs new ones. Safe for concurrent use.
type addresses struct {
	session *session      // constant
	opened  *hls.Playlist // constant
	turn    turn          // constant; held over a load

	mu     sync.Mutex    // guards what follows
	newest *hls.Playlist // opened, or what came later
	asked  time.Time     // when it was loaded
	epoch  uint64        // of the credentials then
}

func newAddresses(s *session, list *hls.Playlist) *addresses {
	return &addresses{session: s, opened: list, turn: make(turn, 1), newest: list, asked: time.Now(), epoch: s.client.Epoch()}
}

// stale says whether a request may have failed since its address has run out.
func stale(err error) bool {
	if failed, ok := errors.AsType[*network.Error](err); ok && (failed.Status == http.StatusNotFound || failed.Status == http.StatusGone) {
		return true
	}
	return errors.Is(err, network.ErrRefused)
}

// of returns the address that a playlist has now, and the variables that it takes from the multivariant one. a may be nil: nothing is known.
func (a *addresses) of(uri string, variables map[string]string) (string, map[string]string) {
	if a == nil {
		return uri, variables
	}
	a.mu.Lock()
	newest := a.newest
	a.mu.Unlock()
	if newest == a.opened {
		return uri, variables
	}
	i := slices.Index(named(a.opened.Multivariant), uri)
	if i < 0 {
		return uri, variables
	}
	if variables != nil {
		variables = newest.Defines
	}
	return named(newest.Multivariant)[i], variables
}

// again loads the multivariant playlist once more, unless it is as new as can be. It says whether there are other addresses now.
func (a *addresses) again(ctx context.Context) bool {
	if a == nil || a.session.resource.IsFile() {
		return false
	}
	a.mu.Lock()
	before := a.newest
	a.mu.Unlock()
	if a.turn.take(ctx) != nil {
		return false
	}
	defer a.turn.give()
	a.mu.Lock()
	if a.newest != before {
		a.mu.Unlock()
		return true // somebody else has loaded it
	}
	epoch := a.session.client.Epoch()
	if a.epoch == epoch && time.Since(a.asked) < minAgain {
		a.mu.Unlock()
		return false
	}
	a.asked, a.epoch = time.Now(), epoch
	a.mu.Unlock()
	list, err := a.session.fetchMain(ctx)
	if err != nil || list.Multivariant == nil || !alike(list.Multivariant, a.opened.Multivariant) ||
		slices.Equal(named(list.Multivariant), named(before.Multivariant)) {
		return false
	}
	a.mu.Lock()
	a.newest = list
	a.mu.Unlock()
	a.session.note("The stream's addresses had run out: new ones were asked for.")
	return true
}

// fetchMain reads the resource's own playlist once more.
func (s *session) fetchMain(ctx context.Context) (list *hls.Playlist, err error) {
	err = s.redirects.ask(s.resource.source, func(address string) (from string, err error) {
		data, response, err := s.fetcher.Fetch(ctx, requestOf(network.ClassPlaylist, address, nil))
		if err != nil {
			return "", err
		}
		list, err = hls.Parse(data, response.URL, hls.ParseOptions{})
		return response.URL, err
	})
	return list, err
}

// named are the addresses in a multivariant playlist, in order.
func named(m *hls.Multivariant) []string {
	var all []string
	for _, v := range slices.Concat(m.Variants, m.IFrameVariants) {
		all = append(all, v.URI)
	}
	for _, r := range m.Renditions {
		all = append(all, r.URI)
	}
	return all
}

// alike says whether two multivariant playlists are of the same stream: each entry is the same but for its address.
func alike(a, b *hls.Multivariant) bool {
	return slices.EqualFunc(a.Variants, b.Variants, sameVariant) && slices.EqualFunc(a.IFrameVariants, b.IFrameVariants, sameVariant) &&
		slices.EqualFunc(a.Renditions, b.Renditions, func(a, b hls.Rendition) bool {
			return a.Type == b.Type && a.Group == b.Group && a.Name == b.Name && a.Language == b.Language && (a.URI == "") == (b.URI == "")
		})
}

func sameVariant(a, b hls.Variant) bool {
	return a.Bandwidth == b.Bandwidth && a.Codecs == b.Codecs && a.Width == b.Width && a.Height == b.Height && a.Audio == b.Audio &&
		a.StableID == b.StableID && pathwayOf(a) == pathwayOf(b)
}

// afresh returns a segment of a playlist that is not live with the address that it has by now, after its own was refused. ok is false when it
// has no other.
func (f *feed) afresh(ctx context.Context, s *hls.Segment) (fresh *hls.Segment, ok bool) {
	if f.live() {
		return s, false // it is read again all the time
	}
	if fresh = f.now(s); fresh != s {
		return fresh, true
	}
	f.renew(ctx)
	fresh = f.now(s)
	return fresh, fresh != s
}

// now returns a segment as the playlist has it by now: itself, where nothing has changed.
func (f *feed) now(s *hls.Segment) *hls.Segment {
	media := f.current()
	if i := media.BySequence(s.Sequence); i >= 0 && (media.Segments[i].Start-s.Start).Abs() <= lineUp && media.Segments[i].URI != s.URI {
		return &media.Segments[i]
	}
	return s
}

// renew reads a playlist that is not live again, for the addresses in it.
func (f *feed) renew(ctx context.Context) {
	_ = f.session.authorized(ctx, func() error { // what fails keeps what was there
		if err := f.turn.take(ctx); err != nil {
			return err
		}
		defer f.turn.give()
		return f.readAddresses(ctx)
	})
}

// readAddresses reads a playlist that is not live, unless it was read just now. The caller holds
// the turn.
func (f *feed) readAddresses(ctx context.Context) error {
	f.mu.Lock()
	early := time.Since(f.asked) < minAgain
	before := f.list.Media
	f.mu.Unlock()
	if early {
		return nil
	}
	list, err := f.session.requestList(ctx, f.uri, "", f.variables, nil)
	if errors.Is(err, network.ErrRefused) {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = time.Now()
	if err != nil || !slices.EqualFunc(list.Media.Segments, before.Segments, func(a, b hls.Segment) bool {
		return a.Sequence == b.Sequence && (a.Start-b.Start).Abs() <= lineUp
	}) {
		return err
	}
	f.take(list, f.shift, f.domains)
	return nil
}

// newest returns the rung as its playlist has it by now, where that is not live.
func (r rung) newest() rung {
	media := r.feed.current()
	if media == r.media || !over(media) || r.index >= len(r.media.Segments) {
		return r
	}
	if s := r.segment(); r.feed.now(s) != s {
		r.media, r.index = media, media.BySequence(s.Sequence)
	}
	return r
}
