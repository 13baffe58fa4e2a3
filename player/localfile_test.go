package player_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
)

// A playlist in a file may name files below its own folder, however it writes that, and no others;
// one that came over the network may name none, also when a file's playlist named it.
func TestFilesThatAPlaylistMayName(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 25}})
	outside := filepath.Join(t.TempDir(), "out side")
	require.NoError(t, os.CopyFS(outside, os.DirFS(stream.Folder)))
	for name, test := range map[string]struct {
		segment string // FOLDER is the playlist's own, OUTSIDE another
		remote  bool   // in a variant's playlist that comes over the network
		code    player.Code
	}{
		"beside":                     {segment: "segment0.ts"},
		"below":                      {segment: "be%20low/segment0.ts"},
		"below by its path":          {segment: "FOLDER/be%20low/segment0.ts"},
		"below by a URL":             {segment: "file://FOLDER/be%20low/segment0.ts"},
		"below by a URL with a host": {segment: "FILE://localhost/FOLDER/segment0.ts"},
		"below by a detour":          {segment: "be%20low/../segment0.ts"},
		"above":                      {segment: "../segment0.ts", code: player.CodeFileNotPermitted},
		"above, escaped":             {segment: "%2e%2e/segment0.ts", code: player.CodeFileNotPermitted},
		"above by a detour":          {segment: "be%20low/../../segment0.ts", code: player.CodeFileNotPermitted},
		"outside":                    {segment: "OUTSIDE/segment0.ts", code: player.CodeFileNotPermitted},
		"outside by a URL":           {segment: "file://OUTSIDE/segment0.ts", code: player.CodeFileNotPermitted},
		"remote, outside":            {segment: "file://OUTSIDE/segment0.ts", remote: true, code: player.CodePlaylistSyntax},
		"remote, below":              {segment: "file://FOLDER/segment0.ts", remote: true, code: player.CodePlaylistSyntax},
		"remote, with a host":        {segment: "file://localhost/FOLDER/segment0.ts", remote: true, code: player.CodePlaylistSyntax},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			above := t.TempDir()
			folder := filepath.Join(above, "own")
			for _, to := range []string{folder, filepath.Join(folder, "be low")} {
				require.NoError(t, os.CopyFS(to, os.DirFS(stream.Folder)))
			}
			segment := strings.NewReplacer("FOLDER", folder, "OUTSIDE", strings.ReplaceAll(outside, " ", "%20")).Replace(test.segment)
			media := "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + segment + "\n#EXT-X-ENDLIST\n"
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(media)) }))
			t.Cleanup(server.Close)
			text := media
			if test.remote {
				text = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=300000\n" + server.URL + "/v.m3u8\n"
			}
			source := filepath.Join(folder, "main.m3u8")
			require.NoError(t, os.WriteFile(source, []byte(text), 0o600))
			s := newScreen(t, player.Config{FreeRun: true})
			s.open(source, nil, 0)
			s.play()
			end := s.ended()
			if test.code == 0 {
				require.Equal(t, player.Complete, end.State, "%v", end.Error)
				return
			}
			require.Equal(t, player.Failed, end.State)
			assert.Equal(t, test.code, end.Error.Code, "%v: %v", end.Error, end.Error.Err)
		})
	}
}
