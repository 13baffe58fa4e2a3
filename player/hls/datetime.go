package hls

import (
	"strings"
	"time"
)

// clock reads dates and remembers the last zone, which is mostly the next one's, too.
type clock struct {
	offset int
	zone   *time.Location
}

// parse reads an ISO/IEC 8601 date and time: YYYY-MM-DDThh:mm[:ss[.fff]] with Z, ±hh:mm, ±hhmm, ±hh or
// nothing after it. Without a zone the time is UTC and zoned is false. legal is false for what is read
// but has not this form: a space or t for T, z for Z.
func (c *clock) parse(s string) (t time.Time, zoned, legal, ok bool) {
	legal = true
	var year, month, day, hour, minute, second, nano int
	if len(s) < len("2006-01-02T15:04") || s[4] != '-' || s[7] != '-' || s[13] != ':' {
		return t, false, false, false
	}
	switch s[10] {
	case 'T':
	case 't', ' ', '_':
		legal = false
	default:
		return t, false, false, false
	}
	ok = digits(s[:4], &year) && digits(s[5:7], &month) && digits(s[8:10], &day) &&
		digits(s[11:13], &hour) && digits(s[14:16], &minute)
	rest := s[16:]
	if ok && len(rest) >= 3 && rest[0] == ':' {
		ok = digits(rest[1:3], &second)
		rest = rest[3:]
		if ok && len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
			rest, nano, ok = fraction(rest[1:])
		}
	}
	if !ok || month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60 {
		return t, false, false, false
	}
	offset, zoned := 0, rest != ""
	if zoned {
		var plain bool
		offset, plain, ok = parseZone(rest)
		if !ok {
			return t, false, false, false
		}
		legal = legal && plain
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, nano, c.location(offset)), zoned, legal, true
}

func (c *clock) location(offset int) *time.Location {
	if offset == 0 {
		return time.UTC
	}
	if c.zone == nil || c.offset != offset {
		c.offset, c.zone = offset, time.FixedZone("", offset)
	}
	return c.zone
}

func parseZone(s string) (offset int, legal, ok bool) {
	if s == "Z" || s == "z" {
		return 0, s == "Z", true
	}
	sign := 1
	switch s[0] {
	case '+':
	case '-':
		sign = -1
	default:
		return 0, false, false
	}
	s = strings.Replace(s[1:], ":", "", 1)
	var hours, minutes int
	switch len(s) {
	case 2:
		ok = digits(s, &hours)
	case 4:
		ok = digits(s[:2], &hours) && digits(s[2:], &minutes)
	}
	return sign * (hours*3600 + minutes*60), true, ok && hours <= 24 && minutes < 60
}

// fraction reads the digits of a fraction of a second as nanoseconds.
func fraction(s string) (rest string, nano int, ok bool) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		if n < 9 {
			nano = nano*10 + int(s[n]-'0')
		}
		n++
	}
	for i := n; i < 9; i++ {
		nano *= 10
	}
	return s[n:], nano, n > 0
}

func digits(s string, n *int) bool {
	*n = 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		*n = *n*10 + int(s[i]-'0')
	}
	return true
}
