package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player/mediatest"
)

// runs executes a command line and returns what it prints, and its exit code.
func runs(t *testing.T, arguments ...string) (stdout, complaint string, code int) {
	t.Helper()
	var out, log, line bytes.Buffer
	root := newRoot(&out, &log)
	root.SetArgs(arguments)
	err := root.ExecuteContext(t.Context())
	code = exit(err, false, &line)
	return out.String(), line.String(), code
}

// film makes a Matroska file that is longer than a playlist may be: 100 pictures without
// compression, two sounds and subtitles.
func film(t *testing.T, folder string) string {
	t.Helper()
	subtitles, file := filepath.Join(folder, "text.srt"), filepath.Join(folder, "film.mkv")
	require.NoError(t, os.WriteFile(subtitles, []byte("1\n00:00:00,000 --> 00:00:02,000\nThe tide comes in.\n"), 0o600))
	mediatest.FFmpeg(t, "-f", "lavfi", "-i", "testsrc=size=640x360:rate=25", "-f", "lavfi", "-i", "sine=sample_rate=48000", "-i", subtitles,
		"-map", "0:v", "-map", "1:a", "-map", "1:a", "-map", "2:s", "-frames:v", "100", "-t", "4", "-c:v", "rawvideo", "-pix_fmt", "yuv420p",
		"-c:a:0", "pcm_s16le", "-ac:a:0", "2", "-c:a:1", "flac", "-ac:a:1", "1", "-c:s", "subrip",
		"-metadata", "title=The Tide", "-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=eng", "-metadata:s:a:1", "title=Commentary",
		"-metadata:s:s:0", "language=fra", "-disposition:v:0", "0", "-disposition:a:0", "default", "-disposition:a:1", "0", "-disposition:s:0", "0", "-y", file)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Greater(t, info.Size(), int64(maxPlaylist))
	return file
}

// TestListOfAFile lists the tracks of a film, counted from 1 within their kind.
func TestListOfAFile(t *testing.T) {
	said, complaint, code := runs(t, "probe", "--list", film(t, t.TempDir()))
	require.Zero(t, code, "%s", complaint)
	assert.Equal(t, `container: matroska,webm, duration 4s, title "The Tide"
video 1: codec "rawvideo", 640x360, 25 frames/s, language "", title "", default false
audio 1: codec "pcm_s16le", 48000 Hz, 2 channels, language "deu", title "", default true
audio 2: codec "flac", 48000 Hz, 1 channels, language "eng", title "Commentary", default false
subtitle 1: codec "subrip", language "fra", title "", default false
`, said)
}

// TestListOfAnEncryptedFile names the protection of a file's tracks.
func TestListOfAnEncryptedFile(t *testing.T) {
	folder := filepath.Join("..", "..", "player", "testdata", "cbcs-h264")
	parts, err := filepath.Glob(filepath.Join(folder, "video.mp4"))
	require.NoError(t, err)
	require.NotEmpty(t, parts)
	said, complaint, code := runs(t, "probe", "--list", parts[0])
	require.Zero(t, code, "%s", complaint)
	assert.Contains(t, said, `video 1: codec "h264", 160x90`)
	assert.Contains(t, said, `protection: scheme "cbcs", KID 00112233445566778899aabbccddeeff, of a track of "avc1"`)
}

// TestPlaylistWithAQuery asks for a playlist at its whole address.
func TestPlaylistWithAQuery(t *testing.T) {
	query := ""
	origin, err := networktest.NewOrigin(networktest.Options{Routes: []networktest.Route{{Path: "/main.m3u8", Class: network.ClassPlaylist,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			query = r.URL.RawQuery
			_, _ = w.Write([]byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n1.ts\n#EXT-X-ENDLIST\n"))
		})}}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, origin.Close()) })
	for _, command := range [][]string{{"playlist"}, {"probe", "--list"}} {
		query = ""
		_, complaint, code := runs(t, append(command, origin.URL("main.m3u8")+"?edition=2")...)
		require.Zero(t, code, "%s", complaint)
		assert.Equal(t, "edition=2", query, "%v", command)
	}
}

// TestNoPlaylist says of files and addresses that are no playlists what they are.
func TestNoPlaylist(t *testing.T) {
	folder := t.TempDir()
	long := film(t, folder)
	noise := filepath.Join(folder, "noise")
	require.NoError(t, os.WriteFile(noise, bytes.Repeat([]byte("no film and no list\n"), 200), 0o600))
	origin, err := networktest.NewOrigin(networktest.Options{FS: os.DirFS(folder)})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, origin.Close()) })
	for name, c := range map[string]struct {
		arguments []string
		line      string
		code      int
	}{
		"a text":              {[]string{"probe", "--list", noise}, "latchkey: " + noise + " is no playlist, no film and no music that Latchkey knows. (code 4001)\n", exitMedia},
		"a film as playlist":  {[]string{"playlist", long}, "latchkey: What came is no stream: it is a Matroska or WebM file. Check the address. (code 3001)\n", exitPlaylist},
		"a film of a server":  {[]string{"probe", "--list", origin.URL("film.mkv")}, "latchkey: What came is no stream: it is a Matroska or WebM file. Check the address. (code 3001)\n", exitPlaylist},
		"no film of a server": {[]string{"playlist", origin.URL("film.mkv")}, "latchkey: What came is no stream: it is a Matroska or WebM file. Check the address. (code 3001)\n", exitPlaylist},
		"nothing":             {[]string{"probe", "--list", noise + "s"}, "latchkey: The file " + noise + "s does not exist. (code 4005)\n", exitMedia},
	} {
		t.Run(name, func(t *testing.T) {
			_, complaint, code := runs(t, c.arguments...)
			assert.Equal(t, c.line, complaint)
			assert.Equal(t, c.code, code)
		})
	}
}
