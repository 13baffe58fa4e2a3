package hostile

import (
	"fmt"
	"strings"
)

// VTT is a WebVTT file of many cues.
type VTT struct {
	Cues   int
	Lines  int    // of each cue; 0: 1
	Line   string // "": a
	Same   bool   // all cues at one time
	Time   string // that the cues begin and end at, when not empty
	Header int    // bytes of the file's header
}

// Bytes is the file.
func (v VTT) Bytes() []byte {
	line := v.Line
	if line == "" {
		line = "a"
	}
	text := strings.Repeat(line+"\n", or(v.Lines, 1))
	var b strings.Builder
	b.WriteString("WEBVTT " + strings.Repeat("h", v.Header) + "\n\n")
	for i := range v.Cues {
		switch {
		case v.Time != "":
			b.WriteString(v.Time)
		case v.Same:
			b.WriteString("00:00:00.500 --> 00:00:50.000")
		default:
			fmt.Fprintf(&b, "%02d:%02d:%02d.%03d --> %02d:%02d:%02d.%03d", i/3600000, i/60000%60, i/1000%60, i%1000, i/3600000, i/60000%60, i/1000%60+1, i%1000)
		}
		b.WriteString("\n" + text + "\n")
	}
	return []byte(b.String())
}

// SubRip is an SRT file of cues that have no more than a letter.
func SubRip(cues, letters int) []byte {
	var b strings.Builder
	text := strings.Repeat("a", letters)
	for i := range cues {
		fmt.Fprintf(&b, "%d\n00:00:01,000 --> 00:00:09,000\n%s\n\n", i+1, text)
	}
	return []byte(b.String())
}

// script is a script of Advanced SubStation Alpha whose cues are given.
func script(styles int, events ...string) []byte {
	var b strings.Builder
	b.WriteString("[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\n")
	for i := range styles {
		fmt.Fprintf(&b, "Style: s%d,Arial,20\n", i)
	}
	b.WriteString("\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n")
	for _, e := range events {
		b.WriteString("Dialogue: 0,0:00:00.00,0:00:09.00,s0,,0,0,0,," + e + "\n")
	}
	return []byte(b.String())
}
