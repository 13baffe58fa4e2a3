package hls

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const lowLatency = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=1.1\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3.3\n#EXT-X-MEDIA-SEQUENCE:7\n" +
	"#EXT-X-PROGRAM-DATE-TIME:2026-03-01T12:00:00Z\n#EXTINF:4,\na.mp4\n" +
	"#EXT-X-DISCONTINUITY\n#EXT-X-PART:DURATION=1.1,URI=\"b1.mp4\",INDEPENDENT=YES\n#EXT-X-PART:DURATION=0.9,URI=\"b.mp4\",BYTERANGE=\"100@50\"\n#EXTINF:2.001,\nb.mp4\n" +
	"#EXT-X-PART:DURATION=1,URI=\"c1.mp4\",INDEPENDENT=YES\n#EXT-X-PART:DURATION=1,URI=\"c2.mp4\",GAP=YES\n"

func TestWithParts(t *testing.T) {
	list, err := Parse([]byte(lowLatency), "https://a.example/live/list.m3u8", ParseOptions{})
	require.NoError(t, err)
	parts := list.Media.WithParts()
	require.Len(t, parts.Segments, 5)
	var uris []string
	for i, s := range parts.Segments {
		uris = append(uris, s.URI[len("https://a.example/live/"):])
		assert.Nil(t, s.Parts)
		assert.Equal(t, []uint64{7, 8, 8, 9, 9}[i], s.Sequence)
		assert.Equal(t, []int{0, 1, 2, 1, 2}[i], s.Part)
		assert.Equal(t, i == 1, s.Discontinuity, "before the first part alone")
		assert.Equal(t, []uint64{0, 1, 1, 1, 1}[i], s.DiscontinuitySequence)
		assert.Equal(t, i == 4, s.Gap)
		if i > 0 {
			assert.Equal(t, parts.Segments[i-1].End(), s.Start, "%d", i)
		}
	}
	assert.Equal(t, []string{"a.mp4", "b1.mp4", "b.mp4", "c1.mp4", "c2.mp4"}, uris)
	assert.Equal(t, &ByteRange{Length: 100, Offset: 50}, parts.Segments[2].ByteRange)
	assert.Equal(t, 901*time.Millisecond, parts.Segments[2].Duration, "up to the segment's end")
	assert.Equal(t, "12:00:05.1", parts.Segments[2].ProgramDateTime.Format("15:04:05.999"))
	assert.Equal(t, 1, parts.BySequence(8))
	assert.Equal(t, 3, parts.BySequence(9))
	assert.Equal(t, -1, parts.BySequence(10))
	assert.Len(t, list.Media.Segments, 2, "the playlist stays as it is")

	whole, err := Parse([]byte(mediaHead+segment), base, ParseOptions{})
	require.NoError(t, err)
	assert.Same(t, whole.Media, whole.Media.WithParts())
}

// TestPartsOfEncryptedSegments stay whole where the segment is encrypted as a whole, and not where its samples are.
func TestPartsOfEncryptedSegments(t *testing.T) {
	for method, count := range map[string]int{"AES-128": 2, "SAMPLE-AES": 5} {
		text := lowLatency[:len("#EXTM3U\n")] + "#EXT-X-KEY:METHOD=" + method + ",URI=\"k\"\n" + lowLatency[len("#EXTM3U\n"):]
		list, err := Parse([]byte(text), "https://a.example/live/list.m3u8", ParseOptions{})
		require.NoError(t, err)
		assert.Len(t, list.Media.WithParts().Segments, count, method)
	}
}
