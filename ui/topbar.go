package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// topBar stands at the upper end of the picture: the way back, what plays, and what there is to know of it.
type topBar struct {
	*fyne.Container

	back  *controls.IconButton
	info  *controls.IconButton
	pill  *canvas.Rectangle
	label *canvas.Text
	text  string // the whole title; what is drawn is cut to the window
}

func newTopBar(hooks controls.Hooks, back, info func()) *topBar {
	t := &topBar{
		back:  controls.NewIconButton(icon.Back, topHeight, theme.Pill, hooks, back),
		info:  controls.NewIconButton(icon.Info, topHeight, theme.Pill, hooks, info),
		pill:  canvas.NewRectangle(theme.Pill),
		label: theme.Bold("", theme.SizeStrong, theme.Foreground),
	}
	t.pill.CornerRadius = topHeight / 2
	t.pill.Hide()
	t.Container = &fyne.Container{Layout: topBarLayout{t}, Objects: []fyne.CanvasObject{t.pill, t.label, t.back, t.info}}
	return t
}

// setTitle shows what plays.
func (t *topBar) setTitle(text string) {
	if t.text == text {
		return
	}
	t.text = text
	if text == "" {
		t.pill.Hide()
	} else {
		t.pill.Show()
	}
	t.arrange(t.Size())
	t.label.Refresh()
}

// topBarLayout places the parts of a topBar.
type topBarLayout struct{ *topBar }

// MinSize returns the least size.
func (t topBarLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, topHeight) }

// Layout places the buttons, and the title cut to what is left.
func (t topBarLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) { t.arrange(s) }

func (t *topBar) arrange(s fyne.Size) {
	t.back.Resize(fyne.NewSquareSize(topHeight))
	t.back.Move(fyne.NewPos(0, 0))
	t.info.Resize(fyne.NewSquareSize(topHeight))
	t.info.Move(fyne.NewPos(s.Width-topHeight, 0))
	t.label.Text = controls.Cut(t.text, s.Width-2*(topHeight+theme.Gap)-36, t.label)
	m := t.label.MinSize()
	t.pill.Resize(fyne.NewSize(m.Width+36, topHeight))
	t.pill.Move(fyne.NewPos(topHeight+theme.Gap, 0))
	t.label.Resize(m)
	t.label.Move(fyne.NewPos(topHeight+theme.Gap+18, (topHeight-m.Height)/2))
}
