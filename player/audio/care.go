package audio

import (
	"context"
	"time"
)

const (
	// probeFrames is what a device that is being tried must have taken: more than its buffer, which an empty one
	// takes at once.
	probeFrames = deviceBufferFrames + 4*devicePeriodFrames
	// startGrace is how long the start of playback waits for a device that is on its way.
	startGrace = time.Second
	// stallAfter is how long a playing device may take nothing before the wall clock takes over.
	stallAfter = time.Second
	// suspendAfter is how long a pause lasts before the device is suspended.
	suspendAfter = 10 * time.Second
	// retryFirst and retryLast bound the time from a loss or a failed attempt to the next attempt.
	retryFirst = 2 * time.Second
	retryLast  = 30 * time.Second
)

// phase is where the device stands.
type phase int

const (
	phaseNone       phase = iota // no device
	phaseOpening                 // an errand opens one
	phaseProbing                 // it is open and gets silence until it is seen to take it
	phaseReady                   // it takes what it is given
	phaseSuspending              // an errand suspends it
	phaseSuspended               // it is suspended
	phaseResuming                // an errand resumes it
)

// opened is what an errand that opened a device brings back.
type opened struct {
	device device
	err    error
}

// tend looks after the device: losses, attempts, stalls, sleep.
func (s *supervisor) tend(ctx context.Context, now time.Time, w wish) {
	if w.playing {
		s.idle = now
	}
	if s.device != nil {
		if err := s.device.Err(); err != nil {
			s.lose(now, err)
		}
	}
	switch s.phase {
	case phaseNone:
		if s.open != nil && (!now.Before(s.retryAt)) {
			s.startOpening(ctx, now)
		}
	case phaseProbing:
		if s.probe.played.Load() >= probeFrames {
			s.endProbe()
			s.retry = retryFirst
			s.enter(now, phaseReady)
		} else if s.sleepy(now) {
			s.endProbe()
			s.suspend(now)
		}
	case phaseReady:
		switch {
		case s.voice != nil && s.voice.stalled(now):
			s.log.Warn("sound device takes nothing, going on by the wall clock")
			s.dropVoice(now)
			s.countLoss()
			s.startProbe(now)
		case s.sleepy(now):
			s.suspend(now)
		}
	case phaseSuspended:
		if w.playing {
			s.resume(now)
		}
	case phaseSuspending, phaseResuming:
		if w.playing && s.voice != nil && now.Sub(s.since) > stallAfter {
			s.dropVoice(now)
			s.countLoss()
		}
	case phaseOpening:
	}
}

// sleepy says whether nothing has played for so long that the device may sleep.
func (s *supervisor) sleepy(now time.Time) bool {
	return now.Sub(s.idle) >= suspendAfter && s.retiring == nil && (s.voice == nil || !s.voice.running)
}

func (s *supervisor) startOpening(ctx context.Context, now time.Time) {
	s.enter(now, phaseOpening)
	s.graceEnd = now.Add(startGrace)
	result := make(chan opened, 1)
	s.opening = result
	s.errands.Go(func() {
		d, err := s.open(ctx)
		result <- opened{device: d, err: err}
	})
}

func (s *supervisor) onOpened(now time.Time, o opened) {
	s.opening = nil
	if o.err != nil {
		s.log.Info("no sound device, going on by the wall clock", "err", o.err)
		s.fail(now)
		return
	}
	s.device = o.device
	s.core.mu.Lock()
	s.core.stats.DeviceOpens++
	s.core.mu.Unlock()
	s.startProbe(now)
}

// fail leaves the device alone until the next attempt is due.
func (s *supervisor) fail(now time.Time) {
	s.enter(now, phaseNone)
	s.retryAt = now.Add(s.retry)
	s.retry = min(2*s.retry, retryLast)
}

// lose gives the device up.
func (s *supervisor) lose(now time.Time, err error) {
	s.log.Warn("sound device lost, going on by the wall clock", "err", err)
	s.dropVoice(now)
	s.endProbe()
	if s.retiring != nil {
		s.retiring.close()
		s.retiring = nil
	}
	s.device, s.errand = nil, nil
	s.countLoss()
	s.fail(now)
}

func (s *supervisor) countLoss() {
	s.core.mu.Lock()
	s.core.stats.DeviceLosses++
	s.core.mu.Unlock()
}

func (s *supervisor) startProbe(now time.Time) {
	s.enter(now, phaseProbing)
	s.graceEnd = now.Add(startGrace)
	s.probe = newFeed(silence{})
	s.probe.player = s.device.NewPlayer(s.probe)
	s.probe.player.SetVolume(0)
	s.probe.player.Play()
}

func (s *supervisor) endProbe() {
	if s.probe != nil {
		closePlayer(s.probe.player)
		s.probe = nil
	}
}

func (s *supervisor) suspend(now time.Time) {
	s.enter(now, phaseSuspending)
	s.send(s.device.Suspend)
}

func (s *supervisor) resume(now time.Time) {
	s.enter(now, phaseResuming)
	s.graceEnd = now.Add(startGrace)
	s.send(s.device.Resume)
}

// send runs a call that may block in an errand.
func (s *supervisor) send(call func() error) {
	result := make(chan error, 1)
	s.errand = result
	s.errands.Go(func() { result <- call() })
}

// onErrand goes on after a suspend or resume. An error needs no care: the device's Err tells it too.
func (s *supervisor) onErrand(now time.Time, err error) {
	s.errand = nil
	if err != nil {
		s.log.Debug("sound device", "err", err)
	}
	switch {
	case s.phase == phaseSuspending:
		s.enter(now, phaseSuspended)
	case s.voice != nil:
		s.voice.feed.moved.Store(now.UnixNano())
		s.enter(now, phaseReady)
	default:
		s.startProbe(now)
	}
}

// park leaves a working, sleeping device to the next Sink.
func (s *supervisor) park() {
	if s.opening != nil {
		s.device = (<-s.opening).device
		if s.device != nil && s.device.Suspend() != nil {
			return
		}
	}
	if s.device == nil || s.device.Err() != nil {
		return
	}
	if p, ok := s.device.(interface{ park() }); ok {
		p.park()
	}
}
