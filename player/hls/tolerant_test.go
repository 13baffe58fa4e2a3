package hls

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTolerates holds what is made of what the specification forbids and servers of the field send.
func TestTolerates(t *testing.T) {
	type part struct {
		duration       time.Duration
		offset, length int64 // length 0: no byte range
	}
	const ten, nine = 10 * time.Second, 9 * time.Second
	tests := []struct {
		name, text string
		want       []part
	}{
		{"no offset in the first segment", "#EXT-X-BYTERANGE:100\n" + segment + "#EXT-X-BYTERANGE:50\n" + segment,
			[]part{{nine, 0, 100}, {nine, 100, 50}}},
		{"no offset after another resource", "#EXT-X-BYTERANGE:100@7\n" + segment + "#EXT-X-BYTERANGE:50\n#EXTINF:9,\nb.ts\n",
			[]part{{nine, 7, 100}, {nine, 0, 50}}},
		{"no offset after the whole", segment + "#EXT-X-BYTERANGE:50\n" + segment, []part{{duration: nine}, {nine, 0, 50}}},
		{"an '@' at the end", "#EXT-X-BYTERANGE:100@\n" + segment + "#EXT-X-BYTERANGE:50@\n" + segment,
			[]part{{nine, 0, 100}, {nine, 100, 50}}},
		{"a duration in words", "#EXTINF:long,\na.ts\n", []part{{duration: ten}}},
		{"no duration", "#EXTINF:,\na.ts\n", []part{{duration: ten}}},
		{"a negative duration", "#EXTINF:-1,\na.ts\n", []part{{duration: ten}}},
		{"a duration that is no number", "#EXTINF:NaN,\na.ts\n", []part{{duration: ten}}},
		{"a decimal comma", "#EXTINF:9,5,\na.ts\n", []part{{duration: nine}}},
		{"segments behind the end", "#EXT-X-ENDLIST\n" + segment + segment, []part{{duration: nine}, {duration: nine}}},
		{"two media sequences", "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-MEDIA-SEQUENCE:5\n" + segment, []part{{duration: nine}}},
		{"white space round a map's attributes", "#EXT-X-MAP: URI = \"i.mp4\" , BYTERANGE = \"10@0\"\n" + segment, []part{{duration: nine}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			playlist, err := Parse([]byte(mediaHead+tt.text), "https://a.example/p/i.m3u8", ParseOptions{})
			require.NoError(t, err)
			require.NotNil(t, playlist.Media)
			var got []part
			for _, s := range playlist.Media.Segments {
				one := part{duration: s.Duration}
				if s.ByteRange != nil {
					one.offset, one.length = s.ByteRange.Offset, s.ByteRange.Length
				}
				got = append(got, one)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}
