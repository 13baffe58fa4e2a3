package service

import "time"

const (
	maxInVain       = 3           // renewals in a row whose credential was refused, after which the service is asked seldom
	refusedInterval = time.Minute // between two requests to the token endpoint then
)

// renewalLimit keeps a sign-in that stays refused from being renewed for ever: a service locks an
// account whose refresh tokens are spent one after the other. The zero value is a sign-in by a
// person. It has no clock and no lock.
type renewalLimit struct {
	inVain int       // renewals in a row whose credential was refused
	asked  time.Time // when the token endpoint was asked last

	// of the newest credential
	renewed  bool // it comes from a renewal
	accepted bool // a request that had been refused was answered with it
	refused  bool // it was refused, and is counted
}

// wait returns how long the token endpoint is to be left alone.
func (l *renewalLimit) wait(now time.Time) time.Duration {
	if l.inVain < maxInVain {
		return 0
	}
	return max(l.asked.Add(refusedInterval).Sub(now), 0)
}

// refuse counts the newest credential as refused: once, and only if it comes from a renewal.
func (l *renewalLimit) refuse() {
	if l.renewed && !l.refused {
		l.refused = true
		l.inVain++
	}
}

// end notes that the newest credential is to be replaced, as it was refused. One that was accepted
// before has run out, and was not in vain.
func (l *renewalLimit) end() {
	if !l.accepted {
		l.refuse()
	}
}

// renew notes that a renewal gave a credential.
func (l *renewalLimit) renew() {
	if l.accepted && !l.refused {
		l.inVain = 0
	}
	l.renewed, l.accepted, l.refused = true, false, false
}
