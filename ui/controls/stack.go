package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// fitter is a widget, or the layout of a container, whose height depends on its width.
type fitter interface {
	// Fit sets the width; MinSize returns the height that belongs to it.
	Fit(width float32)
}

// fit gives an object its width before its height is asked for.
func fit(o fyne.CanvasObject, width float32) {
	if c, ok := o.(*fyne.Container); ok {
		if f, ok := c.Layout.(fitter); ok {
			f.Fit(width)
		}
		return
	}
	if f, ok := o.(fitter); ok {
		f.Fit(width)
	}
}

// stack puts the visible rows below one another, each of the same width, and returns where they end.
func stack(x, y, width, gap float32, rows []fyne.CanvasObject) (bottom float32) {
	bottom = y
	for _, row := range rows {
		if !row.Visible() {
			continue
		}
		fit(row, width)
		if bottom > y {
			bottom += gap
		}
		high := row.MinSize().Height
		place(row, x, bottom, width, high)
		bottom += high
	}
	return bottom
}

// stackHeight is how high rows of a width are below one another. It moves nothing.
func stackHeight(width, gap float32, rows []fyne.CanvasObject) (high float32) {
	for _, row := range rows {
		if !row.Visible() {
			continue
		}
		fit(row, width)
		if high > 0 {
			high += gap
		}
		high += row.MinSize().Height
	}
	return high
}

// pageMargin is left free around the rows of a page.
const pageMargin = 16

// NewPage returns rows below one another in the middle, width wide where there is room. They scroll
// where they are higher than the page.
func NewPage(width, gap float32, rows ...fyne.CanvasObject) *fyne.Container {
	fitted := width
	content := container.New(arrangement{
		min: func() fyne.Size {
			return fyne.NewSize(fitted, stackHeight(fitted, gap, rows)+2*pageMargin)
		},
		lay: func(s fyne.Size) {
			high := stackHeight(fitted, gap, rows)
			stack((s.Width-fitted)/2, max((s.Height-high)/2, pageMargin), fitted, gap, rows)
		},
	}, rows...)
	scroll := container.NewVScroll(content)
	return container.New(arrangement{
		min: func() fyne.Size { return fyne.NewSquareSize(pageMargin) },
		lay: func(s fyne.Size) {
			fitted = max(min(width, s.Width-2*pageMargin), 1)
			place(scroll, 0, 0, s.Width, s.Height)
			scroll.Refresh()
		},
	}, scroll)
}
