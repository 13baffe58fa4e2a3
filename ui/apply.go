package ui

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"latchkey/player"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
)

// apply shows a snapshot: what differs from the one before.
func (w *window) apply(s player.Snapshot) {
	old := w.snapshot
	w.snapshot = s
	w.keepScreenOn()
	if w.screen != screenPlayer {
		w.advanced = s.Advanced
		return
	}
	if !w.commands.busy(kindTrick) {
		w.trick = s.Trick
	}
	if s.Advanced != w.advanced {
		w.advanced = s.Advanced
		w.wentOn(old)
	}
	w.settleSeek(s)
	if s.State != old.State {
		w.enteredState(old.State, s.State)
	}
	if s.Title != "" && (s.Title != old.Title || w.top.text == "") && w.title.Name == "" {
		w.showTitle(s.Title)
	}
	w.applySignIn(s)
	if s.State == player.Failed && s.Error != nil && old.Error != s.Error {
		w.failed(s.Error)
	}
	w.showState()
}

// keepScreenOn keeps the screen on while a picture plays.
func (w *window) keepScreenOn() {
	w.screenOn(w.screen == screenPlayer && w.snapshot.State == player.Playing && w.snapshot.Video.Width > 0)
}

// enteredState does what a change of the engine's state asks for.
func (w *window) enteredState(from, to player.State) {
	switch to {
	case player.Complete:
		w.wantPlay = false
		w.stir()
		if w.advance && w.seekTo == nil {
			w.playNext() // the engine had not got it in time
		}
	case player.Playing:
		if !w.commands.busy(kindPlay) {
			w.wantPlay = true
		}
	case player.Paused:
		if (from == player.Playing || from == player.Seeking) && !w.commands.busy(kindPlay) {
			w.wantPlay = false
		}
	}
	if from == player.Failed && w.pane == w.trouble.Card {
		w.closePane()
	}
}

// settleSeek drops the wish to be elsewhere once the engine is there, or has had its time.
func (w *window) settleSeek(s player.Snapshot) {
	wish := w.seekTo
	if wish == nil || w.commands.busy(kindSeek) || s.State == player.Seeking {
		if wish != nil {
			wish.sent = w.now()
		}
		return
	}
	near := (s.Position - wish.to).Abs() < 1500*time.Millisecond
	if near || w.now().Sub(wish.sent) > seekSettle {
		w.seekTo = nil
	}
}

// showState brings bar, spinner and end in line with the snapshot and with what is wanted. It is cheap
// when nothing differs.
func (w *window) showState() {
	s := w.snapshot
	w.updateBar()
	w.lookAhead()
	setVisible(w.replay.Container, w.screen == screenPlayer && w.pane == nil && s.State == player.Complete && w.seekTo == nil)
	if s.Trick != 0 && w.screen == screenPlayer && w.pane == nil {
		if !w.toast.Visible() {
			w.sayTrick(s.Trick)
		}
		w.toastUntil = w.now().Add(2 * pollEvery)
	}
	if s.Offline && w.screen == screenPlayer && w.pane == nil {
		if !w.toast.Visible() {
			w.say(icon.Globe, "No connection. Playback goes on by itself.")
		}
		w.toastUntil = w.now().Add(2 * pollEvery)
	}
	if s.Fetching != (player.Progress{}) && w.screen == screenPlayer && w.pane == nil {
		if text := fetchingText(s.Fetching); !w.toast.Visible() || w.toast.Text() != text {
			w.say(icon.Film, text)
		}
		w.toastUntil = w.now().Add(2 * pollEvery)
	}
	waiting := w.isWaiting()
	if waiting && w.waiting.IsZero() {
		w.waiting = w.now()
	} else if !waiting {
		w.waiting = time.Time{}
		setVisible(w.spinner, false)
	}
}

// fetchingText says how much of a file is there that is downloaded whole.
func fetchingText(p player.Progress) string {
	if p.Total > 0 {
		return fmt.Sprintf("Downloading all of it first: %d %%", 100*min(p.Bytes, p.Total)/p.Total)
	}
	return fmt.Sprintf("Downloading all of it first: %d MB", p.Bytes/1_000_000)
}

// isWaiting says whether a person waits for the picture.
func (w *window) isWaiting() bool {
	if w.screen != screenPlayer || w.pane != nil || w.source == "" {
		return false
	}
	switch w.snapshot.State {
	case player.Playing:
		return w.snapshot.Buffering
	case player.Paused, player.Prepared, player.Complete:
		return w.seekTo != nil && w.snapshot.State != player.Complete && w.commands.busy(kindSeek)
	case player.Failed, player.Released:
		return false
	}
	return true
}

func (w *window) showTitle(title string) {
	w.top.setTitle(title)
	w.win.SetTitle(title + " – Latchkey")
}

func (w *window) barState() controls.State {
	s := w.snapshot
	from, to := w.offered()
	return controls.State{
		Position: min(max(w.position()-from, 0), max(to-from, 0)), Duration: to - from, Loaded: spans(s.Buffered, from),
		Playing: w.wantPlay, Ended: s.State == player.Complete && w.seekTo == nil, Live: s.Live, AtLive: s.AtLive && w.seekTo == nil,
		Volume: w.volume, Muted: w.muted, Speed: w.speed, Stills: s.Stills, FullScreen: w.win.FullScreen(),
		Next: w.nextName(), Advance: w.advance, Qualities: qualities(s), Quality: qualityText(s), Subtitles: subtitleChoices(s), Sounds: soundChoices(s),
	}
}

// shortest is the least that a live stream must offer for there to be something to go back in.
const shortest = 10 * time.Second

// offered is the stretch of presentation time that the bar stands for: all of it, or of a live stream what is still there up to the live
// point.
func (w *window) offered() (from, to time.Duration) {
	s := w.snapshot
	switch {
	case !s.Live:
		return 0, s.Duration
	case s.LivePoint-s.Window.Start < shortest:
		return s.LivePoint, s.LivePoint
	}
	return s.Window.Start, s.LivePoint
}

// qualities are what a person can choose of a stream, the best first and the automatic choice last.
func qualities(s player.Snapshot) []controls.Choice {
	if len(s.Selects) < 2 {
		return nil
	}
	var list []controls.Choice
	for _, i := range s.Selects {
		if i < len(s.Variants) {
			list = append(list, controls.Choice{Name: variantName(s.Variants[i], true), Index: i, Chosen: s.Selected == i})
		}
	}
	slices.SortStableFunc(list, func(a, b controls.Choice) int {
		return cmp.Compare(s.Variants[b.Index].Bandwidth, s.Variants[a.Index].Bandwidth)
	})
	return append(list, controls.Choice{Name: "Automatic", Index: -1, Chosen: s.Selected < 0})
}

// soundChoices are the sounds that a person can choose.
func soundChoices(s player.Snapshot) []controls.Choice {
	list := make([]controls.Choice, 0, len(s.Sounds))
	for _, info := range s.Sounds {
		list = append(list, controls.Choice{Name: info.Name, Index: info.Index, Chosen: s.Sound == info.Index})
	}
	return list
}

// subtitleChoices are the subtitles that a person can choose, none of them last.
func subtitleChoices(s player.Snapshot) []controls.Choice {
	if len(s.Subtitles) == 0 {
		return nil
	}
	var list []controls.Choice
	for _, info := range s.Subtitles {
		list = append(list, controls.Choice{Name: info.Name, Index: info.Index, Chosen: s.Subtitle == info.Index})
	}
	return append(list, controls.Choice{Name: "No subtitles", Index: -1, Chosen: s.Subtitle < 0})
}

// qualityText is what plays, and whether the player has chosen it.
func qualityText(s player.Snapshot) string {
	if s.Variant < 0 || s.Variant >= len(s.Variants) {
		return "Auto"
	}
	name := variantName(s.Variants[s.Variant], false)
	if s.Selected < 0 {
		return "Auto " + name
	}
	return name
}

// variantName calls a variant by its height, and by its bit rate where that has to tell it from others.
func variantName(v player.VariantInfo, long bool) string {
	rate := fmt.Sprintf("%.1f Mbit/s", megabits(v.Bandwidth))
	switch {
	case v.Height == 0:
		return rate
	case long:
		return fmt.Sprintf("%dp, %s", v.Height, rate)
	}
	return fmt.Sprintf("%dp", v.Height)
}

// spans are ranges, counted from a time.
func spans(ranges []player.Range, from time.Duration) []controls.Span {
	out := make([]controls.Span, len(ranges))
	for i, r := range ranges {
		out[i] = controls.Span{Start: max(r.Start-from, 0), End: max(r.End-from, 0)}
	}
	return out
}
