package signin

import (
	"time"

	"fyne.io/fyne/v2"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// Way is a way to sign in that a person can choose.
type Way struct {
	ID, Name string
	Icon     icon.Name
}

// SheetActions are what a person does on a Sheet. All are needed; each returns at once.
type SheetActions struct {
	Choose func(way string)        // sign in by this way
	Open   func(page string)       // open the page once more
	Copy   func(text string)       // put text into the clipboard
	Stop   func()                  // give the sign-in that is under way up
	Close  func()                  // leave the sheet
	File   func(take func(string)) // let a person choose a text file and take what it holds
	Focus  func(fyne.Focusable)    // give the keyboard to a field that is on the window
}

// Sheet is the card on which a person signs in to a service: the ways there are, then what the chosen one asks for. It shows one of these
// at a time.
type Sheet struct {
	*controls.Card

	hooks   controls.Hooks
	actions SheetActions
	changed func()

	title  *controls.Paragraph
	reason *controls.Paragraph
	wrong  *controls.Paragraph
	cancel *controls.Button
	ways   []*controls.Button

	code *code // what is shown now, or nil
	form *form
}

// NewSheet returns an empty sheet. Changed is called when it grows or shrinks, so that it can be placed anew.
func NewSheet(hooks controls.Hooks, actions SheetActions, changed func()) *Sheet {
	s := &Sheet{
		hooks: hooks, actions: actions, changed: changed,
		title:  controls.Heading(""),
		reason: controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Muted, fyne.TextAlignCenter),
		wrong:  controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Danger, fyne.TextAlignCenter),
		cancel: controls.NewButton("Cancel", "", controls.Quiet, hooks, actions.Stop),
	}
	s.Card = controls.NewCard(hooks, s.title)
	return s
}

// Ways offers ways to sign in, the first before all others, and says why a sign-in is wanted.
func (s *Sheet) Ways(title, reason string, ways []Way) {
	s.begin(title, reason)
	s.ways = nil
	rows := []fyne.CanvasObject{controls.Badge(icon.Key, theme.Accent), s.title, s.reason, s.wrong}
	for i, way := range ways {
		rank := controls.Secondary
		if i == 0 {
			rank = controls.Primary
		}
		b := controls.NewButton(way.Name, way.Icon, rank, s.hooks, func() { s.actions.Choose(way.ID) })
		s.ways = append(s.ways, b)
		rows = append(rows, b)
	}
	if len(ways) == 0 {
		s.reason.SetText("This service offers no way to sign in.")
	}
	rows = append(rows, controls.NewButton("Not now", "", controls.Quiet, s.hooks, s.actions.Close))
	s.put(rows...)
}

// Busy says that a sign-in is under way of which nothing is to be shown yet.
func (s *Sheet) Busy(title, text string) {
	s.begin(title, text)
	s.put(controls.Badge(icon.Key, theme.Accent), s.title, s.reason, s.cancel)
}

// Browser says that the browser is waited for. When no browser could be opened, the address is there to be opened elsewhere.
func (s *Sheet) Browser(page string, opened bool) {
	text := "Sign in on the page that opens in your browser. Latchkey goes on by itself when you are done."
	title := "Waiting for the browser…"
	if !opened {
		title = "Open this page yourself"
		text = "No browser could be opened here. Copy the address and open it in a browser on this computer; Latchkey goes on by itself when you are done."
	}
	s.begin(title, text)
	address := controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Accent, fyne.TextAlignCenter)
	address.SetText(host(page))
	again := controls.NewButton("Open again", icon.Globe, controls.Secondary, s.hooks, func() { s.actions.Open(page) })
	copied := s.copyButton("Copy the address", page)
	s.put(controls.Badge(icon.Globe, theme.Accent), s.title, s.reason, address, controls.Columns(again, copied), s.cancel)
}

// Refused says what is wrong on the ways, with a next step. It does nothing on anything else.
func (s *Sheet) Refused(text string) {
	s.wrong.SetText(text)
	s.changed()
}

// Block takes no way, or takes them again.
func (s *Sheet) Block(blocked bool) {
	for _, b := range s.ways {
		b.SetDisabled(blocked)
	}
}

// Leave takes what was filled in away, and answers a form that waits with auth.ErrDenied.
func (s *Sheet) Leave() { s.begin("", "") }

// Step shows what depends on the time: how long a code is good for.
func (s *Sheet) Step(now time.Time) {
	if s.code != nil {
		s.code.step(now)
	}
}

// Title returns what the sheet is headed with.
func (s *Sheet) Title() string { return s.title.Text() }

// Wrong returns what the sheet says is wrong, or nothing.
func (s *Sheet) Wrong() string {
	if s.form != nil {
		return s.form.wrong.Text()
	}
	return s.wrong.Text()
}

// Reason returns the sentence below the title.
func (s *Sheet) Reason() string { return s.reason.Text() }

// begin leaves what the sheet showed.
func (s *Sheet) begin(title, reason string) {
	s.leaveForm()
	s.code = nil
	s.title.SetText(title)
	s.reason.SetText(reason)
	s.wrong.SetText("")
}

func (s *Sheet) put(rows ...fyne.CanvasObject) {
	s.SetRows(rows...)
	s.changed()
}

// copyButton is a button that says that it has copied.
func (s *Sheet) copyButton(label, text string) *controls.Button {
	var b *controls.Button
	b = controls.NewButton(label, icon.Copy, controls.Secondary, s.hooks, func() {
		s.actions.Copy(text)
		b.SetText("Copied")
	})
	return b
}
