package service

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestRenewalLimit has a sign-in renewed once a second until it has to be left alone.
func TestRenewalLimit(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name   string
		before func(l *renewalLimit) // of each renewal
		times  int                   // how many are made in ten seconds
	}{
		{"each is refused, and asked for again", func(l *renewalLimit) { l.end() }, 3},
		{"each is judged as refused", func(l *renewalLimit) { l.refuse() }, 3},
		{"both", func(l *renewalLimit) { l.refuse(); l.end() }, 3},
		{"each is accepted until it has run out", func(l *renewalLimit) { l.accepted = true; l.end() }, 10},
		{"each is accepted by some", func(l *renewalLimit) { l.accepted = true; l.refuse(); l.end() }, 3},
		{"each is renewed ahead of its end", func(*renewalLimit) {}, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l renewalLimit
			made := 0
			for i := range 10 {
				now := begin.Add(time.Duration(i) * time.Second)
				test.before(&l)
				if l.wait(now) > 0 {
					break
				}
				l.asked = now
				l.renew()
				made++
			}
			assert.Equal(t, test.times, made)
			if made == 3 {
				assert.Equal(t, time.Minute, l.wait(l.asked))
				assert.Zero(t, l.wait(l.asked.Add(time.Minute)))
				l.renew() // and once a minute from then on
				assert.Equal(t, time.Second, l.wait(l.asked.Add(59*time.Second)))
			}
		})
	}
}
