package hls

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Limits of numbers.
const (
	maxIntegerDigits = 20  // RFC 8216, 4.2
	maxSeconds       = 1e9 // of one duration and of a whole playlist: 31 years
)

// parseInteger reads a decimal-integer. RFC 8216, 4.2.
func parseInteger(s string) (uint64, bool) {
	if s == "" || len(s) > maxIntegerDigits {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}

// parseLength reads a decimal-integer that counts bytes.
func parseLength(s string) (int64, bool) {
	n, ok := parseInteger(s)
	return int64(n), ok && n <= math.MaxInt64
}

// isDecimal says whether s has the form of a decimal-floating-point or decimal-integer, and whether it
// has a point. RFC 8216, 4.2.
func isDecimal(s string) (ok, point bool) {
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && !point:
			point = true
		default:
			return false, point
		}
	}
	return digits > 0, point
}

// parseDecimal reads a number of the playlist, legal or not: legal says that it has the form of the
// specification, ok that it is a finite number at all.
func parseDecimal(s string, signed bool) (value float64, legal, ok bool) {
	unsigned := s
	if signed {
		unsigned = strings.TrimPrefix(s, "-")
	}
	legal, _ = isDecimal(unsigned)
	value, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return 0, false, false
	}
	return value, legal, true
}

// seconds turns seconds into a Duration, rounded to the nanosecond. It is for numbers up to maxSeconds.
func seconds(s float64) time.Duration {
	return time.Duration(math.Round(s * 1e9))
}

// byteRange reads n[@o]. An '@' at the end is left out. RFC 8216, 4.3.2.2.
func (p *parser) byteRange(s, clause string) (r ByteRange, hasOffset, ok bool) {
	if length, found := strings.CutSuffix(s, "@"); found {
		p.must(clause, "a byte range ends with '@'")
		s = length
	}
	length, offset, hasOffset := strings.Cut(s, "@")
	n, ok := parseLength(length)
	if !ok {
		return r, false, false
	}
	r.Length = n
	if !hasOffset {
		return r, false, true
	}
	r.Offset, ok = parseLength(offset)
	return r, true, ok && r.Offset <= math.MaxInt64-n
}
