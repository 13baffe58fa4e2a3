package network

import (
	"errors"
	"strings"
)

// ErrTemplate is a "${" without its "}".
var ErrTemplate = errors.New("a ${ has no end")

// Expand replaces each ${name} of a text by what value returns, whose first error is the result's. It returns ErrTemplate for a name without an end.
// What value returns is not looked at again.
func Expand(text string, value func(name string) (string, error)) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "${")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed {
			return "", ErrTemplate
		}
		filled, err := value(name)
		if err != nil {
			return "", err
		}
		b.WriteString(filled)
		text = rest
	}
}
