package ui

import (
	"context"
	"fmt"
	"time"

	"latchkey/player"
	"latchkey/ui/icon"
	"latchkey/ui/signin"
)

const (
	maxAttempts   = 3 // sign-ins offered in a row
	attemptsPause = 30 * time.Second
	refusedAfter  = 4 * time.Second // an engine that still wants a sign-in after this was refused again
)

// wayIcons are the pictures of the ways to sign in.
var wayIcons = map[WayKind]icon.Name{
	WayBrowser: icon.Globe, WayDevice: icon.Device, WayPassword: icon.Person, WayPaste: icon.Paste,
}

// buildSheet makes the card on which a person signs in to a service.
func (w *window) buildSheet() *signin.Sheet {
	return signin.NewSheet(w.hooks, signin.SheetActions{
		Choose: w.signInBy,
		Open: func(page string) {
			w.tasks.run(func(ctx context.Context) {
				if err := w.options.OpenPage(ctx, page); err != nil {
					w.options.Log.Info("the page could not be opened again", "err", err)
				}
			})
		},
		Copy:  func(text string) { w.app.Clipboard().SetContent(text) },
		Stop:  w.stopAndOffer,
		Close: w.leaveSignIn,
		File:  w.chooseText,
		Focus: w.win.Canvas().Focus,
	}, w.layoutPane)
}

// askToSignIn opens the sign-in card because a person wants it: to the service of the screen, or with cookie pairs where there is none.
func (w *window) askToSignIn() {
	by := w.service
	if w.screen == screenPlayer {
		by = w.playedBy
	}
	w.offer(by, "Sign in", "Latchkey keeps what the service gives you in memory and sends it with the requests that need it.", "")
}

// offer shows the ways to sign in to a service, or the field for cookie pairs.
func (w *window) offer(by Service, title, reason, wrong string) {
	w.signingIn = by
	if by == nil {
		w.signIn.Ask(title, reason)
		if wrong != "" {
			w.signIn.Refused(wrong)
		}
		w.showPane(w.signIn.Card)
		return
	}
	if w.asked == nil {
		title, reason = "Sign in to "+by.Name(), "What the service gives you goes to its own servers, with the requests that need it."
	}
	var ways []signin.Way
	for _, way := range by.Ways() {
		ways = append(ways, signin.Way{ID: way.ID, Name: way.Name, Icon: wayIcons[way.Kind]})
	}
	w.sheet.Ways(title, reason, ways)
	if wrong != "" {
		w.sheet.Refused(wrong)
	}
	w.showPane(w.sheet.Card)
}

// applySignIn offers a sign-in when the engine wants one, and goes on when it does not want it any more.
func (w *window) applySignIn(s player.Snapshot) {
	if s.State != player.NeedsSignIn || s.SignIn == nil {
		if w.asked != nil {
			w.accepted()
		}
		return
	}
	again := w.asked != nil && !w.answered.IsZero() &&
		(w.asked != s.SignIn || w.now().Sub(w.answered) > refusedAfter)
	if w.asked != nil && !again {
		return
	}
	if again {
		w.attempts++
	}
	w.asked, w.answered = s.SignIn, time.Time{}
	w.offerSignIn(s.SignIn, again)
}

// offerSignIn shows who refused and offers the ways to sign in.
func (w *window) offerSignIn(request *player.SignInRequest, again bool) {
	if w.cancelSign != nil {
		return // a person is at it already
	}
	title, reason := "Sign in to keep watching", request.Reason
	if reason == "" {
		reason = fmt.Sprintf("%s wants to know who you are.", request.Host)
	}
	if again {
		title = "That was not accepted"
	}
	w.offer(w.playedBy, title, reason, "")
	switch {
	case w.attempts >= maxAttempts:
		w.blocked = w.now().Add(attemptsPause)
		w.block(blockedText(attemptsPause))
	case w.options.AutoSignIn && w.playedBy != nil && len(w.playedBy.Ways()) > 0:
		w.signInBy(w.playedBy.Ways()[0].ID)
	}
}

func blockedText(left time.Duration) string {
	return fmt.Sprintf("%d sign-ins in a row were refused. You can try again in %d seconds.",
		maxAttempts, int((left+time.Second-1)/time.Second))
}

// block takes no sign-in and says why; "" takes them again.
func (w *window) block(why string) {
	w.sheet.Block(why != "")
	w.sheet.Refused(why)
	if why == "" {
		w.signIn.Refused("")
		return
	}
	w.signIn.Block(why)
}

// unblockSignIn counts the wait after too many refusals down, and ends it.
func (w *window) unblockSignIn(now time.Time) {
	switch {
	case w.blocked.IsZero():
	case now.Before(w.blocked):
		w.block(blockedText(w.blocked.Sub(now)))
	default:
		w.blocked, w.attempts = time.Time{}, 0
		w.block("")
	}
}

// signInBy is the choice of a way to sign in.
func (w *window) signInBy(way string) {
	by := w.signingIn
	if by == nil || !w.blocked.IsZero() {
		return
	}
	w.stopSignIn()
	prompt := signin.NewPrompt(w.sheet, w.dispatch.post, w.options.OpenPage)
	w.prompt = prompt
	w.sheet.Busy("One moment…", by.Name()+" is asked how to sign in.")
	w.showPane(w.sheet.Card)
	w.cancelSign = w.tasks.run(func(ctx context.Context) {
		err := by.SignIn(ctx, way, prompt)
		if ctx.Err() != nil && err != nil {
			return
		}
		w.dispatch.post(func() {
			if w.prompt == prompt {
				w.signInEnded(err)
			}
		})
	})
}

// signInWithPairs is the click on "Use these cookies".
func (w *window) signInWithPairs(line string, all bool) {
	w.stopSignIn()
	account, source := w.options.Account, w.source
	w.signIn.Waiting()
	w.cancelSign = w.tasks.run(func(ctx context.Context) {
		err := account.UsePairs(line, all, source)
		if ctx.Err() != nil {
			return
		}
		w.dispatch.post(func() { w.signInEnded(err) })
	})
}

// signInEnded says what is wrong, or goes on.
func (w *window) signInEnded(err error) {
	by := w.signingIn
	w.stopSignIn()
	if err != nil {
		w.options.Log.Info("sign-in failed", "err", err)
		if by == nil {
			w.signIn.Refused(explain(err))
			return
		}
		w.offer(by, "Sign in to keep watching", "", explain(err))
		return
	}
	w.signIn.Done()
	w.sheet.Leave()
	if w.asked != nil {
		w.answered = w.now()
	}
	w.closePane()
	w.showAccount()
	if by != nil && by == w.service && w.screen == screenCatalogue {
		w.loadCatalogue()
	}
	w.showState()
}

// accepted forgets a wish that was fulfilled.
func (w *window) accepted() {
	answered := !w.answered.IsZero()
	w.asked, w.answered, w.attempts = nil, time.Time{}, 0
	if w.pane == w.signIn.Card || w.pane == w.sheet.Card {
		w.stopSignIn()
		w.sheet.Leave()
		w.closePane()
	}
	if answered {
		w.stir()
	}
}

// stopAndOffer gives a sign-in up and offers the ways once more.
func (w *window) stopAndOffer() {
	if w.loggingIn {
		w.sheet.Leave()
		return
	}
	w.stopSignIn()
	title, reason := "Sign in to keep watching", ""
	if w.asked != nil {
		reason = w.asked.Reason
	}
	w.offer(w.signingIn, title, reason, "")
}

// leaveSignIn is "Not now": what waits for a sign-in is left.
func (w *window) leaveSignIn() {
	if w.loggingIn {
		w.sheet.Leave()
		return
	}
	w.stopSignIn()
	w.signIn.Done()
	w.sheet.Leave()
	waiting := w.asked != nil && w.screen == screenPlayer
	w.closePane()
	if waiting {
		w.stop()
		w.goHome()
	}
}

func (w *window) stopSignIn() {
	if w.prompt != nil {
		w.prompt.End()
		w.prompt = nil
	}
	if w.cancelSign != nil {
		w.cancelSign()
		w.cancelSign = nil
	}
}

// forgetSignIn drops the wish of a resource that is left.
func (w *window) forgetSignIn() {
	w.stopSignIn()
	w.asked, w.answered, w.attempts, w.blocked = nil, time.Time{}, 0, time.Time{}
}
