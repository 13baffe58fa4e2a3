package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// subtitledStream writes a stream with subtitles beside it, and returns its playlist.
func subtitledStream(t *testing.T) string {
	t.Helper()
	video, err := filepath.Abs(filepath.Join("..", "..", "player", "testdata", "clear-h264"))
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(folder, "video"), os.DirFS(video)))
	for name, text := range map[string]string{
		"main.m3u8": "#EXTM3U\n" + `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",LANGUAGE="en",DEFAULT=YES,URI="text.m3u8"` + "\n" +
			`#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="sound",DEFAULT=YES,URI="video/audio.m3u8"` + "\n" +
			`#EXT-X-STREAM-INF:BANDWIDTH=300000,AUDIO="a",SUBTITLES="s"` + "\nvideo/video.m3u8\n",
		"text.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\ntext.vtt\n#EXT-X-ENDLIST\n",
		"text.vtt":  "WEBVTT\n\n00:00.000 --> 00:09.000\nThe tide comes in.\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	return filepath.Join(folder, "main.m3u8")
}

// TestStandardOutput shows that a FILE of - is standard output, for every flag of probe that writes
// one.
func TestStandardOutput(t *testing.T) {
	source := subtitledStream(t)
	for flag, want := range map[string]string{
		"--report":       `"schema": "latchkey.report/1"`,
		"--har":          `"creator"`,
		"--frame-hashes": "^0 160 90 [0-9a-f]{32}\n",
		"--audio-hash":   "^-?[0-9]+ [0-9]{1,4} [0-9a-f]{32}\n",
		"--cues":         "^WEBVTT\n\n00:00:00.000 --> 00:00:09.000\nThe tide comes in.\n",
	} {
		t.Run(flag, func(t *testing.T) {
			folder := t.TempDir()
			t.Chdir(folder)
			arguments := []string{"probe", flag, "-", "--sub-lang", "en", "--length", "1s", source}
			if flag != "--report" {
				arguments = append(arguments, "--report", os.DevNull)
			}
			var stdout, stderr bytes.Buffer
			root := newRoot(&stdout, &stderr)
			root.SetArgs(arguments)
			require.NoError(t, root.ExecuteContext(t.Context()), "%s", stderr.String())
			assert.Regexp(t, want, stdout.String())
			left, err := os.ReadDir(folder)
			require.NoError(t, err)
			assert.Empty(t, left, "files in the current folder")
		})
	}
}

// TestHashesTogether shows that the lines of pictures and of sound stay whole where both go to
// standard output.
func TestHashesTogether(t *testing.T) {
	var stdout, stderr bytes.Buffer
	root := newRoot(&stdout, &stderr)
	root.SetArgs([]string{"probe", "--frame-hashes", "-", "--audio-hash", "-", "--report", os.DevNull, subtitledStream(t)})
	require.NoError(t, root.ExecuteContext(t.Context()), "%s", stderr.String())
	assert.Regexp(t, `\A(-?[0-9]+ (160 90|[0-9]{1,4}) [0-9a-f]{32}\n)+\z`, stdout.String())
	assert.Contains(t, stdout.String(), " 160 90 ")
	assert.Contains(t, stdout.String(), " 1024 ")
}
