package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Field is a line to type into. Escape is the window's, wherever the focus is.
type Field struct {
	widget.Entry

	hooks Hooks
}

// NewField returns an empty field. hidden shows dots for what is typed.
func NewField(placeHolder string, hidden bool, hooks Hooks) *Field {
	f := &Field{hooks: hooks}
	f.PlaceHolder, f.Password = placeHolder, hidden
	f.ExtendBaseWidget(f)
	return f
}

// TypedKey implements fyne.Focusable.
func (f *Field) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyEscape {
		f.hooks.typed(e)
		return
	}
	f.Entry.TypedKey(e)
}
