package drm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"latchkey/network"
)

// Limits on what a store keeps.
const (
	maxKeys       = 1024
	maxPrefetches = 8 // at the same time; more are left to be asked for when they are needed

	// How long a failure is the answer: to Key, so that tracks that need the same key do not ask one after
	// the other, and to Prefetch, which is called each time a playlist is read.
	failureForKey      = time.Second
	failureForPrefetch = 10 * time.Second
)

// KeyStore gets keys and keeps them in memory, by URI and credential epoch. In a live stream, where
// a URI may come to have another key, it asks again when the IV or the Period of its KeyInfo
// changes, unless the last changes brought no other key. Safe for concurrent use.
type KeyStore struct {
	fetcher Fetcher     // constant
	systems []KeySystem // constant
	flights sync.WaitGroup

	mu         sync.Mutex
	closed     bool                // guarded by mu
	entries    map[address]*flight // guarded by mu
	order      []address           // guarded by mu; oldest first
	prefetches int                 // guarded by mu; in progress
	given      map[KeyID]Key       // guarded by mu
	uses       map[string]*turns   // guarded by mu; by URI, of live streams
}

// address is what a key is kept by.
type address struct {
	uri    string
	format string // of a KeySystem; empty: the URI is the key's
	id     KeyID
	named  bool // id counts
	size   int  // of the key in bytes
	epoch  uint64
	turn   int // of a URI whose key changes, from 0
}

// flight is a key that is being fetched, or was.
type flight struct {
	cancel context.CancelFunc
	done   chan struct{} // closed when the fields below are set
	key    Key
	err    error
	ended  time.Time
	over   bool // guarded by the store's mu; the failure is no answer any more
}

// NewKeyStore returns a store that fetches with f. For a KEYFORMAT that several systems take the first is asked.
func NewKeyStore(f Fetcher, systems ...KeySystem) *KeyStore {
	return &KeyStore{fetcher: f, systems: systems, entries: make(map[address]*flight), given: make(map[KeyID]Key), uses: make(map[string]*turns)}
}

// Prefetch begins to fetch a key, unless it is there, on its way, or failed a moment ago. It does not
// block, and a failure is seen by Key alone. The fetch outlives ctx, of which it takes the values, and ends
// with Close.
func (s *KeyStore) Prefetch(ctx context.Context, info KeyInfo) {
	if info.Clear() || info.check() != nil {
		return
	}
	epoch := s.fetcher.Epoch()
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.place(info, epoch)
	if s.closed || s.prefetches >= maxPrefetches || s.usable(at, failureForPrefetch) != nil {
		return
	}
	s.prefetches++
	s.begin(ctx, at, s.acquire, true)
}

// Key returns the key, and waits for it if need be. All who ask at the same time share one request; ctx ends
// the waiting and not the request.
//
// The error is *KeyError (ErrKeyLength, ErrKeyIsWebPage, ErrKeyURI), *KeyFormatError,
// ErrUnsupportedMethod, ErrClosed, ctx's cause, or that of the network, wrapped: network.ErrRefused
// asks for a sign-in. A failure is forgotten after a second, and at once when the credentials
// change; a refusal is returned when it was with the newest credentials.
func (s *KeyStore) Key(ctx context.Context, info KeyInfo) (Key, error) {
	if err := info.check(); err != nil {
		return Key{}, err
	}
	if info.Clear() {
		return Key{}, fmt.Errorf("METHOD %s has no key: %w", MethodNone, ErrUnsupportedMethod)
	}
	return s.await(ctx, func(epoch uint64) address {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.place(info, epoch)
	}, s.acquire)
}

// ForgetFailures has keys that could not be had asked for again when they are needed: a person says
// that something has changed.
func (s *KeyStore) ForgetFailures() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.entries {
		select {
		case <-f.done:
			f.over = true
		default:
		}
	}
}

// acquire gets the key of an address from its URI.
func (s *KeyStore) acquire(ctx context.Context, at address) (Key, error) {
	return acquire(ctx, s.fetcher, at.uri, at.size)
}

// getter gets the key of an address.
type getter func(ctx context.Context, at address) (Key, error)

// await returns the key of an address, which depends on the credential epoch, and waits for it.
func (s *KeyStore) await(ctx context.Context, place func(epoch uint64) address, get getter) (Key, error) {
	for {
		at := place(s.fetcher.Epoch())
		f, err := s.join(ctx, at, get)
		if err != nil {
			return Key{}, err
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return Key{}, fmt.Errorf("wait for key: %w", context.Cause(ctx))
		}
		if refused, ok := errors.AsType[*network.Error](f.err); ok && refused.Kind == network.KindRefused && max(refused.Epoch, at.epoch) < s.fetcher.Epoch() {
			continue // refused with credentials that have been replaced since, and not with those of a renewal of its own
		}
		return f.key, f.err
	}
}

// join returns the flight of a key, a new one if there is none.
func (s *KeyStore) join(ctx context.Context, at address, get getter) (*flight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if f := s.usable(at, failureForKey); f != nil {
		return f, nil
	}
	return s.begin(ctx, at, get, false), nil
}

// usable returns the flight of a key that is there, on its way, or failed less than memory ago. The caller
// holds mu.
func (s *KeyStore) usable(at address, memory time.Duration) *flight {
	f := s.entries[at]
	if f == nil {
		return nil
	}
	select {
	case <-f.done:
	default:
		return f
	}
	if f.err == nil || !f.over && time.Since(f.ended) < max(memory, wait(f.err)) {
		return f
	}
	return nil
}

// wait is how long the server asked not to be asked.
func wait(err error) time.Duration {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// begin starts a flight, in the place of one that failed. The caller holds mu.
func (s *KeyStore) begin(ctx context.Context, at address, get getter, prefetch bool) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight{cancel: cancel, done: make(chan struct{})}
	if s.entries[at] == nil {
		s.order = append(s.order, at)
	}
	s.entries[at] = f
	s.evict()
	s.flights.Go(func() {
		defer cancel()
		f.key, f.err = get(ctx, at)
		s.end(f, prefetch)
	})
	return f
}

// end lets those go on who wait for a flight.
func (s *KeyStore) end(f *flight, prefetch bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if prefetch {
		s.prefetches--
	}
	if s.closed {
		f.key.wipe()
		f.key, f.err = Key{}, ErrClosed
	}
	f.ended = time.Now()
	close(f.done)
}

// evict forgets the oldest keys. Who holds one may go on using it. The caller holds mu.
func (s *KeyStore) evict() {
	for kept := 0; len(s.order) > maxKeys && kept < len(s.order); {
		at := s.order[0]
		s.order = s.order[1:]
		select {
		case <-s.entries[at].done:
			delete(s.entries, at)
		default:
			s.order = append(s.order, at)
			kept++
		}
	}
}

// Close ends the fetches, waits for them, and wipes the keys: a reader that has been made goes on, making
// one fails. It returns nil, and may be called again.
func (s *KeyStore) Close() error {
	s.mu.Lock()
	s.closed = true
	for _, f := range s.entries {
		f.cancel()
	}
	s.mu.Unlock()
	s.flights.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.entries {
		f.key.wipe()
	}
	for _, k := range s.given {
		k.wipe()
	}
	clear(s.entries)
	clear(s.given)
	s.order = nil
	return nil
}
