package controls

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/theme"
)

const (
	spinnerSide   = 56
	spinnerPeriod = 900 * time.Millisecond
	spinnerSweep  = 100 // degrees
)

// Spinner says that something is on its way. It turns by Step alone, so it costs nothing while hidden.
type Spinner struct {
	widget.BaseWidget

	back, ring *canvas.Circle
	arc        *canvas.Arc
}

// NewSpinner returns a hidden spinner.
func NewSpinner() *Spinner {
	s := &Spinner{
		back: canvas.NewCircle(theme.Pill),
		ring: canvas.NewCircle(theme.None),
		arc:  canvas.NewArc(0, spinnerSweep, 0.84, theme.Accent),
	}
	s.ring.StrokeColor, s.ring.StrokeWidth = theme.Track, 3
	s.arc.CornerRadius = 2
	s.ExtendBaseWidget(s)
	s.Hide()
	return s
}

// Step turns the spinner to where it is at a time. The caller does not call it while it is hidden.
func (s *Spinner) Step(now time.Time) {
	part := float64(now.UnixMilli()%spinnerPeriod.Milliseconds()) / float64(spinnerPeriod.Milliseconds())
	start := float32(math.Round(part * 360))
	if s.arc.StartAngle != start {
		s.arc.StartAngle, s.arc.EndAngle = start, start+spinnerSweep
		s.arc.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Spinner) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(arrangement{
		min: func() fyne.Size { return fyne.NewSquareSize(spinnerSide) },
		lay: func(size fyne.Size) {
			place(s.back, 0, 0, size.Width, size.Height)
			place(s.ring, 10, 10, size.Width-20, size.Height-20)
			place(s.arc, 10, 10, size.Width-20, size.Height-20)
		},
	}, s.back, s.ring, s.arc))
}
