package networktest

import (
	"net/http"
	"path"
	"slices"

	"latchkey/network"
)

// Fault is something that goes wrong with some requests.
type Fault struct {
	// Classes of the requests that it happens to; none is every class.
	Classes []network.Class
	// Path is a pattern of package path for the whole path ("/720p/*.ts"); "" is every path.
	Path string
	// Skip lets that many matching requests pass first.
	Skip int
	// Times is how often it happens; 0 is for ever.
	Times int
	// Effect is what happens. Several faults that match: the one injected first, while it lasts.
	Effect Effect
}

// Effect answers a request in place of next, which is the right answer (with gates). It ends when the request's context ends.
type Effect func(w http.ResponseWriter, r *http.Request, next http.Handler)

// armedFault is a fault with its counters, which Origin.mu guards.
type armedFault struct {
	Fault
	seen int
	done int
}

// Inject makes a fault happen from now on, until it has happened Times times or remove is called.
// It panics when f has no Effect or a malformed Path.
func (o *Origin) Inject(f Fault) (remove func()) {
	if _, err := path.Match(f.Path, ""); err != nil || f.Effect == nil {
		panic("networktest: a fault needs an effect and a well-formed path")
	}
	armed := &armedFault{Fault: f}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = append(o.faults, armed)
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.faults = slices.DeleteFunc(o.faults, func(f *armedFault) bool { return f == armed })
	}
}

// ClearFaults removes all faults; answers in progress keep theirs.
func (o *Origin) ClearFaults() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = nil
}

// effect returns what goes wrong with a request, nil if nothing does, and counts it.
func (o *Origin) effect(class network.Class, urlPath string) Effect {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range o.faults {
		if len(f.Classes) > 0 && !slices.Contains(f.Classes, class) {
			continue
		}
		if ok, _ := path.Match(f.Path, urlPath); f.Path != "" && !ok { // the pattern was checked by Inject
			continue
		}
		f.seen++
		if f.seen <= f.Skip || f.Times > 0 && f.done >= f.Times {
			continue
		}
		f.done++
		return f.Effect
	}
	return nil
}
