package hls

import (
	"strings"
)

// Limits of variables.
const (
	maxVariables        = 1000
	maxSubstitutedBytes = maxURIBytes // of one element after its variables were replaced
)

// define reads EXT-X-DEFINE. Second edition, 4.4.2.3. A definition that cannot be had is an error in
// tolerant mode, too: the URIs made with it would be wrong.
func (p *parser) define(text string) {
	const clause = "bis 4.4.2.3"
	a := p.attributes(text, clause)
	if a.ignore {
		return
	}
	p.needs(8, "7", "EXT-X-DEFINE")
	kinds := 0
	for _, kind := range []string{"NAME", "IMPORT", "QUERYPARAM"} {
		if a.has(kind) {
			kinds++
		}
	}
	if kinds != 1 {
		p.fatal(clause, "EXT-X-DEFINE has not exactly one of NAME, IMPORT and QUERYPARAM")
		return
	}
	var name, value string
	switch {
	case a.has("NAME"):
		name = a.text("NAME")
		if !a.has("VALUE") {
			p.fatal(clause, "EXT-X-DEFINE has a NAME without a VALUE")
			return
		}
		value = a.textOrEmpty("VALUE")
	case a.has("IMPORT"):
		name = a.text("IMPORT")
		if p.importLine == 0 {
			p.importLine = p.line
		}
		imported, ok := p.opts.Variables[name]
		if !ok || !isVariableValue(imported) {
			p.fatal(clause, "EXT-X-DEFINE imports a variable that the multivariant playlist does not define")
			return
		}
		value = imported
	default:
		name = a.text("QUERYPARAM")
		p.needs(11, "7", "EXT-X-DEFINE with QUERYPARAM")
		parameter, ok := p.resolver.query(name)
		if !ok || !isVariableValue(parameter) {
			p.fatal(clause, "EXT-X-DEFINE names a query parameter that the playlist's URI does not have")
			return
		}
		value = parameter
	}
	if !isVariableName(name) {
		p.must(clause, "a variable name has characters other than a-z, A-Z, 0-9, '-' and '_'")
	}
	if _, twice := p.variables[name]; twice {
		p.fatal(clause, "a variable is defined twice")
		return
	}
	if len(p.variables) >= maxVariables {
		p.tooLarge("the playlist defines more than %d variables", maxVariables)
		return
	}
	if p.variables == nil {
		p.variables = make(map[string]string)
	}
	p.variables[name] = value
}

func isVariableName(s string) bool {
	for i := range len(s) {
		if !isVariableByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isVariableByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// isVariableValue says whether a value from elsewhere could stand in a quoted string.
func isVariableValue(s string) bool {
	return len(s) <= maxSubstitutedBytes && !strings.ContainsAny(s, "\r\n\"")
}

// substitute replaces the variable references of an element. Second edition, 4.3 and 6.3.1. What it puts
// in is not looked at again.
func (p *parser) substitute(s string) string {
	start := strings.Index(s, "{$")
	if start < 0 {
		return s
	}
	var b strings.Builder
	for start >= 0 {
		b.WriteString(s[:start])
		s = s[start:]
		end := 2
		for end < len(s) && isVariableByte(s[end]) {
			end++
		}
		if end == 2 || end == len(s) || s[end] != '}' {
			b.WriteString("{$") // no reference
			s = s[2:]
		} else {
			value, ok := p.variables[s[2:end]]
			if !ok {
				p.fatal("bis 6.3.1", "a variable is used that no EXT-X-DEFINE before it defines")
				return ""
			}
			b.WriteString(value)
			s = s[end+1:]
		}
		if b.Len()+len(s) > maxSubstitutedBytes {
			p.tooLarge("a line is longer than %d bytes with its variables replaced", maxSubstitutedBytes)
			return ""
		}
		start = strings.Index(s, "{$")
	}
	b.WriteString(s)
	p.charge(b.Len())
	return b.String()
}
