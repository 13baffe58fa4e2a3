package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/ui/controls"
)

// button returns the visible button of a text.
func (r *rig) button(t *testing.T, text string) *controls.Button {
	t.Helper()
	for _, o := range test.LaidOutObjects(r.win.Canvas().Content()) {
		if b, ok := o.(*controls.Button); ok && b.Text() == text {
			return b
		}
	}
	require.Fail(t, "no button", text)
	return nil
}

// TestLinksAskFirst shows links to profiles: one question at a time, nothing fetched before the
// click, and one notice for those that are too many.
func TestLinksAskFirst(t *testing.T) {
	var incoming chan Incoming // made in the window's bubble of time
	inWindow(t, func(o *Options) { incoming = make(chan Incoming); o.Services, o.Incoming = &fakeServices{}, incoming }, func(r *rig) {
		const links = 40
		fetched := make([]int, links)
		for i := range links {
			incoming <- Incoming{Link: &LinkRequest{Title: "Fetch", Text: fmt.Sprintf("Fetch a profile from tv%d.example.com?", i),
				Fetch: func(context.Context) Incoming {
					fetched[i]++
					return Incoming{Proposal: &Proposal{ID: "new", Name: fmt.Sprintf("New TV %d", i)}}
				}}}
		}
		r.settle()
		text := strings.Join(r.texts(), " ")
		assert.Contains(t, text, "tv0.example.com?")
		assert.Equal(t, 1, strings.Count(text, ".example.com?"), "one at a time")
		assert.Equal(t, make([]int, links), fetched, "nothing before the click")
		r.button(t, "Fetch").Tapped(nil)
		r.settle()
		assert.Equal(t, 1, fetched[0])
		assert.Contains(t, strings.Join(r.texts(), " "), "New TV 0", "what was fetched comes before what waits")
		questions, notices := 0, 0
		for r.closePane(); ; r.closePane() {
			r.pass(time.Second)
			if r.pane == nil {
				break
			}
			text := strings.Join(r.texts(), " ")
			questions += strings.Count(text, ".example.com?")
			notices += strings.Count(text, "The last of them were dropped.")
		}
		assert.Equal(t, maxWaiting, questions)
		assert.Equal(t, 1, notices)
		fetched[0] = 0
		assert.Equal(t, make([]int, links), fetched, "what was declined is not fetched")
	})
}
