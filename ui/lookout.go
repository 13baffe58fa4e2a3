package ui

import (
	"context"
	"time"

	"latchkey/network"
)

// lookout says when something that is shown of the requests is made anew. It belongs to the main goroutine.
type lookout struct {
	every  time.Duration
	last   time.Time // zero: at once
	active bool
}

// lookAtRecords reads the requests when it is time to, on a goroutine of its own, where prepare makes of them what is to be shown. What prepare
// returns is called on the main goroutine.
func (w *window) lookAtRecords(l *lookout, now time.Time, prepare func([]network.Record) (show func())) {
	if l.active || now.Sub(l.last) < l.every {
		return
	}
	l.last, l.active = now, true
	w.tasks.run(func(ctx context.Context) {
		var records []network.Record
		if w.options.Requests != nil {
			records = w.options.Requests()
		}
		if ctx.Err() != nil {
			return
		}
		show := prepare(records)
		w.dispatch.post(func() {
			l.active = false
			show()
		})
	})
}
