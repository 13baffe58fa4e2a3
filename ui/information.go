package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"latchkey/network"
	"latchkey/player"
	"latchkey/ui/controls"
	"latchkey/ui/theme"
)

const (
	informationWidth = 620
	informationLabel = 96 // the width of the first column
	informationLine  = 22
	informationTop   = topHeight + 2*theme.GapLarge
	informationLook  = time.Second / 2 // how often the lines are made anew while they are shown
	maxInformation   = 16              // lines
	shownKeyIDs      = 2
)

// fact is a line of the information.
type fact struct{ label, text string }

// information says over the picture what plays, how it comes and how it is encrypted. Playback goes on under it.
type information struct {
	*fyne.Container

	ground *canvas.Rectangle
	facts  []fact
	room   float32 // the height that there is
	look   lookout
}

func newInformation() *information {
	i := &information{ground: canvas.NewRectangle(theme.Pill), look: lookout{every: informationLook}}
	i.ground.CornerRadius = theme.RadiusPanel
	i.Container = &fyne.Container{Objects: []fyne.CanvasObject{i.ground}}
	i.Layout = informationLayout{i}
	i.Hide()
	return i
}

// set replaces the lines. They are placed with the next Refresh.
func (i *information) set(facts []fact) {
	i.facts = facts[:min(len(facts), maxInformation)]
	for len(i.Objects) < 1+2*len(i.facts) {
		i.Objects = append(i.Objects, theme.Text("", theme.SizeBody, theme.Muted), theme.Text("", theme.SizeBody, theme.Foreground))
	}
	i.Objects = i.Objects[:1+2*len(i.facts)]
}

// shown are the lines that there is room for.
func (i *information) shown() []fact {
	lines := int((i.room - 2*theme.GapLarge) / informationLine)
	return i.facts[:max(min(len(i.facts), lines), 0)]
}

// informationLayout places the lines.
type informationLayout struct{ *information }

// MinSize returns the room of the lines.
func (i informationLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(minWidth-2*theme.GapLarge, float32(len(i.shown()))*informationLine+2*theme.GapLarge)
}

// Layout places the lines, cut to the width.
func (i informationLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	i.ground.Resize(s)
	for n := range i.facts {
		setVisible(i.Objects[1+2*n], n < len(i.shown()))
		setVisible(i.Objects[2+2*n], n < len(i.shown()))
	}
	for n, f := range i.shown() {
		y := theme.GapLarge + float32(n)*informationLine
		i.write(1+2*n, f.label, theme.GapLarge, y, informationLabel)
		i.write(2+2*n, f.text, theme.GapLarge+informationLabel, y, s.Width-informationLabel-2*theme.GapLarge)
	}
}

func (i *information) write(object int, text string, x, y, width float32) {
	t, ok := i.Objects[object].(*canvas.Text)
	if !ok {
		return
	}
	t.Text = controls.Cut(text, width, t)
	t.Resize(t.MinSize())
	t.Move(fyne.NewPos(x, y))
}

// toggleInformation shows the information, or takes it away.
func (w *window) toggleInformation() {
	if w.screen != screenPlayer {
		return
	}
	w.informed = !w.informed
	w.information.look.last = time.Time{}
	w.lookAtInformation(w.now())
}

// lookAtInformation makes the lines anew while they are shown.
func (w *window) lookAtInformation(now time.Time) {
	i := w.information
	if !w.informed || w.screen != screenPlayer {
		setVisible(i, false)
		return
	}
	s := w.snapshot
	w.lookAtRecords(&i.look, now, func(records []network.Record) func() {
		facts := factsOf(s, records)
		return func() {
			i.set(facts)
			w.layoutInformation()
			i.Refresh()
			setVisible(i, w.informed && w.screen == screenPlayer)
		}
	})
}

// layoutInformation puts the information below the title.
func (w *window) layoutInformation() {
	width := min(informationWidth, w.root.Size().Width-2*theme.GapLarge)
	w.information.room = w.root.Size().Height - informationTop - barTop - theme.Gap
	w.information.Resize(fyne.NewSize(width, w.information.MinSize().Height))
	w.information.Move(fyne.NewPos(theme.GapLarge, informationTop))
}

// factsOf are the lines of the information. None of them holds a key or a cookie's value: neither snapshot nor record has any.
func factsOf(s player.Snapshot, records []network.Record) []fact {
	facts := []fact{{"Picture", pictureFact(s.Video)}, {"Sound", soundFact(s.Audio)}}
	if s.Variant >= 0 && s.Variant < len(s.Variants) {
		by := "chosen by the player"
		if s.Selected >= 0 {
			by = "chosen by you"
		}
		facts = append(facts, fact{"Quality", fmt.Sprintf("%s, %s, %s", variantName(s.Variants[s.Variant], true), by, count(max(len(s.Path)-1, 0), "switch", "es"))})
	}
	if s.Stats.Bandwidth > 0 {
		facts = append(facts, fact{"Network", fmt.Sprintf("%.1f Mbit/s measured, %.1f Mbit/s loaded on average", megabits(s.Stats.Bandwidth), megabits(s.Stats.MeanBitrate))})
	}
	if s.Pathway != "" {
		facts = append(facts, fact{"Pathway", s.Pathway})
	}
	if s.Live {
		facts = append(facts, fact{"Live", fmt.Sprintf("%.1f s behind", s.Latency.Seconds())})
	}
	facts = append(facts,
		fact{"Buffer", fmt.Sprintf("%.1f s, %s for data", ahead(s).Seconds(), count(s.Stats.Rebuffers, "wait", "s"))},
		fact{"Frames", fmt.Sprintf("%d shown, %d dropped, %d repeated", s.Stats.Frames.Shown, s.Stats.Frames.Dropped, s.Stats.Frames.Repeated)})
	facts = append(facts, protectionFacts(s.Protections)...)
	if answer, ok := keyAnswer(records); ok {
		facts = append(facts, fact{"Key request", answer})
	}
	if blocked, ok := lastBlocked(records); ok {
		facts = append(facts, fact{"Blocked", blocked})
	}
	if n := len(s.Notes); n > 0 {
		facts = append(facts, fact{"Note", s.Notes[n-1]})
	}
	return facts
}

func pictureFact(v player.VideoInfo) string {
	if v.Codec == "" {
		return "none"
	}
	text := fmt.Sprintf("%s, %d × %d", v.Codec, v.Width, v.Height)
	if v.FrameRate > 0 {
		text += fmt.Sprintf(", %.4g frames/s", v.FrameRate)
	}
	if v.Hardware != "" {
		text += ", decoded by " + v.Hardware
	}
	return text
}

func soundFact(a player.AudioInfo) string {
	if a.Codec == "" {
		return "none"
	}
	text := fmt.Sprintf("%s, %g kHz, %s", a.Codec, float64(a.SampleRate)/1000, count(a.Channels, "channel", "s"))
	if a.Language != "" {
		text += ", " + a.Language
	}
	return text
}

// ahead is how much is loaded from the position on.
func ahead(s player.Snapshot) time.Duration {
	for _, r := range s.Buffered {
		if r.Start <= s.Position && s.Position <= r.End {
			return r.End - s.Position
		}
	}
	return 0
}

// protectionFacts say how what plays is encrypted.
func protectionFacts(protections []player.Protection) []fact {
	if len(protections) == 0 {
		return []fact{{"Encryption", "none"}}
	}
	var facts []fact
	for _, p := range protections {
		format := "key format " + p.KeyFormat
		if p.KeyFormat == player.KeyFormatGiven {
			format = "your own keys"
		}
		parts := slices.DeleteFunc([]string{p.Method, p.Scheme, format, count(p.Keys, "key", "s")}, func(s string) bool { return s == "" })
		facts = append(facts, fact{"Encryption", strings.Join(parts, ", ")})
		if n := len(p.KeyIDs); n > 0 {
			facts = append(facts, fact{"KID", strings.Join(p.KeyIDs[max(0, n-shownKeyIDs):], ", ")})
		}
	}
	return facts
}

// keyAnswer says how the newest request for a key or licence was answered, and which cookies went along.
func keyAnswer(records []network.Record) (string, bool) {
	for i := len(records) - 1; i >= 0; i-- {
		if r := records[i]; r.Class == network.ClassKey || r.Class == network.ClassLicense {
			row := rowOf(r)
			if len(r.Cookies) > 0 {
				row.cookies = "with " + row.cookies
			}
			return fmt.Sprintf("%s: %s, %s", row.address, row.outcome, row.cookies), true
		}
	}
	return "", false
}

// lastBlocked says why the newest request that was blocked was.
func lastBlocked(records []network.Record) (string, bool) {
	for _, r := range slices.Backward(records) {
		if r.Blocked {
			_, why, _ := strings.Cut(r.Error, network.ErrBlocked.Error()+": ")
			return why, true
		}
	}
	return "", false
}

func megabits(bitsPerSecond int64) float64 { return float64(bitsPerSecond) / 1e6 }

// count is a number with what it counts: "1 key", "2 keys".
func count(n int, what, plural string) string {
	if n != 1 {
		what += plural
	}
	return fmt.Sprintf("%d %s", n, what)
}
