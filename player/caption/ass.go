package caption

import (
	"strconv"
	"strings"
)

// The size that closed captions are placed in, in ASS's own units, and how far a row may be below another to go on with its text.
const (
	assWidth, assHeight = 384, 288
	assRow              = 20
)

// Limits of a screen of closed captions, which has 15 rows of 32 letters. CTA-608-E, 4. The rest is
// left out.
const (
	maxASS      = 16 << 10 // bytes of its events
	maxASSRows  = 32
	maxASSSpans = 1024
)

// assColours are the colours of closed captions, as ASS writes them: blue, green, red. CTA-608.
var assColours = map[string]string{
	"FFFFFF": "white", "00FF00": "lime", "FF0000": "blue", "FFFF00": "cyan", "0000FF": "red", "00FFFF": "yellow", "FF00FF": "magenta",
}

// ParseASS reads a screen of closed captions: events of Advanced SubStation Alpha, one a line, as FFmpeg's decoder writes them. Rows that follow one
// another are one cue. Start and End are the caller's to set. What it does not know it leaves out; there is no text that it fails on.
func ParseASS(text string) []Cue {
	var rows []assLine
	if len(text) > maxASS {
		return nil
	}
	for event := range strings.Lines(text) {
		// ReadOrder, Layer, Style, Name, MarginL, MarginR, MarginV, Effect, Text
		fields := strings.SplitN(strings.TrimRight(event, "\r\n"), ",", 9)
		if len(fields) == 9 {
			rows = append(rows, readASS(fields[8])...)
		}
	}
	var cues []Cue
	shown, spans := 0, 0
	for i, row := range rows {
		if len(row.spans) == 0 {
			continue
		}
		if shown, spans = shown+1, spans+len(row.spans); shown > maxASSRows || spans > maxASSSpans {
			break
		}
		if n := len(cues); n > 0 && i > 0 && row.x == rows[i-1].x && row.y > rows[i-1].y && row.y-rows[i-1].y <= assRow && len(rows[i-1].spans) > 0 {
			cues[n-1].Lines = append(cues[n-1].Lines, row.spans)
			continue
		}
		cue := Cue{Lines: [][]Span{row.spans}, Settings: Settings{Size: 100, Align: "center"}}
		if row.placed {
			cue.Settings = Settings{Line: row.y * 100 / assHeight, HasLine: true, Percent: true, Position: row.x * 100 / assWidth, HasPosition: true,
				Size: 100 - row.x*100/assWidth, Align: "start"}
		}
		cues = append(cues, cue)
	}
	return cues
}

// assLine is a row of a screen.
type assLine struct {
	spans  []Span
	x, y   float64
	placed bool
}

// readASS reads the text of an event: "\N" divides rows, "\h" is a space, and what stands in braces are styles and places.
func readASS(text string) []assLine {
	var rows []assLine
	var row assLine
	var style Span
	add := func(s string) {
		if s == "" {
			return
		}
		span := style
		span.Text = strings.ReplaceAll(s, `\h`, " ")
		row.spans = append(row.spans, span)
	}
	for text != "" {
		at := strings.IndexAny(text, `{\`)
		if at < 0 {
			at = len(text)
		}
		add(text[:at])
		text = text[at:]
		switch {
		case text == "":
		case strings.HasPrefix(text, `\N`):
			rows, row = append(rows, row), assLine{x: row.x, y: row.y + assRow/2, placed: row.placed}
			text = text[2:]
		case text[0] == '{':
			tags, rest, closed := strings.Cut(text[1:], "}")
			if !closed {
				text = ""
				break
			}
			row.tags(tags, &style)
			text = rest
		case strings.HasPrefix(text, `\h`):
			add(" ")
			text = text[2:]
		default:
			add(text[:1])
			text = text[1:]
		}
	}
	return append(rows, row)
}

// tags reads what stands in braces.
func (l *assLine) tags(tags string, style *Span) {
	for tag := range strings.SplitSeq(tags, `\`) {
		switch {
		case tag == "i1" || tag == "i0":
			style.Italic = tag == "i1"
		case tag == "u1" || tag == "u0":
			style.Underline = tag == "u1"
		case tag == "b1" || tag == "b0":
			style.Bold = tag == "b1"
		case strings.HasPrefix(tag, "pos("):
			x, y, _ := strings.Cut(strings.TrimSuffix(tag[len("pos("):], ")"), ",")
			left, err := strconv.ParseFloat(x, 64)
			top, err2 := strconv.ParseFloat(y, 64)
			if err == nil && err2 == nil && left >= 0 && left < assWidth && top >= 0 && top < assHeight {
				l.x, l.y, l.placed = left, top, true
			}
		case strings.HasPrefix(tag, "c&H") || strings.HasPrefix(tag, "1c&H"):
			_, digits, _ := strings.Cut(tag, "&H")
			digits = strings.ToUpper(strings.TrimRight(digits, "&"))
			if len(digits) < 6 {
				digits = strings.Repeat("0", 6-len(digits)) + digits
			}
			style.Colour = assColours[digits]
			if style.Colour == "white" {
				style.Colour = ""
			}
		}
	}
}
