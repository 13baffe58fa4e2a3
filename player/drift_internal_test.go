package player

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestDrift(t *testing.T) {
	var d drift
	assert.Equal(t, 40*time.Second, d.media(40*time.Second), "nothing is known")
	assert.False(t, d.learn(10*time.Second, 10*time.Second+40*time.Millisecond), "durations are rounded")
	assert.True(t, d.learn(10*time.Second, 11*time.Second))
	assert.Equal(t, 22*time.Second, d.media(20*time.Second), "it goes on so")
	assert.Equal(t, 20*time.Second, d.playlist(22*time.Second))
	assert.Equal(t, 5500*time.Millisecond, d.media(5*time.Second))
	assert.False(t, d.learn(20*time.Second, 22*time.Second), "that was expected")
	assert.True(t, d.learn(20*time.Second, 21*time.Second))
	assert.Equal(t, 16*time.Second, d.media(15*time.Second), "between the two")
	assert.False(t, d.learn(30*time.Second, 2*time.Hour), "no duration is that wrong: the time stamps are")
	assert.False(t, d.learn(0, time.Second), "the first segment stands at its start")
	assert.True(t, d.learn(25*time.Second, 20*time.Second), "what contradicts it is forgotten")
	assert.Equal(t, 20*time.Second, d.media(25*time.Second))
	for at := time.Duration(0); at < time.Minute; at += 100 * time.Millisecond {
		back := d.playlist(d.media(at))
		assert.InDelta(t, at.Seconds(), back.Seconds(), 2*driftless.Seconds())
	}
	for i := range 3 * maxDrifts {
		d.learn(time.Duration(i)*time.Minute, time.Duration(i)*time.Minute+time.Duration(i%7)*time.Second)
	}
	assert.LessOrEqual(t, len(d.seen), maxDrifts)
}
