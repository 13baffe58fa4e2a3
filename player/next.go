package player

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"golang.org/x/sync/errgroup"

	"latchkey/network"
)

// upcoming is the resource that is opened while another one plays.
type upcoming struct {
	resource *MediaResource
	from     time.Duration // where it is to begin, 0: where the stream says
	client   *network.Client
	session  *session
	opened   bool      // its playlists and keys are there, or err says why not
	err      error     // of opening
	refused  error     // what a sign-in was needed for last
	pipeline *pipeline // gives to the outputs right behind the current one, nil: it does not yet
}

// PrepareNext opens a resource while the current one plays: its playlists, its keys and the first segments from a position on (0: where it begins by
// itself) are fetched. ReplaceCurrentResource with the same MediaResource, and PrepareToPlay, then have them. It takes the place of one that was
// prepared before; nil prepares nothing. What fails is asked for again by PrepareToPlay. The error wraps network.ErrConfiguration as that of
// ReplaceCurrentResource does. With SetAdvance it begins by itself.
func (p *Player) PrepareNext(r *MediaResource, from time.Duration) error {
	return p.call(func() error {
		if r == nil {
			p.forgetNext()
			return nil
		}
		return p.prepareNext(r, from)
	})
}

// prepareNext takes the place of what was prepared before.
func (p *Player) prepareNext(r *MediaResource, from time.Duration) error {
	client, err := p.newClient(r)
	if err != nil {
		return err
	}
	p.forgetNext()
	s := newSession(p.sessionConfig(), r, client, p.outputs, p.box.post)
	s.network, s.opened = p.measured(), time.Now()
	p.upcoming = &upcoming{resource: r, from: from, client: client, session: s}
	s.work.Go(func() {
		err := s.open(s.ctx)
		s.post(messageOpened{session: s, err: err})
		if err == nil {
			s.prime(s.ctx, from)
		}
	})
	return nil
}

// nextHeard has what comes next be in the language that was chosen since it was prepared.
func (p *Player) nextHeard() {
	u := p.upcoming
	if u == nil || u.session.preferred == p.audioLanguage {
		return
	}
	if err := p.prepareNext(u.resource, u.from); err != nil {
		p.config.Log.Warn("prepare the next resource in another language", "error", err)
	}
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

// SetAdvance says whether what PrepareNext prepares begins by itself at the end of the current resource. Where it is there in time it follows
// without a gap, in picture and sound, and the state stays Playing; else, and for a live stream, it is made the current resource as by
// ReplaceCurrentResource, PrepareToPlay and Play. It holds for later resources too.
func (p *Player) SetAdvance(on bool) {
	p.do(func() {
		p.advance = on
		if !on {
			p.takeBack()
		}
	})
}

// prepared returns what was prepared of a resource, nil when nothing was, or it waits for a sign-in that nobody was asked for.
func (p *Player) prepared(r *MediaResource) *upcoming {
	if u := p.upcoming; u != nil && u.resource == r && u.err == nil && !u.session.waiting() {
		return u
	}
	return nil
}

// joined says whether what comes next gives to the outputs right behind the current resource.
func (p *Player) joined() bool { return p.upcoming != nil && p.upcoming.pipeline != nil }

// join has what comes next follow without a gap, once all of the current resource is loaded.
func (p *Player) join() {
	u := p.upcoming
	if u == nil || u.pipeline != nil || !u.opened || u.err != nil || !p.advance || p.config.Limit != (Limit{}) {
		return
	}
	s := u.session
	if _, all := p.ahead(); !all || p.pipeline.failure() != nil || p.session.live() || s.live() || s.waiting() {
		return
	}
	at := p.ready(s, u.from)
	s.at.Store(int64(at))
	s.setSpeed(p.speed)
	u.pipeline = newPipeline(s, at, p.newest, p.pipeline)
	p.newest = u.pipeline
}

// unjoin stops what follows without a gap; what it has given to the outputs stays there.
func (p *Player) unjoin() {
	if p.joined() {
		p.upcoming.pipeline.stop()
		p.upcoming.pipeline = nil
	}
}

// takeBack has the current resource end with its own end again.
func (p *Player) takeBack() {
	if !p.joined() {
		return
	}
	p.unjoin()
	select {
	case <-p.pipeline.done:
		// What comes next may wait in the outputs already. The error is that the state does not allow it, and it does.
		_ = p.seek(p.last)
	default: // it will see that it was stopped before it gives anything
	}
}

// reached says whether the outputs have come to what follows without a gap.
func (p *Player) reached(now time.Time) bool {
	if !p.joined() {
		return false
	}
	if _, placed := p.upcoming.pipeline.placed(); !placed {
		return false
	}
	return p.config.FreeRun || p.position(now, p.last) >= p.pipeline.end() || p.outputs.sink.Queued() == 0
}

// handOver makes what follows without a gap the current resource.
func (p *Player) handOver(now time.Time) {
	u := p.upcoming
	p.upcoming = nil
	p.cancelSound()
	p.endStall(now)
	p.tell(PlaybackComplete)
	p.measured()
	p.end(p.session)
	p.begin(u.resource)
	p.client, p.session, p.tally, p.pipeline, p.signIn = u.client, u.session, u.session.tally, u.pipeline, nil
	p.target, p.last = p.pipeline.target, p.pipeline.target
	p.askedPlay, p.stats.FirstFrame = now, time.Nanosecond // it was there when it was wanted
	p.current.Store(p.pipeline)
	p.captions.Store(p.session.subtitles)
	p.advanced++
	p.tell(ItemReplaced)
	p.tell(TimelineUpdated)
	if u.refused != nil && p.session.waiting() {
		p.refused(u.refused)
	}
}

// goOn plays what was prepared after the end of what came before it.
func (p *Player) goOn() {
	u := p.upcoming
	if u == nil || !p.advance || p.pipeline.limited.Load() {
		return
	}
	err := p.replace(u.resource)
	if err == nil {
		err = p.prepare(u.from)
	}
	if err == nil {
		err = p.play()
	}
	if err != nil {
		p.config.Log.Warn("go on with the next resource", "error", err)
		return
	}
	p.advanced++
	p.tell(ItemReplaced)
}

// sharesSignIn says whether a person's new sign-in for the current session is for what was prepared
// too: it sends the same by now, or has it from the same source. One that is of a
// network.CredentialStore follows that by itself.
func (u *upcoming) sharesSignIn(current *session) bool {
	source := u.resource.credentials()
	if _, follows := source.(network.CredentialStore); follows {
		return false
	}
	if source == nil || !reflect.ValueOf(source).Comparable() {
		return current.resource.credentials() == nil == (source == nil) && u.client.SendsAs(current.client)
	}
	return source == current.resource.credentials()
}

// forgetNext ends what was prepared.
func (p *Player) forgetNext() {
	p.takeBack()
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
			_, loaded := t.begin(ctx, wanted{class: network.ClassSegment, key: at.feed.segmentKey(segment), uri: segment.URI, part: segment.ByteRange, limit: maxUnread}) // nobody reads it yet
			if m := segment.Map; m != nil {
				_, init := t.begin(ctx, wanted{class: network.ClassInit, key: at.feed.initKey(segment), uri: m.URI, part: m.ByteRange})
				_ = init() // what fails is asked for again when it is played
			}
			_ = loaded()
			return nil
		})
	}
	_ = group.Wait() // none fails
}
