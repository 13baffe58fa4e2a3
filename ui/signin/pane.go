package signin

import (
	"fyne.io/fyne/v2"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// maxPairsBytes bounds what is taken from the field.
const maxPairsBytes = 64 << 10

// Actions are what a person does in the pane. All are needed; each returns at once, and the outcome
// comes back through the pane's methods.
type Actions struct {
	Pairs func(line string, all bool) // use these pairs, for all requests or for keys alone
	Paste func() string               // the clipboard's text
	Close func()                      // leave the pane
}

// Pane is the card for cookie pairs, for what belongs to no service.
type Pane struct {
	*controls.Card

	actions Actions
	title   *controls.Paragraph
	reason  *controls.Paragraph
	field   *controls.Field
	all     *controls.Toggle
	wrong   *controls.Paragraph
	use     *controls.Button
	changed func()
}

// New returns the pane. Changed is called when it grows or shrinks, so that it can be placed anew.
func New(hooks controls.Hooks, actions Actions, changed func()) *Pane {
	p := &Pane{actions: actions, changed: changed}
	p.title = controls.Heading("Sign in")
	p.reason = controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Muted, fyne.TextAlignCenter)
	p.field = controls.NewField("name=value; name2=value2", true, hooks)
	p.field.ActionItem = controls.NewIconButton(icon.Paste, 32, theme.None, hooks, func() {
		p.field.SetText(actions.Paste())
	})
	p.field.OnSubmitted = func(string) { p.submit() }
	p.field.OnChanged = func(string) { p.say("") }
	p.field.ExtendBaseWidget(p.field)
	p.all = controls.NewToggle("Send the cookies with every request", hooks)
	p.wrong = controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Danger, fyne.TextAlignLeading)
	p.use = controls.NewButton("Use these cookies", icon.Check, controls.Primary, hooks, p.submit)
	leave := controls.NewButton("Not now", "", controls.Quiet, hooks, p.close)
	p.Card = controls.NewCard(hooks, controls.Badge(icon.Key, theme.Accent), p.title, p.reason, p.field, p.all, p.wrong, p.use, leave)
	return p
}

// Ask sets why the sign-in is wanted and makes the pane ready for an answer.
func (p *Pane) Ask(title, reason string) {
	p.title.SetText(title)
	p.reason.SetText(reason)
	p.wrong.SetText("")
	p.field.SetText("")
	p.Ready()
}

// Waiting says that something is under way and takes no further answer but leaving.
func (p *Pane) Waiting() {
	p.wrong.SetText("")
	p.use.SetDisabled(true)
	p.changed()
}

// Ready takes answers again.
func (p *Pane) Ready() {
	p.use.SetDisabled(false)
	p.changed()
}

// Block takes no answers and says why: after too many refusals in a row there is a wait.
func (p *Pane) Block(why string) {
	p.use.SetDisabled(true)
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

func (p *Pane) say(text string) {
	if p.wrong.Text() != text {
		p.wrong.SetText(text)
		p.changed()
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
