package ui

import (
	"context"
	"fmt"

	"latchkey/network"
	"latchkey/network/auth"
)

// Logins asks the person at the window for a user name and a password where an origin wants them: Ask is a network.Login. NewLogins makes
// it. Safe for concurrent use.
type Logins struct{ questions chan question }

// question is a challenge that waits for its answer.
type question struct {
	ctx     context.Context //nolint:containedctx // the asker's: its end takes the question back
	text    auth.Form
	answers chan<- answer
}

type answer struct {
	values []network.Secret
	err    error
}

// NewLogins returns what Options.Logins takes.
func NewLogins() *Logins { return &Logins{questions: make(chan question)} }

// Ask shows a form and waits for what is filled in. The error is network.ErrNoLogin when the person leaves it, or ctx's cause.
func (l *Logins) Ask(ctx context.Context, c network.Challenge) (user string, password network.Secret, err error) {
	answers := make(chan answer, 1)
	select {
	case l.questions <- question{ctx, loginForm(c), answers}:
	case <-ctx.Done():
		return "", network.Secret{}, context.Cause(ctx)
	}
	select {
	case a := <-answers:
		if a.err != nil || len(a.values) != 2 {
			return "", network.Secret{}, network.ErrNoLogin
		}
		return a.values[0].Reveal(), a.values[1], nil
	case <-ctx.Done():
		return "", network.Secret{}, context.Cause(ctx)
	}
}

// loginForm says who asks for what.
func loginForm(c network.Challenge) auth.Form {
	form := auth.Form{Title: "User name and password", Text: bare(c.Origin) + " asks for them. Nobody else gets them, and they are not kept.",
		Fields: []auth.Field{{Name: "username", Label: "User name"}, {Name: "password", Label: "Password", Hidden: true}}}
	if c.Realm != "" {
		form.Text = fmt.Sprintf("%s asks for them, for “%s”. Nobody else gets them, and they are not kept.", bare(c.Origin), c.Realm)
	}
	if c.Plain {
		form.Text += " The connection is not encrypted: others in the network can read the password."
	}
	if c.Again {
		form.Wrong = "The user name or the password was not accepted."
	}
	return form
}

// serveLogins shows the questions, one after the other.
func (w *window) serveLogins() {
	logins := w.options.Logins
	if logins == nil {
		return
	}
	w.tasks.run(func(ctx context.Context) {
		for {
			select {
			case q := <-logins.questions:
				w.dispatch.post(func() { w.askLogin(q) })
			case <-ctx.Done():
				return
			}
		}
	})
}

// askLogin shows a question, unless a sign-in is in the way.
func (w *window) askLogin(q question) {
	if w.prompt != nil || q.ctx.Err() != nil {
		q.answers <- answer{err: network.ErrNoLogin}
		return
	}
	w.loggingIn = true
	w.showPane(w.sheet.Card)
	w.sheet.Form(q.text, func(values []network.Secret, err error) {
		w.loggingIn = false
		q.answers <- answer{values, err}
		if w.pane == w.sheet.Card {
			w.closePane()
		}
	})
	w.layoutPane()
}
