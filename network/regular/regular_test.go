//go:build unix

package regular_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/regular"
)

// within fails a test whose function takes longer than a regular file may take.
func within(t *testing.T, do func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		require.Fail(t, "it waits")
		return nil
	}
}

func TestOpen(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	require.NoError(t, syscall.Mkfifo(at("pipe"), 0o600))
	require.NoError(t, os.Mkdir(at("folder"), 0o700))
	require.NoError(t, os.WriteFile(at("file"), []byte("text"), 0o600))
	require.NoError(t, os.Symlink(at("pipe"), at("link")))
	require.NoError(t, os.Symlink(at("file"), at("good")))
	socket, err := new(net.ListenConfig).Listen(t.Context(), "unix", at("socket"))
	require.NoError(t, err)
	defer socket.Close()
	root, err := os.OpenRoot(folder)
	require.NoError(t, err)
	defer root.Close()
	for name, want := range map[string]error{
		at("file"):   nil,
		at("good"):   nil,
		at("pipe"):   regular.ErrNotRegular,
		at("link"):   regular.ErrNotRegular,
		at("socket"): regular.ErrNotRegular,
		"/dev/zero":  regular.ErrNotRegular,
		"/dev/null":  regular.ErrNotRegular,
		at("folder"): regular.ErrFolder,
		at("none"):   os.ErrNotExist,
	} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			for how, open := range map[string]func() (*os.File, error){
				"by name":     func() (*os.File, error) { return regular.Open(name) },
				"in a folder": func() (*os.File, error) { return regular.OpenIn(root, filepath.Base(name)) },
			} {
				if how == "in a folder" && (filepath.Dir(name) != folder || filepath.Base(name) == "link" || filepath.Base(name) == "good") {
					continue // outside, or a link of an absolute path
				}
				require.ErrorIs(t, within(t, func() error {
					file, err := open()
					if err != nil {
						return err
					}
					text, err := io.ReadAll(file)
					assert.Equal(t, "text", string(text))
					return errors.Join(err, file.Close())
				}), want, how)
			}
		})
	}
}

func TestRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, make([]byte, 100), 0o600))
	data, err := regular.Read(name, 100)
	require.NoError(t, err)
	assert.Len(t, data, 100)
	_, err = regular.Read(name, 99)
	require.ErrorIs(t, err, regular.ErrTooLarge)
	_, err = regular.Read("/dev/zero", 99)
	require.ErrorIs(t, err, regular.ErrNotRegular)
}

func TestCreate(t *testing.T) {
	folder := t.TempDir()
	file, err := regular.Create(filepath.Join(folder, "file"))
	require.NoError(t, err)
	_, err = file.WriteString("text")
	require.NoError(t, errors.Join(err, file.Close()))
	null, err := regular.Create(os.DevNull)
	require.NoError(t, err)
	require.NoError(t, null.Close())

	pipe := filepath.Join(folder, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.ErrorIs(t, within(t, func() error { _, err := regular.Create(pipe); return err }), regular.ErrNoReader)
	reader, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	require.NoError(t, err)
	defer reader.Close()
	writer, err := regular.Create(pipe)
	require.NoError(t, err)
	// More than a pipe holds: the writer waits for the reader.
	long := make([]byte, 200_000)
	wrote := make(chan error, 1)
	go func() {
		_, err := writer.Write(long)
		wrote <- errors.Join(err, writer.Close())
	}()
	got, err := io.ReadAll(reader)
	require.NoError(t, err)
	assert.Len(t, got, len(long))
	require.NoError(t, <-wrote)
}
