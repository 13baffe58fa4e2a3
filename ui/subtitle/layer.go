// Package subtitle draws cues over the picture.
package subtitle

import (
	"image/color"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"latchkey/player/caption"
)

const (
	textShare   = 0.050 // of the layer's height: the size of text
	minText     = 13
	maxText     = 64
	widest      = 0.92 // of the layer's width: lines are broken there
	lowest      = 0.06 // of its height: the room below and above
	boxPadding  = 0.35 // of the size of text, left and right of a line
	lineSpacing = 1.0
)

// Limits of what is drawn at a time. The rest is left out: nobody could read it, and the window
// would stand still for as long as it takes.
const (
	maxRows     = 12  // lines from the top, and as many from the bottom
	maxRowRunes = 200 // characters of a line: some have no width
	maxWord     = 64  // characters without a space; a longer word is broken, since a texture cannot be of any width
)

var (
	boxColour  = color.NRGBA{A: 0xB8}
	textColour = color.NRGBA{R: 0xFF, G: 0xFF, B: 0xFF, A: 0xFF}
	// classes are the colours that a cue can ask for. WebVTT, 5.
	classes = map[string]color.NRGBA{
		"white": {0xFF, 0xFF, 0xFF, 0xFF}, "lime": {0x4C, 0xFF, 0x4C, 0xFF}, "cyan": {0x4C, 0xFF, 0xFF, 0xFF}, "red": {0xFF, 0x60, 0x60, 0xFF},
		"yellow": {0xFF, 0xFF, 0x4C, 0xFF}, "magenta": {0xFF, 0x70, 0xFF, 0xFF}, "blue": {0x80, 0x90, 0xFF, 0xFF}, "black": {0x20, 0x20, 0x20, 0xFF},
	}
)

// Layer fills the window and shows cues, each line on a dark box. It takes no clicks.
type Layer struct {
	widget.BaseWidget

	cues   []caption.Cue
	bottom float32 // kept free at the lower end, for the controls
	size   fyne.Size
	inner  *fyne.Container
}

// New returns a layer that shows nothing.
func New() *Layer {
	l := &Layer{inner: container.NewWithoutLayout()}
	l.ExtendBaseWidget(l)
	return l
}

// SetCues shows cues from now on, in their order, with room kept free below them. What is shown already is not drawn again.
func (l *Layer) SetCues(cues []caption.Cue, bottom float32) {
	same := slices.EqualFunc(cues, l.cues, sameCue)
	if same && (bottom == l.bottom || len(cues) == 0) {
		return
	}
	l.cues, l.bottom = slices.Clone(cues), bottom
	l.draw()
}

// sameCue says whether two cues look the same at the same time.
func sameCue(a, b caption.Cue) bool {
	return a.Start == b.Start && a.End == b.End && a.Settings == b.Settings && slices.EqualFunc(a.Lines, b.Lines, slices.Equal[[]caption.Span])
}

// Text returns what is shown, a cue a line.
func (l *Layer) Text() string {
	var lines []string
	for i := range l.cues {
		lines = append(lines, l.cues[i].Text())
	}
	return strings.Join(lines, "\n")
}

// row is a line as it is drawn.
type row struct {
	spans []caption.Span
	cue   *caption.Cue
}

// draw places all lines: those of cues that stand at the top from there down, the others from the bottom up.
func (l *Layer) draw() {
	l.inner.Objects = nil
	size := min(max(l.size.Height*textShare, minText), maxText)
	if l.size.Width > 0 {
		var top, low []row
		for i := range l.cues {
			cue := &l.cues[i]
			rows := &low
			if atTop(cue.Settings) {
				rows = &top
			}
			for _, line := range cue.Lines {
				if len(*rows) >= maxRows {
					break
				}
				for _, spans := range wrap(line, size, l.size.Width*widest, maxRows-len(*rows)) {
					*rows = append(*rows, row{spans, cue})
				}
			}
		}
		height := fyne.MeasureText("Ág", size, fyne.TextStyle{}).Height * lineSpacing
		y := l.size.Height * lowest
		for _, r := range top {
			l.drawRow(r, size, y, height)
			y += height
		}
		y = l.size.Height - max(l.size.Height*lowest, l.bottom) - float32(len(low))*height
		for _, r := range low {
			l.drawRow(r, size, y, height)
			y += height
		}
	}
	l.inner.Refresh()
}

// atTop says whether a cue stands in the upper half.
func atTop(s caption.Settings) bool {
	switch {
	case !s.HasLine:
		return false
	case s.Percent:
		return s.Line < 50
	}
	return s.Line >= 0 && s.Line < 8
}

// drawRow draws one line with its box.
func (l *Layer) drawRow(r row, size, y, height float32) {
	if len(r.spans) == 0 {
		return
	}
	width := float32(0)
	texts := make([]*canvas.Text, len(r.spans))
	for i, span := range r.spans {
		texts[i] = &canvas.Text{Text: span.Text, TextSize: size, Color: textColour,
			TextStyle: fyne.TextStyle{Bold: span.Bold, Italic: span.Italic, Underline: span.Underline}}
		if c, ok := classes[span.Colour]; ok {
			texts[i].Color = c
		}
		width += measure(span, size)
	}
	pad := size * boxPadding
	x := min(max(l.left(r.cue.Settings, width, pad), 0), max(l.size.Width-width, 0))
	box := canvas.NewRectangle(boxColour)
	box.CornerRadius = size / 6
	box.Move(fyne.NewPos(x-pad, y))
	box.Resize(fyne.NewSize(width+2*pad, height))
	l.inner.Objects = append(l.inner.Objects, box)
	for i, text := range texts {
		w := measure(r.spans[i], size)
		text.Move(fyne.NewPos(x, y))
		text.Resize(fyne.NewSize(w, height))
		l.inner.Objects = append(l.inner.Objects, text)
		x += w
	}
}

// left is where a line of a width begins. WebVTT, 7.2.
func (l *Layer) left(s caption.Settings, width, pad float32) float32 {
	anchor := l.size.Width / 2
	switch {
	case s.HasPosition:
		anchor = l.size.Width * float32(s.Position) / 100
	case s.Align == "start" || s.Align == "left":
		anchor = l.size.Width*(1-widest)/2 + pad
	case s.Align == "end" || s.Align == "right":
		anchor = l.size.Width*(1+widest)/2 - pad
	}
	switch s.Align {
	case "start", "left":
		return anchor
	case "end", "right":
		return anchor - width
	}
	return anchor - width/2
}

func measure(span caption.Span, size float32) float32 {
	return fyne.MeasureText(span.Text, size, fyne.TextStyle{Bold: span.Bold, Italic: span.Italic}).Width
}

// wrap breaks a line where it gets wider than the room, between words, into so many rows at most.
func wrap(line []caption.Span, size, room float32, most int) [][]caption.Span {
	rows := [][]caption.Span{nil}
	used, count := float32(0), 0 // of the last row: its width, and its characters
	for _, span := range line {
		for rest := span.Text; rest != ""; {
			piece := span
			var runes int
			piece.Text, rest, runes = word(rest)
			width := measure(piece, size)
			if count > 0 && (used+width > room || count+runes > maxRowRunes) {
				if len(rows) == most {
					return rows
				}
				rows = append(rows, nil)
				used, count = 0, 0
			}
			last := &rows[len(rows)-1]
			if n := len(*last); n > 0 && sameStyle((*last)[n-1], piece) {
				(*last)[n-1].Text += piece.Text
			} else {
				*last = append(*last, piece)
			}
			used, count = used+width, count+runes
		}
	}
	return rows
}

// word cuts the first word of a text off, with the space behind it, or what may be drawn of it in
// one piece.
func word(text string) (first, rest string, runes int) {
	for i, r := range text {
		switch {
		case runes == maxWord:
			return text[:i], text[i:], runes
		case r == ' ':
			return text[:i+1], text[i+1:], runes + 1
		}
		runes++
	}
	return text, "", runes
}

func sameStyle(a, b caption.Span) bool {
	a.Text, b.Text = "", ""
	return a == b
}

// CreateRenderer implements fyne.Widget.
func (l *Layer) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(place{l}, l.inner))
}

// place gives the lines all of the layer, and draws them anew when its size changes.
type place struct{ layer *Layer }

// MinSize returns nothing: the layer takes what it is given.
func (place) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// Layout implements fyne.Layout.
func (p place) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	p.layer.inner.Resize(size)
	if size != p.layer.size {
		p.layer.size = size
		p.layer.draw()
	}
}
