package drm

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// KeyID names a key: the KID of Common Encryption. ISO/IEC 23001-7, 8.2. It is no secret.
type KeyID [16]byte

// ParseKeyID reads 32 hexadecimal digits, with or without the hyphens of a UUID.
func ParseKeyID(text string) (KeyID, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(b) != len(KeyID{}) {
		return KeyID{}, errors.New("a key ID has 32 hexadecimal digits")
	}
	return KeyID(b), nil
}

// String returns 32 hexadecimal digits.
func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// KeySystem gets the keys of encrypted samples from servers that answer in their own way. Its methods are called from several
// goroutines. ClearKey is one; an integrator can add a licensed one.
type KeySystem interface {
	// Formats are the KEYFORMATs that the system takes. Case does not matter.
	Formats() []string
	// Keys asks for keys, through f alone, so that the sign-in goes along where it may and nowhere else. It may return more keys than
	// were asked for: they are kept. A refusal must be the error of f, wrapped; no error may hold a key.
	Keys(ctx context.Context, f Fetcher, r KeyRequest) ([]IdentifiedKey, error)
}

// KeyRequest is what a KeySystem is asked for.
type KeyRequest struct {
	// Info is the EXT-X-KEY that was chosen.
	Info KeyInfo
	// ID is the key that is needed, and Named whether that is known: MPEG-2 TS and packed sound name no keys.
	ID    KeyID
	Named bool
}

// IdentifiedKey is a key with its name.
type IdentifiedKey struct {
	ID  KeyID
	Key Key
}

// system returns the system that takes a KEYFORMAT, or nil.
func (s *KeyStore) system(format string) KeySystem {
	for _, system := range s.systems {
		if slices.ContainsFunc(system.Formats(), func(f string) bool { return strings.EqualFold(f, format) }) {
			return system
		}
	}
	return nil
}

// Give adds keys that a person has, which are copied. They come before all others of their names.
func (s *KeyStore) Give(keys ...IdentifiedKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range keys {
		b := k.Key.Bytes()
		if key, err := NewKey(b); err == nil {
			s.given[k.ID] = key
		}
		clear(b)
	}
}

// Given returns a key that a person has.
func (s *KeyStore) Given(id KeyID) (Key, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, ok := s.given[id]
	return key, ok
}

// Select is the function of that name, with the KEYFORMATs of the store's systems besides.
func (s *KeyStore) Select(keys []KeyInfo) (KeyInfo, error) {
	for _, k := range keys {
		if k.check() == nil || k.Samples() && s.system(k.KeyFormat) != nil {
			return k, nil
		}
	}
	return Select(keys)
}

// SampleKey returns the key of encrypted samples: that which a person gave, that of the URI, or what a KeySystem gets. named says whether
// the samples name their key. It waits as Key does, and fails as Key does, and with ErrNoKey when a licence has not that key.
func (s *KeyStore) SampleKey(ctx context.Context, info KeyInfo, id KeyID, named bool) (Key, error) {
	if key, ok := s.Given(id); ok && named {
		return key, nil
	}
	system := s.system(info.KeyFormat)
	if system == nil || info.check() == nil {
		return s.Key(ctx, info)
	}
	return s.await(ctx, func(epoch uint64) address {
		at := address{uri: info.URI, format: strings.ToLower(info.KeyFormat), id: id, named: named, size: KeySize(info.Method), epoch: epoch}
		if named {
			return at
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.turned(at, info)
	}, func(ctx context.Context, at address) (Key, error) {
		keys, err := system.Keys(ctx, s.fetcher, KeyRequest{Info: info, ID: id, Named: named})
		if err != nil {
			return Key{}, err
		}
		return s.keep(at, keys)
	})
}

// keep returns the key that was asked for, and keeps the others.
func (s *KeyStore) keep(at address, keys []IdentifiedKey) (Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found *Key
	for i := range min(len(keys), maxKeys) {
		k := keys[i]
		if k.Key.size() != at.size {
			continue
		}
		if k.ID == at.id && at.named || !at.named && len(keys) == 1 {
			found = &k.Key
			continue
		}
		other := at
		other.id, other.named = k.ID, true
		if at.named && s.entries[other] == nil && !s.closed {
			f := &flight{cancel: func() {}, done: make(chan struct{}), key: k.Key}
			close(f.done)
			s.entries[other] = f
			s.order = append(s.order, other)
			s.evict()
		}
	}
	if found == nil {
		return Key{}, fmt.Errorf("key %s: %w", at.id, ErrNoKey)
	}
	return *found, nil
}
