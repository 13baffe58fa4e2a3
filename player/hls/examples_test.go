package hls

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parse reads a playlist that must be read without a warning, strictly and tolerantly alike.
func parse(t *testing.T, text, base string) *Playlist {
	t.Helper()
	strict, err := Parse([]byte(text), base, ParseOptions{Strict: true})
	require.NoError(t, err)
	tolerant, err := Parse([]byte(text), base, ParseOptions{})
	require.NoError(t, err)
	strict.digest, tolerant.digest = digest{}, digest{}
	require.Equal(t, strict, tolerant)
	assert.Empty(t, tolerant.Warnings)
	return tolerant
}

// folded joins lines that end with a backslash, as the specification's examples are to be read.
func folded(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), "\\\n", "")
}

// The examples follow the structure of those in RFC 8216, 8, and in the second edition, 9.

func TestExampleSimple(t *testing.T) { // RFC 8216, 8.1
	p := parse(t, `#EXTM3U
#EXT-X-TARGETDURATION:10
#EXT-X-VERSION:3
#EXTINF:9.009,
http://media.example.com/first.ts
#EXTINF:9.009,
http://media.example.com/second.ts
#EXTINF:3.003,
http://media.example.com/third.ts
#EXT-X-ENDLIST`, "")
	require.Equal(t, TypeMedia, p.Type)
	m := p.Media
	assert.Equal(t, 3, p.Version)
	assert.Equal(t, 10*time.Second, m.TargetDuration)
	assert.True(t, m.EndList)
	require.Len(t, m.Segments, 3)
	assert.Equal(t, "http://media.example.com/second.ts", m.Segments[1].URI)
	assert.Equal(t, 9009*time.Millisecond, m.Segments[1].Start)
	assert.Equal(t, 18018*time.Millisecond, m.Segments[2].Start)
	assert.Equal(t, 21021*time.Millisecond, m.Duration())
	assert.Equal(t, uint64(2), m.Segments[2].Sequence)
	assert.Equal(t, 9, m.Segments[2].Line)
}

func TestExampleLive(t *testing.T) { // RFC 8216, 8.2
	p := parse(t, `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:8
#EXT-X-MEDIA-SEQUENCE:2680

#EXTINF:7.975,
https://priv.example.com/fileSequence2680.ts
#EXTINF:7.941,
https://priv.example.com/fileSequence2681.ts
#EXTINF:7.975,
https://priv.example.com/fileSequence2682.ts
`, "")
	m := p.Media
	assert.False(t, m.EndList)
	assert.Equal(t, uint64(2680), m.MediaSequence)
	assert.Equal(t, uint64(2682), m.Segments[2].Sequence)
	assert.Equal(t, 1, m.BySequence(2681))
	assert.Equal(t, -1, m.BySequence(2679))
	assert.Equal(t, -1, m.BySequence(2683))
}

func TestExampleEncrypted(t *testing.T) { // RFC 8216, 8.3
	p := parse(t, `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-MEDIA-SEQUENCE:7794
#EXT-X-TARGETDURATION:15

#EXT-X-KEY:METHOD=AES-128,URI="https://priv.example.com/key.php?r=52"

#EXTINF:2.833,
http://media.example.com/fileSequence52-A.ts
#EXTINF:15.0,
http://media.example.com/fileSequence52-B.ts
#EXTINF:13.333,
http://media.example.com/fileSequence52-C.ts

#EXT-X-KEY:METHOD=AES-128,URI="https://priv.example.com/key.php?r=53"

#EXTINF:15.0,
http://media.example.com/fileSequence53-A.ts
`, "")
	s := p.Media.Segments
	require.Len(t, s, 4)
	for i := range 3 {
		assert.Equal(t, []Key{{Method: MethodAES128, URI: "https://priv.example.com/key.php?r=52", KeyFormat: "identity", KeyFormatVersions: "1", Line: 6}}, s[i].Keys)
	}
	assert.Equal(t, "https://priv.example.com/key.php?r=53", s[3].Keys[0].URI)
	assert.Equal(t, uint64(7797), s[3].Sequence)
}

func TestExampleMultivariant(t *testing.T) { // RFC 8216, 8.4
	p := parse(t, `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=1280000,AVERAGE-BANDWIDTH=1000000
http://example.com/low.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2560000,AVERAGE-BANDWIDTH=2000000
http://example.com/mid.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=7680000,AVERAGE-BANDWIDTH=6000000
http://example.com/hi.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=65000,CODECS="mp4a.40.5"
http://example.com/audio-only.m3u8
`, "")
	require.Equal(t, TypeMultivariant, p.Type)
	assert.Equal(t, 1, p.Version)
	assert.Equal(t, []Variant{
		{URI: "http://example.com/low.m3u8", Bandwidth: 1280000, AverageBandwidth: 1000000, Line: 2},
		{URI: "http://example.com/mid.m3u8", Bandwidth: 2560000, AverageBandwidth: 2000000, Line: 4},
		{URI: "http://example.com/hi.m3u8", Bandwidth: 7680000, AverageBandwidth: 6000000, Line: 6},
		{URI: "http://example.com/audio-only.m3u8", Bandwidth: 65000, Codecs: "mp4a.40.5", Line: 8},
	}, p.Multivariant.Variants)
}

func TestExampleIFrames(t *testing.T) { // RFC 8216, 8.5
	p := parse(t, `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=1280000
low/audio-video.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=86000,URI="low/iframe.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2560000
mid/audio-video.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=150000,URI="mid/iframe.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=7680000
hi/audio-video.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=550000,URI="hi/iframe.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=65000,CODECS="mp4a.40.5"
audio-only.m3u8
`, "https://example.com/a/master.m3u8")
	m := p.Multivariant
	require.Len(t, m.Variants, 4)
	assert.Equal(t, "https://example.com/a/mid/audio-video.m3u8", m.Variants[1].URI)
	assert.Equal(t, []Variant{
		{URI: "https://example.com/a/low/iframe.m3u8", Bandwidth: 86000, Line: 4},
		{URI: "https://example.com/a/mid/iframe.m3u8", Bandwidth: 150000, Line: 7},
		{URI: "https://example.com/a/hi/iframe.m3u8", Bandwidth: 550000, Line: 10},
	}, m.IFrameVariants)
}

func TestExampleAlternativeAudio(t *testing.T) { // RFC 8216, 8.6
	p := parse(t, folded(`#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="English",\
   DEFAULT=YES,AUTOSELECT=YES,LANGUAGE="en",\
   URI="main/english-audio.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Deutsch",\
   DEFAULT=NO,AUTOSELECT=YES,LANGUAGE="de",\
   URI="main/german-audio.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Commentary",\
   DEFAULT=NO,AUTOSELECT=NO,LANGUAGE="en",\
   URI="commentary/audio-only.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1280000,CODECS="...",AUDIO="aac"
low/video-only.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2560000,CODECS="...",AUDIO="aac"
mid/video-only.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=7680000,CODECS="...",AUDIO="aac"
hi/video-only.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=65000,CODECS="mp4a.40.5",AUDIO="aac"
main/english-audio.m3u8
`), "")
	m := p.Multivariant
	for i := range m.Variants {
		got := m.RenditionsOf(&m.Variants[i], RenditionAudio)
		assert.Equal(t, []Rendition{
			{Type: "AUDIO", Group: "aac", Name: "English", Default: true, Autoselect: true, Language: "en", URI: "main/english-audio.m3u8", Line: 2},
			{Type: "AUDIO", Group: "aac", Name: "Deutsch", Autoselect: true, Language: "de", URI: "main/german-audio.m3u8", Line: 3},
			{Type: "AUDIO", Group: "aac", Name: "Commentary", Language: "en", URI: "commentary/audio-only.m3u8", Line: 4},
		}, got)
		assert.Nil(t, m.RenditionsOf(&m.Variants[i], RenditionSubtitles))
	}
}

func TestExampleAlternativeVideo(t *testing.T) { // RFC 8216, 8.7
	p := parse(t, folded(`#EXTM3U
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="low",NAME="Main",\
   DEFAULT=YES,URI="low/main/audio-video.m3u8"
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="low",NAME="Centerfield",\
   DEFAULT=NO,URI="low/centerfield/audio-video.m3u8"

#EXT-X-STREAM-INF:BANDWIDTH=1280000,CODECS="...",VIDEO="low"
low/main/audio-video.m3u8

#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="hi",NAME="Main",\
   DEFAULT=YES,URI="hi/main/audio-video.m3u8"
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="hi",NAME="Centerfield",\
   DEFAULT=NO,URI="hi/centerfield/audio-video.m3u8"

#EXT-X-STREAM-INF:BANDWIDTH=7680000,CODECS="...",VIDEO="hi"
hi/main/audio-video.m3u8
`), "")
	m := p.Multivariant
	assert.Equal(t, "hi/centerfield/audio-video.m3u8", m.RenditionsOf(&m.Variants[1], RenditionVideo)[1].URI)
	assert.Equal(t, "low/centerfield/audio-video.m3u8", m.RenditionsOf(&m.Variants[0], RenditionVideo)[1].URI)
}

func TestExampleSessionData(t *testing.T) { // RFC 8216, 8.8
	p := parse(t, folded(`#EXTM3U
#EXT-X-SESSION-DATA:DATA-ID="com.example.lyrics",URI="lyrics.json"

#EXT-X-SESSION-DATA:DATA-ID="com.example.title",LANGUAGE="en",\
   VALUE="This is an example"
#EXT-X-SESSION-DATA:DATA-ID="com.example.title",LANGUAGE="es",\
   VALUE="Este es un ejemplo"
`), "https://example.com/m.m3u8")
	assert.Equal(t, []SessionData{
		{DataID: "com.example.lyrics", URI: "https://example.com/lyrics.json", Format: "JSON"},
		{DataID: "com.example.title", Language: "en", Value: "This is an example"},
		{DataID: "com.example.title", Language: "es", Value: "Este es un ejemplo"},
	}, p.Multivariant.SessionData)
	assert.ErrorIs(t, p.CheckPlayable(), ErrNoSegments)
}

func TestExampleCharacteristics(t *testing.T) { // RFC 8216, 8.9
	p := parse(t, `#EXTM3U
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",URI="s.m3u8",CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog,public.easy-to-read"
#EXT-X-STREAM-INF:BANDWIDTH=1,SUBTITLES="s"
v.m3u8`, "")
	assert.Equal(t, []string{"public.accessibility.transcribes-spoken-dialog", "public.easy-to-read"}, p.Multivariant.Renditions[0].Characteristics)
}

func TestExampleSCTE35(t *testing.T) { // RFC 8216, 8.10
	p := parse(t, folded(`#EXTM3U
#EXT-X-TARGETDURATION:60
#EXT-X-PROGRAM-DATE-TIME:2014-03-05T11:15:00Z
#EXT-X-DATERANGE:ID="splice-6FFFFFF0",\
   START-DATE="2014-03-05T11:15:00Z",PLANNED-DURATION=59.993,\
   SCTE35-OUT=0xFC002F000000000000FF000014056FFFFFF000E081622DCAFF0\
00052636200000000000A0008029896F50000008700000000
#EXTINF:60,
ad.ts
#EXT-X-DATERANGE:ID="splice-6FFFFFF0",\
   DURATION=59.993,\
   SCTE35-IN=0xFC002A000000000000FF00000F056FFFFFF000408162802E610\
0000000000A0008029896F50000008700000000
#EXTINF:60,
film.ts`), "")
	require.Len(t, p.Media.DateRanges, 1)
	d := p.Media.DateRanges[0]
	assert.Equal(t, "splice-6FFFFFF0", d.ID)
	assert.Equal(t, 0, d.Segment)
	assert.Equal(t, time.Date(2014, 3, 5, 11, 15, 0, 0, time.UTC), d.StartDate)
	assert.Equal(t, 59993*time.Millisecond, d.PlannedDuration)
	assert.Equal(t, 59993*time.Millisecond, d.Duration)
	names := make([]string, 0, len(d.Attributes))
	for _, a := range d.Attributes {
		names = append(names, a.Name)
	}
	assert.Equal(t, []string{"START-DATE", "PLANNED-DURATION", "SCTE35-OUT", "DURATION", "SCTE35-IN"}, names)
}

func TestExampleLowLatency(t *testing.T) { // second edition, 9.11
	p := parse(t, `#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-VERSION:6
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=6.1,CAN-SKIP-UNTIL=24
#EXT-X-PART-INF:PART-TARGET=2.00004
#EXT-X-MEDIA-SEQUENCE:268
#EXT-X-MAP:URI="init.mp4"
#EXTINF:4.00008,
fileSequence268.mp4
#EXTINF:4.00008,
fileSequence269.mp4
#EXTINF:4.00008,
fileSequence270.mp4
#EXT-X-PART:DURATION=2.00004,INDEPENDENT=YES,URI="filePart271.0.mp4"
#EXT-X-PART:DURATION=2.00004,URI="filePart271.1.mp4"
#EXTINF:4.00008,
fileSequence271.mp4
#EXT-X-PART:DURATION=2.00004,INDEPENDENT=YES,URI="filePart272.0.mp4"
#EXT-X-PART:DURATION=0.50001,URI="filePart272.1.mp4"
#EXTINF:2.50005,
fileSequence272.mp4
#EXT-X-DISCONTINUITY
#EXT-X-PART:DURATION=2.00004,INDEPENDENT=YES,URI="midRoll273.0.mp4"
#EXT-X-PART:DURATION=2.00004,URI="midRoll273.1.mp4"
#EXTINF:4.00008,
midRoll273.mp4
#EXT-X-PART:DURATION=2.00004,INDEPENDENT=YES,URI="midRoll274.0.mp4"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="midRoll274.1.mp4"
#EXT-X-RENDITION-REPORT:URI="/1M/LL-HLS.m3u8",LAST-MSN=274,LAST-PART=1
`, "https://example.com/2M/LL-HLS.m3u8")
	m := p.Media
	require.Len(t, m.Segments, 6)
	assert.Equal(t, 2000040*time.Microsecond, m.PartTarget)
	assert.Equal(t, &ServerControl{CanBlockReload: true, PartHoldBack: 6100 * time.Millisecond, CanSkipUntil: 24 * time.Second}, m.ServerControl)
	assert.Empty(t, m.Segments[2].Parts)
	require.Len(t, m.Segments[3].Parts, 2)
	assert.Equal(t, Part{URI: "https://example.com/2M/filePart271.0.mp4", Duration: 2000040 * time.Microsecond, Independent: true}, m.Segments[3].Parts[0])
	assert.True(t, m.Segments[5].Discontinuity)
	assert.Equal(t, uint64(1), m.Segments[5].DiscontinuitySequence)
	require.NotNil(t, m.Partial)
	assert.Equal(t, uint64(274), m.Partial.Sequence)
	assert.Equal(t, m.Duration(), m.Partial.Start)
	assert.Equal(t, uint64(1), m.Partial.DiscontinuitySequence)
	assert.Same(t, m.Segments[0].Map, m.Partial.Map)
	assert.Len(t, m.Partial.Parts, 1)
	assert.Equal(t, []PreloadHint{{Type: "PART", URI: "https://example.com/2M/midRoll274.1.mp4", Length: -1}}, m.PreloadHints)
	assert.Equal(t, []RenditionReport{{URI: "https://example.com/1M/LL-HLS.m3u8", LastMSN: 274, LastPart: 1}}, m.RenditionReports)
}

func TestExampleContentSteering(t *testing.T) { // second edition, 9.12
	text := folded(`#EXTM3U
#EXT-X-CONTENT-STEERING:SERVER-URI="/steering?video=00012",\
   PATHWAY-ID="CDN-A"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="A",NAME="English",DEFAULT=YES,\
   URI="eng.m3u8",LANGUAGE="en",STABLE-RENDITION-ID="Audio-37262"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="B",NAME="ENGLISH",DEFAULT=YES,\
   URI="https://b.example.com/videos/video12/audio-eng.m3u8",\
   LANGUAGE="en",STABLE-RENDITION-ID="Audio-37262"
#EXT-X-STREAM-INF:BANDWIDTH=1280000,AUDIO="A",PATHWAY-ID="CDN-A",\
   STABLE-VARIANT-ID="Video-128"
128/video.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1280000,AUDIO="B",PATHWAY-ID="CDN-B",\
   STABLE-VARIANT-ID="Video-128"
https://backup.example.com/videos/video12/128/video.m3u8
`)
	p, err := Parse([]byte(text), "https://example.com/videos/video12/mv.m3u8", ParseOptions{Strict: true})
	require.NoError(t, err)
	m := p.Multivariant
	assert.Equal(t, &ContentSteering{ServerURI: "https://example.com/steering?video=00012", PathwayID: "CDN-A"}, m.ContentSteering)
	assert.Equal(t, "https://example.com/videos/video12/128/video.m3u8", m.Variants[0].URI)
	assert.Equal(t, "CDN-B", m.Variants[1].PathwayID)
	assert.Equal(t, "Video-128", m.Variants[1].StableID)
	assert.Equal(t, "Audio-37262", m.Renditions[1].StableID)
	// The example itself names the members of its two groups differently.
	require.Len(t, p.Warnings, 1)
	assert.Equal(t, "4.3.4.1.1", p.Warnings[0].Clause)
}
