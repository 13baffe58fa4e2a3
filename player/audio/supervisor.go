package audio

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// errPoll is how often the device is asked whether it failed, and watchPoll while it plays.
	errPoll   = 250 * time.Millisecond
	watchPoll = 50 * time.Millisecond
	// probePoll is how often a device that is being tried is looked at.
	probePoll = 20 * time.Millisecond
	// closeWait is how long Close waits for errands that a stalled sound server holds.
	closeWait = time.Second
)

// supervisor makes the outputs follow the wishes in the core. Its goroutine, run, is the only one that
// touches a device; what may block goes to an errand.
type supervisor struct {
	// constant
	core *core
	log  *slog.Logger
	open opener // nil without a device
	kick <-chan struct{}

	// owned by run
	phase    phase
	device   device
	probe    *feed
	opening  chan opened // of the errand under way
	errand   chan error  // idem
	errands  sync.WaitGroup
	retryAt  time.Time
	retry    time.Duration
	since    time.Time // when the phase began
	graceEnd time.Time // until when the start waits for the device
	idle     time.Time // since when nothing plays
	epoch    uint64    // in which voice or virtual was attached
	voice    *voice    // what plays on the device
	retiring *voice    // the voice before it, fading out
	virtual  *virtual  // what plays without one
}

func newSupervisor(c *core, o Options, kick <-chan struct{}) *supervisor {
	return &supervisor{core: c, log: o.Log, open: o.open, kick: kick, retry: retryFirst}
}

// run works until ctx is done and ends when its errands have.
func (s *supervisor) run(ctx context.Context) {
	s.idle = time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := time.Now()
		w := s.core.wish()
		s.tend(ctx, now, w)
		s.route(now, w)
		s.drive(now, w)
		s.report()
		if wait, ok := s.wait(now, w); ok {
			timer.Reset(wait)
		} else {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			s.shut()
			return
		case <-s.kick:
		case <-timer.C:
		case o := <-s.opening:
			s.onOpened(time.Now(), o)
		case err := <-s.errand:
			s.onErrand(time.Now(), err)
		}
	}
}

// enter changes the phase.
func (s *supervisor) enter(now time.Time, p phase) {
	s.phase, s.since = p, now
}

// route chooses the output.
func (s *supervisor) route(now time.Time, w wish) {
	if s.epoch != w.epoch {
		s.virtual = nil
		if s.voice != nil {
			s.retire(now)
		}
		s.epoch = w.epoch
	}
	if !w.playing || s.voice != nil {
		return
	}
	switch {
	case s.phase == phaseReady:
		if s.due(now) {
			s.startVoice(now)
		}
	case s.virtual == nil && !s.awaited(now) && s.due(now):
		s.startVirtual(now)
	}
}

// due says whether an output may start: one of the epoch runs already, or enough is there to start one.
func (s *supervisor) due(now time.Time) bool {
	if s.virtual != nil {
		return true
	}
	ok, _ := s.core.ready(now)
	return ok
}

// awaited says whether a device is on its way for which the start should wait.
func (s *supervisor) awaited(now time.Time) bool {
	switch s.phase {
	case phaseNone, phaseReady:
		return false
	case phaseOpening, phaseProbing, phaseSuspending, phaseSuspended, phaseResuming:
	}
	return now.Before(s.graceEnd)
}

func (s *supervisor) startVoice(now time.Time) {
	f := newFeed(s.core)
	next, behind, ok := s.core.attach(now, f, s.epoch)
	if !ok {
		return // the next step sees the new epoch
	}
	f.pad = max(0, int(behind-voiceLag))
	f.origin = float64(next - int64(f.pad))
	f.player = s.device.NewPlayer(f)
	s.virtual = nil
	s.voice = &voice{feed: f}
}

func (s *supervisor) startVirtual(now time.Time) {
	v := newVirtual(s.core)
	next, behind, ok := s.core.attach(now, v, s.epoch)
	if !ok {
		return
	}
	v.next = next
	v.lag = max(behind, virtualLag.Seconds()*SampleRate)
	if s.open != nil {
		v.lag = max(v.lag, voiceLag) // so that a device can take over
	}
	s.virtual = v
}

// dropVoice gives up what plays on the device, without a fade.
func (s *supervisor) dropVoice(now time.Time) {
	if s.voice == nil {
		return
	}
	s.voice.close()
	s.voice = nil
	if s.core.wish().epoch == s.epoch {
		s.startVirtual(now)
	}
}

// retire lets the voice fade out in the background.
func (s *supervisor) retire(now time.Time) {
	if s.retiring != nil {
		s.retiring.close()
	}
	s.retiring, s.voice = s.voice, nil
	s.retiring.fade(now)
}

// drive makes the outputs run or stand as wished.
func (s *supervisor) drive(now time.Time, w wish) {
	if s.retiring != nil && s.retiring.faded(now) {
		s.retiring.close()
		s.retiring = nil
	}
	if s.voice != nil {
		s.voice.drive(now, w.playing && s.phase == phaseReady, w.gain)
	}
	if s.virtual != nil {
		s.virtual.run(now, w.playing)
		s.virtual.advance(now)
	}
}

// report tells the core what paces.
func (s *supervisor) report() {
	output := "wall clock"
	if s.voice != nil || s.virtual == nil && s.phase >= phaseReady {
		output = "device"
	}
	s.core.mu.Lock()
	s.core.stats.Output = output
	s.core.mu.Unlock()
}

// wait is how long nothing needs to be done unless something happens; ok is false for any length.
func (s *supervisor) wait(now time.Time, w wish) (d time.Duration, ok bool) {
	d = time.Duration(1<<63 - 1)
	within := func(limit time.Duration) { d, ok = min(d, max(limit, 0)), true }
	if s.retiring != nil || s.voice != nil && s.voice.busy() {
		within(fadePoll)
	}
	if w.playing {
		switch {
		case s.virtual != nil:
			within(virtualTick)
		case s.voice != nil:
			within(watchPoll)
		default:
			if _, at := s.core.ready(now); !at.IsZero() {
				within(max(at.Sub(now), time.Millisecond))
			}
			if s.awaited(now) {
				within(s.graceEnd.Sub(now))
			}
		}
	}
	if s.phase == phaseNone && s.open != nil {
		within(s.retryAt.Sub(now))
	}
	switch s.phase {
	case phaseProbing:
		within(probePoll)
	case phaseReady, phaseSuspending, phaseResuming:
		within(errPoll)
	case phaseNone, phaseOpening, phaseSuspended:
	}
	return d, ok
}

// shut fades out, puts the device to sleep for the next Sink and waits for the errands.
func (s *supervisor) shut() {
	now := time.Now()
	if s.voice != nil {
		s.retire(now)
	}
	s.core.flush(now)
	s.endProbe()
	if s.retiring != nil {
		ticker := time.NewTicker(fadePoll)
		defer ticker.Stop()
		for !s.retiring.faded(now) {
			now = <-ticker.C
		}
		s.retiring.close()
	}
	if s.device != nil && s.device.Err() == nil && s.phase != phaseSuspended {
		before := s.errand
		s.send(func() error {
			if before != nil {
				if err := <-before; err != nil {
					return err
				}
			}
			return s.device.Suspend()
		})
	}
	idle := make(chan struct{})
	go func() { // ends with the errands
		s.errands.Wait()
		close(idle)
	}()
	limit := time.NewTimer(closeWait)
	defer limit.Stop()
	select {
	case <-idle:
	case <-limit.C:
		return
	}
	s.park()
}
