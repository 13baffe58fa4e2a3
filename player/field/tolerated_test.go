package field

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/caption"
	"latchkey/player/hls"
	"latchkey/player/mediatest"
)

// tolerated are playlists and subtitles that break the rules and can be played.
func tolerated() []row { return append(toleratedLists(), toleratedText()...) }

// listed makes the folder of plainStream with another playlist: of each line what change makes of
// it.
func listed(e edit, change func(line string) string) func(t *testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		folder := e.folder(t)
		list, err := os.ReadFile(filepath.Join(folder, "index.m3u8"))
		require.NoError(t, err)
		var out strings.Builder
		for line := range strings.Lines(string(list)) {
			out.WriteString(change(line))
		}
		write(t, folder, map[string]string{"index.m3u8": out.String()})
		return folder
	}
}

// refusedStrictly wants plainStream, and that strict reading refuses its playlist.
func refusedStrictly(t *testing.T, got played) {
	t.Helper()
	got.whole(t)
	text := got.origin.body(t, "/index.m3u8")
	list, err := hls.Parse(text, got.origin.server.URL+"/index.m3u8", hls.ParseOptions{})
	require.NoError(t, err)
	assert.NotEmpty(t, list.Warnings)
	_, err = hls.Parse(text, got.origin.server.URL+"/index.m3u8", hls.ParseOptions{Strict: true})
	var syntax *hls.ParseError
	require.ErrorAs(t, err, &syntax)
}

// inOne makes one file of all segments, and a playlist of its ranges, which range writes.
func inOne(e edit, write func(i, length, offset int) string) func(t *testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		folder := e.folder(t)
		list, err := os.ReadFile(filepath.Join(folder, "index.m3u8"))
		require.NoError(t, err)
		var out strings.Builder
		var all []byte
		i := 0
		for line := range strings.Lines(strings.Replace(string(list), "#EXT-X-VERSION:3", "#EXT-X-VERSION:4", 1)) {
			if strings.HasPrefix(line, "#") {
				out.WriteString(line)
				continue
			}
			data, err := os.ReadFile(filepath.Join(folder, strings.TrimSpace(line)))
			require.NoError(t, err)
			out.WriteString("#EXT-X-BYTERANGE:" + write(i, len(data), len(all)) + "\nall.ts\n")
			all = append(all, data...)
			i++
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, "all.ts"), all, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "index.m3u8"), []byte(out.String()), 0o600))
		return folder
	}
}

func toleratedLists() []row {
	insert := func(before, text string) func(string) string {
		return func(line string) string {
			if strings.HasPrefix(line, before) {
				return text + line
			}
			return line
		}
	}
	replace := func(prefix, text string) func(string) string {
		return func(line string) string {
			if strings.HasPrefix(line, prefix) {
				return text
			}
			return line
		}
	}
	bare := func(_, length, _ int) string { return fmt.Sprint(length) }
	at := func(i, length, _ int) string {
		if i == 0 {
			return fmt.Sprintf("%d@", length)
		}
		return fmt.Sprintf("%d@ ", length)
	}
	end := func(line string) string {
		switch {
		case strings.HasPrefix(line, "#EXT-X-TARGETDURATION"):
			return line + "#EXT-X-ENDLIST\n"
		case strings.HasPrefix(line, "#EXT-X-ENDLIST"):
			return ""
		}
		return line
	}
	spaced := `#EXT-X-KEY: METHOD = AES-128 , URI = "key.bin"`
	return []row{
		{name: "byte ranges without offsets", files: inOne(edit{}, bare), check: refusedStrictly},
		{name: "byte ranges without offsets, live", files: inOne(edit{}, bare), script: liveIndex, check: refusedStrictly},
		{name: "byte ranges that end with '@', AES-128", files: inOne(edit{locked: true}, at), check: refusedStrictly},
		{name: "durations that are no numbers", files: listed(edit{}, replace("#EXTINF", "#EXTINF:two,\n")), check: refusedStrictly},
		{name: "durations that are no numbers, live", files: listed(edit{}, replace("#EXTINF", "#EXTINF:,\n")), script: liveIndex, check: refusedStrictly},
		{name: "segments behind the end", files: listed(edit{}, end), check: wholePlain},
		{name: "segments behind the end, AES-128", files: listed(edit{locked: true}, end), check: wholePlain},
		{name: "two media sequences", files: listed(edit{}, insert("#EXTINF", "#EXT-X-MEDIA-SEQUENCE:7\n")), check: refusedStrictly},
		{name: "two media sequences, AES-128, live", files: listed(edit{locked: true}, insert("#EXT-X-KEY", "#EXT-X-MEDIA-SEQUENCE:7\n")), script: liveIndex,
			check: refusedStrictly},
		{name: "white space in attributes of a key", files: edit{locked: true, tag: spaced}.folder, check: refusedStrictly},
		{name: "white space in attributes of a map, live", files: listed(edit{stream: fragmentedStream}, replace("#EXT-X-MAP", "#EXT-X-MAP: URI = \"init.mp4\" \n")),
			script: liveIndex, check: refusedStrictly},
		{name: "white space in attributes of a variant", open: "/main.m3u8", files: func(t *testing.T) string {
			t.Helper()
			folder := edit{}.folder(t)
			write(t, folder, map[string]string{"main.m3u8": "#EXTM3U\n#EXT-X-MEDIA: TYPE = AUDIO , GROUP-ID = \"a\" , NAME = \"en\" , DEFAULT = YES\n" +
				"#EXT-X-STREAM-INF: BANDWIDTH = 1000000 , CODECS = \"avc1.42c00d,mp4a.40.2\" , RESOLUTION = 160x90 , AUDIO = \"a\"\nindex.m3u8\n"})
			return folder
		}, check: func(t *testing.T, got played) {
			t.Helper()
			got.whole(t)
			require.Len(t, got.end.Sounds, 1)
			require.Len(t, got.end.Variants, 1)
			assert.Equal(t, [2]int{160, 90}, [2]int{got.end.Variants[0].Width, got.end.Variants[0].Height})
		}},
	}
}

// maxCue is beyond the last cue of a row.
const maxCue = time.Hour

// period is that of the time stamps of MPEG-2. ISO/IEC 13818-1, 2.4.3.7.
const period = 1 << 33

// captioned is a stream with subtitles of four segments of two seconds.
type captioned struct {
	// first is the time stamp of the first picture; that of plainStream when 0.
	first int64
	// text returns the text of a segment, when first is known.
	text func(i int, first int64) string
	// locked enciphers the segments of the stream.
	locked bool
}

// folder makes main.m3u8.
func (c captioned) folder(t *testing.T) string {
	t.Helper()
	e := edit{locked: c.locked}
	was := mediatest.FrameMD5(t, filepath.Join(plainStream(t).Folder, "segment0.ts"), mediatest.Video)[0].PTS.Microseconds() * 90 / 1000
	first := was
	if c.first != 0 {
		first = c.first
		e.segment = func(_ int, b []byte) []byte { return shifted(b, first-was) }
	}
	folder := e.folder(t)
	list := "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
	files := make(map[string]string)
	for i := range 4 {
		name := fmt.Sprintf("text%d.vtt", i)
		files[name] = c.text(i, first)
		list += "#EXTINF:2,\n" + name + "\n"
	}
	files["text.m3u8"] = list + "#EXT-X-ENDLIST\n"
	files["main.m3u8"] = "#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,URI=\"text.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=1000000,SUBTITLES=\"s\"\nindex.m3u8\n"
	write(t, folder, files)
	return folder
}

// shifted adds to the time stamps of a transport stream. ISO/IEC 13818-1, 2.4.3.4 and 2.4.3.7.
func shifted(b []byte, by int64) []byte {
	b = slices.Clone(b)
	for p := range slices.Chunk(b, 188) {
		payload := p[4:]
		if p[3]&0x20 != 0 {
			if n := int(p[4]); n >= 7 && p[5]&0x10 != 0 {
				base := int64(p[6])<<25 | int64(p[7])<<17 | int64(p[8])<<9 | int64(p[9])<<1 | int64(p[10])>>7
				base = (base + by + 2*period) % period
				p[6], p[7], p[8], p[9], p[10] = byte(base>>25), byte(base>>17), byte(base>>9), byte(base>>1), p[10]&0x7F|byte(base<<7)
			}
			payload = p[5+int(p[4]):]
		}
		if p[1]&0x40 == 0 || len(payload) < 19 || payload[0] != 0 || payload[1] != 0 || payload[2] != 1 {
			continue
		}
		for i, flag := range []byte{0x80, 0x40} {
			if payload[7]&flag != 0 && (i == 0 || payload[7]&0x80 != 0) {
				restamp(payload[9+5*i:], by)
			}
		}
	}
	return b
}

// restamp adds to a PTS or DTS. ISO/IEC 13818-1, 2.4.3.6.
func restamp(b []byte, by int64) {
	at := int64(b[0]>>1&7)<<30 | int64(b[1])<<22 | int64(b[2]>>1)<<15 | int64(b[3])<<7 | int64(b[4]>>1)
	at = (at + by + 2*period) % period
	b[0] = b[0]&0xF1 | byte(at>>30)<<1
	b[1], b[2], b[3], b[4] = byte(at>>22), byte(at>>15)<<1|1, byte(at>>7), byte(at<<1)|1
}

// captionRow plays a captioned stream and wants cues at the given times.
func captionRow(name string, c captioned, want ...string) row {
	var got []string
	return row{name: name, open: "/main.m3u8", files: c.folder,
		watch: func(t *testing.T, v *viewer) {
			t.Helper()
			v.play(t)
			v.ended(t)
			cues, err := v.player.AllCues(t.Context(), 0, maxCue)
			require.NoError(t, err)
			for i := range cues {
				got = append(got, fmt.Sprintf("%.3f %.3f %s", cues[i].Start.Seconds(), cues[i].End.Seconds(), cues[i].Text()))
			}
			var out strings.Builder
			require.NoError(t, caption.Write(&out, cues))
			assert.NotContains(t, out.String(), "00:00:00.000 --> 00:00:00.000")
		},
		check: func(t *testing.T, p played) {
			t.Helper()
			p.whole(t)
			assert.Equal(t, want, got)
		},
	}
}

// clock writes a time of WebVTT.
func clock(seconds float64) string { return fmt.Sprintf("00:00:%06.3f", seconds) }

func toleratedText() []row {
	const wrapping = period - 3*90000 // it passes the period in the middle of the second segment
	cue := func(i int, header string) string {
		at := float64(2*i) + 0.5
		return fmt.Sprintf("WEBVTT\n%s\n\n%s --> %s\ncue%d\n", header, clock(at), clock(at+1), i)
	}
	four := []string{"0.500 1.500 cue0", "2.500 3.500 cue1", "4.500 5.500 cue2", "6.500 7.500 cue3"}
	header := func(format string, stamp func(i int, first int64) int64) func(int, int64) string {
		return func(i int, first int64) string {
			return cue(i, fmt.Sprintf(format, clock(float64(2*i)), stamp(i, first)))
		}
	}
	const order, other = "X-TIMESTAMP-MAP=LOCAL:%s,MPEGTS:%d", "X-TIMESTAMP-MAP=MPEGTS:%[2]d,LOCAL:%[1]s"
	plus := func(i int, first int64) int64 { return first + int64(i)*180000 }
	mixed := func(i int, first int64) string {
		return []func(int, int64) string{
			header(other, plus), header(order, plus),
			header(order, func(i int, first int64) int64 { return plus(i, first) % period }),
			header(order, func(i int, first int64) int64 { return plus(i, first) - 2*period }),
		}[i](i, first)
	}
	return []row{
		captionRow("subtitles: time stamps about the period", captioned{first: wrapping, text: mixed}, four...),
		captionRow("subtitles: time stamps about the period, AES-128", captioned{first: wrapping, text: mixed, locked: true}, four...),
		captionRow("subtitles: negative time stamps", captioned{text: header(order, func(i int, first int64) int64 { return plus(i, first) - period })}, four...),
		captionRow("subtitles: time stamps beyond the period", captioned{text: header(order, func(i int, first int64) int64 { return plus(i, first) + 5*period })}, four...),
		captionRow("subtitles: LOCAL is missing", captioned{first: 100 * 90000, text: func(i int, first int64) string {
			return cue(i, fmt.Sprintf("X-TIMESTAMP-MAP=MPEGTS:%d", first))
		}}, four...),
		captionRow("subtitles: LOCAL is missing, in the time of each segment", captioned{first: 100 * 90000, text: func(i int, first int64) string {
			return fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d\n\n00:00.500 --> 00:01.500\ncue%d\n", plus(i, first), i)
		}}, four...),
		captionRow("subtitles: MPEGTS is missing", captioned{first: 100 * 90000, text: func(i int, _ int64) string { return cue(i, "X-TIMESTAMP-MAP=LOCAL:00:00:00.000") }}, four...),
		captionRow("subtitles: no white space before the settings", captioned{first: 100 * 90000, text: func(i int, first int64) string {
			return strings.Replace(cue(i, fmt.Sprintf("X-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000", first)), "\ncue", "align:start line:10%\ncue", 1)
		}}, four...),
		captionRow("subtitles: cues before the presentation begins", captioned{first: 100 * 90000, text: func(i int, first int64) string {
			if i > 0 {
				return cue(i, fmt.Sprintf("X-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000", first))
			}
			return fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:10.000\n\n00:07.000 --> 00:08.000\nearly\n\n00:09.000 --> 00:10.000\nuntil 0\n\n00:09.500 --> 00:11.000\ncut\n", first)
		}}, "0.000 1.000 cut", "2.500 3.500 cue1", "4.500 5.500 cue2", "6.500 7.500 cue3"),
	}
}
