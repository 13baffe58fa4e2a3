package networktest

import (
	"net/http"

	"latchkey/network"
)

// Gate lets requests of one class pass only with a cookie. A class may have several gates: each must be passed.
type Gate struct {
	// Class of the requests that must show the cookie.
	Class network.Class
	// Name of the cookie.
	Name string
	// Value that the cookie must have. Not looked at when Accept is set.
	Value string
	// Accept decides about a value in place of Value. It is called from many goroutines.
	Accept func(value string) bool
	// Status answers the others: 401 or 403 (or any other). 0 is 401.
	Status int
}

// passes reports whether the request carries the cookie that the gate asks for.
func (g Gate) passes(r *http.Request) bool {
	for _, cookie := range r.CookiesNamed(g.Name) {
		if g.Accept != nil && g.Accept(cookie.Value) || g.Accept == nil && cookie.Value == g.Value {
			return true
		}
	}
	return false
}

// refuse writes the answer to a request that did not pass.
func (g Gate) refuse(w http.ResponseWriter) {
	status := g.Status
	if status == 0 {
		status = http.StatusUnauthorized
	}
	http.Error(w, http.StatusText(status), status)
}

// refused returns the first gate of the class that the request does not pass.
func (o *Origin) refused(class network.Class, r *http.Request) (Gate, bool) {
	o.mu.Lock()
	gates := o.gates
	o.mu.Unlock()
	for _, gate := range gates {
		if gate.Class == class && !gate.passes(r) {
			return gate, true
		}
	}
	return Gate{}, false
}
