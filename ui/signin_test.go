package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
)

// refuse has the engine want a sign-in.
func (r *rig) refuse() {
	r.engine.set(func(s *player.Snapshot) {
		s.State = player.NeedsSignIn
		s.SignIn = &player.SignInRequest{Host: "keys.example.com", Reason: "keys.example.com refused the key."}
	})
	r.settle()
}

func TestSignInWithPairs(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.refuse()
		require.True(t, r.signIn.Visible())
		assert.Equal(t, "keys.example.com refused the key.", r.signIn.Reason())

		field := r.signIn.Field()
		test.Type(field, "bad pair"+canary)
		field.OnSubmitted(field.Text)
		r.settle()
		assert.True(t, r.signIn.Visible())
		assert.Contains(t, r.signIn.Wrong(), "position 7")
		for _, s := range r.texts() {
			assert.NotContains(t, s, canary)
		}

		field.SetText("session=" + canary)
		assert.Empty(t, r.signIn.Wrong(), "typing takes the complaint away")
		field.OnSubmitted(field.Text)
		r.settle()
		assert.False(t, r.signIn.Visible())
		assert.Empty(t, field.Text)
		assert.Equal(t, []string{"bad pair" + canary, "session=" + canary}, r.account.lines)
		assert.False(t, r.account.all)
		assert.Equal(t, player.Playing, r.snapshot.State)
		for _, s := range r.texts() {
			assert.NotContains(t, s, canary)
		}
	})
}

func TestSignInWithTheBrowser(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.refuse()
		r.signInWithBrowser()
		r.settle()
		assert.Contains(t, strings.Join(r.texts(), "\n"), "Waiting for the browser…")
		r.account.signed <- errors.New("the browser could not be started")
		r.settle()
		assert.Equal(t, "The browser could not be started.", r.signIn.Wrong())
		r.signInWithBrowser()
		r.account.signed <- nil
		r.settle()
		assert.False(t, r.signIn.Visible())
		assert.Zero(t, r.attempts)
	})
}

func TestAutoSignIn(t *testing.T) {
	inWindow(t, func(o *Options) { o.AutoSignIn = true }, func(r *rig) {
		r.playing()
		r.refuse()
		r.account.signed <- nil
		r.settle()
		assert.False(t, r.signIn.Visible())
		assert.Equal(t, player.Playing, r.snapshot.State)
	})
}

func TestNotNowGoesHome(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.refuse()
		r.leaveSignIn()
		r.settle()
		assert.Equal(t, screenStart, r.screen)
		assert.False(t, r.signIn.Visible())
		assert.Equal(t, []string{"reset"}, r.engine.take())
	})
}

func TestThreeRefusalsInARow(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.refuse()
		for range maxAttempts {
			assert.True(t, r.blocked.IsZero())
			r.signInEnded(nil) // taken, and then refused again
			r.refuse()
		}
		require.True(t, r.signIn.Visible())
		assert.Contains(t, r.signIn.Wrong(), "3 sign-ins in a row were refused. You can try again in 30 seconds.")
		r.pass(10 * time.Second)
		assert.Contains(t, r.signIn.Wrong(), "in 20 seconds")
		r.pass(20 * time.Second)
		assert.Empty(t, r.signIn.Wrong())
		assert.True(t, r.blocked.IsZero())
	})
}

func TestSignInWithoutAWish(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.askToSignIn()
		assert.True(t, r.signIn.Visible())
		r.leave()
		assert.False(t, r.signIn.Visible())
		assert.Equal(t, screenStart, r.screen)
	})
}
