package caption_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"latchkey/player/caption"
)

func TestParseASS(t *testing.T) {
	cues := caption.ParseASS("0,0,Default,,0,0,0,,{\\an7}{\\pos(96,144)}One, two\\N{\\an7}{\\pos(96,159)}{\\i1}three{\\i0} {\\c&HFF&}red\\N{\\pos(192,243)}far\\hoff\n" +
		"1,0,Default,,0,0,0,,plain\n")
	assert.Equal(t, []caption.Cue{
		{
			Lines:    [][]caption.Span{{{Text: "One, two"}}, {{Text: "three", Italic: true}, {Text: " "}, {Text: "red", Colour: "red"}}},
			Settings: caption.Settings{Line: 50, HasLine: true, Percent: true, Position: 25, HasPosition: true, Size: 75, Align: "start"},
		},
		{
			Lines:    [][]caption.Span{{{Text: "far", Colour: "red"}, {Text: " ", Colour: "red"}, {Text: "off", Colour: "red"}}},
			Settings: caption.Settings{Line: 84.375, HasLine: true, Percent: true, Position: 50, HasPosition: true, Size: 50, Align: "start"},
		},
		{Lines: [][]caption.Span{{{Text: "plain"}}}, Settings: caption.Settings{Size: 100, Align: "center"}},
	}, cues)
	for _, nothing := range []string{"", "\n", "0,0,Default,,0,0,0,,", "0,0,Default,,0,0,0,,{\\an7", "a,b", strings.Repeat("0,0,Default,,0,0,0,,x\n", 10_000)} {
		assert.Empty(t, caption.ParseASS(nothing))
	}
	assert.Equal(t, `a\b`, caption.ParseASS(`0,0,D,,0,0,0,,a\b`)[0].Text())
}

func FuzzParseASS(f *testing.F) {
	f.Add("0,0,Default,,0,0,0,,{\\an7}{\\pos(96,144)}One, two\\N{\\an7}{\\pos(96,159)}{\\i1}three{\\i0}\\hx{\\c&HFF00FF&}y\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range caption.ParseASS(text) {
			assert.NotEmpty(t, c.Lines)
			assert.True(t, c.Settings.Line >= 0 && c.Settings.Line < 100 && c.Settings.Position >= 0 && c.Settings.Position < 100 && c.Settings.Size > 0)
		}
	})
}
