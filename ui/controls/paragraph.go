package controls

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/theme"
)

// Paragraph is text wrapped to a width.
type Paragraph struct {
	widget.BaseWidget

	text  string
	width float32
	size  float32
	ink   color.Color
	align fyne.TextAlign
	style fyne.TextStyle
	box   *fyne.Container
	high  float32
}

// NewParagraph returns an empty paragraph of a width.
func NewParagraph(width, size float32, ink color.Color, align fyne.TextAlign) *Paragraph {
	p := &Paragraph{width: width, size: size, ink: ink, align: align, box: &fyne.Container{}}
	p.ExtendBaseWidget(p)
	p.Hide()
	return p
}

// Text returns the paragraph's words.
func (p *Paragraph) Text() string { return p.text }

// SetText wraps new words. An empty paragraph hides itself.
func (p *Paragraph) SetText(s string) {
	if s == p.text {
		return
	}
	p.text = s
	p.wrap()
	setVisible(p, s != "")
	p.Refresh()
}

// Fit wraps the words to another width.
func (p *Paragraph) Fit(width float32) {
	if width != p.width && width > 0 {
		p.width = width
		p.wrap()
		p.Refresh()
	}
}

func (p *Paragraph) wrap() {
	p.box.Objects = nil
	y := float32(0)
	for _, line := range wrap(p.text, p.width, p.size, p.style) {
		t := theme.Text(line, p.size, p.ink)
		t.TextStyle = p.style
		t.Alignment = p.align
		h := t.MinSize().Height
		place(t, 0, y, p.width, h)
		y += h
		p.box.Objects = append(p.box.Objects, t)
	}
	p.high = y
	p.box.Resize(fyne.NewSize(p.width, y))
}

// MinSize implements fyne.CanvasObject.
func (p *Paragraph) MinSize() fyne.Size { return fyne.NewSize(p.width, p.high) }

// CreateRenderer implements fyne.Widget.
func (p *Paragraph) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.box) }

// wrap breaks text into lines that fit a width. A word that is wider than a line is broken where it must
// be, as addresses are.
func wrap(s string, width, size float32, style fyne.TextStyle) []string {
	fits := func(line string) bool {
		return fyne.MeasureText(line, size, style).Width <= width
	}
	var lines []string
	for part := range strings.SplitSeq(s, "\n") {
		line := ""
		for _, word := range strings.Fields(part) {
			next := strings.TrimSpace(line + " " + word)
			if fits(next) {
				line = next
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			for !fits(word) && len([]rune(word)) > 1 {
				runes := []rune(word)
				n := len(runes) - 1
				for n > 1 && !fits(string(runes[:n])) {
					n--
				}
				lines = append(lines, string(runes[:n]))
				word = string(runes[n:])
			}
			line = word
		}
		lines = append(lines, line)
	}
	return lines
}
