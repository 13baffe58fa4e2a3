//go:build unix

package service_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFolderWithAPipe shows that a pipe, which nobody writes to, makes nobody wait.
func TestFolderWithAPipe(t *testing.T) {
	f, path := newFolder(t)
	require.NoError(t, os.MkdirAll(path, 0o700))
	require.NoError(t, syscall.Mkfifo(filepath.Join(path, "pipe.toml"), 0o600))
	_, problems, err := f.List()
	require.NoError(t, err)
	assert.Len(t, problems, 1)
	_, err = f.Get("pipe")
	require.Error(t, err)
}
