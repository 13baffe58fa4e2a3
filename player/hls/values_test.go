package hls

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const base = "https://a.example/p/i.m3u8?q=1"

// accepted is a playlist that is read, with what must come of it.
type accepted struct {
	clause string
	name   string
	text   string
	warned bool // tolerated with a warning; else strictly legal
	check  func(require.TestingT, *Playlist)
}

func TestAccepted(t *testing.T) {
	for _, cases := range [][]accepted{textValues, segmentValues, keyValues, mediaValues, multivariantValues} {
		for _, c := range cases {
			t.Run(c.clause+" "+c.name, func(t *testing.T) {
				p, err := Parse([]byte(c.text), base, ParseOptions{Strict: !c.warned})
				require.NoError(t, err)
				if c.warned {
					assert.NotEmpty(t, p.Warnings)
				} else {
					assert.Empty(t, p.Warnings)
				}
				c.check(t, p)
			})
		}
	}
}

func uris(p *Playlist) []string {
	var list []string
	for i := range p.Media.Segments {
		list = append(list, p.Media.Segments[i].URI)
	}
	return list
}

func haveURIs(want ...string) func(require.TestingT, *Playlist) {
	return func(t require.TestingT, p *Playlist) { assert.Equal(t, want, uris(p)) }
}

var textValues = []accepted{
	{clause: "4.1", name: "CR LF", text: "#EXTM3U\r\n#EXT-X-TARGETDURATION:10\r\n#EXTINF:9,\r\na.ts\r\n#EXT-X-ENDLIST\r\n", check: haveURIs("https://a.example/p/a.ts")},
	{clause: "4.1", name: "no line end at the end", text: mediaHead + "#EXTINF:9,\na.ts", check: haveURIs("https://a.example/p/a.ts")},
	{clause: "4.1", name: "CR alone", text: "#EXTM3U\r#EXT-X-TARGETDURATION:10\r#EXTINF:9,\ra.ts\r", warned: true, check: haveURIs("https://a.example/p/a.ts")},
	{clause: "4.1", name: "CR LF and CR", text: "#EXTM3U\r\n#EXT-X-TARGETDURATION:10\r#EXTINF:9,\r\na.ts\r", warned: true, check: haveURIs("https://a.example/p/a.ts")},
	{clause: "4.1", name: "byte order mark", text: "\ufeff" + mediaHead + segment, warned: true, check: haveURIs("https://a.example/p/a.ts")},
	{clause: "4.1", name: "blank lines between all lines", check: haveURIs("https://a.example/p/a.ts", "https://a.example/p/b.ts"),
		text: "#EXTM3U\n\n#EXT-X-TARGETDURATION:10\n\n#EXTINF:9,\n\na.ts\n\n#EXTINF:9,\n\n\nb.ts\n"},
	{clause: "4.1", name: "comments between all lines", check: haveURIs("https://a.example/p/a.ts"),
		text: "#EXTM3U\n#\n# a\n#EXT-X-TARGETDURATION:10\n#ext-x-key\n#EXTINF:9,\n# b\na.ts\n"},
	{clause: "4.1", name: "blank line after a key", check: func(t require.TestingT, p *Playlist) {
		assert.Empty(t, p.Media.Segments[0].Keys)
		assert.Len(t, p.Media.Segments[1].Keys, 1)
		assert.True(t, p.Media.Segments[1].Discontinuity)
	}, text: mediaHead + segment + "#EXT-X-DISCONTINUITY\n\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n\n#EXTINF:9,\n\nb.ts\n"},
	{clause: "4.1", name: "UTF-8 names", text: mediaHead + "#EXTINF:9,Größe\nvidéo.ts\n", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, "Größe", p.Media.Segments[0].Title)
		assert.Equal(t, "https://a.example/p/vid%C3%A9o.ts", p.Media.Segments[0].URI)
	}},
	{clause: "6.3.1", name: "unknown tags", text: mediaHead + "#EXT-X-CUE-OUT:30\n#EXT-X-KEYS:x\n#EXT-OATCLS-SCTE35:abc\n#WV-CYPHER-VERSION\n#EXTX\n" + segment, check: haveURIs("https://a.example/p/a.ts")},
	{clause: "6.3.1", name: "unknown attributes", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",COLOUR=\"red\",N=5\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, "https://a.example/p/i.mp4", p.Media.Segments[0].Map.URI)
	}},
	{clause: "bis 6.3.1", name: "unknown REQ- attribute", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,REQ-SMELL=\"x\"\nu.m3u8\n" + variant, warned: true, check: func(t require.TestingT, p *Playlist) {
		require.Len(t, p.Multivariant.Variants, 1)
		assert.Equal(t, "https://a.example/p/v.m3u8", p.Multivariant.Variants[0].URI)
	}},
	{clause: "4.3.1.1", name: "space after EXTM3U", text: "#EXTM3U \n#EXT-X-TARGETDURATION:10\n" + segment, warned: true, check: haveURIs("https://a.example/p/a.ts")},
	{clause: "4.3.1.1", name: "a second playlist behind the first", text: mediaHead + segment + "#EXTM3U\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Len(t, p.Media.Segments, 2)
	}},
	{clause: "4.2", name: "commas and equals signs in quotes", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4?a=1,b=2\"\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, "https://a.example/p/i.mp4?a=1,b=2", p.Media.Segments[0].Map.URI)
	}},
	{clause: "4.2", name: "of two values the last", text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\",URI=\"j.mp4\"\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, "https://a.example/p/j.mp4", p.Media.Segments[0].Map.URI)
	}},
	{clause: "bis 4.3", name: "variables", text: mediaHead + "#EXT-X-DEFINE:NAME=\"host\",VALUE=\"https://cdn.example\"\n#EXT-X-DEFINE:NAME=\"dir\",VALUE=\"{$host}/d\"\n" +
		"#EXT-X-DEFINE:NAME=\"iv\",VALUE=\"0x1F\"\n#EXT-X-DEFINE:QUERYPARAM=\"q\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"{$dir}/k?{$q}\",IV={$iv}\n#EXTINF:9,{$dir}\n{$dir}/{$q}{$q}.ts\n",
		check: func(t require.TestingT, p *Playlist) {
			s := p.Media.Segments[0]
			assert.Equal(t, "https://cdn.example/d/11.ts", s.URI)
			assert.Equal(t, "https://cdn.example/d/k?1", s.Keys[0].URI)
			assert.Equal(t, byte(0x1f), s.Keys[0].IV[15])
			assert.Equal(t, "{$dir}", s.Title, "titles are not subject to substitution")
			assert.Equal(t, map[string]string{"host": "https://cdn.example", "dir": "https://cdn.example/d", "iv": "0x1F", "q": "1"}, p.Defines)
		}},
	{clause: "bis 6.3.1", name: "what a variable holds is not replaced again", text: mediaHead + "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"{$\"\n#EXT-X-DEFINE:NAME=\"b\",VALUE=\"B\"\n#EXTINF:9,\nx?{$a}b}\n",
		check: haveURIs("https://a.example/p/x?{$b}")},
	{clause: "bis 4.3", name: "braces that are no reference", text: mediaHead + "#EXTINF:9,\nx?{$}-{$\n", check: haveURIs("https://a.example/p/x?{$}-{$")},
	{clause: "4.1", name: "an empty multivariant playlist", text: "#EXTM3U\n", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, TypeMultivariant, p.Type)
		assert.ErrorIs(t, p.CheckPlayable(), ErrNoSegments)
	}},
	{clause: "4.1", name: "an empty media playlist", text: mediaHead, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, TypeMedia, p.Type)
		require.NoError(t, p.CheckPlayable(), "segments may come")
		assert.Zero(t, p.Media.Duration())
		assert.Equal(t, -1, p.Media.At(0))
	}},
	{clause: "4.1", name: "an empty media playlist that ended", text: mediaHead + "#EXT-X-ENDLIST\n", check: func(t require.TestingT, p *Playlist) {
		assert.ErrorIs(t, p.CheckPlayable(), ErrNoSegments)
	}},
	{clause: "4.3.4", name: "multivariant with a stray media tag", text: multiHead + variant + "#EXT-X-TARGETDURATION:10\n#EXT-X-ENDLIST\n", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, TypeMultivariant, p.Type)
		assert.Nil(t, p.Media)
	}},
	{clause: "4.3.4", name: "media with a stray session key", text: mediaHead + "#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"k\"\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, TypeMedia, p.Type)
		assert.Nil(t, p.Multivariant)
	}},
}

var segmentValues = []accepted{
	{clause: "4.3.2.1", name: "titles", text: mediaHead + "#EXTINF:9,one, two\na.ts\n#EXTINF:9,  \nb.ts\n#EXTINF:9,tail \nc.ts\n", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, "one, two", p.Media.Segments[0].Title)
		assert.Empty(t, p.Media.Segments[1].Title)
		assert.Equal(t, "tail", p.Media.Segments[2].Title)
	}},
	{clause: "4.3.2.1", name: "durations to the nanosecond", text: mediaHead + "#EXTINF:9.123456789,\na.ts\n#EXTINF:.5,\nb.ts\n#EXTINF:7.,\nc.ts\n#EXTINF:0,\nd.ts\n", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, 9123456789*time.Nanosecond, p.Media.Segments[0].Duration)
		assert.Equal(t, 500*time.Millisecond, p.Media.Segments[1].Duration)
		assert.Equal(t, 7*time.Second, p.Media.Segments[2].Duration)
		assert.Equal(t, 16623456789*time.Nanosecond, p.Media.Segments[3].Start)
	}},
	{clause: "4.3.2.1", name: "no duration or no sane one is the target duration", warned: true, check: func(t require.TestingT, p *Playlist) {
		for _, s := range p.Media.Segments {
			assert.Equal(t, 10*time.Second, s.Duration)
		}
		assert.Len(t, p.Media.Segments, 6)
	}, text: mediaHead + "#EXTINF:,\na.ts\n#EXTINF:-1,\na.ts\n#EXTINF:nan,\na.ts\n#EXTINF:+Inf,\na.ts\n#EXTINF\na.ts\n#EXTINF:1e99,\na.ts\n"},
	{clause: "4.3.2.1", name: "no comma", text: mediaHead + "#EXTINF:9.5\na.ts\n", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, 9500*time.Millisecond, p.Media.Segments[0].Duration)
	}},
	{clause: "4.3.2.1", name: "attributes of a list of channels", text: mediaHead + "#EXTINF:9 tvg-id=\"a\",A\na.ts\n", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, 9*time.Second, p.Media.Segments[0].Duration)
		assert.Equal(t, "A", p.Media.Segments[0].Title)
	}},
	{clause: "4.3.2.1", name: "URI without EXTINF is dropped with its tags", text: mediaHead + segment + "#EXT-X-GAP\nx.ts\n#EXTINF:9,\nb.ts\n", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, []string{"https://a.example/p/a.ts", "https://a.example/p/b.ts"}, uris(p))
		assert.False(t, p.Media.Segments[1].Gap)
	}},
	{clause: "4.3.2.2", name: "byte ranges", check: func(t require.TestingT, p *Playlist) {
		var got []*ByteRange
		for _, s := range p.Media.Segments {
			got = append(got, s.ByteRange)
		}
		assert.Equal(t, []*ByteRange{{100, 10}, {200, 110}, {50, 310}, {5, 0}, {6, 5}, nil}, got)
	}, text: mediaHead + "#EXTINF:9,\n#EXT-X-BYTERANGE:100@10\na.ts\n#EXT-X-BYTERANGE:200\n#EXTINF:9,\na.ts\n#EXTINF:9,\n#EXT-X-BYTERANGE:50\na.ts\n" +
		"#EXTINF:9,\n#EXT-X-BYTERANGE:5@0\nb.ts\n#EXTINF:9,\n#EXT-X-BYTERANGE:6\nb.ts\n#EXTINF:9,\nb.ts\n"},
	{clause: "4.3.2.3", name: "discontinuities count, two in a row as well", check: func(t require.TestingT, p *Playlist) {
		var numbers []uint64
		for _, s := range p.Media.Segments {
			numbers = append(numbers, s.DiscontinuitySequence)
		}
		assert.Equal(t, []uint64{7, 8, 8, 10}, numbers)
		assert.Equal(t, uint64(7), p.Media.DiscontinuitySequence)
		assert.False(t, p.Media.Segments[2].Discontinuity)
		assert.True(t, p.Media.Segments[3].Discontinuity)
	}, text: mediaHead + "#EXT-X-DISCONTINUITY-SEQUENCE:7\n" + segment + "#EXT-X-DISCONTINUITY\n" + segment + segment + "#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY\n" + segment},
	{clause: "4.3.2.5", name: "map, changed and taken up again", check: func(t require.TestingT, p *Playlist) {
		s := p.Media.Segments
		assert.Nil(t, s[0].Map)
		assert.Equal(t, &ByteRange{Length: 700, Offset: 5}, s[1].Map.ByteRange)
		assert.Same(t, s[1].Map, s[2].Map)
		assert.Same(t, s[1].Map, s[3].Map, "the same section again")
		assert.Equal(t, "https://a.example/p/j.mp4", s[4].Map.URI)
	}, text: mediaHead + segment + "#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"700@5\"\n" + segment + segment + "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"700@5\"\n" + segment + "#EXT-X-MAP:URI=\"j.mp4\"\n" + segment},
	{clause: "4.3.2.5", name: "map with the keys of its line", check: func(t require.TestingT, p *Playlist) {
		s := p.Media.Segments
		assert.Empty(t, s[0].Map.Keys, "the section is clear")
		assert.Len(t, s[0].Keys, 1)
		assert.Len(t, s[1].Map.Keys, 1)
		assert.NotSame(t, s[0].Map, s[1].Map)
	}, text: mediaHead + "#EXT-X-MAP:URI=\"i.mp4\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x1\n" + segment + "#EXT-X-MAP:URI=\"i.mp4\"\n" + segment},
	{clause: "4.3.2.6", name: "dates, forward and backward", check: func(t require.TestingT, p *Playlist) {
		s := p.Media.Segments
		at := time.Date(2010, 2, 19, 6, 54, 23, 31e6, time.UTC)
		for i, want := range []time.Duration{-9 * time.Second, 0, 9 * time.Second} {
			assert.True(t, s[i].ProgramDateTime.Equal(at.Add(want)), "%d: %v", i, s[i].ProgramDateTime)
		}
		assert.Equal(t, []bool{false, true, false}, []bool{s[0].DateTimeTag, s[1].DateTimeTag, s[2].DateTimeTag})
	}, text: mediaHead + segment + "#EXT-X-PROGRAM-DATE-TIME:2010-02-19T14:54:23.031+08:00\n" + segment + segment},
	{clause: "4.3.2.6", name: "a date without a zone is UTC", text: mediaHead + "#EXT-X-PROGRAM-DATE-TIME:2010-02-19T14:54:23.031\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, time.Date(2010, 2, 19, 14, 54, 23, 31e6, time.UTC), p.Media.Segments[0].ProgramDateTime)
	}},
	{clause: "4.3.2.7", name: "date ranges have their places", check: func(t require.TestingT, p *Playlist) {
		require.Len(t, p.Media.DateRanges, 3)
		assert.Equal(t, 0, p.Media.DateRanges[0].Segment)
		assert.Equal(t, 1, p.Media.DateRanges[1].Segment)
		assert.Equal(t, 2, p.Media.DateRanges[2].Segment, "after the last segment")
		assert.Equal(t, Attribute{Name: "X-N", Value: "-1.5"}, p.Media.DateRanges[1].Attributes[1])
		assert.True(t, p.Media.DateRanges[2].EndOnNext)
		assert.Equal(t, time.Duration(-1), p.Media.DateRanges[2].Duration)
	}, text: mediaHead + dated + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-03-01T00:00:00Z\",X-S=\"s\",X-H=0xAB\n" + segment +
		"#EXT-X-DATERANGE:ID=\"b\",START-DATE=\"2026-03-01T00:00:00Z\",X-N=-1.5,DURATION=0\n" + segment +
		"#EXT-X-DATERANGE:ID=\"c\",CLASS=\"x\",START-DATE=\"2026-03-01T00:00:00Z\",END-ON-NEXT=YES,CUE=\"PRE,ONCE\"\n"},
	{clause: "4.3.2.7", name: "a date range that is wrong is ignored", text: mediaHead + dated + "#EXT-X-DATERANGE:START-DATE=\"2026-03-01T00:00:00Z\"\n#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"never\"\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Empty(t, p.Media.DateRanges)
		assert.Len(t, p.Media.Segments, 1)
	}},
	{clause: "bis 4.4.4.7", name: "gap", text: mediaHead + "#EXT-X-GAP\n" + segment + segment, check: func(t require.TestingT, p *Playlist) {
		assert.True(t, p.Media.Segments[0].Gap)
		assert.False(t, p.Media.Segments[1].Gap)
	}},
	{clause: "bis 4.4.4.8", name: "bit rate carries on, but not to byte ranges", check: func(t require.TestingT, p *Playlist) {
		var rates []int64
		for _, s := range p.Media.Segments {
			rates = append(rates, s.Bitrate)
		}
		assert.Equal(t, []int64{0, 800_000, 800_000, 0, 900_000}, rates)
	}, text: mediaHead + segment + "#EXT-X-BITRATE:800\n" + segment + segment + "#EXT-X-BYTERANGE:1@0\n" + segment + "#EXT-X-BITRATE:900\n" + segment},
	{clause: "bis 4.4.4.9", name: "byte ranges of parts without offsets", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, &ByteRange{Length: 10}, p.Media.Segments[0].Parts[0].ByteRange, "none went before")
		assert.Equal(t, &ByteRange{Length: 20, Offset: 10}, p.Media.Segments[0].Parts[1].ByteRange)
		assert.Equal(t, &ByteRange{Length: 5, Offset: 30}, p.Media.Segments[1].Parts[0].ByteRange, "the segment before is in the same resource")
		assert.Equal(t, &ByteRange{Length: 7}, p.Media.Segments[1].Parts[1].ByteRange, "another resource")
	}, text: lowLatencyHead + "#EXT-X-PART:URI=\"a.ts\",DURATION=2,BYTERANGE=\"10\"\n#EXT-X-PART:URI=\"a.ts\",DURATION=2,BYTERANGE=\"20@\"\n" + segment +
		"#EXT-X-PART:URI=\"a.ts\",DURATION=2,BYTERANGE=\"5\"\n#EXT-X-PART:URI=\"b.ts\",DURATION=2,BYTERANGE=\"7\"\n" + segment},
	{clause: "bis 4.4.4.9", name: "byte ranges of parts", check: func(t require.TestingT, p *Playlist) {
		parts := p.Media.Segments[0].Parts
		require.Len(t, parts, 3)
		assert.Equal(t, &ByteRange{Length: 20, Offset: 10}, parts[1].ByteRange)
		assert.True(t, parts[2].Gap)
		require.Len(t, p.Media.Partial.Parts, 1)
		assert.Equal(t, 2*time.Second, p.Media.Partial.Duration)
	}, text: lowLatencyHead + "#EXT-X-PART:URI=\"a.ts\",DURATION=2,BYTERANGE=\"10@0\"\n#EXT-X-PART:URI=\"a.ts\",DURATION=2,BYTERANGE=\"20\"\n#EXT-X-PART:URI=\"x\",DURATION=2,GAP=YES\n" + segment + "#EXT-X-PART:URI=\"b\",DURATION=2\n"},
}

var keyValues = []accepted{
	{clause: "4.3.2.4", name: "several keys of different formats", check: func(t require.TestingT, p *Playlist) {
		keys := p.Media.Segments[0].Keys
		require.Len(t, keys, 3)
		assert.Equal(t, "identity", keys[0].KeyFormat)
		assert.Equal(t, "com.apple.streamingkeydelivery", keys[1].KeyFormat)
		assert.Equal(t, "skd://id with no path", keys[1].URI)
		assert.Equal(t, "1/2", keys[2].KeyFormatVersions)
		assert.Equal(t, "data:text/plain;base64,AAAA", keys[2].URI)
	}, warned: true, text: mediaHead + "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\",IV=0x1\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://id with no path\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n" +
		"#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"data:text/plain;base64,AAAA\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\",KEYFORMATVERSIONS=\"1/2\"\n" + segment},
	{clause: "4.3.2.4", name: "a key takes the place of the one of its format", check: func(t require.TestingT, p *Playlist) {
		s := p.Media.Segments
		assert.Equal(t, []string{"https://a.example/p/k", "https://a.example/p/d"}, []string{s[0].Keys[0].URI, s[0].Keys[1].URI})
		assert.Equal(t, []string{"https://a.example/p/d", "https://a.example/p/l"}, []string{s[1].Keys[0].URI, s[1].Keys[1].URI})
	}, text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"d\",KEYFORMAT=\"x\"\n" + segment + "#EXT-X-KEY:METHOD=AES-128,URI=\"l\"\n" + segment},
	{clause: "4.3.2.4", name: "NONE ends all", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"d\",KEYFORMAT=\"x\"\n" + segment + "#EXT-X-KEY:METHOD=NONE\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.Len(t, p.Media.Segments[0].Keys, 2)
		assert.Empty(t, p.Media.Segments[1].Keys)
	}},
	{clause: "4.3.2.4", name: "IV", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0X000102030405060708090A0B0C0D0E0F\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, p.Media.Segments[0].Keys[0].IV)
		assert.True(t, p.Media.Segments[0].Keys[0].HasIV)
	}},
	{clause: "4.3.2.4", name: "short IV", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x102\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, [16]byte{14: 1, 15: 2}, p.Media.Segments[0].Keys[0].IV)
	}},
	{clause: "4.2", name: "IV in lower case", text: mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0xff\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, [16]byte{15: 255}, p.Media.Segments[0].Keys[0].IV)
	}},
	{clause: "6.3.6", name: "unknown METHOD stays to be refused", text: mediaHead + "#EXT-X-KEY:METHOD=ROT-13,URI=\"k\"\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, "ROT-13", p.Media.Segments[0].Keys[0].Method)
	}},
	{clause: "4.3.4.5", name: "session keys", text: multiHead + "#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"k\",IV=0x1\n#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI=\"k\",KEYFORMAT=\"x\"\n" + variant, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, []Key{
			{Method: "AES-128", URI: "https://a.example/p/k", KeyFormat: "identity", KeyFormatVersions: "1", IV: [16]byte{15: 1}, HasIV: true, Line: 3},
			{Method: "SAMPLE-AES", URI: "https://a.example/p/k", KeyFormat: "x", KeyFormatVersions: "1", Line: 4},
		}, p.Multivariant.SessionKeys)
	}},
}
