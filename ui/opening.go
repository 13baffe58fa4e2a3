package ui

import "time"

// opening is the resource that Run was called with, on its way into the engine while the window is still
// being made: a window takes about as long as a stream's first segment.
type opening struct {
	done chan struct{}
	err  error // once done is closed
}

// openEarly makes source the engine's resource and has it prepared, in a goroutine that wait awaits.
func openEarly(o Options) *opening {
	e := &opening{done: make(chan struct{})}
	go func() {
		defer close(e.done)
		e.err = openAt(o.Account, o.Engine, o.Source, o.Start)
	}()
	return e
}

// wait returns when the engine has the resource, with the error if it could not take it.
func (e *opening) wait() error {
	<-e.done
	return e.err
}

// openAt makes source the engine's resource and has it prepared from a position on.
func openAt(account Account, engine Engine, source string, from time.Duration) error {
	resource, err := account.Resource(source)
	if err != nil {
		return &openError{err}
	}
	if err := engine.ReplaceCurrentResource(resource); err != nil {
		return err
	}
	return engine.PrepareToPlay(from)
}
