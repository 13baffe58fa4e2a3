package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNetworks(t *testing.T) {
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	n := networks{file: keptFile{filepath.Join(t.TempDir(), "state", "networks.json")}, now: func() time.Time { return now }}
	assert.Zero(t, n.rate("a"))
	require.NoError(t, n.keep("a", 5_000_000))
	require.NoError(t, n.keep("b", 7_000_000))
	require.NoError(t, n.keep("", 1))
	require.NoError(t, n.keep("c", 0))
	assert.Equal(t, int64(5_000_000), n.rate("a"))
	assert.Equal(t, int64(7_000_000), n.rate("b"))
	assert.Zero(t, n.rate("c"))
	for i := range 100 {
		now = now.Add(time.Second)
		require.NoError(t, n.keep(fmt.Sprint(i), 1))
	}
	assert.Len(t, n.read(), maxNetworks)
	assert.Equal(t, int64(1), n.rate("99"))
	now = now.Add(networkKept)
	assert.Zero(t, n.rate("99"), "it is too old")
	now = now.Add(-2 * networkKept)
	assert.Zero(t, n.rate("99"), "the clock was put back")
	left, err := os.ReadDir(filepath.Dir(n.file.path))
	require.NoError(t, err)
	assert.Len(t, left, 1, "nothing is left beside it")

	for _, text := range []string{"", "{", `{"schema":"canary"}`, `{"schema":"latchkey.networks/1","networks":{"a":{"bits_per_second":-1,"at":"2026-11-25T00:00:00Z"}}}`} {
		require.NoError(t, os.WriteFile(n.file.path, []byte(text), 0o600))
		assert.Zero(t, n.rate("a"))
	}
	require.NoError(t, n.keep("a", 3))
	assert.Zero(t, networks{now: time.Now}.rate("a"))
	require.NoError(t, networks{now: time.Now}.keep("a", 3))
}

// TestCurrentNetwork is the same each time, and says nothing of where it is.
func TestCurrentNetwork(t *testing.T) {
	name := currentNetwork()
	assert.Equal(t, name, currentNetwork())
	assert.Regexp(t, `^([0-9a-f]{16})?$`, name)
}
