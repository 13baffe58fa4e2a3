package hls

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mediaHead is the head of a good media playlist: three lines.
const mediaHead = "#EXTM3U\n#EXT-X-VERSION:13\n#EXT-X-TARGETDURATION:10\n"

// segment is a good segment: two lines.
const segment = "#EXTINF:9,\na.ts\n"

// multiHead is the head of a multivariant playlist: two lines.
const multiHead = "#EXTM3U\n#EXT-X-VERSION:13\n"

// variant is a good variant: two lines.
const variant = "#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS=\"mp4a.40.2\"\nv.m3u8\n"

// rule is a playlist that breaks one rule at one line. Strict, it is a *ParseError; tolerant, it is a
// warning of the same place, or, when nobody could make sense of it, the same error.
type rule struct {
	clause string
	name   string
	text   string
	line   int
	fatal  bool
}

func TestRules(t *testing.T) {
	for _, rules := range [][]rule{textRules, attributeRules, defineRules, segmentRules, keyRules, mediaRules, dateRangeRules, lowLatencyRules, multivariantRules, versionRules} {
		for _, r := range rules {
			t.Run(r.clause+" "+r.name, func(t *testing.T) {
				_, err := Parse([]byte(r.text), "https://a.example/p/i.m3u8?q=1", ParseOptions{Strict: true})
				var parseError *ParseError
				require.ErrorAs(t, err, &parseError)
				assert.Equal(t, r.clause, parseError.Clause, "strict: %v", err)
				assert.Equal(t, r.line, parseError.Line, "strict: %v", err)

				playlist, err := Parse([]byte(r.text), "https://a.example/p/i.m3u8?q=1", ParseOptions{})
				if r.fatal {
					require.ErrorAs(t, err, &parseError)
					assert.Equal(t, r.clause, parseError.Clause, "tolerant: %v", err)
					assert.Equal(t, r.line, parseError.Line, "tolerant: %v", err)
					return
				}
				require.NoError(t, err)
				for _, w := range playlist.Warnings {
					if w.Clause == r.clause && w.Line == r.line {
						return
					}
				}
				t.Errorf("tolerant: no warning of line %d, clause %s in %v", r.line, r.clause, playlist.Warnings)
			})
		}
	}
}

var textRules = []rule{
	{clause: "4.1", name: "byte order mark", text: "\ufeff" + mediaHead + segment, line: 1},
	{clause: "4.1", name: "CR alone", text: "#EXTM3U\r#EXT-X-TARGETDURATION:10\r#EXTINF:9,\ra.ts\r", line: 1},
	{clause: "4.1", name: "CR alone after LF", text: mediaHead + "#EXTINF:9,\ra.ts\n", line: 4},
	{clause: "4.1", name: "control character", text: mediaHead + "#EXTINF:9,a\x01b\na.ts\n", line: 4},
	{clause: "4.1", name: "delete", text: mediaHead + "#EXTINF:9,a\x7fb\na.ts\n", line: 4},
	{clause: "4.1", name: "control character of two bytes", text: mediaHead + "#EXTINF:9,a\u0085b\na.ts\n", line: 4},
	{clause: "4.1", name: "not UTF-8", text: mediaHead + "#EXTINF:9,\xff\xfe\na.ts\n", line: 4},
	{clause: "4.1", name: "not normalized", text: mediaHead + "#EXTINF:9,e\u0301\na.ts\n", line: 4},
	{clause: "4.1", name: "leading space", text: mediaHead + " #EXT-X-ENDLIST\n", line: 4},
	{clause: "4.1", name: "trailing space", text: mediaHead + "#EXTINF:9,\na.ts \n", line: 5},
	{clause: "4.1", name: "line of spaces", text: mediaHead + "  \n" + segment, line: 4},
	{clause: "4.1", name: "space in a URI", text: mediaHead + "#EXTINF:9,\na b.ts\n", line: 5},
	{clause: "4.1", name: "URI that is none", text: mediaHead + "#EXTINF:9,\na%zz.ts\n", line: 5},
	{clause: "4.3.1.1", name: "EXTM3U on the second line", text: "\n" + mediaHead + segment, line: 2},
	{clause: "4.3.1.1", name: "EXTM3U after a comment", text: "# made by hand\n" + mediaHead + segment, line: 2},
	{clause: "4.3.1.1", name: "EXTM3U with attributes", text: "#EXTM3U url-tvg=\"x\"\n#EXT-X-TARGETDURATION:10\n" + segment, line: 1},
	{clause: "4.3.1.2", name: "two versions", text: "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:10\n" + segment, line: 3},
	{clause: "4.3.1.2", name: "version that is no number", text: "#EXTM3U\n#EXT-X-VERSION:x\n#EXT-X-TARGETDURATION:10\n" + segment, line: 2},
	{clause: "4.3.1.2", name: "version 0", text: "#EXTM3U\n#EXT-X-VERSION:0\n#EXT-X-TARGETDURATION:10\n" + segment, line: 2},
	{clause: "6.3.1", name: "version of the future", text: "#EXTM3U\n#EXT-X-VERSION:14\n#EXT-X-TARGETDURATION:10\n" + segment, line: 2},
	{clause: "4.3", name: "value where none belongs", text: mediaHead + segment + "#EXT-X-ENDLIST:now\n", line: 6},
	{clause: "4.3.4", name: "segments and variants", text: mediaHead + segment + variant, line: 6, fatal: true},
	{clause: "4.3.4", name: "variants and a media playlist tag", text: multiHead + variant + "#EXT-X-TARGETDURATION:10\n", line: 5},
	{clause: "4.3.4", name: "segments and EXT-X-SESSION-DATA", text: mediaHead + segment + "#EXT-X-SESSION-DATA:DATA-ID=\"a\",VALUE=\"b\"\n", line: 6},
}

var attributeRules = []rule{
	{clause: "4.2", name: "name without a value", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",X\n" + segment, line: 4},
	{clause: "4.2", name: "name without a value in between", text: mediaHead + "#EXT-X-MAP:X,URI=\"i.mp4\"\n" + segment, line: 4},
	{clause: "4.2", name: "empty value", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",X=\n" + segment, line: 4},
	{clause: "4.2", name: "name in lower case", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",x=1\n" + segment, line: 4},
	{clause: "4.2", name: "space after the comma", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\", X=1\n" + segment, line: 4},
	{clause: "4.2", name: "space before the equals sign", text: mediaHead + "#EXT-X-MAP:URI =\"i.mp4\"\n" + segment, line: 4},
	{clause: "4.2", name: "space after the equals sign", text: mediaHead + "#EXT-X-MAP:URI= \"i.mp4\"\n" + segment, line: 4},
	{clause: "4.2", name: "space after a value", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",X=1 ,Y=2\n" + segment, line: 4},
	{clause: "4.2", name: "quote not closed", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\n" + segment, line: 4},
	{clause: "4.2", name: "text after the quote", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\"x,Y=1\n" + segment, line: 4},
	{clause: "4.2", name: "comma at the end", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",\n" + segment, line: 4},
	{clause: "4.2", name: "two commas", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",,X=1\n" + segment, line: 4},
	{clause: "4.2", name: "attribute twice", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",URI=\"j.mp4\"\n" + segment, line: 4},
	{clause: "4.2", name: "quoted string without quotes", text: mediaHead + "#EXT-X-MAP:URI=i.mp4\n" + segment, line: 4},
	{clause: "bis 4.2", name: "empty quoted string", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"\"\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "enumerated string in quotes", text: mediaHead + "#EXT-X-KEY:METHOD=\"AES-128\",URI=\"k\"\n" + segment, line: 4},
	{clause: "4.2", name: "enumerated string in lower case", text: mediaHead + "#EXT-X-START:TIME-OFFSET=1,PRECISE=yes\n" + segment, line: 4},
	{clause: "4.2", name: "whole number in quotes", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=\"1\"\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "whole number with a point", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1.5\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "whole number with a sign", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=-1\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "whole number over 64 bits", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=18446744073709551616\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "whole number of 21 digits", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=000000000000000000001\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "number beyond what is sane", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=18446744073709551615\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "decimal with an exponent", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,FRAME-RATE=3e1\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "decimal that is NaN", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,FRAME-RATE=NaN\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "decimal that is infinite", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,FRAME-RATE=Inf\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "decimal with a sign", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,FRAME-RATE=-30\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "decimal in quotes", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,FRAME-RATE=\"30\"\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "decimal out of range", text: mediaHead + "#EXT-X-START:TIME-OFFSET=-99999999999\n" + segment, line: 4},
	{clause: "4.2", name: "resolution in words", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=big\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "resolution with a capital X", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1X1\nv.m3u8\n", line: 3},
	{clause: "4.2", name: "resolution in quotes", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=\"1x1\"\nv.m3u8\n", line: 3},
	{clause: "4.3.2.5", name: "no attributes", text: mediaHead + "#EXT-X-MAP:\n" + segment, line: 4},
}

var defineRules = []rule{
	{clause: "bis 4.4.2.3", name: "no kind", text: mediaHead + "#EXT-X-DEFINE:VALUE=\"a\"\n" + segment, line: 4, fatal: true},
	{clause: "bis 4.4.2.3", name: "two kinds", text: mediaHead + "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"a\",IMPORT=\"b\"\n" + segment, line: 4, fatal: true},
	{clause: "bis 4.4.2.3", name: "no value", text: mediaHead + "#EXT-X-DEFINE:NAME=\"a\"\n" + segment, line: 4, fatal: true},
	{clause: "bis 4.4.2.3", name: "name with a space", text: mediaHead + "#EXT-X-DEFINE:NAME=\"a b\",VALUE=\"c\"\n" + segment, line: 4},
	{clause: "bis 4.4.2.3", name: "defined twice", text: mediaHead + "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"1\"\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"1\"\n" + segment, line: 5, fatal: true},
	{clause: "bis 4.4.2.3", name: "import without a multivariant playlist", text: mediaHead + "#EXT-X-DEFINE:IMPORT=\"a\"\n" + segment, line: 4, fatal: true},
	{clause: "bis 4.4.2.3", name: "query parameter that is not there", text: mediaHead + "#EXT-X-DEFINE:QUERYPARAM=\"a\"\n" + segment, line: 4, fatal: true},
	{clause: "bis 6.3.1", name: "reference before the definition", text: mediaHead + "#EXTINF:9,\n{$a}.ts\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"1\"\n", line: 5, fatal: true},
	{clause: "bis 6.3.1", name: "reference in an attribute", text: mediaHead + "#EXT-X-MAP:URI=\"{$a}\"\n" + segment, line: 4, fatal: true},
	{clause: "bis 4.3", name: "URI line that becomes empty", text: mediaHead + "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"\"\n#EXTINF:9,\n{$a}\n", line: 6, fatal: true},
}

var segmentRules = []rule{
	{clause: "4.3.2.1", name: "no EXTINF", text: mediaHead + "a.ts\n", line: 4},
	{clause: "4.3.2.1", name: "no URI before the next EXTINF", text: mediaHead + "#EXTINF:9,\n" + segment, line: 5},
	{clause: "4.3.2.1", name: "no URI at the end", text: mediaHead + segment + "#EXTINF:9,\n", line: 6},
	{clause: "4.3.2.1", name: "no comma", text: mediaHead + "#EXTINF:9\na.ts\n", line: 4},
	{clause: "4.3.2.1", name: "no duration", text: mediaHead + "#EXTINF:,\na.ts\n", line: 4},
	{clause: "4.3.2.1", name: "no value", text: mediaHead + "#EXTINF\na.ts\n", line: 4},
	{clause: "4.3.2.1", name: "negative duration", text: mediaHead + "#EXTINF:-1,\na.ts\n", line: 4},
	{clause: "4.3.2.1", name: "NaN", text: mediaHead + "#EXTINF:NaN,\na.ts\n", line: 4},
	{clause: "4.3.2.1", name: "infinite", text: mediaHead + "#EXTINF:inf,\na.ts\n", line: 4},
	{clause: "4.3.2.1", name: "exponent", text: mediaHead + "#EXTINF:1e3,\na.ts\n", line: 4},
	{clause: "4.3.2.1", name: "hexadecimal", text: mediaHead + "#EXTINF:0x9p0,\na.ts\n", line: 4},
	{clause: "4.3.2.1", name: "two points", text: mediaHead + "#EXTINF:9.0.0,\na.ts\n", line: 4},
	{clause: "4.3.2.1", name: "attributes of a list of channels", text: mediaHead + "#EXTINF:9 tvg-id=\"a\",A\na.ts\n", line: 4},
	{clause: "4.3.2.1", name: "out of range", text: mediaHead + "#EXTINF:99999999999,\na.ts\n", line: 5},
	{clause: "4.3.2.1", name: "fraction below version 3", text: "#EXTM3U\n#EXT-X-VERSION:2\n#EXT-X-TARGETDURATION:10\n#EXTINF:9.5,\na.ts\n", line: 4},
	{clause: "4.3.2.2", name: "no offset in the first segment", text: mediaHead + "#EXT-X-BYTERANGE:100\n" + segment, line: 6},
	{clause: "4.3.2.2", name: "no offset after another resource", text: mediaHead + "#EXT-X-BYTERANGE:100@0\n" + segment + "#EXT-X-BYTERANGE:100\n#EXTINF:9,\nb.ts\n", line: 9},
	{clause: "4.3.2.2", name: "no offset after a whole resource", text: mediaHead + segment + "#EXT-X-BYTERANGE:100\n" + segment, line: 8},
	{clause: "4.3.2.2", name: "no number", text: mediaHead + "#EXT-X-BYTERANGE:x@0\n" + segment, line: 4, fatal: true},
	{clause: "4.3.2.2", name: "no offset after the at sign", text: mediaHead + "#EXT-X-BYTERANGE:1@\n" + segment, line: 4},
	{clause: "4.3.2.2", name: "over 63 bits", text: mediaHead + "#EXT-X-BYTERANGE:9223372036854775807@1\n" + segment, line: 4, fatal: true},
	{clause: "4.3.2.2", name: "over 62 bits", text: mediaHead + "#EXT-X-BYTERANGE:1@9223372036854775806\n" + segment, line: 6, fatal: true},
	{clause: "4.3.2.2", name: "two ranges", text: mediaHead + "#EXT-X-BYTERANGE:1@0\n#EXT-X-BYTERANGE:2@0\n" + segment, line: 5},
	{clause: "4.3.2.5", name: "map without URI", text: mediaHead + "#EXT-X-MAP:BYTERANGE=\"1@0\"\n" + segment, line: 4},
	{clause: "4.3.2.5", name: "map with a bad range", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"x\"\n" + segment, line: 4, fatal: true},
	{clause: "bis 4.4.4.5", name: "map without an offset", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"700\"\n" + segment, line: 4},
	{clause: "4.3.2.5", name: "encrypted map without IV", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-MAP:URI=\"i.mp4\"\n" + segment, line: 5},
	{clause: "4.3.2.6", name: "date in words", text: mediaHead + "#EXT-X-PROGRAM-DATE-TIME:yesterday\n" + segment, line: 4},
	{clause: "4.3.2.6", name: "date without a time", text: mediaHead + "#EXT-X-PROGRAM-DATE-TIME:2026-03-01\n" + segment, line: 4},
	{clause: "4.3.2.6", name: "thirteenth month", text: mediaHead + "#EXT-X-PROGRAM-DATE-TIME:2026-13-01T00:00:00Z\n" + segment, line: 4},
	{clause: "4.3.2.6", name: "space for T", text: mediaHead + "#EXT-X-PROGRAM-DATE-TIME:2026-03-01 00:00:00Z\n" + segment, line: 4},
	{clause: "bis 4.4.4.8", name: "bit rate in words", text: mediaHead + "#EXT-X-BITRATE:fast\n" + segment, line: 4},
}

var keyRules = []rule{
	{clause: "4.3.2.4", name: "no METHOD", text: mediaHead + "#EXT-X-KEY:URI=\"k\"\n" + segment, line: 4, fatal: true},
	{clause: "4.3.2.4", name: "no URI", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128\n" + segment, line: 4},
	{clause: "4.3.2.4", name: "NONE with URI", text: mediaHead + "#EXT-X-KEY:METHOD=NONE,URI=\"k\"\n" + segment, line: 4},
	{clause: "4.3.2.4", name: "NONE with KEYFORMAT", text: mediaHead + "#EXT-X-KEY:METHOD=NONE,KEYFORMAT=\"identity\"\n" + segment, line: 4},
	{clause: "4.3.2.4", name: "IV of 17 bytes", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x0100000000000000000000000000000000\n" + segment, line: 4, fatal: true},
	{clause: "4.3.2.4", name: "IV without 0x", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=12\n" + segment, line: 4, fatal: true},
	{clause: "4.2", name: "IV in quotes", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=\"0x12\"\n" + segment, line: 4},
	{clause: "4.3.2.4", name: "KEYFORMATVERSIONS in words", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMATVERSIONS=\"one\"\n" + segment, line: 4},
	{clause: "4.3.2.4", name: "KEYFORMATVERSIONS of 0", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMATVERSIONS=\"1/0\"\n" + segment, line: 4},
	{clause: "4.3.2.4", name: "SAMPLE-AES-CTR with IV", text: mediaHead + "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"k\",IV=0x1\n" + segment, line: 4},
	{clause: "4.3.2.4", name: "AES-256-GCM with IV", text: mediaHead + "#EXT-X-KEY:METHOD=AES-256-GCM,URI=\"k\",IV=0x1\n" + segment, line: 4},
}

var mediaRules = []rule{
	{clause: "4.3.3.1", name: "no target duration", text: "#EXTM3U\n" + segment, line: 0},
	{clause: "4.3.3.1", name: "target duration with a point", text: "#EXTM3U\n#EXT-X-TARGETDURATION:9.5\n" + segment, line: 2},
	{clause: "4.3.3.1", name: "target duration in words", text: "#EXTM3U\n#EXT-X-TARGETDURATION:long\n" + segment, line: 2},
	{clause: "4.3.3.1", name: "negative target duration", text: "#EXTM3U\n#EXT-X-TARGETDURATION:-4\n" + segment, line: 2},
	{clause: "bis 4.4.3.1", name: "target duration of 0", text: "#EXTM3U\n#EXT-X-TARGETDURATION:0\n#EXTINF:0,\na.ts\n", line: 2},
	{clause: "4.3.3.1", name: "segment over the target duration", text: mediaHead + "#EXTINF:10.5,\na.ts\n", line: 5},
	{clause: "4.3.3", name: "two target durations", text: mediaHead + "#EXT-X-TARGETDURATION:10\n" + segment, line: 4},
	{clause: "4.3.3.2", name: "media sequence in words", text: mediaHead + "#EXT-X-MEDIA-SEQUENCE:first\n" + segment, line: 4},
	{clause: "4.3.3.2", name: "media sequence over 64 bits", text: mediaHead + "#EXT-X-MEDIA-SEQUENCE:18446744073709551616\n" + segment, line: 4},
	{clause: "4.3.3.2", name: "media sequence that would wrap", text: mediaHead + "#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n" + segment, line: 4},
	{clause: "4.3.3.2", name: "media sequence after a segment", text: mediaHead + segment + "#EXT-X-MEDIA-SEQUENCE:7\n", line: 6},
	{clause: "4.3.3", name: "two media sequences", text: mediaHead + "#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-MEDIA-SEQUENCE:8\n" + segment, line: 5},
	{clause: "4.3.3.3", name: "discontinuity sequence in words", text: mediaHead + "#EXT-X-DISCONTINUITY-SEQUENCE:first\n" + segment, line: 4},
	{clause: "4.3.3.3", name: "discontinuity sequence after a segment", text: mediaHead + segment + "#EXT-X-DISCONTINUITY-SEQUENCE:7\n", line: 6},
	{clause: "4.3.3.3", name: "discontinuity sequence after a discontinuity", text: mediaHead + "#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY-SEQUENCE:7\n" + segment, line: 5},
	{clause: "4.3.3", name: "two discontinuity sequences", text: mediaHead + "#EXT-X-DISCONTINUITY-SEQUENCE:7\n#EXT-X-DISCONTINUITY-SEQUENCE:7\n" + segment, line: 5},
	{clause: "4.3.3", name: "two ends", text: mediaHead + segment + "#EXT-X-ENDLIST\n#EXT-X-ENDLIST\n", line: 7},
	{clause: "4.3.3.5", name: "unknown playlist type", text: mediaHead + "#EXT-X-PLAYLIST-TYPE:LIVE\n" + segment, line: 4},
	{clause: "4.3.3", name: "two playlist types", text: mediaHead + "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-PLAYLIST-TYPE:VOD\n" + segment, line: 5},
	{clause: "4.3.3", name: "two EXT-X-I-FRAMES-ONLY", text: mediaHead + "#EXT-X-I-FRAMES-ONLY\n#EXT-X-I-FRAMES-ONLY\n" + segment, line: 5},
	{clause: "4.3.5.1", name: "two EXT-X-INDEPENDENT-SEGMENTS", text: mediaHead + "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-INDEPENDENT-SEGMENTS\n" + segment, line: 5},
	{clause: "4.3.5.2", name: "two starts", text: mediaHead + "#EXT-X-START:TIME-OFFSET=1\n#EXT-X-START:TIME-OFFSET=1\n" + segment, line: 5},
	{clause: "4.3.5.2", name: "start without offset", text: mediaHead + "#EXT-X-START:PRECISE=YES\n" + segment, line: 4},
}

const dated = "#EXT-X-PROGRAM-DATE-TIME:2026-03-01T00:00:00Z\n"

var dateRangeRules = []rule{
	{clause: "4.3.2.7", name: "no ID", text: mediaHead + dated + "#EXT-X-DATERANGE:START-DATE=\"2026-03-01T00:00:00Z\"\n" + segment, line: 5},
	{clause: "4.3.2.7", name: "no START-DATE", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\"\n" + segment, line: 5},
	{clause: "4.3.2.7", name: "START-DATE in words", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"now\"\n" + segment, line: 5},
	{clause: "4.3.2.7", name: "END-DATE before START-DATE", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\",END-DATE=\"2026-02-01T00:00:00Z\"\n" + segment, line: 5},
	{clause: "4.2", name: "negative DURATION", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\",DURATION=-1\n" + segment, line: 5},
	{clause: "4.3.2.7", name: "END-DATE and DURATION differ", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\",END-DATE=\"2026-03-01T00:00:10Z\",DURATION=9\n" + segment, line: 5},
	{clause: "4.3.2.7", name: "END-ON-NEXT=NO", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",CLASS=\"c\",START-DATE=\"2026-03-01T00:00:00Z\",END-ON-NEXT=NO\n" + segment, line: 5},
	{clause: "4.3.2.7", name: "END-ON-NEXT without CLASS", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\",END-ON-NEXT=YES\n" + segment, line: 5},
	{clause: "4.3.2.7", name: "END-ON-NEXT with DURATION", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",CLASS=\"c\",START-DATE=\"2026-03-01T00:00:00Z\",END-ON-NEXT=YES,DURATION=1\n" + segment, line: 5},
	{clause: "4.3.2.7", name: "END-ON-NEXT and an overlap", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",CLASS=\"c\",START-DATE=\"2026-03-01T00:00:00Z\",DURATION=60\n" +
		"#EXT-X-DATERANGE:ID=\"b\",CLASS=\"c\",START-DATE=\"2026-03-01T00:00:30Z\",END-ON-NEXT=YES\n" + segment, line: 0},
	{clause: "4.3.2.7", name: "attribute changed", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\",X-A=\"1\"\n#EXT-X-DATERANGE:ID=\"a\",X-A=\"2\"\n" + segment, line: 6},
	{clause: "4.3.2.7", name: "X- attribute in words", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\",X-A=YES\n" + segment, line: 5},
	{clause: "bis 4.4.5.1", name: "CUE with PRE and POST", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\",CUE=\"PRE,POST\"\n" + segment, line: 5},
	{clause: "4.2", name: "SCTE-35 that is no number", text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\",SCTE35-OUT=0xXY\n" + segment, line: 5},
	{clause: "4.3.2.7", name: "no program date", text: mediaHead + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\"\n" + segment, line: 4},
}

// lowLatencyHead has five lines.
const lowLatencyHead = mediaHead + "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=6\n#EXT-X-PART-INF:PART-TARGET=2\n"

var lowLatencyRules = []rule{
	{clause: "bis 4.4.4.9", name: "part without URI", text: lowLatencyHead + segment + "#EXT-X-PART:DURATION=2\n", line: 8},
	{clause: "bis 4.4.4.9", name: "part without DURATION", text: lowLatencyHead + segment + "#EXT-X-PART:URI=\"p\"\n", line: 8},
	{clause: "bis 4.4.4.9", name: "part too long", text: lowLatencyHead + segment + "#EXT-X-PART:URI=\"p\",DURATION=2.1\n", line: 8},
	{clause: "bis 4.4.4.9", name: "part too short", text: lowLatencyHead + segment + "#EXT-X-PART:URI=\"p\",DURATION=1.6\n#EXT-X-PART:URI=\"q\",DURATION=2\n", line: 8},
	{clause: "bis 4.4.4.9", name: "first part without an offset", text: lowLatencyHead + segment + "#EXT-X-PART:URI=\"p\",DURATION=2,BYTERANGE=\"100\"\n", line: 8},
	{clause: "bis 4.4.4.9", name: "part without an offset after another resource", text: lowLatencyHead + segment +
		"#EXT-X-PART:URI=\"p\",DURATION=2,BYTERANGE=\"100@0\"\n#EXT-X-PART:URI=\"q\",DURATION=2,BYTERANGE=\"100\"\n", line: 9},
	{clause: "bis 4.4.4.9", name: "part with a bad range", text: lowLatencyHead + segment + "#EXT-X-PART:URI=\"p\",DURATION=2,BYTERANGE=\"x\"\n", line: 8, fatal: true},
	{clause: "bis 4.4.4.9", name: "discontinuity after a part", text: lowLatencyHead + segment + "#EXT-X-PART:URI=\"p\",DURATION=2\n#EXT-X-DISCONTINUITY\n", line: 9},
	{clause: "bis 4.4.4.9", name: "key after a part", text: lowLatencyHead + segment + "#EXT-X-PART:URI=\"p\",DURATION=2\n#EXT-X-KEY:METHOD=NONE\n", line: 9},
	{clause: "bis 4.4.4.9", name: "map after a part", text: lowLatencyHead + segment + "#EXT-X-PART:URI=\"p\",DURATION=2\n#EXT-X-MAP:URI=\"i\"\n", line: 9},
	{clause: "bis 4.4.4.9", name: "date after a part", text: lowLatencyHead + segment + "#EXT-X-PART:URI=\"p\",DURATION=2\n" + dated, line: 9},
	{clause: "bis 4.4.3.7", name: "part without EXT-X-PART-INF", text: mediaHead + segment + "#EXT-X-PART:URI=\"p\",DURATION=2\n", line: 6},
	{clause: "bis 4.4.3.7", name: "EXT-X-PART-INF without PART-TARGET", text: mediaHead + "#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=6\n#EXT-X-PART-INF:X=1\n" + segment, line: 5},
	{clause: "bis 4.4.3", name: "two EXT-X-PART-INF", text: lowLatencyHead + "#EXT-X-PART-INF:PART-TARGET=2\n" + segment, line: 6},
	{clause: "bis 4.4.3.8", name: "no PART-HOLD-BACK", text: mediaHead + "#EXT-X-PART-INF:PART-TARGET=2\n" + segment, line: 4},
	{clause: "bis 4.4.3.8", name: "PART-HOLD-BACK too short", text: mediaHead + "#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=3\n#EXT-X-PART-INF:PART-TARGET=2\n" + segment, line: 4},
	{clause: "bis 4.4.3.8", name: "HOLD-BACK too short", text: mediaHead + "#EXT-X-SERVER-CONTROL:HOLD-BACK=29\n" + segment, line: 4},
	{clause: "bis 4.4.3.8", name: "CAN-SKIP-UNTIL too short", text: mediaHead + "#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=59\n" + segment, line: 4},
	{clause: "bis 4.4.3.8", name: "CAN-SKIP-DATERANGES alone", text: mediaHead + "#EXT-X-SERVER-CONTROL:CAN-SKIP-DATERANGES=YES\n" + segment, line: 4},
	{clause: "bis 4.4.3", name: "two EXT-X-SERVER-CONTROL", text: lowLatencyHead + "#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=6\n" + segment, line: 6},
	{clause: "bis 4.4.5.2", name: "skip without a number", text: mediaHead + "#EXT-X-SKIP:X=1\n" + segment, line: 4, fatal: true},
	{clause: "bis 4.4.5.2", name: "two skips", text: mediaHead + "#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n" + segment, line: 5},
	{clause: "bis 4.4.5.2", name: "skip after a segment", text: mediaHead + segment + "#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n", line: 6, fatal: true},
	{clause: "bis 4.4.5.3", name: "hint without TYPE", text: mediaHead + segment + "#EXT-X-PRELOAD-HINT:URI=\"p\"\n", line: 6},
	{clause: "bis 4.4.5.3", name: "hint without URI", text: mediaHead + segment + "#EXT-X-PRELOAD-HINT:TYPE=PART\n", line: 6},
	{clause: "bis 4.4.5.3", name: "hint in a playlist that ended", text: mediaHead + segment + "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p\"\n#EXT-X-ENDLIST\n", line: 6},
	{clause: "bis 4.4.5.4", name: "report without URI", text: mediaHead + segment + "#EXT-X-RENDITION-REPORT:LAST-MSN=1\n", line: 6},
	{clause: "bis 4.4.5.4", name: "report of an absolute URI", text: mediaHead + segment + "#EXT-X-RENDITION-REPORT:URI=\"https://b.example/x.m3u8\",LAST-MSN=1\n", line: 6},
}

var versionRules = []rule{
	{clause: "7", name: "IV needs 2", text: "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x1\n" + segment, line: 3},
	{clause: "7", name: "byte range needs 4", text: "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXT-X-BYTERANGE:1@0\n" + segment, line: 4},
	{clause: "7", name: "I-frames need 4", text: "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXT-X-I-FRAMES-ONLY\n" + segment, line: 4},
	{clause: "7", name: "SAMPLE-AES needs 5", text: "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:10\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\"\n" + segment, line: 4},
	{clause: "7", name: "KEYFORMAT needs 5", text: "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:10\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"identity\"\n" + segment, line: 4},
	{clause: "7", name: "KEYFORMATVERSIONS needs 5", text: "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:10\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMATVERSIONS=\"1\"\n" + segment, line: 4},
	{clause: "7", name: "map needs 5", text: "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:10\n#EXT-X-I-FRAMES-ONLY\n#EXT-X-MAP:URI=\"i\"\n" + segment, line: 5},
	{clause: "7", name: "map without I-frames needs 6", text: "#EXTM3U\n#EXT-X-VERSION:5\n#EXT-X-TARGETDURATION:10\n#EXT-X-MAP:URI=\"i\"\n" + segment, line: 4},
	{clause: "7", name: "SERVICE needs 7", text: "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"g\",NAME=\"n\",INSTREAM-ID=\"SERVICE1\"\n" + variant, line: 3},
	{clause: "7", name: "EXT-X-DEFINE needs 8", text: "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"\n" + variant, line: 3},
	{clause: "7", name: "EXT-X-SKIP needs 9", text: "#EXTM3U\n#EXT-X-VERSION:8\n#EXT-X-TARGETDURATION:10\n#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n" + segment, line: 4},
	{clause: "7", name: "skipped date ranges need 10", text: "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:10\n#EXT-X-SKIP:SKIPPED-SEGMENTS=1,RECENTLY-REMOVED-DATERANGES=\"\"\n" + segment, line: 4},
	{clause: "7", name: "QUERYPARAM needs 11", text: "#EXTM3U\n#EXT-X-VERSION:10\n#EXT-X-DEFINE:QUERYPARAM=\"q\"\n" + variant, line: 3},
	{clause: "7", name: "REQ- needs 12", text: "#EXTM3U\n#EXT-X-VERSION:11\n#EXT-X-STREAM-INF:BANDWIDTH=1,REQ-VIDEO-LAYOUT=\"CH-STEREO\"\nv.m3u8\n", line: 3},
	{clause: "7", name: "INSTREAM-ID of audio needs 13", text: "#EXTM3U\n#EXT-X-VERSION:12\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g\",NAME=\"n\",INSTREAM-ID=\"1\"\n" + variant, line: 3},
}
