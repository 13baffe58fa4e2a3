package player

import (
	"slices"
	"time"

	"latchkey/player/libav"
)

// step looks at the buffers and moves the state on. It never waits.
func (p *Player) step(now time.Time) {
	pl := p.pipeline
	if p.session == nil || p.state == Failed || p.state == Complete {
		p.runClock(false)
		return
	}
	p.session.at.Store(int64(p.last))
	if p.state == NeedsSignIn && !p.stuck(p.parkedIn, now) {
		p.setState(p.parkedIn)
	}
	if !p.session.waiting() {
		p.signIn = nil
	}
	if pl == nil {
		if p.state == Preparing && p.stuck(Preparing, now) {
			p.needSignIn(Preparing)
		}
		return
	}
	if err := pl.fatal(); err != nil {
		p.fail(err)
		p.runClock(false)
		return
	}
	switch p.state {
	case Preparing:
		p.stepPreparing(now)
	case Seeking:
		p.stepSeeking(now)
	case Playing:
		p.stepPlaying(now)
	case Paused:
		if p.trick.rate != 0 {
			p.stepTrick(now)
		}
	}
	p.runClock(p.state == Playing && !p.buffering)
}

// runClock starts or halts the clock and the sound.
func (p *Player) runClock(on bool) {
	if p.moving.Swap(on) == on || p.outputs.sink == nil {
		return
	}
	if on {
		p.outputs.sink.Play()
	} else {
		p.outputs.sink.Pause()
	}
}

// stepPreparing waits until there is something to show.
func (p *Player) stepPreparing(now time.Time) {
	switch {
	case p.primed() || p.finished():
		if p.broken(now) {
			return
		}
		p.setState(Prepared)
		if p.wantPlay {
			p.enterPlaying()
		}
	case p.stuck(Preparing, now):
		p.needSignIn(Preparing)
	}
}

// stepSeeking waits until there is something to show at the new position.
func (p *Player) stepSeeking(now time.Time) {
	switch {
	case p.primed() || p.finished():
		if p.broken(now) {
			return
		}
		if p.withoutPicture() {
			p.seekDone(now) // no picture will say so
		}
		if p.wantPlay {
			p.enterPlaying()
		} else {
			p.setState(Paused)
		}
	case p.stuck(Seeking, now):
		p.needSignIn(Seeking)
	}
}

// broken says whether all that there is was shown and heard and an error kept the rest from coming: then playback failed, or goes on where a
// live stream still is.
func (p *Player) broken(now time.Time) bool {
	err := p.pipeline.failure()
	if err == nil || !p.finished() {
		return false
	}
	if !p.passed(err, now) {
		p.fail(err)
	}
	return true
}

// stepPlaying watches the buffers, the end, and the position.
func (p *Player) stepPlaying(now time.Time) {
	if p.reached(now) {
		p.handOver(now)
	}
	p.last = p.clamp(p.position(now, p.last), p.session.length())
	if p.finished() && (!p.joined() || p.pipeline.failure() != nil) {
		if p.broken(now) {
			return
		}
		p.endStall(now)
		p.buffering = false
		p.last = p.endPosition()
		p.setState(Complete)
		p.tell(PlaybackComplete)
		p.goOn()
		return
	}
	if p.buffering {
		switch {
		case p.enough(now):
			p.endStall(now)
			p.buffering = false
			p.tell(BufferingEnded)
		case p.stuck(Playing, now):
			p.needSignIn(Playing)
		}
		return
	}
	if p.starved(now) {
		p.buffering = true
		p.stall(now)
		return
	}
	p.join()
	p.pace(now)
	p.watchStrain(now)
	p.sampleBuffer()
}

// stall counts that playback stands still.
func (p *Player) stall(now time.Time) {
	p.stalledAt = now
	p.stats.Rebuffers++
	p.yielded++
	p.session.starved.Store(true)
	p.tell(BufferingBegan)
}

// endStall adds up how long playback stood still.
func (p *Player) endStall(now time.Time) {
	if !p.stalledAt.IsZero() {
		p.stats.Rebuffered += now.Sub(p.stalledAt)
		p.stalledAt = time.Time{}
	}
}

// stuck says whether the work of a state can only go on after a sign-in: something waits for one, and what
// came before it was used up.
func (p *Player) stuck(in State, now time.Time) bool {
	switch {
	case !p.session.waiting() || p.signIn == nil: // nil: new cookies are on their way to who waits
		return false
	case p.pipeline == nil:
		return true
	case in == Playing:
		return p.starved(now)
	}
	return !p.primed() && p.pipeline.starving()
}

// needSignIn halts playback until the credentials change.
func (p *Player) needSignIn(parkedIn State) {
	p.parkedIn = parkedIn
	p.setState(NeedsSignIn)
}

// finished says whether all that there is was shown and heard.
func (p *Player) finished() bool {
	pl := p.pipeline
	if !pl.videoEnded.Load() || !pl.audioEnded.Load() {
		return false
	}
	if p.config.FreeRun {
		return true
	}
	waiting, _, _, _ := p.outputs.presenter.level()
	return waiting == 0 && p.outputs.sink.Drained()
}

// endPosition is the position of a presentation that has ended.
func (p *Player) endPosition() time.Duration {
	if p.pipeline.limited.Load() || p.session.length() == 0 {
		return max(p.last, time.Duration(p.pipeline.videoEnd.Load()))
	}
	return p.session.length()
}

// ahead is how much is there beyond the position, of the track that has least.
func (p *Player) ahead() (buffer time.Duration, all bool) {
	all = true
	for _, q := range p.pipeline.queues {
		_, _, until, ended := q.level()
		if ended || q.whole.Load() {
			continue
		}
		if left := max(until-p.last, 0); all || left < buffer {
			buffer = left
		}
		all = false
	}
	return buffer, all
}

// enough says whether playback may begin or go on.
func (p *Player) enough(now time.Time) bool {
	if !p.primed() {
		return false
	}
	if p.session.waiting() {
		return !p.starved(now) // what is there is played; no more comes before the sign-in
	}
	buffer, all := p.ahead()
	wanted := p.config.InitialBuffer
	if p.session.live() {
		wanted = min(wanted, p.session.leading().holdBack()/2) // more may not be there
	}
	return all || p.config.FreeRun || buffer >= wanted || p.pipeline.queuedBytes() >= maxQueueBytes/2
}

// sampleBuffer sums up how full the buffer is.
func (p *Player) sampleBuffer() {
	buffer, all := p.ahead()
	if all {
		until := time.Duration(0)
		for _, kind := range []libav.Kind{libav.KindVideo, libav.KindAudio} {
			_, _, end, _ := p.pipeline.queues[kind].level()
			until = max(until, end)
		}
		buffer = max(until-p.last, 0)
	}
	if p.bufferCounts == 0 || buffer < p.stats.BufferMin {
		p.stats.BufferMin = buffer
	}
	p.stats.BufferMax = max(p.stats.BufferMax, buffer)
	p.bufferSum += buffer
	p.bufferCounts++
	p.stats.BufferMean = p.bufferSum / time.Duration(p.bufferCounts)
}

// publish makes a new snapshot and tells who watches.
func (p *Player) publish(now time.Time) {
	p.store(now)
	if p.config.OnChange != nil {
		p.config.OnChange()
	}
}

// store makes a new snapshot.
func (p *Player) store(now time.Time) {
	p.notified, p.dirty = now, false
	s := Snapshot{State: p.state, Buffering: p.buffering, Position: p.last, Speed: p.speed, Volume: p.volume,
		Muted: p.muted, Trick: p.trick.rate, Variant: -1, Selected: -1, Subtitle: -1, Sound: -1, Advanced: p.advanced, EventsDropped: p.observers.lost(), Error: p.failure, SignIn: p.signIn, Stats: p.stats}
	if p.resource != nil {
		s.Source, s.Title = p.resource.String(), p.resource.name()
	}
	s.Stats.Seeks = slices.Clone(p.stats.Seeks)
	s.Stats.Frames, s.Stats.AVOffset = p.outputs.presenter.figures(p.tally)
	if p.pipeline != nil {
		s.shift, s.Limited = p.pipeline.shift, p.pipeline.limited.Load()
	}
	if p.session != nil {
		p.session.describe(&s)
		p.describeLive(&s, now)
	}
	if p.outputs.sink != nil {
		s.Audio.Output = p.outputs.sink.Stats().Output
	}
	if p.pipeline != nil && p.session != nil {
		s.Buffered = p.buffered()
	}
	p.snapshot.Store(&s)
}

// buffered is what is there around the position.
func (p *Player) buffered() []Range {
	end := p.last
	for _, q := range p.pipeline.queues {
		_, _, until, _ := q.level()
		end = max(end, until)
	}
	r := Range{Start: p.last, End: end}
	if source, ok := p.session.source.(interface{ cached(Range) Range }); ok {
		r = source.cached(r)
	}
	r.Start, r.End = p.clamp(r.Start, p.session.length()), p.clamp(r.End, p.session.length())
	return []Range{r}
}

// withoutPicture says that no picture comes: the stream is sound alone at the position, or
// Limit.Frames admits none.
func (p *Player) withoutPicture() bool {
	waiting, shown, decoded, _ := p.outputs.presenter.level()
	packets, _, _, ended := p.pipeline.queues[libav.KindVideo].level()
	return waiting == 0 && !shown && (decoded || packets == 0 && ended)
}
