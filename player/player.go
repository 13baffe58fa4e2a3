package player

import (
	"errors"
	"fmt"
	"image"
	"sync"
	"sync/atomic"
	"time"

	"latchkey/network"
	"latchkey/player/audio"
	"latchkey/player/frame"
	"latchkey/player/libav"
)

// closeLimit is how long Close waits for what the player started. Decoders and readers stop within
// milliseconds, unless FFmpeg's code does not come back.
const closeLimit = 2 * time.Second

// Errors of Close, and of calls after it.
var (
	// ErrReleased is returned by every call after Close.
	ErrReleased = errors.New("the player was released")
	// ErrHung is returned by Close when a part of the player did not end in time.
	ErrHung = errors.New("a reader or a decoder does not come back")
)

// Player plays one resource at a time. All methods are safe for concurrent use and none but Close waits
// for network, disk or decoder.
type Player struct {
	// Constant after New.
	config    Config
	outputs   *outputs
	box       *mailbox
	observers observers
	quit      chan struct{} // closed by Close
	left      chan struct{} // closed when run takes no more commands
	done      chan struct{} // closed when all has ended
	closeOnce sync.Once

	// Safe for concurrent use.
	snapshot atomic.Pointer[Snapshot]
	current  atomic.Pointer[pipeline] // what NextFrame draws from
	moving   atomic.Bool              // the clock runs
	captions atomic.Pointer[subtitles]

	// Owned by run.
	actor
}

// New returns an idle player. Close must be called.
func New(config Config) (*Player, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	if config.MemoryLimit > 0 {
		libav.SetMemoryLimit(config.MemoryLimit)
	}
	p := &Player{config: config, box: newMailbox(), quit: make(chan struct{}), left: make(chan struct{}), done: make(chan struct{}),
		outputs: &outputs{presenter: newPresenter(), freeRun: config.FreeRun, videoTap: config.VideoTap,
			audioTap: config.AudioTap}}
	p.tally = new(tally)
	p.speed, p.volume, p.muted, p.network = 1, 1, config.Muted, config.Bandwidth
	if config.Volume != nil {
		p.volume = min(max(*config.Volume, 0), 1)
	}
	if !config.FreeRun {
		p.outputs.sink = audio.New(audio.Options{Output: config.AudioOutput, Log: config.Log})
		p.outputs.sink.SetVolume(p.volume)
		p.outputs.sink.SetMuted(p.muted)
	}
	p.audioLanguage, p.subtitleLanguage = config.AudioLanguage, config.SubtitleLanguage
	p.store(time.Now())
	go p.run()
	return p, nil
}

// call runs do on the player's goroutine and returns what it returns.
func (p *Player) call(do func() error) error {
	reply := make(chan error, 1)
	p.box.post(command{do: do, reply: reply})
	select {
	case err := <-reply:
		return err
	case <-p.left:
		select {
		case err := <-reply:
			return err
		default:
			return ErrReleased
		}
	}
}

// do runs a command that cannot fail; after Close it does nothing.
func (p *Player) do(command func()) {
	// The one error is ErrReleased: there is nothing left that the command could act on.
	_ = p.call(func() error {
		command()
		return nil
	})
}

// ReplaceCurrentResource leaves the current resource and makes r the current one: Initializing, then
// Initialized. r's network configuration is read now. It returns an error that wraps
// network.ErrConfiguration when that cannot be used.
func (p *Player) ReplaceCurrentResource(r *MediaResource) error {
	if r == nil {
		return fmt.Errorf("replace the current resource: %w", ErrNoResource)
	}
	return p.call(func() error { return p.replace(r) })
}

// PrepareToPlay opens the current resource and fills the buffers from the given position on: Preparing,
// then Prepared, or NeedsSignIn, or Failed. It returns before that. 0 begins where the stream says, at its start, or, live, at the live
// point; a negative position counts from the end, or, live, from the edge.
func (p *Player) PrepareToPlay(from time.Duration) error {
	return p.call(func() error { return p.prepare(from) })
}

// Play starts or resumes playback; after the end it starts over. While Preparing it is remembered.
func (p *Player) Play() error { return p.call(p.play) }

// Pause halts playback and keeps the position.
func (p *Player) Pause() error { return p.call(p.pause) }

// Seek goes to a position: the first picture shown is the one at that time. A newer seek replaces one
// in progress. Positions beyond the ends are moved to them.
func (p *Player) Seek(to time.Duration) error {
	return p.call(func() error { return p.seek(to) })
}

// GoLive seeks to the live point of a live stream, and keeps to it. It returns a StateError when the resource is not live.
func (p *Player) GoLive() error { return p.call(p.goLive) }

// SelectVariant has a variant of Snapshot.Variants played, whatever the network carries: three seconds of what is loaded stay, or, on a
// network that does not carry the variant, all of it; a Seek makes it the very next picture. -1 leaves the choice to the player again. The
// error wraps ErrVariant when there is no such one to change to: it has another sound or other codecs than what plays, or the stream has
// but one.
func (p *Player) SelectVariant(index int) error {
	return p.call(func() error { return p.selectVariant(index) })
}

// SetSpeed changes how fast presentation time goes by, from MinSpeed to MaxSpeed; the pitch stays. It
// holds for later resources too.
func (p *Player) SetSpeed(speed float64) error {
	if !(speed >= MinSpeed && speed <= MaxSpeed) {
		return fmt.Errorf("speed %v is not between %v and %v", speed, MinSpeed, MaxSpeed)
	}
	return p.call(func() error { return p.changeSpeed(speed) })
}

// SetViewport says how large the picture is shown, in pixels of the screen: no variant is loaded that has more picture than that, unless
// SelectVariant asks for it. 0 by 0, the beginning, is no limit. It holds for later resources too.
func (p *Player) SetViewport(width, height int) {
	p.do(func() {
		p.view = image.Pt(width, height)
		if p.session != nil && p.session.ready && p.session.ladder != nil {
			p.session.ladder.show(p.view)
		}
	})
}

// SetVolume sets the volume, 0 to 1; values beyond are moved to the ends.
func (p *Player) SetVolume(volume float64) {
	p.do(func() {
		p.volume = min(max(volume, 0), 1)
		if p.outputs.sink != nil {
			p.outputs.sink.SetVolume(p.volume)
		}
	})
}

// SetMuted switches the sound off and on again.
func (p *Player) SetMuted(muted bool) {
	p.do(func() {
		p.muted = muted
		if p.outputs.sink != nil {
			p.outputs.sink.SetMuted(muted)
		}
	})
}

// UpdateCookies replaces the cookie pairs of the current resource, and of what was prepared to
// follow it with the same sign-in: they take effect with the next request, and what waits for a
// sign-in goes on. It returns an error that wraps network.ErrCookie when a pair cannot be sent as
// it is.
func (p *Player) UpdateCookies(pairs network.Metadata) error {
	return p.call(func() error {
		return p.update(func(c *network.Client) error { return c.UpdateCookies(pairs) })
	})
}

// UpdateCookiesOf is UpdateCookies while the current resource is that of a source, a URL or a file,
// and has no CredentialSource of its own. Otherwise it changes nothing, and returns a StateError:
// the pairs are for another resource than the one that plays.
func (p *Player) UpdateCookiesOf(source string, pairs network.Metadata) error {
	named, err := NewMediaResource(source, nil)
	if err != nil {
		return err
	}
	return p.call(func() error {
		if p.resource == nil || p.resource.source != named.source || p.resource.credentials() != nil {
			return &StateError{Call: "update the cookies of another resource", State: p.state}
		}
		return p.update(func(c *network.Client) error { return c.UpdateCookies(pairs) })
	})
}

// UpdateCredentials is UpdateCookies for pairs and headers.
func (p *Player) UpdateCredentials(credentials network.Credentials) error {
	return p.call(func() error {
		return p.update(func(c *network.Client) error { return c.UpdateCredentials(credentials) })
	})
}

// Reset leaves the current resource: Idle.
func (p *Player) Reset() error { return p.call(p.reset) }

// Close releases the player for good, and waits until all of it has ended, for two seconds at most.
// It may be called twice. The error wraps ErrHung when something did not end by then: it keeps its
// memory until it does.
func (p *Player) Close() error {
	p.closeOnce.Do(func() { close(p.quit) })
	limit := time.NewTimer(closeLimit)
	defer limit.Stop()
	select {
	case <-p.done:
		return nil
	case <-limit.C:
		return fmt.Errorf("close the player: %w", ErrHung)
	}
}

// Snapshot returns the player's state. It never waits.
func (p *Player) Snapshot() Snapshot {
	s := *p.snapshot.Load()
	if s.State == Playing && !s.Buffering {
		s.Position = p.clamp(p.heardAt(time.Now(), s.shift, s.Position), s.Duration)
	}
	return s
}

// Subscribe returns a channel that gets events from now on, buffered by n. Events for which there is no
// room are dropped, and counted in Snapshot.EventsDropped. The channel is closed by the returned function, or when the player is released.
func (p *Player) Subscribe(n int) (events <-chan Event, unsubscribe func()) {
	return p.observers.subscribe(n)
}

// NextFrame returns the picture that is to replace the one on screen now, and true; false when the one
// on screen stays. It is meant to be called at each tick of the screen, by one caller, and never waits.
// The picture is the caller's to release.
func (p *Player) NextFrame(now time.Time) (*frame.Video, bool) {
	pipeline := p.current.Load()
	if pipeline == nil || !pipeline.started.Load() {
		return nil, false
	}
	var (
		pos     time.Duration
		running bool
	)
	if p.moving.Load() && p.outputs.sink != nil {
		pos, running = p.outputs.sink.Position(now)
	}
	picture, first := p.outputs.presenter.next(pos, running)
	if first {
		p.box.post(messageShown{pipeline})
	}
	return picture, picture != nil
}

// Requests returns the records of the requests of the current resource, or without one of the last, the
// oldest first, as many as the network's log holds.
func (p *Player) Requests() []network.Record {
	var records []network.Record
	p.do(func() {
		if p.client != nil {
			records = p.client.Records()
		}
	})
	return records
}

// Bandwidth is what the network was measured to carry, in bits per second, with the current resource or those before, or Config.Bandwidth; 0: it is
// not known.
func (p *Player) Bandwidth() int64 {
	var rate int64
	p.do(func() { rate = p.measured() })
	return rate
}

// Scaler turns pictures into RGBA. It belongs to one goroutine at a time.
type Scaler struct {
	inner *libav.Scaler
}

// NewScaler returns a scaler over FFmpeg's libswscale. Close must be called.
func NewScaler() *Scaler { return &Scaler{inner: libav.NewScaler()} }

// RGBA draws the whole of src over the whole of dst, in the range and with the matrix that src says.
func (s *Scaler) RGBA(dst *image.RGBA, src *frame.Video) error { return s.inner.RGBA(dst, src) }

// Close frees the scaler. It may be called twice.
func (s *Scaler) Close() { s.inner.Close() }

// heardAt returns the presentation time that is heard, or fallback when there is none. shift is what the outputs' clock is ahead of it.
func (p *Player) heardAt(now time.Time, shift, fallback time.Duration) time.Duration {
	if p.config.FreeRun {
		return max(time.Duration(p.outputs.position.Load())-shift, fallback)
	}
	if pos, ok := p.outputs.sink.Position(now); ok {
		return pos - shift
	}
	return fallback
}

// position is heardAt for the current resource.
func (p *Player) position(now time.Time, fallback time.Duration) time.Duration {
	if p.pipeline == nil {
		return fallback
	}
	return p.heardAt(now, p.pipeline.shift, fallback)
}

// clamp keeps a position within the presentation.
func (p *Player) clamp(pos, duration time.Duration) time.Duration {
	if duration > 0 {
		pos = min(pos, duration)
	}
	return max(pos, 0)
}
