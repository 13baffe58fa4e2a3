package caption

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// Write writes cues as WebVTT, in their order.
func Write(w io.Writer, cues []Cue) error {
	out := bufio.NewWriter(w)
	_, err := out.WriteString("WEBVTT\n")
	for i := range cues {
		if err == nil {
			err = writeCue(out, &cues[i])
		}
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("write subtitles: %w", err)
	}
	return nil
}

func writeCue(out *bufio.Writer, c *Cue) error {
	_, err := fmt.Fprintf(out, "\n%s --> %s%s\n", clock(c.Start), clock(c.End), c.Settings)
	for _, line := range c.Lines {
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, markUp(line))
	}
	return err
}

// clock writes hh:mm:ss.ttt.
func clock(t time.Duration) string {
	ms := max(t, 0).Milliseconds()
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

// String writes the settings that are not the default, each with a space before it.
func (s Settings) String() string {
	var b strings.Builder
	if s.Vertical != "" {
		fmt.Fprintf(&b, " vertical:%s", s.Vertical)
	}
	switch {
	case s.HasLine && s.Percent:
		fmt.Fprintf(&b, " line:%g%%", s.Line)
	case s.HasLine:
		fmt.Fprintf(&b, " line:%g", s.Line)
	}
	if s.HasPosition {
		fmt.Fprintf(&b, " position:%g%%", s.Position)
	}
	if s.Size != 100 && s.Size != 0 {
		fmt.Fprintf(&b, " size:%g%%", s.Size)
	}
	if s.Align != "center" && s.Align != "" {
		fmt.Fprintf(&b, " align:%s", s.Align)
	}
	return b.String()
}

var escapeText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// markUp writes a line with its tags. A line without text is a space: an empty one would end the cue.
func markUp(line []Span) string {
	var b strings.Builder
	for _, span := range line {
		opened := []string{}
		open := func(tag, name string) {
			b.WriteString("<" + tag + ">")
			opened = append(opened, name)
		}
		if span.Voice != "" {
			open("v "+escapeText.Replace(span.Voice), "v")
		}
		if span.Colour != "" {
			open("c."+span.Colour, "c")
		}
		for _, style := range []struct {
			on   bool
			name string
		}{{span.Bold, "b"}, {span.Italic, "i"}, {span.Underline, "u"}} {
			if style.on {
				open(style.name, style.name)
			}
		}
		b.WriteString(escapeText.Replace(span.Text))
		for i := len(opened) - 1; i >= 0; i-- {
			b.WriteString("</" + opened[i] + ">")
		}
	}
	if strings.TrimSpace(b.String()) == "" {
		return " "
	}
	return b.String()
}
