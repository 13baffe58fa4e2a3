package ui

import (
	"slices"

	"fyne.io/fyne/v2"
)

// layers tells whether something was shown or hidden since the tick before, so that the window is
// painted then. Fyne 2.8 does not do it: Show and Hide of containers and canvas objects ask for no
// painting at all, and Refresh of an object asks for it only if Fyne has painted that object within
// the last minute.
type layers struct {
	before []bool // by object, in the order of visit
	after  []bool
}

// changed reports whether the visibility of root's objects differs from the call before. It looks into
// containers, not into widgets, and not into what is hidden.
func (l *layers) changed(root fyne.CanvasObject) bool {
	l.after = visit(l.after[:0], root)
	same := slices.Equal(l.before, l.after)
	l.before, l.after = l.after, l.before
	return !same
}

func visit(list []bool, o fyne.CanvasObject) []bool {
	list = append(list, o.Visible())
	if c, ok := o.(*fyne.Container); ok && c.Visible() {
		for _, child := range c.Objects {
			list = visit(list, child)
		}
	}
	return list
}

// paint has the whole window painted at the end of this tick. Textures that were made are used again.
func paint(c fyne.Canvas) {
	if c, ok := c.(interface{ SetDirty() }); ok {
		c.SetDirty()
		return
	}
	c.Refresh(c.Content())
}
