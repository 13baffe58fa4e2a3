package service_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/service"
)

// profile returns a profile of an ID and a name.
func profile(id, name string) []byte {
	return []byte(strings.Replace(with("id", fmt.Sprintf("id = %q", id)), `name = "TV"`, fmt.Sprintf("name = %q", name), 1))
}

func newFolder(t *testing.T) (*service.Folder, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "latchkey", "services")
	return service.NewFolder(path), path
}

func ids(t *testing.T, f *service.Folder) []string {
	t.Helper()
	profiles, _, err := f.List()
	require.NoError(t, err)
	var list []string
	for _, p := range profiles {
		list = append(list, p.ID)
	}
	return list
}

func TestFolder(t *testing.T) {
	f, path := newFolder(t)
	assert.Empty(t, ids(t, f), "a folder that is not there")
	_, err := f.Get("b")
	require.ErrorIs(t, err, service.ErrUnknownService)
	require.ErrorIs(t, f.Remove("b"), service.ErrUnknownService)

	p, err := f.Import(profile("b", "Alpha"), false)
	require.NoError(t, err)
	assert.Equal(t, "Alpha", p.Name)
	_, err = f.Import(profile("a", "Beta"), false)
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "a"}, ids(t, f))
	info, err := os.Stat(filepath.Join(path, "b.toml"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())

	_, err = f.Import(profile("b", "Alpha"), false)
	require.NoError(t, err, "the same bytes again")
	_, err = f.Import(profile("b", "Evil"), false)
	require.ErrorIs(t, err, service.ErrExists)
	p, err = f.Get("b")
	require.NoError(t, err)
	assert.Equal(t, "Alpha", p.Name)
	_, err = f.Import(profile("b", "Gamma"), true)
	require.NoError(t, err)
	p, err = f.Get("b")
	require.NoError(t, err)
	assert.Equal(t, "Gamma", p.Name)

	_, err = f.Import([]byte("canary"), true)
	require.ErrorIs(t, err, service.ErrProfile)
	require.NoError(t, f.Remove("b"))
	assert.Equal(t, []string{"a"}, ids(t, f))
	names, err := filepath.Glob(filepath.Join(path, "*"))
	require.NoError(t, err)
	assert.Len(t, names, 1)
	hidden, err := filepath.Glob(filepath.Join(path, ".*"))
	require.NoError(t, err)
	assert.Empty(t, hidden, "nothing half written is left")
}

func TestFolderOfBadFiles(t *testing.T) {
	f, path := newFolder(t)
	_, err := f.Import(profile("good", "Good"), false)
	require.NoError(t, err)
	outside := filepath.Join(t.TempDir(), "outside.toml")
	require.NoError(t, os.WriteFile(outside, profile("outside", "Outside"), 0o600))
	put := func(name string, data []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(path, name), data, 0o600))
	}
	put("broken.toml", []byte("canary"))
	put("other.toml", profile("another", "Another"))
	put("big.toml", []byte("schema = \"latchkey.service/1\"\n#"+strings.Repeat("x", 300<<10)))
	put("readme.txt", []byte("canary"))
	put(".x.partial", profile("x", "X"))
	require.NoError(t, os.Mkdir(filepath.Join(path, "folder.toml"), 0o700))
	require.NoError(t, os.Symlink(outside, filepath.Join(path, "outside.toml")))
	require.NoError(t, os.Symlink("../../../outside.toml", filepath.Join(path, "up.toml")))
	require.NoError(t, os.Symlink("loop.toml", filepath.Join(path, "loop.toml")))

	profiles, problems, err := f.List()
	require.NoError(t, err)
	require.Len(t, profiles, 1)
	assert.Equal(t, "good", profiles[0].ID)
	var files []string
	for _, problem := range problems {
		files = append(files, problem.File)
		require.Error(t, problem.Err)
		assert.NotContains(t, problem.Err.Error(), "canary")
	}
	assert.Equal(t, []string{`"big.toml"`, `"broken.toml"`, `"folder.toml"`, `"loop.toml"`, `"other.toml"`, `"outside.toml"`, `"up.toml"`}, files)

	for _, id := range []string{"outside", "up", "folder", "../outside", "", "good.toml"} {
		_, err := f.Get(id)
		require.Error(t, err, id)
	}
	_, err = f.Import(profile("outside", "Changed"), true)
	require.NoError(t, err)
	data, err := os.ReadFile(outside)
	require.NoError(t, err)
	assert.Equal(t, profile("outside", "Outside"), data, "what a link leads to is not written")
	require.NoError(t, f.Remove("broken"))
	require.ErrorIs(t, f.Remove("../outside"), service.ErrUnknownService)
}

func TestFolderIsBounded(t *testing.T) {
	f, path := newFolder(t)
	require.NoError(t, os.MkdirAll(path, 0o700))
	for i := range 205 {
		id := fmt.Sprintf("p%d", i)
		require.NoError(t, os.WriteFile(filepath.Join(path, id+".toml"), profile(id, id), 0o600))
	}
	profiles, problems, err := f.List()
	require.NoError(t, err)
	assert.Len(t, profiles, 200)
	require.Len(t, problems, 5)
	require.ErrorIs(t, problems[0].Err, service.ErrFull)
	_, err = f.Import(profile("new", "New"), false)
	require.ErrorIs(t, err, service.ErrFull)
	_, err = f.Import(profile("p1", "New"), true)
	require.NoError(t, err, "one that is there may be replaced")
}

// TestFolderOfMany imports from many at once: one of them wins, whole.
func TestFolderOfMany(t *testing.T) {
	f, path := newFolder(t)
	var wait sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wait.Go(func() { _, results[i] = service.NewFolder(path).Import(profile("tv", fmt.Sprintf("TV %d", i)), false) })
	}
	wait.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, service.ErrExists)
	}
	assert.Equal(t, 1, won)
	assert.Equal(t, []string{"tv"}, ids(t, f))
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	f := service.NewFolder(filepath.Join(path, "services"))
	_, err := f.Import(profile("tv", "TV"), false)
	require.Error(t, err)
	require.NotErrorIs(t, err, service.ErrProfile)
	_, _, err = service.NewFolder(path).List()
	require.Error(t, err)
}

func TestDefaultPath(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", "/config")
	path, err := service.DefaultPath()
	require.NoError(t, err)
	assert.Equal(t, "/config/latchkey/services", path)
}

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Example TV.latchkey")
	require.NoError(t, os.WriteFile(path, profile("tv", "TV"), 0o600))
	p, data, err := service.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "tv", p.ID)
	assert.Equal(t, profile("tv", "TV"), data)

	require.NoError(t, os.WriteFile(path, []byte("canary"), 0o600))
	_, _, err = service.ReadFile(path)
	require.ErrorIs(t, err, service.ErrProfile)
	_, _, err = service.ReadFile(filepath.Dir(path))
	require.ErrorIs(t, err, service.ErrProfile)
	_, _, err = service.ReadFile(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
}
