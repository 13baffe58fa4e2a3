package player

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"latchkey/network"
)

// upcoming is the resource that is opened while another one plays.
type upcoming struct {
	resource *MediaResource
	client   *network.Client
	session  *session
	opened   bool  // its playlists and keys are there, or err says why not
	err      error // of opening
}

// PrepareNext opens a resource while the current one plays: its playlists, its keys and the first segments from a position on (0: where it begins by
// itself) are fetched. ReplaceCurrentResource with the same MediaResource, and PrepareToPlay, then have them. It takes the place of one that was
// prepared before; nil prepares nothing. What fails is asked for again by PrepareToPlay. The error wraps network.ErrConfiguration as that of
// ReplaceCurrentResource does.
func (p *Player) PrepareNext(r *MediaResource, from time.Duration) error {
	return p.call(func() error {
		p.forgetNext()
		if r == nil {
			return nil
		}
		client, err := p.newClient(r)
		if err != nil {
			return err
		}
		s := newSession(p.config, r, client, p.outputs, p.box.post)
		s.network, s.opened = p.measured(), time.Now()
		p.upcoming = &upcoming{resource: r, client: client, session: s}
		s.work.Go(func() {
			err := s.open(s.ctx)
			s.post(messageOpened{session: s, err: err})
			if err == nil {
				s.prime(s.ctx, from)
			}
		})
		return nil
	})
}

// newClient returns the network client of a resource.
func (p *Player) newClient(r *MediaResource) (*network.Client, error) {
	options := p.config.Network
	options.Resource = r.source
	if r.file {
		options.Resource = ""
	}
	if source := r.credentials(); source != nil {
		options.Credentials = source
	}
	client, err := network.NewClient(r.configuration(), options)
	if err != nil {
		return nil, fmt.Errorf("take the network configuration: %w", err)
	}
	return client, nil
}

// takeNext returns what was prepared of a resource, nil when nothing was, or it waits for a sign-in that nobody was asked for.
func (p *Player) takeNext(r *MediaResource) *upcoming {
	u := p.upcoming
	if u == nil || u.resource != r || u.err != nil || u.session.waiting() {
		p.forgetNext()
		return nil
	}
	p.upcoming = nil
	return u
}

// forgetNext ends what was prepared.
func (p *Player) forgetNext() {
	if p.upcoming != nil {
		s := p.upcoming.session
		p.upcoming = nil
		p.end(s)
	}
}

// prime loads what playback from a position on begins with: of each track the keys, the init section and the first segment.
func (s *session) prime(ctx context.Context, from time.Duration) {
	h, is := s.source.(*hlsSource)
	if !is || s.resource.configuration().CMCD.Mode != network.CMCDOff { // each request of those tells of the playback, which there is not
		return
	}
	if from == 0 {
		from = s.begins()
	}
	var group errgroup.Group
	for _, t := range h.hlsTracks() {
		group.Go(func() error {
			at := t.begins(ctx, s.resolve(from))
			if at.index >= len(at.media.Segments) {
				return nil
			}
			t.prefetchKeys(ctx, at)
			segment := at.segment()
			_, loaded := t.begin(ctx, wanted{class: network.ClassSegment, uri: segment.URI, part: segment.ByteRange})
			if m := segment.Map; m != nil {
				_, init := t.begin(ctx, wanted{class: network.ClassInit, uri: m.URI, part: m.ByteRange})
				_ = init() // what fails is asked for again when it is played
			}
			_ = loaded()
			return nil
		})
	}
	_ = group.Wait() // none fails
}
