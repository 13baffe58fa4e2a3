package hostile

import (
	"bytes"
	"strings"
)

// captions are inputs whose text is more than anybody reads.
func captions() []Input {
	subtitled := func(name string, v VTT, segments int) Input {
		return captioned(stream(Text, name, func() map[string]Answer {
			return withText(Answer{Body: v.Bytes(), Type: "text/vtt"}, segments)
		},
			"--sub-lang", "en", "--length", "5s"))
	}
	embedded := func(name, codec string, private func() []byte, packets func() [][]byte) Input {
		return captioned(file(Text, name, ".mkv", func() []byte {
			return Matroska{Codec: codec, Private: private(), Subtitles: true, Packets: packets()}.Bytes()
		}, "--sub-lang", "en", "--length", "5s"))
	}
	return []Input{
		subtitled("vtt-8-million-lines", VTT{Cues: 1000, Lines: 8000}, 40),
		subtitled("vtt-cue-of-1-million-lines", VTT{Cues: 1, Lines: million}, 40),
		subtitled("vtt-cue-of-5-million-empty-tags", VTT{Cues: 1, Same: true, Line: strings.Repeat("<b>", 5_000_000)}, 5),
		subtitled("vtt-tag-of-15-mb", VTT{Cues: 1, Same: true, Line: "<c." + strings.Repeat("a.", 7_500_000) + ">x</c>"}, 5),
		subtitled("vtt-400000-cues-at-once", VTT{Cues: 400_000, Same: true}, 10),
		subtitled("vtt-entities", VTT{Cues: 100, Same: true, Line: strings.Repeat("&lt;&amp;", 15_000)}, 10),
		subtitled("vtt-header-of-15-mb", VTT{Cues: 1, Header: 15_000_000}, 10),
		subtitled("vtt-times", VTT{Cues: 100_000, Time: "99999999999999999999:00:00.000 --> 999999999999999999999999:00:00.000 line:1e308% position:-1e308%"}, 10),
		file(Text, "srt-1-million-cues", ".srt", func() []byte { return SubRip(million, 1) }),
		file(Text, "srt-cue-of-64-mb", ".srt", func() []byte { return SubRip(1, 64<<20) }),
		file(Text, "vtt-file-of-1-million-cues", ".vtt", VTT{Cues: million}.Bytes),
		file(Text, "ass-file-of-300000-cues", ".ass", func() []byte { return script(10, slicesTimes("{\\t(0,9000,\\frz36000)}a", 300_000)...) }),
		embedded("mkv-ass-100000-styles", "S_TEXT/ASS", func() []byte { return script(100_000) }, func() [][]byte { return bytesTimes([]byte("0,0,s0,,0,0,0,,a"), 200) }),
		embedded("mkv-ass-8-mb-of-overrides", "S_TEXT/ASS", func() []byte { return script(1) }, func() [][]byte {
			return bytesTimes([]byte("0,0,s0,,0,0,0,,"+strings.Repeat("{\\b1}a\\N", 1_000_000)), 10)
		}),
		embedded("mkv-srt-2-million-lines", "S_TEXT/UTF8", func() []byte { return nil }, func() [][]byte { return bytesTimes(bytes.Repeat([]byte("a\n"), 2_000_000), 10) }),
	}
}

// slicesTimes is n times the same text.
func slicesTimes(s string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = s
	}
	return out
}
