package auth

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"latchkey/network"
)

// Credential is what a sign-in gave. It prints the names of what it holds and never a value.
type Credential struct {
	// Pairs are cookie pairs that the service gave as such, in their order: those that a person pasted, or that an answer set.
	Pairs network.Metadata
	// Values are what the service answered, by name: "access_token", "id_token", "token". A service's profile makes cookie pairs
	// and headers of them.
	Values network.Metadata
	// Refresh renews the credential without a person; empty if the service gave none.
	Refresh network.Secret
	// Expires is when the service will refuse what it gave, by this computer's clock; the zero time if it did not say.
	Expires time.Time
	// Subject tells accounts of one service apart and stays over renewals; Account is what to call the person: an e-mail address, a
	// user name. Both may be empty, and neither is a secret.
	Subject, Account string
}

// Expired reports whether the service has said that the pairs are no good any more.
func (c Credential) Expired(now time.Time) bool { return !c.Expires.IsZero() && !now.Before(c.Expires) }

// String has the names of the pairs and values and the time they expire.
func (c Credential) String() string {
	expires := "no expiry"
	if !c.Expires.IsZero() {
		expires = "expires " + c.Expires.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("credential %q %q, %s", c.Pairs.Keys(), c.Values.Keys(), expires)
}

// GoString is String.
func (c Credential) GoString() string { return c.String() }

// Format writes String, whatever the verb.
func (c Credential) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is String.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON is String: a credential is not stored by accident.
func (c Credential) MarshalJSON() ([]byte, error) {
	text, err := json.Marshal(c.String())
	if err != nil {
		return nil, fmt.Errorf("marshal credential: %w", err)
	}
	return text, nil
}

// ParsePairs reads cookie pairs that a person pasted: "a=b; c=d", or such a line with "Cookie:" before it, as a browser's developer
// tools show it. White space and line ends around it are taken off. The error wraps network.ErrCookie, names the position in text and
// never a value; no pair at all is an error too.
func ParsePairs(text string) (network.Metadata, error) {
	const header = "cookie:"
	line := text
	if at := len(line) - len(strings.TrimLeft(line, " \t\r\n")); at > 0 {
		line = strings.Repeat(" ", at) + line[at:] // so that positions stay
	}
	line = strings.TrimRight(line, " \t\r\n")
	start := len(line) - len(strings.TrimLeft(line, " "))
	if end := start + len(header); len(line) >= end && strings.EqualFold(line[start:end], header) {
		line = strings.Repeat(" ", end) + line[end:]
	}
	pairs, err := network.ParseCookiePairs(line)
	if err != nil {
		return network.Metadata{}, fmt.Errorf("sign in with pasted pairs: %w", err)
	}
	if pairs.Len() == 0 {
		return network.Metadata{}, fmt.Errorf("sign in with pasted pairs: there is none: %w", network.ErrCookie)
	}
	return pairs, nil
}
