package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"latchkey/player"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

// trouble is the card that says what went wrong and what can be done.
type trouble struct {
	*controls.Card

	title *controls.Paragraph
	what  *controls.Paragraph
	small *controls.Paragraph
	again *controls.Button
	sign  *controls.Button
	other *controls.Button
	copy  *controls.Button
	err   *player.Error
}

func (w *window) buildTrouble() *trouble {
	t := &trouble{
		title: controls.Heading(""),
		what:  controls.NewParagraph(controls.CardWidth, theme.SizeStrong, theme.Foreground, fyne.TextAlignCenter),
		small: controls.NewParagraph(controls.CardWidth, theme.SizeCaption, theme.Faint, fyne.TextAlignCenter),
		again: controls.NewButton("Try again", icon.Replay, controls.Primary, w.hooks, w.tryAgain),
		sign:  controls.NewButton("Sign in", icon.Key, controls.Secondary, w.hooks, w.askToSignIn),
		other: controls.NewButton("Open something else", icon.Link, controls.Secondary, w.hooks, w.openOther),
	}
	t.copy = controls.NewButton("Copy details", icon.Copy, controls.Quiet, w.hooks, w.copyDetails)
	t.Card = controls.NewCard(w.hooks, controls.Badge(icon.Warning, theme.Danger), t.title, t.what, t.small,
		t.again, controls.Columns(t.sign, t.other), t.copy)
	return t
}

// failed shows an error that ended the playback.
func (w *window) failed(e *player.Error) {
	t := w.trouble
	t.err = e
	t.title.SetText(headline(e.Category()))
	t.what.SetText(sentence(e.Message))
	t.small.SetText(fmt.Sprintf("Code %d, %s", e.Code, e.Category()))
	setVisible(t.sign, mayNeedSignIn(e))
	t.copy.SetText("Copy details")
	w.showPane(t.Card)
	w.showState()
}

// headline names a category of errors.
func headline(c player.Category) string {
	switch c {
	case player.CategoryAuth:
		return "The service said no"
	case player.CategoryNetwork:
		return "The connection failed"
	case player.CategoryPlaylist:
		return "This is no stream"
	case player.CategoryContainer:
		return "This cannot be played"
	case player.CategoryDRM:
		return "The key does not fit"
	case player.CategoryDecode:
		return "This cannot be decoded"
	case player.CategoryOutput:
		return "There is no way to show this"
	}
	return "Something went wrong"
}

// mayNeedSignIn says whether signing in may help.
func mayNeedSignIn(e *player.Error) bool {
	switch e.Category() {
	case player.CategoryAuth, player.CategoryDRM:
		return true
	}
	return false
}

// tryAgain opens what failed once more, where it stood.
func (w *window) tryAgain() {
	if w.resource == nil {
		return
	}
	from := w.snapshot.Position
	if from <= 0 {
		from = w.startAt
	}
	w.closePane()
	w.playFrom(w.title, from, w.playedBy, w.resource)
}

// openOther leaves what failed for the field for addresses.
func (w *window) openOther() {
	w.stop()
	w.goTo(screenStart)
}

// copyDetails puts what helps others to help into the clipboard. It holds no secret: an Error has none.
func (w *window) copyDetails() {
	if w.trouble.err == nil {
		return
	}
	w.app.Clipboard().SetContent(details(w.trouble.err))
	w.trouble.copy.SetText("Copied")
}

// details describes an error for those who help.
func details(e *player.Error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Latchkey: %s\ncode %d (%s)\n", e.Message, e.Code, e.Category())
	if e.Class != "" {
		fmt.Fprintf(&b, "request: %s\n", e.Class)
	}
	if e.URL != "" {
		fmt.Fprintf(&b, "address: %s\n", bare(e.URL))
	}
	return b.String()
}

// bare cuts query and fragment off an address, should one be there.
func bare(address string) string {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		return address[:i]
	}
	return address
}
