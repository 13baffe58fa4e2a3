package vault

import (
	"context"
	"fmt"
	"sync"

	"latchkey/network"
)

// Memory keeps secrets until the program ends. The zero value is ready. Safe for concurrent use.
type Memory struct {
	mu      sync.Mutex
	entries map[string]network.Secret // guarded by mu
}

// Kind is KindMemory.
func (*Memory) Kind() Kind { return KindMemory }

// Get returns what is kept, or ErrNotFound.
func (m *Memory) Get(_ context.Context, key string) (network.Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.entries[key]
	if !ok {
		return network.Secret{}, fmt.Errorf("get %s: %w", key, ErrNotFound)
	}
	return value, nil
}

// Put keeps a value.
func (m *Memory) Put(_ context.Context, key string, value network.Secret) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		m.entries = make(map[string]network.Secret)
	}
	m.entries[key] = value
	return nil
}

// Delete forgets a key.
func (m *Memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, key)
	return nil
}
