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
	kindHush     kind = 15
)

// replaced reports whether only the newest command of a kind counts.
func (k kind) replaced() bool {
	return k == kindSeek || k == kindVolume || k == kindMute || k == kindSpeed || k == kindQuality || k == kindSubtitle || k == kindSound || k == kindTrick || k == kindViewport || k == kindNext || k == kindAdvance || k == kindHush
}

// discards reports whether a command makes the commands to the resource before it pointless.
func (k kind) discards() bool { return k == kindOpen || k == kindReset }

// ofResource reports whether a command is for the current resource, rather than for all.
func (k kind) ofResource() bool {
	return k == kindOpen || k == kindPlay || k == kindSeek || k == kindReset || k == kindQuality || k == kindTrick || k == kindNext
}

type command struct {
	kind    kind
	prepare func() error // may take long; nil: there is nothing to prepare
	run     func() error

	preparing, prepared bool
	err                 error // of prepare, once prepared
}

// commands carries what a person wants to the engine, in order, in a goroutine: whatever the engine
// does, the window goes on. At most one command of a replaced kind is queued. What a command prepares
// holds up no other command, except that those of the resource wait for a kindOpen before them.
type commands struct {
	failed    func(kind, error) // called in the goroutine
	preparing sync.WaitGroup

	mu      sync.Mutex
	queue   []*command // guarded by mu
	running kind       // guarded by mu; 0: none
	wake    chan struct{}
}

func newCommands(failed func(kind, error)) *commands {
	return &commands{failed: failed, wake: make(chan struct{}, 1)}
}

// give queues a command and returns at once.
func (c *commands) give(k kind, run func() error) { c.givePrepared(k, nil, run) }

// givePrepared queues a command that runs once prepare has returned, and returns at once. prepare is
// called in a goroutine of its own, and if it fails, run is not called.
func (c *commands) givePrepared(k kind, prepare, run func() error) {
	c.mu.Lock()
	if k.discards() {
		c.queue = slices.DeleteFunc(c.queue, func(q *command) bool { return q.kind.ofResource() })
	}
	if k.replaced() {
		c.queue = slices.DeleteFunc(c.queue, func(q *command) bool { return q.kind == k })
	}
	c.queue = append(c.queue, &command{kind: k, prepare: prepare, run: run, prepared: prepare == nil})
	c.mu.Unlock()
	c.look()
}

// look has serve look at the queue.
func (c *commands) look() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// busy says whether a command of a kind is queued or runs.
func (c *commands) busy(k kind) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running == k || c.isQueued(k)
}

// queued says whether a command of a kind waits for its turn.
func (c *commands) queued(k kind) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.isQueued(k)
}

func (c *commands) isQueued(k kind) bool {
	return slices.ContainsFunc(c.queue, func(q *command) bool { return q.kind == k })
}

// serve runs commands until ctx ends. It returns once all that is being prepared is.
func (c *commands) serve(ctx context.Context) {
	defer c.preparing.Wait()
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
			err := next.err
			if err == nil {
				err = next.run()
			}
			if err != nil {
				c.failed(next.kind, err)
			}
		}
	}
}

// next takes the first command that can run from the queue, and begins to prepare those before it.
func (c *commands) next() (next *command, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = 0
	opening := false
	for i, q := range c.queue {
		if opening && q.kind.ofResource() {
			continue
		}
		if q.prepared {
			c.queue = slices.Delete(c.queue, i, i+1)
			c.running = q.kind
			return q, true
		}
		opening = opening || q.kind == kindOpen
		if !q.preparing {
			q.preparing = true
			c.preparing.Go(func() { c.prepare(q) })
		}
	}
	return nil, false
}

// prepare prepares a command.
func (c *commands) prepare(q *command) {
	err := q.prepare()
	c.mu.Lock()
	q.prepared, q.err = true, err
	c.mu.Unlock()
	c.look()
}
