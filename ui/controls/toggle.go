package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/theme"
)

const (
	toggleWidth  = 40
	toggleHeight = 22
	toggleKnob   = 16
)

// Toggle is a switch with words beside it.
type Toggle struct {
	press

	on     bool
	change func(bool)
	back   *canvas.Rectangle
	knob   *canvas.Circle
	label  *canvas.Text
}

// NewToggle returns a switch that is off.
func NewToggle(text string, hooks Hooks) *Toggle {
	t := &Toggle{
		back:  canvas.NewRectangle(theme.Outline),
		knob:  canvas.NewCircle(theme.Foreground),
		label: theme.Text(text, theme.SizeBody, theme.Foreground),
	}
	t.back.CornerRadius = toggleHeight / 2
	t.hooks, t.repaint = hooks, t.paint
	t.tapped = func() { t.SetOn(!t.on) }
	t.ExtendBaseWidget(t)
	return t
}

// On says whether the switch is on.
func (t *Toggle) On() bool { return t.on }

// OnChange has f called with the state after each change.
func (t *Toggle) OnChange(f func(on bool)) { t.change = f }

// SetOn sets the switch.
func (t *Toggle) SetOn(on bool) {
	if t.on != on {
		t.on = on
		if t.change != nil {
			t.change(on)
		}
		t.paint()
		t.knob.Move(t.knobAt(t.Size()))
	}
}

func (t *Toggle) knobAt(s fyne.Size) fyne.Position {
	x := float32(toggleHeight-toggleKnob) / 2
	if t.on {
		x = toggleWidth - toggleKnob - x
	}
	return fyne.NewPos(x, (s.Height-toggleKnob)/2)
}

func (t *Toggle) paint() {
	t.back.FillColor, t.knob.FillColor = t.wash(theme.Outline, theme.Faint, theme.Faint), theme.Foreground
	if t.on {
		t.back.FillColor, t.knob.FillColor = t.wash(theme.Accent, theme.AccentHover, theme.AccentPress), theme.OnAccent
	}
	t.back.StrokeWidth, t.back.StrokeColor = 0, nil
	if t.focused {
		t.back.StrokeWidth, t.back.StrokeColor = 2, theme.Foreground
	}
	t.back.Refresh()
	t.knob.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *Toggle) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(arrangement{
		min: func() fyne.Size {
			s := t.label.MinSize()
			return fyne.NewSize(toggleWidth+12+s.Width, max(toggleHeight, s.Height)+4)
		},
		lay: func(s fyne.Size) {
			place(t.back, 0, (s.Height-toggleHeight)/2, toggleWidth, toggleHeight)
			t.knob.Resize(fyne.NewSquareSize(toggleKnob))
			t.knob.Move(t.knobAt(s))
			l := t.label.MinSize()
			place(t.label, toggleWidth+12, (s.Height-l.Height)/2, l.Width, l.Height)
		},
	}, t.back, t.knob, t.label))
}
