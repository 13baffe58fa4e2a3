package service

import (
	"slices"

	"latchkey/network"
)

// Credentials returns what the current account sends, none when nobody is signed in.
func (a *Accounts) Credentials() network.Credentials { return a.Current().Credentials }

// Current is network.CredentialStore's.
func (a *Accounts) Current() network.Issue {
	a.mu.Lock()
	defer a.mu.Unlock()
	issue := network.Issue{Number: a.number, SignIn: a.signIn, Changed: a.turned}
	if a.current != nil {
		issue.Credentials = network.Credentials{CookieHeaders: a.current.sent.CookieHeaders.Clone(), Headers: slices.Clone(a.current.sent.Headers)}
	}
	return issue
}

// Judge is network.CredentialStore's.
func (a *Accounts) Judge(number uint64, accepted bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case number != a.number:
	case accepted:
		a.limit.accepted = true
	default:
		a.limit.refuse()
	}
}

// put makes s, which may be nil, the current session, of a person's sign-in or of a renewal. The
// caller holds mu.
func (a *Accounts) put(s *session, renewed bool) {
	a.current = s
	a.number++
	if renewed {
		a.limit.renew()
	} else {
		a.signIn++
		a.limit = renewalLimit{}
	}
	close(a.turned)
	a.turned = make(chan struct{})
	a.tell()
}
