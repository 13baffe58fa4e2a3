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

// callback is what a browser brings back.
type callback struct {
	code   string
	token  string // where it may bring a token itself
	issuer string // RFC 9207; empty: it was not said
}

// readCallback reads the query with which a browser comes back, after checking that state is that of this sign-in: the code, or, where
// token lets it, the token. The error is ErrState, ErrDenied (error=access_denied) or ErrAnswer, wrapped. RFC 6749, 4.1.2.
func readCallback(query, state string, token bool) (callback, error) {
	if len(query) > maxQuery {
		return callback{}, fmt.Errorf("more than %d bytes came back: %w", maxQuery, ErrState)
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return callback{}, fmt.Errorf("what came back cannot be read: %w", ErrState) // err may quote it
	}
	if subtle.ConstantTimeCompare([]byte(values.Get("state")), []byte(state)) != 1 || len(values["state"]) != 1 {
		return callback{}, ErrState
	}
	switch failure := values.Get("error"); failure {
	case "":
	case "access_denied":
		return callback{}, ErrDenied
	default:
		return callback{}, fmt.Errorf("the service said %q: %w", plain(failure), ErrDenied)
	}
	once := func(name string) string {
		if list := values[name]; len(list) == 1 {
			return list[0]
		}
		return ""
	}
	if len(values["iss"]) > 1 {
		return callback{}, fmt.Errorf("more than one issuer came back: %w", ErrState)
	}
	back := callback{issuer: once("iss")}
	if token {
		if back.token = once("token"); back.token == "" {
			back.token = once("access_token")
		}
		if !sendable(back.token) {
			return callback{}, fmt.Errorf("no token came back: %w", ErrAnswer)
		}
		return back, nil
	}
	if back.code = once("code"); back.code == "" {
		return callback{}, fmt.Errorf("no code came back: %w", ErrAnswer)
	}
	return back, nil
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
