package caption_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/caption"
)

// text are the cues as lines: start, end, text.
func text(t *testing.T, data string) []string {
	t.Helper()
	track, err := caption.Parse([]byte(data))
	require.NoError(t, err)
	var out []string
	for i := range track.Cues {
		c := &track.Cues[i]
		out = append(out, fmt.Sprintf("%v %v %q", c.Start, c.End, c.Text()))
	}
	return out
}

func TestCues(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"the specification's first example": { // WebVTT, 1.1
			"WEBVTT\n\n00:11.000 --> 00:13.000\n<v Roger Bingham>We are in New York City\n\n00:13.000 --> 00:16.000\n<v Roger Bingham>We're actually at the Lucern Hotel, just down the street\n",
			[]string{`11s 13s "We are in New York City"`, `13s 16s "We're actually at the Lucern Hotel, just down the street"`},
		},
		"nothing":                          {"WEBVTT", nil},
		"a byte order mark, a title, CR":   {"\xEF\xBB\xBFWEBVTT - a title\r\rname\r00:01.000 --> 00:02.000\rtext\r", []string{`1s 2s "text"`}},
		"hours of any length":              {"WEBVTT\n\n123:00:01.000 --> 123:00:02.000\ntext", []string{`123h0m1s 123h0m2s "text"`}},
		"two lines":                        {"WEBVTT\n\n00:01.000 --> 00:02.000\na\nb", []string{`1s 2s "a\nb"`}},
		"a note, a style, a region":        {"WEBVTT\n\nNOTE\nno text\n\nSTYLE\n::cue{color:red}\n\nREGION\nid:a\n\n00:01.000 --> 00:02.000\na", []string{`1s 2s "a"`}},
		"a cue that makes no sense":        {"WEBVTT\n\n00:01 --> 00:02.000\na\n\n00:02.000 --> 00:01.000\nb\n\n00:03.000 --> 00:04.000\nc", []string{`3s 4s "c"`}},
		"an empty line that was forgotten": {"WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb", []string{`1s 2s "a"`, `3s 4s "b"`}},
		"no empty line after the header":   {"WEBVTT\n00:01.000 --> 00:02.000\na", []string{`1s 2s "a"`}},
		"references":                       {"WEBVTT\n\n00:01.000 --> 00:02.000\na &lt;b&gt; &amp; &nbsp;&#39;", []string{`1s 2s "a <b> & \u00a0'"`}},
		"a tag without an end":             {"WEBVTT\n\n00:01.000 --> 00:02.000\na <b", []string{`1s 2s "a "`}},
		"time stamps within":               {"WEBVTT\n\n00:01.000 --> 00:02.000\none <00:01.500>two", []string{`1s 2s "one two"`}},
		"minutes beyond 59":                {"WEBVTT\n\n60:00.000 --> 61:00.000\na", nil},
		"a comma":                          {"WEBVTT\n\n00:01,000 --> 00:02,000\na", nil},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, text(t, c.in)) })
	}
}

func TestStyles(t *testing.T) {
	track, err := caption.Parse([]byte("WEBVTT\n\n00:01.000 --> 00:02.000 line:10%,start position:20% size:50% align:start vertical:rl region:x nonsense:1\n" +
		"<v.loud Mary><i>Hi</i> <b.yellow>there</b></v>\n<ruby>漢<rt>kan</rt></ruby></i>!"))
	require.NoError(t, err)
	require.Len(t, track.Cues, 1)
	c := track.Cues[0]
	assert.Equal(t, caption.Settings{Vertical: "rl", Line: 10, HasLine: true, Percent: true, Position: 20, HasPosition: true, Size: 50, Align: "start"}, c.Settings)
	assert.Equal(t, [][]caption.Span{
		{{Text: "Hi", Italic: true, Voice: "Mary"}, {Text: " ", Voice: "Mary"}, {Text: "there", Bold: true, Colour: "yellow", Voice: "Mary"}},
		{{Text: "漢"}, {Text: "kan"}, {Text: "!"}},
	}, c.Lines)
}

func TestTimestampMap(t *testing.T) { // RFC 8216, 3.5
	for line, want := range map[string]*caption.TimestampMap{
		"X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000":  {MPEGTS: 900000},
		"X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:01.500":     {MPEGTS: 900000, Local: 1500 * time.Millisecond},
		"X-TIMESTAMP-MAP=MPEGTS:8589934593,LOCAL:00:00.000": {MPEGTS: 1},
		"X-TIMESTAMP-MAP=MPEGTS:-1,LOCAL:00:00.000":         {MPEGTS: 1<<33 - 1},
		"X-TIMESTAMP-MAP=MPEGTS:-8589034592,LOCAL:00:00":    {MPEGTS: 900000},
		"X-TIMESTAMP-MAP=MPEGTS:1":                          {MPEGTS: 1},
		"X-TIMESTAMP-MAP=LOCAL:00:01.500":                   {Local: 1500 * time.Millisecond},
		"X-TIMESTAMP-MAP=MPEGTS: 900000 , LOCAL: 00:01.500": {MPEGTS: 900000, Local: 1500 * time.Millisecond},
		"X-TIMESTAMP-MAP=MPEGTS:soon":                       nil,
		"X-TIMESTAMP-MAP=":                                  nil,
	} {
		track, err := caption.Parse([]byte("WEBVTT\n" + line + "\n\n"))
		require.NoError(t, err)
		assert.Equal(t, want, track.Map, line)
	}
}

// TestTimesWithoutWhiteSpace reads settings that follow the end time at once.
func TestTimesWithoutWhiteSpace(t *testing.T) {
	track, err := caption.Parse([]byte("WEBVTT\n\n00:01.000-->00:02.500line:10% align:start\ntext\n\n00:03.000 --> 00:04.000:\nno cue\n"))
	require.NoError(t, err)
	require.Len(t, track.Cues, 1)
	assert.Equal(t, time.Second, track.Cues[0].Start)
	assert.Equal(t, 2500*time.Millisecond, track.Cues[0].End)
	assert.Equal(t, caption.Settings{Line: 10, HasLine: true, Percent: true, Size: 100, Align: "start"}, track.Cues[0].Settings)
}

func TestRefused(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing": nil, "a web page": []byte("<html>"), "another word": []byte("WEBVTTX\n"), "SubRip": []byte("1\n00:00:01,000 --> 00:00:02,000\na\n"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := caption.Parse(data)
			require.ErrorIs(t, err, caption.ErrNotWebVTT)
		})
	}
	_, err := caption.Parse(append([]byte("WEBVTT\n"), make([]byte, 17<<20)...))
	require.ErrorIs(t, err, caption.ErrTooLarge)
	_, err = caption.Parse([]byte("WEBVTT\n\n" + strings.Repeat("00:01.000 --> 00:02.000\na\n\n", 100_001)))
	require.ErrorIs(t, err, caption.ErrTooLarge)
}

// TestLimitsOfACue has cues larger than a person can read: they cost no more memory than a screen
// of text, and are counted.
func TestLimitsOfACue(t *testing.T) {
	const times = "WEBVTT\n\n00:01.000 --> 00:02.000\n"
	for name, c := range map[string]struct {
		text  string
		lines int // 0: the cue is left out
		cut   int
	}{
		"32 lines":         {strings.Repeat("a\n", 32), 32, 0},
		"8,000 lines":      {strings.Repeat("a\n", 8000), 32, 1},
		"8,000 references": {strings.Repeat("a&#10;", 2000), 32, 1},
		"4,000 styles":     {strings.Repeat("a<b>", 4000), 1, 1},
		"too many bytes":   {strings.Repeat("a", 16<<10+1), 0, 1},
		"a long voice":     {"<v " + strings.Repeat("a", 10_000) + ">b<c>b<c>b", 1, 0},
		"deep tags":        {strings.Repeat("<b>", 5000) + "b", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			track, err := caption.Parse([]byte(times + c.text))
			require.NoError(t, err)
			assert.Equal(t, c.cut, track.Cut)
			if c.lines == 0 {
				assert.Empty(t, track.Cues)
				return
			}
			require.Len(t, track.Cues, 1)
			assert.Equal(t, c.lines, len(track.Cues[0].Lines), "lines") //nolint:testifylint // Len would print them all
			assert.LessOrEqual(t, track.Cues[0].Size(), 64<<10)
		})
	}
}

// TestMemoryOfTracks reads files of 16 MB. Serial: it measures the heap.
func TestMemoryOfTracks(t *testing.T) {
	fill := func(head, text string) []byte {
		return []byte(head + strings.Repeat(text, (16<<20-len(head))/len(text)))
	}
	cue := "\n\n00:00:00.000 --> 00:00:01.000\n"
	for name, data := range map[string][]byte{
		"cues of 8,000 lines":    fill("WEBVTT\n", cue+strings.Repeat("a\n", 8000)),
		"cues of 500 styles":     fill("WEBVTT\n", cue+strings.Repeat("a<b>", 500)),
		"empty lines":            fill("WEBVTT\n", "\n"),
		"lines that end with CR": fill("WEBVTT\r", "a\r"),
		"one line":               fill("WEBVTT\n\n", "a"),
		"a header":               fill("WEBVTT\n", "a\n"),
		"short cues":             fill("WEBVTT", "\n\n00:00.000 --> 00:01.000\na"),
		"long identifiers":       fill("WEBVTT", "\n\n"+strings.Repeat("a", 1000)+cue[1:]+"a"),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			track, err := caption.Parse(data)
			runtime.ReadMemStats(&after)
			if err != nil {
				require.ErrorIs(t, err, caption.ErrTooLarge)
			}
			assert.LessOrEqual(t, (after.TotalAlloc-before.TotalAlloc)>>20, uint64(256), "MiB allocated, garbage included")
			runtime.GC()
			runtime.ReadMemStats(&after)
			kept := int64(after.HeapAlloc) - int64(before.HeapAlloc)
			assert.LessOrEqual(t, kept>>20, int64(64), "MiB kept")
			if track == nil {
				return
			}
			said := 0
			for i := range track.Cues {
				said += track.Cues[i].Size()
			}
			assert.LessOrEqual(t, kept, int64(said)*3/2+1<<20, "Size says what a cue takes")
		})
	}
}

// hour is an hour of cues, 12 a second, of two lines each.
func hour() []byte {
	var b bytes.Buffer
	b.WriteString("WEBVTT\n")
	for i := range 43_200 {
		at := time.Duration(i) * time.Second / 12
		stamp := func(d time.Duration) string {
			return fmt.Sprintf("%02d:%02d:%02d.%03d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Milliseconds()%1000)
		}
		fmt.Fprintf(&b, "\n%s --> %s align:start\nThe text of the cue with the number %d,\n<i>and a second line of it in italics.</i>\n", stamp(at), stamp(at+2*time.Second), i)
	}
	return b.Bytes()
}

// BenchmarkHour reads an hour of 43,200 cues.
func BenchmarkHour(b *testing.B) {
	data := hour()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		track, err := caption.Parse(data)
		require.NoError(b, err)
		require.Len(b, track.Cues, 43_200)
	}
}

// TestBesideFFmpeg compares times and text with those that FFmpeg reads.
func TestBesideFFmpeg(t *testing.T) {
	const file = "WEBVTT\n\nNOTE hello\n\nfirst\n00:00:01.000 --> 00:00:02.500 align:start\nOne <i>line</i>\n\n00:03.250 --> 00:04.000\nTwo\nlines &amp; more\n\n01:00:00.001 --> 01:00:01.999\nLate\n"
	path := filepath.Join(t.TempDir(), "a.vtt")
	require.NoError(t, os.WriteFile(path, []byte(file), 0o600))
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-f", "srt", "-").Output()
	require.NoError(t, err)
	track, err := caption.Parse([]byte(file))
	require.NoError(t, err)
	var want strings.Builder
	for i, c := range track.Cues {
		stamp := func(d time.Duration) string {
			return fmt.Sprintf("%02d:%02d:%02d,%03d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Milliseconds()%1000)
		}
		body := strings.Replace(c.Text(), "line", "<i>line</i>", 1)
		if i > 0 {
			body = c.Text()
		}
		fmt.Fprintf(&want, "%d\n%s --> %s\n%s\n\n", i+1, stamp(c.Start), stamp(c.End), body)
	}
	assert.Equal(t, strings.TrimSpace(want.String()), strings.TrimSpace(strings.ReplaceAll(string(out), "\r", "")))
}

// TestWrite reads what it wrote.
func TestWrite(t *testing.T) {
	const file = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:10% align:start\n<v Mary><b>a</b></v> &lt;\n\n00:00:03.000 --> 00:00:04.000\n<c.red><i><u>b</u></i></c>\nc\n"
	track, err := caption.Parse([]byte(file))
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, caption.Write(&out, track.Cues))
	again, err := caption.Parse(out.Bytes())
	require.NoError(t, err)
	assert.Equal(t, track, again)
}

// FuzzParse reads whatever comes: what was read has text and time, and is written so that it reads the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\nid\n00:01.000 --> 00:02.000 line:-1 size:10%\n<v a><b.red>x</b>&lt;<c>\n\ny\n"))
	f.Add([]byte("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:-8589034592\n\n00:01.000-->00:02.000line:-1\nx\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		track, err := caption.Parse(data)
		if err != nil {
			return
		}
		for i := range track.Cues {
			require.Less(t, track.Cues[i].Start, track.Cues[i].End)
			require.NotEmpty(t, strings.TrimSpace(track.Cues[i].Text()))
		}
		var out bytes.Buffer
		require.NoError(t, caption.Write(&out, track.Cues))
		again, err := caption.Parse(out.Bytes())
		require.NoError(t, err)
		require.LessOrEqual(t, len(again.Cues), len(track.Cues))
	})
}
