package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Surface is an invisible area that takes what the pointer does where no control is: the picture's, or
// a panel's, so that a click beside its buttons does not reach the picture.
type Surface struct {
	widget.BaseWidget

	hooks   Hooks
	tapped  func()
	doubled func()
	scroll  func(volume float64)
	over    bool
}

// DoubleSurface is a Surface that tells double clicks from clicks. Its single click is reported after
// the system's double click delay.
type DoubleSurface struct {
	Surface
}

// NewSurface returns an area that swallows clicks and wheel.
func NewSurface(hooks Hooks) *Surface {
	s := &Surface{hooks: hooks}
	s.ExtendBaseWidget(s)
	return s
}

// NewDoubleSurface returns an area with actions for click, double click and wheel (a change of volume).
func NewDoubleSurface(hooks Hooks, tapped, doubled func(), scroll func(volume float64)) *DoubleSurface {
	s := &DoubleSurface{Surface{hooks: hooks, tapped: tapped, doubled: doubled, scroll: scroll}}
	s.ExtendBaseWidget(s)
	return s
}

// Over says whether the pointer was last seen here rather than over a control.
func (s *Surface) Over() bool { return s.over }

// Tapped implements fyne.Tappable.
func (s *Surface) Tapped(*fyne.PointEvent) {
	if s.tapped != nil {
		s.tapped()
	}
}

// DoubleTapped implements fyne.DoubleTappable.
func (s *DoubleSurface) DoubleTapped(*fyne.PointEvent) { s.doubled() }

// Scrolled implements fyne.Scrollable.
func (s *Surface) Scrolled(e *fyne.ScrollEvent) {
	s.hooks.moved()
	if step := scrollStep(e); s.scroll != nil && step != 0 {
		s.scroll(step)
	}
}

// MouseIn implements desktop.Hoverable.
func (s *Surface) MouseIn(*desktop.MouseEvent) { s.over = true; s.hooks.moved() }

// MouseMoved implements desktop.Hoverable.
func (s *Surface) MouseMoved(*desktop.MouseEvent) { s.hooks.moved() }

// MouseOut implements desktop.Hoverable.
func (s *Surface) MouseOut() { s.over = false }

// CreateRenderer implements fyne.Widget.
func (s *Surface) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{})
}
