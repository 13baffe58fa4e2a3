package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSettings(t *testing.T) {
	s := settings{file: keptFile{filepath.Join(t.TempDir(), "state", "settings.json")}}
	assert.False(t, s.read().Advance)
	require.NoError(t, s.keep(chosen{Advance: true}))
	assert.True(t, s.read().Advance)
	require.NoError(t, s.keep(chosen{}))
	assert.False(t, s.read().Advance)
	for _, text := range []string{"", "{", `{"schema":"canary","next_plays_by_itself":true}`, `{"schema":"latchkey.settings/1","next_plays_by_itself":1}`} {
		require.NoError(t, os.WriteFile(s.file.path, []byte(text), 0o600))
		assert.False(t, s.read().Advance, text)
	}
	require.NoError(t, s.keep(chosen{Advance: true}), "what was damaged is replaced")
	assert.True(t, s.read().Advance)
	require.NoError(t, settings{}.keep(chosen{Advance: true}), "nothing is kept")
	assert.False(t, settings{}.read().Advance)
}

// TestNothingIsKept is what the demo's window does at its end.
func TestNothingIsKept(t *testing.T) {
	var nothing kept
	require.NoError(t, nothing.networks.keep("a", 1))
	assert.Zero(t, nothing.networks.rate("a"))
	require.NoError(t, nothing.settings.keep(chosen{Advance: true}))
}
