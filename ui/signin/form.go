package signin

import (
	"fmt"

	"fyne.io/fyne/v2"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	maxAnswer = 1 << 20 // bytes of a field
	maxFields = 8
	longRows  = 5
)

// form is a form on the sheet.
type form struct {
	fields []*controls.Field
	empty  []bool // whether the field may be
	wrong  *controls.Paragraph
	send   *controls.Button
	answer func([]network.Secret, error)
}

// Form shows a form; answer is called once, with what was filled in or with auth.ErrDenied when the form is left.
func (s *Sheet) Form(f auth.Form, answer func([]network.Secret, error)) {
	s.begin(f.Title, f.Text)
	if len(f.Fields) == 0 || len(f.Fields) > maxFields {
		answer(nil, fmt.Errorf("ask a person for %d answers: %w", len(f.Fields), auth.ErrDenied))
		return
	}
	shape := &form{answer: answer}
	s.form = shape
	shape.wrong = controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Danger, fyne.TextAlignLeading)
	shape.wrong.SetText(f.Wrong)
	rows := []fyne.CanvasObject{controls.Badge(icon.Key, theme.Accent), s.title, s.reason}
	long := false
	for _, field := range f.Fields {
		entry := controls.NewField(field.Label, field.Hidden, s.hooks)
		if field.Long {
			long = true
			entry.MakeLong(longRows)
		}
		entry.OnSubmitted = func(string) { s.submitForm() }
		entry.OnChanged = func(string) { s.complain("") }
		shape.fields, shape.empty = append(shape.fields, entry), append(shape.empty, field.Optional)
		rows = append(rows, entry)
	}
	shape.send = controls.NewButton("Continue", icon.Check, controls.Primary, s.hooks, s.submitForm)
	rows = append(rows, shape.wrong, shape.send)
	if long {
		last := shape.fields[len(shape.fields)-1]
		rows = append(rows, controls.NewButton("Choose a cookies.txt file", icon.Folder, controls.Secondary, s.hooks, func() {
			s.actions.File(func(text string) {
				if s.form == shape {
					last.SetText(text)
					s.submitForm()
				}
			})
		}))
	}
	s.put(append(rows, s.cancel)...)
	s.actions.Focus(shape.fields[0])
}

// submitForm answers the form, or goes to the first field that is empty.
func (s *Sheet) submitForm() {
	f := s.form
	if f == nil || f.send.Disabled() {
		return
	}
	var values []network.Secret
	for i, field := range f.fields {
		switch {
		case field.Text == "" && !f.empty[i]:
			s.complain("Fill this in first: " + field.PlaceHolder + ".")
			s.actions.Focus(field)
			return
		case len(field.Text) > maxAnswer:
			s.complain("That is too long.")
			return
		}
		values = append(values, network.NewSecret(field.Text))
	}
	f.send.SetText("One moment…")
	f.send.SetDisabled(true)
	for _, field := range f.fields {
		field.Disable()
	}
	f.answer(values, nil)
	f.answer = nil
}

// complain says what is wrong with what is filled in.
func (s *Sheet) complain(text string) {
	if s.form != nil && s.form.wrong.Text() != text {
		s.form.wrong.SetText(text)
		s.changed()
	}
}

// leaveForm empties the fields and tells who waits for them that the person has left.
func (s *Sheet) leaveForm() {
	f := s.form
	s.form = nil
	if f == nil {
		return
	}
	for _, field := range f.fields {
		field.OnChanged = nil
		field.SetText("")
	}
	if f.answer != nil {
		f.answer(nil, fmt.Errorf("the form was left: %w", auth.ErrDenied))
	}
}

// Fields returns the fields of the form that is shown.
func (s *Sheet) Fields() []*controls.Field {
	if s.form == nil {
		return nil
	}
	return s.form.fields
}
