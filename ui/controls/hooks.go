package controls

import (
	"fyne.io/fyne/v2"
)

// Hooks are what every control tells the window besides its own action. The zero value tells nothing.
type Hooks struct {
	// Activity is called when the pointer moves over a control.
	Activity func()
	// Key is called with the keys that a focused control has no use for, so that shortcuts work wherever
	// the focus is.
	Key func(*fyne.KeyEvent)
	// Shortcut is called with a shortcut that a focused field was given and that may be the window's.
	Shortcut func(fyne.Shortcut)
}

func (h Hooks) moved() {
	if h.Activity != nil {
		h.Activity()
	}
}

func (h Hooks) typed(e *fyne.KeyEvent) {
	if h.Key != nil {
		h.Key(e)
	}
}

// arrangement is a layout made of two functions.
type arrangement struct {
	min func() fyne.Size
	lay func(fyne.Size)
}

// MinSize returns the least size.
func (a arrangement) MinSize([]fyne.CanvasObject) fyne.Size { return a.min() }

// Layout places the objects, which the function knows.
func (a arrangement) Layout(_ []fyne.CanvasObject, size fyne.Size) { a.lay(size) }

// place moves and resizes an object.
func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Resize(fyne.NewSize(w, h))
	o.Move(fyne.NewPos(x, y))
}
