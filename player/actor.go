package player

import (
	"context"
	"errors"
	"fmt"
	"image"
	"net/url"
	"slices"
	"sync"
	"time"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/player/libav"
)

const (
	// maxSeeks bounds Stats.Seeks.
	maxSeeks = 1000
	// stepInterval is how often the player looks at its buffers while something plays.
	stepInterval = 25 * time.Millisecond
	// notifyInterval is how often a moving position is told at least: TVSDK's 250 ms.
	notifyInterval = 200 * time.Millisecond
	// lateLimit is how long after its time the last picture may stand before playback counts as starved.
	lateLimit = 60 * time.Millisecond
)

// actor is the player's state. It is owned by run's goroutine: nothing else touches it.
type actor struct {
	state     State
	resource  *MediaResource
	session   *session
	client    *network.Client // of the current resource, or of the last: its records are told
	pipeline  *pipeline
	newest    *pipeline     // of whichever session: the next one waits for its end
	asked     time.Duration // where prepare was asked to begin, 0: nobody said
	target    time.Duration // where the pipeline began
	last      time.Duration // the newest position known
	wantPlay  bool          // what the person wants
	parkedIn  State         // where to go on after NeedsSignIn
	buffering bool
	signIn    *SignInRequest
	failure   *Error
	following bool // a live stream is played as live as can be
	hurried   bool // and a little faster, to catch up
	yielded   int  // how often it stood still
	trick     trick
	tally     *tally      // of the current resource, or of the last
	upcoming  *upcoming   // what was prepared to follow, may be nil
	advance   bool        // it begins by itself
	advanced  int         // how often one did
	begun     *upcoming   // the current resource, of which the opening was begun before anybody asked for that; nil after that
	view      image.Point // how large the picture is shown
	strain    strain
	network   int64 // what the network was last measured to carry, bits per second, 0: not known
	speed     float64
	volume    float64
	muted     bool
	notified  time.Time
	dirty     bool           // something was told that the snapshot does not show yet
	sessions  sync.WaitGroup // those that are being left
	choosing  *soundChoice   // the newest SelectSound while its playlist loads, else nil

	// Preferred from now on, as those of Config.
	audioLanguage, subtitleLanguage string

	askedPlay    time.Time
	askedSeek    time.Time
	stalledAt    time.Time
	stats        Stats
	bufferSum    time.Duration
	bufferCounts int
}

// run owns the player's state until Close.
func (p *Player) run() {
	defer close(p.done)
	defer p.release()
	defer close(p.left)
	ticker := time.NewTicker(stepInterval)
	defer ticker.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-p.box.ready:
			p.serve(p.box.take())
		case now := <-ticker.C:
			if p.session == nil || p.state == Initialized {
				continue
			}
			p.step(now)
			if p.dirty || p.state == Playing && now.Sub(p.notified) >= notifyInterval {
				p.publish(now)
			}
		}
	}
}

// serve handles messages. It publishes before it answers commands: a caller sees in Snapshot what
// its call did.
func (p *Player) serve(messages []message) {
	var answers []func()
	for _, m := range messages {
		if c, is := m.(command); is {
			err := c.do()
			answers = append(answers, func() { c.reply <- err })
		} else {
			p.handle(m)
		}
	}
	now := time.Now()
	p.step(now)
	p.publish(now)
	for _, answer := range answers {
		answer()
	}
}

// release ends everything that the player started.
func (p *Player) release() {
	p.leave()
	p.forgetNext()
	p.sessions.Wait()
	p.box.close()
	p.outputs.presenter.reset()
	if p.outputs.sink != nil {
		// Its only error would be that it was closed before.
		_ = p.outputs.sink.Close()
	}
	p.setState(Released)
	p.publish(time.Now())
	p.observers.close()
}

// handle does what a message says that is no command.
func (p *Player) handle(m message) {
	switch m := m.(type) {
	case messageOpened:
		switch {
		case p.upcoming != nil && m.session == p.upcoming.session:
			p.upcoming.opened, p.upcoming.err = true, m.err
		case p.begun != nil && m.session == p.begun.session:
			p.begun.opened, p.begun.err = true, m.err
		case m.session == p.session:
			p.opened(m.err)
		}
	case messageRefused:
		switch {
		case m.session == p.session:
			p.refused(m.err)
		case p.upcoming != nil && m.session == p.upcoming.session:
			p.upcoming.refused = m.err
		}
	case messageHeard:
		p.heard(m)
	case messageStill:
		p.gotStill(m)
	case messageShown:
		if m.pipeline == p.pipeline {
			now := time.Now()
			p.step(now) // what is shown is prepared
			p.shown(now)
		}
	}
}

// replace makes r the current resource.
func (p *Player) replace(r *MediaResource) error {
	if err := p.state.check(callReplace); err != nil {
		return err
	}
	next := p.prepared(r)
	if next == nil {
		client, err := p.newClient(r)
		if err != nil {
			return err
		}
		next = &upcoming{client: client}
	}
	p.leave()
	if next == p.upcoming {
		p.upcoming = nil
	}
	p.forgetNext()
	p.begin(r)
	p.wantPlay = false
	p.outputs.position.Store(0)
	p.setState(Initializing)
	p.client, p.session = next.client, next.session
	if p.session == nil {
		p.session = newSession(p.sessionConfig(), r, p.client, p.outputs, p.box.post)
	} else {
		p.begun = next
	}
	p.tally = p.session.tally
	p.session.setSpeed(p.speed)
	p.session.network = p.network
	p.tell(ItemCreated)
	p.setState(Initialized)
	return nil
}

// begin forgets what is of the resource before.
func (p *Player) begin(r *MediaResource) {
	p.resource, p.failure = r, nil
	p.stats, p.bufferSum, p.bufferCounts = Stats{}, 0, 0
	p.askedPlay, p.askedSeek, p.stalledAt = time.Time{}, time.Time{}, time.Time{}
	p.target, p.last, p.buffering = 0, 0, false
	p.following, p.hurried, p.yielded = false, false, 0
}

// leave ends the current session in the background.
func (p *Player) leave() {
	p.current.Store(nil)
	p.captions.Store(nil)
	p.moving.Store(false)
	if p.outputs.sink != nil {
		p.outputs.sink.Pause()
	}
	p.halt()
	p.pipeline = nil
	p.signIn, p.trick, p.begun = nil, trick{}, nil
	p.cancelSound()
	if s := p.session; s != nil {
		p.measured()
		p.session = nil
		p.end(s)
	}
}

// end ends a session in the background.
func (p *Player) end(s *session) {
	s.cancel(errClosed)
	p.sessions.Go(s.close)
}

// measured keeps what the network was measured to carry for the next resource, and returns it.
func (p *Player) measured() int64 {
	if p.session != nil && p.session.ready && p.session.ladder != nil {
		if rate := p.session.ladder.bandwidth(); rate > 0 {
			p.network = rate
		}
	}
	return p.network
}

// prepare opens the current resource.
func (p *Player) prepare(from time.Duration) error {
	if err := p.state.check(callPrepare); err != nil {
		return err
	}
	p.asked, p.target, p.last = from, max(from, 0), max(from, 0)
	p.setState(Preparing)
	s := p.session
	if begun := p.begun; begun != nil {
		p.begun = nil
		if begun.opened {
			p.opened(begun.err)
		}
		return nil
	}
	s.opened = time.Now()
	s.work.Go(func() {
		s.post(messageOpened{session: s, err: s.open(s.ctx)})
	})
	return nil
}

// opened starts the first pipeline of a session.
func (p *Player) opened(err error) {
	if err != nil {
		p.fail(err)
		return
	}
	s := p.session
	p.target = p.ready(s, p.asked)
	p.last = p.target
	p.captions.Store(s.subtitles)
	if s.main != nil {
		p.follow(p.target)
	}
	s.limits.begin(p.target)
	p.tell(TimelineUpdated)
	p.start(p.target)
}

// ready notes that a session was opened, and returns where playback begins that was asked for from a position on, 0: where the stream says.
func (p *Player) ready(s *session, asked time.Duration) time.Duration {
	s.ready = true
	p.keepLanguage(s)
	if s.ladder != nil {
		s.ladder.show(p.view)
	}
	if asked == 0 {
		return s.begins()
	}
	return s.resolve(asked)
}

// start begins a pipeline at a position.
func (p *Player) start(target time.Duration) {
	p.current.Store(nil)
	p.moving.Store(false)
	if p.outputs.sink != nil {
		p.outputs.sink.Pause()
	}
	p.halt()
	p.target, p.last, p.trick = target, target, trick{busy: p.trick.busy}
	p.pipeline = newPipeline(p.session, target, p.newest, nil)
	p.newest = p.pipeline
	p.current.Store(p.pipeline)
	p.buffering = false
}

// halt ends the pipelines without waiting.
func (p *Player) halt() {
	if p.pipeline != nil {
		p.pipeline.stop()
	}
	p.unjoin()
}

// play notes the wish to play, and plays when that is possible now.
func (p *Player) play() error {
	if err := p.state.check(callPlay); err != nil {
		return err
	}
	if p.trick.rate != 0 {
		return p.endTrick(true)
	}
	p.wantPlay = true
	if p.askedPlay.IsZero() {
		p.askedPlay = time.Now()
	}
	switch p.state {
	case Complete:
		p.askedSeek = time.Now()
		p.setState(Seeking)
		from := p.session.resolve(0)
		p.session.limits.begin(from)
		p.start(from)
	case Prepared, Paused:
		p.enterPlaying()
	}
	return nil
}

// enterPlaying goes to Playing; whether the buffers suffice shows at the next step.
func (p *Player) enterPlaying() {
	if p.session.live() && p.session.latency(p.last, time.Now()) <= p.session.goal()+p.session.leading().grain() {
		p.following = true
	}
	p.setState(Playing)
	p.buffering = true
	p.stalledAt = time.Time{}
	if _, shown, _, _ := p.outputs.presenter.level(); shown && p.stats.FirstFrame == 0 {
		p.shown(time.Now())
	}
}

// pause halts the clock.
func (p *Player) pause() error {
	if err := p.state.check(callPause); err != nil {
		return err
	}
	if p.trick.rate != 0 {
		return p.endTrick(false)
	}
	p.wantPlay = false
	if p.state == Playing {
		p.last = p.clamp(p.position(time.Now(), p.last), p.session.length())
		p.endStall(time.Now())
		p.buffering, p.following = false, false
		p.setState(Paused)
	}
	return nil
}

// seek starts a new pipeline.
func (p *Player) seek(to time.Duration) error {
	if err := p.state.check(callSeek); err != nil {
		return err
	}
	p.endStall(time.Now())
	p.askedSeek = time.Now()
	p.setState(Seeking)
	to = p.session.limits.seek(p.session.resolve(max(to, 0)))
	if p.session.main != nil {
		p.follow(to)
	}
	p.start(to)
	return nil
}

// selectVariant is SelectVariant.
func (p *Player) selectVariant(index int) error {
	if p.session == nil || !p.session.ready || p.session.ladder == nil || !p.session.ladder.fix(index) {
		return fmt.Errorf("select variant %d: %w", index, ErrVariant)
	}
	return nil
}

// changeSpeed takes effect with the next sound that is decoded.
func (p *Player) changeSpeed(speed float64) error {
	if err := p.state.check(callSpeed); err != nil {
		return err
	}
	p.speed = speed
	if p.session != nil {
		p.session.setSpeed(p.pacedSpeed())
	}
	if p.upcoming != nil {
		p.upcoming.session.setSpeed(speed)
	}
	return nil
}

// reset leaves the current resource.
func (p *Player) reset() error {
	if err := p.state.check(callReset); err != nil {
		return err
	}
	p.leave()
	p.forgetNext()
	p.resource, p.failure = nil, nil
	p.target, p.last, p.wantPlay, p.buffering = 0, 0, false, false
	p.setState(Idle)
	return nil
}

// update renews the credentials of the current resource, and of what was prepared to follow it with
// the same sign-in.
func (p *Player) update(replace func(*network.Client) error) error {
	if p.session == nil {
		return &StateError{Call: "update the cookies", State: p.state}
	}
	alike := p.upcoming != nil && p.upcoming.sharesSignIn(p.session)
	if err := p.session.update(replace); err != nil {
		return err
	}
	if alike {
		_ = p.upcoming.session.update(replace) // what one client has taken, the other takes
	}
	p.signIn = nil
	if p.state == NeedsSignIn {
		p.setState(p.parkedIn)
	}
	return nil
}

// refused notes that a request needs a sign-in. Playback goes on as long as the buffers last.
func (p *Player) refused(err error) {
	e := classify(err, p.resource)
	host := ""
	if u, err := url.Parse(e.URL); err == nil {
		host = u.Host
	}
	p.signIn = &SignInRequest{Host: host, Reason: e.Message, Class: e.Class, Code: e.Code, URL: e.URL}
	p.tell(SignInNeeded)
}

// shown notes when the first picture of a pipeline was handed to the screen.
func (p *Player) shown(now time.Time) {
	if p.stats.FirstFrame == 0 && !p.askedPlay.IsZero() {
		p.stats.FirstFrame = now.Sub(p.askedPlay)
		p.tell(FirstFrame)
	}
	p.seekDone(now)
}

func (p *Player) seekDone(now time.Time) {
	if !p.askedSeek.IsZero() {
		if len(p.stats.Seeks) == maxSeeks {
			p.stats.Seeks = p.stats.Seeks[1:]
		}
		p.stats.Seeks = append(p.stats.Seeks, now.Sub(p.askedSeek))
		p.askedSeek = time.Time{}
		p.tell(SeekEnded)
	}
}

// fail ends the playback with an error and keeps the position.
func (p *Player) fail(err error) {
	if errors.Is(err, errStopped) || errors.Is(err, errClosed) {
		return
	}
	p.failure = classify(err, p.resource)
	p.config.Log.Info("playback failed", "error", p.failure, "cause", p.failure.Err)
	p.endStall(time.Now())
	p.buffering = false
	p.halt()
	p.setState(Failed)
	p.observers.tell(Event{Kind: PlaybackFailed, At: time.Now(), State: p.state, Error: p.failure})
}

// setState changes the state and tells.
func (p *Player) setState(s State) {
	if p.state == s {
		return
	}
	p.state = s
	p.config.Log.Debug("state", "state", s.String())
	p.tell(StateChanged)
}

func (p *Player) tell(kind EventKind) {
	p.dirty = true
	p.observers.tell(Event{Kind: kind, At: time.Now(), State: p.state})
}

// sessionConfig is the configuration of a session that begins now.
func (p *Player) sessionConfig() Config {
	config := p.config
	config.AudioLanguage, config.SubtitleLanguage = p.audioLanguage, p.subtitleLanguage
	return config
}

// newSession returns a session that nothing was fetched for yet.
func newSession(config Config, r *MediaResource, client *network.Client, out *outputs, post func(message)) *session {
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &session{ctx: ctx, cancel: cancel, config: config, resource: r, client: client, outputs: out, post: post,
		limits: &limits{limit: config.Limit}, tally: new(tally), cache: newCache(), timeline: newTimeline(), renewed: newNotice(), preferred: config.AudioLanguage,
		variant: -1, rate: 1}
	s.redirects.use = r.configuration().UseRedirectedURL
	s.fetcher = NewFetcher(client, r)
	s.keys = drm.NewKeyStore(s.fetcher, slices.Concat(r.keySystems(), config.KeySystems, []drm.KeySystem{drm.ClearKey{}})...)
	s.keys.Give(config.Keys...)
	return s
}

// starved says whether a decoder waits for packets that have not come, while what it gave before was
// used up.
func (p *Player) starved(now time.Time) bool {
	pl := p.pipeline
	if p.config.FreeRun {
		// Without a clock a decoder is always ahead of the loader; it starves when no more can come.
		return p.session.waiting() && pl.starving()
	}
	if pl.queues[libav.KindAudio].dry() && !pl.audioEnded.Load() && p.outputs.sink.Queued() == 0 {
		return true
	}
	waiting, _, videoEnded, lastEnd := p.outputs.presenter.level()
	return pl.queues[libav.KindVideo].dry() && !videoEnded && waiting == 0 && p.position(now, p.last) > lastEnd-pl.shift+lateLimit
}

// primed says whether there is a first picture, where there are pictures, and sound to begin with.
func (p *Player) primed() bool {
	pl := p.pipeline
	if !pl.started.Load() {
		return false
	}
	if p.config.FreeRun {
		return true
	}
	waiting, shown, videoEnded, _ := p.outputs.presenter.level()
	_, _, _, noVideo := pl.queues[libav.KindVideo].level()
	video := waiting > 0 || shown || videoEnded || noVideo && pl.queues[libav.KindVideo].missing()
	sound := p.outputs.sink.Queued() > 0 || pl.audioEnded.Load()
	return video && sound
}
