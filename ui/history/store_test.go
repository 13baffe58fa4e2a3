package history

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var film = KeyOf("example", "account", "https://media.example.com/film?token=canary")

func TestMark(t *testing.T) {
	tests := []struct {
		name               string
		position, duration time.Duration
		resume             time.Duration
		watched            bool
	}{
		{"in the middle", 30 * time.Minute, time.Hour, 30 * time.Minute, false},
		{"just begun", 9 * time.Second, time.Hour, 0, false},
		{"the last minute", 59*time.Minute + time.Second, time.Hour, 0, true},
		{"95 per cent", 57 * time.Second, time.Minute, 0, true},
		{"the end of what is short", 50 * time.Second, time.Minute, 50 * time.Second, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := New("", nil)
			s.Watch(film, test.position, test.duration)
			assert.Equal(t, test.resume, s.Mark(film).Resume())
			assert.Equal(t, test.watched, s.Mark(film).Watched)
		})
	}
	s := New("", nil)
	s.Watch(film, time.Minute, 0)
	assert.Zero(t, s.Mark(film), "a live stream has no place to go on at")
	s.Watch(film, time.Hour, time.Hour)
	s.Watch(film, time.Minute, time.Hour)
	assert.True(t, s.Mark(film).Watched, "seen once, it stays so")
	assert.NotEqual(t, KeyOf("ab", "c", "d"), KeyOf("a", "bc", "d"))
}

func TestStoreKeepsAndMerges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "history.json")
	first, second := New(path, nil), New(path, nil)
	require.NoError(t, first.Load())
	other := KeyOf("example", "account", "2")
	first.Watch(film, time.Minute, time.Hour)
	second.Watch(other, 2*time.Minute, time.Hour)
	require.NoError(t, first.Save())
	require.NoError(t, second.Save())
	third := New(path, nil)
	require.NoError(t, third.Load())
	assert.Equal(t, time.Minute, third.Mark(film).Resume())
	assert.Equal(t, 2*time.Minute, third.Mark(other).Resume())

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, secret := range []string{"canary", "example", "film"} {
		assert.NotContains(t, string(text), secret)
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Zero(t, info.Mode().Perm()&0o077)
}

func TestDamagedFileIsKeptAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	for _, text := range []string{"", "{", `{"schema":"other"}`, strings.Repeat("x", maxFile+1)} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		s := New(path, nil)
		require.ErrorIs(t, s.Load(), errDamaged)
		aside, err := os.ReadFile(path + damaged)
		require.NoError(t, err)
		assert.Len(t, aside, len(text))
		s.Watch(film, time.Minute, time.Hour)
		require.NoError(t, s.Save())
		again := New(path, nil)
		require.NoError(t, again.Load())
		assert.NotZero(t, again.Mark(film))
	}
}

func TestServeSavesALittleLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "history.json")
		s := New(path, nil)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { s.Serve(ctx); close(done) }()
		s.Watch(film, time.Minute, time.Hour)
		synctest.Wait()
		assert.NoFileExists(t, path)
		time.Sleep(saveAfter + time.Second) //nolint:forbidigo // the time of synctest
		synctest.Wait()
		assert.FileExists(t, path)
		s.Watch(film, 2*time.Minute, time.Hour)
		cancel()
		<-done
		again := New(path, nil)
		require.NoError(t, again.Load())
		assert.Equal(t, 2*time.Minute, again.Mark(film).Resume(), "the end saves what is left")
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"schema":"latchkey.history/1","titles":{"` + string(film) + `":{"position_s":60,"duration_s":3600,"at":"2026-11-25T12:00:00Z"}}}`))
	f.Add([]byte(`{"schema":"latchkey.history/1","titles":{"x":{"position_s":-1}}}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, data []byte) {
		marks, err := parse(data, time.Unix(1_800_000_000, 0))
		if err != nil {
			require.ErrorIs(t, err, errDamaged)
			return
		}
		for key, m := range marks {
			require.True(t, key.valid())
			require.GreaterOrEqual(t, m.Position, time.Duration(0))
			require.LessOrEqual(t, m.Progress(), 1.0)
		}
	})
}
