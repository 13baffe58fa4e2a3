package player_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
)

// reshape copies a presentation into a folder of its own with its media playlists changed, and returns the path of its index.m3u8.
func reshape(t *testing.T, folder string, change func(t *testing.T, folder, list string) []string) string {
	t.Helper()
	copied := t.TempDir()
	require.NoError(t, os.CopyFS(copied, os.DirFS(folder)))
	lists, err := filepath.Glob(filepath.Join(copied, "*.m3u8"))
	require.NoError(t, err)
	for _, list := range lists {
		text, err := os.ReadFile(list)
		require.NoError(t, err)
		if !bytes.Contains(text, []byte("#EXTINF")) {
			continue
		}
		lines := append([]string{"#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:2"}, change(t, copied, list)...)
		require.NoError(t, os.WriteFile(list, []byte(strings.Join(append(lines, "#EXT-X-ENDLIST"), "\n")+"\n"), 0o600))
	}
	return filepath.Join(copied, "index.m3u8")
}

// inOneFile puts the init section and all segments of a playlist into one file, of which they become byte ranges.
func inOneFile(t *testing.T, folder, list string) []string {
	t.Helper()
	name := filepath.Base(list) + ".bin"
	var whole []byte
	add := func(file string) string {
		data, err := os.ReadFile(filepath.Join(folder, file))
		require.NoError(t, err)
		whole = append(whole, data...)
		return fmt.Sprintf("%d@%d", len(data), len(whole)-len(data))
	}
	uri := regexp.MustCompile(`URI="([^"]*)"`)
	var lines []string
	for _, line := range segmentLines(t, list) {
		switch {
		case strings.HasPrefix(line, "#EXT-X-MAP:"):
			line = fmt.Sprintf(`#EXT-X-MAP:URI="%s",BYTERANGE="%s"`, name, add(uri.FindStringSubmatch(line)[1]))
		case !strings.HasPrefix(line, "#"):
			lines = append(lines, "#EXT-X-BYTERANGE:"+add(line))
			line = name
		}
		lines = append(lines, line)
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, name), whole, 0o600))
	return lines
}

// brokenUp puts a discontinuity before each segment but the first, and the init section there again.
func brokenUp(t *testing.T, _, list string) []string {
	t.Helper()
	var lines []string
	init, count := "", 0
	for _, line := range segmentLines(t, list) {
		if strings.HasPrefix(line, "#EXT-X-MAP:") {
			init = line
		}
		if strings.HasPrefix(line, "#EXTINF:") {
			if count++; count > 1 {
				lines = append(lines, "#EXT-X-DISCONTINUITY")
				if init != "" {
					lines = append(lines, init)
				}
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// TestEncryptionMatrix plays {method} x {container} x {codecs} x {byte ranges, discontinuities} and compares all pictures and all sound with those of
// the clear twin in the same shape.
func TestEncryptionMatrix(t *testing.T) {
	t.Parallel()
	twins := make(map[string][2]string) // folders: clear, encrypted
	for name, twin := range lockedTwins {
		twins[name] = [2]string{filepath.Join("testdata", twin), filepath.Join("testdata", name)}
	}
	twins["two keys"] = [2]string{filepath.Join("testdata", "clear-h264"), filepath.Join("testdata", "two")}
	for _, method := range wholeMethods {
		for _, c := range []struct {
			container string
			spec      mediatest.Spec
		}{
			{"ts", mediatest.Spec{Video: "h264", Audio: "aac"}}, {"fmp4", mediatest.Spec{Video: "h264", Audio: "aac"}},
			{"ts", mediatest.Spec{Video: "h264", Audio: "ac3"}}, {"fmp4", mediatest.Spec{Video: "hevc", Audio: "aac"}},
		} {
			twin := mediatest.HLSSpec{Spec: c.spec, Fragmented: c.container == "fmp4"}
			locked := twin
			locked.Encrypted, locked.Method, locked.IV = true, method, []byte("0123456789abcdef")
			name := strings.Join([]string{method, c.container, c.spec.Video, c.spec.Audio}, " ")
			twins[name] = [2]string{mediatest.MakeHLS(t, twin).Folder, mediatest.MakeHLS(t, locked).Folder}
		}
	}
	for name, pair := range twins {
		for shape, change := range map[string]func(*testing.T, string, string) []string{"byte ranges": inOneFile, "discontinuities": brokenUp} {
			t.Run(name+" "+shape, func(t *testing.T) {
				config := player.Config{}
				if name == "two keys" {
					config.Keys = given(t)
				}
				requireTwin(t, reshape(t, pair[0], change), reshape(t, pair[1], change), config)
			})
		}
	}
}
