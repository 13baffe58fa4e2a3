package network

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter returns how long a Retry-After value asks to wait, or 0 when it asks for nothing that can be
// understood. RFC 9110, 10.2.3.
func retryAfter(value string, now time.Time) time.Duration {
	const longest = 365 * 24 * time.Hour // so that no sum overflows
	value = strings.Trim(value, " \t")
	if value == "" || len(value) > 64 {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > int64(longest/time.Second) {
			return longest
		}
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), longest)
}
