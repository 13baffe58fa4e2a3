package audio

import "time"

const (
	// fadePoll is how often a fade is looked at.
	fadePoll = 5 * time.Millisecond
	// fadeMax is how long a fade may take: until the device has mixed a period, if it does.
	fadeMax = 3 * devicePeriod
	// voiceLag is how far the ear is behind the first frame of a voice when it starts: a full device buffer and on
	// the average half a period, in frames.
	voiceLag = float64(SampleRate * (deviceBuffer + devicePeriod/2) / time.Second)
)

// voice is one player of the device, from an attachment to the next flush. oto ramps from one volume to the next over
// the period that it mixes next: with that a voice fades. It belongs to the supervisor.
type voice struct {
	feed    *feed
	started bool // Play was called once
	running bool // it plays, perhaps fading
	fading  bool
	gain    float64 // the volume that was set
	mark    int64   // what had left the player's buffer when the fade was set
	until   time.Time
}

// drive makes the voice run at a gain, or fade and stand.
func (v *voice) drive(now time.Time, run bool, gain float64) {
	switch {
	case run && !v.running:
		v.play(now, gain)
	case run && (v.fading || v.gain != gain):
		v.fading = false
		v.set(gain)
	case !run && v.running && !v.fading:
		v.fade(now)
	case v.fading && v.faded(now):
		v.feed.player.Pause()
		v.running, v.fading = false, false
	}
}

// busy says whether drive should be called again soon.
func (v *voice) busy() bool { return v.fading || v.started && !v.running }

func (v *voice) set(gain float64) {
	v.gain = gain
	v.feed.player.SetVolume(gain)
}

// play starts the player. After a pause it waits until the buffer is filled: oto would otherwise fill it from a second
// goroutine and might mix up the order.
func (v *voice) play(now time.Time, gain float64) {
	if v.started {
		if !v.feed.full() {
			return
		}
		v.set(0)
	} else {
		v.set(gain) // the core fades the first frames in
	}
	v.feed.moved.Store(now.UnixNano())
	v.feed.player.Play()
	v.set(gain)
	v.started, v.running = true, true
}

// fade begins to ramp down.
func (v *voice) fade(now time.Time) {
	if v.fading || !v.running {
		return
	}
	v.set(0)
	v.mark, v.until = v.feed.left(), now.Add(fadeMax)
	v.fading = true
}

// faded says whether the ramp has been mixed, or the device does not take it.
func (v *voice) faded(now time.Time) bool {
	return !v.running || v.feed.played.Load() > v.mark || !now.Before(v.until)
}

// stalled says whether the device has taken nothing for long although it should.
func (v *voice) stalled(now time.Time) bool {
	return v.running && now.Sub(time.Unix(0, v.feed.moved.Load())) > stallAfter
}

func (v *voice) close() { closePlayer(v.feed.player) }

// closePlayer ends a player. Its error is that of the device, which the supervisor asks for itself.
func closePlayer(p player) {
	_ = p.Close()
}
