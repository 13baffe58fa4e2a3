package caption

import (
	"bytes"
	"html"
	"slices"
	"strings"
)

// Limits of a cue's text.
const (
	maxNesting = 32  // how deep tags may stand in each other; deeper ones style nothing
	maxLines   = 32  // more than fit on a screen; the rest is cut off
	maxSpans   = 512 // runs of text in one style; the rest is cut off
)

// colours are the classes that give text a colour. WebVTT, 5.
var colours = []string{"white", "lime", "cyan", "red", "yellow", "magenta", "blue", "black"}

// element is an open tag.
type element struct {
	name  string
	style Span // of the text within
}

// textReader reads the text of one cue after another. WebVTT, 6.4.
type textReader struct {
	text  []byte // of all runs
	runs  []run
	line  int // the current one
	open  []element
	depth int  // of tags beyond maxNesting
	cut   bool // there is more than fits
}

// run is a Span whose text is not made yet.
type run struct {
	style    Span
	from, to int // in the reader's text
	line     int
}

// read returns the lines of a cue's text, at least one. cut says that there is more of it; shows,
// that there is something to read in the lines.
func (r *textReader) read(text string) (lines [][]Span, cut, shows bool) {
	r.reset()
	for text != "" && !r.cut {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			r.add(text)
			break
		}
		r.add(text[:i])
		tag, rest, ok := strings.Cut(text[i+1:], ">")
		if !ok {
			break // a tag without an end takes the rest
		}
		r.tag(tag)
		text = rest
	}
	return r.result()
}

// reset begins another cue.
func (r *textReader) reset() {
	*r = textReader{text: r.text[:0], runs: r.runs[:0], open: r.open[:0]}
}

// result returns what read does.
func (r *textReader) result() (lines [][]Span, cut, shows bool) {
	return r.lines(), r.cut, len(bytes.TrimSpace(r.text)) > 0
}

// lines makes the spans of the runs, which share one copy of the text.
func (r *textReader) lines() [][]Span {
	all := string(r.text)
	spans := make([]Span, len(r.runs))
	lines := make([][]Span, r.line+1)
	for i, run := range r.runs {
		spans[i] = run.style
		spans[i].Text = all[run.from:run.to]
		if n := len(lines[run.line]); n == 0 {
			lines[run.line] = spans[i : i+1 : i+1]
		} else {
			lines[run.line] = spans[i-n : i+1 : i+1]
		}
	}
	return lines
}

// style is that of the text that comes next.
func (r *textReader) style() Span {
	if n := len(r.open); n > 0 {
		return r.open[n-1].style
	}
	return Span{}
}

// add adds text in the style in force.
func (r *textReader) add(text string) { r.put(html.UnescapeString(text), r.style()) }

// put adds text in a style.
func (r *textReader) put(text string, style Span) {
	first := true
	for line := range strings.SplitSeq(text, "\n") {
		if !first && r.line+1 == maxLines || line != "" && len(r.runs) == maxSpans {
			r.cut = true
			return
		}
		if !first {
			r.line++
		}
		first = false
		if line == "" {
			continue
		}
		from := len(r.text)
		r.text = append(r.text, strings.ReplaceAll(line, "\t", " ")...)
		r.runs = append(r.runs, run{style: style, from: from, to: len(r.text), line: r.line})
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
		style.Voice = voice(annotation)
	case "c", "lang", "ruby", "rt":
	default:
		return // a time stamp, or nothing that is known
	}
	for class := range strings.SplitSeq(classes, ".") {
		if i := slices.Index(colours, class); i >= 0 {
			style.Colour = colours[i]
		}
	}
	if len(r.open) == maxNesting {
		r.depth++
		return
	}
	r.open = append(r.open, element{name: name, style: style})
}

// voice reads who speaks. The result keeps nothing else of the file.
func voice(annotation string) string {
	name := strings.TrimSpace(html.UnescapeString(annotation))
	return strings.Clone(strings.ToValidUTF8(name[:min(len(name), maxNameBytes)], ""))
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
