package main_test

import (
	"context"
	"image"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
	"latchkey/ui/theme"
)

const (
	tokenLife   = "8s" // of the demo's tokens: the title is longer than three of them
	watchFor    = 22 * time.Second
	signInLimit = 2 * time.Minute
)

// Where things are in the window, which is 1120 by 630 in the middle of the display.
var (
	firstPoster = image.Pt(196, 180)
	display     = image.Pt(1280, 720)
	corner      = display.Sub(image.Pt(1120, 630)).Div(2)
)

// TestSignInThenWatch is a person with a mouse and a browser: they sign in at the provider's page, watch past the end of several tokens,
// sign out, and get no key any more.
func TestSignInThenWatch(t *testing.T) {
	b := newBrowser(t)
	ctx, cancel := context.WithTimeout(t.Context(), signInLimit)
	defer cancel()
	d := newSilentDesktop(t, display.X, display.Y)
	folder := screenshots(t)
	picture := func(name string) string { return filepath.Join(folder, name) }
	reportFile := filepath.Join(t.TempDir(), "report.json")
	programContext, quit := context.WithCancel(ctx)
	defer quit()
	run := start(programContext, t, b.environment(d.environment()), "demo", "--ao", "null", "--token-life", tokenLife, "--report", reportFile, "--log-level", "info")

	// The catalogue, the card, the browser.
	d.clickPatch(ctx, t, theme.Raised, 60, 30)
	d.park(ctx, t)
	d.waitPatch(ctx, t, theme.Accent, 300, 30)
	d.settle(ctx, t, time.Second)
	d.save(t, picture("sign-in.png"))
	d.clickPatch(ctx, t, theme.Accent, 300, 30)
	page := b.wanted(ctx, t)
	d.park(ctx, t)
	d.settle(ctx, t, time.Second)
	d.save(t, picture("waiting.png"))
	said := ""
	b.visit(ctx, t, chromedp.Navigate(page),
		chromedp.WaitVisible("#username"), savePage(picture("provider.png")),
		chromedp.SetValue("#username", networktest.Viewer), chromedp.SetValue("#password", networktest.ViewerPassword), chromedp.Click("#signin"),
		chromedp.WaitVisible("#allow"), savePage(picture("consent.png")), chromedp.Click("#allow"),
		chromedp.WaitVisible(`//h1[contains(., "You are")]`), readText("h1", &said), savePage(picture("signed-in.png")))
	assert.Equal(t, "You are signed in", said)
	d.waitNoPatch(ctx, t, theme.Accent, 300, 30)
	d.settle(ctx, t, time.Second)
	d.save(t, picture("catalogue.png"))

	// The title, past the end of its tokens.
	d.click(ctx, t, corner.Add(firstPoster))
	d.park(ctx, t)
	watching, stop := context.WithTimeout(ctx, watchFor)
	codes, err := watchPicture(watching, d, run)
	stop()
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Greater(t, len(codes), 10, "time codes seen\n%s", run.stderr.String())
	first, last := codes[0], codes[len(codes)-1]
	shown := time.Duration(last.code.Frame-first.code.Frame) * time.Second / codeRate
	passed := last.at.Sub(first.at)
	assert.Greater(t, passed, 2*8*time.Second, "two tokens have ended")
	assert.InEpsilon(t, passed.Seconds(), shown.Seconds(), 0.1, "%v of the title in %v: it stood still", shown, passed)
	d.save(t, picture("watching.png"))

	// Out again.
	d.keys(ctx, t, "Escape")
	d.settle(ctx, t, time.Second)
	d.clickPatch(ctx, t, theme.Raised, 60, 30)
	d.park(ctx, t)
	d.settle(ctx, t, time.Second)
	d.save(t, picture("account.png"))
	shot, err := d.screenshot()
	require.NoError(t, err)
	buttons := patches(shot, theme.Raised, 300, 30)
	require.NotEmpty(t, buttons)
	signOut := buttons[len(buttons)-1]
	d.click(ctx, t, signOut.Min.Add(signOut.Size().Div(2)))
	d.park(ctx, t)
	d.settle(ctx, t, 2*time.Second)
	d.click(ctx, t, corner.Add(firstPoster))
	d.park(ctx, t)
	d.waitPatch(ctx, t, theme.Accent, 300, 30)
	d.settle(ctx, t, time.Second)
	d.save(t, picture("signed-out.png"))
	quit()
	<-run.done

	r := readReport(t, reportFile)
	refused := 0
	for _, request := range r.Requests {
		assert.Empty(t, request.Cookies, "request %d after the sign-out", request.N)
		if request.Class == "key" {
			assert.Equal(t, http.StatusUnauthorized, request.Status, "request %d", request.N)
			refused++
		}
	}
	assert.NotZero(t, refused)
	log := run.stderr.String()
	assert.NotContains(t, log, "panic")
	for _, secret := range []string{networktest.ViewerPassword, "eyJ", "code=", "state="} {
		shows := strings.Contains(log, secret)
		assert.False(t, shows, "the log shows %q", secret[:3])
	}
	assertAbsent(t, networktest.ViewerPassword, run, d.state)
	assertAbsent(t, "eyJhbGciOi", run, d.state)
}
