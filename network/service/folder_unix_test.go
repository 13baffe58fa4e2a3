//go:build unix

package service_test

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/service"
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

// TestFolderOnAFullDisk shows that what was there is there still when the disk takes no more. The limit is that of a process of its own.
func TestFolderOnAFullDisk(t *testing.T) {
	const variable = "LATCHKEY_TEST_FULL_FOLDER"
	if path := os.Getenv(variable); path != "" {
		signal.Ignore(syscall.SIGXFSZ)
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64, Max: 64}))
		_, err := service.NewFolder(path).Import(profile("tv", "Changed"), true)
		require.ErrorIs(t, err, syscall.EFBIG)
		_, err = service.NewFolder(path).Import(profile("new", "New"), false)
		require.ErrorIs(t, err, syscall.EFBIG)
		return
	}
	f, path := newFolder(t)
	_, err := f.Import(profile("tv", "TV"), false)
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFolderOnAFullDisk$")
	command.Env = append(os.Environ(), variable+"="+path)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	p, err := f.Get("tv")
	require.NoError(t, err)
	assert.Equal(t, "TV", p.Name)
	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "nothing half written is left")
}
