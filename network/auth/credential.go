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

// Credential is what a sign-in gave. It prints the names of its pairs and never their values.
type Credential struct {
	// Pairs go into network.Configuration.CookieHeaders or to Player.UpdateCookies, in their order.
	Pairs network.Metadata
	// Expires is when the service will refuse the pairs; the zero time if it did not say.
	Expires time.Time
}

// Expired reports whether the service has said that the pairs are no good any more.
func (c Credential) Expired(now time.Time) bool { return !c.Expires.IsZero() && !now.Before(c.Expires) }

// String has the names of the pairs and the time they expire.
func (c Credential) String() string {
	expires := "no expiry"
	if !c.Expires.IsZero() {
		expires = "expires " + c.Expires.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("credential %q, %s", c.Pairs.Keys(), expires)
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
