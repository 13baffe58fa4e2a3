package ui

import (
	"fyne.io/fyne/v2"

	"latchkey/ui/theme"
)

const (
	minWidth  = 480
	minHeight = 320
	topHeight = 44
	toastTop  = 76
)

// stage places the window's layers: some fill it, the others float.
type stage struct {
	w    *window
	full []fyne.CanvasObject
}

// MinSize returns the least size of the window.
func (s stage) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(minWidth, minHeight) }

// Layout places everything.
func (s stage) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	for _, o := range s.full {
		o.Resize(size)
		o.Move(fyne.NewPos(0, 0))
	}
	s.w.bar.Place(size)
	s.w.top.Resize(fyne.NewSize(size.Width-2*theme.GapLarge, topHeight))
	s.w.top.Move(fyne.NewPos(theme.GapLarge, theme.GapLarge))
	middle(s.w.spinner, size)
	middle(s.w.replay, size)
	s.w.layoutToast()
	s.w.layoutInformation()
	s.w.layoutPane()
}

func middle(o fyne.CanvasObject, size fyne.Size) {
	m := o.MinSize()
	o.Resize(m)
	o.Move(fyne.NewPos((size.Width-m.Width)/2, max((size.Height-m.Height)/2, 0)))
}

// layoutPane puts the card on top, if there is one, in the middle of the window.
func (w *window) layoutPane() {
	if w.pane != nil && w.root != nil {
		middle(w.pane, w.root.Size())
		w.pane.Refresh()
	}
}

// layoutToast puts the toast below the window's upper end.
func (w *window) layoutToast() {
	m := w.toast.MinSize()
	w.toast.Resize(m)
	w.toast.Move(fyne.NewPos((w.root.Size().Width-m.Width)/2, toastTop))
}

// replayLayout puts a way back below the large button.
type replayLayout struct{ again, back fyne.CanvasObject }

// MinSize returns the room of both.
func (l replayLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	a, b := l.again.MinSize(), l.back.MinSize()
	return fyne.NewSize(max(a.Width, b.Width), a.Height+theme.Margin+b.Height)
}

// Layout places both in the middle.
func (l replayLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	a, b := l.again.MinSize(), l.back.MinSize()
	l.again.Resize(a)
	l.again.Move(fyne.NewPos((s.Width-a.Width)/2, 0))
	l.back.Resize(b)
	l.back.Move(fyne.NewPos((s.Width-b.Width)/2, a.Height+theme.Margin))
}
