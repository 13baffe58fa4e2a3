package caption_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"latchkey/player/caption"
)

// file reads a file of subtitles, and returns its cues as lines: start, end, text.
func file(t *testing.T, data []byte) []string {
	t.Helper()
	track, err := caption.Read(data)
	require.NoError(t, err)
	var out []string
	for i := range track.Cues {
		c := &track.Cues[i]
		out = append(out, fmt.Sprintf("%v %v %q", c.Start, c.End, c.Text()))
	}
	return out
}

// subRips are files of SubRip with what is to be read of them.
var subRips = map[string]struct {
	in   string
	want []string
}{
	"two cues":                          {"1\n00:00:01,000 --> 00:00:02,500\nOne\nline\n\n2\n01:00:00,001 --> 01:00:01,999\nTwo\n", []string{`1s 2.5s "One\nline"`, `1h0m0.001s 1h0m1.999s "Two"`}},
	"CR, LF, places":                    {"1\r\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2 Y1:3 Y2:4\r\na\r\nb\r\n\r\n", []string{`1s 2s "a\nb"`}},
	"no numbers, no empty lines":        {"00:00:01,000 --> 00:00:02,000\na\n00:00:03,000 --> 00:00:04,000\nb", []string{`1s 2s "a"`, `3s 4s "b"`}},
	"an empty line within":              {"1\n00:00:01,000 --> 00:00:02,000\na\n\nb\n\n2\n00:00:03,000 --> 00:00:04,000\nc\n", []string{`1s 2s "a\n\nb"`, `3s 4s "c"`}},
	"a number is the text":              {"1\n00:00:01,000 --> 00:00:02,000\n42\n\n2\n00:00:03,000 --> 00:00:04,000\n43\n", []string{`1s 2s "42"`, `3s 4s "43"`}},
	"points, no hours, no milliseconds": {"1\n0:01.5 --> 00:00:02\na\n", []string{`1.005s 2s "a"`}},
	"a cue without text":                {"1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\na\n", []string{`3s 4s "a"`}},
	"times that make no sense":          {"1\n00:00:02,000 --> 00:00:01,000\na\n\n2\nx --> y\nb\n\n3\n00:00:03,000 --> 00:00:04,000\nc\n", []string{`3s 4s "c"`}},
	"out of order":                      {"1\n00:00:03,000 --> 00:00:04,000\nb\n\n2\n00:00:01,000 --> 00:00:02,000\na\n", []string{`1s 2s "a"`, `3s 4s "b"`}},
	"tags":                              {"1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<i>a</i> <b>b</b> <font color=\"#ff0000\">c</font> {d} 1 < 2 & <3>\n", []string{`1s 2s "a b c {d} 1 < 2 & <3>"`}},
}

func TestSubRip(t *testing.T) {
	for name, c := range subRips {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, file(t, []byte(c.in))) })
	}
}

// TestEncodings reads one text in each encoding.
func TestEncodings(t *testing.T) {
	const text = "1\n00:00:01,000 --> 00:00:02,000\nHöre: „Ça va?“ – 5 €\n"
	want := []string{`1s 2s "Höre: „Ça va?“ – 5 €"`}
	western, err := charmap.Windows1252.NewEncoder().String(text)
	require.NoError(t, err)
	little, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	require.NoError(t, err)
	big, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text)
	require.NoError(t, err)
	for name, data := range map[string]string{"UTF-8": text, "UTF-8 with a mark": "\xEF\xBB\xBF" + text, "Windows-1252": western, "UTF-16, little": little, "UTF-16, big": big} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, want, file(t, []byte(data))) })
	}
	assert.Equal(t, []string{`1s 2s "äöü �"`}, file(t, []byte("1\n00:00:01,000 --> 00:00:02,000\näöü \xff\n")), "a damaged byte")
}

const script = `[Script Info]
ScriptType: v4.00+
PlayResX: 640

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,no text
Dialogue: 0,0:00:03.50,0:00:04.00,Default,,0,0,0,,{\an8\i1}Above{\i0}, and\Nbelow\hit
Dialogue: 0,0:00:01.00,0:00:02.05,Default,,0,0,0,,{\k20}Ka{\k30}ra{\b1}o{\b0}ke
Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\p1}m 0 0 l 100 0{\p0}drawn
Dialogue: 0,0:00:07.00,0:00:06.00,Default,,0,0,0,,before it begins
Dialogue: too few
`

func TestScript(t *testing.T) {
	assert.Equal(t, []string{`1s 2.05s "Karaoke"`, `3.5s 4s "Above, and\nbelow it"`, `5s 6s "drawn"`}, file(t, []byte(script)))
	track, err := caption.Read([]byte(script))
	require.NoError(t, err)
	assert.Equal(t, [][]caption.Span{{{Text: "Above", Italic: true}, {Text: ", and"}}, {{Text: "below"}, {Text: " "}, {Text: "it"}}}, track.Cues[1].Lines)
	assert.Equal(t, caption.Settings{Size: 100, Align: "center", Line: 5, HasLine: true, Percent: true}, track.Cues[1].Settings)
}

// TestReadBesideFFmpeg compares times and text of each kind of file with those that FFmpeg reads.
func TestReadBesideFFmpeg(t *testing.T) {
	for name, data := range map[string]string{
		"a.srt": subRips["two cues"].in + "\n3\n01:00:05,000 --> 01:00:06,500\n<i>Late</i> & {\\an8}loud\n",
		// FFmpeg shows drawings and cues that end before they begin, and knows no \h in this
		// direction.
		"a.ass": strings.NewReplacer("{\\p1}m 0 0 l 100 0{\\p0}", "", `\h`, " ", "0:00:07.00", "0:00:05.50").Replace(script),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			require.NoError(t, os.WriteFile(path, []byte(data), 0o600))
			out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "fatal", "-i", path, "-f", "webvtt", "-").Output()
			require.NoError(t, err)
			want := text(t, string(out))
			assert.Equal(t, want, file(t, []byte(data)))
		})
	}
}

func TestReadRefused(t *testing.T) {
	for _, data := range []string{"<html><body>hello</body></html>", "1\n2\n3\n", "\x00\x01\x02\x03", "[Script Info]\n"} {
		_, err := caption.Read([]byte(data))
		require.ErrorIs(t, err, caption.ErrUnknown, "%q", data)
	}
	for name, data := range map[string][]byte{
		"bytes": make([]byte, 16<<20+1),
		"cues":  []byte(strings.Repeat("00:01 --> 00:02\na\n", 100_001)),
	} {
		_, err := caption.Read(data)
		require.ErrorIs(t, err, caption.ErrTooLarge, name)
	}
	track, err := caption.Read(nil)
	require.NoError(t, err)
	assert.Empty(t, track.Cues)
	track, err = caption.Read([]byte("00:01 --> 00:02\n" + strings.Repeat("a\n", 8000) + "\n00:03 --> 00:04\n" + strings.Repeat("a", 17<<10)))
	require.NoError(t, err)
	require.Len(t, track.Cues, 1)
	assert.Len(t, track.Cues[0].Lines, 32)
	assert.Equal(t, 2, track.Cut)
}

// TestCuesOfContainers reads the text of cues as containers hold it.
func TestCuesOfContainers(t *testing.T) {
	// 3GPP TS 26.245, 5.17: a text of 8 bytes, which are 6 characters, of which two are bold and
	// one is underlined in italics.
	timed := "\x00\x08äb\ncdé\x00\x00\x00\x22styl\x00\x02\x00\x00\x00\x02\x00\x01\x01\x12\xff\xff\xff\xff\x00\x03\x00\x04\x00\x01\x06\x12\xff\xff\xff\xff"
	for _, c := range []struct {
		name   string
		format caption.Format
		in     string
		want   [][]caption.Span
	}{
		{"plain", caption.FormatText, "a <i>\nb\n", [][]caption.Span{{{Text: "a <i>"}}, {{Text: "b"}}}},
		{"SubRip", caption.FormatSubRip, "<i>a</i>\r\nb", [][]caption.Span{{{Text: "a", Italic: true}}, {{Text: "b"}}}},
		{"WebVTT", caption.FormatWebVTT, "<c.yellow>a</c> &amp;", [][]caption.Span{{{Text: "a", Colour: "yellow"}, {Text: " &"}}}},
		{"ASS", caption.FormatASS, `7,0,Default,,0,0,0,,a, {\b1}b\Nc`, [][]caption.Span{{{Text: "a, "}, {Text: "b", Bold: true}}, {{Text: "c", Bold: true}}}},
		{"MP4", caption.FormatMP4Text, timed, [][]caption.Span{{{Text: "äb", Bold: true}}, {{Text: "c", Italic: true, Underline: true}, {Text: "dé"}}}},
		{"MP4, UTF-16", caption.FormatMP4Text, "\x00\x06\xfe\xff\x00a\x20\xac", [][]caption.Span{{{Text: "a€"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cue, cut, shows := c.format.Cue([]byte(c.in))
			assert.Equal(t, c.want, cue.Lines)
			assert.False(t, cut)
			assert.True(t, shows)
		})
	}
	for format, in := range map[caption.Format]string{caption.FormatMP4Text: "\x00\x00", caption.FormatASS: "1,2,3", caption.FormatSubRip: "<i></i>\n", caption.FormatText: ""} {
		_, cut, shows := format.Cue([]byte(in))
		assert.False(t, cut)
		assert.False(t, shows, "%q", in)
	}
	_, cut, shows := caption.FormatText.Cue(make([]byte, 17<<10))
	assert.True(t, cut)
	assert.False(t, shows)
}

// assertBounded says that a cue is one that can be shown.
func assertBounded(t *testing.T, c *caption.Cue) {
	t.Helper()
	assert.NotEmpty(t, c.Lines)
	assert.LessOrEqual(t, len(c.Lines), 32)
	assert.LessOrEqual(t, c.Size(), 128<<10)
}

func FuzzRead(f *testing.F) {
	for _, c := range subRips {
		f.Add([]byte(c.in))
	}
	f.Add([]byte(script))
	f.Add([]byte("WEBVTT\n\n00:01.000 --> 00:02.000\na"))
	f.Add([]byte("\xFF\xFE1\x00\n\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		track, err := caption.Read(data)
		if err != nil {
			return
		}
		last := time.Duration(0)
		for i := range track.Cues {
			c := &track.Cues[i]
			assertBounded(t, c)
			assert.Greater(t, c.End, c.Start)
			if string(data[:min(len(data), 3)]) != "WEB" {
				assert.GreaterOrEqual(t, c.Start, last)
			}
			last = c.Start
		}
	})
}

func FuzzCue(f *testing.F) {
	f.Add(1, []byte("a"))
	f.Add(2, []byte("<i>a</i> {\\an8}"))
	f.Add(4, []byte("0,0,Default,,0,0,0,,{\\an8}a\\Nb"))
	f.Add(5, []byte("\x00\x01a\x00\x00\x00\x16styl\x00\x01\x00\x00\x00\x01\x00\x01\x01\x12\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, format int, data []byte) {
		if c, _, shows := caption.Format(format).Cue(data); shows {
			assertBounded(t, &c)
		}
	})
}
