package hls

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNotAPlaylist(t *testing.T) { // RFC 8216, 4.3.1.1
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "", "empty"},
		{"spaces", " \n\t\n", "empty"},
		{"web page", "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>", "web page"},
		{"web page without a type", "\n <HTML><body>502 Bad Gateway</body></HTML>", "web page"},
		{"XHTML", "<?xml version=\"1.0\"?><html xmlns=\"x\">", "web page"},
		{"DASH", "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">", "MPEG-DASH"},
		{"Smooth Streaming", "<?xml version=\"1.0\"?><SmoothStreamingMedia MajorVersion=\"2\">", "Smooth Streaming"},
		{"XML", "<?xml version=\"1.0\"?><error/>", "XML"},
		{"JSON object", "{\"error\":\"expired\"}", "JSON"},
		{"JSON array", "[{\"a\":1}]", "JSON"},
		{"PLS", "[playlist]\nFile1=a.mp3", "PLS"},
		{"WebVTT", "WEBVTT\n\n00:00.000 --> 00:01.000\nHi", "WebVTT"},
		{"tags without the first", "#EXTINF:9,\na.ts\n", "does not begin with #EXTM3U"},
		{"another tag first", "#EXT-X-VERSION:3\n#EXTM3U\n", "does not begin with #EXTM3U"},
		{"list of addresses", "https://a.example/1.mp3\n", "list of addresses"},
		{"text", "Not found\n#EXTM3U\n", "some text"},
		{"tag of another name", "#EXTM3U8\n", "does not begin with #EXTM3U"},
		{"lower case", "#extm3u\n", "does not begin with #EXTM3U"},
		{"UTF-16", "\xff\xfe#\x00E\x00", "UTF-16"},
		{"gzip", "\x1f\x8b\x08\x00", "gzip"},
		{"MP4", "\x00\x00\x00\x18ftypmp42", "MP4"},
		{"fragment", "\x00\x00\x00\x18moof", "media segment"},
		{"transport stream", "G" + strings.Repeat("\x00", 187) + "G", "transport stream"},
		{"Matroska", "\x1aE\xdf\xa3", "Matroska"},
		{"MP3", "ID3\x04\x00", "audio"},
		{"binary", "\x01\x02\x00\x03", "binary"},
		{"binary without zero", "\xc3\x28\xa0\xa1\xe2\x28\xa1", "binary"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, strict := range []bool{false, true} {
				p, err := Parse([]byte(c.text), "", ParseOptions{Strict: strict})
				require.ErrorIs(t, err, ErrNotPlaylist)
				assert.Contains(t, err.Error(), c.says)
				assert.Nil(t, p)
			}
			assert.False(t, Sniff([]byte(c.text)))
		})
	}
}

func TestSniff(t *testing.T) {
	for _, c := range []struct{ name, head string }{
		{"plain", "#EXTM3U\n"},
		{"alone", "#EXTM3U"},
		{"CR LF", "#EXTM3U\r\n"},
		{"byte order mark", "\ufeff#EXTM3U\n"},
		{"blank lines and comments", "\n \n# by hand\n#EXTM3U\n"},
		{"attributes", "#EXTM3U x-tvg-url=\"a\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.True(t, Sniff([]byte(c.head)))
			_, err := Parse([]byte(c.head), "", ParseOptions{})
			assert.NoError(t, err)
		})
	}
	assert.False(t, Sniff([]byte(strings.Repeat("\n", maxPreamble)+"#EXTM3U\n")))
}

func TestSniffMedia(t *testing.T) {
	for _, c := range []struct {
		name, head string
		media      bool
	}{
		{"MP4", "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00", true},
		{"Matroska", "\x1aE\xdf\xa3\x01\x00\x00\x00", true},
		{"ADTS", "\xff\xf1\x4c\x80\x02\x1f\xfc", true},
		{"MP3", "\xff\xfb\x90\x64", true},
		{"Ogg", "OggS\x00\x02\x00", true},
		{"a playlist", "#EXTM3U\n", false},
		{"a title that is cut in a letter", "#EXTM3U\n#EXTINF:2,\xd0", false},
		{"a page", "<!DOCTYPE html>", false},
		{"nothing", "", false},
		{"UTF-16", "\xff\xfe#\x00E\x00", false},
		{"gzip", "\x1f\x8b\x08\x00", false},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.media, SniffMedia([]byte(c.head))) })
	}
}
