package controls

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// press is what can be clicked: it keeps whether the pointer is over it, whether it is held down and
// whether it has the keyboard, and has itself repainted when one of them changes.
type press struct {
	widget.BaseWidget

	hooks    Hooks
	tapped   func()
	repaint  func()
	hovered  bool
	held     bool
	focused  bool
	disabled bool
}

// MouseIn implements desktop.Hoverable.
func (p *press) MouseIn(*desktop.MouseEvent) { p.hooks.moved(); p.set(&p.hovered, true) }

// MouseMoved implements desktop.Hoverable.
func (p *press) MouseMoved(*desktop.MouseEvent) { p.hooks.moved() }

// MouseOut implements desktop.Hoverable.
func (p *press) MouseOut() { p.set(&p.held, false); p.set(&p.hovered, false) }

// MouseDown implements desktop.Mouseable.
func (p *press) MouseDown(*desktop.MouseEvent) { p.hooks.moved(); p.set(&p.held, true) }

// MouseUp implements desktop.Mouseable.
func (p *press) MouseUp(*desktop.MouseEvent) { p.set(&p.held, false) }

// FocusGained implements fyne.Focusable.
func (p *press) FocusGained() { p.hooks.moved(); p.set(&p.focused, true) }

// FocusLost implements fyne.Focusable.
func (p *press) FocusLost() { p.set(&p.focused, false) }

// TypedRune implements fyne.Focusable.
func (p *press) TypedRune(rune) {}

// TypedKey does what a click does for space and enter, and hands every other key on.
func (p *press) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		p.act()
	default:
		p.hooks.typed(e)
	}
}

// Tapped implements fyne.Tappable.
func (p *press) Tapped(*fyne.PointEvent) { p.act() }

// Cursor implements desktop.Cursorable.
func (p *press) Cursor() desktop.Cursor {
	if p.disabled {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// Disabled says whether clicks do nothing.
func (p *press) Disabled() bool { return p.disabled }

// SetDisabled makes clicks do nothing, or something again.
func (p *press) SetDisabled(disabled bool) { p.set(&p.disabled, disabled) }

func (p *press) act() {
	if !p.disabled && p.tapped != nil {
		p.tapped()
	}
}

func (p *press) set(what *bool, value bool) {
	if *what != value {
		*what = value
		p.repaint()
	}
}

// wash returns the tint that lies over a control by its state, or plain.
func (p *press) wash(plain, hover, held color.NRGBA) color.NRGBA {
	switch {
	case p.disabled:
		return plain
	case p.held:
		return held
	case p.hovered:
		return hover
	}
	return plain
}
