package hls

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const byteOrderMark = "\ufeff"

// normalize returns the text with line feeds alone between lines and without a byte order mark, and tells
// the parser what it mends. RFC 8216, 4.1.
func (p *parser) normalize(text string) string {
	if strings.HasPrefix(text, byteOrderMark) {
		p.mustAt(1, "4.1", "the text begins with a byte order mark")
		text = text[len(byteOrderMark):]
	}
	if strings.IndexByte(text, '\r') >= 0 {
		text = p.lineFeeds(text)
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

// checkBytes complains of a line that has what a playlist's characters must not be. Tabs are left to
// whoever reads the line: one attribute may hold them, everywhere else they are white space.
func (p *parser) checkBytes(line string) {
	const ones = 0x0101010101010101
	var all, odd uint64
	i := 0
	for ; i+8 <= len(line); i += 8 {
		v := uint64(line[i]) | uint64(line[i+1])<<8 | uint64(line[i+2])<<16 | uint64(line[i+3])<<24 |
			uint64(line[i+4])<<32 | uint64(line[i+5])<<40 | uint64(line[i+6])<<48 | uint64(line[i+7])<<56
		all |= v
		del := v ^ 0x7f*ones
		odd |= (v-0x20*ones)&^v | (del-ones)&^del // a byte below 0x20, or 0x7f: the high bit of some byte
	}
	for ; i < len(line); i++ {
		c := line[i]
		all |= uint64(c)
		if c < ' ' || c == 0x7f {
			odd |= 0x80
		}
	}
	if (all|odd)&(0x80*ones) != 0 {
		p.checkRunes(line)
	}
}

// checkRunes is checkBytes for lines that are not plain ASCII.
func (p *parser) checkRunes(line string) {
	if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r >= 0x7f && r <= 0x9f }) {
		p.must("4.1", "the text has a control character")
	}
	if !utf8.ValidString(line) {
		p.must("4.1", "the text is not UTF-8")
	} else if !norm.NFC.IsNormalString(line) {
		p.must("4.1", "the text is not in Unicode normalization form C")
	}
}
