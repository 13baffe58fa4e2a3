package ui

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"latchkey/network/auth"
)

// reasons say in people's words what kept a sign-in from working.
var reasons = []struct {
	err  error
	text string
}{
	{auth.ErrNoBrowser, "No browser could be opened. Paste the cookies instead, or set a default browser and try again."},
	{auth.ErrDenied, "The service refused the sign-in, or it was cancelled. Try again."},
	{auth.ErrEnded, "The service has ended this sign-in. Sign in once more."},
	{auth.ErrState, "The browser came back from another sign-in. Try again, and use the page that opens now."},
	{auth.ErrTimeout, "Nobody came back from the browser in time. Try again."},
	{auth.ErrAnswer, "The service's answer cannot be used. Try again later, or paste the cookies instead."},
	{context.DeadlineExceeded, "The sign-in took too long. Try again."},
}

// steps are what errors of a sign-in begin with, for those who read logs.
var steps = []string{"sign in: ", "sign in with pasted pairs: ", "read cookie pairs: ", "exchange the code: "}

// explain says in a sentence why a sign-in did not work. What is wrong with a line of cookies keeps its
// position; the errors hold no value.
func explain(err error) string {
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return r.text
		}
	}
	text := err.Error()
	for cut := true; cut; {
		cut = false
		for _, s := range steps {
			if rest, ok := strings.CutPrefix(text, s); ok {
				text, cut = rest, true
			}
		}
	}
	return sentence(strings.TrimSuffix(text, ": the cookie is not valid"))
}

// sentence gives text a capital and a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	if word, _, _ := strings.Cut(s, " "); !strings.ContainsAny(word, "./:") { // a host's name stays as it is
		r, n := utf8.DecodeRuneInString(s)
		s = string(unicode.ToUpper(r)) + s[n:]
	}
	if !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}
