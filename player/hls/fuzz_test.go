package hls

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fuzzLines are the lines that FuzzLines puts in any order: each tag, right and wrong, and what else stands
// in playlists.
var fuzzLines = strings.Split(`#EXTM3U

a.ts
e.ts
../b/c.ts?x=1
https://b.example/d.ts
# a comment
#EXTINF:4,
#EXTINF:4,title, more
#EXTINF:4.004,
#EXTINF:
#EXTINF
#EXTINF:-1 tvg-id="a",A
#EXTINF:NaN,
#EXTINF:1e300,
#EXT-X-VERSION:7
#EXT-X-VERSION:1
#EXT-X-VERSION
#EXT-X-TARGETDURATION:4
#EXT-X-TARGETDURATION:0
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-MEDIA-SEQUENCE:18446744073709551615
#EXT-X-DISCONTINUITY-SEQUENCE:3
#EXT-X-DISCONTINUITY
#EXT-X-ENDLIST
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-I-FRAMES-ONLY
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-START:TIME-OFFSET=-3,PRECISE=YES
#EXT-X-DEFINE:NAME="v",VALUE="w"
#EXT-X-DEFINE:QUERYPARAM="q"
#EXT-X-DEFINE:IMPORT="m"
{$v}/{$q}/{$m}.ts
#EXT-X-BYTERANGE:100@0
#EXT-X-BYTERANGE:100
#EXT-X-BYTERANGE:9223372036854775807@0
#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x01
#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k",KEYFORMAT="com.apple.streamingkeydelivery",KEYFORMATVERSIONS="1"
#EXT-X-KEY:METHOD=NONE
#EXT-X-KEY:URI="k"
#EXT-X-KEY
#EXT-X-MAP:URI="i.mp4"
#EXT-X-MAP:URI="i.mp4",BYTERANGE="700@0"
#EXT-X-MAP:
#EXT-X-PROGRAM-DATE-TIME:2026-03-01T00:00:00.000Z
#EXT-X-PROGRAM-DATE-TIME:0000-01-01T00:00:00+14:00
#EXT-X-GAP
#EXT-X-BITRATE:800
#EXT-X-DATERANGE:ID="a",CLASS="c",START-DATE="2026-03-01T00:00:00Z",END-ON-NEXT=YES
#EXT-X-DATERANGE:ID="a",DURATION=5,X-A=0xAB
#EXT-X-DATERANGE:ID="b",CLASS="c",START-DATE="2026-03-01T00:00:01Z",DURATION=3
#EXT-X-PART-INF:PART-TARGET=1
#EXT-X-PART:URI="p.mp4",DURATION=1,INDEPENDENT=YES
#EXT-X-PART:URI="p.mp4",DURATION=1,BYTERANGE="10@0"
#EXT-X-PART:URI="p.mp4",DURATION=1,BYTERANGE="10"
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3,CAN-SKIP-UNTIL=24,CAN-SKIP-DATERANGES=YES
#EXT-X-SKIP:SKIPPED-SEGMENTS=2
#EXT-X-SKIP:SKIPPED-SEGMENTS=1,RECENTLY-REMOVED-DATERANGES="a"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="q.mp4",BYTERANGE-START=5
#EXT-X-RENDITION-REPORT:URI="../r.m3u8",LAST-MSN=7,LAST-PART=1
#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="avc1.4d401e,mp4a.40.2",RESOLUTION=2x1,AUDIO="g",FRAME-RATE=25,NAME=" n "
#EXT-X-STREAM-INF:BANDWIDTH=99999999999999999999,CLOSED-CAPTIONS=NONE,HDCP-LEVEL=X
#EXT-X-STREAM-INF:
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,URI="i.m3u8",VIDEO="v"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",NAME="n",DEFAULT=YES,URI="a.m3u8",CHANNELS="2"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="n",FORCED=YES
#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="c",NAME="n",INSTREAM-ID="CC1"
#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k"
#EXT-X-SESSION-DATA:DATA-ID="a",VALUE="b"
#EXT-X-CONTENT-STEERING:SERVER-URI="s",PATHWAY-ID="."
#EXT-X-DISCONTINUITYX
#EXT-X-CUE-OUT:30
#EXT-SCTE35:CUE="AA",ID="1"
#WV-CYPHER-VERSION
#WV-VIDEO-RESOLUTION
 #EXTINF:4,
#EXTINF:4,`+"\u00a0"+`
b.ts`+"\u3000"+`
"a",b c.ts
#`, "\n")

const fuzzBase = "https://a.example/p/i.m3u8?q=1"

// checkRead reads a text in every way and checks what must be true of any.
func checkRead(t *testing.T, text []byte) {
	t.Helper()
	variables := map[string]string{"m": "n"}
	strict, strictErr := Parse(text, fuzzBase, ParseOptions{Strict: true, Variables: variables})
	tolerant, err := Parse(text, fuzzBase, ParseOptions{Variables: variables})
	for _, e := range []error{strictErr, err} {
		var parseError *ParseError
		if e != nil && !errors.As(e, &parseError) && !errors.Is(e, ErrNotPlaylist) && !errors.Is(e, ErrTooLarge) {
			t.Fatalf("an error of no kind: %v", e)
		}
	}
	if err != nil {
		require.Error(t, strictErr, "strict reads what tolerant does not")
		return
	}
	if strictErr == nil {
		require.Equal(t, strict.Media, tolerant.Media)
		require.Equal(t, strict.Multivariant, tolerant.Multivariant)
	}
	_, err = json.Marshal(tolerant)
	require.NoError(t, err)
	require.LessOrEqual(t, len(tolerant.Warnings), maxWarnings+1)
	if tolerant.Media != nil {
		checkMediaRead(t, tolerant.Media)
	}
	again, err := Parse(text, fuzzBase, ParseOptions{Variables: variables, Previous: tolerant})
	require.NoError(t, err)
	require.Same(t, tolerant, again)
	_, err = Parse(append(text, '\n'), "", ParseOptions{Variables: variables, Previous: tolerant})
	require.NotErrorIs(t, err, errDesync)
}

func checkMediaRead(t *testing.T, m *Media) {
	t.Helper()
	end := m.Duration()
	for i := range m.Segments {
		s := &m.Segments[i]
		require.NotEmpty(t, s.URI)
		require.GreaterOrEqual(t, s.Duration, time.Duration(0))
		require.Equal(t, i, m.BySequence(s.Sequence))
		if i > 0 {
			require.Equal(t, m.Segments[i-1].End(), s.Start)
			require.GreaterOrEqual(t, s.DiscontinuitySequence, m.Segments[i-1].DiscontinuitySequence)
		}
		if s.ByteRange != nil {
			require.GreaterOrEqual(t, s.ByteRange.Offset+s.ByteRange.Length, s.ByteRange.Offset)
		}
	}
	switch {
	case len(m.Segments) == 0:
	case end == 0:
		require.Equal(t, 0, m.At(end))
	default:
		require.Equal(t, len(m.Segments)-1, m.At(end))
	}
}

// FuzzParse reads bytes.
func FuzzParse(f *testing.F) {
	for _, rules := range [][]rule{textRules, attributeRules, defineRules, segmentRules, keyRules, mediaRules, dateRangeRules, lowLatencyRules, multivariantRules, versionRules} {
		for _, r := range rules {
			f.Add([]byte(r.text))
		}
	}
	for _, cases := range [][]accepted{textValues, segmentValues, keyValues, mediaValues, multivariantValues} {
		for _, c := range cases {
			f.Add([]byte(c.text))
		}
	}
	f.Fuzz(checkRead)
}

// FuzzLines reads lines in any order: each byte chooses one.
func FuzzLines(f *testing.F) {
	all := make([]byte, len(fuzzLines))
	for i := range all {
		all[i] = byte(i)
	}
	f.Add(all)
	f.Add([]byte{18, 20, 37, 42, 7, 2, 34, 8, 2, 35, 7, 2})
	f.Add([]byte{15, 64, 61, 2, 63, 65, 66})
	f.Add([]byte{52, 56, 45, 53, 54, 55, 7, 2, 53})
	f.Fuzz(func(t *testing.T, order []byte) {
		const longest = 2000
		var b strings.Builder
		b.WriteString("#EXTM3U\n")
		for _, n := range order[:min(len(order), longest)] {
			b.WriteString(fuzzLines[int(n)%len(fuzzLines)])
			b.WriteByte('\n')
		}
		checkRead(t, []byte(b.String()))
	})
}
