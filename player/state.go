package player

import "fmt"

// State is the state of a Player, by TVSDK's names.
type State int

// The states. NeedsSignIn is beside TVSDK's: a key or playlist was refused, the position is kept, and
// playback goes on after UpdateCookies.
const (
	Idle         State = 0
	Initializing State = 1
	Initialized  State = 2
	Preparing    State = 3
	Prepared     State = 4
	Playing      State = 5
	Paused       State = 6
	Seeking      State = 7
	Complete     State = 8
	Failed       State = 9 // TVSDK's ERROR; the name Error is the error type's
	Released     State = 10
	NeedsSignIn  State = 11
)

var stateNames = [...]string{
	Idle: "idle", Initializing: "initializing", Initialized: "initialized", Preparing: "preparing",
	Prepared: "prepared", Playing: "playing", Paused: "paused", Seeking: "seeking", Complete: "complete",
	Failed: "error", Released: "released", NeedsSignIn: "needs sign-in",
}

// String returns the state's name in lower case.
func (s State) String() string {
	if s < 0 || int(s) >= len(stateNames) {
		return fmt.Sprintf("state %d", int(s))
	}
	return stateNames[s]
}

// call is a request that some states allow.
type call string

const (
	callPrepare call = "prepare to play"
	callPlay    call = "play"
	callPause   call = "pause"
	callSeek    call = "seek"
	callReplace call = "replace the current resource"
	callReset   call = "reset"
	callSpeed   call = "change the speed"
	callTrick   call = "run through"
)

// allowed is the transition table of TVSDK.md, read by call. Replace and Reset are allowed in every
// state but Released; play and pause are remembered while Preparing.
var allowed = map[call][]State{
	callPrepare: {Initialized},
	callPlay:    {Preparing, Prepared, Playing, Paused, Seeking, Complete, NeedsSignIn},
	callPause:   {Preparing, Prepared, Playing, Paused, Seeking, NeedsSignIn},
	callSeek:    {Prepared, Playing, Paused, Seeking, Complete, NeedsSignIn},
	callTrick:   {Prepared, Playing, Paused, Complete},
	callSpeed: {Idle, Initializing, Initialized, Preparing, Prepared, Playing, Paused, Seeking, Complete,
		Failed, NeedsSignIn},
	callReplace: {Idle, Initializing, Initialized, Preparing, Prepared, Playing, Paused, Seeking, Complete,
		Failed, NeedsSignIn},
	callReset: {Idle, Initializing, Initialized, Preparing, Prepared, Playing, Paused, Seeking, Complete,
		Failed, NeedsSignIn},
}

// StateError is returned by a call that the player's state does not allow.
type StateError struct {
	Call  string
	State State
}

// Error names the call and the state.
func (e *StateError) Error() string {
	return fmt.Sprintf("cannot %s while %s", e.Call, e.State)
}

// check returns a *StateError when the state does not allow the call.
func (s State) check(c call) error {
	for _, a := range allowed[c] {
		if a == s {
			return nil
		}
	}
	return &StateError{Call: string(c), State: s}
}
