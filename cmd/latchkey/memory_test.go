package main

import (
	"os"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMemoryLimit(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	t.Setenv("GOMEMLIMIT", "2GiB") // the test's end restores what is unset here
	limitMemory()
	assert.Equal(t, before, debug.SetMemoryLimit(-1), "the environment's limit stays")
	require.NoError(t, os.Unsetenv("GOMEMLIMIT"))
	limitMemory()
	assert.Equal(t, int64(400<<20), debug.SetMemoryLimit(-1))
}
