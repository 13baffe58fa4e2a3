package hls

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if strings.Contains(format, "%d") {
			fmt.Fprintf(&b, format, i)
		} else {
			b.WriteString(format)
		}
	}
	return b.String()
}

func TestTooLarge(t *testing.T) {
	long := strings.Repeat("x", 60<<10)
	for _, c := range []struct{ name, text, base string }{
		{"text", mediaHead + strings.Repeat("#\n", maxTextBytes/2), ""},
		{"lines", mediaHead + strings.Repeat("\n", maxLines+1), ""},
		{"line", mediaHead + "#EXT-X-MAP:URI=\"" + strings.Repeat("x", maxLineBytes) + "\"\n", ""},
		{"URI", mediaHead + "#EXTINF:9,\n" + strings.Repeat("x", maxURIBytes+1) + "\n", ""},
		{"segments", mediaHead + strings.Repeat("#EXTINF:1,\na\n", maxSegments), ""},
		{"attributes", mediaHead + "#EXT-X-MAP:URI=\"i\"" + repeat(maxAttributes+1, ",X%d=1") + "\n", ""},
		{"variables", mediaHead + repeat(maxVariables+1, "#EXT-X-DEFINE:NAME=\"%d\",VALUE=\"\"\n"), ""},
		{"variables in one line", mediaHead + "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"" + long + "\"\n#EXTINF:1,\n" + strings.Repeat("{$a}", 20) + "\n", ""},
		{"variables in many lines", mediaHead + "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"" + long + "\"\n" + strings.Repeat("#EXTINF:1,\n{$a}{$a}\n", 3000), ""},
		{"long base in many lines", mediaHead + strings.Repeat("#EXTINF:1,\na\n", 20_000), "https://a.example/" + long[:15<<10] + "/i.m3u8"},
		{"keys in force", mediaHead + repeat(maxKeyFormats+1, "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"%d\"\n"), ""},
		{"keys in many lines", mediaHead + repeat(maxKeyFormats, "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"%d\"\n") +
			strings.Repeat("#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"1\"\n#EXTINF:1,\na\n", 160_000), ""},
		{"variants", multiHead + strings.Repeat(variant, maxVariants+1), ""},
		{"I-frame variants", multiHead + strings.Repeat("#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i\"\n", maxVariants+1), ""},
		{"renditions", multiHead + strings.Repeat(audio+"\n", maxRenditions+1), ""},
		{"session keys", multiHead + strings.Repeat("#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"k\"\n", maxSessionTags+1), ""},
		{"session data", multiHead + strings.Repeat("#EXT-X-SESSION-DATA:DATA-ID=\"a\",VALUE=\"b\"\n", maxSessionTags+1), ""},
		{"date ranges", mediaHead + repeat(maxDateRanges+1, "#EXT-X-DATERANGE:ID=\"%d\",START-DATE=\"2026-03-01T00:00:00Z\"\n"), ""},
		{"attributes of a date range", mediaHead + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\"\n" + repeat(maxAttributes, "#EXT-X-DATERANGE:ID=\"a\",X-%d=1\n"), ""},
		{"parts", mediaHead + strings.Repeat("#EXT-X-PART:URI=\"p\",DURATION=1\n", maxParts+1), ""},
		{"duration", mediaHead + strings.Repeat("#EXTINF:999999999,\na\n", 2), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.text), c.base, ParseOptions{})
			require.ErrorIs(t, err, ErrTooLarge)
		})
	}
}

// TestLargestRead reads what is within every limit: it takes time and memory in proportion.
func TestLargestRead(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"renditions and variants of one group", multiHead + repeat(2000, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g\",NAME=\"%d\"\n") + repeat(2000, "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"g\"\nv%d\n")},
		{"one long line of EXTINF", mediaHead + "#" + strings.Repeat("#EXTINF", 1<<18) + "\n"},
		{"warnings", mediaHead + strings.Repeat("a\n", maxLines-10)},
		{"one date range again and again", mediaHead + strings.Repeat("#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\"\n", 100_000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := Parse([]byte(c.text), "", ParseOptions{})
			require.NoError(t, err)
			runtime.ReadMemStats(&after)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200<<20))
			assert.LessOrEqual(t, len(p.Warnings), maxWarnings+1)
		})
	}
}
