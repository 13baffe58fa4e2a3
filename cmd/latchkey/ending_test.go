package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
)

// blocked is the time within which a process ends that something blocks.
const blocked = 2 * time.Second

// lines is what was said; a goroutine that is left behind may have said it.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String implements fmt.Stringer.
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestEndingAfterSignals(t *testing.T) {
	for name, test := range map[string]struct {
		second time.Duration // when another signal comes, 0: none
		stuck  bool          // what is done at the last blocks
		least  time.Duration
		limit  time.Duration
	}{
		"one signal":                   {least: time.Second, limit: blocked},
		"a second one":                 {second: 100 * time.Millisecond, least: 100 * time.Millisecond, limit: 101 * time.Millisecond},
		"nobody reads the last report": {stuck: true, least: time.Second, limit: blocked},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said lines
				codes, begin := make(chan int, 1), time.Now()
				e := newEnding(&said, func(code int) { codes <- code })
				reported := 0
				e.atLast(func() { reported++ })()
				e.tells(func() []string { return []string{"It was not kept."} })
				if test.stuck {
					stop := make(chan struct{})
					defer close(stop)
					e.atLast(func() { <-stop })
				}
				signals := make(chan os.Signal, 2)
				ctx, cancel := context.WithCancel(t.Context())
				var watching sync.WaitGroup
				watching.Go(func() { e.watch(signals, cancel) })
				signals <- syscall.SIGTERM
				synctest.Wait()
				require.Error(t, ctx.Err(), "the work is asked to end")
				require.Empty(t, codes, "there is time")
				if test.second > 0 {
					<-time.After(test.second)
					signals <- syscall.SIGTERM
				}
				assert.Equal(t, 130, <-codes)
				assert.GreaterOrEqual(t, time.Since(begin), test.least)
				assert.LessOrEqual(t, time.Since(begin), test.limit)
				watching.Wait()
				assert.Zero(t, reported, "what was forgotten is not done")
				assert.Equal(t, "latchkey: It was not kept.\n", said.String())
			})
		})
	}
}

func TestEndingGuards(t *testing.T) {
	failure := &player.Error{Code: player.CodeNotMedia, Message: "It is none."}
	synctest.Test(t, func(t *testing.T) {
		var said lines
		codes := make(chan int, 1)
		e := newEnding(&said, func(code int) { codes <- code })
		ctx := context.WithValue(t.Context(), endingKey{}, e)
		wrote := 0
		write := func() error { wrote++; return nil }

		// What closes in time is no matter.
		require.NoError(t, closing(ctx, func() error { <-time.After(time.Second); return nil }, failure, write))
		<-time.After(time.Hour)
		require.Empty(t, codes)
		require.Zero(t, wrote)

		// All that closes has the limit together.
		begin := time.Now()
		require.NoError(t, closing(ctx, func() error {
			assert.Equal(t, exitMedia, <-codes)
			return nil
		}, failure, write))
		assert.LessOrEqual(t, time.Since(begin)+time.Second, blocked)
		assert.Equal(t, 1, wrote, "the report")
		assert.Equal(t, "latchkey: It is none. (code 4001)\n", said.String())
	})
}

func TestWithoutAnEnding(t *testing.T) {
	wrong := errors.New("canary")
	require.ErrorIs(t, closing(t.Context(), func() error { return wrong }, nil, nil), wrong)
	endingOf(t.Context()).tells(nil)()
}
