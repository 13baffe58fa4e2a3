package signin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// maxPairsBytes bounds what is taken from the field.
const maxPairsBytes = 64 << 10

// Actions are what a person does in the pane. All are needed; each returns at once, and the outcome
// comes back through the pane's methods.
type Actions struct {
	Browser func()                      // sign in with the system's browser
	Pairs   func(line string, all bool) // use these pairs, for all requests or for keys alone
	Paste   func() string               // the clipboard's text
	Close   func()                      // leave the pane
}

// Ways says which ways there are to sign in besides cookie pairs.
type Ways struct {
	Browser bool // there is a page to sign in at
}

// Pane is the sign-in card.
type Pane struct {
	*controls.Card

	actions Actions
	ways    Ways

	title   *canvas.Text
	reason  *controls.Paragraph
	browser *controls.Button
	other   *controls.Button // unfolds the pairs
	field   *controls.Field
	all     *controls.Toggle
	wrong   *controls.Paragraph
	use     *controls.Button
	leave   *controls.Button
	pairs   []fyne.CanvasObject
	changed func()
}

// New returns the pane. Changed is called when it grows or shrinks, so that it can be placed anew.
func New(hooks controls.Hooks, actions Actions, ways Ways, changed func()) *Pane {
	p := &Pane{actions: actions, ways: ways, changed: changed}
	p.title = controls.Heading("Sign in")
	p.reason = controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Muted, fyne.TextAlignCenter)
	p.browser = controls.NewButton("Sign in with the browser", icon.Globe, controls.Primary, hooks, actions.Browser)
	p.other = controls.NewButton("Paste cookies instead", icon.Paste, controls.Secondary, hooks, p.unfold)
	p.field = controls.NewField("name=value; name2=value2", true, hooks)
	p.field.ActionItem = controls.NewIconButton(icon.Paste, 32, theme.None, hooks, func() {
		p.field.SetText(actions.Paste())
	})
	p.field.OnSubmitted = func(string) { p.submit() }
	p.field.OnChanged = func(string) { p.say("") }
	p.field.ExtendBaseWidget(p.field)
	p.all = controls.NewToggle("Send the cookies with every request", hooks)
	p.wrong = controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Danger, fyne.TextAlignLeading)
	p.use = controls.NewButton("Use these cookies", icon.Check, controls.Secondary, hooks, p.submit)
	p.leave = controls.NewButton("Not now", "", controls.Quiet, hooks, p.close)
	p.pairs = []fyne.CanvasObject{p.field, p.all, p.use}
	p.Card = controls.NewCard(hooks, controls.Badge(icon.Key, theme.Accent), p.title, p.reason,
		p.browser, p.other, p.field, p.all, p.wrong, p.use, p.leave)
	p.fold()
	return p
}

// Ask sets why the sign-in is wanted and makes the pane ready for an answer.
func (p *Pane) Ask(title, reason string) {
	p.title.Text = title
	p.title.Refresh()
	p.reason.SetText(reason)
	p.wrong.SetText("")
	p.field.SetText("")
	p.fold()
	p.Ready()
}

// Waiting says that something is under way and takes no further answer but leaving.
func (p *Pane) Waiting(text string) {
	p.wrong.SetText("")
	p.browser.SetText(text)
	p.enable(false)
	p.changed()
}

// Ready takes answers again.
func (p *Pane) Ready() {
	p.browser.SetText("Sign in with the browser")
	p.enable(true)
	p.changed()
}

// Block takes no answers and says why: after too many refusals in a row there is a wait.
func (p *Pane) Block(why string) {
	p.enable(false)
	p.say(why)
}

// Refused says what is wrong with the answer and takes another one. The text must not hold the answer.
func (p *Pane) Refused(text string) {
	p.Ready()
	p.say(text)
}

// Done empties the field: the answer was taken.
func (p *Pane) Done() {
	p.field.SetText("")
	p.Ready()
}

// Field returns the field for the pairs.
func (p *Pane) Field() *controls.Field { return p.field }

// Wrong returns what the pane says is wrong, or nothing.
func (p *Pane) Wrong() string { return p.wrong.Text() }

// Reason returns why the pane says that a sign-in is wanted.
func (p *Pane) Reason() string { return p.reason.Text() }

func (p *Pane) enable(on bool) {
	p.browser.SetDisabled(!on)
	p.other.SetDisabled(!on)
	p.use.SetDisabled(!on)
}

func (p *Pane) say(text string) {
	if p.wrong.Text() != text {
		p.wrong.SetText(text)
		p.changed()
	}
}

func (p *Pane) fold() {
	show(p.browser, p.ways.Browser)
	show(p.other, p.ways.Browser)
	for _, o := range p.pairs {
		show(o, !p.ways.Browser)
	}
}

func (p *Pane) unfold() {
	p.other.Hide()
	for _, o := range p.pairs {
		o.Show()
	}
	p.changed()
	// The field was not painted yet, and Fyne knows the canvas only of what was: the card has been.
	if c := fyne.CurrentApp().Driver().CanvasForObject(p.Card); c != nil {
		c.Focus(p.field)
	}
}

func (p *Pane) submit() {
	line := p.field.Text
	switch {
	case p.use.Disabled():
	case line == "":
		p.say("Paste the cookies as name=value, several of them with a semicolon between.")
	case len(line) > maxPairsBytes:
		p.say("That is too long to be a cookie line.")
	default:
		p.actions.Pairs(line, p.all.On())
	}
}

func (p *Pane) close() {
	p.field.SetText("")
	p.actions.Close()
}

func show(o fyne.CanvasObject, visible bool) {
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}
