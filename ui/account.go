package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// accountLook is how often the services are asked whose sign-in has come into trouble.
const accountLook = 500 * time.Millisecond

// banner is a sentence over the picture, with what can be done about it. The picture goes on below it.
type banner struct {
	*fyne.Container

	text  *controls.Paragraph
	said  string
	width float32 // that there is
}

const (
	bannerWidth   = 420 // of its sentence
	bannerPadding = 12
)

// bannerLayout puts the button beside the sentence, or below it where the window is narrow.
type bannerLayout struct {
	*banner

	ground *canvas.Rectangle
	sign   *controls.Button
}

func (b bannerLayout) beside() bool {
	return b.width >= bannerWidth+b.sign.MinSize().Width+3*bannerPadding
}

// MinSize fits the sentence to the width that there is, and returns the room of both.
func (b bannerLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	b.text.Fit(max(min(bannerWidth, b.width-2*bannerPadding), 1))
	text, sign := b.text.MinSize(), b.sign.MinSize()
	if b.beside() {
		return fyne.NewSize(text.Width+sign.Width+3*bannerPadding, max(text.Height, sign.Height)+2*bannerPadding)
	}
	return fyne.NewSize(text.Width+2*bannerPadding, text.Height+sign.Height+theme.Gap+2*bannerPadding)
}

// Layout places both.
func (b bannerLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	text, sign := b.text.MinSize(), b.sign.MinSize()
	b.ground.Resize(size)
	b.text.Resize(text)
	b.sign.Resize(sign)
	if b.beside() {
		b.text.Move(fyne.NewPos(bannerPadding, (size.Height-text.Height)/2))
		b.sign.Move(fyne.NewPos(size.Width-bannerPadding-sign.Width, (size.Height-sign.Height)/2))
		return
	}
	b.text.Move(fyne.NewPos(bannerPadding, bannerPadding))
	b.sign.Move(fyne.NewPos(bannerPadding, size.Height-bannerPadding-sign.Height))
}

func (w *window) buildBanner() *banner {
	b := &banner{text: controls.NewParagraph(bannerWidth, theme.SizeBody, theme.Foreground, fyne.TextAlignLeading)}
	ground := canvas.NewRectangle(theme.Panel)
	ground.CornerRadius = theme.RadiusPanel
	sign := controls.NewButton("Sign in again", icon.Key, controls.Primary, w.hooks, func() {
		w.offer(w.playedBy, "Sign in again", "", "")
	})
	b.Container = &fyne.Container{Objects: []fyne.CanvasObject{ground, b.text, sign}, Layout: bannerLayout{b, ground, sign}}
	b.Hide()
	return b
}

// say shows a sentence, or takes the banner away. It reports whether something changed.
func (b *banner) say(text string) bool {
	if b.said == text {
		return false
	}
	b.said = text
	b.text.SetText(text)
	return true
}

// watchAccounts shows what has become of the sign-in of the service that plays, or that the catalogue is of.
func (w *window) watchAccounts(now time.Time) {
	if now.Sub(w.lookedAt) < accountLook {
		return
	}
	w.lookedAt = now
	w.showAccount()
	text := ""
	if w.screen == screenPlayer && w.playedBy != nil {
		text = w.playedBy.State().Trouble
	}
	if w.banner.say(text) {
		w.layoutBanner()
	}
	setVisible(w.banner.Container, text != "" && w.pane == nil)
}

// layoutBanner puts the banner below the window's upper end.
func (w *window) layoutBanner() {
	w.banner.width = w.root.Size().Width - 2*theme.GapLarge
	m := w.banner.MinSize()
	w.banner.Resize(m)
	w.banner.Move(fyne.NewPos((w.root.Size().Width-m.Width)/2, toastTop))
}

// showAccount brings the catalogue's head in line with who is signed in.
func (w *window) showAccount() {
	if w.service == nil {
		return
	}
	state := w.service.State()
	if state == w.account && w.accountOf == w.service.ID() {
		return
	}
	w.account, w.accountOf = state, w.service.ID()
	w.catalogue.view.SetLocked(!state.SignedIn)
	label := "Sign in"
	if state.SignedIn {
		label = "Signed in"
		if state.Name != "" {
			label = state.Name
		}
	}
	w.catalogue.sign.SetText(label)
	w.catalogue.Refresh()
}

// accountClicked is the button in the catalogue's head.
func (w *window) accountClicked() {
	if w.service != nil && w.service.State().SignedIn {
		w.showAccountCard()
		return
	}
	w.askToSignIn()
}

// showAccountCard shows who is signed in, and what can be done about it.
func (w *window) showAccountCard() {
	by := w.service
	state := by.State()
	name := state.Name
	if name == "" {
		name = "Signed in"
	}
	kept := controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Muted, fyne.TextAlignCenter)
	kept.SetText(by.Name() + ". " + state.Kept)
	rows := []fyne.CanvasObject{controls.Badge(icon.Person, theme.Accent), controls.Heading(name), kept}
	if state.Trouble != "" {
		wrong := controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Danger, fyne.TextAlignCenter)
		wrong.SetText(state.Trouble)
		rows = append(rows, wrong)
	}
	for _, known := range by.Accounts() {
		if known.Current {
			continue
		}
		label := known.Name
		if label == "" {
			label = "another account"
		}
		rows = append(rows, controls.NewButton("Switch to "+label, icon.Person, controls.Secondary, w.hooks, func() {
			w.changeAccount(func(ctx context.Context) error { return by.Switch(ctx, known.ID) })
		}))
	}
	rows = append(rows,
		controls.NewButton("Add another account", icon.Add, controls.Secondary, w.hooks, w.askToSignIn),
		controls.NewButton("Sign out", icon.Leave, controls.Secondary, w.hooks, func() { w.changeAccount(by.SignOut) }),
		controls.NewButton("Close", "", controls.Quiet, w.hooks, w.closePane))
	w.card.SetRows(rows...)
	w.showPane(w.card)
}

// changeAccount does something with the account that may take its time, and shows what became of it.
func (w *window) changeAccount(do func(context.Context) error) {
	w.closePane()
	w.tasks.run(func(ctx context.Context) {
		err := do(ctx)
		if ctx.Err() != nil {
			return
		}
		w.dispatch.post(func() {
			if err != nil {
				w.options.Log.Warn("the account was not left cleanly", "err", err)
				w.received(Incoming{Link: &LinkRequest{Title: "That did not work out", Wrong: sentence(err.Error())}})
			}
			w.showAccount()
			if w.screen == screenCatalogue {
				w.loadCatalogue()
			}
		})
	})
}

// enter goes to a service's catalogue.
func (w *window) enter(by Service) {
	w.service = by
	w.catalogue.setName(by.Name())
	w.goTo(screenCatalogue)
	w.showAccount()
	w.loadCatalogue()
}
