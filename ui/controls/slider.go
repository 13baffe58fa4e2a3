package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/theme"
)

const (
	sliderWidth  = 84
	sliderHeight = 24
	sliderTrack  = 4
	sliderKnob   = 12
)

// VolumeSlider sets the volume, from 0 to 1.
type VolumeSlider struct {
	widget.BaseWidget

	hooks  Hooks
	change func(float64)
	value  float64
	held   bool

	track, filled *canvas.Rectangle
	knob          *canvas.Circle
}

// NewVolumeSlider returns a slider at zero; change is called with what a person sets.
func NewVolumeSlider(hooks Hooks, change func(float64)) *VolumeSlider {
	v := &VolumeSlider{
		hooks: hooks, change: change,
		track:  canvas.NewRectangle(theme.Track),
		filled: canvas.NewRectangle(theme.Foreground),
		knob:   canvas.NewCircle(theme.Foreground),
	}
	v.track.CornerRadius, v.filled.CornerRadius = sliderTrack/2, sliderTrack/2
	v.ExtendBaseWidget(v)
	return v
}

// Set shows a volume.
func (v *VolumeSlider) Set(value float64) {
	if v.value != value {
		v.value = value
		v.arrange(v.Size())
	}
}

func (v *VolumeSlider) arrange(s fyne.Size) {
	room := s.Width - sliderKnob
	x := pixel(float32(min(max(v.value, 0), 1)) * room)
	y := (s.Height - sliderTrack) / 2
	place(v.track, sliderKnob/2, y, max(room, 0), sliderTrack)
	place(v.filled, sliderKnob/2, y, x, sliderTrack)
	place(v.knob, x, (s.Height-sliderKnob)/2, sliderKnob, sliderKnob)
}

func (v *VolumeSlider) point(x float32) {
	v.hooks.moved()
	room := v.Size().Width - sliderKnob
	if room <= 0 {
		return
	}
	v.Set(float64(min(max((x-sliderKnob/2)/room, 0), 1)))
	v.change(v.value)
}

// MouseIn implements desktop.Hoverable.
func (v *VolumeSlider) MouseIn(*desktop.MouseEvent) { v.hooks.moved() }

// MouseMoved implements desktop.Hoverable.
func (v *VolumeSlider) MouseMoved(*desktop.MouseEvent) { v.hooks.moved() }

// MouseOut implements desktop.Hoverable.
func (v *VolumeSlider) MouseOut() {}

// MouseDown implements desktop.Mouseable.
func (v *VolumeSlider) MouseDown(e *desktop.MouseEvent) { v.held = true; v.point(e.Position.X) }

// MouseUp implements desktop.Mouseable.
func (v *VolumeSlider) MouseUp(*desktop.MouseEvent) { v.held = false }

// Dragged implements fyne.Draggable.
func (v *VolumeSlider) Dragged(e *fyne.DragEvent) {
	if v.held {
		v.point(e.Position.X)
	}
}

// DragEnd implements fyne.Draggable.
func (v *VolumeSlider) DragEnd() { v.held = false }

// Scrolled implements fyne.Scrollable: the wheel changes the volume.
func (v *VolumeSlider) Scrolled(e *fyne.ScrollEvent) {
	v.hooks.moved()
	v.Set(min(max(v.value+scrollStep(e), 0), 1))
	v.change(v.value)
}

// scrollStep returns the change of volume of a turn of the wheel: five hundredths up or down.
func scrollStep(e *fyne.ScrollEvent) float64 {
	switch {
	case e.Scrolled.DY > 0:
		return 0.05
	case e.Scrolled.DY < 0:
		return -0.05
	}
	return 0
}

// Cursor implements desktop.Cursorable.
func (v *VolumeSlider) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (v *VolumeSlider) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(arrangement{
		min: func() fyne.Size { return fyne.NewSize(sliderWidth, sliderHeight) },
		lay: v.arrange,
	}, v.track, v.filled, v.knob))
}
