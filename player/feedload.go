package player

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"latchkey/network"
	"latchkey/player/hls"
)

// minReload is the shortest time between two requests for a playlist that does not say when it will
// change.
const minReload = 200 * time.Millisecond

// due is when who keeps the playlist up to date reads it again: a target duration after the last
// request, half of one where that was answered with nothing new, and soon where the server answers
// when there is something new.
func (f *feed) due() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	wait := f.interval()
	if !f.same && f.blocks() {
		wait = 0
	}
	return f.asked.Add(max(wait, minReload))
}

// interval is how long after a request a playlist may be asked for again. RFC 8216, 6.3.4. The
// caller holds mu.
func (f *feed) interval() time.Duration {
	if f.same {
		return target(f.media) / 2
	}
	return target(f.media)
}

// blocks says whether the server knows how to answer when there is something new. The caller holds
// mu.
func (f *feed) blocks() bool {
	return f.media.ServerControl != nil && f.media.ServerControl.CanBlockReload
}

// outdated says whether the playlist is too old to look up what stands at a time of its own. One
// that does not reach that far is so at once, where the server is ready for more requests.
func (f *feed) outdated(at time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	wait := f.interval()
	if f.blocks() && at >= f.media.Duration() {
		wait = 0
	}
	return !over(f.media) && time.Since(f.confirmed) >= max(wait, minReload)
}

// refresh reads a live playlist again that is too old to look up what stands at a time of its own.
// It does not wait for what is still to be made. What fails keeps what was there.
func (f *feed) refresh(ctx context.Context, at time.Duration) {
	if !f.outdated(at) {
		return
	}
	_ = f.session.authorized(ctx, func() error { // read has noted the error
		if err := f.turn.take(ctx); err != nil {
			return err
		}
		defer f.turn.give()
		if !f.outdated(at) {
			return nil // another goroutine has read it meanwhile
		}
		return f.read(ctx, false)
	})
}

// reload reads the playlist again. Where the server can, it answers when there is something new.
// What fails keeps what was there.
func (f *feed) reload(ctx context.Context) {
	_ = f.session.authorized(ctx, func() error { return f.read(ctx, true) }) // read has noted the error
}

// read gets the playlist and takes what is new in it. With block the server is to wait until there
// is something. The error has been noted, but for network.ErrRefused.
func (f *feed) read(ctx context.Context, block bool) error {
	f.mu.Lock()
	previous, directives, before, now := f.list, f.directives(block), f.asked, time.Now()
	f.asked = now
	f.mu.Unlock()
	list, err := f.session.requestList(ctx, f.uri, directives, f.variables, previous)
	if errors.Is(err, hls.ErrNoPrevious) {
		list, err = f.session.requestList(ctx, f.uri, "", f.variables, nil) // the update does not fit: all of it
	}
	f.mu.Lock()
	if ctx.Err() != nil || errors.Is(err, network.ErrRefused) {
		if f.asked.Equal(now) {
			f.asked = before // it is as old as it was
		}
		f.mu.Unlock()
		return err
	}
	if f.confirmed = now; block && f.blocks() {
		f.confirmed = time.Now() // the server has answered with what it has by now
	}
	switch {
	case err == nil && list != previous && f.merge(list):
		f.same, f.moved, f.err = false, time.Now(), nil
	case block || !f.blocks():
		f.same = true
	}
	if time.Since(f.moved) > max(stallTargets*target(f.media), minStall) && f.err == nil && !over(f.media) {
		f.err = errStill
		if err != nil {
			f.err = err
		}
	}
	f.mu.Unlock()
	if err != nil {
		f.session.config.Log.Info("live playlist", "error", err)
	}
	f.changed.post()
	f.session.changed()
	return err
}

// directives are what is said with the next request, of those that the server knows; with block,
// that it is to wait for what is new. Second edition, 6.2.5. The caller holds mu.
func (f *feed) directives(block bool) string {
	control := f.media.ServerControl
	if control == nil || len(f.list.Media.Segments) == 0 {
		return ""
	}
	var all []string
	if block && control.CanBlockReload {
		last := f.list.Media.Segments[len(f.list.Media.Segments)-1]
		all = append(all, "_HLS_msn="+strconv.FormatUint(last.Sequence+1, 10))
		if partial := f.list.Media.Partial; lowLatency(f.media) {
			known := 0
			if partial != nil {
				known = len(partial.Parts)
			}
			all = append(all, "_HLS_part="+strconv.Itoa(known))
		}
	}
	if control.CanSkipUntil > 0 && time.Since(f.moved) < control.CanSkipUntil/2 {
		all = append(all, "_HLS_skip=YES")
	}
	return strings.Join(all, "&")
}

// withDirectives adds to the query of an address. What cannot have any stays as it is.
func withDirectives(uri, directives string) string {
	u, err := url.Parse(uri)
	if directives == "" || err != nil || u.Scheme == "" {
		return uri
	}
	if u.RawQuery != "" {
		directives = u.RawQuery + "&" + directives
	}
	u.RawQuery = directives
	return u.String()
}

// fetchList gets the media playlist that the stream named so when it was opened. It waits for a
// sign-in where one is needed.
func (s *session) fetchList(ctx context.Context, uri string, variables map[string]string) (list *hls.Playlist, err error) {
	err = s.authorized(ctx, func() error {
		list, err = s.requestList(ctx, uri, "", variables, nil)
		return err
	})
	return list, err
}

// requestList asks for the media playlist that the stream named so when it was opened, with
// directives in its query. previous is what it was before, or nil. It waits for no sign-in: then
// the error is network.ErrRefused.
func (s *session) requestList(ctx context.Context, uri, directives string, variables map[string]string, previous *hls.Playlist) (*hls.Playlist, error) {
	var list *hls.Playlist
	var address string
	fetch := func() error {
		address, variables = s.addresses.of(uri, variables)
		return s.redirects.ask(address, func(asked string) (from string, err error) {
			list, from, err = s.fetcher.playlist(ctx, withDirectives(asked, directives), hls.ParseOptions{Variables: variables, Previous: previous})
			if directives != "" {
				from = asked // where the server led that request, and no other
			}
			return from, err
		})
	}
	err := fetch()
	if stale(err) {
		// Another playlist may have had the same trouble, and the answer, while this one
		// was asked for.
		if now, _ := s.addresses.of(uri, variables); now != address || s.addresses.again(ctx) {
			err = fetch()
		}
	}
	if err != nil {
		return nil, err
	}
	if err = hls.ErrNotPlaylist; list.Media != nil {
		err = list.CheckPlayable()
	}
	if previous != nil && errors.Is(err, hls.ErrNoSegments) {
		err = nil // nothing is left of a stream that has ended
	}
	if err == nil && !s.lists.hold(uri, list.Size()) {
		err = fmt.Errorf("%w: all playlists of the stream take more than %d MiB", hls.ErrTooLarge, maxPlaylistMemory>>20)
	}
	if err != nil {
		return nil, &fetchError{class: network.ClassPlaylist, url: display(uri), err: err}
	}
	if previous == nil {
		s.noteWarnings(list)
	}
	return list, nil
}

// openFeed gets a media playlist and its feed.
func (s *session) openFeed(ctx context.Context, uri string, variables map[string]string) (*feed, error) {
	list, err := s.fetchList(ctx, uri, variables)
	if err != nil {
		return nil, err
	}
	return newFeed(s, uri, variables, list), nil
}

// openExtra is openFeed for a playlist that the stream can do without.
func (s *session) openExtra(ctx context.Context, uri string, variables map[string]string) (*feed, error) {
	var list *hls.Playlist
	err := s.spare(ctx, func() (err error) {
		list, err = s.requestList(ctx, uri, "", variables, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	return newFeed(s, uri, variables, list), nil
}

// spare is authorized for what the stream can do without: it waits for a sign-in only where one may
// help. To a client that knows of none, 403 says that the file is not there: so servers of files
// say.
func (s *session) spare(ctx context.Context, do func() error) error {
	var missing error
	err := s.authorized(ctx, func() error {
		err := do()
		refused, ok := errors.AsType[*network.Error](err)
		if ok && refused.Kind == network.KindRefused && refused.Status == http.StatusForbidden && !s.client.KnowsSignIn() {
			missing = err
			return nil
		}
		return err
	})
	return cmp.Or(missing, err)
}
