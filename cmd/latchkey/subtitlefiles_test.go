package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player"
	"latchkey/player/mediatest"
)

// subtitledFile makes a film of two seconds with German subtitles in it, English ones beside it,
// and a file of French ones of any name.
func subtitledFile(t *testing.T) (film, french string) {
	t.Helper()
	folder := t.TempDir()
	film, french = filepath.Join(folder, "film.mkv"), filepath.Join(folder, "any.srt")
	german := filepath.Join(folder, "german.srt")
	for path, text := range map[string]string{
		german:                               "1\n00:00:00,500 --> 00:00:01,000\nHallo\n\n2\n00:00:01,500 --> 00:00:03,000\n<i>Ende</i>\n\n3\n00:00:05,000 --> 00:00:06,000\ndanach\n",
		filepath.Join(folder, "film.en.srt"): "1\n00:00:00,500 --> 00:00:01,000\nHello\n",
		french:                               "1\r\n00:00:00,500 --> 00:00:01,000\r\n\xc7a va\r\n",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	mediatest.FFmpeg(t, "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25,trim=end_frame=50", "-i", german, "-map", "0", "-map", "1", "-c:v", "libx264", "-pix_fmt", "yuv420p",
		"-c:s", "srt", "-metadata:s:s:0", "language=ger", film)
	require.NoError(t, os.Remove(german))
	return film, french
}

// TestCuesOfAFile writes the subtitles in a file, beside it, and of --sub-file: all cues of them,
// unless only a part of the film is played.
func TestCuesOfAFile(t *testing.T) {
	film, french := subtitledFile(t)
	for name, c := range map[string]struct {
		arguments []string
		want      string
	}{
		"in it":          {[]string{"--sub-lang", "de"}, "\n00:00:00.500 --> 00:00:01.000\nHallo\n\n00:00:01.500 --> 00:00:03.000\n<i>Ende</i>\n\n00:00:05.000 --> 00:00:06.000\ndanach\n"},
		"a part":         {[]string{"--sub-lang", "de", "--length", "1s"}, "\n00:00:00.500 --> 00:00:01.000\nHallo\n"},
		"beside it":      {[]string{"--sub-lang", "en"}, "\n00:00:00.500 --> 00:00:01.000\nHello\n"},
		"given":          {[]string{"--sub-file", french}, "\n00:00:00.500 --> 00:00:01.000\nÇa va\n"},
		"two given":      {[]string{"--sub-file", french, "--sub-file", filepath.Join(filepath.Dir(film), "film.en.srt")}, "\n00:00:00.500 --> 00:00:01.000\nÇa va\n"},
		"given, and off": {[]string{"--sub-file", french, "--sub-lang", "off"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			root := newRoot(&stdout, &stderr)
			root.SetArgs(append(append([]string{"probe", "--cues", "-", "--report", os.DevNull}, c.arguments...), film))
			require.NoError(t, root.ExecuteContext(t.Context()), "%s", stderr.String())
			assert.Equal(t, "WEBVTT\n"+c.want, stdout.String())
		})
	}
}

// TestSubtitleFilesThatCannotBeRead names a file that is not there, a folder, and a web page.
func TestSubtitleFilesThatCannotBeRead(t *testing.T) {
	film, _ := subtitledFile(t)
	folder := filepath.Dir(film)
	page := filepath.Join(folder, "page.srt")
	require.NoError(t, os.WriteFile(page, []byte("<html>"), 0o600))
	for file, says := range map[string]string{
		filepath.Join(folder, "none.srt"): "The file " + filepath.Join(folder, "none.srt") + " does not exist. (code 4005)",
		folder:                            folder + " is a folder. Choose a file in it. (code 4007)",
		page:                              page + " holds no subtitles that Latchkey knows. (code 4001)",
	} {
		t.Run(filepath.Base(file), func(t *testing.T) {
			code, said := execute(t, "probe", "--report", os.DevNull, "--cues", os.DevNull, "--sub-file", file, film)
			assert.Equal(t, exitMedia, code)
			assert.Equal(t, "latchkey: "+says+"\n", said)
			if file != page {
				code, said = execute(t, "--sub-file", file, film)
				assert.Equal(t, exitMedia, code)
				assert.Equal(t, "latchkey: "+says+"\n", said)
			}
		})
	}
}

// TestSubtitleFilesOfTheFirstSource gives the files of --sub-file to what the command line names,
// and to nothing that is opened later.
func TestSubtitleFilesOfTheFirstSource(t *testing.T) {
	var given []string
	a := &account{configuration: network.NewConfiguration(), first: "/film.mkv", subtitles: func(r *player.MediaResource) (*player.MediaResource, error) {
		given = append(given, r.String())
		return r, nil
	}}
	for _, source := range []string{"/film.mkv", "/other.mkv"} {
		_, err := a.Resource(source)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"/film.mkv"}, given)
}
