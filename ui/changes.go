package ui

import "sync/atomic"

// Changes carries the engine's word that something is new to the window. However often it is given
// between two ticks, the window looks once. The zero value is ready; safe for concurrent use.
type Changes struct {
	pending atomic.Bool
}

// Notify says that the engine's Snapshot has something new. It returns at once.
func (c *Changes) Notify() { c.pending.Store(true) }

// take says whether something is new since the last call.
func (c *Changes) take() bool { return c.pending.Load() && c.pending.Swap(false) }
