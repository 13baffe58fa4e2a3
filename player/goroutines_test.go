package player_test

import (
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/audio"
)

// labelled counts the labels that labelGoroutines has given.
var labelled atomic.Int64

// labelGoroutines labels the goroutine of the test, and so each that it starts from now on, those of a
// player among them: goroutines inherit the label. It returns the label, which is like no other, as it
// stands in a traceback.
func labelGoroutines(t *testing.T) string {
	t.Helper()
	value := fmt.Sprintf("player %d", labelled.Add(1))
	pprof.SetGoroutineLabels(pprof.WithLabels(t.Context(), pprof.Labels("test", value)))
	return fmt.Sprintf("%q: %q", "test", value)
}

// requireNoGoroutines waits until no goroutine of a player with the label is left.
func requireNoGoroutines(t *testing.T, label string) {
	t.Helper()
	require.Empty(t, leftGoroutines(label), "goroutines are left")
}

// leftGoroutines waits until ownGoroutines are none, and returns those that stay for 10 s.
func leftGoroutines(label string) string {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); ; <-tick.C {
		if left := ownGoroutines(label); left == "" || time.Now().After(deadline) {
			return left
		}
	}
}

// ownGoroutines returns the stacks of goroutines with the label that run this package's code, the tests'
// apart; an empty label stands for all. It needs GODEBUG=tracebacklabels=1.
func ownGoroutines(label string) string {
	buffer := make([]byte, 1<<20)
	for n := runtime.Stack(buffer, true); ; n = runtime.Stack(buffer, true) {
		if n < len(buffer) {
			buffer = buffer[:n]
			break
		}
		buffer = make([]byte, 2*len(buffer))
	}
	var own []string
	for stack := range strings.SplitSeq(string(buffer), "\n\n") {
		head, _, _ := strings.Cut(stack, "\n")
		if strings.Contains(head, label) && strings.Contains(stack, "latchkey/player.") && !strings.Contains(stack, "latchkey/player_test.") {
			own = append(own, stack)
		}
	}
	return strings.Join(own, "\n\n")
}

// TestOwnGoroutines shows that the check finds the goroutines of the test's own player, and not those of
// another test's.
func TestOwnGoroutines(t *testing.T) {
	mine := labelGoroutines(t)
	p, err := player.New(player.Config{AudioOutput: audio.Null})
	require.NoError(t, err)
	other := labelGoroutines(t)
	require.NotEmpty(t, ownGoroutines(mine))
	require.NotEmpty(t, ownGoroutines(""))
	require.Empty(t, ownGoroutines(other))
	require.NoError(t, p.Close())
	requireNoGoroutines(t, mine)
}
