package drm

import (
	"context"
	"crypto/subtle"
)

// Limits on what a store knows of keys that rotate under one URI.
const (
	maxUses = 256 // of a URI that are told apart
	// steadyTurns is after how many turns with one key in all of them a new IV alone does not tell
	// of another key: many packagers change the IV with each segment and never the key.
	steadyTurns = 3
)

// use is what tells of the key that a live stream means by a URI.
type use struct {
	iv     [16]byte
	hasIV  bool
	period uint64
}

// turns are the keys that one URI has had in a live stream, counted from 0. Guarded by the store's
// mu.
type turns struct {
	of     map[use]int
	newest int
	period uint64 // of the newest
}

// place is where the key of a URI is kept: for a live stream, that of its use.
func (s *KeyStore) place(info KeyInfo, epoch uint64) address {
	at := address{uri: info.URI, size: KeySize(info.Method), epoch: epoch}
	return s.turned(at, info)
}

// turned is the address of the turn of a live stream's key. The first turn is that of a stream that
// does not change, so that a key of EXT-X-SESSION-KEY is there already. The caller holds mu.
func (s *KeyStore) turned(at address, info KeyInfo) address {
	if !info.Live {
		return at
	}
	u, now := s.uses[info.URI], use{iv: info.IV, hasIV: info.HasIV, period: info.Period}
	if u == nil {
		if len(s.uses) >= maxKeys {
			clear(s.uses)
		}
		u = &turns{of: make(map[use]int), period: now.period}
		s.uses[info.URI] = u
		u.of[now] = 0
	}
	turn, known := u.of[now]
	if !known {
		if now.period != u.period || info.Samples() || !s.steady(at, u) {
			u.newest++
		}
		turn, u.period = u.newest, now.period
		if len(u.of) >= maxUses {
			clear(u.of)
		}
		u.of[now] = turn
	}
	at.turn = turn
	return at
}

// steady says whether the last turns had one key. The caller holds mu.
func (s *KeyStore) steady(at address, u *turns) bool {
	var key Key
	for i := range steadyTurns {
		at.turn = u.newest - i
		f := s.entries[at]
		if at.turn < 0 || f == nil || !f.got() || i > 0 && !f.key.Equal(key) {
			return false
		}
		key = f.key
	}
	return true
}

// got says whether the key is there.
func (f *flight) got() bool {
	select {
	case <-f.done:
		return f.err == nil
	default:
		return false
	}
}

// Renew asks for the key of a live stream again, after wrong, which Key returned, made no sense of
// a segment. It says whether there is another key now. It waits and fails as Key does.
func (s *KeyStore) Renew(ctx context.Context, info KeyInfo, wrong Key) (Key, bool, error) {
	if !info.Live {
		return wrong, false, nil
	}
	s.mu.Lock()
	at := s.place(info, s.fetcher.Epoch())
	if f := s.entries[at]; f != nil && f.got() && f.key.Equal(wrong) {
		u := s.uses[info.URI]
		u.newest++
		u.of[use{iv: info.IV, hasIV: info.HasIV, period: info.Period}] = u.newest
	}
	s.mu.Unlock()
	key, err := s.Key(ctx, info)
	return key, err == nil && !key.Equal(wrong), err
}

// Equal says whether two keys are the same. A key that was wiped is like no other.
func (k Key) Equal(other Key) bool {
	a, b := k.Bytes(), other.Bytes()
	defer clear(a)
	defer clear(b)
	return len(a) > 0 && subtle.ConstantTimeCompare(a, b) == 1
}
