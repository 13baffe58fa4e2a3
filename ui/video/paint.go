package video

import (
	"image"

	"fyne.io/fyne/v2"
)

// onPaint is the fill colour of an object of one pixel. Fyne asks for a rectangle's colour each time it
// paints it, with the window's OpenGL context current, after what lies below and before what lies
// above: the one moment at which an application can draw into the window itself. The colour is none, so
// that the rectangle leaves no trace.
type onPaint struct{ view *View }

// RGBA implements color.Color.
func (o onPaint) RGBA() (r, g, b, a uint32) {
	o.view.paint()
	return 0, 0, 0, 0
}

// paint draws with OpenGL what needs no object: black, and the picture when it is RGB.
func (v *View) paint() {
	c := fyne.CurrentApp().Driver().CanvasForObject(v.hook)
	if c == nil {
		return
	}
	if c != v.canvas {
		v.entered(c)
	}
	if !v.surface.usable() || v.backdrop.Visible() {
		return // apply has not yet heard of the window
	}
	v.measure()
	if v.shown != nil && v.stale() {
		v.redo()
	}
	x, y := c.PixelCoordinateForPosition(fyne.CurrentApp().Driver().AbsolutePositionForObject(v.hook))
	corner := image.Pt(x, y)
	whole := image.Rectangle{Min: corner, Max: corner.Add(v.planned().size)}
	if v.shown == nil {
		v.surface.clear(whole, image.Rectangle{})
		v.surface.forget()
		return
	}
	area := v.area.Add(corner)
	v.surface.clear(whole, area)
	if v.shown.rgba != nil {
		v.surface.draw(v.shown.rgba, v.fresh, area)
		v.fresh = false
	}
}

// entered learns about the window that the view is painted in for the first time.
func (v *View) entered(c fyne.Canvas) {
	v.canvas, v.surface, v.fresh, v.learnt = c, surface{}, true, true
	if !isOpenGL(c) {
		return
	}
	g := probe()
	v.surface.enabled = g.blit
	v.mu.Lock()
	defer v.mu.Unlock()
	v.plan.path, v.plan.maxTexture = choose(v.want, v.convert != nil, g), g.maxTexture
}

// isOpenGL says whether c's window is one that OpenGL draws.
func isOpenGL(c fyne.Canvas) bool {
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		if w.Canvas() == c {
			_, ok := w.(interface{ RunWithContext(f func()) })
			return ok
		}
	}
	return false
}
