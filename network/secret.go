package network

import (
	"fmt"
	"log/slog"
)

// redacted stands where a secret would.
const redacted = "[redacted]"

// Secret is a string that shows itself to nobody by accident: however it is printed, logged or
// encoded, "[redacted]" comes out. The zero value is the empty secret. The text lies behind a pointer,
// so that even a struct printed with an unexported Secret inside shows an address and no text.
type Secret struct {
	text *string
}

// NewSecret returns a Secret that holds text.
func NewSecret(text string) Secret {
	return Secret{text: &text}
}

// Reveal returns the text, to be sent and to be shown to nobody.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Len returns the text's length in bytes.
func (s Secret) Len() int { return len(s.Reveal()) }

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// GoString returns "[redacted]".
func (Secret) GoString() string { return redacted }

// Format writes "[redacted]" for every verb.
func (Secret) Format(f fmt.State, _ rune) { writeState(f, redacted) }

// LogValue returns "[redacted]".
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]", which is what JSON gets too.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText keeps a copy of text.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// writeState writes s to a fmt.State, whose own writer reports its errors.
func writeState(f fmt.State, s string) {
	_, _ = f.Write([]byte(s))
}
