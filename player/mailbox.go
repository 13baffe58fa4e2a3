package player

import "sync"

// message is what the player's goroutine is told.
type message any

type (
	// command runs on the player's goroutine; reply gets what it returns.
	command struct {
		do    func() error
		reply chan error
	}
	// messageChanged says that a session may be in another state than it was.
	messageChanged struct{ session *session }
	// messageOpened says that a session was opened, or why not.
	messageOpened struct {
		session *session
		err     error
	}
	// messageRefused says that a request needs a sign-in.
	messageRefused struct {
		session *session
		err     error
	}
	// messageShown says that the first picture of a pipeline was handed to the screen.
	messageShown struct{ pipeline *pipeline }
)

// discarder is a message that holds what must be freed, where nobody takes the message.
type discarder interface{ discard() }

// mailbox is a queue that never makes a sender wait. It stays short: changes are coalesced, and all else
// is bounded by what people and sessions do. Safe for concurrent use.
type mailbox struct {
	ready chan struct{} // constant

	mu     sync.Mutex // guards what follows
	items  []message
	closed bool
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

// post appends a message; after close it discards it.
func (m *mailbox) post(item message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		discard(item)
		return
	}
	if _, change := item.(messageChanged); change && len(m.items) > 0 {
		// Whatever stands there will have the player look at everything.
		return
	}
	m.items = append(m.items, item)
	signal(m.ready)
}

// take returns all messages.
func (m *mailbox) take() []message {
	m.mu.Lock()
	defer m.mu.Unlock()
	items := m.items
	m.items = nil
	return items
}

// close discards the messages that nobody took, and those to come.
func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, item := range m.items {
		discard(item)
	}
	m.items, m.closed = nil, true
}

func discard(item message) {
	if d, is := item.(discarder); is {
		d.discard()
	}
}
