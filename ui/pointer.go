package ui

import (
	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// pointer hides the mouse pointer over the window. Fyne asks a widget for its pointer only when the mouse
// moves, which is just what does not happen while a person watches; so it is done below Fyne, on the GLFW
// window that is current while Fyne lets a function use its OpenGL context. Under a driver without one
// (tests) nothing is done.
type pointer struct {
	win fyne.Window
}

// contextRunner is a window of Fyne's GLFW driver.
type contextRunner interface {
	RunWithContext(f func())
}

// show shows or hides the pointer.
func (p pointer) show(visible bool) {
	runner, ok := p.win.(contextRunner)
	if !ok {
		return
	}
	mode := glfw.CursorHidden
	if visible {
		mode = glfw.CursorNormal
	}
	runner.RunWithContext(func() {
		if view := glfw.GetCurrentContext(); view != nil {
			view.SetInputMode(glfw.CursorMode, mode)
		}
	})
}
