package network

import (
	"fmt"
	"strings"
)

// Limits on cookie pairs. Values are never cut: what is too long is refused when it is entered.
const (
	maxPairs     = 1024
	maxPairsSize = 1 << 20 // bytes of all names and values
)

// ParseCookiePairs reads a line of cookie pairs as a Cookie header has it, "val1=12345; val2=abcd". Order
// is kept; a value may hold "=" and any byte but control characters and ";", and no white space at its
// ends; a name is a token. Semicolons may stand at the end and with or without spaces around them.
//
// The error is ErrCookie, wrapped, and says at which byte of the line (from 1) the trouble is. It never
// quotes a value.
func ParseCookiePairs(line string) (Metadata, error) {
	var m Metadata
	if len(line) > maxPairsSize {
		return Metadata{}, fmt.Errorf("read cookie pairs: more than %d bytes: %w", maxPairsSize, ErrCookie)
	}
	for start := 0; start <= len(line); {
		end := start + len(line[start:])
		if i := strings.IndexByte(line[start:], ';'); i >= 0 {
			end = start + i
		}
		from, to := trimSpace(line, start, end)
		if from < to {
			if err := readPair(&m, line, from, to); err != nil {
				return Metadata{}, err
			}
		}
		start = end + 1
	}
	return m, nil
}

// readPair adds the pair of line[from:to].
func readPair(m *Metadata, line string, from, to int) error {
	pair := line[from:to]
	equals := strings.IndexByte(pair, '=')
	if equals < 0 {
		if at := invalidToken(pair); at >= 0 {
			return fmt.Errorf("read cookie pairs: a character at byte %d cannot be in a name: %w", from+at+1, ErrCookie)
		}
		return fmt.Errorf("read cookie pairs: no %q after the name at byte %d: %w", "=", from+1, ErrCookie)
	}
	name, value := pair[:equals], pair[equals+1:]
	if name == "" {
		return fmt.Errorf("read cookie pairs: no name before %q at byte %d: %w", "=", from+1, ErrCookie)
	}
	if at := invalidToken(name); at >= 0 {
		return fmt.Errorf("read cookie pairs: a character at byte %d cannot be in a name: %w", from+at+1, ErrCookie)
	}
	if at := invalidValue(value); at >= 0 {
		return fmt.Errorf("read cookie pairs: a character of %s's value at byte %d cannot be sent: %w",
			name, from+equals+1+at+1, ErrCookie)
	}
	if m.index(name) >= 0 {
		return fmt.Errorf("read cookie pairs: %s at byte %d was there before: %w", name, from+1, ErrCookie)
	}
	if m.Len() == maxPairs {
		return fmt.Errorf("read cookie pairs: more than %d pairs: %w", maxPairs, ErrCookie)
	}
	m.SetValue(name, value)
	return nil
}

// pair is one cookie pair as it is sent.
type pair struct {
	name  string
	value Secret
}

// cookiePairs checks metadata for use as CookieHeaders and returns its pairs.
func cookiePairs(m Metadata) ([]pair, error) {
	if m.Len() > maxPairs {
		return nil, fmt.Errorf("more than %d cookie pairs: %w", maxPairs, ErrCookie)
	}
	pairs := make([]pair, 0, m.Len())
	size := 0
	for i, e := range m.entries {
		if e.value.text == nil {
			return nil, fmt.Errorf("cookie pair %d has no value but an object: %w", i+1, ErrCookie)
		}
		if e.name == "" {
			return nil, fmt.Errorf("cookie pair %d has no name: %w", i+1, ErrCookie)
		}
		if at := invalidToken(e.name); at >= 0 {
			return nil, fmt.Errorf("byte %d of cookie pair %d's name cannot be sent: %w", at+1, i+1, ErrCookie)
		}
		if at := invalidValue(e.value.Reveal()); at >= 0 {
			return nil, fmt.Errorf("byte %d of the value of cookie pair %d (%s) cannot be sent: %w", at+1, i+1, e.name, ErrCookie)
		}
		size += len(e.name) + e.value.Len()
		pairs = append(pairs, pair{name: e.name, value: e.value})
	}
	if size > maxPairsSize {
		return nil, fmt.Errorf("cookie pairs of more than %d bytes: %w", maxPairsSize, ErrCookie)
	}
	return pairs, nil
}

// invalidToken returns the index of the first byte that is none of a token's, or -1.
// RFC 9110, 5.6.2 (token); RFC 6265, 4.1.1 (cookie-name).
func invalidToken(s string) int {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return i
		}
	}
	return -1
}

// invalidValue returns the index of the first byte that a cookie's value may not hold there, or -1:
// control characters and ";", and white space at its ends.
func invalidValue(s string) int {
	for i := range len(s) {
		if c := s[i]; isControl(c) || c == ';' || (c == ' ' && (i == 0 || i == len(s)-1)) {
			return i
		}
	}
	return -1
}

func isControl(c byte) bool { return c < 0x20 || c == 0x7f }

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// trimSpace narrows s[from:to] by the blanks and tabs at its ends.
func trimSpace(s string, from, to int) (int, int) {
	for from < to && isSpace(s[from]) {
		from++
	}
	for from < to && isSpace(s[to-1]) {
		to--
	}
	return from, to
}
