package hls

import (
	"strings"
	"time"
)

// maxAttributes is the number of attributes that a tag may have.
const maxAttributes = 256

// attributes are the attributes of the tag on the parser's line. The list is good until the next tag.
type attributes struct {
	p      *parser
	clause string // the tag's
	list   []Attribute
	// ignore says that the tag is to be ignored: it has a value, or an attribute that is required to be
	// understood, that nobody here knows. Second edition, 6.3.1.
	ignore bool
}

// attributes reads an attribute list. RFC 8216, 4.2.
func (p *parser) attributes(text, clause string) *attributes {
	a := &p.attrs
	*a = attributes{p: p, clause: clause, list: a.list[:0]}
	if text == "" {
		p.must(clause, "the tag has no attributes")
	}
	for i := 0; i < len(text); {
		i = a.scan(text, i)
		if len(a.list) > maxAttributes {
			p.tooLarge("a tag has more than %d attributes", maxAttributes)
			return a
		}
	}
	return a
}

// scan reads the attribute that begins at i and returns where the next one begins.
func (a *attributes) scan(text string, i int) int {
	p := a.p
	start := i
	i = skipSpace(text, i)
	if i > start {
		p.must("4.2", "white space in an attribute list")
	}
	if i == len(text) {
		return i
	}
	end := strings.IndexAny(text[i:], "=,")
	if end < 0 || text[i+end] == ',' {
		p.must("4.2", "an attribute has no value")
		if end < 0 {
			return len(text)
		}
		return i + end + 1
	}
	name := text[i : i+end]
	if trimmed := strings.TrimSpace(name); trimmed != name {
		p.must("4.2", "white space in an attribute list")
		name = trimmed
	}
	if !isAttributeName(name) {
		p.must("4.2", "an attribute name has characters other than A-Z, 0-9 and '-'")
	}
	i += end + 1
	if next := skipSpace(text, i); next > i {
		p.must("4.2", "white space in an attribute list")
		i = next
	}
	value, quoted, i := a.scanValue(text, i)
	a.add(name, value, quoted)
	if i == len(text) && i > 0 && text[i-1] == ',' {
		p.must("4.2", "an attribute list ends with a comma")
	}
	return i
}

// scanValue reads the value that begins at i and returns where the next attribute begins.
func (a *attributes) scanValue(text string, i int) (value string, quoted bool, next int) {
	p := a.p
	if i < len(text) && text[i] == '"' {
		end := strings.IndexByte(text[i+1:], '"')
		if end < 0 {
			p.must("4.2", "a quoted string is not closed")
			return text[i+1:], true, len(text)
		}
		value = text[i+1 : i+1+end]
		i += end + 2
		comma := strings.IndexByte(text[i:], ',')
		if comma < 0 {
			comma = len(text) - i
		}
		if comma > 0 {
			p.must("4.2", "something stands between a quoted string and the next comma")
		}
		return value, true, min(i+comma+1, len(text)+1)
	}
	end := strings.IndexByte(text[i:], ',')
	if end < 0 {
		end = len(text) - i
	}
	value = text[i : i+end]
	if trimmed := strings.TrimSpace(value); trimmed != value {
		p.must("4.2", "white space in an attribute list")
		value = trimmed
	}
	if value == "" {
		p.must("4.2", "an attribute has no value")
	}
	return value, false, i + end + 1
}

// add keeps an attribute; of two with one name the last counts.
func (a *attributes) add(name, value string, quoted bool) {
	for i := range a.list {
		if a.list[i].Name == name {
			a.p.must("4.2", "the attribute %s stands twice in a tag", known(name))
			a.list[i].Value, a.list[i].Quoted = value, quoted
			return
		}
	}
	if strings.HasPrefix(name, "REQ-") {
		a.p.needs(12, "7", "an attribute whose name begins with REQ-")
		if name != "REQ-VIDEO-LAYOUT" {
			a.p.should("bis 6.3.1", "a tag with an unknown REQ- attribute is ignored")
			a.ignore = true
		}
	}
	a.list = append(a.list, Attribute{Name: name, Value: value, Quoted: quoted})
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

func isAttributeName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != ""
}

// known returns a name that may be shown: what a playlist calls an attribute, cut to a sane length.
func known(name string) string {
	const longest = 40
	if len(name) > longest || !isAttributeName(name) {
		return "of an unknown name"
	}
	return name
}

func (a *attributes) find(name string) *Attribute {
	for i := range a.list {
		if a.list[i].Name == name {
			return &a.list[i]
		}
	}
	return nil
}

func (a *attributes) has(name string) bool { return a.find(name) != nil }

// require complains of each name that is missing and says whether none is.
func (a *attributes) require(names ...string) bool {
	complete := true
	for _, name := range names {
		if !a.has(name) {
			a.p.must(a.clause, "%s is missing", name)
			complete = false
		}
	}
	return complete
}

// forbid complains of each name that is there.
func (a *attributes) forbid(because string, names ...string) {
	for _, name := range names {
		if a.has(name) {
			a.p.must(a.clause, "%s must not be there %s", name, because)
		}
	}
}

// text returns a quoted string with its variables replaced, empty when absent.
func (a *attributes) text(name string) string { return a.quoted(name, false) }

// textOrEmpty is text for the quoted strings that may be empty.
func (a *attributes) textOrEmpty(name string) string { return a.quoted(name, true) }

func (a *attributes) quoted(name string, mayBeEmpty bool) string {
	at := a.find(name)
	if at == nil {
		return ""
	}
	if !at.Quoted {
		a.p.must("4.2", "%s is not a quoted string", name)
	} else if at.Value == "" && !mayBeEmpty {
		a.p.must("bis 4.2", "%s is empty", name)
	}
	// A quoted string holds no quotation mark: one of a value that is only half quoted, or of a variable, is left out. RFC 8216, 4.2.
	return strings.Clone(strings.ReplaceAll(a.p.substitute(at.Value), `"`, ""))
}

// uri returns a quoted URI, resolved, empty when absent.
func (a *attributes) uri(name string) string {
	if text := strings.TrimSpace(a.text(name)); text != "" {
		return a.p.resolve(text)
	}
	return ""
}

// hex complains of an attribute that is there and no hexadecimal-sequence.
func (a *attributes) hex(name string) {
	at := a.find(name)
	if at == nil {
		return
	}
	if at.Quoted {
		a.p.must("4.2", "%s is a quoted string", name)
	}
	_, legal, ok := hexDigits(a.p.substitute(at.Value))
	switch {
	case !ok:
		a.p.must("4.2", "%s is not a hexadecimal number", name)
	case !legal:
		a.p.should("4.2", "%s has hexadecimal digits in lower case", name)
	}
}

// hexDigits returns what follows 0x; legal says that the letters are capitals.
func hexDigits(s string) (digits string, legal, ok bool) {
	if len(s) < 3 || s[0] != '0' || s[1] != 'x' && s[1] != 'X' {
		return "", false, false
	}
	legal = true
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'F':
		case c >= 'a' && c <= 'f':
			legal = false
		default:
			return "", false, false
		}
	}
	return s[2:], legal, true
}

// word returns an enumerated-string, empty when absent. Any value is taken.
func (a *attributes) word(name string) string {
	at := a.find(name)
	if at == nil {
		return ""
	}
	if at.Quoted {
		a.p.must("4.2", "%s is a quoted string", name)
	}
	return strings.Clone(at.Value)
}

// enum is word for the attributes whose unknown values make the tag one to be ignored.
func (a *attributes) enum(name string, values ...string) string {
	if !a.has(name) {
		return ""
	}
	word := a.word(name)
	for _, v := range values {
		if word == v {
			return v
		}
	}
	for _, v := range values {
		if strings.EqualFold(word, v) {
			a.p.must("4.2", "%s is not in capitals", name)
			return v
		}
	}
	a.p.should("bis 6.3.1", "a tag is ignored: its value of %s is unknown", name)
	a.ignore = true
	return ""
}

// yes returns whether an attribute of YES or NO is YES.
func (a *attributes) yes(name string) bool { return a.enum(name, "YES", "NO") == "YES" }

// integer returns a decimal-integer; ok is false when it is absent or no number.
func (a *attributes) integer(name string) (n uint64, ok bool) {
	at := a.find(name)
	if at == nil {
		return 0, false
	}
	if at.Quoted {
		a.p.must("4.2", "%s is a quoted string", name)
	}
	n, ok = parseInteger(at.Value)
	if !ok {
		a.p.must("4.2", "%s is not a whole number", name)
		f, _, readable := parseDecimal(at.Value, false)
		if readable && f >= 0 && f < 1<<53 {
			return uint64(f), true
		}
	}
	return n, ok
}

// bounded is integer with an upper limit, beyond which the attribute counts as absent.
func (a *attributes) bounded(name string, limit uint64) (n int64, ok bool) {
	u, ok := a.integer(name)
	if ok && u > limit {
		a.p.must("4.2", "%s is out of range", name)
		return 0, false
	}
	return int64(u), ok
}

// decimal returns a (signed) decimal-floating-point; ok is false when it is absent or no number.
func (a *attributes) decimal(name string, signed bool) (f float64, ok bool) {
	at := a.find(name)
	if at == nil {
		return 0, false
	}
	if at.Quoted {
		a.p.must("4.2", "%s is a quoted string", name)
	}
	f, legal, ok := parseDecimal(at.Value, signed)
	if !legal {
		a.p.must("4.2", "%s is not a decimal number", name)
	}
	if ok && (f < 0 && !signed || f > maxSeconds || f < -maxSeconds) {
		if legal {
			a.p.must("4.2", "%s is out of range", name)
		}
		return 0, false
	}
	return f, ok
}

// duration returns a decimal number of seconds.
func (a *attributes) duration(name string) (d time.Duration, ok bool) {
	f, ok := a.decimal(name, false)
	return seconds(f), ok
}
