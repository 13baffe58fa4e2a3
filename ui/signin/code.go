package signin

import (
	"fmt"
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"latchkey/network/auth"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	qrSide   = 168 // of the picture with its quiet zone
	codeSide = 26  // the text size of a device code; a longer one is set smaller
	codeGap  = 20
	// codePadding is above and below the code in its well.
	codePadding = 12
)

// code is a device code on the sheet.
type code struct {
	expires time.Time
	left    *canvas.Text
}

// Code shows a device code: what to enter, where, a picture for a telephone's camera, and how long it is good for.
func (s *Sheet) Code(d auth.DeviceCode) {
	s.begin("Sign in on another device", "Open the address on a telephone or another computer and enter the code.")
	target := d.Complete
	if target == "" {
		target = d.Page
	}
	s.code = &code{expires: d.Expires, left: theme.Text("", theme.SizeBody, theme.Faint)}
	s.code.left.Alignment = fyne.TextAlignCenter
	address := controls.NewParagraph(controls.CardWidth, theme.SizeStrong, theme.Accent, fyne.TextAlignCenter)
	address.SetText(shown(d.Page))
	shape := &codeLayout{width: controls.CardWidth, address: address, left: s.code.left}
	shape.text, shape.well = largeCode(d.Code)
	objects := []fyne.CanvasObject{address, shape.well, shape.text, shape.left}
	if img, err := qrPicture(target); err == nil {
		shape.picture = framed(img)
		objects = append(objects, shape.picture)
	}
	body := container.New(shape, objects...)
	here := controls.NewButton("Open it here", icon.Globe, controls.Secondary, s.hooks, func() { s.actions.Open(target) })
	s.put(controls.Badge(icon.Device, theme.Accent), s.title, s.reason, body, controls.Columns(here, s.copyButton("Copy the code", d.Code)), s.cancel)
	s.code.step(time.Now())
}

// step counts down. Only a change is painted.
func (c *code) step(now time.Time) {
	text := ""
	if !c.expires.IsZero() {
		left := max(c.expires.Sub(now), 0).Round(time.Second)
		text = fmt.Sprintf("Good for %d:%02d", int(left/time.Minute), int(left%time.Minute/time.Second))
		if left == 0 {
			text = "The code has expired"
		}
	}
	if c.left.Text != text {
		c.left.Text = text
		c.left.Refresh()
	}
}

// largeCode is a code and the well it stands in.
func largeCode(text string) (*canvas.Text, *canvas.Rectangle) {
	t := &canvas.Text{Text: text, TextSize: codeSide, Color: theme.Foreground, Alignment: fyne.TextAlignCenter,
		TextStyle: fyne.TextStyle{Bold: true, Monospace: true}}
	well := canvas.NewRectangle(theme.Background)
	well.CornerRadius = theme.RadiusButton
	well.StrokeColor, well.StrokeWidth = theme.Outline, 1
	return t, well
}

// codeLayout puts the picture beside address, code and time, or above them where the card is narrow.
type codeLayout struct {
	width   float32
	picture fyne.CanvasObject // nil: there is none
	address *controls.Paragraph
	well    *canvas.Rectangle
	text    *canvas.Text
	left    *canvas.Text
}

// Fit sets the width that there is; the code is set as large as it allows.
func (l *codeLayout) Fit(width float32) {
	l.width = width
	l.address.Fit(l.words())
	l.text.TextSize = codeSide
	for l.text.MinSize().Width > l.words()-2*theme.GapLarge && l.text.TextSize > theme.SizeCaption {
		l.text.TextSize--
	}
}

func (l *codeLayout) beside() bool { return l.picture != nil && l.width >= controls.CardWidth }

// words is the width of address, code and time.
func (l *codeLayout) words() float32 {
	if l.beside() {
		return l.width - qrSide - codeGap
	}
	return l.width
}

// high is the height of address, code and time.
func (l *codeLayout) high() float32 {
	return l.address.MinSize().Height + l.text.MinSize().Height + 2*codePadding + l.left.MinSize().Height + 2*theme.GapLarge
}

// MinSize returns the room of all.
func (l *codeLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	switch {
	case l.beside():
		return fyne.NewSize(0, max(qrSide, l.high()))
	case l.picture != nil:
		return fyne.NewSize(0, qrSide+theme.GapLarge+l.high())
	}
	return fyne.NewSize(0, l.high())
}

// Layout places all.
func (l *codeLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	x, y := float32(0), (size.Height-l.high())/2
	if l.picture != nil {
		l.picture.Resize(fyne.NewSquareSize(qrSide))
		l.picture.Move(fyne.NewPos(0, (size.Height-qrSide)/2))
		x = qrSide + codeGap
		if !l.beside() {
			l.picture.Move(fyne.NewPos((size.Width-qrSide)/2, 0))
			x, y = 0, qrSide+theme.GapLarge
		}
	}
	put := func(o fyne.CanvasObject, y, height float32) {
		o.Resize(fyne.NewSize(l.words(), height))
		o.Move(fyne.NewPos(x, y))
	}
	put(l.address, y, l.address.MinSize().Height)
	y += l.address.MinSize().Height + theme.GapLarge
	high := l.text.MinSize().Height + 2*codePadding
	put(l.well, y, high)
	put(l.text, y+codePadding, l.text.MinSize().Height)
	put(l.left, y+high+theme.GapLarge, l.left.MinSize().Height)
}

// framed is a QR picture on its white ground.
func framed(img image.Image) fyne.CanvasObject {
	picture := canvas.NewImageFromImage(img)
	picture.ScaleMode = canvas.ImageScalePixels
	picture.FillMode = canvas.ImageFillContain
	white := canvas.NewRectangle(qrGround)
	white.CornerRadius = theme.RadiusButton
	return container.NewGridWrap(fyne.NewSquareSize(qrSide), container.NewStack(white, picture))
}
