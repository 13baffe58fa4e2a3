package video

import (
	"fyne.io/fyne/v2"
)

// CreateRenderer implements fyne.Widget.
func (v *View) CreateRenderer() fyne.WidgetRenderer {
	return &renderer{view: v, objects: []fyne.CanvasObject{v.backdrop, v.hook, v.shader, v.image}}
}

// renderer is the widget's side that Fyne holds.
type renderer struct {
	view    *View
	objects []fyne.CanvasObject
}

// Destroy implements fyne.WidgetRenderer. The objects are the view's and may be shown again.
func (r *renderer) Destroy() {}

// Layout implements fyne.WidgetRenderer.
func (r *renderer) Layout(size fyne.Size) {
	r.view.backdrop.Resize(size)
	r.view.resized()
}

// MinSize implements fyne.WidgetRenderer: whoever lays the view out decides.
func (r *renderer) MinSize() fyne.Size {
	return fyne.NewSquareSize(1)
}

// Objects implements fyne.WidgetRenderer.
func (r *renderer) Objects() []fyne.CanvasObject {
	return r.objects
}

// Refresh implements fyne.WidgetRenderer.
func (r *renderer) Refresh() {
	r.view.resized()
}
