package signin

import (
	"fmt"
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"latchkey/network/auth"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	qrSide   = 168 // of the picture with its quiet zone
	codeSide = 26  // the text size of a device code; a longer one is set smaller
	codeGap  = 20
)

// code is a device code on the sheet.
type code struct {
	expires time.Time
	left    *canvas.Text
}

// Code shows a device code: what to enter, where, a picture for a telephone's camera, and how long it is good for.
func (s *Sheet) Code(d auth.DeviceCode) {
	s.begin("Sign in on another device", "Open the address on a telephone or another computer and enter the code.")
	width := float32(controls.CardWidth)
	var picture fyne.CanvasObject
	target := d.Complete
	if target == "" {
		target = d.Page
	}
	if img, err := qrPicture(target); err == nil {
		picture = framed(img)
		width -= qrSide + codeGap
	}
	s.code = &code{expires: d.Expires, left: theme.Text("", theme.SizeBody, theme.Faint)}
	s.code.left.Alignment = fyne.TextAlignCenter
	address := controls.NewParagraph(width, theme.SizeStrong, theme.Accent, fyne.TextAlignCenter)
	address.SetText(shown(d.Page))
	words := container.New(layout.NewCustomPaddedVBoxLayout(theme.GapLarge), layout.NewSpacer(), address, largeCode(d.Code, width), s.code.left, layout.NewSpacer())
	var body fyne.CanvasObject = words
	if picture != nil {
		body = container.New(layout.NewCustomPaddedHBoxLayout(codeGap), picture, container.NewGridWrap(fyne.NewSize(width, qrSide), words))
	}
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

// largeCode is a code in a well, as large as the width allows.
func largeCode(text string, width float32) fyne.CanvasObject {
	t := &canvas.Text{Text: text, TextSize: codeSide, Color: theme.Foreground, Alignment: fyne.TextAlignCenter,
		TextStyle: fyne.TextStyle{Bold: true, Monospace: true}}
	for t.MinSize().Width > width-2*theme.GapLarge && t.TextSize > theme.SizeCaption {
		t.TextSize--
	}
	well := canvas.NewRectangle(theme.Background)
	well.CornerRadius = theme.RadiusButton
	well.StrokeColor, well.StrokeWidth = theme.Outline, 1
	return container.NewStack(well, container.New(layout.NewCustomPaddedLayout(12, 12, 0, 0), t))
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
