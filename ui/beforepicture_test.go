package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
)

// paintLimit is how long a state may last before it is on the screen.
const paintLimit = 500 * time.Millisecond

// TestPaintsWhatComesBeforeThePicture opens a stream as the command line does, and holds that each
// state is shown, and painted, without a key or the pointer.
func TestPaintsWhatComesBeforeThePicture(t *testing.T) {
	const source = "https://media.example.com/secret-folder/film.m3u8?token=" + canary
	tests := []struct {
		name  string
		state func(*player.Snapshot)
		shown func(*rig) []fyne.CanvasObject
	}{
		{"opening", nil, func(r *rig) []fyne.CanvasObject { return []fyne.CanvasObject{r.spinner, r.top.Container, r.top.back} }},
		{"preparing", func(s *player.Snapshot) { *s = player.Snapshot{State: player.Preparing} },
			func(r *rig) []fyne.CanvasObject { return []fyne.CanvasObject{r.spinner, r.top.Container, r.top.back} }},
		{"waiting for the first segment", func(s *player.Snapshot) { *s = player.Snapshot{State: player.Playing, Buffering: true} },
			func(r *rig) []fyne.CanvasObject { return []fyne.CanvasObject{r.spinner, r.top.Container, r.top.back} }},
		{"failed", func(s *player.Snapshot) {
			*s = player.Snapshot{State: player.Failed, Error: &player.Error{Code: player.CodeUnreachable, Message: "no answer"}}
		}, func(r *rig) []fyne.CanvasObject { return []fyne.CanvasObject{r.trouble.Card, r.scrim} }},
		{"needs a sign-in", func(s *player.Snapshot) {
			*s = player.Snapshot{State: player.NeedsSignIn, SignIn: &player.SignInRequest{Host: "keys.example.com"}}
		}, func(r *rig) []fyne.CanvasObject { return []fyne.CanvasObject{r.signIn.Card, r.scrim} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var gate chan struct{} // opening does not end before it is closed
			inWindow(t, func(o *Options) {
				o.Source, gate = source, make(chan struct{})
				if engine, ok := o.Engine.(*fakeEngine); ok {
					engine.gate = gate
				}
			}, func(r *rig) {
				defer close(gate)
				before := r.painted
				if tt.state != nil {
					r.engine.set(tt.state)
				}
				r.pass(paintLimit)
				for i, o := range tt.shown(r) {
					assert.True(t, o.Visible(), "object %d", i)
				}
				assert.Greater(t, r.painted, before)
				require.Equal(t, "film.m3u8 – media.example.com", r.top.text)
			})
		})
	}
}

func TestPaintsNothingThatIsAsItWas(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		before := r.painted
		r.pass(time.Second)
		assert.Equal(t, before, r.painted)
		r.replay.Show()
		r.settle()
		assert.Equal(t, before+1, r.painted, "a container that was never painted")
	})
}

func TestFirstSize(t *testing.T) {
	for _, tt := range []struct {
		name          string
		width, height int
		scale         float32
		want          fyne.Size
	}{
		{"a large screen", 1920, 1080, 1, fyne.NewSize(1120, 630)},
		{"a small one", 1024, 600, 1, fyne.NewSize(1024, 552)},
		{"everything twice as large", 1280, 800, 2, fyne.NewSize(640, 376)},
		{"a dense large screen", 3840, 2160, 2, fyne.NewSize(1120, 630)},
		{"a tiny one", 480, 320, 1, fyne.NewSize(480, 300)},
		{"too small", 320, 200, 1, fyne.NewSize(400, 300)},
	} {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, firstSize(tt.width, tt.height, tt.scale)) })
	}
}

func TestSourceName(t *testing.T) {
	for source, want := range map[string]string{
		"https://user:pass@media.example.com:8443/folder/film.m3u8?token=1#x": "film.m3u8 – media.example.com",
		"https://media.example.com/?token=1":                                  "media.example.com",
		"https://media.example.com":                                           "media.example.com",
		"/home/somebody/films/a film.mp4":                                     "a film.mp4",
		"film.mp4":                                                            "film.mp4",
		linkSource:                                                            "",
	} {
		assert.Equal(t, want, sourceName(source), source)
	}
}
