package hls

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDateTime(t *testing.T) { // RFC 8216, 4.3.2.6
	utc := time.Date(2026, 3, 1, 12, 30, 45, 0, time.UTC)
	for _, c := range []struct {
		text         string
		want         time.Time
		zoned, legal bool
	}{
		{"2026-03-01T12:30:45Z", utc, true, true},
		{"2026-03-01T12:30:45.5Z", utc.Add(500 * time.Millisecond), true, true},
		{"2026-03-01T12:30:45,5Z", utc.Add(500 * time.Millisecond), true, true},
		{"2026-03-01T12:30:45.123456789123Z", utc.Add(123456789), true, true},
		{"2026-03-01T13:30:45+01:00", utc, true, true},
		{"2026-03-01T13:30:45+0100", utc, true, true},
		{"2026-03-01T13:30:45+01", utc, true, true},
		{"2026-03-01T07:00:45-05:30", utc, true, true},
		{"2026-03-01T12:30Z", utc.Add(-45 * time.Second), true, true},
		{"2026-03-01T12:30:45", utc, false, true},
		{"2026-03-01 12:30:45z", utc, true, false},
		{"2026-02-28T24:00:00Z", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), true, true},
		{"2026-06-30T23:59:60Z", time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), true, true},
	} {
		t.Run(c.text, func(t *testing.T) {
			var k clock
			got, zoned, legal, ok := k.parse(c.text)
			require.True(t, ok)
			assert.True(t, got.Equal(c.want), "%v", got)
			assert.Equal(t, c.zoned, zoned)
			assert.Equal(t, c.legal, legal)
		})
	}
	for _, text := range []string{"", "2026-03-01", "2026-03-01T", "2026-3-1T12:30:45Z", "2026-03-01T12:30:4", "2026-03-01T12:30:45.Z", "2026-03-01T12:30:45+1", "2026-03-01T12:30:45+25:00",
		"2026-03-01T25:30:45Z", "2026-03-01T12:60:45Z", "2026-00-01T12:30:45Z", "2026-03-32T12:30:45Z", "2026-03-01T12:30:61Z", "2026-03-01Q12:30:45Z", "+026-03-01T12:30:45Z", "2026-03-01T12:30:45ZZ"} {
		t.Run("bad "+text, func(t *testing.T) {
			var k clock
			_, _, _, ok := k.parse(text)
			assert.False(t, ok)
		})
	}
}
