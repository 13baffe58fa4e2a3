package ui

import (
	"sync"

	"fyne.io/fyne/v2"
)

// dispatcher brings functions to the main goroutine: the only place that calls fyne.Do. Functions run in
// the order in which they were posted. However many are posted, one call is under way at a time, so that
// Fyne's queue, which has no end, holds one entry of ours at most.
type dispatcher struct {
	do func(func()) // fyne.Do, or a test's queue

	mu       sync.Mutex
	queue    []func() // guarded by mu
	underWay bool     // guarded by mu
	closed   bool     // guarded by mu
}

func newDispatcher() *dispatcher { return &dispatcher{do: fyne.Do} }

// post has f run on the main goroutine, soon. Safe for concurrent use, also on the main goroutine.
func (d *dispatcher) post(f func()) {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return
	}
	d.queue = append(d.queue, f)
	first := !d.underWay
	d.underWay = true
	d.mu.Unlock()
	if first {
		d.do(d.run)
	}
}

// run is called on the main goroutine.
func (d *dispatcher) run() {
	for {
		d.mu.Lock()
		queue := d.queue
		d.queue = nil
		if len(queue) == 0 || d.closed {
			d.underWay = false
			d.mu.Unlock()
			return
		}
		d.mu.Unlock()
		for _, f := range queue {
			f()
		}
	}
}

// close drops what is queued, and everything after: the widgets are gone.
func (d *dispatcher) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed, d.queue = true, nil
}
