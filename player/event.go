package player

import (
	"sync"
	"time"
)

// EventKind says what happened.
type EventKind string

// The kinds of events, by TVSDK's order: a load gives StateChanged to Initializing, ItemCreated, StateChanged
// to Initialized; prepare gives StateChanged to Preparing, TimelineUpdated, StateChanged to Prepared. Where the next resource follows without
// a gap, PlaybackComplete, ItemReplaced and TimelineUpdated come while the state stays Playing.
const (
	StateChanged     EventKind = "state changed"
	ItemCreated      EventKind = "item created"
	TimelineUpdated  EventKind = "timeline updated"
	BufferingBegan   EventKind = "buffering began"
	BufferingEnded   EventKind = "buffering ended"
	FirstFrame       EventKind = "first frame"
	SeekEnded        EventKind = "seek ended"
	SignInNeeded     EventKind = "sign-in needed"
	PlaybackFailed   EventKind = "playback failed"
	PlaybackComplete EventKind = "playback complete"
	ItemReplaced     EventKind = "item replaced" // the next resource began by itself
)

// Event is something that happened, in order.
type Event struct {
	Kind  EventKind
	At    time.Time
	State State  // after the event
	Error *Error // of PlaybackFailed
}

// observers are those who hear of events. Safe for concurrent use.
type observers struct {
	mu      sync.Mutex
	next    int
	byID    map[int]chan Event
	dropped int
	closed  bool
}

// subscribe adds an observer with a buffer of n events.
func (o *observers) subscribe(n int) (<-chan Event, func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := make(chan Event, max(n, 1))
	if o.closed {
		close(c)
		return c, func() {}
	}
	if o.byID == nil {
		o.byID = make(map[int]chan Event)
	}
	id := o.next
	o.next++
	o.byID[id] = c
	return c, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.byID[id] != nil {
			delete(o.byID, id)
			close(c)
		}
	}
}

// lost is how many events there was no room for, those of each observer counted.
func (o *observers) lost() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.dropped
}

// tell hands an event to all who have room for it, and counts the others.
func (o *observers) tell(e Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.byID {
		select {
		case c <- e:
		default:
			o.dropped++
		}
	}
}

// close ends all subscriptions.
func (o *observers) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for id, c := range o.byID {
		close(c)
		delete(o.byID, id)
	}
}
