package player_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/player"
)

// TestNewMediaResource says what is an address, what a file, and what neither; nothing that may be a secret is shown.
func TestNewMediaResource(t *testing.T) {
	const secret = "canary-resource-3"
	here, err := filepath.Abs("film.mkv")
	require.NoError(t, err)
	tests := []struct {
		source string
		file   bool
		shown  string // empty: refused
	}{
		{"https://u:" + secret + "@a.example/m.m3u8?t=" + secret, false, "https://a.example/m.m3u8"},
		{" HTTP://a.example/m.m3u8\n", false, "http://a.example/m.m3u8"},
		{"film.mkv", true, here},
		{"/a/12:30.ts", true, "/a/12:30.ts"},
		{"file:///a/b%20c.mp4", true, "/a/b c.mp4"},
		{"", false, ""},
		{"http://", false, ""},
		{"http://u\\ser:" + secret + "@a.example/e%zz", false, ""},
		{"file://other.example/a", false, ""},
		{"ftp://a.example/" + secret, false, ""},
		{"latchkey:play?token=" + secret, false, ""},
		{"data:video/mp4;base64," + secret, false, ""},
		{"a\x00b", false, ""},
	}
	for _, test := range tests {
		t.Run(test.source, func(t *testing.T) {
			r, err := player.NewMediaResource(test.source, nil)
			if test.shown == "" {
				require.ErrorIs(t, err, player.ErrNoResource)
				assert.NotContains(t, err.Error(), secret)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.file, r.IsFile())
			assert.Equal(t, test.shown, r.String())
		})
	}
}

// TestMetadataOfAnotherType refuses what a resource could make nothing of.
func TestMetadataOfAnotherType(t *testing.T) {
	for _, key := range []string{player.NetworkConfigurationKey, player.CredentialSourceKey, player.KeySystemsKey} {
		metadata := new(network.Metadata)
		metadata.SetObject(key, 7)
		_, err := player.NewMediaResource("https://a.example/m.m3u8", metadata)
		require.ErrorContains(t, err, key)
	}
	metadata := new(network.Metadata)
	metadata.SetObject(player.KeySystemsKey, []drm.KeySystem{drm.ClearKey{}})
	_, err := player.NewMediaResource("https://a.example/m.m3u8", metadata)
	require.NoError(t, err)
}
