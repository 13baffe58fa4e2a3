package player

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestTrickPlayBeginsWhileThePlayerLooks steps a trick play with a time from before it began: the
// player read the clock, and then handled the command.
func TestTrickPlayBeginsWhileThePlayerLooks(t *testing.T) {
	now := time.Now()
	for _, rate := range []int{2, -2} {
		p := &Player{config: Config{Log: slog.New(slog.DiscardHandler)}}
		p.session = &session{duration: 8 * time.Second}
		p.trick = trick{rate: rate, since: now.Add(5 * time.Millisecond), busy: true, resume: true, asked: now}
		p.notified = now
		p.stepTrick(now)
		assert.Zero(t, p.last)
		assert.False(t, p.wantPlay, "it goes on")
	}
}
