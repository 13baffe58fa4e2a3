package main_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestList lists local presentations from another folder than theirs.
func TestList(t *testing.T) {
	const first, second = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"
	foreign := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(foreign, "index.m3u8"), []byte("#EXTM3U\n#EXT-X-VERSION:5\n#EXT-X-TARGETDURATION:2\n"+
		`#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://title",KEYFORMAT="com.apple.streamingkeydelivery",KEYFORMATVERSIONS="1"`+"\n"+
		`#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,AAAA",KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"`+"\n"+
		"#EXT-X-MAP:URI=\"none.mp4\"\n#EXTINF:2,\n1.m4s\n#EXTINF:2,\n2.m4s\n#EXT-X-ENDLIST\n"), 0o600))
	// The media playlists and what they name lie in a folder of their own, one sound is not there.
	nested := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(nested, "in a folder"), os.DirFS(filepath.Join(moduleRoot(t), "player", "testdata", "two"))))
	require.NoError(t, os.WriteFile(filepath.Join(nested, "index.m3u8"), []byte("#EXTM3U\n#EXT-X-VERSION:6\n"+
		`#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="lost",URI="lost.m3u8"`+"\n"+
		`#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="sound",URI="in%20a%20folder/audio.m3u8"`+"\n"+
		`#EXT-X-STREAM-INF:BANDWIDTH=300000,AUDIO="a"`+"\nin%20a%20folder/video.m3u8\n"), 0o600))
	for name, c := range map[string]struct {
		source string
		want   []string
	}{
		"a key for each track": {filepath.Join(moduleRoot(t), "player", "testdata", "two"), []string{
			`AUDIO: group "audio", name "sound", language "", default false`,
			"key: method SAMPLE-AES-CTR, format identity, URI data:",
			`protection: scheme "cenc", KID ` + first + `, of a track of "avc1"`,
			"protection: licences of Clear Key",
			`protection: scheme "cenc", KID ` + second + `, of a track of "mp4a"`,
		}},
		"a pattern": {filepath.Join(moduleRoot(t), "player", "testdata", "cbcs-hevc"), []string{
			"key: method SAMPLE-AES, format identity, URI data:",
			`protection: scheme "cbcs", KID ` + first + `, of a track of "hvc1"`,
		}},
		"MPEG-2 TS": {filepath.Join(moduleRoot(t), "player", "testdata", "ts-h264"), []string{"key: method SAMPLE-AES, format identity, URI data:"}},
		"a folder of its own": {nested, []string{
			`AUDIO: name "lost": `,
			`protection: scheme "cenc", KID ` + first + `, of a track of "avc1"`,
			`protection: scheme "cenc", KID ` + second + `, of a track of "mp4a"`,
		}},
		"systems of vendors": {foreign, []string{
			"key: method SAMPLE-AES, format com.apple.streamingkeydelivery, URI skd://title, of FairPlay, which Latchkey cannot play",
			"key: method SAMPLE-AES-CTR, format urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed, URI data:, of Widevine, which Latchkey cannot play",
			"init section none.mp4: ",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			run := start(ctx, t, plainEnvironment(emptyState(t)), "probe", "--list", filepath.Join(c.source, "index.m3u8"))
			run.wait(ctx, t)
			require.Zero(t, run.code, "%s", run.stderr.String())
			said := run.stdout.String()
			for _, line := range c.want {
				assert.Equal(t, 1, strings.Count(said, line), "%s\n%s", line, said)
			}
			assert.NotContains(t, said, "bGF0Y2hrZXktaGxzLWtleQ", "the key")
		})
	}
}
