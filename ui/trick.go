package ui

import (
	"fmt"

	"latchkey/player"
	"latchkey/ui/icon"
)

// nextTrick is the rate of trick play that follows one, towards the end (1) or the start (-1): twice as fast, or, against the way that it goes,
// half as fast. 0 is to play on.
func nextTrick(rate, direction int) int {
	switch {
	case rate == 0:
		return 2 * direction
	case rate*direction > 0:
		return min(max(2*rate, -player.MaxTrick), player.MaxTrick)
	case rate == 2 || rate == -2:
		return 0
	}
	return rate / 2
}

// runThrough runs through the title, faster each time.
func (w *window) runThrough(direction int) {
	if !w.snapshot.Stills {
		w.say(icon.Forward, "This title has no pictures to run through")
		return
	}
	w.trick = nextTrick(w.trick, direction)
	rate, engine := w.trick, w.options.Engine
	w.commands.give(kindTrick, func() error { return engine.TrickPlay(rate) })
	w.sayTrick(rate)
}

// sayTrick says how fast it goes.
func (w *window) sayTrick(rate int) {
	switch {
	case rate > 0:
		w.say(icon.Forward, fmt.Sprintf("%d×", rate))
	case rate < 0:
		w.say(icon.Rewind, fmt.Sprintf("%d×", -rate))
	default:
		w.say(icon.Play, "1×")
	}
}
