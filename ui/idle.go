package ui

import "time"

const (
	controlsStay = 2500 * time.Millisecond // controls and pointer, after the last movement
	spinnerDelay = 300 * time.Millisecond  // what takes less shows no spinner
	toastStay    = 900 * time.Millisecond
	seekSettle   = 700 * time.Millisecond // how long a seek's target is shown when the engine says nothing
)

// presence is what decides whether the controls are on the picture.
type presence struct {
	playing bool          // and not at the end
	held    bool          // a person drags, or has a menu or pane open
	since   time.Duration // since the pointer moved
}

// controlsShown says whether the controls, and the pointer, are to be seen.
func controlsShown(p presence) bool {
	return !p.playing || p.held || p.since < controlsStay
}

// spinnerShown says whether the spinner is to be seen, given since when there is something to wait for.
func spinnerShown(waiting bool, since time.Duration) bool {
	return waiting && since >= spinnerDelay
}
