package ui

import (
	"context"
	"fmt"
	"time"

	"latchkey/player"
)

const (
	maxAttempts   = 3 // sign-ins offered in a row
	attemptsPause = 30 * time.Second
	refusedAfter  = 4 * time.Second // an engine that still wants a sign-in after this was refused again
)

// askToSignIn opens the sign-in card because a person wants it.
func (w *window) askToSignIn() {
	w.signIn.Ask("Sign in", "Latchkey keeps what the service gives you in memory and sends it with the requests that need it.")
	w.showPane(w.signIn.Card)
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
		w.setSignedIn(false)
	}
	w.asked, w.answered = s.SignIn, time.Time{}
	w.offerSignIn(s.SignIn, again)
}

// offerSignIn shows who refused and offers the ways to sign in.
func (w *window) offerSignIn(request *player.SignInRequest, again bool) {
	title, reason := "Sign in to keep watching", request.Reason
	if reason == "" {
		reason = fmt.Sprintf("%s wants to know who you are.", request.Host)
	}
	if again {
		title = "That was not accepted"
	}
	w.signIn.Ask(title, reason)
	w.showPane(w.signIn.Card)
	switch {
	case w.attempts >= maxAttempts:
		w.blocked = w.now().Add(attemptsPause)
		w.signIn.Block(blockedText(attemptsPause))
	case w.options.AutoSignIn && w.options.Browser != nil:
		w.signInWithBrowser()
	}
}

func blockedText(left time.Duration) string {
	return fmt.Sprintf("%d sign-ins in a row were refused. You can try again in %d seconds.",
		maxAttempts, int((left+time.Second-1)/time.Second))
}

// unblockSignIn counts the wait after too many refusals down, and ends it.
func (w *window) unblockSignIn(now time.Time) {
	switch {
	case w.blocked.IsZero():
	case now.Before(w.blocked):
		w.signIn.Block(blockedText(w.blocked.Sub(now)))
	default:
		w.blocked, w.attempts = time.Time{}, 0
		w.signIn.Refused("")
	}
}

// signInWithBrowser is the click on "Sign in with the browser".
func (w *window) signInWithBrowser() {
	browser := w.options.Browser
	if browser == nil {
		return
	}
	w.stopSignIn()
	w.signIn.Waiting("Waiting for the browser…")
	w.cancelSign = w.tasks.run(func(ctx context.Context) {
		err := browser.SignIn(ctx)
		if ctx.Err() != nil && err != nil {
			return
		}
		w.dispatch.post(func() { w.signInEnded(err) })
	})
}

// signInWithPairs is the click on "Use these cookies".
func (w *window) signInWithPairs(line string, all bool) {
	w.stopSignIn()
	account := w.options.Account
	w.signIn.Waiting("Sign in with the browser")
	w.cancelSign = w.tasks.run(func(ctx context.Context) {
		err := account.UsePairs(line, all)
		if ctx.Err() != nil {
			return
		}
		w.dispatch.post(func() { w.signInEnded(err) })
	})
}

// signInEnded says what is wrong, or goes on.
func (w *window) signInEnded(err error) {
	w.cancelSign = nil
	if err != nil {
		w.options.Log.Info("sign-in failed", "err", err)
		w.signIn.Refused(explain(err))
		return
	}
	w.signIn.Done()
	w.setSignedIn(true)
	if w.asked != nil {
		w.answered = w.now()
	}
	w.closePane()
	w.showState()
}

// setSignedIn shows whether somebody is signed in.
func (w *window) setSignedIn(in bool) {
	w.signedIn = in
	w.catalogue.view.SetLocked(!in)
	if in {
		w.catalogue.sign.SetText("Signed in")
	} else {
		w.catalogue.sign.SetText("Sign in")
	}
}

// accepted forgets a wish that was fulfilled.
func (w *window) accepted() {
	answered := !w.answered.IsZero()
	w.asked, w.answered, w.attempts = nil, time.Time{}, 0
	if w.pane == w.signIn.Card {
		w.stopSignIn()
		w.closePane()
	}
	if answered {
		w.stir()
	}
}

// leaveSignIn is "Not now": what waits for a sign-in is left.
func (w *window) leaveSignIn() {
	w.stopSignIn()
	w.signIn.Done()
	waiting := w.asked != nil && w.screen == screenPlayer
	w.closePane()
	if waiting {
		w.stop()
		w.goHome()
	}
}

func (w *window) stopSignIn() {
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
