package ui

import (
	"fyne.io/fyne/v2"

	"latchkey/ui/controls"
	"latchkey/ui/theme"
)

const (
	minWidth  = 400
	minHeight = 300
	topHeight = 44
	toastTop  = 76
	barTop    = 90 // of the bar, from the window's lower end
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
	s.w.layoutReplay()
	s.w.layoutToast()
	s.w.layoutInformation()
	s.w.layoutBanner()
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
		switch size := w.root.Size(); pane := w.pane.(type) {
		case *controls.Card:
			pane.Fit(size)
		default:
			w.files.Fit(size)
			w.requests.fit(size)
		}
		middle(w.pane, w.root.Size())
		w.pane.Refresh()
	}
}

// layoutToast puts the toast below the window's upper end.
func (w *window) layoutToast() {
	m := w.toast.MinSize()
	m.Width = min(m.Width, w.root.Size().Width-2*theme.GapLarge)
	w.toast.Resize(m)
	w.toast.Move(fyne.NewPos((w.root.Size().Width-m.Width)/2, toastTop))
}

// layoutReplay puts what stands at the end of a stream between title and bar.
func (w *window) layoutReplay() {
	r, size := w.replay, w.root.Size()
	r.fit(size.Width - 2*theme.GapLarge)
	m := r.MinSize()
	y := min((size.Height-m.Height)/2, size.Height-barTop-theme.Gap-m.Height)
	r.Resize(m)
	r.Move(fyne.NewPos((size.Width-m.Width)/2, max(y, theme.GapLarge+topHeight)))
}

// column puts what is visible below one another, in the middle.
type column struct{}

// MinSize returns the room of all.
func (column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if o.Visible() {
			m := o.MinSize()
			if size.Height > 0 {
				size.Height += theme.Margin
			}
			size = fyne.NewSize(max(size.Width, m.Width), size.Height+m.Height)
		}
	}
	return size
}

// Layout places all.
func (column) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if o.Visible() {
			m := o.MinSize()
			o.Resize(m)
			o.Move(fyne.NewPos((s.Width-m.Width)/2, y))
			y += m.Height + theme.Margin
		}
	}
}
