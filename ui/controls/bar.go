package controls

import (
	"image"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	barHeight    = 74
	barRowMiddle = 49 // of the buttons, from the bar's upper end
	barMaxWidth  = 1080
	barInset     = 16 // from the window's edges
	barPadding   = 16
	barButton    = 40
	barNarrow    = 488 // with less room than this the volume slider goes
	barSlack     = 20  // gaps between the buttons
	menuWidth    = 320 // for the name of a title
)

// State is what the bar shows.
type State struct {
	Position, Duration time.Duration
	Loaded             []Span
	Playing            bool    // what the button shows: pause while true
	Ended              bool    // the button starts again from the begin
	Live               bool    // Duration is what the stream still offers, and its end the live point
	AtLive             bool    // the position is kept at the live point
	Volume             float64 // 0..1
	Muted              bool
	Speed              float64
	Stills             bool // there are pictures to run through
	FullScreen         bool
	Qualities          []Choice // from the best down; none: there is nothing to choose
	Quality            string   // what is shown on the button
	Sounds             []Choice // none, or one: there is nothing to choose
	Subtitles          []Choice // none: there is nothing to choose
	Next               string   // the title that follows, empty: none does
	Advance            bool     // it begins by itself
}

// offered says which buttons there is something to do for.
func (s State) offered() offered {
	return offered{next: s.Next != "", live: s.Live, quality: len(s.Qualities) > 0, caption: len(s.Subtitles) > 0, sound: len(s.Sounds) > 1}
}

type offered struct{ next, live, quality, caption, sound bool }

// Choice is what can be chosen of several.
type Choice struct {
	Name   string
	Index  int // -1: none of them
	Chosen bool
}

// Actions are what a person does with the bar. All are needed.
type Actions struct {
	PlayPause  func()
	Seek       func(to time.Duration, final bool)
	Point      func(at time.Duration, over bool) // where the pointer is on the seek bar, or that it has left
	Step       func(by time.Duration)
	Volume     func(float64)
	Mute       func()
	Speed      func(float64)
	Run        func(direction int) // through the title, forwards (1) or backwards (-1)
	Quality    func(index int)
	GoLive     func()
	Subtitles  func(index int)
	Sound      func(index int)
	FullScreen func()
	Next       func() // to the title that follows
	Advance    func(on bool)
}

// Bar is the panel of controls at the lower end of the picture.
type Bar struct {
	widget.BaseWidget

	state   State
	clock   string
	ground  *Surface
	back    *canvas.Rectangle
	seek    *SeekBar
	play    *IconButton
	mute    *IconButton
	volume  *VolumeSlider
	time    *canvas.Text
	speed   *Button
	quality *Button
	live    *Button
	caption *IconButton
	sound   *IconButton
	next    *IconButton
	full    *IconButton
	actions Actions
}

// NewBar returns a bar that shows nothing yet.
func NewBar(hooks Hooks, actions Actions) *Bar {
	b := &Bar{
		actions: actions,
		ground:  NewSurface(hooks),
		back:    canvas.NewRectangle(theme.Panel),
		seek:    NewSeekBar(hooks, actions.Seek, actions.Step, actions.Point),
		play:    NewIconButton(icon.Play, barButton, theme.None, hooks, actions.PlayPause),
		mute:    NewIconButton(icon.Volume, barButton-4, theme.None, hooks, actions.Mute),
		volume:  NewVolumeSlider(hooks, actions.Volume),
		time:    theme.Text("", theme.SizeBody, theme.Foreground),
		full:    NewIconButton(icon.FullScreen, barButton-4, theme.None, hooks, actions.FullScreen),
	}
	b.back.CornerRadius = theme.RadiusPanel
	b.back.StrokeColor, b.back.StrokeWidth = theme.Hairline, 1
	b.speed = NewButton("1×", "", Quiet, hooks, b.chooseSpeed)
	b.quality = NewButton("Auto", "", Quiet, hooks, func() { b.choose(b.state.Qualities, b.actions.Quality, b.quality) })
	b.quality.Hide()
	b.caption = NewIconButton(icon.Captions, barButton-4, theme.None, hooks, func() { b.choose(b.state.Subtitles, b.actions.Subtitles, b.caption) })
	b.caption.Hide()
	b.sound = NewIconButton(icon.Sound, barButton-4, theme.None, hooks, func() { b.choose(b.state.Sounds, b.actions.Sound, b.sound) })
	b.sound.Hide()
	b.next = NewIconButton(icon.Next, barButton-4, theme.None, hooks, b.chooseNext)
	b.next.Hide()
	b.live = NewButton("", "", Quiet, hooks, actions.GoLive)
	b.live.Hide()
	b.ExtendBaseWidget(b)
	return b
}

// Update shows a state. What is as it was is not repainted.
func (b *Bar) Update(s State) {
	old := b.state
	b.state = s
	b.state.Loaded = slices.Clone(s.Loaded)
	if s.Position != old.Position || s.Duration != old.Duration || !slices.Equal(s.Loaded, old.Loaded) {
		b.seek.Set(s.Position, s.Duration, s.Loaded)
	}
	if s.Live != old.Live || s.AtLive != old.AtLive {
		b.seek.SetLive(s.Live)
		b.live.SetText(liveText(s.AtLive))
		b.arrange(b.Size())
	}
	switch {
	case s.Ended:
		b.play.SetIcon(icon.Replay)
	case s.Playing:
		b.play.SetIcon(icon.Pause)
	default:
		b.play.SetIcon(icon.Play)
	}
	b.mute.SetIcon(VolumeIcon(s.Volume, s.Muted))
	if s.Muted {
		b.volume.Set(0)
	} else {
		b.volume.Set(s.Volume)
	}
	if s.FullScreen {
		b.full.SetIcon(icon.LeaveScreen)
	} else {
		b.full.SetIcon(icon.FullScreen)
	}
	if s.Quality != old.Quality {
		b.quality.SetText(s.Quality)
		b.arrange(b.Size())
	}
	if s.offered() != old.offered() {
		b.arrange(b.Size())
	}
	if s.Speed != old.Speed {
		b.speed.SetText(SpeedText(s.Speed))
		b.arrange(b.Size())
	}
	b.showTime(s)
}

func (b *Bar) showTime(s State) {
	clock := Clock(b.seek.Shown())
	switch {
	case s.Live && s.AtLive && !b.seek.Dragging():
		clock = ""
	case s.Live:
		clock = Behind(s.Duration - b.seek.Shown())
	case s.Duration > 0:
		clock += " / " + Clock(s.Duration)
	}
	if clock != b.clock {
		longer := len(clock) != len(b.clock)
		b.clock = clock
		b.time.Text = clock
		b.time.Refresh()
		if longer {
			b.arrange(b.Size())
		}
	}
}

// liveText is what the button says that goes to the live point.
func liveText(there bool) string {
	if there {
		return "● Live"
	}
	return "Go live"
}

// Dragging says whether a person holds the seek bar's knob.
func (b *Bar) Dragging() bool { return b.seek.Dragging() }

// TimeText returns the words of position and duration.
func (b *Bar) TimeText() string { return b.clock }

// SetPreview shows a picture of what is at the time under the pointer, or, with nil, none.
func (b *Bar) SetPreview(img image.Image) { b.seek.SetPreview(img) }

// SeekBar returns the bar's seek bar.
func (b *Bar) SeekBar() *SeekBar { return b.seek }

// VolumeIcon returns the loudspeaker for a volume.
func VolumeIcon(volume float64, muted bool) icon.Name {
	switch {
	case muted || volume <= 0:
		return icon.Muted
	case volume < 0.5:
		return icon.VolumeLow
	}
	return icon.Volume
}

// Speeds are what the speed menu offers.
func Speeds() []float64 { return []float64{0.5, 0.75, 1, 1.25, 1.5, 1.75, 2} }

// chooseSpeed opens the menu of speeds above its button.
func (b *Bar) chooseSpeed() { b.open(b.speedMenu(), b.speed) }

// speedMenu has the speeds, and the ways to run through the title where that has pictures for it.
func (b *Bar) speedMenu() *fyne.Menu {
	menu := fyne.NewMenu("")
	for _, speed := range slices.Backward(Speeds()) {
		item := fyne.NewMenuItem(SpeedText(speed), func() { b.actions.Speed(speed) })
		item.Checked = speed == b.state.Speed
		menu.Items = append(menu.Items, item)
	}
	if b.state.Stills {
		menu.Items = append(menu.Items, fyne.NewMenuItemSeparator(),
			fyne.NewMenuItem("Fast forward (Shift+L)", func() { b.actions.Run(1) }), fyne.NewMenuItem("Rewind (Shift+J)", func() { b.actions.Run(-1) }))
	}
	return menu
}

// chooseNext opens the menu of what comes next above its button.
func (b *Bar) chooseNext() { b.open(b.nextMenu(), b.next) }

// nextMenu has the title that follows, and whether it begins by itself.
func (b *Bar) nextMenu() *fyne.Menu {
	name := Cut(b.state.Next, menuWidth, theme.Text("", theme.SizeBody, theme.Foreground))
	byItself := fyne.NewMenuItem("Plays by itself", func() { b.actions.Advance(!b.state.Advance) })
	byItself.Checked = b.state.Advance
	return fyne.NewMenu("", fyne.NewMenuItem("Next: "+name, b.actions.Next), fyne.NewMenuItemSeparator(), byItself)
}

// choose opens a menu of choices above a button.
func (b *Bar) choose(choices []Choice, chosen func(index int), above fyne.CanvasObject) {
	menu := fyne.NewMenu("")
	for _, c := range choices {
		item := fyne.NewMenuItem(c.Name, func() { chosen(c.Index) })
		item.Checked = c.Chosen
		menu.Items = append(menu.Items, item)
	}
	b.open(menu, above)
}

// open opens a menu above a button.
func (b *Bar) open(menu *fyne.Menu, above fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(b)
	if c == nil {
		return
	}
	pop := widget.NewPopUpMenu(menu, c)
	at := driver.AbsolutePositionForObject(above)
	size := pop.MinSize()
	pop.ShowAtPosition(fyne.NewPos(at.X+(above.Size().Width-size.Width)/2, at.Y-size.Height-theme.Gap))
}

// Place puts the bar at the lower end of a window of a size.
func (b *Bar) Place(window fyne.Size) {
	w := min(window.Width-2*barInset, barMaxWidth)
	place(b, (window.Width-w)/2, window.Height-barHeight-barInset, w, barHeight)
}

// showFitting shows the buttons: those with something to do, as far as there is room. What goes first
// where there is not: volume, position, speed, quality, sound, next.
func (b *Bar) showFitting(room float32) {
	o := b.state.offered()
	needed := float32(barSlack)
	show := func(object fyne.CanvasObject, wanted bool) {
		width := object.MinSize().Width
		wanted = wanted && needed+width <= room
		if wanted {
			needed += width
		}
		setVisible(object, wanted)
	}
	for _, always := range []fyne.CanvasObject{b.play, b.mute, b.full} {
		show(always, true)
	}
	show(b.live, o.live)
	show(b.caption, o.caption)
	show(b.next, o.next)
	show(b.sound, o.sound)
	show(b.quality, o.quality)
	show(b.speed, true)
	show(b.time, true)
	show(b.volume, room >= barNarrow)
}

func (b *Bar) arrange(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	b.showFitting(s.Width - 2*barPadding)
	place(b.ground, 0, 0, s.Width, s.Height)
	place(b.back, 0, 0, s.Width, s.Height)
	place(b.seek, barPadding, 6, s.Width-2*barPadding, seekHeight)
	mid := float32(barRowMiddle)
	put := func(o fyne.CanvasObject, x float32) {
		m := o.MinSize()
		place(o, x, mid-m.Height/2, m.Width, m.Height)
	}
	x := float32(barPadding - 8)
	for _, left := range []struct {
		object fyne.CanvasObject
		gap    float32 // before it
	}{{b.play, 0}, {b.next, 0}, {b.mute, 2}, {b.volume, 0}, {b.live, 4}} {
		if left.object.Visible() {
			put(left.object, x+left.gap)
			x += left.gap + left.object.MinSize().Width
		}
	}
	if b.live.Visible() {
		x -= 8 // the button's own padding
	}
	put(b.time, x+14)
	right := s.Width - barPadding + 6
	for _, o := range []fyne.CanvasObject{b.full, b.speed, b.quality, b.caption, b.sound} {
		if o.Visible() {
			right -= o.MinSize().Width
			put(o, right)
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(arrangement{
		min: func() fyne.Size { return fyne.NewSize(320, barHeight) },
		lay: b.arrange,
	}, b.ground, b.back, b.play, b.next, b.mute, b.volume, b.time, b.live, b.speed, b.quality, b.caption, b.sound, b.full, b.seek))
}
