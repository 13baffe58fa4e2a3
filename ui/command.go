package ui

import (
	"context"
	"slices"
	"sync"
)

// kind says what a command does. Of the kinds of replaced, a newer command takes an older one's place.
type kind int

const (
	kindOpen     kind = 1
	kindPlay     kind = 2
	kindSeek     kind = 3
	kindVolume   kind = 4
	kindMute     kind = 5
	kindSpeed    kind = 6
	kindReset    kind = 7
	kindQuality  kind = 8
	kindSubtitle kind = 9
	kindSound    kind = 10
	kindTrick    kind = 11
	kindViewport kind = 12
	kindNext     kind = 13
	kindAdvance  kind = 14
)

// replaced reports whether only the newest command of a kind counts.
func (k kind) replaced() bool {
	return k == kindSeek || k == kindVolume || k == kindMute || k == kindSpeed || k == kindQuality || k == kindSubtitle || k == kindSound || k == kindTrick || k == kindViewport || k == kindAdvance
}

// discards reports whether a command makes the commands to the resource before it pointless.
func (k kind) discards() bool { return k == kindOpen || k == kindReset }

// ofResource reports whether a command is for the current resource, rather than for all.
func (k kind) ofResource() bool {
	return k == kindOpen || k == kindPlay || k == kindSeek || k == kindReset || k == kindQuality || k == kindTrick || k == kindNext
}

type command struct {
	kind kind
	run  func() error
}

// commands carries what a person wants to the engine, in order, in a goroutine: whatever the engine
// does, the window goes on. At most one command of a replaced kind is queued.
type commands struct {
	failed func(kind, error) // called in the goroutine

	mu      sync.Mutex
	queue   []command // guarded by mu
	running kind      // guarded by mu; 0: none
	wake    chan struct{}
}

func newCommands(failed func(kind, error)) *commands {
	return &commands{failed: failed, wake: make(chan struct{}, 1)}
}

// give queues a command and returns at once.
func (c *commands) give(k kind, run func() error) {
	c.mu.Lock()
	if k.discards() {
		c.queue = slices.DeleteFunc(c.queue, func(q command) bool { return q.kind.ofResource() })
	}
	if k.replaced() {
		c.queue = slices.DeleteFunc(c.queue, func(q command) bool { return q.kind == k })
	}
	c.queue = append(c.queue, command{k, run})
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// busy says whether a command of a kind is queued or runs.
func (c *commands) busy(k kind) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == k {
		return true
	}
	return slices.ContainsFunc(c.queue, func(q command) bool { return q.kind == k })
}

// serve runs commands until ctx ends.
func (c *commands) serve(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
		for ctx.Err() == nil {
			next, ok := c.next()
			if !ok {
				break
			}
			if err := next.run(); err != nil {
				c.failed(next.kind, err)
			}
		}
	}
}

func (c *commands) next() (command, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = 0
	if len(c.queue) == 0 {
		return command{}, false
	}
	next := c.queue[0]
	c.queue = c.queue[1:]
	c.running = next.kind
	return next, true
}
