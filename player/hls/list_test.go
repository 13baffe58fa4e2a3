package hls

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var lists = map[string]struct {
	text string
	want []string // nil: it is no list
}{
	"films":               {"#EXTM3U\n#EXTINF:10,A\na.mp4\n#EXTINF:-1 tvg-id=\"x\",B\nhttps://b.example/b.mkv\n", []string{"https://a.example/l/a.mp4", "https://b.example/b.mkv"}},
	"names alone":         {"#EXTM3U\r\na 1%.mp3\r\n\r\n# a comment\r\n../b.mp3\r\n", []string{"https://a.example/l/a%201%25.mp3", "https://a.example/b.mp3"}},
	"a radio":             {"#EXTM3U\n#EXTINF:-1,Radio\nhttp://b.example:8000/stream\n", []string{"http://b.example:8000/stream"}},
	"carriage returns":    {"#EXTM3U\ra.mp4\rb.mp4\r", []string{"https://a.example/l/a.mp4", "https://a.example/l/b.mp4"}},
	"a mark at its start": {"\ufeff#EXTM3U\na.mp4\n", []string{"https://a.example/l/a.mp4"}},
	"segments":            {"#EXTM3U\n#EXTINF:2,\na.ts?x=.mp4\n", nil},
	"a tag of HLS":        {"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.mp4\n", nil},
	"the tag at the end":  {"#EXTM3U\n#EXTINF:2,\na.mp4\n#EXT-X-ENDLIST\n", nil},
	"no entry":            {"#EXTM3U\n#EXTINF:2,\n", nil},
	"no list":             {"a.mp4\n", nil},
}

func TestParseList(t *testing.T) {
	for name, c := range lists {
		t.Run(name, func(t *testing.T) {
			got, is := ParseList([]byte(c.text), "https://a.example/l/list.m3u", ParseOptions{})
			assert.Equal(t, c.want != nil, is)
			assert.Equal(t, c.want, got)
		})
	}
	got, is := ParseList([]byte("#EXTM3U\n"+strings.Repeat("a.mp4\n", 5000)), "", ParseOptions{})
	assert.True(t, is)
	assert.Len(t, got, 1000)
	got, _ = ParseList([]byte("#EXTM3U\na b.mp4\n/c.mp4\nfile:///d%201.mp4\n"), "", ParseOptions{Folder: "f/", FilePaths: true})
	assert.Equal(t, []string{"f/a b.mp4", "/c.mp4", "/d%201.mp4"}, got)
}

// FuzzParseList holds that a list has a name for each entry and no tag of HLS.
func FuzzParseList(f *testing.F) {
	for _, c := range lists {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, is := ParseList([]byte(text), "https://a.example/l/list.m3u", ParseOptions{})
		require.Equal(t, is, len(got) > 0)
		if is {
			require.False(t, strings.HasPrefix(text, "#EXT-X-"))
			require.LessOrEqual(t, len(got), strings.Count(text, "\n")+strings.Count(text, "\r")+1)
		}
	})
}
