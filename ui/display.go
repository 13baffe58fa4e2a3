package ui

import (
	"fmt"
	"os"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// checkDisplay connects to the display before Fyne does: Fyne logs a failure and then waits for ever for
// a window. A connection that stands is used by Fyne, so this costs no time. It is to be called on the
// process's first thread.
func checkDisplay() error {
	if !systemDraws() {
		x11, wayland := os.Getenv("DISPLAY") != "", os.Getenv("WAYLAND_DISPLAY") != "" || os.Getenv("WAYLAND_SOCKET") != ""
		switch {
		case !x11 && !wayland:
			return fmt.Errorf("%w: neither DISPLAY nor WAYLAND_DISPLAY is set", ErrNoDisplay)
		case !wayland: // do not try Wayland, whose library complains on standard error
			glfw.InitHint(glfw.PlatformHint, int(glfw.PlatformX11))
		}
	}
	if err := glfw.Init(); err != nil {
		return fmt.Errorf("%w: %w", ErrNoDisplay, err)
	}
	if glfw.GetPrimaryMonitor() == nil {
		return fmt.Errorf("%w: no screen is connected", ErrNoDisplay)
	}
	return nil
}

// systemDraws says that windows are the operating system's and no display server's.
func systemDraws() bool { return runtime.GOOS == "darwin" || runtime.GOOS == "windows" }

const (
	firstWidth  = 1120 // of a new window, where the screen has room for it
	firstHeight = 630
	frameHeight = 48 // pixels of the screen that are left for the window's title bar
)

// fitScreen makes a window that was just shown no larger than the primary screen's work area. Fyne
// does not know the scale of a window, and so its pixels, before it is shown.
func (w *window) fitScreen() {
	monitor := glfw.GetPrimaryMonitor()
	if monitor == nil {
		return
	}
	_, _, width, height := monitor.GetWorkarea()
	c := w.win.Canvas()
	if size := firstSize(width, height, c.Scale()); size != c.Size() {
		w.win.Resize(size)
		w.win.CenterOnScreen()
	}
}

// firstSize is the size of a new window on a screen whose work area has so many pixels, of which scale
// make one of Fyne's. It is never less than the least size of the window.
func firstSize(width, height int, scale float32) fyne.Size {
	return fyne.NewSize(
		max(min(firstWidth, float32(width)/scale), minWidth),
		max(min(firstHeight, float32(height-frameHeight)/scale), minHeight))
}

// checkShown says whether a window that was told to show itself is there: without OpenGL it is not.
func checkShown(win fyne.Window) error {
	native, ok := win.(driver.NativeWindow)
	if !ok {
		return nil
	}
	there := true
	native.RunNative(func(context any) {
		switch c := context.(type) {
		case driver.X11WindowContext:
			there = c.WindowHandle != 0
		case driver.WaylandWindowContext:
			there = c.WaylandSurface != 0
		case driver.WindowsWindowContext:
			there = c.HWND != 0
		case driver.MacWindowContext:
			there = c.NSWindow != 0
		}
	})
	if !there {
		return fmt.Errorf("%w: OpenGL 2.1 is needed to draw the window", ErrNoDisplay)
	}
	return nil
}
