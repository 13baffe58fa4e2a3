package field

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
)

// before are segments with something before, between or behind their media.
func before() []row {
	return slices.Concat(beforeFrames(), beforePackets(), withinPackets(), wrongIVs(), behindBoxes())
}

func skipped(t *testing.T, got played) {
	t.Helper()
	got.whole(t)
	got.note(t, "neither picture nor sound")
}

// beforePackets are transport streams that begin with something else.
func beforePackets() []row {
	first := func(lead []byte) func(int, []byte) []byte {
		return func(_ int, b []byte) []byte { return slices.Concat(lead, b) }
	}
	image := append([]byte("\x89PNG\r\n\x1a\n"), noise(900)...)
	return []row{
		{name: "TS: a packet of noise first", files: edit{segment: first(noise(188))}.folder, check: skipped},
		{name: "TS: a packet of noise first, live", files: edit{segment: first(noise(188))}.folder, script: liveIndex, check: skipped},
		{name: "TS: 65,000 bytes first, AES-128", files: edit{segment: first(noise(65000)), locked: true}.folder, check: skipped},
		{name: "TS: an image first, AES-128, live", files: edit{segment: first(image), locked: true}.folder, script: liveIndex, check: skipped},
		{name: "TS: half a packet first", files: edit{segment: first(noise(500)[:94])}.folder, check: skipped},
		{name: "TS: a tag of ID3 first", files: edit{segment: first(id3(4, 0, priv(1)))}.folder, check: wholePlain},
		{name: "TS: units of 192 bytes", files: edit{segment: func(_ int, b []byte) []byte { return units(b, 4, 0) }}.folder, check: wholePlain},
		{name: "TS: units of 192 bytes behind noise, AES-128", files: edit{locked: true,
			segment: func(_ int, b []byte) []byte { return append(noise(1000), units(b, 4, 0)...) }}.folder, check: skipped},
		{name: "TS: units of 204 bytes, live", files: edit{segment: func(_ int, b []byte) []byte { return units(b, 0, 16) }}.folder,
			script: liveIndex, check: wholePlain},
		{name: "TS: units of 204 bytes in the second half", files: edit{segment: func(i int, b []byte) []byte {
			if i < 2 {
				return b
			}
			return units(b, 0, 16)
		}}.folder, check: wholePlain},
		{name: "TS: noise alone", files: edit{segment: func(_ int, b []byte) []byte { return noise(len(b)) }}.folder,
			check: failedWith(player.CodeNotMedia)},
	}
}

// units puts bytes around each packet.
func units(b []byte, before, after int) []byte {
	var out []byte
	for p := range slices.Chunk(b, 188) {
		out = append(append(append(out, noise(before)...), p...), noise(after)...)
	}
	return out
}

// pid is that of a packet. ISO/IEC 13818-1, 2.4.3.2.
func pid(p []byte) int { return int(p[1]&0x1F)<<8 | int(p[2]) }

// bare leaves out the tables in front of a segment's first picture, as a server does that cuts
// anywhere.
func bare(b []byte) []byte {
	for pid(b) == 0 || pid(b) == 0x11 || pid(b) == 0x1000 {
		b = b[188:]
	}
	return b
}

// withinPackets are transport streams that are cut, or go on, within a packet.
func withinPackets() []row {
	// The end of the second segment is missing, and the third begins with its first picture.
	cut := func(i int, b []byte) []byte {
		switch i {
		case 1:
			return b[:len(b)-188*3-100]
		case 2:
			return bare(b)
		}
		return b
	}
	between := func(i int, b []byte) []byte {
		if i == 1 {
			half := len(b) / 376 * 188
			return slices.Concat(b[:half], noise(300), b[half:])
		}
		return b
	}
	rest := func(t *testing.T, got played) {
		t.Helper()
		got.complete(t)
		inStepAgain(t, got)
	}
	return []row{
		{name: "TS: a segment is cut within a packet", files: edit{segment: cut}.folder, check: rest},
		{name: "TS: a segment is cut within a packet, live", files: edit{segment: cut}.folder, script: liveIndex, check: rest},
		{name: "TS: a segment is cut within a packet, AES-128", files: edit{segment: cut, locked: true}.folder, check: rest},
		{name: "TS: noise between packets", files: edit{segment: between}.folder, check: skipped},
		{name: "TS: zeros behind the last packet", files: edit{segment: func(_ int, b []byte) []byte { return append(b, make([]byte, 1000)...) }}.folder, check: skipped},
	}
}

// inStepAgain wants every picture but the last of the second segment, whose end is missing.
func inStepAgain(t *testing.T, got played) {
	t.Helper()
	const lost, next = 90, 100
	want := mediatest.FrameMD5(t, plainStream(t).Source, mediatest.Video)
	for i, w := range want {
		if i >= lost && i < next {
			continue
		}
		at := w.PTS - want[0].PTS
		j := slices.IndexFunc(got.pictures, func(f frame) bool { return (f.pts - got.pictures[0].pts - at).Abs() < time.Millisecond })
		require.GreaterOrEqual(t, j, 0, "picture %d", i)
		require.Equal(t, w.MD5, got.pictures[j].md5, "picture %d", i)
	}
}

// wrongIVs are streams whose playlist names another IV than their segments were enciphered with:
// the first block of each is lost. A wrong key is no wrong IV.
func wrongIVs() []row {
	const tag = `#EXT-X-KEY:METHOD=AES-128,URI="key.bin",IV=0xF0E0D0C0B0A090807060504030201000`
	other := []byte("another-key-here")
	wrong := failedWith(player.CodeWrongKey)
	return []row{
		{name: "IV: wrong", files: edit{locked: true, tag: tag}.folder, check: skipped},
		{name: "IV: wrong, live", files: edit{locked: true, tag: tag}.folder, script: liveIndex, check: skipped},
		{name: "IV: wrong, fragmented MP4", files: edit{stream: fragmentedStream, locked: true, tag: tag}.folder, check: skipped},
		{name: "IV: wrong, fragmented MP4 without styp", files: edit{stream: fragmentedStream, locked: true, tag: tag,
			segment: func(_ int, b []byte) []byte { return b[bytes.Index(b, []byte("moof"))-4:] }}.folder, check: skipped},
		{name: "IV: wrong, packed sound", files: packed{tags: func(at uint64) []byte { return id3(4, 0, priv(at)) }, locked: true, tag: tag}.folder,
			check: wholePacked},
		{name: "key: wrong", files: edit{locked: true, key: other}.folder, check: wrong},
		{name: "key: wrong, live", files: edit{locked: true, key: other}.folder, script: liveIndex, check: wrong},
		{name: "key and IV: wrong", files: edit{locked: true, key: other, tag: tag}.folder, check: wrong},
		{name: "key: wrong, fragmented MP4", files: edit{stream: fragmentedStream, locked: true, key: other}.folder, check: wrong},
		{name: "key: wrong, packed sound", files: packed{tags: func(at uint64) []byte { return id3(4, 0, priv(at)) }, locked: true, key: other}.folder, check: wrong},
	}
}

// behindBoxes are segments of fragmented MP4 with something behind or between their boxes.
func behindBoxes() []row {
	behind := func(junk []byte) func(int, []byte) []byte {
		return func(_ int, b []byte) []byte { return slices.Concat(b, junk) }
	}
	return []row{
		{name: "MP4: zeros behind the last box", files: edit{stream: fragmentedStream, segment: behind(make([]byte, 64))}.folder, check: skipped},
		{name: "MP4: noise behind the last box, live", files: edit{stream: fragmentedStream, segment: behind(noise(5000))}.folder, script: liveIndex, check: skipped},
		{name: "MP4: text behind the last box, AES-128", files: edit{stream: fragmentedStream, segment: behind([]byte("</html>\r\n")), locked: true}.folder, check: skipped},
		{name: "MP4: half a header behind the last box", files: edit{stream: fragmentedStream, segment: behind([]byte{0, 0, 1})}.folder, check: skipped},
		{name: "MP4: packets of TS behind the last box", files: edit{stream: fragmentedStream, segment: behind(bytes.Repeat([]byte{0x47, 0x1F, 0xFF, 0x10}, 470))}.folder, check: skipped},
		{name: "MP4: noise before the first box", files: edit{stream: fragmentedStream, segment: func(_ int, b []byte) []byte { return slices.Concat(noise(3000), b) }}.folder, check: skipped},
		{name: "MP4: a box of an unknown type behind the last", files: edit{stream: fragmentedStream, segment: behind(mediatest.Box("junk", noise(200)))}.folder, check: wholePlain},
	}
}

// packed is sound without a container, of 100 ADTS frames a segment.
type packed struct {
	tags   func(at uint64) []byte // what stands before a segment that begins at a time of 90 kHz
	locked bool
	tag    string
	key    []byte
	start  uint64 // where it begins, in ticks of 90 kHz, beside the picture of plainStream; 0: it is alone
}

// packedSource is the sound of packed.
func packedSource(t *testing.T) string {
	t.Helper()
	return mediatest.Make(t, mediatest.Spec{Container: "aac", Audio: "aac", Frames: 200})
}

// folder makes index.m3u8, or, beside a picture, main.m3u8.
func (p packed) folder(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(packedSource(t))
	require.NoError(t, err)
	folder, start := t.TempDir(), cmp.Or(p.start, 900000)
	list := "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n"
	if p.locked {
		tag := p.tag
		if tag == "" {
			tag = `#EXT-X-KEY:METHOD=AES-128,URI="key.bin"`
		}
		list += tag + "\n"
	}
	if p.start > 0 {
		require.NoError(t, os.CopyFS(folder, os.DirFS(plainStream(t).Folder)))
	}
	const perSegment = 100
	frames := adts(data)
	for i := 0; i < len(frames); i += perSegment {
		some := frames[i:min(i+perSegment, len(frames))]
		segment := append(p.tags(start+uint64(i)*1024*90000/48000), bytes.Join(some, nil)...)
		if p.locked {
			segment = encipher(t, segment, mediatest.HLSKey(""), ivOf(i/perSegment))
		}
		name := fmt.Sprintf("s%d.aac", i/perSegment)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), segment, 0o600))
		list += fmt.Sprintf("#EXTINF:%.5f,\n%s\n", float64(len(some))*1024/48000, name)
	}
	key := p.key
	if key == nil {
		key = mediatest.HLSKey("")
	}
	files := map[string]string{"index.m3u8": list + "#EXT-X-ENDLIST\n", "key.bin": string(key)}
	if p.start > 0 {
		files["sound.m3u8"] = files["index.m3u8"]
		delete(files, "index.m3u8")
		files["main.m3u8"] = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"sound\",DEFAULT=YES,URI=\"sound.m3u8\"\n" +
			"#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO=\"a\"\nindex.m3u8\n"
	}
	write(t, folder, files)
	return folder
}

// adts cuts sound into its frames. ISO/IEC 13818-7, 6.2.
func adts(b []byte) [][]byte {
	var frames [][]byte
	for len(b) > 0 {
		n := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
		frames, b = append(frames, b[:n]), b[n:]
	}
	return frames
}

func wholePacked(t *testing.T, got played) {
	t.Helper()
	got.complete(t)
	got.allSounds(t, packedSource(t))
}

func synchsafe(n int) []byte {
	return []byte{byte(n >> 21 & 127), byte(n >> 14 & 127), byte(n >> 7 & 127), byte(n & 127)}
}

// id3frame is a frame of ID3v2.4 (4), and id3 a tag (3).
func id3frame(id string, flags byte, body []byte) []byte {
	return slices.Concat([]byte(id), synchsafe(len(body)), []byte{0, flags}, body)
}

func id3(version, flags byte, body []byte) []byte {
	head := slices.Concat([]byte{version, 0, flags}, synchsafe(len(body)))
	b := slices.Concat([]byte("ID3"), head, body)
	if flags&0x10 != 0 {
		b = slices.Concat(b, []byte("3DI"), head)
	}
	return b
}

// stamp is the content of a PRIV frame that says the time, priv the frame. RFC 8216, 3.4.
func stamp(at uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte("com.apple.streaming.transportStreamTimestamp\x00"), at)
}
func priv(at uint64) []byte { return id3frame("PRIV", 0, stamp(at)) }

// beforeFrames are packed sound behind ID3 tags of every form.
func beforeFrames() []row {
	title := id3(4, 0, id3frame("TIT2", 0, []byte("\x03Song")))
	two := func(at uint64) []byte { return slices.Concat(id3(4, 0, priv(at)), title) }
	forms := func(at uint64) []byte {
		return slices.Concat(id3(4, 0x10, priv(at)), title, id3(3, 0, id3frame("TIT2", 0, []byte("\x00Song"))), id3(4, 0, make([]byte, 3000)), title)
	}
	picture := func(at uint64) []byte { return id3(4, 0, append(priv(at), id3frame("APIC", 0, noise(600000))...)) }
	// What unsynchronisation adds is taken out; the extended header has six bytes.
	odd := func(at uint64) []byte {
		value := bytes.ReplaceAll(stamp(at), []byte{0xFF, 0}, []byte{0xFF, 0, 0})
		return slices.Concat(title, id3(4, 0xC0, slices.Concat([]byte{0, 0, 0, 6, 1, 0}, id3frame("PRIV", 0x02, value))))
	}
	beside := func(t *testing.T, got played) {
		t.Helper()
		got.complete(t)
		got.allPictures(t, plainStream(t).Source)
		first := mediatest.FrameMD5(t, filepath.Join(plainStream(t).Folder, "segment0.ts"), mediatest.Video)[0].PTS
		assert.InDelta(t, oddStart/90000.0-first.Seconds(), (got.sounds[0].pts - got.pictures[0].pts).Seconds(), 20e-6)
		require.Len(t, got.sounds, len(mediatest.FrameMD5(t, packedSource(t), mediatest.Audio)))
	}
	return []row{
		{name: "ID3: two tags", files: packed{tags: two}.folder, check: wholePacked},
		{name: "ID3: two tags, live", files: packed{tags: two}.folder, script: liveIndex, check: wholePacked},
		{name: "ID3: five tags with footer and padding, AES-128", files: packed{tags: forms, locked: true}.folder, check: wholePacked},
		{name: "ID3: five tags with footer and padding, AES-128, live", files: packed{tags: forms, locked: true}.folder, script: liveIndex, check: wholePacked},
		{name: "ID3: a picture of 600,000 bytes", files: packed{tags: picture}.folder, check: wholePacked},
		{name: "ID3: none", files: packed{tags: func(uint64) []byte { return nil }}.folder, check: wholePacked},
		{name: "ID3: two tags beside a picture", open: "/main.m3u8", files: packed{tags: two, start: oddStart}.folder, check: beside},
		{name: "ID3: extended header and unsynchronisation beside a picture", open: "/main.m3u8", files: packed{tags: odd, start: oddStart}.folder, check: beside},
		{name: "ID3: a picture of 600,000 bytes beside a picture, AES-128", open: "/main.m3u8", files: packed{tags: picture, start: oddStart, locked: true}.folder, check: beside},
		{name: "ID3: more than 1 MiB", files: packed{tags: func(at uint64) []byte { return append(picture(at), picture(at)...) }}.folder,
			check: failedWith(player.CodeNotMedia)},
	}
}

// oddStart is a time, in ticks of 90 kHz, within the second after the first picture of plainStream,
// that unsynchronisation changes: its last bytes are 02 FF 00.
const oddStart = 0x2FF00
