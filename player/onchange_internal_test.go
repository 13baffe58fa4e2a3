package player

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOnChangeComesAfterNew has OnChange use the player that New returns.
func TestOnChangeComesAfterNew(t *testing.T) {
	var p *Player
	var states []State
	p, err := New(Config{FreeRun: true, OnChange: func() {
		if p != nil {
			states = append(states, p.Snapshot().State)
		} else {
			states = append(states, -1)
		}
	}})
	require.NoError(t, err)
	assert.Empty(t, states)
	require.NoError(t, p.Close())
	assert.Equal(t, []State{Released}, states)
}

// TestOneChangeForOneCommand counts the snapshots that a command makes. The next command sees all
// of them.
func TestOneChangeForOneCommand(t *testing.T) {
	changes := 0
	p, err := New(Config{FreeRun: true, OnChange: func() { changes++ }})
	require.NoError(t, err)
	defer p.Close()
	r, err := NewMediaResource("film.mp4", nil)
	require.NoError(t, err)
	seen := func() (n int) {
		p.do(func() { n = changes })
		return n
	}
	before := seen()
	require.NoError(t, p.ReplaceCurrentResource(r))
	assert.Equal(t, Initialized, p.Snapshot().State, "the caller sees what the call did")
	p.SetVolume(0.5)
	assert.InDelta(t, 0.5, p.Snapshot().Volume, 0, "of each call")
	assert.Equal(t, 3, seen()-before, "that of before, that of the resource, that of the volume")
}

// TestDroppedEventsAreCounted has more events than a channel has room for.
func TestDroppedEventsAreCounted(t *testing.T) {
	p, err := New(Config{FreeRun: true})
	require.NoError(t, err)
	defer p.Close()
	_, unsubscribe := p.Subscribe(1)
	defer unsubscribe()
	r, err := NewMediaResource("film.mp4", nil)
	require.NoError(t, err)
	require.NoError(t, p.ReplaceCurrentResource(r)) // initializing, item created, initialized
	assert.Equal(t, 2, p.Snapshot().EventsDropped)
}
