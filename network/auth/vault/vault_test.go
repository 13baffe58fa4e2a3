package vault

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"

	"latchkey/network"
)

const (
	canary     = "canary-7d1b"
	passphrase = "canary-pass-55aa"
	// writerVariable makes the test's program put entries into the vault of that folder.
	writerVariable = "LATCHKEY_TEST_VAULT"
	writerEntries  = 15
)

func TestMain(m *testing.M) {
	folder := os.Getenv(writerVariable)
	if folder == "" {
		os.Exit(m.Run())
	}
	f := NewFile(folder)
	err := f.Unlock(context.Background(), network.NewSecret(passphrase))
	for i := range writerEntries {
		err = errors.Join(err, f.Put(context.Background(), strconv.Itoa(os.Getpid())+"/"+strconv.Itoa(i), network.NewSecret(canary)))
	}
	if err != nil {
		os.Stderr.WriteString(err.Error())
		os.Exit(1)
	}
}

// fakeRing is a keyring in memory that can fail.
type fakeRing struct {
	mu      sync.Mutex
	entries map[string]string
	err     error         // of every call
	fail    func() error  // of each set, before it is done
	hang    chan struct{} // not nil: calls wait for it
}

func (f *fakeRing) do(call func() error) error {
	if f.hang != nil {
		<-f.hang
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return f.err
	}
	return call()
}

func (f *fakeRing) get(_, key string) (value string, err error) {
	err = f.do(func() error {
		text, ok := f.entries[key]
		if !ok {
			return keyring.ErrNotFound
		}
		value = text
		return nil
	})
	return value, err
}

func (f *fakeRing) set(_, key, value string) error {
	return f.do(func() error {
		if f.fail != nil {
			if err := f.fail(); err != nil {
				return err
			}
		}
		f.entries[key] = value
		return nil
	})
}

func (f *fakeRing) remove(_, key string) error {
	return f.do(func() error {
		if _, ok := f.entries[key]; !ok {
			return keyring.ErrNotFound
		}
		delete(f.entries, key)
		return nil
	})
}

func newFakeRing() *fakeRing { return &fakeRing{entries: make(map[string]string)} }

// opened is an unlocked file vault that computes little.
func opened(t *testing.T, folder string) *File {
	t.Helper()
	f := NewFile(folder)
	f.factor = 2
	require.NoError(t, f.Unlock(t.Context(), network.NewSecret(passphrase)))
	return f
}

func TestVaults(t *testing.T) {
	ring := newFakeRing()
	for name, v := range map[string]Vault{"memory": new(Memory), "file": opened(t, filepath.Join(t.TempDir(), "vault")), "keyring": newKeyring(ring, time.Second)} {
		t.Run(name, func(t *testing.T) {
			_, err := v.Get(t.Context(), "a")
			require.ErrorIs(t, err, ErrNotFound)
			require.NoError(t, v.Delete(t.Context(), "a"))
			for _, value := range []string{canary, "", strings.Repeat("x", 2000), strings.Repeat("y", 9001), "short"} {
				require.NoError(t, v.Put(t.Context(), "a", network.NewSecret(value)))
				got, err := v.Get(t.Context(), "a")
				require.NoError(t, err)
				same := value == got.Reveal()
				assert.True(t, same)
			}
			require.NoError(t, v.Put(t.Context(), "b", network.NewSecret("2")))
			require.NoError(t, v.Delete(t.Context(), "a"))
			_, err = v.Get(t.Context(), "a")
			require.ErrorIs(t, err, ErrNotFound)
			got, err := v.Get(t.Context(), "b")
			require.NoError(t, err)
			assert.Equal(t, "2", got.Reveal())
			assert.NotEmpty(t, Sentence(v))
		})
	}
	assert.Len(t, ring.entries, 1, "no piece is left behind")
}

func TestKeyringThatDoesNotServe(t *testing.T) {
	t.Run("locked for ever", func(t *testing.T) {
		ring := newFakeRing()
		ring.hang = make(chan struct{})
		k := newKeyring(ring, 20*time.Millisecond)
		for range 3 {
			_, err := k.Get(t.Context(), "a")
			require.ErrorIs(t, err, ErrLocked)
		}
		close(ring.hang)
		require.Eventually(t, func() bool {
			_, err := k.Get(t.Context(), "a")
			return errors.Is(err, ErrNotFound)
		}, 10*time.Second, time.Millisecond, "unlocked, it serves again")
	})
	t.Run("locked and says so", func(t *testing.T) {
		ring := newFakeRing()
		ring.err = errors.New("failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'")
		_, err := newKeyring(ring, time.Second).Get(t.Context(), "a")
		require.ErrorIs(t, err, ErrLocked)
	})
	t.Run("absent", func(t *testing.T) {
		ring := newFakeRing()
		ring.err = errors.New("The name org.freedesktop.secrets was not provided by any .service files")
		_, err := newKeyring(ring, time.Second).Get(t.Context(), "a")
		require.ErrorIs(t, err, errNoKeyring)
	})
	t.Run("full in the middle of a long value", func(t *testing.T) {
		ring := newFakeRing()
		k := newKeyring(ring, time.Second)
		old, long := strings.Repeat("o", 5000), strings.Repeat("n", 9000)
		require.NoError(t, k.Put(t.Context(), "a", network.NewSecret(old)))
		for allowed := range 5 {
			left := allowed
			ring.fail = func() error {
				if left--; left < 0 {
					return errors.New("full")
				}
				return nil
			}
			require.Error(t, k.Put(t.Context(), "a", network.NewSecret(long)))
			got, err := k.Get(t.Context(), "a")
			require.NoError(t, err)
			same := old == got.Reveal()
			assert.True(t, same, "the old value is kept")
		}
	})
	t.Run("tampered with", func(t *testing.T) {
		ring := newFakeRing()
		for _, head := range []string{"", "x", "n:", "n:a", "n:a:x", "n:a:99999999", "n:a:-1", "n:a:2"} {
			ring.entries["a"] = head
			_, err := newKeyring(ring, time.Second).Get(t.Context(), "a")
			require.ErrorIs(t, err, ErrDamaged, "%q", head)
		}
	})
}

func TestFile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "vault")
	locked := NewFile(folder)
	assert.False(t, locked.Exists())
	_, err := locked.Get(t.Context(), "a")
	require.ErrorIs(t, err, ErrLocked)
	require.ErrorIs(t, locked.Put(t.Context(), "a", network.NewSecret(canary)), ErrLocked)
	require.ErrorIs(t, locked.Unlock(t.Context(), network.Secret{}), ErrPassphrase)

	require.NoError(t, opened(t, folder).Put(t.Context(), "name-of-entry", network.NewSecret(canary)))
	assert.True(t, locked.Exists())
	assert.True(t, locked.Locked())
	require.ErrorIs(t, locked.Unlock(t.Context(), network.NewSecret("wrong")), ErrPassphrase)
	require.NoError(t, locked.Unlock(t.Context(), network.NewSecret(passphrase)))
	got, err := locked.Get(t.Context(), "name-of-entry")
	require.NoError(t, err)
	assert.Equal(t, canary, got.Reveal())

	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&0o077, "%s is the person's alone", entry.Name())
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		require.NoError(t, err)
		for _, secret := range []string{canary, passphrase, "AGE-SECRET-KEY", "name-of-entry"} {
			assert.NotContains(t, string(data), secret)
		}
	}
}

func TestFileThatWasTamperedWith(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"a byte": func(data []byte) []byte { data[len(data)-1] ^= 1; return data }, "cut": func(data []byte) []byte { return data[:len(data)/2] },
		"empty": func([]byte) []byte { return nil }, "another file": func([]byte) []byte { return []byte("hello") },
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "vault")
			f := opened(t, folder)
			require.NoError(t, f.Put(t.Context(), "a", network.NewSecret(canary)))
			file := filepath.Join(folder, entriesFile)
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			changed := change(data)
			require.NoError(t, os.WriteFile(file, changed, 0o600))
			_, err = f.Get(t.Context(), "a")
			require.ErrorIs(t, err, ErrDamaged)
			assert.NotContains(t, err.Error(), canary)

			require.NoError(t, f.Put(t.Context(), "b", network.NewSecret("2")), "it goes on anew")
			aside, err := os.ReadFile(file + damagedName)
			require.NoError(t, err)
			assert.Equal(t, string(changed), string(aside), "and loses nothing")

			key := filepath.Join(folder, keyFile)
			require.NoError(t, os.WriteFile(key, change([]byte("age-encryption.org/v1\n-> scrypt AAAA 2\n")), 0o600))
			err = NewFile(folder).Unlock(t.Context(), network.NewSecret(passphrase))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), passphrase)
			assert.FileExists(t, key, "and is not given another passphrase")
		})
	}
}

func TestFullDiskKeepsTheOldValue(t *testing.T) {
	f := opened(t, filepath.Join(t.TempDir(), "vault"))
	require.NoError(t, f.Put(t.Context(), "a", network.NewSecret("old")))
	f.replace = func(string, []byte) error { return syscall.ENOSPC }
	err := f.Put(t.Context(), "a", network.NewSecret("new"))
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorIs(t, f.Delete(t.Context(), "a"), syscall.ENOSPC)
	got, err := f.Get(t.Context(), "a")
	require.NoError(t, err)
	assert.Equal(t, "old", got.Reveal())

	// What replaceFile cannot finish it takes away again.
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "taken"), 0o700))
	require.Error(t, replaceFile(filepath.Join(folder, "taken"), []byte("x")))
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

func TestTwoProcessesAtOnce(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "vault")
	f := opened(t, folder)
	program, err := os.Executable()
	require.NoError(t, err)
	var writers []*exec.Cmd
	for range 3 {
		writer := exec.CommandContext(t.Context(), program, "-test.run=^$")
		writer.Env = append(os.Environ(), writerVariable+"="+folder)
		writer.Stderr = os.Stderr
		require.NoError(t, writer.Start())
		writers = append(writers, writer)
	}
	for i := range writerEntries {
		require.NoError(t, f.Put(t.Context(), "own/"+strconv.Itoa(i), network.NewSecret(canary)))
	}
	for _, writer := range writers {
		require.NoError(t, writer.Wait())
	}
	identity, err := f.key()
	require.NoError(t, err)
	entries, err := f.read(identity)
	require.NoError(t, err)
	assert.Len(t, entries, 4*writerEntries, "no entry of any process is lost")
}

// TestRealKeyring talks to gnome-keyring on a D-Bus of its own.
func TestRealKeyring(t *testing.T) {
	const inner = "LATCHKEY_TEST_KEYRING"
	if os.Getenv(inner) == "" {
		for _, name := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
			if _, err := exec.LookPath(name); err != nil {
				t.Skip(name + " is not installed")
			}
		}
		program, err := os.Executable()
		require.NoError(t, err)
		home := t.TempDir()
		command := exec.CommandContext(t.Context(), "dbus-run-session", "--", "sh", "-c",
			`eval "$(printf pass | gnome-keyring-daemon --unlock --components=secrets)" && exec "$0" -test.run='^TestRealKeyring$' -test.v`, program)
		command.Env = append(os.Environ(), inner+"=1", "HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+home)
		output, err := command.CombinedOutput()
		require.NoError(t, err, "%s", output)
		require.Contains(t, string(output), "--- PASS: TestRealKeyring")
		return
	}
	k, err := NewKeyring(t.Context())
	require.NoError(t, err)
	long := strings.Repeat(canary, 1000)
	require.NoError(t, k.Put(t.Context(), "a", network.NewSecret(long)))
	got, err := k.Get(t.Context(), "a")
	require.NoError(t, err)
	assert.Equal(t, long, got.Reveal())
	require.NoError(t, k.Delete(t.Context(), "a"))
	_, err = k.Get(t.Context(), "a")
	require.ErrorIs(t, err, ErrNotFound)
}

func TestOpenWithoutAKeyring(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	v := Open(t.Context(), t.TempDir())
	assert.Equal(t, KindFile, v.Kind())
}

func FuzzParseEntries(f *testing.F) {
	f.Add([]byte(`{"a":"b"}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`[1]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, err := parseEntries(text)
		if err != nil {
			require.Equal(t, ErrDamaged, err)
			return
		}
		require.NotNil(t, entries)
	})
}
