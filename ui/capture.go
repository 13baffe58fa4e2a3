package ui

import (
	"image"
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// lens takes the window's picture. Fyne's own Capture reads what is on the screen, and gets black where
// OpenGL runs on the CPU; what is being painted can be read everywhere. So the lens is the last thing that
// is painted, a pixel of nothing whose colour Fyne asks for when all the rest is there.
type lens struct {
	*canvas.Rectangle

	win  fyne.Window
	take func(image.Image) // what to do with the next picture; nil: none is wanted
}

func newLens(win fyne.Window) *lens {
	l := &lens{win: win}
	l.Rectangle = canvas.NewRectangle(lensColour{l})
	l.Resize(fyne.NewSquareSize(1))
	l.Hide()
	return l
}

// capture has take called with a picture of the window: at the next painting, or at once where that
// cannot be read.
func (l *lens) capture(take func(image.Image)) {
	if _, ok := l.win.(contextRunner); !ok || !canReadBack {
		take(l.win.Canvas().Capture())
		return
	}
	l.take = take
	l.Show()
	l.Refresh()
}

// lensColour is transparent, and looks when it is asked.
type lensColour struct{ l *lens }

// RGBA is called while Fyne paints.
func (c lensColour) RGBA() (r, g, b, a uint32) {
	if take := c.l.take; take != nil {
		c.l.take = nil
		size := c.l.win.Canvas().Size()
		width, height := c.l.win.Canvas().PixelCoordinateForPosition(fyne.NewPos(size.Width, size.Height))
		take(readBack(width, height))
	}
	return 0, 0, 0, 0
}

var _ color.Color = lensColour{}

// upright turns a picture whose rows run up, as OpenGL's do, and makes it opaque.
func upright(img *image.RGBA) *image.RGBA {
	height := img.Rect.Dy()
	row := make([]byte, img.Stride)
	for y := range height / 2 {
		top, bottom := img.Pix[y*img.Stride:][:img.Stride], img.Pix[(height-1-y)*img.Stride:][:img.Stride]
		copy(row, top)
		copy(top, bottom)
		copy(bottom, row)
	}
	for p := range slices.Chunk(img.Pix, 4) {
		p[3] = 0xff
	}
	return img
}
