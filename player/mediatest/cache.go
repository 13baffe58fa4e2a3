package mediatest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// made is one entry of the cache. once guards the rest.
type made struct {
	once sync.Once
	path string
	err  error
}

var (
	mu     sync.Mutex // guards what follows
	folder string     // of the test binary's run, empty without Run
	cache  = make(map[string]*made)
)

// Run runs the tests of a package with a folder for the media that they share, and removes it after
// them. It returns the exit code. Call it from TestMain.
func Run(m *testing.M) int {
	made, err := os.MkdirTemp("", "mediatest-")
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "mediatest: no folder for media:", err)
		return 1
	}
	mu.Lock()
	folder = made
	mu.Unlock()
	code := m.Run()
	if err := os.RemoveAll(made); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "mediatest: remove media:", err)
		code = max(code, 1)
	}
	return code
}

// cached returns what build made in a folder of its own, the same for the same key. build returns the
// path that is the result.
func cached(t testing.TB, key string, build func(dir string) (string, error)) string {
	t.Helper()
	mu.Lock()
	base := folder
	entry := cache[key]
	if base != "" && entry == nil {
		entry = new(made)
		cache[key] = entry
	}
	mu.Unlock()
	if base == "" {
		base, entry = t.TempDir(), new(made)
	}
	entry.once.Do(func() {
		// Not a failure of this test alone: whoever asks next sees it too.
		entry.err = errors.New("another test gave up while the medium was made")
		sum := sha256.Sum256([]byte(key))
		dir := filepath.Join(base, hex.EncodeToString(sum[:8]))
		if entry.err = os.MkdirAll(dir, 0o700); entry.err == nil {
			entry.path, entry.err = build(dir)
		}
	})
	require.NoError(t, entry.err, "make test media: %s", strings.TrimSpace(key))
	return entry.path
}
