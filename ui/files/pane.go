package files

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	paneWidth  = 680
	paneHeight = 470
	paneMargin = 8 // from the window's edges
	rowGlyph   = 20
)

// Actions are what the pane asks for. All are needed.
type Actions struct {
	Read  func(folder string) // read a folder; the answer is Show or Fail
	Open  func(path string)   // a file was chosen
	Close func()
}

// Pane is the card in which a file is chosen.
type Pane struct {
	*fyne.Container

	actions Actions
	folder  string
	entries []Entry // all of the folder
	shown   []Entry

	path    *canvas.Text
	room    *canvas.Rectangle // as large as the pane is to be
	list    *widget.List
	message *controls.Paragraph
	all     *controls.Toggle
}

// New returns a pane that shows no folder yet.
func New(hooks controls.Hooks, actions Actions) *Pane {
	p := &Pane{actions: actions}
	p.path = theme.Text("", theme.SizeBody, theme.Muted)
	p.message = controls.NewParagraph(paneWidth-120, theme.SizeBody, theme.Muted, fyne.TextAlignCenter)
	p.list = widget.NewList(func() int { return len(p.shown) }, newRow, p.fillRow)
	p.list.HideSeparators = true
	p.list.OnSelected = p.choose
	up := controls.NewIconButton(icon.Back, 36, theme.Raised, hooks, func() { p.Enter(filepath.Dir(p.folder)) })
	p.all = controls.NewToggle("All files", hooks)
	p.all.OnChange(func(bool) { p.refill() })
	leave := controls.NewButton("Cancel", "", controls.Secondary, hooks, actions.Close)

	back := canvas.NewRectangle(theme.Surface)
	back.CornerRadius = theme.RadiusPanel
	back.StrokeColor, back.StrokeWidth = theme.Outline, 1
	head := container.NewBorder(nil, nil, up, nil, container.New(layout.NewCustomPaddedLayout(0, 0, theme.Gap, 0),
		container.NewVBox(theme.Bold("Open a file", theme.SizeStrong, theme.Foreground), p.path)))
	foot := container.NewBorder(nil, nil, p.all, leave)
	well := canvas.NewRectangle(theme.Background)
	well.CornerRadius = theme.RadiusCard
	middle := container.NewStack(well, container.New(layout.NewCustomPaddedLayout(6, 6, 6, 6), p.list),
		container.NewCenter(p.message))
	p.room = canvas.NewRectangle(theme.None)
	p.room.SetMinSize(fyne.NewSize(paneWidth, paneHeight))
	p.Container = container.NewStack(p.room, controls.NewSurface(hooks), back,
		container.New(layout.NewCustomPaddedLayout(20, 20, 20, 20),
			container.New(layout.NewBorderLayout(head, foot, nil, nil), head, foot,
				container.New(layout.NewCustomPaddedLayout(12, 12, 0, 0), middle))))
	return p
}

// Fit makes the pane no larger than a window has room for.
func (p *Pane) Fit(window fyne.Size) {
	p.room.SetMinSize(fyne.NewSize(min(paneWidth, window.Width-2*paneMargin), min(paneHeight, window.Height-2*paneMargin)))
	p.message.Fit(p.room.MinSize().Width - 120)
	p.showPath()
}

// showPath shows the folder, cut to the pane.
func (p *Pane) showPath() {
	controls.Fit(p.path, p.folder, p.room.MinSize().Width-100)
	p.path.Refresh()
}

// Enter asks for a folder and shows that it is on its way.
func (p *Pane) Enter(folder string) {
	p.folder = folder
	p.showPath()
	p.entries = nil
	p.refill()
	p.message.SetText("Reading the folder…")
	p.actions.Read(folder)
}

// ShowAll shows all files, or those alone that can be played.
func (p *Pane) ShowAll(all bool) { p.all.SetOn(all) }

// Folder returns the folder that is shown, or asked for.
func (p *Pane) Folder() string { return p.folder }

// Show shows what a folder holds, if it is still the one that was asked for.
func (p *Pane) Show(folder string, entries []Entry) {
	if folder == p.folder {
		p.entries = entries
		p.refill()
	}
}

// Fail says why a folder cannot be shown.
func (p *Pane) Fail(folder, why string) {
	if folder == p.folder {
		p.message.SetText(why)
	}
}

func (p *Pane) refill() {
	p.shown = Chosen(p.entries, p.all.On())
	p.list.UnselectAll()
	p.list.ScrollToTop()
	p.list.Refresh()
	switch {
	case len(p.shown) > 0:
		p.message.SetText("")
	case len(p.entries) > 0:
		p.message.SetText("There is nothing to play in this folder.")
	default:
		p.message.SetText("This folder is empty.")
	}
}

func (p *Pane) choose(id widget.ListItemID) {
	if id < 0 || id >= len(p.shown) {
		return
	}
	e := p.shown[id]
	path := filepath.Join(p.folder, e.Name)
	p.list.UnselectAll()
	if e.Dir {
		p.Enter(path)
		return
	}
	p.actions.Open(path)
}

func newRow() fyne.CanvasObject {
	image := canvas.NewImageFromResource(icon.In(icon.Folder, theme.Accent))
	image.FillMode = canvas.ImageFillContain
	image.SetMinSize(fyne.NewSquareSize(rowGlyph))
	name := widget.NewLabel("")
	name.Truncation = fyne.TextTruncateEllipsis
	return container.NewBorder(nil, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0), image), nil, name)
}

func (p *Pane) fillRow(id widget.ListItemID, row fyne.CanvasObject) {
	e := p.shown[id]
	// newRow made the row, so its parts are what they are: anything else is a fault of this file.
	box := row.(*fyne.Container)                                         //nolint:errcheck // see above
	box.Objects[0].(*widget.Label).SetText(e.Name)                       //nolint:errcheck // see above
	image := box.Objects[1].(*fyne.Container).Objects[0].(*canvas.Image) //nolint:errcheck // see above
	name, ink := icon.Film, theme.Faint
	switch {
	case e.Dir:
		name, ink = icon.Folder, theme.Accent
	case e.Media:
		ink = theme.Foreground
	}
	image.Resource = icon.In(name, ink)
	image.Refresh()
}
