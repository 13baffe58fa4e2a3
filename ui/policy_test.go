package ui

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/assert"

	"latchkey/network/auth"
	"latchkey/player"
)

func TestControlsShown(t *testing.T) {
	tests := []struct {
		name string
		p    presence
		want bool
	}{
		{"playing, just moved", presence{playing: true}, true},
		{"playing, almost", presence{playing: true, since: controlsStay - 1}, true},
		{"playing, at rest", presence{playing: true, since: controlsStay}, false},
		{"held", presence{playing: true, held: true, since: time.Hour}, true},
		{"paused", presence{since: time.Hour}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, controlsShown(tt.p)) })
	}
}

func TestSpinnerShown(t *testing.T) {
	assert.False(t, spinnerShown(true, spinnerDelay-1))
	assert.True(t, spinnerShown(true, spinnerDelay))
	assert.False(t, spinnerShown(false, time.Hour))
}

func TestActionFor(t *testing.T) {
	tests := []struct {
		name  fyne.KeyName
		shift bool
		want  action
	}{
		{fyne.KeySpace, false, actPlayPause},
		{fyne.KeyRight, false, actForward},
		{fyne.KeyRight, true, actFarForward},
		{fyne.KeyLeft, true, actFarBackward},
		{fyne.KeyUp, true, actLouder},
		{fyne.KeyL, false, actFarForward},
		{fyne.KeyL, true, actRunForward},
		{fyne.KeyJ, true, actRunBackward},
		{fyne.KeyN, true, actNext},
		{fyne.KeyPeriod, false, actFaster},
		{fyne.KeyComma, false, actSlower},
		{fyne.KeyEscape, false, actLeave},
		{fyne.KeyF1, false, actNone},
	}
	for _, tt := range tests {
		t.Run(string(tt.name), func(t *testing.T) { assert.Equal(t, tt.want, actionFor(tt.name, tt.shift)) })
	}
}

func TestNextSpeed(t *testing.T) {
	assert.InDelta(t, 1.25, nextSpeed(1, 1), 0)
	assert.InDelta(t, 0.75, nextSpeed(1, -1), 0)
	assert.InDelta(t, 2, nextSpeed(2, 1), 0)
	assert.InDelta(t, 0.5, nextSpeed(0.5, -1), 0)
	assert.InDelta(t, 0.5, nextSpeed(0.25, 1), 0)
	assert.InDelta(t, 2, nextSpeed(3, -1), 0)
}

func TestNextTrick(t *testing.T) {
	assert.Equal(t, 2, nextTrick(0, 1))
	assert.Equal(t, -2, nextTrick(0, -1))
	assert.Equal(t, 8, nextTrick(4, 1))
	assert.Equal(t, -128, nextTrick(-64, -1))
	assert.Equal(t, 128, nextTrick(128, 1))
	assert.Equal(t, -4, nextTrick(-8, 1))
	assert.Equal(t, 0, nextTrick(2, -1))
	assert.Equal(t, 0, nextTrick(-2, 1))
}

func TestSentence(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "",
		"the server is gone":         "The server is gone.",
		"Sign in again!":             "Sign in again!",
		"a.example.com refused":      "a.example.com refused.",
		" ümlaut ":                   "Ümlaut.",
		"Done.":                      "Done.",
		"https://a.b/c is not there": "https://a.b/c is not there.",
	} {
		assert.Equal(t, want, sentence(in))
	}
}

func TestExplain(t *testing.T) {
	pairs := func(line string) error {
		_, err := auth.ParsePairs(line)
		return fmt.Errorf("sign in: %w", err)
	}
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"browser":   {fmt.Errorf("sign in: xdg-open is not installed: %w", auth.ErrNoBrowser), "No browser could be opened."},
		"cancelled": {fmt.Errorf("sign in: %w", auth.ErrDenied), "cancelled"},
		"slow":      {auth.ErrTimeout, "in time"},
		"name":      {pairs("a=1; b c=" + canary), "A character at byte 7 cannot be in a name."},
		"equals":    {pairs("a=1;" + canary), "No \"=\" after the name at byte 5."},
		"none":      {pairs(""), "There is none."},
		"other":     {errors.New("sign in: exchange the code: the server cannot be reached"), "The server cannot be reached."},
	} {
		t.Run(name, func(t *testing.T) {
			got := explain(tt.err)
			assert.Contains(t, got, tt.want)
			assert.NotContains(t, got, canary)
		})
	}
}

func TestDetailsHoldNoQuery(t *testing.T) {
	e := &player.Error{Code: player.CodeTimeout, Class: "segment", URL: "https://a.b/c?sig=" + canary + "#x", Message: "too slow"}
	got := details(e)
	assert.NotContains(t, got, canary)
	assert.Contains(t, got, "address: https://a.b/c\n")
	assert.Contains(t, got, "request: segment\n")
}

func TestHeadlineForEachCategory(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []player.Category{
		player.CategoryAuth, player.CategoryNetwork, player.CategoryPlaylist, player.CategoryContainer,
		player.CategoryDRM, player.CategoryDecode, player.CategoryOutput, player.CategoryInternal,
	} {
		assert.False(t, seen[headline(c)], c)
		seen[headline(c)] = true
	}
}
