package ui

import (
	"latchkey/player"
	"latchkey/ui/icon"
)

// aboveBar is the room that subtitles keep free while the controls are shown.
const aboveBar = 104

// drawSubtitles shows the cues of the position.
func (w *window) drawSubtitles() {
	if w.screen != screenPlayer || w.snapshot.Subtitle < 0 || w.snapshot.State == player.Complete || w.snapshot.Trick != 0 {
		w.subtitles.SetCues(nil, 0)
		return
	}
	bottom := float32(0)
	if w.shown {
		bottom = aboveBar
	}
	w.subtitles.SetCues(w.options.Engine.Cues(w.options.Engine.Snapshot().Position), bottom)
}

// setSubtitles shows other subtitles, -1: none.
func (w *window) setSubtitles(index int) {
	engine := w.options.Engine
	w.commands.give(kindSubtitle, func() error { return engine.SelectSubtitles(index) })
	name := "No subtitles"
	if index >= 0 && index < len(w.snapshot.Subtitles) {
		name = w.snapshot.Subtitles[index].Name
	}
	w.say(icon.Captions, name)
}

// setSound plays another sound.
func (w *window) setSound(index int) {
	engine := w.options.Engine
	w.commands.give(kindSound, func() error { return engine.SelectSound(index) })
	if index < len(w.snapshot.Sounds) {
		w.say(icon.Sound, w.snapshot.Sounds[index].Name)
	}
}

// nextSubtitles goes to the next subtitles, and after the last to none.
func (w *window) nextSubtitles() {
	n := len(w.snapshot.Subtitles)
	if n == 0 {
		w.say(icon.Captions, "There are no subtitles")
		return
	}
	next := w.snapshot.Subtitle + 1
	if next >= n {
		next = -1
	}
	w.snapshot.Subtitle = next // so that two keys go two further
	w.setSubtitles(next)
}
