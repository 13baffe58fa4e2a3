package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// accountLook is how often the services are asked whose sign-in has come into trouble.
const accountLook = 500 * time.Millisecond

// banner is a sentence over the picture, with what can be done about it. The picture goes on below it.
type banner struct {
	*fyne.Container

	text *controls.Paragraph
	said string
}

const bannerWidth = 420

func (w *window) buildBanner() *banner {
	b := &banner{text: controls.NewParagraph(bannerWidth, theme.SizeBody, theme.Foreground, fyne.TextAlignLeading)}
	ground := canvas.NewRectangle(theme.Panel)
	ground.CornerRadius = theme.RadiusPanel
	sign := controls.NewButton("Sign in again", icon.Key, controls.Primary, w.hooks, func() {
		w.offer(w.playedBy, "Sign in again", "", "")
	})
	row := container.NewHBox(container.NewCenter(b.text), container.NewCenter(sign))
	b.Container = container.NewStack(ground, container.New(layout.NewCustomPaddedLayout(12, 12, 18, 12), row))
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
	w.catalogue.sign.SetText(controls.Cut(label, 220, theme.Text("", theme.SizeStrong, theme.Foreground)))
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
	rows := []fyne.CanvasObject{controls.Badge(icon.Person, theme.Accent), controls.Heading(controls.Cut(name, controls.CardWidth, theme.Bold("", theme.SizeTitle, theme.Foreground))), kept}
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
