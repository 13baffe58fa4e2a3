package auth

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Limits on what a browser brings back.
const (
	maxQuery     = 16 << 10 // bytes
	maxErrorCode = 64       // bytes of an error code that are shown
)

// The ways in which a browser comes back without a sign-in.
var (
	// ErrDenied is a person who, or a service that, said no.
	ErrDenied = errors.New("the sign-in was refused or cancelled")
	// ErrState is a browser that came back from a sign-in that is not this one, or not at all from one.
	ErrState = errors.New("the browser came back from another sign-in")
)

// readCallback reads the query with which a browser comes back: the code, after checking that state is that of this sign-in.
// The error is ErrState, ErrDenied (error=access_denied) or ErrAnswer, wrapped. RFC 6749, 4.1.2.
func readCallback(query, state string) (code string, err error) {
	if len(query) > maxQuery {
		return "", fmt.Errorf("more than %d bytes came back: %w", maxQuery, ErrState)
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", fmt.Errorf("what came back cannot be read: %w", ErrState) // err may quote it
	}
	if subtle.ConstantTimeCompare([]byte(values.Get("state")), []byte(state)) != 1 || len(values["state"]) != 1 {
		return "", ErrState
	}
	switch failure := values.Get("error"); failure {
	case "":
	case "access_denied":
		return "", ErrDenied
	default:
		return "", fmt.Errorf("the service said %q: %w", plain(failure), ErrDenied)
	}
	if len(values["code"]) != 1 || values.Get("code") == "" {
		return "", fmt.Errorf("no code came back: %w", ErrAnswer)
	}
	return values.Get("code"), nil
}

// plain keeps of an error code what RFC 6749 allows there, and not too much of it.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, text)
	return text[:min(len(text), maxErrorCode)]
}
