package auth

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// install makes a folder with a program for opening pages the only one on the path.
func install(t *testing.T, script string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if script != "" {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "xdg-open"), []byte("#!/bin/sh\n"+script), 0o700))
	}
	t.Setenv("PATH", folder)
	t.Setenv("DISPLAY", ":0")
	return folder
}

func TestOpenBrowser(t *testing.T) {
	const page = "https://example.test/signin?a=b&state=hush"
	t.Run("opens", func(t *testing.T) {
		folder := install(t, `echo "$1" > "${0%/*}/page"`)
		require.NoError(t, OpenBrowser(page))
		opened, err := os.ReadFile(filepath.Join(folder, "page"))
		require.NoError(t, err)
		assert.Equal(t, page+"\n", string(opened))
	})
	t.Run("fails", func(t *testing.T) {
		install(t, "exit 3")
		err := OpenBrowser(page)
		require.ErrorIs(t, err, ErrNoBrowser)
		assert.NotContains(t, err.Error(), "hush")
	})
	t.Run("is not installed", func(t *testing.T) {
		install(t, "")
		require.ErrorIs(t, OpenBrowser(page), ErrNoBrowser)
	})
	t.Run("no display", func(t *testing.T) {
		install(t, "exit 0")
		t.Setenv("DISPLAY", "")
		t.Setenv("WAYLAND_DISPLAY", "")
		t.Setenv("BROWSER", "")
		require.ErrorIs(t, OpenBrowser(page), ErrNoBrowser)
	})
	t.Run("no page", func(t *testing.T) {
		for _, page := range []string{"", "file:///etc/passwd", "javascript:alert(1)", "-x", "http://"} {
			require.Error(t, OpenBrowser(page), page)
		}
	})
}

func TestOpeners(t *testing.T) {
	for system, want := range map[string]string{"linux": "xdg-open", "freebsd": "xdg-open", "darwin": "open", "windows": "rundll32"} {
		name, _ := opener(system)
		assert.Equal(t, want, name)
	}
}
