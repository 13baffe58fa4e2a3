package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player"
	"latchkey/player/caption"
	"latchkey/player/frame"
	"latchkey/ui/catalogue"
)

func key(name fyne.KeyName) *fyne.KeyEvent { return &fyne.KeyEvent{Name: name} }

func TestOpenPlays(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		assert.Equal(t, screenStart, r.screen)
		r.engine.take()
		r.open("  https://media.example.com/film/main.m3u8?token=1 ")
		r.settle()
		assert.Equal(t, []string{"replace https://media.example.com/film/main.m3u8", "prepare 0s", "play"}, r.engine.take())
		assert.Equal(t, screenPlayer, r.screen)
		assert.True(t, r.wantPlay)
	})
}

func TestOpenRefusesWhatIsNoResource(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		for source, want := range map[string]string{"": "Type the address", "rtmp://a/b": "neither an address"} {
			r.open(source)
			r.settle()
			assert.Equal(t, screenStart, r.screen)
			assert.Contains(t, r.start.wrong.Text(), want)
		}
	})
}

func TestStartOptions(t *testing.T) {
	inWindow(t, func(o *Options) {
		o.Source, o.Start, o.Muted, o.Volume, o.Speed = "/films/a.mp4", 7*time.Second, true, 0.3, 1.5
	}, func(r *rig) {
		calls := r.engine.take()
		assert.Contains(t, calls, "prepare 7s")
		assert.Contains(t, calls, "muted")
		assert.Contains(t, calls, "volume")
		assert.Contains(t, calls, "speed")
		assert.True(t, r.muted)
	})
}

func TestOptionsAreChecked(t *testing.T) {
	e := &fakeEngine{}
	for name, o := range map[string]Options{
		"no engine":  {Account: &fakeAccount{}},
		"no account": {Engine: e},
		"volume":     {Engine: e, Account: &fakeAccount{}, Volume: 1.1},
		"speed":      {Engine: e, Account: &fakeAccount{}, Speed: 5},
	} {
		t.Run(name, func(t *testing.T) { assert.Error(t, o.check()) })
	}
}

func TestKeysWhilePlaying(t *testing.T) {
	tests := []struct {
		name string
		keys []fyne.KeyName
		want []string
	}{
		{"space pauses", []fyne.KeyName{fyne.KeySpace}, []string{"pause"}},
		{"forward", []fyne.KeyName{fyne.KeyRight}, []string{"seek 35s"}},
		{"backward", []fyne.KeyName{fyne.KeyLeft}, []string{"seek 25s"}},
		{"far", []fyne.KeyName{fyne.KeyL}, []string{"seek 1m0s"}},
		{"begin", []fyne.KeyName{fyne.KeyHome}, []string{"seek 0s"}},
		{"end", []fyne.KeyName{fyne.KeyEnd}, []string{"seek 1m39s"}},
		{"not before the begin", []fyne.KeyName{fyne.KeyJ, fyne.KeyJ}, []string{"seek 0s"}},
		{"mute", []fyne.KeyName{fyne.KeyM}, []string{"muted"}},
		{"quieter", []fyne.KeyName{fyne.KeyDown}, []string{"volume"}},
		{"faster", []fyne.KeyName{fyne.KeyRightBracket}, []string{"speed"}},
		{"unknown", []fyne.KeyName{fyne.KeyF5}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inWindow(t, nil, func(r *rig) {
				r.playing()
				r.engine.set(func(s *player.Snapshot) { s.Position = 30 * time.Second })
				r.settle()
				for _, k := range tt.keys {
					r.typedKey(key(k))
				}
				r.settle()
				assert.Equal(t, tt.want, r.engine.take())
			})
		})
	}
}

func TestLiveStream(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.engine.set(func(s *player.Snapshot) {
			s.Live, s.Duration, s.Position = true, 0, 150*time.Second
			s.Window, s.LivePoint = player.Range{Start: 60 * time.Second, End: 180 * time.Second}, 170*time.Second
		})
		r.settle()
		assert.Equal(t, "−0:20", r.bar.TimeText())
		r.seekShown(10*time.Second, true)
		r.settle()
		r.typedKey(key(fyne.KeyHome))
		r.settle()
		assert.Equal(t, []string{"seek 1m10s", "seek 1m0s"}, r.engine.take(), "no further back than the window")
		r.typedKey(key(fyne.KeyEnd))
		assert.Equal(t, "Live", r.toast.Text())
		r.settle()
		assert.Equal(t, []string{"go live"}, r.engine.take())
		r.pass(time.Second)
		assert.Nil(t, r.seekTo)
	})
}

func TestSeveralStepsAddUp(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.engine.gate = make(chan struct{})
		for range 4 {
			r.typedKey(key(fyne.KeyRight))
		}
		assert.Equal(t, 20*time.Second, r.position(), "the wish is shown before the engine is there")
		assert.Equal(t, "0:20 / 1:40", r.toast.Text())
		close(r.engine.gate)
		r.settle()
		calls := r.engine.take()
		assert.Equal(t, "seek 20s", calls[len(calls)-1])
		assert.LessOrEqual(t, len(calls), 2, "older seeks are replaced")
		r.pass(time.Second)
		assert.Nil(t, r.seekTo)
	})
}

func TestFullScreenAndEscape(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.typedKey(key(fyne.KeyF))
		assert.True(t, r.win.FullScreen())
		r.typedKey(key(fyne.KeyEscape))
		assert.False(t, r.win.FullScreen())
		assert.Equal(t, screenPlayer, r.screen)
		r.surface.DoubleTapped(nil)
		assert.True(t, r.win.FullScreen())
		r.typedKey(key(fyne.KeyEscape))
		r.typedKey(key(fyne.KeyEscape))
		r.settle()
		assert.Equal(t, screenStart, r.screen)
		assert.Equal(t, []string{"reset"}, r.engine.take())
	})
}

func TestControlsHideAndComeBack(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.pass(2400 * time.Millisecond)
		assert.True(t, r.bar.Visible())
		r.pass(200 * time.Millisecond)
		assert.False(t, r.bar.Visible())
		assert.False(t, r.top.Visible())
		assert.False(t, r.shown, "the pointer hides with them")
		r.surface.MouseMoved(nil)
		assert.True(t, r.bar.Visible())
		assert.True(t, r.shown)
		r.playPause()
		r.settle()
		r.pass(5 * time.Second)
		assert.True(t, r.bar.Visible(), "they stay while paused")
	})
}

func TestHiddenControlsAreNotUpdated(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.pass(3 * time.Second)
		before := r.bar.TimeText()
		r.engine.set(func(s *player.Snapshot) { s.Position = 50 * time.Second })
		r.settle()
		assert.Equal(t, before, r.bar.TimeText())
		r.stir()
		assert.Equal(t, "0:50 / 1:40", r.bar.TimeText())
	})
}

func TestSpinnerWaits(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.engine.set(func(s *player.Snapshot) { s.Buffering = true })
		r.settle()
		r.pass(250 * time.Millisecond)
		assert.False(t, r.spinner.Visible())
		r.pass(100 * time.Millisecond)
		assert.True(t, r.spinner.Visible())
		r.engine.set(func(s *player.Snapshot) { s.Buffering = false })
		r.settle()
		assert.False(t, r.spinner.Visible())
	})
}

func TestToastGoes(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.typedKey(key(fyne.KeyDown))
		assert.True(t, r.toast.Visible())
		assert.Equal(t, "95 %", r.toast.Text())
		r.pass(time.Second)
		assert.False(t, r.toast.Visible())
	})
}

// TestTheScreenStaysOn holds while a picture plays, and then alone.
func TestTheScreenStaysOn(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		var on bool
		r.screenOn = func(wanted bool) { on = wanted }
		r.playing()
		seen := func(change func(*player.Snapshot)) bool {
			r.engine.set(change)
			r.settle()
			return on
		}
		picture := func(s *player.Snapshot) { s.Video.Width = 1920 }
		assert.True(t, seen(picture))
		assert.True(t, seen(func(s *player.Snapshot) { s.Buffering = true }))
		assert.False(t, seen(func(s *player.Snapshot) { s.State = player.Paused }))
		assert.True(t, seen(func(s *player.Snapshot) { s.State = player.Playing }))
		assert.False(t, seen(func(s *player.Snapshot) { s.Video.Width = 0 }), "music needs no screen")
		assert.True(t, seen(picture))
		assert.False(t, seen(func(s *player.Snapshot) { s.State = player.Complete }))
		assert.True(t, seen(func(s *player.Snapshot) { s.State = player.Playing }))
		r.goHome()
		r.settle()
		assert.False(t, on, "the catalogue is shown")
	})
}

func TestEndOffersReplay(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.engine.set(func(s *player.Snapshot) { s.State, s.Position = player.Complete, s.Duration })
		r.settle()
		assert.True(t, r.replay.Visible())
		r.pass(4 * time.Second)
		assert.True(t, r.bar.Visible())
		r.playPause()
		r.settle()
		assert.Equal(t, []string{"play"}, r.engine.take())
		assert.False(t, r.replay.Visible())
	})
}

func TestErrorPane(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.engine.set(func(s *player.Snapshot) {
			s.State, s.Position = player.Failed, 12*time.Second
			s.Error = &player.Error{Code: player.CodeKeyIsWebPage, Class: "key", Message: "the key server sent a web page",
				URL: "https://keys.example.com/k?token=" + canary, Err: errors.New(canary)}
		})
		r.settle()
		require.True(t, r.trouble.Visible())
		assert.Equal(t, "The key server sent a web page.", r.trouble.what.Text())
		assert.True(t, r.trouble.sign.Visible())
		r.copyDetails()
		text := r.clipboard()
		assert.Contains(t, text, "code 5002 (drm)")
		assert.Contains(t, text, "https://keys.example.com/k\n")
		assert.NotContains(t, text, canary)
		r.typedKey(key(fyne.KeySpace))
		assert.Empty(t, r.engine.take(), "keys do nothing under the pane")
		r.tryAgain()
		r.settle()
		assert.Contains(t, r.engine.take(), "prepare 12s")
		assert.False(t, r.trouble.Visible())
		for _, s := range r.texts() {
			assert.NotContains(t, s, canary)
		}
	})
}

func TestFramesGoToTheViewAndBack(t *testing.T) {
	inWindow(t, func(o *Options) { o.Frames = 3 }, func(r *rig) {
		released := 0
		give := func() {
			f := &frame.Video{}
			f.OnRelease(func() { released++ })
			r.engine.frame = f
			r.tick(time.Now())
		}
		give()
		assert.Equal(t, 1, released, "a picture that comes while nothing plays is released")
		r.playing()
		give()
		give()
		assert.Equal(t, 2, released)
		assert.False(t, r.ended())
		give()
		assert.True(t, r.ended())
		r.stop()
		assert.Equal(t, 4, released)
	})
}

func TestEveryActionReturnsWhileTheEngineBlocks(t *testing.T) {
	inWindow(t, withService, func(r *rig) {
		r.watching()
		gate := make(chan struct{})
		r.engine.gate = gate
		for name, act := range map[string]func(){
			"play":     r.playPause,
			"seek":     func() { r.seek(40*time.Second, true) },
			"drag":     func() { r.seek(41*time.Second, false) },
			"volume":   func() { r.setVolume(0.2) },
			"mute":     r.toggleMute,
			"speed":    func() { r.setSpeed(2) },
			"open":     func() { r.open("/films/b.mp4") },
			"sign in":  func() { r.signInWithPairs("a=b", false) },
			"sign":     func() { r.offer(r.tv, "Sign in", "", ""); r.signInBy("browser") },
			"account":  r.accountClicked,
			"sign out": func() { r.changeAccount(r.tv.SignOut) },
			"add":      r.addService,
			"files":    r.chooseFile,
			"leave":    r.leave,
			"try":      r.tryAgain,
			"tick":     func() { r.tick(time.Now()) },
			"home":     r.goHome,
			"keys":     func() { r.typedKey(key(fyne.KeyRight)) },
			"home key": func() { r.typedKey(key(fyne.KeyHome)) },
		} {
			returned := false
			go func() {
				act()
				returned = true
			}()
			synctest.Wait() // until nothing runs any more: however busy the machine is, who waits for the engine is found
			assert.True(t, returned, name)
		}
		close(gate)
		r.settle()
	})
}

func TestCatalogue(t *testing.T) {
	titles := &fakeTitles{titles: []catalogue.Title{
		{ID: "1", Name: "Sintel", Source: "https://media.example.com/1.m3u8", Protected: true},
		{ID: "2", Name: "Free", Source: "https://media.example.com/2.m3u8"},
	}}
	inWindow(t, func(o *Options) { o.Services = titles.services(); o.AutoPlay = "2" }, func(r *rig) {
		assert.Contains(t, r.engine.take(), "replace https://media.example.com/2.m3u8")
		assert.Equal(t, "Free – Latchkey", r.win.Title())
		r.leave()
		r.settle()
		assert.Equal(t, screenCatalogue, r.screen)
		assert.Equal(t, "Latchkey", r.win.Title())
		assert.Contains(t, strings.Join(r.texts(), "\n"), "Sintel")
	})
}

func TestCatalogueThatFails(t *testing.T) {
	titles := &fakeTitles{err: errors.New("dial: refused " + canary)}
	inWindow(t, func(o *Options) { o.Services = titles.services() }, func(r *rig) {
		all := strings.Join(r.texts(), "\n")
		assert.Contains(t, all, "The catalogue cannot be reached.")
		assert.NotContains(t, all, canary)
		titles.err = fmt.Errorf("fetch: %w", network.ErrRefused)
		r.loadCatalogue()
		r.settle()
		assert.Contains(t, strings.Join(r.texts(), "\n"), "to those who have signed in")
		titles.err, titles.titles = nil, []catalogue.Title{{ID: "1", Name: "Sintel"}}
		r.loadCatalogue()
		r.settle()
		assert.Contains(t, strings.Join(r.texts(), "\n"), "Sintel")
	})
}

func TestExitAtEnd(t *testing.T) {
	for _, state := range []player.State{player.Complete, player.Failed} {
		t.Run(state.String(), func(t *testing.T) {
			inWindow(t, func(o *Options) { o.ExitAtEnd = true }, func(r *rig) {
				r.playing()
				assert.False(t, r.ended())
				r.engine.set(func(s *player.Snapshot) { s.State = state })
				r.settle()
				assert.True(t, r.ended())
			})
		})
	}
}

func TestQuality(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.engine.set(func(s *player.Snapshot) {
			s.Variants = []player.VariantInfo{{Index: 0, Bandwidth: 800_000, Height: 360}, {Index: 1, Bandwidth: 3_000_000, Height: 720}}
			s.Variant, s.Selected, s.Selects = 0, -1, []int{0, 1}
		})
		r.settle()
		assert.Contains(t, strings.Join(r.texts(), "\n"), "Auto 360p")
		list := qualities(r.snapshot)
		require.Len(t, list, 3)
		assert.Equal(t, "720p, 3.0 Mbit/s", list[0].Name, "the best first")
		assert.True(t, list[2].Chosen)
		r.engine.take()
		r.setQuality(1)
		r.settle()
		assert.Contains(t, r.engine.take(), "variant 1")
		assert.Equal(t, "360p", qualityText(r.snapshot))
	})
}

func TestSubtitles(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.typedKey(key(fyne.KeyC))
		assert.Equal(t, "There are no subtitles", r.toast.Text())
		r.engine.set(func(s *player.Snapshot) {
			s.Subtitles = []player.SubtitleInfo{{Index: 0, Name: "English", Language: "en"}, {Index: 1, Name: "Deutsch", Language: "de"}}
			s.Subtitle = -1
		})
		r.engine.cues = []caption.Cue{{Start: time.Second, End: 2 * time.Second, Lines: [][]caption.Span{{{Text: "Hello"}}}}}
		r.settle()
		assert.Empty(t, r.subtitles.Text(), "none are chosen")
		assert.Len(t, r.barState().Subtitles, 3)
		r.typedKey(key(fyne.KeyC))
		r.settle()
		assert.Equal(t, "English", r.toast.Text())
		assert.Equal(t, "Hello", r.subtitles.Text())
		r.typedKey(key(fyne.KeyV))
		r.typedKey(key(fyne.KeyV))
		r.settle()
		assert.Equal(t, "No subtitles", r.toast.Text())
		assert.Empty(t, r.subtitles.Text())
		calls := r.engine.take()
		assert.Equal(t, "subtitles -1", calls[len(calls)-1])
		assert.Contains(t, calls, "subtitles 0")
	})
}

func TestAFileIsDownloadedWhole(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		for text, p := range map[string]player.Progress{
			"Downloading all of it first: 0 %":    {Bytes: 1, Total: 400 << 20},
			"Downloading all of it first: 50 %":   {Bytes: 200 << 20, Total: 400 << 20},
			"Downloading all of it first: 123 MB": {Bytes: 123_456_789, Total: -1},
		} {
			r.engine.set(func(s *player.Snapshot) { s.State, s.Fetching = player.Preparing, p })
			r.settle()
			assert.True(t, r.toast.Visible())
			assert.Equal(t, text, r.toast.Text())
			r.pass(5 * time.Second)
			assert.True(t, r.toast.Visible(), "as long as it lasts")
		}
		r.engine.set(func(s *player.Snapshot) { s.State, s.Fetching = player.Playing, player.Progress{} })
		r.settle()
		r.pass(3 * time.Second)
		assert.False(t, r.toast.Visible())
	})
}

func TestTheNetworkIsAway(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.engine.set(func(s *player.Snapshot) { s.Offline, s.Buffering = true, true })
		r.settle()
		assert.True(t, r.toast.Visible())
		assert.Equal(t, "No connection. Playback goes on by itself.", r.toast.Text())
		r.pass(5 * time.Second)
		assert.True(t, r.toast.Visible(), "as long as it lasts")
		r.engine.set(func(s *player.Snapshot) { s.Offline, s.Buffering = false, false })
		r.settle()
		r.pass(3 * time.Second)
		assert.False(t, r.toast.Visible())
	})
}
