package hls

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var mediaValues = []accepted{
	{clause: "4.3.3.1", name: "target duration is not raised", text: "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:10,\na.ts\n", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, 4*time.Second, p.Media.TargetDuration)
	}},
	{clause: "4.3.3.1", name: "durations round to the target duration", text: mediaHead + "#EXTINF:10.499,\na.ts\n", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, 10499*time.Millisecond, p.Media.Duration())
	}},
	{clause: "4.3.3.1", name: "target duration with a point", text: "#EXTM3U\n#EXT-X-TARGETDURATION:9.5\n#EXTINF:9,\na.ts\n", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, 9500*time.Millisecond, p.Media.TargetDuration)
	}},
	{clause: "4.3.3.2", name: "media sequence of 63 bits", text: mediaHead + "#EXT-X-MEDIA-SEQUENCE:9223372036854775807\n" + segment + segment, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, uint64(9223372036854775808), p.Media.Segments[1].Sequence)
	}},
	{clause: "4.3.3.2", name: "media sequence too late counts all the same", text: mediaHead + segment + "#EXT-X-MEDIA-SEQUENCE:7\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, uint64(7), p.Media.Segments[0].Sequence)
	}},
	{clause: "4.3.3", name: "of two media sequences the first", text: mediaHead + "#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-MEDIA-SEQUENCE:8\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, uint64(7), p.Media.MediaSequence)
	}},
	{clause: "4.3.3.4", name: "the end may stand anywhere", text: mediaHead + "#EXT-X-ENDLIST\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.True(t, p.Media.EndList)
		assert.Len(t, p.Media.Segments, 1)
	}},
	{clause: "4.3.3.5", name: "VOD", text: mediaHead + "#EXT-X-PLAYLIST-TYPE:VOD\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, PlaylistVOD, p.Media.PlaylistType)
	}},
	{clause: "4.3.3.5", name: "EVENT", text: mediaHead + "#EXT-X-PLAYLIST-TYPE:EVENT\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, PlaylistEvent, p.Media.PlaylistType)
	}},
	{clause: "4.3.3.5", name: "unknown type", text: mediaHead + "#EXT-X-PLAYLIST-TYPE:LIVE\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, PlaylistLive, p.Media.PlaylistType)
	}},
	{clause: "4.3.3.6", name: "I-frames only", text: mediaHead + "#EXT-X-I-FRAMES-ONLY\n#EXT-X-BYTERANGE:1@0\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.True(t, p.Media.IFramesOnly)
	}},
	{clause: "4.3.5.1", name: "independent segments", text: mediaHead + "#EXT-X-INDEPENDENT-SEGMENTS\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.True(t, p.IndependentSegments)
	}},
	{clause: "4.3.5.2", name: "start from the end", text: mediaHead + "#EXT-X-START:TIME-OFFSET=-12.5,PRECISE=YES\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, &Start{TimeOffset: -12.5, Precise: true}, p.Start)
		assert.Equal(t, p.Start, p.Media.Start)
	}},
	{clause: "4.3.5.2", name: "start of a multivariant playlist", text: multiHead + "#EXT-X-START:TIME-OFFSET=8\n" + variant, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, TypeMultivariant, p.Type)
		assert.Equal(t, &Start{TimeOffset: 8}, p.Multivariant.Start)
	}},
	{clause: "bis 4.4.3.8", name: "server control", text: mediaHead + "#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=60,CAN-SKIP-DATERANGES=YES,HOLD-BACK=30,CAN-BLOCK-RELOAD=YES\n" + segment, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, &ServerControl{CanSkipUntil: time.Minute, CanSkipDateRanges: true, HoldBack: 30 * time.Second, CanBlockReload: true}, p.Media.ServerControl)
	}},
	{clause: "bis 4.4.5.2", name: "skip without the playlist before", text: mediaHead + "#EXT-X-MEDIA-SEQUENCE:100\n#EXT-X-SKIP:SKIPPED-SEGMENTS=5,RECENTLY-REMOVED-DATERANGES=\"a\tb\"\n" + segment, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, &Skip{SkippedSegments: 5, RecentlyRemovedDateRanges: []string{"a", "b"}, DateRangesSkipped: true}, p.Media.Skip)
		assert.Equal(t, uint64(105), p.Media.Segments[0].Sequence)
	}},
	{clause: "bis 4.4.5.3", name: "hints", text: mediaHead + segment + "#EXT-X-PRELOAD-HINT:TYPE=MAP,URI=\"i\",BYTERANGE-START=5,BYTERANGE-LENGTH=7\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p\"\n", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, []PreloadHint{{Type: "MAP", URI: "https://a.example/p/i", Start: 5, Length: 7}, {Type: "PART", URI: "https://a.example/p/p", Length: -1}}, p.Media.PreloadHints)
	}},
	{clause: "bis 6.3.8", name: "of two hints of one TYPE the first", text: mediaHead + segment + "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p\"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"q\"\n", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, []PreloadHint{{Type: "PART", URI: "https://a.example/p/p", Length: -1}}, p.Media.PreloadHints)
	}},
	{clause: "bis 6.3.8", name: "unknown hint", text: mediaHead + segment + "#EXT-X-PRELOAD-HINT:TYPE=SMELL,URI=\"i\"\n", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Empty(t, p.Media.PreloadHints)
	}},
	{clause: "bis 4.4.5.4", name: "report without numbers", text: mediaHead + segment + "#EXT-X-RENDITION-REPORT:URI=\"../x.m3u8\"\n", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, []RenditionReport{{URI: "https://a.example/x.m3u8", LastMSN: -1, LastPart: -1}}, p.Media.RenditionReports)
	}},
}

var multivariantValues = []accepted{
	{clause: "4.3.4.1", name: "all attributes of a rendition", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, Rendition{
			Type: "AUDIO", Group: "g", Name: "n", URI: "https://a.example/p/a.m3u8", Language: "nb", AssocLanguage: "no", StableID: "s/1", Default: true, Autoselect: true,
			InstreamID: "1", BitDepth: 24, SampleRate: 96000, Characteristics: []string{"public.accessibility.describes-video"}, Channels: "12/JOC", Line: 3,
		}, p.Multivariant.Renditions[0])
	}, text: multiHead + audio + ",LANGUAGE=\"nb\",ASSOC-LANGUAGE=\"no\",STABLE-RENDITION-ID=\"s/1\",DEFAULT=YES,AUTOSELECT=YES,INSTREAM-ID=\"1\",BIT-DEPTH=24,SAMPLE-RATE=96000," +
		"CHARACTERISTICS=\"public.accessibility.describes-video\",CHANNELS=\"12/JOC\"\n" + variant},
	{clause: "4.2", name: "a string that is half quoted", warned: true, text: multiHead + variant + "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=i.m3u8\"\n", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, "https://a.example/p/i.m3u8", p.Multivariant.IFrameVariants[0].URI)
	}},
	{clause: "4.3.4.1", name: "forced subtitles", text: multiHead + subs + ",URI=\"s\",FORCED=YES\n" + variant, check: func(t require.TestingT, p *Playlist) {
		assert.True(t, p.Multivariant.Renditions[0].Forced)
	}},
	{clause: "4.3.4.1", name: "closed captions", text: multiHead + "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"c\",NAME=\"n\",INSTREAM-ID=\"SERVICE63\"\n#EXT-X-STREAM-INF:BANDWIDTH=1,CLOSED-CAPTIONS=\"c\"\nv\n", check: func(t require.TestingT, p *Playlist) {
		m := p.Multivariant
		assert.Equal(t, "SERVICE63", m.RenditionsOf(&m.Variants[0], RenditionClosedCaptions)[0].InstreamID)
	}},
	{clause: "4.3.4.1", name: "DEFAULT means AUTOSELECT", text: multiHead + audio + ",DEFAULT=YES\n" + variant, check: func(t require.TestingT, p *Playlist) {
		assert.True(t, p.Multivariant.Renditions[0].Autoselect)
	}},
	{clause: "4.3.4.1", name: "a group that no variant names", text: multiHead + audio + "\n" + variant, check: func(t require.TestingT, p *Playlist) {
		assert.Len(t, p.Multivariant.Renditions, 1)
		assert.Len(t, p.Multivariant.Group(RenditionAudio, "g"), 1)
		assert.Empty(t, p.Multivariant.Group(RenditionVideo, "g"))
	}},
	{clause: "bis 6.3.1", name: "unknown TYPE", text: multiHead + "#EXT-X-MEDIA:TYPE=SMELL,GROUP-ID=\"g\",NAME=\"n\"\n" + variant, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Empty(t, p.Multivariant.Renditions)
	}},
	{clause: "bis 6.3.1", name: "unknown DEFAULT", text: multiHead + audio + ",DEFAULT=MAYBE\n" + variant, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Empty(t, p.Multivariant.Renditions)
	}},
	{clause: "4.2", name: "YES in quotes", text: multiHead + audio + ",DEFAULT=\"YES\"\n" + variant, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.True(t, p.Multivariant.Renditions[0].Default)
	}},
	{clause: "4.3.4.2", name: "all attributes of a variant", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, Variant{
			URI: "https://a.example/p/v.m3u8", Bandwidth: 5_000_000_000, AverageBandwidth: 4_294_967_297, Codecs: "hvc1.2.4.L153.b0,ec-3", Width: 3840, Height: 2160, FrameRate: 59.94,
			Audio: "g", ClosedCaptions: "", NoClosedCaptions: true, VideoRange: "PQ", HDCPLevel: "TYPE-1", Score: 7.5, PathwayID: "A", StableID: "V-1", SupplementalCodecs: "dvh1.08.07/db4h",
			AllowedCPC: "com.example.drm1:SMART-TV/PC", ReqVideoLayout: "CH-STEREO/PROJ-HEQU,CH-MONO", Name: "4K", Line: 4,
		}, p.Multivariant.Variants[0])
	}, text: multiHead + audio + "\n#EXT-X-STREAM-INF:BANDWIDTH=5000000000,AVERAGE-BANDWIDTH=4294967297,CODECS=\"hvc1.2.4.L153.b0,ec-3\",RESOLUTION=3840x2160,FRAME-RATE=59.940,AUDIO=\"g\",CLOSED-CAPTIONS=NONE," +
		"VIDEO-RANGE=PQ,HDCP-LEVEL=TYPE-1,SCORE=7.5,PATHWAY-ID=\"A\",STABLE-VARIANT-ID=\"V-1\",SUPPLEMENTAL-CODECS=\"dvh1.08.07/db4h\",ALLOWED-CPC=\"com.example.drm1:SMART-TV/PC\"," +
		"REQ-VIDEO-LAYOUT=\"CH-STEREO/PROJ-HEQU,CH-MONO\",NAME=\"4K\",PROGRAM-ID=1\nv.m3u8\n"},
	{clause: "4.3.4.2", name: "a comment before the URI", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1\n# 1080p\n\nv.m3u8\n", check: func(t require.TestingT, p *Playlist) {
		assert.Len(t, p.Multivariant.Variants, 1)
	}},
	{clause: "bis 6.3.1", name: "unknown HDCP-LEVEL: ignored with its URI", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,HDCP-LEVEL=TYPE-9\nu.m3u8\n" + variant, warned: true, check: func(t require.TestingT, p *Playlist) {
		require.Len(t, p.Multivariant.Variants, 1)
		assert.Equal(t, int64(1000), p.Multivariant.Variants[0].Bandwidth)
	}},
	{clause: "bis 4.4.6.2", name: "unknown VIDEO-RANGE stays to be chosen last", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,VIDEO-RANGE=XDR\nu.m3u8\n", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, "XDR", p.Multivariant.Variants[0].VideoRange)
	}},
	{clause: "bis 4.4.6.2", name: "unknown REQ-VIDEO-LAYOUT: ignored with its URI", text: multiHead + "#EXT-X-STREAM-INF:BANDWIDTH=1,REQ-VIDEO-LAYOUT=\"CH-SMELL\"\nu.m3u8\n" + variant, warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Len(t, p.Multivariant.Variants, 1)
	}},
	{clause: "4.3.4.2", name: "no BANDWIDTH", text: multiHead + "#EXT-X-STREAM-INF:CODECS=\"a\"\nv.m3u8\n", warned: true, check: func(t require.TestingT, p *Playlist) {
		assert.Zero(t, p.Multivariant.Variants[0].Bandwidth)
	}},
	{clause: "4.3.4.3", name: "I-frames take no renditions away", check: func(t require.TestingT, p *Playlist) {
		m := p.Multivariant
		assert.Len(t, m.RenditionsOf(&m.Variants[0], RenditionAudio), 1)
		assert.Equal(t, []Variant{{URI: "https://a.example/p/i.m3u8", Bandwidth: 9, Codecs: "avc1", Width: 2, Height: 1, Line: 4}}, m.IFrameVariants)
	}, text: multiHead + audio + "\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,URI=\"i.m3u8\",CODECS=\"avc1\",RESOLUTION=2x1\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"g\"\nv.m3u8\n"},
	{clause: "4.3.4.4", name: "session data in a binary file", text: multiHead + "#EXT-X-SESSION-DATA:DATA-ID=\"a\",URI=\"d.bin\",FORMAT=RAW\n" + variant, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, []SessionData{{DataID: "a", URI: "https://a.example/p/d.bin", Format: "RAW"}}, p.Multivariant.SessionData)
	}},
	{clause: "bis 4.4.6.6", name: "steering to the default pathway", text: multiHead + "#EXT-X-CONTENT-STEERING:SERVER-URI=\"data:application/json;base64,e30=\",PATHWAY-ID=\".\"\n" + variant, check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, &ContentSteering{ServerURI: "data:application/json;base64,e30=", PathwayID: "."}, p.Multivariant.ContentSteering)
	}},
	{clause: "bis 4.4.2.3", name: "variables of a multivariant playlist", text: multiHead + "#EXT-X-DEFINE:NAME=\"t\",VALUE=\"x=1\"\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"{$t}\"\nv.m3u8?{$t}\n", check: func(t require.TestingT, p *Playlist) {
		assert.Equal(t, "https://a.example/p/v.m3u8?x=1", p.Multivariant.Variants[0].URI)
		assert.Equal(t, "x=1", p.Multivariant.Variants[0].Codecs)
		assert.Equal(t, map[string]string{"t": "x=1"}, p.Defines)
	}},
}

func TestImportedVariables(t *testing.T) { // second edition, 4.4.2.3
	text := mediaHead + "#EXT-X-DEFINE:IMPORT=\"token\"\n#EXTINF:9,\na.ts?{$token}\n"
	p, err := Parse([]byte(text), base, ParseOptions{Strict: true, Variables: map[string]string{"token": "t=1"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"https://a.example/p/a.ts?t=1"}, uris(p))

	var parseError *ParseError
	_, err = Parse([]byte(text), base, ParseOptions{Variables: map[string]string{"other": "1"}})
	require.ErrorAs(t, err, &parseError)
	_, err = Parse([]byte(text), base, ParseOptions{Variables: map[string]string{"token": "a\nb"}})
	require.ErrorAs(t, err, &parseError)

	_, err = Parse([]byte(multiHead+"#EXT-X-DEFINE:IMPORT=\"token\"\n"+variant), base, ParseOptions{Strict: true, Variables: map[string]string{"token": "1"}})
	require.ErrorAs(t, err, &parseError)
	assert.Equal(t, 3, parseError.Line)
}

func TestQueryParameters(t *testing.T) { // second edition, 4.4.2.3
	for _, c := range []struct{ name, base, want string }{
		{"percent-decoded", "https://a.example/i.m3u8?x=1&tok%65n=a%2Fb%26", "https://a.example/?a/b&"},
		{"plus stays", "https://a.example/i.m3u8?token=a+b", "https://a.example/?a+b"},
		{"empty", "https://a.example/i.m3u8?token=", "https://a.example/?"},
		{"no value", "https://a.example/i.m3u8?token", ""},
		{"line feed", "https://a.example/i.m3u8?token=%0A", ""},
		{"quote", "https://a.example/i.m3u8?token=%22", ""},
		{"bad escape", "https://a.example/i.m3u8?token=%zz", ""},
		{"a file", "/home/me/i.m3u8?token=1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Parse([]byte(mediaHead+"#EXT-X-DEFINE:QUERYPARAM=\"token\"\n#EXTINF:9,\n/?{$token}\n"), c.base, ParseOptions{})
			if c.want == "" {
				var parseError *ParseError
				require.ErrorAs(t, err, &parseError)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, []string{c.want}, uris(p))
		})
	}
}
