package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
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

// MakeLong has the field take text of several lines and show some of them. Lines come by pasting: Enter submits, as in any field.
func (f *Field) MakeLong(rows int) {
	f.MultiLine = true
	f.Wrapping = fyne.TextWrapBreak
	f.SetMinRowsVisible(rows)
}

// TypedKey implements fyne.Focusable.
func (f *Field) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeyEscape:
		f.hooks.typed(e)
	case f.MultiLine && !f.Disabled() && f.OnSubmitted != nil && (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter):
		f.OnSubmitted(f.Text)
	default:
		f.Entry.TypedKey(e)
	}
}

// TypedShortcut implements fyne.Shortcutable. Fyne gives a focused field every shortcut, the window's
// too.
func (f *Field) TypedShortcut(s fyne.Shortcut) {
	f.Entry.TypedShortcut(s)
	if custom, ok := s.(*desktop.CustomShortcut); ok && f.hooks.Shortcut != nil {
		f.hooks.Shortcut(custom)
	}
}
