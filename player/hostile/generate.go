package hostile

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// dice draws numbers from the bytes that a fuzzing engine gives; after their end all are 0.
type dice struct{ data []byte }

// lies are numbers at which sizes and counts go wrong.
var lies = []int{1 << 7, 1<<8 - 1, 1 << 15, 1<<16 - 1, 1 << 16, million, 1 << 24, 100 * million, 1<<28 - 1, 1 << 30, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 53, 1 << 62, -1}

func (d *dice) byte() int {
	if len(d.data) == 0 {
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return int(b)
}

// number is small, one of lies, or any number of 32 bits.
func (d *dice) number() int {
	switch b := d.byte(); {
	case b < 128:
		return b
	case b < 224:
		return lies[b%len(lies)]
	}
	var raw [4]byte
	d.data = d.data[copy(raw[:], d.data):]
	return int(binary.LittleEndian.Uint32(raw[:]))
}

// upTo is a number of 0 to most, for what costs the generator bytes.
func (d *dice) upTo(most int) int { return (d.byte()<<8 | d.byte()) % (most + 1) }

func (d *dice) flag() bool { return d.byte()&1 == 1 }

// rarely is a number, mostly 0.
func (d *dice) rarely() int {
	if d.byte() < 192 {
		return 0
	}
	return d.number()
}

// side is the width or height of a picture.
func (d *dice) side() int {
	sides := []int{8, 64, 320, 1920, 3840, 4096, 7680, 8192, 8704, 16384, 16383, 65535}
	if b := d.byte(); b < 200 {
		return sides[b%len(sides)]
	}
	return 1 + d.upTo(65534)
}

func (d *dice) mp4() MP4 {
	m := MP4{Tracks: d.upTo(100), Sound: d.flag(), Samples: d.number(), SampleSize: d.number(), Timescale: d.number(), Delta: d.number()}
	m.Rate, m.Channels, m.Width, m.Height = d.rarely(), d.rarely(), d.rarely(), d.rarely()
	m.SizeCount, m.TimeCount, m.OffsetCount, m.ChunkRuns = d.rarely(), d.rarely(), d.rarely(), d.rarely()
	m.Chunks, m.SyncCount, m.EditCount, m.Edits = d.rarely(), d.rarely(), d.rarely(), d.upTo(1000)
	m.Encryption, m.PerChunk, m.Nested = d.rarely(), d.rarely(), d.upTo(1000)
	return m
}

func (d *dice) fragments() Fragments {
	return Fragments{Samples: d.number(), Runs: d.upTo(100), Fragments: d.upTo(100), Size: d.number(), Delta: d.number(), Time: d.number(), Fields: d.flag(), Index: d.rarely(), Sound: d.flag()}
}

func (d *dice) avc() AVC {
	a := AVC{Width: min(d.side(), 16384), Height: min(d.side(), 8704), Pictures: d.upTo(12), References: d.byte() % 17, Depth: 8 + d.byte()%7, Chroma: d.byte() % 4, Changes: d.upTo(10)}
	a.HeaderOnly = a.Width*a.Height > 1<<22 // the generator's own time
	return a
}

func (d *dice) hevc() HEVC {
	return HEVC{Width: min(d.side(), 16384) &^ 7, Height: min(d.side(), 16384) &^ 7, Depth: 8 + d.byte()%5, Chroma: d.byte() % 4, Pictures: d.upTo(12), Buffered: 1 + d.byte()%16, Missing: d.byte() % 16}
}

func (d *dice) matroska() Matroska {
	codecs := []string{"V_MJPEG", "V_VP8", "V_VP9", "A_PCM/INT/LIT", "A_FLAC", "A_OPUS", "V_MPEG4/ISO/AVC", "V_UNCOMPRESSED", "S_TEXT/UTF8"}
	m := Matroska{Codec: codecs[d.byte()%len(codecs)], Width: d.side(), Height: d.side(), Bits: d.rarely(), PrivateSize: d.rarely(), Tracks: d.upTo(200), Cues: d.upTo(2000)}
	m.Attachments, m.Attached, m.AttachedAs = d.upTo(50), []byte("x"), "image/png"
	m.Chapters, m.NestedAtoms, m.Compressed, m.Lied, m.Open, m.Voids = d.upTo(500), d.upTo(100), d.flag(), d.rarely(), d.flag(), d.upTo(500)
	if strings.HasPrefix(m.Codec, "A_") {
		m.Rate, m.Channels = float64(d.number()), max(d.number(), 1)
	}
	packet := ramp(d.upTo(2000))
	switch m.Codec {
	case "V_MJPEG":
		packet = JPEG{Width: m.Width, Height: m.Height, Components: 1 + d.byte()%4, Progressive: d.flag()}.Bytes()
	case "V_VP8":
		packet = vp8Key(m.Width, m.Height)
	case "V_VP9":
		packet = vp9Key(m.Width, m.Height)
	}
	if m.Compressed {
		packet = deflated(make([]byte, 1<<16), d.upTo(64))
	}
	m.Packets = bytesTimes(packet, d.upTo(10))
	return m
}

func (d *dice) avi() AVI {
	return AVI{Streams: d.upTo(50), Width: d.number(), Height: d.number(), Length: d.number(), Scale: d.number(), Rate: d.number(), SampleSize: d.number(), Sound: d.flag(), SoundRate: d.number(),
		Channels: d.number(), Entries: d.upTo(5000), EntrySize: d.number(), Super: d.upTo(500), Standard: d.number(), Private: d.rarely(), Frames: d.upTo(20)}
}

func (d *dice) wav() WAV {
	return WAV{Rate: d.number(), Channels: d.number(), Bits: []int{8, 16, 24, 32, 64, 4, 1}[d.byte()%7], Format: []int{1, 3, 2, 6, 7, 0x11, 0x31, 0x50, 0x55, 0xFFFE}[d.byte()%10], Align: d.rarely(), Frames: d.upTo(65535), Size: d.rarely()}
}

func (d *dice) flac() FLAC {
	return FLAC{Rate: d.number() & 0xFFFFF, Rates: []int{d.number() & 0xFFFF, d.number() & 0xFFFF}, Channels: 1 + d.byte()%8, Block: max(16, d.number()&0xFFFF), Frames: d.upTo(40), Bits: []int{16, 24}[d.byte()%2]}
}

func (d *dice) ogg() Ogg {
	o := Ogg{Streams: d.upTo(100), Empty: d.upTo(200), Packets: [][]byte{opusHead(d.byte(), d.number(), d.number(), d.byte()), opusTags(d.number(), "A=B")}}
	o.Packets = append(o.Packets, bytesTimes([]byte{0xFC, 0xFF, 0xFE}, d.upTo(20))...)
	for range o.Packets {
		o.Granules = append(o.Granules, d.number())
	}
	return o
}

func (d *dice) vtt() VTT {
	texts := []string{"a", "<b>", "<c.a>", "&lt;", "<00:00:01.000>a", "<v a>", strings.Repeat("x", 1000)}
	const most = 4 << 20 // bytes, which the generator takes time for
	v := VTT{Cues: d.upTo(2000), Lines: d.upTo(300), Line: strings.Repeat(texts[d.byte()%len(texts)], 1+d.upTo(10)), Same: d.flag(), Header: d.upTo(1000)}
	v.Cues = min(v.Cues, most/(or(v.Lines, 1)*len(v.Line)))
	return v
}

// tags are lines of a media playlist; each # after the first stands for a number.
var tags = []string{"#EXT-X-TARGETDURATION:#", "#EXTINF:#,", "#EXTINF:0.#,", "s.ts", "#EXT-X-BYTERANGE:#@#", "#EXT-X-MAP:URI=\"init\"", "#EXT-X-MEDIA-SEQUENCE:#",
	"#EXT-X-DISCONTINUITY", "#EXT-X-DISCONTINUITY-SEQUENCE:#", "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"", "#EXT-X-KEY:METHOD=NONE", "#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:00:00Z",
	"#EXT-X-GAP", "#EXT-X-BITRATE:#", "#EXT-X-PART-INF:PART-TARGET=#", "#EXT-X-PART:DURATION=#,URI=\"s.ts\"", "#EXT-X-SKIP:SKIPPED-SEGMENTS=#", "#EXT-X-START:TIME-OFFSET=-#",
	"#EXT-X-VERSION:#", "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"#\"", "#EXT-X-DATERANGE:ID=\"#\",START-DATE=\"2020-01-01T00:00:00Z\",DURATION=#", "#EXT-X-PLAYLIST-TYPE:VOD",
	"#EXT-X-I-FRAMES-ONLY"}

// playlist is a media playlist of tags in any order with any numbers.
func (d *dice) playlist() string {
	var b strings.Builder
	b.WriteString("#EXT-X-TARGETDURATION:2\n")
	for range d.upTo(60) {
		parts := strings.Split(tags[d.byte()%len(tags)], "#")
		if len(parts) > 1 { // the first one begins the tag
			b.WriteString("#")
			parts = parts[1:]
		}
		for i, p := range parts {
			if i > 0 {
				b.WriteString(strconv.FormatUint(uint64(d.number()), 10))
			}
			b.WriteString(p)
		}
		b.WriteString("\n")
	}
	b.WriteString("#EXTINF:2,\ns.ts\n#EXT-X-ENDLIST\n")
	return b.String()
}

// damaged changes some bytes, or cuts the end off.
func (d *dice) damaged(b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	for range d.byte() % 8 {
		b[(d.byte()<<16|d.byte()<<8|d.byte())%len(b)] = byte(d.byte())
	}
	if d.byte() > 224 {
		b = b[:(d.byte()<<8|d.byte())%len(b)]
	}
	return b
}

// families is how many families of inputs Generate draws from.
const families = 18

// Generate makes an input of the numbers that data holds. The same data give the same input; it
// never takes much to make.
func Generate(data []byte) Input {
	d := &dice{data}
	film := func(kind Kind, name, extension string, content []byte) Input {
		content = d.damaged(content)
		return file(kind, name, extension, func() []byte { return content })
	}
	in := func(kind Kind, name string, answers map[string]Answer, arguments ...string) Input {
		return stream(kind, name, func() map[string]Answer { return answers }, arguments...)
	}
	tsOf := func(units [][][]byte, codec int) []byte {
		return TS{Codec: codec, Units: joined(units), Tick: d.number(), Streams: d.upTo(100), Programs: d.upTo(100)}.Bytes()
	}
	switch d.byte() % families {
	case 0:
		return film(Containers, "mp4", ".mp4", d.mp4().Bytes())
	case 1:
		return film(Containers, "fragments", ".mp4", d.fragments().Bytes())
	case 2:
		f := d.fragments()
		return in(Segments, "fragments", map[string]Answer{"main.m3u8": media(2, "#EXT-X-MAP:URI=\"init\"\n", "segment"), "init": {Body: d.damaged(f.Init())}, "segment": {Body: d.damaged(f.Segment())}})
	case 3:
		return in(Segments, "init", map[string]Answer{"main.m3u8": media(2, "#EXT-X-MAP:URI=\"init\"\n", "segment"), "init": {Body: d.damaged(d.mp4().Bytes())}, "segment": {}})
	case 4:
		return film(Pictures, "h264", ".ts", tsOf(d.avc().units(), tsAVC))
	case 5:
		return film(Pictures, "h264", ".mp4", d.avc().track().film())
	case 6:
		return film(Pictures, "hevc", ".ts", tsOf(d.hevc().units(), tsHEVC))
	case 7:
		return film(Pictures, "hevc", ".mp4", d.hevc().track().film())
	case 8:
		return film(Containers, "matroska", ".mkv", d.matroska().Bytes())
	case 9:
		return film(Containers, "avi", ".avi", d.avi().Bytes())
	case 10:
		return film(Sound, "wav", ".wav", d.wav().Bytes())
	case 11:
		return film(Sound, "flac", ".flac", d.flac().Bytes())
	case 12:
		t := d.flac().defaults().track()
		t.timescale, t.delta = d.number(), d.number()
		return in(Sound, "flac", map[string]Answer{"main.m3u8": media(2, "", "flac.mp4"), "flac.mp4": {Body: d.damaged(append(t.initSection(), t.fragment()...))}})
	case 13:
		a := ADTS{Rate: d.byte() & 15, Channels: d.byte() & 7, Frames: d.upTo(500), Changes: d.flag(), Length: d.rarely()}
		return film(Sound, "adts", ".aac", append(tag(d.rarely(), tagFrame("TXXX", make([]byte, d.upTo(2000)))), a.Bytes()...))
	case 14:
		return film(Sound, "ogg", ".ogg", d.ogg().Bytes())
	case 15:
		text := Answer{Body: d.damaged(d.vtt().Bytes()), Type: "text/vtt"}
		if d.flag() {
			text.Body, text.Encoding = zipped(nil, text.Body, 1+d.upTo(10)), "gzip"
		}
		return captioned(in(Text, "vtt", withText(text, 3), "--sub-lang", "en", "--length", "2s"))
	case 16:
		picture := PNG{Width: d.number() & 0xFFFFF, Height: d.number(), Colour: []int{0, 2, 6}[d.byte()%3], Depth: 8 << (d.byte() & 1)}.Bytes()
		return film(Covers, "cover", ".mp3", append(tag(d.rarely(), tagFrame("APIC", append([]byte("\x00image/png\x00\x03\x00"), picture...))), mp3(20)...))
	}
	small := AVC{Width: 64, Height: 64, Pictures: 59, References: 1, Chroma: 1}
	return in(Playlists, "tags", map[string]Answer{"main.m3u8": playlistText(d.playlist()), "s.ts": {Body: small.TS()}, "init": {Body: small.track().initSection()}, "key": {Body: make([]byte, 16)}}, "--length", "2s")
}
