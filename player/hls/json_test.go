package hls

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestJSON compares with golden files; -update writes them.
func TestJSON(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.m3u8")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			text, err := os.ReadFile(input)
			require.NoError(t, err)
			p, err := Parse(text, "https://media.example.com/show/index.m3u8?token=a%2Fb", ParseOptions{})
			require.NoError(t, err)
			var got bytes.Buffer
			e := json.NewEncoder(&got)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			require.NoError(t, e.Encode(p))
			golden := input[:len(input)-len(".m3u8")] + ".json"
			if *update {
				require.NoError(t, os.WriteFile(golden, got.Bytes(), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got.String())
		})
	}
}

func TestJSONWhatIsAbsent(t *testing.T) {
	p, err := Parse([]byte("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\na.ts\n"), "", ParseOptions{Strict: true})
	require.NoError(t, err)
	text, err := json.Marshal(p)
	require.NoError(t, err)
	assert.JSONEq(t, `{"schema":"latchkey.playlist/1","type":"media","version":1,"independent_segments":false,"start":null,"warnings":[],
		"target_duration_s":10,"media_sequence":0,"discontinuity_sequence":0,"playlist_type":"","endlist":false,"i_frames_only":false,
		"segments":[{"uri":"a.ts","duration_s":9,"sequence":0,"discontinuity_sequence":0,"discontinuity":false,"gap":false}]}`, string(text))

	p, err = Parse([]byte("#EXTM3U\n"), "", ParseOptions{})
	require.NoError(t, err)
	text, err = json.Marshal(p)
	require.NoError(t, err)
	assert.JSONEq(t, `{"schema":"latchkey.playlist/1","type":"multivariant","version":1,"independent_segments":false,"start":null,"warnings":[],"variants":[]}`, string(text))
}

func TestErrorsSayNoValues(t *testing.T) {
	for _, strict := range []bool{false, true} {
		for _, text := range []string{
			mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"https://u:hunter2@k.example/?t=hunter2\",IV=hunter2\n" + segment,
			mediaHead + "#EXTINF:9,\n%zz{$hunter2}\n",
			mediaHead + "#EXT-X-BYTERANGE:hunter2\n" + segment,
			mediaHead + "#EXT-X-MAP:URI=\"a\",hunter2=1,hunter2=2\n#EXT-X-BYTERANGE:hunter2\n" + segment,
		} {
			_, err := Parse([]byte(text), "https://u:hunter2@a.example/i.m3u8?t=hunter2", ParseOptions{Strict: strict})
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "hunter2")
		}
	}
	_, err := Parse(nil, "http://[hunter2", ParseOptions{})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter2")
}

func TestParseErrorSaysWhere(t *testing.T) {
	assert.Equal(t, "playlist line 7: METHOD is missing (RFC 8216, 4.3.2.4)", (&ParseError{Line: 7, Clause: "4.3.2.4", Msg: "METHOD is missing"}).Error())
	assert.Equal(t, "playlist: it is odd (RFC 8216bis, 4.4.2.3)", (&ParseError{Clause: "bis 4.4.2.3", Msg: "it is odd"}).Error())
}
