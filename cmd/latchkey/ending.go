package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// endLimit is how long the process goes on after the first signal, or after its work is done
	// and only closing is left. With the time that a busy machine takes to wake the timer it is
	// within two seconds.
	endLimit = 1400 * time.Millisecond
	// lastLimit is how long after that what is done at the very last may take, such as writing the
	// report: nobody may be reading what is written.
	lastLimit = 300 * time.Millisecond
)

// ending ends the process in time, whatever blocks: a decoder's C code, a keyring, a disk, or who
// reads standard output. Safe for concurrent use.
type ending struct {
	// Constant after newEnding.
	exit   func(code int) // os.Exit, or a test's; does not return
	stderr io.Writer

	interrupted atomic.Bool

	mu    sync.Mutex
	left  time.Duration  // guarded by mu; of endLimit, for closing
	last  map[int]func() // guarded by mu; what is done before the process is ended by force
	next  int            // guarded by mu; the key of last
	ended bool           // guarded by mu
}

func newEnding(stderr io.Writer, exit func(code int)) *ending {
	return &ending{exit: exit, stderr: stderr, left: endLimit}
}

// endingKey is the key of a context's ending.
type endingKey struct{}

// endingOf returns a context's ending. Without one, as in tests, it returns one that does nothing.
func endingOf(ctx context.Context) *ending {
	if e, ok := ctx.Value(endingKey{}).(*ending); ok {
		return e
	}
	return nil
}

// notify returns a context that ends with the first signal that asks the process to end. From then
// on the process has endLimit; a second signal ends it at once. A signal that is ignored from the
// start, as nohup has it for SIGHUP, stays ignored.
func (e *ending) notify(parent context.Context) context.Context {
	ctx, cancel := context.WithCancel(context.WithValue(parent, endingKey{}, e))
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go e.watch(signals, cancel) // ends with the process
	return ctx
}

// watch waits for signals.
func (e *ending) watch(signals <-chan os.Signal, cancel context.CancelFunc) {
	<-signals
	e.interrupted.Store(true)
	cancel()
	select {
	case <-signals:
	case <-time.After(endLimit):
	}
	e.end(nil)
}

// guard has the process end, with err's line and exit code, if what follows takes longer than what
// is left of endLimit. The function returned ends that, and is called once.
func (e *ending) guard(err error) (release func()) {
	if e == nil {
		return func() {}
	}
	e.mu.Lock()
	left := e.left
	e.mu.Unlock()
	begun := time.Now()
	timer := time.AfterFunc(left, func() { e.end(err) })
	return func() {
		timer.Stop()
		e.mu.Lock()
		e.left = max(e.left-time.Since(begun), 0)
		e.mu.Unlock()
	}
}

// atLast has do called before the process is ended while something blocks, and not before another
// end. do has lastLimit. The function returned ends that.
func (e *ending) atLast(do func()) (forget func()) {
	if e == nil {
		return func() {}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last == nil {
		e.last = make(map[int]func())
	}
	key := e.next
	e.next++
	e.last[key] = do
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.last, key)
	}
}

// tells has the sentences that list returns printed if the process is ended while something blocks.
// list must return at once.
func (e *ending) tells(list func() []string) (forget func()) {
	return e.atLast(func() {
		for _, sentence := range list() {
			_, _ = fmt.Fprintf(e.stderr, "latchkey: %s\n", sentence) // nothing is left that could tell
		}
	})
}

// closing calls end, which ends what plays. If that takes too long the process ends, with err's
// line and exit code, after write.
func closing(ctx context.Context, end func() error, err error, write func() error) error {
	e := endingOf(ctx)
	forget := e.atLast(func() { _ = write() }) // nothing is left that could tell
	defer forget()
	release := e.guard(err)
	defer release()
	return end()
}

// finish ends the process after its work, with err's line and exit code.
func (e *ending) finish(err error) {
	if _, first := e.claim(); !first {
		select {} // the process is being ended
	}
	e.exit(exit(err, e.interrupted.Load(), e.stderr))
}

// claim makes the caller the one that ends the process, if it is the first, and returns what is
// done at the last.
func (e *ending) claim() (last []func(), first bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	first = !e.ended
	e.ended = true
	for _, key := range slices.Sorted(maps.Keys(e.last)) {
		last = append(last, e.last[key])
	}
	return last, first
}

// end ends the process without waiting for what blocks.
func (e *ending) end(err error) {
	last, first := e.claim()
	if !first {
		return
	}
	done := make(chan int, 1)
	go func() {
		for _, do := range last {
			do()
		}
		done <- exit(err, e.interrupted.Load(), e.stderr)
	}()
	select {
	case code := <-done:
		e.exit(code)
	case <-time.After(lastLimit):
		e.exit(exit(err, e.interrupted.Load(), io.Discard))
	}
}
