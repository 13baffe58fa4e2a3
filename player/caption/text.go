package caption

import (
	"html"
	"slices"
	"strings"
)

// maxNesting is how deep tags may stand in each other; deeper ones style nothing.
const maxNesting = 32

// colours are the classes that give text a colour. WebVTT, 5.
var colours = []string{"white", "lime", "cyan", "red", "yellow", "magenta", "blue", "black"}

// element is an open tag.
type element struct {
	name  string
	style Span // of the text within
}

// textReader reads the text of a cue. WebVTT, 6.4.
type textReader struct {
	lines [][]Span
	open  []element
	depth int // of tags beyond maxNesting
}

// parseText returns the lines of a cue's text, at least one.
func parseText(text string) [][]Span {
	r := &textReader{lines: [][]Span{nil}}
	for text != "" {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			r.text(text)
			break
		}
		r.text(text[:i])
		tag, rest, ok := strings.Cut(text[i+1:], ">")
		if !ok {
			break // a tag without an end takes the rest
		}
		r.tag(tag)
		text = rest
	}
	return r.lines
}

// style is that of the text that comes next.
func (r *textReader) style() Span {
	if n := len(r.open); n > 0 {
		return r.open[n-1].style
	}
	return Span{}
}

// text adds text in the style in force.
func (r *textReader) text(text string) {
	text = html.UnescapeString(text)
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			r.lines = append(r.lines, nil)
		}
		if line == "" {
			continue
		}
		span := r.style()
		span.Text = strings.ReplaceAll(line, "\t", " ")
		last := &r.lines[len(r.lines)-1]
		*last = append(*last, span)
	}
}

// tag opens or closes an element.
func (r *textReader) tag(tag string) {
	if name, ok := strings.CutPrefix(tag, "/"); ok {
		r.close(strings.TrimSpace(name))
		return
	}
	head, annotation, _ := strings.Cut(tag, " ")
	name, classes, _ := strings.Cut(head, ".")
	style := r.style()
	switch name {
	case "b":
		style.Bold = true
	case "i":
		style.Italic = true
	case "u":
		style.Underline = true
	case "v":
		style.Voice = strings.TrimSpace(html.UnescapeString(annotation))
	case "c", "lang", "ruby", "rt":
	default:
		return // a time stamp, or nothing that is known
	}
	for class := range strings.SplitSeq(classes, ".") {
		if slices.Contains(colours, class) {
			style.Colour = class
		}
	}
	if len(r.open) == maxNesting {
		r.depth++
		return
	}
	r.open = append(r.open, element{name: name, style: style})
}

// close closes the innermost element, when that is the one.
func (r *textReader) close(name string) {
	if r.depth > 0 {
		r.depth--
		return
	}
	n := len(r.open)
	switch {
	case n == 0:
	case r.open[n-1].name == name:
		r.open = r.open[:n-1]
	case name == "ruby" && r.open[n-1].name == "rt":
		r.open = r.open[:max(n-2, 0)]
	}
}
