package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/player"
	"latchkey/ui/catalogue"
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

// withService gives the window one service.
func withService(o *Options) { o.Services = &fakeServices{} }

// watching plays a title of the service's.
func (r *rig) watching() {
	r.t.Helper()
	r.play(catalogue.Title{ID: "1", Name: "One", Source: "https://media.example.com/film/main.m3u8?token=" + canary}, 0)
	r.settle()
	require.Equal(r.t, player.Playing, r.snapshot.State)
	r.engine.take()
}

func TestSignInToAService(t *testing.T) {
	inWindow(t, withService, func(r *rig) {
		require.Equal(t, screenCatalogue, r.screen)
		r.watching()
		r.refuse()
		require.True(t, r.sheet.Visible())
		assert.Equal(t, "keys.example.com refused the key.", r.sheet.Reason())
		r.signInBy("browser")
		r.settle()
		opened := make(chan error, 1)
		go func() {
			opened <- r.tv.prompt.OpenPage(r.t.Context(), "https://id.example.com/authorize?state="+canary)
		}()
		r.settle()
		require.NoError(t, <-opened)
		text := strings.Join(r.texts(), "\n")
		assert.Contains(t, text, "Waiting for the browser…")
		assert.Contains(t, text, "id.example.com")
		assert.NotContains(t, text, canary)
		r.account.signed <- errors.New("the browser could not be started")
		r.settle()
		assert.Equal(t, "The browser could not be started.", r.sheet.Wrong())
		r.signInBy("browser")
		r.account.signed <- nil
		r.settle()
		assert.False(t, r.sheet.Visible())
		assert.Zero(t, r.attempts)
		r.pass(time.Second)
		assert.Equal(t, "viewer", r.shownAccount().Name)
	})
}

// shownAccount is the account as the window shows it.
func (r *rig) shownAccount() AccountState { return r.window.account }

func TestForms(t *testing.T) {
	inWindow(t, withService, func(r *rig) {
		r.askToSignIn()
		r.signInBy("browser")
		r.settle()
		type answer struct {
			values []network.Secret
			err    error
		}
		ask := func(form auth.Form) chan answer {
			answers := make(chan answer, 1)
			go func() {
				values, err := r.tv.prompt.Ask(r.t.Context(), form)
				answers <- answer{values, err}
			}()
			r.settle()
			return answers
		}
		form := auth.Form{Title: "Example TV", Wrong: "That was wrong.", Fields: []auth.Field{{Name: "username", Label: "User name"}, {Name: "password", Label: "Password", Hidden: true}}}
		answers := ask(form)
		assert.Equal(t, "That was wrong.", r.sheet.Wrong())
		fields := r.sheet.Fields()
		require.Len(t, fields, 2)
		fields[0].SetText("viewer")
		fields[0].OnSubmitted("viewer")
		r.settle()
		assert.Contains(t, r.sheet.Wrong(), "Password", "the next field first")
		fields[1].SetText(canary)
		assert.NotContains(t, strings.Join(r.texts(), "\n"), canary)
		fields[1].OnSubmitted(canary)
		r.settle()
		got := <-answers
		require.NoError(t, got.err)
		require.Len(t, got.values, 2)
		assert.Equal(t, canary, got.values[1].Reveal())

		answers = ask(auth.Form{Title: "Example TV", Fields: []auth.Field{{Name: "passphrase", Label: "Passphrase", Optional: true}}})
		r.sheet.Fields()[0].OnSubmitted("")
		r.settle()
		got = <-answers
		require.NoError(t, got.err, "an optional field may stay empty")
		assert.Empty(t, got.values[0].Reveal())

		answers = ask(form)
		r.leave()
		r.settle()
		require.ErrorIs(t, (<-answers).err, auth.ErrDenied)
		assert.False(t, r.sheet.Visible())
	})
}

func TestDeviceCodeIsShown(t *testing.T) {
	inWindow(t, withService, func(r *rig) {
		r.askToSignIn()
		r.signInBy("browser")
		r.settle()
		r.tv.prompt.ShowCode(auth.DeviceCode{Page: "https://example.com/device", Complete: "https://example.com/device?code=WDJB-MJHT", Code: "WDJB-MJHT", Expires: time.Now().Add(90 * time.Second)})
		r.settle()
		text := strings.Join(r.texts(), "\n")
		assert.Contains(t, text, "WDJB-MJHT")
		assert.Contains(t, text, "example.com/device")
		assert.Contains(t, text, "Good for 1:30")
		r.pass(31 * time.Second)
		assert.Contains(t, strings.Join(r.texts(), "\n"), "Good for 0:5")
	})
}

func TestAutoSignIn(t *testing.T) {
	inWindow(t, func(o *Options) { withService(o); o.AutoSignIn = true }, func(r *rig) {
		r.watching()
		r.refuse()
		r.account.signed <- nil
		r.settle()
		assert.False(t, r.sheet.Visible())
		assert.Equal(t, player.Playing, r.snapshot.State)
	})
}

func TestTroubleOverThePicture(t *testing.T) {
	inWindow(t, withService, func(r *rig) {
		r.watching()
		r.tv.become(AccountState{SignedIn: true, Trouble: "The service has ended this sign-in.", Ended: true})
		r.pass(time.Second)
		assert.True(t, r.banner.Visible())
		assert.Equal(t, player.Playing, r.snapshot.State)
		assert.Nil(t, r.pane, "the picture is not covered")
		r.tv.become(AccountState{SignedIn: true})
		r.pass(time.Second)
		assert.False(t, r.banner.Visible())
	})
}

func TestAccountCard(t *testing.T) {
	inWindow(t, withService, func(r *rig) {
		r.tv.become(AccountState{SignedIn: true, Name: "viewer@example.com", Kept: "Kept in memory."})
		r.pass(time.Second)
		r.accountClicked()
		text := strings.Join(r.texts(), "\n")
		for _, wanted := range []string{"viewer@example.com", "Kept in memory.", "Switch to b", "Add another account", "Sign out"} {
			assert.Contains(t, text, wanted)
		}
		r.changeAccount(r.tv.SignOut)
		r.settle()
		assert.Equal(t, 1, r.tv.outs)
		r.pass(time.Second)
		assert.Equal(t, "Sign in", r.catalogue.sign.Text())
	})
}

func TestIncoming(t *testing.T) {
	var incoming chan Incoming // made in the window's bubble of time
	services := &fakeServices{}
	inWindow(t, func(o *Options) { incoming = make(chan Incoming); o.Services, o.Incoming = services, incoming }, func(r *rig) {
		played := 0
		incoming <- Incoming{Link: &LinkRequest{Title: "Play", Text: "Play a stream from media.example.com.", Resource: func() (*player.MediaResource, error) {
			played++
			return player.NewMediaResource("https://media.example.com/x.m3u8", nil)
		}}}
		incoming <- Incoming{Proposal: &Proposal{ID: "new", Name: "New TV", Facts: []Fact{{"Signs in at", "https://id.example.com"}}}}
		r.settle()
		assert.Contains(t, strings.Join(r.texts(), "\n"), "Play a stream from media.example.com.")
		assert.Zero(t, played, "nothing before a person agrees")
		r.closePane()
		r.pass(time.Second)
		text := strings.Join(r.texts(), "\n")
		assert.Contains(t, text, "New TV")
		assert.Contains(t, text, "https://id.example.com")
		assert.Empty(t, services.accepted)
		r.trust(Proposal{ID: "new"})
		r.settle()
		assert.Len(t, services.accepted, 1)
		r.follow(LinkRequest{Title: "Play", Resource: func() (*player.MediaResource, error) {
			played++
			return player.NewMediaResource("https://media.example.com/x.m3u8", nil)
		}})
		r.settle()
		assert.Equal(t, 1, played)
		assert.Equal(t, screenPlayer, r.screen)
		assert.Nil(t, r.playedBy)
		incoming <- Incoming{Link: &LinkRequest{Title: "Open a link", Wrong: "It asks for something that is not known."}}
		r.settle()
		assert.Contains(t, strings.Join(r.texts(), "\n"), "It asks for something that is not known.")
	})
}

func TestLogins(t *testing.T) {
	var logins *Logins
	inWindow(t, func(o *Options) { logins = NewLogins(); o.Logins = logins }, func(r *rig) {
		type given struct {
			user     string
			password network.Secret
			err      error
		}
		ask := func(c network.Challenge) chan given {
			answered := make(chan given, 1)
			go func() {
				user, password, err := logins.Ask(r.t.Context(), c)
				answered <- given{user, password, err}
			}()
			r.settle()
			return answered
		}
		answered := ask(network.Challenge{Origin: "http://media.example.com", Realm: "staff", Plain: true, Again: true})
		text := strings.Join(r.texts(), " ")
		for _, wanted := range []string{"http://media.example.com", "staff", "not encrypted", "not accepted"} {
			assert.Contains(t, text, wanted)
		}
		fields := r.sheet.Fields()
		require.Len(t, fields, 2)
		fields[0].SetText("viewer")
		fields[1].SetText(canary)
		fields[1].OnSubmitted(canary)
		r.settle()
		got := <-answered
		require.NoError(t, got.err)
		assert.Equal(t, "viewer", got.user)
		assert.Equal(t, canary, got.password.Reveal())
		assert.Nil(t, r.pane)

		answered = ask(network.Challenge{Origin: "https://media.example.com"})
		r.leave()
		r.settle()
		require.ErrorIs(t, (<-answered).err, network.ErrNoLogin)
		assert.Nil(t, r.pane)
	})
}

func TestRequestRows(t *testing.T) {
	rows := requestRows([]network.Record{
		{Class: network.ClassPlaylist, URL: "https://example.com/main.m3u8?token=" + canary, Status: 200, Bytes: 2048, Total: network.Milliseconds(5 * time.Millisecond)},
		{Class: network.ClassKey, URL: "https://keys.example.com/1", Status: 401, Cookies: []string{"session"}},
	})
	assert.Equal(t, []requestRow{{"key", "keys.example.com/1", "401, 0 B, 0 ms", "session"}, {"playlist", "example.com/main.m3u8", "200, 2 kB, 5 ms", "no cookie"}}, rows)
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
