package caption

import (
	"strings"
	"time"
)

// Cue is a text with the time that it is shown in. WebVTT, 3.1.
type Cue struct {
	// ID is the cue's name, often empty.
	ID string
	// Start and End are the times of the file, or what the caller has made of them. End is after Start.
	Start, End time.Duration
	// Settings say where the cue stands.
	Settings Settings
	// Lines are the text, at least one line, in runs of one style each. A line may be empty.
	Lines [][]Span
}

// Span is a run of text in one style.
type Span struct {
	Text                    string
	Bold, Italic, Underline bool
	// Colour is one of the colours that a class can give: white, lime, cyan, red, yellow, magenta, blue, black; empty without one. WebVTT, 5.
	Colour string
	// Voice is who speaks, empty when unknown.
	Voice string
}

// Settings are a cue's place. The zero value is what holds without settings: at the bottom, in the middle. WebVTT, 6.3.
type Settings struct {
	// Vertical is "rl" or "lr", or empty for horizontal text.
	Vertical string
	// Line is where the cue stands, when HasLine: as a percentage of the picture's height with Percent, else as a line number that counts from the
	// top, or, when negative, from the bottom.
	Line             float64
	HasLine, Percent bool
	// Position is a percentage of the width, when HasPosition.
	Position    float64
	HasPosition bool
	// Size is a percentage of the width, 100 by default.
	Size float64
	// Align is "start", "center", "end", "left" or "right".
	Align string
}

// What the parts of a cue take, in bytes, without their text.
const (
	cueBytes  = 128
	lineBytes = 24
	spanBytes = 56
)

// Size returns how many bytes the cue takes.
func (c *Cue) Size() int {
	size := cueBytes + len(c.ID) + lineBytes*len(c.Lines)
	for _, line := range c.Lines {
		for i := range line {
			size += spanBytes + len(line[i].Text) + len(line[i].Voice)
		}
	}
	return size
}

// Text returns the cue's text without its styles.
func (c *Cue) Text() string {
	var b strings.Builder
	for i, line := range c.Lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, span := range line {
			b.WriteString(span.Text)
		}
	}
	return b.String()
}
