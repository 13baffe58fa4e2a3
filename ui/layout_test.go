package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/player"
	"latchkey/ui/catalogue"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
)

// block is something that a person reads or uses, and where it stands in the window.
type block struct {
	what     string
	min, max fyne.Position
	least    float32 // its least width
	scrolled bool    // it may stand above or below what is seen
}

// blocks are those of an object and what it is made of.
func blocks(o fyne.CanvasObject, at fyne.Position, scrolled bool) []block {
	if !o.Visible() {
		return nil
	}
	at = at.Add(o.Position())
	b := block{min: at, max: at.AddXY(o.Size().Width, o.Size().Height), scrolled: scrolled}
	var inside []fyne.CanvasObject
	switch o := o.(type) {
	case *controls.Button:
		b.what = "button " + o.Text()
	case *controls.IconButton, *controls.Toggle, *controls.Field, *controls.SeekBar, *controls.VolumeSlider, *controls.Spinner:
		b.what, b.least = fmt.Sprintf("%T", o), o.MinSize().Width
	case *widget.List:
		b.what = "list" // words may stand on an empty one
	case *canvas.Text:
		b.what, b.least = "text "+o.Text, o.MinSize().Width
		if o.Text == "" {
			return nil
		}
	case *canvas.Image:
		b.what = "image"
	case *fyne.Container:
		inside = o.Objects
	case *container.Scroll:
		inside, scrolled = []fyne.CanvasObject{o.Content}, true
	case fyne.Widget:
		inside = test.WidgetRenderer(o).Objects()
	}
	if b.what != "" {
		return []block{b}
	}
	var all []block
	for _, child := range inside {
		all = append(all, blocks(child, at, scrolled)...)
	}
	return all
}

// assertFits holds that what stands in the window lies inside, is wide enough, and that nothing lies
// over anything else.
func assertFits(t *testing.T, window fyne.Size, roots ...fyne.CanvasObject) {
	t.Helper()
	const slack = 1
	var all []block
	for _, root := range roots {
		if root.Visible() {
			all = append(all, blocks(root, fyne.Position{}, false)...)
		}
	}
	require.NotEmpty(t, all)
	for i, b := range all {
		assert.True(t, b.min.X >= -slack && b.max.X <= window.Width+slack, "%s is beside the window: %v to %v", b.what, b.min, b.max)
		if !b.scrolled {
			assert.True(t, b.min.Y >= -slack && b.max.Y <= window.Height+slack, "%s is above or below the window: %v to %v", b.what, b.min, b.max)
		}
		assert.GreaterOrEqual(t, b.max.X-b.min.X, b.least-slack, "%s is narrower than its least", b.what)
		for _, other := range all[:i] {
			over := min(b.max.X, other.max.X)-max(b.min.X, other.min.X) > slack && min(b.max.Y, other.max.Y)-max(b.min.Y, other.min.Y) > slack
			assert.False(t, over && b.scrolled == other.scrolled && other.what != "list", "%s (%v to %v) lies over %s (%v to %v)", b.what, b.min, b.max, other.what, other.min, other.max)
		}
	}
}

// TestLayoutsHold lays every screen and card out, from the least window up, with words as long as
// they come.
func TestLayoutsHold(t *testing.T) {
	long := strings.Repeat("A rather long name ", 4)
	films := []catalogue.Title{{ID: "a", Name: long, Source: "https://media.example.com/a.m3u8", Protected: true, Duration: time.Minute}, {ID: "b", Name: long}}
	everything := func(s *player.Snapshot) {
		s.State, s.Duration, s.Position = player.Playing, 3*time.Hour, 2*time.Hour
		s.Variants = []player.VariantInfo{{Height: 1080, Bandwidth: 8e6}, {Height: 720, Bandwidth: 4e6}}
		s.Selects, s.Selected, s.Variant = []int{0, 1}, -1, 0
		s.Sounds = []player.SoundInfo{{Name: "English"}, {Name: "Deutsch", Index: 1}}
		s.Subtitles = []player.SubtitleInfo{{Name: "English"}}
	}
	// Each state shows something and returns what is on top of the window.
	states := map[string]func(r *rig) []fyne.CanvasObject{
		"start": func(r *rig) []fyne.CanvasObject {
			r.goTo(screenStart)
			r.start.say(strings.Repeat("This is not an address. ", 5))
			return []fyne.CanvasObject{r.start.Container}
		},
		"catalogue": func(r *rig) []fyne.CanvasObject {
			r.tv.become(AccountState{SignedIn: true, Name: long})
			r.enter(r.tv)
			r.catalogue.setName(long)
			r.settle()
			return []fyne.CanvasObject{r.catalogue.Container}
		},
		"catalogue that fails": func(r *rig) []fyne.CanvasObject {
			r.enter(r.tv)
			r.settle()
			r.catalogue.view.Fail(long)
			return []fyne.CanvasObject{r.catalogue.Container}
		},
		"opening": func(r *rig) []fyne.CanvasObject {
			r.open("https://media.example.com/" + strings.Repeat("long", 30) + ".m3u8")
			r.engine.set(func(s *player.Snapshot) { *s = player.Snapshot{State: player.Preparing} })
			r.settle()
			r.pass(time.Second)
			r.say(icon.Globe, "No connection. Playback goes on by itself.")
			return []fyne.CanvasObject{r.top.Container, r.bar, r.spinner, r.toast}
		},
		"playing": func(r *rig) []fyne.CanvasObject {
			r.playing()
			r.engine.set(everything)
			r.toggleInformation()
			r.settle()
			r.stir()
			r.settle()
			return []fyne.CanvasObject{r.top.Container, r.bar, r.information.Container}
		},
		"playing live": func(r *rig) []fyne.CanvasObject {
			r.playing()
			r.engine.set(everything)
			r.engine.set(func(s *player.Snapshot) {
				s.Live, s.Duration, s.Window, s.LivePoint = true, 0, player.Range{End: 3 * time.Hour}, 3*time.Hour
			})
			r.settle()
			r.stir()
			r.settle()
			return []fyne.CanvasObject{r.top.Container, r.bar}
		},
		"banner": func(r *rig) []fyne.CanvasObject {
			r.playing()
			r.banner.say("The sign-in to Example TV could not be renewed: the service does not answer. It is tried again in a minute.")
			r.banner.Show()
			r.layoutBanner()
			return []fyne.CanvasObject{r.top.Container, r.bar, r.banner.Container}
		},
		"end": func(r *rig) []fyne.CanvasObject {
			r.enter(r.tv)
			r.settle()
			r.play(films[0], 0)
			r.settle()
			r.engine.set(func(s *player.Snapshot) { s.State, s.Position = player.Complete, s.Duration })
			r.settle()
			require.True(r.t, r.replay.next.Visible())
			return []fyne.CanvasObject{r.top.Container, r.bar, r.replay.Container}
		},
		"failed": func(r *rig) []fyne.CanvasObject {
			r.playing()
			r.engine.set(func(s *player.Snapshot) {
				s.State, s.Error = player.Failed, &player.Error{Code: player.CodeWrongKey, Message: strings.Repeat("the key does not fit. ", 6)}
			})
			r.settle()
			return []fyne.CanvasObject{r.trouble.Card}
		},
		"no way to show": func(r *rig) []fyne.CanvasObject {
			r.playing()
			r.failed(&player.Error{Code: player.CodeNoDisplay, Message: "there is none"})
			return []fyne.CanvasObject{r.trouble.Card}
		},
		"cookies": func(r *rig) []fyne.CanvasObject {
			r.offer(nil, "Sign in to keep watching", "keys.example.com wants to know who you are.", "The pair at position 7 is wrong: a name must not hold a space.")
			return []fyne.CanvasObject{r.signIn.Card}
		},
		"ways": func(r *rig) []fyne.CanvasObject {
			r.offer(r.tv, "Sign in to keep watching", long, long)
			return []fyne.CanvasObject{r.sheet.Card}
		},
		"browser": func(r *rig) []fyne.CanvasObject {
			r.showPane(r.sheet.Card)
			r.sheet.Browser("https://id.example.com/authorize?state=1", false)
			return []fyne.CanvasObject{r.sheet.Card}
		},
		"code": func(r *rig) []fyne.CanvasObject {
			r.showPane(r.sheet.Card)
			r.sheet.Code(auth.DeviceCode{Page: "https://id.example.com/activate/this/device", Code: "WDJB-MJHT-QXKC", Expires: time.Now().Add(time.Minute)})
			return []fyne.CanvasObject{r.sheet.Card}
		},
		"form": func(r *rig) []fyne.CanvasObject {
			r.showPane(r.sheet.Card)
			r.sheet.Form(auth.Form{Title: long, Text: long, Fields: []auth.Field{{Label: "User name"}, {Label: "Password"}, {Label: "Code"}}}, func([]network.Secret, error) {})
			return []fyne.CanvasObject{r.sheet.Card}
		},
		"account": func(r *rig) []fyne.CanvasObject {
			r.tv.become(AccountState{SignedIn: true, Name: long, Kept: long, Trouble: long})
			r.service = r.tv
			r.showAccountCard()
			return []fyne.CanvasObject{r.card}
		},
		"link": func(r *rig) []fyne.CanvasObject {
			r.received(Incoming{Link: &LinkRequest{Title: "Play", Text: "https://" + strings.Repeat("media", 20) + ".example.com"}})
			return []fyne.CanvasObject{r.card}
		},
		"proposal": func(r *rig) []fyne.CanvasObject {
			fact := Fact{"Sends the sign-in to", "https://keys.example.com, https://license.example.com"}
			r.received(Incoming{Proposal: &Proposal{Name: long, Replaces: true, Facts: []Fact{fact, fact, fact}}})
			return []fyne.CanvasObject{r.card}
		},
		"files": func(r *rig) []fyne.CanvasObject {
			r.showPane(r.files.Container)
			r.files.Enter("/" + strings.Repeat("folder/", 40))
			return []fyne.CanvasObject{r.files.Container}
		},
		"requests": func(r *rig) []fyne.CanvasObject {
			r.options.Requests = func() []network.Record { return nil }
			r.toggleRequests()
			r.settle()
			return []fyne.CanvasObject{r.requests.Container}
		},
	}
	least, tiny := fyne.NewSize(minWidth, minHeight), fyne.NewSize(480, 320)
	for name, show := range states {
		t.Run(name, func(t *testing.T) {
			inWindow(t, func(o *Options) { o.Services = &fakeServices{} }, func(r *rig) {
				r.tv.titles = films
				r.win.Resize(least)
				roots := show(r)
				require.Equal(t, least, r.root.Size(), "the window is no larger than it was made")
				assertFits(t, least, roots...)
				for _, size := range []fyne.Size{fyne.NewSize(1120, 630), tiny, least} {
					r.win.Resize(size)
					assertFits(t, size, roots...)
				}
			})
		})
	}
}
