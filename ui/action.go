package ui

import (
	"fmt"
	"math"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"latchkey/player"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
)

const (
	minSpeed   = 0.25
	maxSpeed   = 4
	seekStep   = 5 * time.Second
	seekFar    = 30 * time.Second
	volumeStep = 0.05
)

// seekWish is where a person wants to be. It is shown instead of the engine's position until the engine
// is there.
type seekWish struct {
	to    time.Duration
	final bool
	sent  time.Time
}

// typedKey does what a key stands for. Keys that a focused control or field uses do not come here.
func (w *window) typedKey(e *fyne.KeyEvent) {
	shift := false
	if d, ok := w.app.Driver().(desktop.Driver); ok {
		shift = d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
	}
	w.act(actionFor(e.Name, shift))
}

func (w *window) act(a action) {
	switch a {
	case actLeave:
		w.leave()
		return
	case actFullScreen:
		w.toggleFullScreen()
		return
	case actBegin, actEnd:
		if w.screen == screenCatalogue && w.pane == nil {
			w.catalogue.view.FocusEdge(a == actEnd)
			return
		}
	}
	if w.screen != screenPlayer || w.pane != nil {
		return
	}
	switch a {
	case actPlayPause:
		w.playPause()
	case actMute:
		w.toggleMute()
		w.sayVolume()
	case actForward:
		w.seekBy(seekStep)
	case actBackward:
		w.seekBy(-seekStep)
	case actFarForward:
		w.seekBy(seekFar)
	case actFarBackward:
		w.seekBy(-seekFar)
	case actLouder:
		w.changeVolume(volumeStep)
	case actQuieter:
		w.changeVolume(-volumeStep)
	case actFaster:
		w.stepSpeed(1)
	case actSlower:
		w.stepSpeed(-1)
	case actSubtitles:
		w.nextSubtitles()
	case actInformation:
		w.toggleInformation()
	case actRunForward:
		w.runThrough(1)
	case actRunBackward:
		w.runThrough(-1)
	case actNext:
		w.playNext()
	case actNormalSpeed:
		w.setSpeed(1)
	case actBegin:
		w.seekTold(0)
	case actEnd:
		if w.snapshot.Live {
			w.goLive()
			return
		}
		w.seekTold(max(w.snapshot.Duration-time.Second, 0))
	}
}

// playPause plays or pauses, and at the end starts again.
func (w *window) playPause() {
	if w.screen != screenPlayer || w.pane != nil {
		return
	}
	switch {
	case w.snapshot.State == player.Complete:
		w.seekTo, w.wantPlay = &seekWish{final: true, sent: w.now()}, true
		w.commands.give(kindPlay, w.options.Engine.Play)
	case w.wantPlay:
		w.wantPlay = false
		if w.commands.busy(kindOpen) {
			w.hush()
		}
		w.commands.give(kindPlay, w.options.Engine.Pause)
		w.say(icon.Pause, "Paused")
	default:
		w.wantPlay = true
		w.commands.give(kindPlay, w.options.Engine.Play)
		w.say(icon.Play, "Playing")
	}
	w.showState()
	w.showControls()
}

// hush pauses what plays while the resource that takes its place is being made.
func (w *window) hush() {
	engine := w.options.Engine
	w.commands.give(kindHush, func() error {
		if engine.Snapshot().State != player.Playing {
			return nil
		}
		return engine.Pause()
	})
}

// position returns where the playback is, or is wanted to be.
func (w *window) position() time.Duration {
	if w.seekTo != nil {
		return w.seekTo.to
	}
	return w.snapshot.Position
}

// seek goes to a time. While a person drags, final is false. A call that asks for where the playback is
// on its way to already is dropped, as is the end of a drag after its last move.
func (w *window) seek(to time.Duration, final bool) {
	if w.screen != screenPlayer {
		return
	}
	if w.snapshot.Duration > 0 {
		to = min(to, w.snapshot.Duration)
	}
	to = max(to, 0)
	if w.snapshot.Live {
		to = min(max(to, w.snapshot.Window.Start), w.snapshot.LivePoint)
	}
	if old := w.seekTo; old != nil && old.to == to {
		old.final = old.final || final
		return
	}
	w.seekTo = &seekWish{to: to, final: final, sent: w.now()}
	engine, of := w.options.Engine, w.advanced
	w.commands.give(kindSeek, func() error {
		if engine.Snapshot().Advanced != of {
			return nil // the title that it was meant for has ended
		}
		return engine.Seek(to)
	})
	w.showState()
}

// seekShown is seek to a time that the bar shows.
func (w *window) seekShown(to time.Duration, final bool) {
	from, _ := w.offered()
	w.seek(from+to, final)
}

// goLive goes to the live point of a live stream, and on playing.
func (w *window) goLive() {
	if w.screen != screenPlayer || !w.snapshot.Live {
		return
	}
	w.seekTo = &seekWish{to: w.snapshot.LivePoint, final: true, sent: w.now()}
	engine := w.options.Engine
	w.commands.give(kindSeek, engine.GoLive)
	if !w.wantPlay {
		w.playPause()
	}
	w.say(icon.Forward, "Live")
	w.showState()
}

// seekBy jumps from where the playback is wanted to be, so that three keys go three steps.
func (w *window) seekBy(by time.Duration) { w.seekTold(w.position() + by) }

// seekTold seeks and says where to.
func (w *window) seekTold(to time.Duration) {
	name := icon.Forward
	if to < w.position() {
		name = icon.Rewind
	}
	w.seek(to, true)
	text := controls.Clock(w.position())
	if d := w.snapshot.Duration; d > 0 {
		text += " / " + controls.Clock(d)
	}
	if w.snapshot.Live {
		text = controls.Behind(w.snapshot.LivePoint - w.position())
	}
	w.say(name, text)
}

// setVolume sets the volume and ends muting.
func (w *window) setVolume(v float64) {
	engine := w.options.Engine
	w.volume = min(max(math.Round(v*100)/100, 0), 1)
	value := w.volume
	w.commands.give(kindVolume, func() error { engine.SetVolume(value); return nil })
	if w.muted {
		w.setMuted(false)
	}
	w.showState()
}

func (w *window) changeVolume(by float64) {
	w.setVolume(w.volume + by)
	w.sayVolume()
}

func (w *window) toggleMute() { w.setMuted(!w.muted) }

func (w *window) setMuted(muted bool) {
	engine := w.options.Engine
	w.muted = muted
	w.commands.give(kindMute, func() error { engine.SetMuted(muted); return nil })
	w.showState()
}

func (w *window) sayVolume() {
	text := fmt.Sprintf("%d %%", int(math.Round(w.volume*100)))
	if w.muted {
		text = "Muted"
	}
	w.say(controls.VolumeIcon(w.volume, w.muted), text)
}

// setQuality plays another variant, from where the picture is.
func (w *window) setQuality(index int) {
	engine := w.options.Engine
	w.commands.give(kindQuality, func() error { return engine.SelectVariant(index) })
	if index >= 0 && index != w.snapshot.Variant {
		w.seek(w.position(), true)
	}
}

// setSpeed sets the speed and says so.
func (w *window) setSpeed(speed float64) {
	engine := w.options.Engine
	w.speed = min(max(speed, minSpeed), maxSpeed)
	value := w.speed
	w.commands.give(kindSpeed, func() error { return engine.SetSpeed(value) })
	w.say(icon.Speed, controls.SpeedText(value))
	w.showState()
}

// stepSpeed goes to the next faster or slower speed of the menu.
func (w *window) stepSpeed(direction int) {
	w.setSpeed(nextSpeed(w.speed, direction))
}

// nextSpeed returns the speed of the menu next to one, faster (1) or slower (-1).
func nextSpeed(speed float64, direction int) float64 {
	speeds := controls.Speeds()
	if direction < 0 {
		slices.Reverse(speeds)
	}
	for _, s := range speeds {
		if (direction > 0 && s > speed+0.001) || (direction < 0 && s < speed-0.001) {
			return s
		}
	}
	return speed
}

func (w *window) toggleFullScreen() { w.setFullScreen(!w.win.FullScreen()) }

func (w *window) setFullScreen(full bool) {
	w.win.SetFullScreen(full)
	w.updateBar()
	w.stir()
}

// say shows a short message over the picture.
func (w *window) say(name icon.Name, text string) {
	if w.screen != screenPlayer {
		return
	}
	w.toast.Say(name, text)
	w.toastUntil = w.now().Add(toastStay)
	w.layoutToast()
	w.toast.Show()
	w.toast.Refresh()
}
