package player_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
)

// TestBadStream puts each fault on a stream: it ends with its code and a sentence, and nothing hangs or
// is left behind.
func TestBadStream(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}})
	on := func(class network.Class, effect networktest.Effect) networktest.Fault {
		return networktest.Fault{Classes: []network.Class{class}, Effect: effect}
	}
	text := func(s string) networktest.Effect {
		return networktest.Body("application/vnd.apple.mpegurl", []byte(s))
	}
	tests := []struct {
		name  string
		fault networktest.Fault
		code  player.Code
	}{
		{"a web page for a playlist", on(network.ClassPlaylist, networktest.WebPage()), player.CodeNotPlaylist},
		{"something else for a playlist", on(network.ClassPlaylist, text("{}")), player.CodeNotPlaylist},
		{"no playlist there", on(network.ClassPlaylist, networktest.Status(http.StatusNotFound)), player.CodeStatus},
		{"a playlist without segments", on(network.ClassPlaylist, text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-ENDLIST\n")), player.CodeNoSegments},
		{"a playlist of gaps", on(network.ClassPlaylist, text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n#EXT-X-GAP\na.ts\n#EXT-X-ENDLIST\n")), player.CodeNoSegments},
		{"a segment in a file", on(network.ClassPlaylist, text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")), player.CodePlaylistSyntax},
		{"redirects without end", on(network.ClassPlaylist, networktest.RedirectChain(http.StatusFound, 9)), player.CodeRedirect},
		{"a wrong key", on(network.ClassKey, networktest.Body("application/octet-stream", make([]byte, 16))), player.CodeWrongKey},
		{"a key of 5 bytes", on(network.ClassKey, networktest.Key(5)), player.CodeKeyLength},
		{"a web page for a key", on(network.ClassKey, networktest.WebPage()), player.CodeKeyIsWebPage},
		{"no key there", on(network.ClassKey, networktest.Status(http.StatusNotFound)), player.CodeKeyRefused},
		{"a system that needs a vendor's module", on(network.ClassPlaylist, text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n"+
			`#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://1",KEYFORMAT="com.apple.streamingkeydelivery"`+
			"\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n")), player.CodeKeyFormat},
		{"a method that nobody knows", on(network.ClassPlaylist, text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n"+
			`#EXT-X-KEY:METHOD=ROT13,URI="k"`+"\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n")), player.CodeKeyMethod},
		{"a cut segment", on(network.ClassSegment, networktest.Cut(3000, true)), player.CodeTruncated},
		{"a cut segment that looks whole", on(network.ClassSegment, networktest.CutUnnoticed(3001)), player.CodeWrongKey},
		{"a web page for a segment", on(network.ClassSegment, networktest.WebPage()), player.CodeWrongKey},
		{"no segment there", on(network.ClassSegment, networktest.Status(http.StatusNotFound)), player.CodeStatus},
		{"a refused key", on(network.ClassKey, networktest.Status(http.StatusUnauthorized)), player.CodeSignInNeeded},
		{"a forbidden key", on(network.ClassKey, networktest.Status(http.StatusForbidden)), player.CodeForbidden},
		{"a refused playlist", on(network.ClassPlaylist, networktest.Status(http.StatusUnauthorized)), player.CodeSignInNeeded},
		{"a refused segment", on(network.ClassSegment, networktest.Status(http.StatusUnauthorized)), player.CodeSignInNeeded},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder), Encryption: networktest.Encryption{On: true}})
			origin.Inject(test.fault)
			s := newScreen(t, player.Config{FreeRun: true})
			s.open(origin.URL("index.m3u8"), nil, 0)
			s.play()
			end := s.ended()
			if test.code.Category() == player.CategoryAuth {
				require.Equal(t, player.NeedsSignIn, end.State, "%v", end.Error)
				require.NotNil(t, end.SignIn)
				assert.Equal(t, test.code, end.SignIn.Code)
				assert.Equal(t, hostOf(t, origin.URL("")), end.SignIn.Host)
				return
			}
			require.Equal(t, player.Failed, end.State)
			assert.Equal(t, test.code, end.Error.Code, "%v: %v", end.Error, end.Error.Err)
			assert.Regexp(t, `^\S.+\.$`, end.Error.Message, "a sentence")
		})
	}
}

// TestDeadServer asks where nobody listens.
func TestDeadServer(t *testing.T) {
	t.Parallel()
	origin, err := networktest.NewOrigin(networktest.Options{})
	require.NoError(t, err)
	address := origin.URL("index.m3u8")
	require.NoError(t, origin.Close())
	s := newScreen(t, player.Config{FreeRun: true})
	s.open(address, nil, 0)
	end := s.ended()
	require.Equal(t, player.Failed, end.State)
	assert.Equal(t, player.CodeUnreachable, end.Error.Code)
}

// TestBadFile opens files that cannot be played.
func TestBadFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	tests := []struct {
		name string
		path string
		code player.Code
	}{
		{"not there", filepath.Join(folder, "nothing.mp4"), player.CodeFileNotFound},
		{"a folder", folder, player.CodeFileUnreadable},
		{"a pipe that nobody writes to", pipe(t, folder), player.CodeFileUnreadable},
		{"text", write("notes.txt", "Dear diary,\n"), player.CodeNotMedia},
		{"empty", write("empty.mp4", ""), player.CodeNotMedia},
		{"a playlist that is none", write("list.m3u8", "<html></html>"), player.CodeNotPlaylist},
		{"a playlist whose segment is not there", write("gone.m3u8",
			"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\ngone.ts\n#EXT-X-ENDLIST\n"), player.CodeFileNotFound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScreen(t, player.Config{FreeRun: true})
			s.open(test.path, nil, 0)
			s.play()
			end := s.ended()
			require.Equal(t, player.Failed, end.State)
			assert.Equal(t, test.code, end.Error.Code, "%v: %v", end.Error, end.Error.Err)
		})
	}
}

// pipe makes a named pipe.
func pipe(t *testing.T, folder string) string {
	t.Helper()
	path := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		require.ErrorIs(t, err, syscall.ENOSYS)
	}
	return path
}

// TestDurationsThatAreWrong plays all of a stream whose playlist says that its segments are far longer than they are, or
// have no length.
func TestDurationsThatAreWrong(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: film})
	list, err := os.ReadFile(stream.Playlist)
	require.NoError(t, err)
	for _, duration := range []string{"60.000000", "0", "0.1"} {
		t.Run(duration, func(t *testing.T) {
			folder := t.TempDir()
			require.NoError(t, os.CopyFS(folder, os.DirFS(stream.Folder)))
			changed := regexp.MustCompile(`#EXTINF:[0-9.]+`).ReplaceAll(list, []byte("#EXTINF:"+duration))
			path := filepath.Join(folder, "wrong.m3u8")
			require.NoError(t, os.WriteFile(path, changed, 0o600))
			s := newScreen(t, player.Config{FreeRun: true})
			s.open(path, nil, 0)
			require.NoError(t, s.player.Play())
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.Equal(t, film.Frames, end.Stats.Frames.Decoded)
		})
	}
}

// TestMissingKeyIsNoFailureUntilItsSegment plays up to the segment whose key is not to be had.
func TestMissingKeyIsNoFailureUntilItsSegment(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Frames: 100}})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder),
		Encryption: networktest.Encryption{On: true, RotateEvery: 1}})
	origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassKey}, Path: keyPath(t, origin, "index.m3u8", 2),
		Effect: networktest.Status(http.StatusGone)})
	s := newScreen(t, player.Config{})
	s.open(origin.URL("index.m3u8"), nil, 0)
	require.NoError(t, s.player.Play())
	end := s.ended()
	require.Equal(t, player.Failed, end.State)
	assert.Equal(t, player.CodeKeyRefused, end.Error.Code)
	assert.Equal(t, "key", end.Error.Class)
	assert.InDelta(t, float64(2*time.Second), float64(end.Position), float64(200*time.Millisecond))
}

// hostOf returns a URL's host and port.
func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.Host
}
