package controls

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"

	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

func testActions(note func(string)) Actions {
	return Actions{
		Run:       func(int) { note("run") },
		Point:     func(time.Duration, bool) {},
		PlayPause: func() { note("play") }, Seek: func(time.Duration, bool) { note("seek") },
		Step: func(time.Duration) { note("step") }, Volume: func(float64) { note("volume") },
		Mute: func() { note("mute") }, Speed: func(float64) { note("speed") }, GoLive: func() { note("live") }, FullScreen: func() { note("full") }, Subtitles: func(int) { note("subtitles") }, Sound: func(int) { note("sound") },
	}
}

func themed(t *testing.T) {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(theme.New())
}

func TestBarShowsTheState(t *testing.T) {
	themed(t)
	var did []string
	b := NewBar(Hooks{}, testActions(func(s string) { did = append(did, s) }))
	b.Resize(fyne.NewSize(800, barHeight))
	b.Update(State{Position: 65 * time.Second, Duration: 600 * time.Second, Playing: true, Volume: 0.3, Speed: 1.5, FullScreen: true})
	assert.Equal(t, "1:05 / 10:00", b.TimeText())
	assert.Equal(t, icon.Pause, b.play.Icon())
	assert.Equal(t, icon.VolumeLow, b.mute.Icon())
	assert.Equal(t, icon.LeaveScreen, b.full.Icon())
	assert.Equal(t, "1.5×", b.speed.Text())
	b.Update(State{Ended: true, Volume: 1, Muted: true, Speed: 1})
	assert.Equal(t, icon.Replay, b.play.Icon())
	assert.Equal(t, icon.Muted, b.mute.Icon())
	assert.False(t, b.live.Visible())
	for _, o := range []fyne.Tappable{b.play, b.mute, b.full} {
		test.Tap(o)
	}
	assert.Equal(t, []string{"play", "mute", "full"}, did)
}

func TestBarOfALiveStream(t *testing.T) {
	themed(t)
	var did []string
	b := NewBar(Hooks{}, testActions(func(s string) { did = append(did, s) }))
	b.Resize(fyne.NewSize(800, barHeight))
	b.Update(State{Position: 60 * time.Second, Duration: 60 * time.Second, Playing: true, Volume: 1, Speed: 1, Live: true, AtLive: true})
	assert.True(t, b.live.Visible())
	assert.Equal(t, "● Live", b.live.Text())
	assert.Empty(t, b.TimeText())
	b.Update(State{Position: 18 * time.Second, Duration: 60 * time.Second, Playing: true, Volume: 1, Speed: 1, Live: true})
	assert.Equal(t, "Go live", b.live.Text())
	assert.Equal(t, "−0:42", b.TimeText())
	test.Tap(b.live)
	assert.Equal(t, []string{"live"}, did)
	b.Update(State{Position: 18 * time.Second, Duration: 60 * time.Second, Volume: 1, Speed: 1})
	assert.False(t, b.live.Visible())
	assert.Equal(t, "0:18 / 1:00", b.TimeText())
}

func TestSpeedMenu(t *testing.T) {
	themed(t)
	var did []string
	b := NewBar(Hooks{}, testActions(func(s string) { did = append(did, s) }))
	b.Update(State{Speed: 1.5})
	assert.Len(t, b.speedMenu().Items, len(Speeds()))
	b.Update(State{Speed: 1.5, Stills: true})
	items := b.speedMenu().Items
	assert.Len(t, items, len(Speeds())+3)
	for _, item := range items[len(items)-2:] {
		item.Action()
	}
	items[0].Action()
	assert.Equal(t, []string{"run", "run", "speed"}, did)
}

func TestBarInANarrowWindow(t *testing.T) {
	themed(t)
	b := NewBar(Hooks{}, testActions(func(string) {}))
	b.Resize(fyne.NewSize(448, barHeight))
	assert.False(t, b.volume.Visible())
	b.Resize(fyne.NewSize(900, barHeight))
	assert.True(t, b.volume.Visible())
	b.Place(fyne.NewSize(2000, 800))
	assert.InDelta(t, barMaxWidth, b.Size().Width, 0)
	assert.InDelta(t, 460, b.Position().X, 0)
}

func TestButtonKeysAndDisabling(t *testing.T) {
	themed(t)
	taps, keys := 0, 0
	b := NewButton("Go", icon.Play, Primary, Hooks{Key: func(*fyne.KeyEvent) { keys++ }}, func() { taps++ })
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	assert.Equal(t, 2, taps)
	assert.Equal(t, 1, keys)
	b.SetDisabled(true)
	test.Tap(b)
	assert.Equal(t, 2, taps)
}

func TestVolumeSlider(t *testing.T) {
	themed(t)
	var set []float64
	v := NewVolumeSlider(Hooks{}, func(x float64) { set = append(set, x) })
	v.Resize(fyne.NewSize(112, sliderHeight))
	v.MouseDown(mouse(56))
	v.Dragged(drag(500))
	v.MouseUp(mouse(500))
	v.Dragged(drag(10))
	v.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -10)})
	assert.InDeltaSlice(t, []float64{0.5, 1, 0.95}, set, 1e-6)
}

func TestVolumeIcon(t *testing.T) {
	assert.Equal(t, icon.Muted, VolumeIcon(1, true))
	assert.Equal(t, icon.Muted, VolumeIcon(0, false))
	assert.Equal(t, icon.VolumeLow, VolumeIcon(0.2, false))
	assert.Equal(t, icon.Volume, VolumeIcon(0.9, false))
}

func TestWrap(t *testing.T) {
	themed(t)
	wide := func(s string) float32 { return fyne.MeasureText(s, 14, fyne.TextStyle{}).Width }
	assert.Equal(t, []string{"one two", "three"}, wrap("one two three", wide("one two th"), 14, fyne.TextStyle{}))
	assert.Equal(t, []string{"a", "b"}, wrap("a\nb", 500, 14, fyne.TextStyle{}))
	for _, line := range wrap("https://media.example.com/a/very/long/address/without/spaces", 100, 14, fyne.TextStyle{}) {
		assert.LessOrEqual(t, wide(line), float32(100))
	}
	assert.NotEmpty(t, wrap("wide", 1, 14, fyne.TextStyle{}))
}

// TestLooks compares widgets with pictures of them in testdata.
func TestLooks(t *testing.T) {
	themed(t)
	bar := NewBar(Hooks{}, testActions(func(string) {}))
	bar.Update(State{Position: 65 * time.Second, Duration: 600 * time.Second, Playing: true, Volume: 0.6, Speed: 1,
		Loaded: []Span{{0, 200 * time.Second}}})
	hovered := NewButton("Try again", icon.Replay, Secondary, Hooks{}, nil)
	hovered.MouseIn(nil)
	toggle := NewToggle("Send the cookies with every request", Hooks{})
	toggle.SetOn(true)
	text := NewParagraph(CardWidth, theme.SizeBody, theme.Muted, fyne.TextAlignCenter)
	text.SetText("The key server sent a web page instead of a key. Sign in and try again.")
	tests := []struct {
		name string
		o    fyne.CanvasObject
		size fyne.Size
	}{
		{"bar", bar, fyne.NewSize(720, barHeight)},
		{"card", NewCard(Hooks{}, Badge(icon.Warning, theme.Danger), Heading("The key does not fit"), text,
			NewButton("Sign in", icon.Key, Primary, Hooks{}, nil), Columns(hovered, NewButton("Copy", "", Quiet, Hooks{}, nil)),
			toggle), fyne.NewSize(456, 360)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := test.NewTempWindow(t, container.NewStack(canvas.NewRectangle(theme.Background), tt.o))
			w.SetPadded(false)
			w.Resize(tt.size)
			test.AssertRendersToImage(t, tt.name+".png", w.Canvas())
		})
	}
}
