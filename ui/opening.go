package ui

import (
	"sync/atomic"
	"time"

	"latchkey/player"
)

// opening is the resource that Run was called with, on its way into the engine while the window is still
// being made: a window takes about as long as a stream's first segment.
type opening struct {
	done  chan struct{}
	err   error // once done is closed
	stage atomic.Int32
}

// The stages of an opening.
const (
	openingMade    int32 = 0 // the resource is being made
	openingGiven   int32 = 1 // the engine is being given it, or has it
	openingDropped int32 = 2 // the engine never gets it
)

// openEarly makes source the engine's resource and has it prepared, in a goroutine that wait awaits.
func openEarly(o Options) *opening {
	e := &opening{done: make(chan struct{})}
	go func() {
		defer close(e.done)
		resource, err := madeBy(func() (*player.MediaResource, error) { return o.Account.Resource(o.Source) })
		if err == nil && e.stage.CompareAndSwap(openingMade, openingGiven) {
			err = openAt(resource, o.Engine, o.Start)
		}
		e.err = err
	}()
	return e
}

// wait returns when the engine has the resource, with the error if it could not take it.
func (e *opening) wait() error {
	<-e.done
	return e.err
}

// drop says that another resource, or none, is wanted: one that the engine is not yet being given
// never gets there.
func (e *opening) drop() { e.stage.CompareAndSwap(openingMade, openingDropped) }

// settle returns when an opening that was dropped has nothing more to say to the engine.
func (e *opening) settle() {
	if e.stage.Load() == openingGiven {
		<-e.done
	}
}

// madeBy returns what open returns. Its error is an *openError.
func madeBy(open func() (*player.MediaResource, error)) (*player.MediaResource, error) {
	resource, err := open()
	if err != nil {
		return nil, &openError{err}
	}
	return resource, nil
}

// openAt makes a resource the engine's and has it prepared from a position on.
func openAt(resource *player.MediaResource, engine Engine, from time.Duration) error {
	if err := engine.ReplaceCurrentResource(resource); err != nil {
		return err
	}
	return engine.PrepareToPlay(from)
}
