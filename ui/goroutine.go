package ui

import (
	"context"
	"sync"
)

// group owns the window's goroutines: close ends all of them and waits. The zero value is ready; safe
// for concurrent use.
type group struct {
	mu      sync.Mutex
	cancels map[int]context.CancelFunc // guarded by mu
	next    int                        // guarded by mu
	closed  bool                       // guarded by mu
	wait    sync.WaitGroup
}

// run calls f in a goroutine with a context that ends with the group, or when the function returned is
// called. After close it does nothing.
func (g *group) run(f func(context.Context)) context.CancelFunc {
	ctx, cancel := context.WithCancel(context.Background())
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		cancel()
		return cancel
	}
	if g.cancels == nil {
		g.cancels = map[int]context.CancelFunc{}
	}
	id := g.next
	g.next++
	g.cancels[id] = cancel
	g.wait.Go(func() {
		defer func() {
			cancel()
			g.mu.Lock()
			delete(g.cancels, id)
			g.mu.Unlock()
		}()
		f(ctx)
	})
	return cancel
}

// close ends all goroutines and waits for them. It may be called twice.
func (g *group) close() {
	g.mu.Lock()
	g.closed = true
	for _, cancel := range g.cancels {
		cancel()
	}
	g.mu.Unlock()
	g.wait.Wait()
}
