package hls

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const byteOrderMark = "\ufeff"

// normalize returns the text with line feeds alone between lines and without a byte order mark. What it
// mends, and what the character set of playlists has not, it tells the parser. RFC 8216, 4.1.
func (p *parser) normalize(text string) string {
	if strings.HasPrefix(text, byteOrderMark) {
		p.mustAt(1, "4.1", "the text begins with a byte order mark")
		text = text[len(byteOrderMark):]
	}
	if strings.IndexByte(text, '\r') >= 0 {
		text = p.lineFeeds(text)
	}
	ascii := p.checkControls(text)
	switch {
	case ascii:
	case !utf8.ValidString(text):
		p.mustAt(lineOf(text, firstInvalid(text)), "4.1", "the text is not UTF-8")
	case p.opts.Strict && !norm.NFC.IsNormalString(text):
		p.mustAt(0, "4.1", "the text is not in Unicode normalization form C")
	}
	return text
}

// lineFeeds replaces CR LF and a lone CR by LF.
func (p *parser) lineFeeds(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	rest := text
	for {
		i := strings.IndexByte(rest, '\r')
		if i < 0 {
			b.WriteString(rest)
			return b.String()
		}
		b.WriteString(rest[:i])
		b.WriteByte('\n')
		rest = rest[i+1:]
		if len(rest) > 0 && rest[0] == '\n' {
			rest = rest[1:]
		} else if len(rest) > 0 {
			p.mustAt(1+strings.Count(text[:len(text)-len(rest)-1], "\n"), "4.1", "a line ends with CR alone")
			return b.String() + strings.ReplaceAll(strings.ReplaceAll(rest, "\r\n", "\n"), "\r", "\n")
		}
	}
}

// checkControls complains of the first control character and says whether all is ASCII. Tabs are left to
// whoever reads the line: one attribute may hold them, everywhere else they are white space.
func (p *parser) checkControls(text string) (ascii bool) {
	var all byte
	bad := -1
	for i := 0; i < len(text); i++ {
		c := text[i]
		all |= c
		if (c < ' ' && c != '\n' && c != '\t' || c == 0x7f) && bad < 0 {
			bad = i
		}
	}
	ascii = all < utf8.RuneSelf
	if bad < 0 && !ascii {
		bad = strings.IndexFunc(text, func(r rune) bool { return r >= 0x80 && r <= 0x9f })
	}
	if bad >= 0 {
		p.mustAt(lineOf(text, bad), "4.1", "the text has a control character")
	}
	return ascii
}

// lineOf returns the number of the line that a byte is on, from 1.
func lineOf(text string, offset int) int {
	return 1 + strings.Count(text[:offset], "\n")
}

func firstInvalid(text string) int {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(text[i:]); n == 1 {
				return i
			}
		}
	}
	return 0
}
