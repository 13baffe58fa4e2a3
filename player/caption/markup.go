package caption

import (
	"strconv"
	"strings"
)

// dialect says which tags a text has.
type dialect int

const (
	tagsOfSubRip dialect = iota // <i>, <b>, <u>, <font color>, and ASS's in braces
	tagsOfASS                   // those in braces, and \N, \n and \h
)

// fontColours are the colours of <font> that a cue can have.
var fontColours = map[string]string{
	"white": "", "#ffffff": "", "lime": "lime", "green": "lime", "#00ff00": "lime", "cyan": "cyan", "aqua": "cyan", "#00ffff": "cyan",
	"red": "red", "#ff0000": "red", "yellow": "yellow", "#ffff00": "yellow", "magenta": "magenta", "fuchsia": "magenta", "#ff00ff": "magenta",
	"blue": "blue", "#0000ff": "blue", "black": "black", "#000000": "black",
}

// markUp reads the text of a cue in a dialect into r, which result then returns, and returns where
// the cue stands.
func (r *textReader) markUp(text string, d dialect) Settings {
	m := marker{reader: r, settings: Settings{Size: 100, Align: "center"}, brace: len(text) - strings.LastIndexByte(text, '}')}
	special := `<{`
	if d == tagsOfASS {
		special = `{\`
	}
	for text != "" && !r.cut {
		at := strings.IndexAny(text, special)
		if at < 0 {
			at = len(text)
		}
		m.put(text[:at])
		if text = text[at:]; text == "" {
			break
		}
		var used int
		switch text[0] {
		case '<':
			used = m.element(text)
		case '{':
			used = m.override(text, d)
		default:
			used = m.escape(text)
		}
		if used == 0 { // it is text
			m.put(text[:1])
			used = 1
		}
		text = text[used:]
	}
	return m.settings
}

// marker reads the tags of one cue.
type marker struct {
	reader   *textReader
	style    Span
	fonts    []string // the colours of the open <font>
	drawing  bool     // what stands in the text are coordinates
	settings Settings
	brace    int // of the text from its last closing brace on, the length; more without one
}

func (m *marker) put(text string) {
	if text != "" && !m.drawing {
		m.reader.put(text, m.style)
	}
}

// escape reads what begins with a backslash in ASS, and returns its length, 0 for text.
func (m *marker) escape(text string) int {
	if len(text) < 2 {
		return 0
	}
	switch text[1] {
	case 'N', 'n':
		m.put("\n")
	case 'h':
		m.put(" ")
	default:
		return 0
	}
	return 2
}

// element reads a tag of SubRip, and returns its length, 0 for what is none.
func (m *marker) element(text string) int {
	end := strings.IndexByte(text[:min(len(text), maxNameBytes)], '>')
	if end < 0 {
		return 0
	}
	tag, closes := strings.CutPrefix(strings.ToLower(text[1:end]), "/")
	name, attributes, _ := strings.Cut(tag, " ")
	switch name {
	case "b":
		m.style.Bold = !closes
	case "i":
		m.style.Italic = !closes
	case "u":
		m.style.Underline = !closes
	case "s":
	case "font":
		m.font(attributes, closes)
	default:
		return 0
	}
	return end + 1
}

// font opens or closes a <font>.
func (m *marker) font(attributes string, closes bool) {
	switch {
	case closes && len(m.fonts) > 0:
		m.style.Colour = m.fonts[len(m.fonts)-1]
		m.fonts = m.fonts[:len(m.fonts)-1]
	case closes || len(m.fonts) == maxNesting:
	default:
		m.fonts = append(m.fonts, m.style.Colour)
		if _, value, ok := strings.Cut(attributes, "color="); ok {
			value = strings.TrimLeft(value, `"'`)
			if at := strings.IndexAny(value, `"' `); at >= 0 {
				value = value[:at]
			}
			if colour, known := fontColours[value]; known {
				m.style.Colour = colour
			}
		}
	}
}

// override reads a block of ASS's tags, and returns its length, 0 for text: in SubRip a block
// begins with a backslash.
func (m *marker) override(text string, d dialect) int {
	if len(text) < m.brace || d == tagsOfSubRip && (len(text) < 2 || text[1] != '\\') {
		return 0
	}
	end := strings.IndexByte(text, '}')
	for tag := range strings.SplitSeq(text[1:end], `\`) {
		m.tag(strings.TrimSpace(tag))
	}
	return end + 1
}

// tag reads one tag of ASS.
func (m *marker) tag(tag string) {
	switch {
	case tag == "r":
		m.style = Span{}
	case tag == "i0", tag == "i1":
		m.style.Italic = tag == "i1"
	case tag == "u0", tag == "u1":
		m.style.Underline = tag == "u1"
	case strings.HasPrefix(tag, "an"):
		m.align(tag[2:])
	case tag != "" && tag[0] == 'b':
		if weight, err := strconv.Atoi(tag[1:]); err == nil {
			m.style.Bold = weight == 1 || weight >= 600
		}
	case tag != "" && tag[0] == 'p':
		if scale, err := strconv.Atoi(tag[1:]); err == nil {
			m.drawing = scale > 0
		}
	}
}

// align reads the place of a cue, numbered as the keys of a number pad are.
func (m *marker) align(key string) {
	n, err := strconv.Atoi(key)
	if err != nil || n < 1 || n > 9 {
		return
	}
	m.settings.Align = []string{"left", "center", "right"}[(n-1)%3]
	switch (n - 1) / 3 {
	case 1:
		m.settings.Line, m.settings.HasLine, m.settings.Percent = 45, true, true
	case 2:
		m.settings.Line, m.settings.HasLine, m.settings.Percent = 5, true, true
	default:
		m.settings.HasLine, m.settings.Percent, m.settings.Line = false, false, 0
	}
}
