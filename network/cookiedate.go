package network

import (
	"strings"
	"time"
)

// parseCookieDate reads the date of a cookie in the many forms that servers give it.
// RFC 6265, 5.1.1.
func parseCookieDate(s string) (time.Time, bool) {
	var hour, minute, second, day, month, year int
	var haveTime, haveDay, haveMonth, haveYear bool
	for _, token := range strings.FieldsFunc(s, isDateDelimiter) {
		if !haveTime {
			var ok bool
			if hour, minute, second, ok = dateTime(token); ok {
				haveTime = true
				continue
			}
		}
		if !haveDay {
			if n, digits := leadingNumber(token, 2); digits >= 1 {
				day, haveDay = n, true
				continue
			}
		}
		if !haveMonth && len(token) >= 3 {
			const months = "janfebmaraprmayjunjulaugsepoctnovdec"
			if i := strings.Index(months, strings.ToLower(token[:3])); i >= 0 && i%3 == 0 {
				month, haveMonth = i/3+1, true
				continue
			}
		}
		if !haveYear {
			if n, digits := leadingNumber(token, 4); digits >= 2 {
				year, haveYear = n, true
			}
		}
	}
	switch {
	case year >= 70 && year <= 99:
		year += 1900
	case year >= 0 && year <= 69:
		year += 2000
	}
	if !haveTime || !haveDay || !haveMonth || !haveYear || day < 1 || day > 31 || year < 1601 ||
		hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	return t, t.Day() == day
}

func isDateDelimiter(r rune) bool {
	return r == 0x09 || (r >= 0x20 && r <= 0x2f) || (r >= 0x3b && r <= 0x40) || (r >= 0x5b && r <= 0x60) || (r >= 0x7b && r <= 0x7e)
}

// leadingNumber reads no more than most digits that no further digit follows.
func leadingNumber(s string, most int) (n, digits int) {
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		if digits == most {
			return 0, 0
		}
		n = n*10 + int(s[digits]-'0')
		digits++
	}
	return n, digits
}

// dateTime reads hh:mm:ss, with anything that is no digit behind it.
func dateTime(token string) (hour, minute, second int, ok bool) {
	parts := strings.SplitN(token, ":", 3)
	if len(parts) != 3 {
		return 0, 0, 0, false
	}
	var field [3]int
	for i, part := range parts {
		n, digits := leadingNumber(part, 2)
		if digits == 0 || (i < 2 && digits != len(part)) {
			return 0, 0, 0, false
		}
		field[i] = n
	}
	return field[0], field[1], field[2], true
}
