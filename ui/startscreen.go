package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	startWidth  = 560
	knownHeight = 200 // of the list of services, which scrolls
)

// startScreen is where an address is typed, pasted or dropped.
type startScreen struct {
	*fyne.Container

	w     *window
	field *controls.Field
	wrong *controls.Paragraph
	known *fyne.Container // the services, a button each
	rows  *container.Scroll
	back  *controls.IconButton
}

func (w *window) buildStart() *startScreen {
	s := &startScreen{w: w}
	sign := canvas.NewImageFromResource(logo())
	sign.FillMode = canvas.ImageFillContain
	sign.SetMinSize(fyne.NewSquareSize(88))
	name := theme.Bold("Latchkey", theme.SizeHeadline, theme.Foreground)
	name.Alignment = fyne.TextAlignCenter
	line := theme.Text("Sign in, pick, watch.", theme.SizeStrong, theme.Muted)
	line.Alignment = fyne.TextAlignCenter

	s.field = controls.NewField("Address of a stream, or the path of a file", false, w.hooks)
	s.field.OnSubmitted = func(text string) { w.open(text) }
	s.field.OnChanged = func(string) { s.say("") }
	open := controls.NewButton("Open", icon.Play, controls.Primary, w.hooks, func() { w.open(s.field.Text) })
	s.wrong = controls.NewParagraph(startWidth, theme.SizeBody, theme.Danger, fyne.TextAlignLeading)
	ways := controls.Columns(
		controls.NewButton("Open a file", icon.Folder, controls.Secondary, w.hooks, w.chooseFile),
		controls.NewButton("Paste an address", icon.Paste, controls.Secondary, w.hooks, w.pasteAndOpen),
		controls.NewButton("Use cookies", icon.Key, controls.Secondary, w.hooks, func() {
			w.offer(nil, "Use cookies", "They go with the requests for keys of the addresses that you open here.", "")
		}),
	)
	s.known = container.New(layout.NewCustomPaddedVBoxLayout(theme.Gap))
	s.rows = container.NewVScroll(s.known)
	hint := controls.NewParagraph(startWidth, theme.SizeBody, theme.Faint, fyne.TextAlignCenter)
	hint.SetText("You can also drop a file or an address anywhere on this window.")

	page := controls.NewPage(startWidth, theme.GapLarge,
		container.NewCenter(sign), name, line,
		container.NewBorder(nil, nil, nil, open, s.field),
		s.wrong, ways, s.rows, hint,
	)
	ground := canvas.NewRectangle(theme.Background)
	s.back = controls.NewIconButton(icon.Back, topHeight, theme.Surface, w.hooks, w.leave)
	corner := container.New(layout.NewCustomPaddedLayout(theme.GapLarge, 0, theme.GapLarge, 0),
		container.NewVBox(container.NewHBox(s.back)))
	s.Container = container.NewStack(ground, controls.NewSurface(w.hooks), page, corner)
	return s
}

// enter makes the screen ready: the way back is there where there is a catalogue to go back to.
func (s *startScreen) enter() {
	setVisible(s.back, s.w.service != nil)
	s.list()
	s.say("")
}

// list shows the services that a person can go to, and the way to add one.
func (s *startScreen) list() {
	services := s.w.options.Services
	if services == nil {
		s.rows.Hide()
		return
	}
	s.known.RemoveAll()
	for _, service := range services.List() {
		label := service.Name()
		if state := service.State(); state.SignedIn && state.Name != "" {
			label += ", signed in as " + state.Name
		}
		s.known.Add(controls.NewButton(label, icon.Person, controls.Secondary, s.w.hooks,
			func() { s.w.enter(service) }))
	}
	s.known.Add(controls.NewButton("Add a service", icon.Add, controls.Quiet, s.w.hooks, s.w.addService))
	s.rows.SetMinSize(fyne.NewSize(0, min(s.known.MinSize().Height, knownHeight)))
	s.Refresh()
}

// say shows what is wrong with the address.
func (s *startScreen) say(text string) {
	if s.wrong.Text() != text {
		s.wrong.SetText(text)
		s.Refresh()
	}
}
