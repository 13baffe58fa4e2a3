package player_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// playHashes plays a presentation to its end as fast as it decodes, and returns the hashes of all its pictures
// and all its sound.
func playHashes(t *testing.T, source string, config player.Config) (pictures, sounds string, end player.Snapshot) {
	t.Helper()
	var seen, heard bytes.Buffer
	video, audio := report.NewHashes(&seen), report.NewHashes(&heard)
	config.FreeRun, config.VideoTap, config.AudioTap = true, video.Video, audio.Audio
	t.Run(filepath.Base(filepath.Dir(source)), func(t *testing.T) { // its end closes the player
		s := newScreen(t, config)
		s.open(source, nil, 0)
		s.play()
		end = s.ended()
	})
	require.NoError(t, video.Flush())
	require.NoError(t, audio.Flush())
	return seen.String(), heard.String(), end
}

// requireTwin plays a presentation and its clear twin, and wants all that is decoded to be the same.
func requireTwin(t *testing.T, twin, encrypted string, config player.Config) {
	t.Helper()
	wantPictures, wantSounds, end := playHashes(t, twin, config)
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	require.NotEmpty(t, wantPictures+wantSounds)
	pictures, sounds, end := playHashes(t, encrypted, config)
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	requireSame(t, "pictures", wantPictures, pictures)
	requireSame(t, "sounds", wantSounds, sounds)
}

// requireSame compares hashes line by line and shows where they part.
func requireSame(t *testing.T, what, want, got string) {
	t.Helper()
	wanted, gotten := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(wanted), len(gotten)) {
		require.Equal(t, wanted[i], gotten[i], "%s, line %d of %d", what, i, len(wanted))
	}
	require.Len(t, gotten, len(wanted), what)
}

var wholeMethods = []string{"AES-128", "AES-256", "AES-256-CTR", "AES-256-GCM"}

// TestWholeSegments plays {method} x {container} x {IV given or not} and compares with the clear twin.
func TestWholeSegments(t *testing.T) {
	t.Parallel()
	for _, method := range wholeMethods {
		for _, container := range []string{"ts", "fmp4"} {
			for _, iv := range []string{"", "0123456789abcdef"} {
				t.Run(method+" "+container+" "+iv, func(t *testing.T) {
					twin := mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}, Fragmented: container == "fmp4"}
					secret := twin
					secret.Encrypted, secret.Method, secret.IV = true, method, []byte(iv)
					requireTwin(t, mediatest.MakeHLS(t, twin).Playlist, mediatest.MakeHLS(t, secret).Playlist, player.Config{})
				})
			}
		}
	}
}

// TestWholeSegmentsFailClosed plays with the wrong key, with no key, and cut-off segments: nothing is seen or heard.
func TestWholeSegmentsFailClosed(t *testing.T) {
	t.Parallel()
	rest := "of-another-width"
	tests := map[string]struct {
		method string
		key    string
		cut    int // bytes off the first segment's end
		want   player.Code
	}{
		"AES-128, wrong key":         {"AES-128", "another-hls-key!", 0, player.CodeWrongKey},
		"AES-256, wrong key":         {"AES-256", "another-hls-key!" + rest, 0, player.CodeWrongKey},
		"AES-256-CTR, wrong key":     {"AES-256-CTR", "another-hls-key!" + rest, 0, player.CodeWrongKey},
		"AES-256-GCM, wrong key":     {"AES-256-GCM", "another-hls-key!" + rest, 0, player.CodeWrongKey},
		"AES-128, key of 32 bytes":   {"AES-128", "latchkey-hls-key" + rest, 0, player.CodeKeyLength},
		"AES-256, key of 16 bytes":   {"AES-256", "latchkey-hls-key", 0, player.CodeKeyLength},
		"AES-256-CTR, key in base64": {"AES-256-CTR", "bGF0Y2hrZXktaGxzLWtleW9mLWFub3RoZXItd2lkdGg=", 0, player.CodeKeyLength},
		"AES-256, a web page":        {"AES-256", "<html><body>Sign in</body></html", 0, player.CodeKeyIsWebPage},
		"ROT-13":                     {"ROT-13", "latchkey-hls-key", 0, player.CodeKeyMethod},
		"AES-256-GCM, cut":           {"AES-256-GCM", "latchkey-hls-key" + rest, 9, player.CodeWrongKey},
		"AES-128, cut in a block":    {"AES-128", "latchkey-hls-key", 9, player.CodeWrongKey},
		"AES-128, cut at a block":    {"AES-128", "latchkey-hls-key", 16, player.CodeWrongKey},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			spec := mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}, Encrypted: true, IV: []byte("0123456789abcdef"), Method: test.method}
			if test.method == "ROT-13" {
				spec.Method = "AES-128"
			}
			playlist := copyFolder(t, mediatest.MakeHLS(t, spec))
			folder := filepath.Dir(playlist)
			require.NoError(t, os.WriteFile(filepath.Join(folder, "key.bin"), []byte(test.key), 0o600))
			text, err := os.ReadFile(playlist)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(playlist, bytes.Replace(text, []byte("METHOD="+spec.Method), []byte("METHOD="+test.method), 1), 0o600))
			segment, err := os.ReadFile(filepath.Join(folder, "segment0.ts"))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(folder, "segment0.ts"), segment[:len(segment)-test.cut], 0o600))
			pictures, sounds, end := playHashes(t, playlist, player.Config{})
			require.Equal(t, player.Failed, end.State)
			require.Equal(t, test.want, end.Error.Code, "%v", end.Error)
			if test.cut == 0 {
				require.Empty(t, pictures)
				require.Empty(t, sounds)
			}
		})
	}
}

// copyFolder copies a presentation to a folder that may be changed, and returns its playlist.
func copyFolder(t *testing.T, stream mediatest.HLS) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(stream.Folder)))
	return filepath.Join(folder, filepath.Base(stream.Playlist))
}
