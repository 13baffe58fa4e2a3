package network

import (
	"math"
	"strconv"
	"sync"
	"time"
)

// Record is one exchange: one request on the wire and its answer. A redirect and a repeated request
// are records of their own. It holds names of cookies and headers, and no value. Its JSON is an entry of
// "requests" in the report's schema latchkey.report/1.
type Record struct {
	// N counts a client's exchanges from 1.
	N      int64  `json:"n"`
	Class  Class  `json:"class"`
	Method string `json:"method"`
	// URL has no query, fragment or user information.
	URL string `json:"url"`
	// Attempt counts from 1 what was done for one call; Hop counts from 0 the redirects of an attempt.
	Attempt int `json:"attempt"`
	Hop     int `json:"hop"`
	// Started is when the exchange began.
	Started time.Time `json:"started"`
	// Status is 0 when no answer came.
	Status int `json:"status"`
	// Bytes of the body, as they came over the wire.
	Bytes int64 `json:"bytes"`
	// FirstByte is from the start to the answer's header, Total to the body's end or close.
	FirstByte Milliseconds `json:"ttfb_ms"`
	Total     Milliseconds `json:"ms"`
	// Cookies are the names in the Cookie header, in order; Headers those of the configuration's headers and
	// of the request's own that were sent, Authorization and the like.
	Cookies []string `json:"cookies"`
	Headers []string `json:"headers"`
	// Rule says why the cookie pairs were sent or not.
	Rule         string `json:"rule"`
	RedirectedTo string `json:"redirected_to,omitempty"`
	Error        string `json:"error,omitempty"`
	// Blocked says that no connection was made, as the address is of the local network and what
	// named it is not (ErrBlocked).
	Blocked bool `json:"blocked,omitempty"`
	// Protocol is that of the answer, "HTTP/2.0" say.
	Protocol string `json:"protocol,omitempty"`
	// Done says that the exchange is over.
	Done bool `json:"-"`
}

// Milliseconds is a duration that JSON shows in whole milliseconds, rounded up, so that something that
// took time is never 0.
type Milliseconds time.Duration

// MarshalJSON returns a whole number of milliseconds.
func (m Milliseconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, int64(math.Ceil(float64(m)/float64(time.Millisecond))), 10), nil
}

// defaultRecords is how many records a client keeps.
const defaultRecords = 4096

// ring keeps the last records. Safe for concurrent use.
type ring struct {
	mu      sync.Mutex
	records []Record // guarded by mu; record n lies at (n-1) modulo size
	size    int      // constant
	last    int64    // guarded by mu
}

func newRing(size int) *ring {
	if size <= 0 {
		size = defaultRecords
	}
	return &ring{size: size}
}

// begin keeps a record, gives it its number and returns that.
func (g *ring) begin(r Record) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last++
	r.N = g.last
	if len(g.records) < g.size {
		g.records = append(g.records, r)
	} else {
		g.records[(r.N-1)%int64(g.size)] = r
	}
	return r.N
}

// update changes record n, if it is still there, and returns it.
func (g *ring) update(n int64, change func(*Record)) Record {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := &g.records[(n-1)%int64(g.size)]
	if r.N != n {
		return Record{}
	}
	change(r)
	return *r
}

// list returns the records, the oldest first.
func (g *ring) list() []Record {
	g.mu.Lock()
	defer g.mu.Unlock()
	records := make([]Record, 0, len(g.records))
	for n := g.last - int64(len(g.records)) + 1; n <= g.last; n++ {
		records = append(records, g.records[(n-1)%int64(g.size)])
	}
	return records
}
