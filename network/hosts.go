package network

import (
	"context"
	"sync"
)

// maxHostExchanges bounds the exchanges with one origin at a time, bodies that are being read included. The transport's own
// bound is one of connections, of which HTTP/2 needs but one for a hundred requests.
const maxHostExchanges = 16

// hosts hands out a client's places at origins, first come first served. Safe for concurrent use.
type hosts struct {
	mu     sync.Mutex
	queues map[origin]*hostQueue // guarded by mu; those that are used or waited for
}

// hostQueue is one origin's places.
type hostQueue struct {
	places chan struct{} // holds one for each that is taken
	users  int           // guarded by hosts.mu; those that have a place or wait for one
}

// enter waits for a place and returns what gives it back, once. The error is ctx's cause.
func (h *hosts) enter(ctx context.Context, o origin) (leave func(), err error) {
	q := h.join(o)
	select {
	case q.places <- struct{}{}:
		return func() {
			<-q.places
			h.part(o, q)
		}, nil
	case <-ctx.Done():
		h.part(o, q)
		return nil, context.Cause(ctx)
	}
}

func (h *hosts) join(o origin) *hostQueue {
	h.mu.Lock()
	defer h.mu.Unlock()
	q := h.queues[o]
	if q == nil {
		q = &hostQueue{places: make(chan struct{}, maxHostExchanges)}
		if h.queues == nil {
			h.queues = make(map[origin]*hostQueue)
		}
		h.queues[o] = q
	}
	q.users++
	return q
}

// part forgets an origin that nobody uses any more: a stream may name any number of them.
func (h *hosts) part(o origin, q *hostQueue) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(h.queues, o)
	}
}
