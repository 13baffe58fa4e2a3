package controls

import (
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"latchkey/ui/theme"
)

const (
	seekHeight      = 20
	seekTrack       = 4
	seekTrackHover  = 6
	seekKnob        = 14
	seekBubbleAbove = 34
	seekPreviewGap  = 6
	seekRanges      = 8 // more stretches of loaded time than these are not drawn
)

// The most that the picture above the bar measures.
const (
	PreviewWidth  = 208
	PreviewHeight = 117
)

// Span is a stretch of presentation time.
type Span struct {
	Start, End time.Duration
}

// SeekBar shows how far the playback is and what is loaded, and takes clicks, drags and keys to go
// elsewhere. It seeks while it is dragged; the last call of a drag has final set.
type SeekBar struct {
	widget.BaseWidget

	hooks Hooks
	seek  func(to time.Duration, final bool)
	step  func(by time.Duration)
	point func(at time.Duration, over bool)

	duration, position time.Duration
	loaded             []Span
	live               bool // times are told as how far they are before the end
	hovered, dragging  bool
	focused            bool
	pointer            float32       // where the pointer is, while hovered
	target             time.Duration // where the drag is

	track, played *canvas.Rectangle
	ranges        [seekRanges]*canvas.Rectangle
	knob          *canvas.Circle
	bubble        *canvas.Rectangle
	time          *canvas.Text
	frame         *canvas.Rectangle
	preview       *canvas.Image // shown above the time, while it has a picture
}

// NewSeekBar returns an empty bar. Seek is called with the time that a person goes to, step with how far an arrow key goes, and point with the time
// under the pointer, and when the pointer leaves.
func NewSeekBar(hooks Hooks, seek func(to time.Duration, final bool), step func(by time.Duration), point func(at time.Duration, over bool)) *SeekBar {
	s := &SeekBar{
		hooks: hooks, seek: seek, step: step, point: point,
		track:  canvas.NewRectangle(theme.Track),
		played: canvas.NewRectangle(theme.Accent),
		knob:   canvas.NewCircle(theme.Accent),
		bubble: canvas.NewRectangle(theme.Panel),
		time:   theme.Text("", theme.SizeCaption, theme.Foreground),
		frame:  canvas.NewRectangle(theme.Panel), preview: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleFastest},
	}
	for i := range s.ranges {
		s.ranges[i] = canvas.NewRectangle(theme.Loaded)
		s.ranges[i].Hide()
	}
	s.bubble.CornerRadius = theme.RadiusSmall
	s.knob.Hide()
	s.bubble.Hide()
	s.time.Hide()
	s.frame.CornerRadius = theme.RadiusSmall
	s.frame.Hide()
	s.preview.Hide()
	s.ExtendBaseWidget(s)
	return s
}

// Set shows a position, a duration and what is loaded. Only what lies on other pixels than before is
// repainted. While a person drags, the bar shows the drag.
func (s *SeekBar) Set(position, duration time.Duration, loaded []Span) {
	s.position, s.duration = position, duration
	if len(loaded) > seekRanges {
		loaded = loaded[:seekRanges]
	}
	s.loaded = append(s.loaded[:0], loaded...)
	s.arrange(s.Size())
}

// SetLive says whether the end is the live point.
func (s *SeekBar) SetLive(live bool) { s.live = live }

// Dragging says whether a person holds the knob.
func (s *SeekBar) Dragging() bool { return s.dragging }

// Shown returns the time at which the bar's knob stands.
func (s *SeekBar) Shown() time.Duration {
	if s.dragging {
		return s.target
	}
	return s.position
}

// arrange places everything; Fyne repaints only what moves or changes its size.
func (s *SeekBar) arrange(size fyne.Size) {
	if size.Width <= 0 {
		return
	}
	thick := float32(seekTrack)
	if s.active() {
		thick = seekTrackHover
	}
	y := (size.Height - thick) / 2
	for _, r := range []*canvas.Rectangle{s.track, s.played} {
		r.CornerRadius = thick / 2
	}
	place(s.track, 0, y, size.Width, thick)
	for i, r := range s.ranges {
		show := i < len(s.loaded) && s.duration > 0
		if show {
			x0 := pixel(XOf(s.loaded[i].Start, size.Width, s.duration))
			x1 := pixel(XOf(s.loaded[i].End, size.Width, s.duration))
			r.CornerRadius = thick / 2
			place(r, x0, y, max(x1-x0, 0), thick)
		}
		setVisible(r, show)
	}
	x := pixel(XOf(s.Shown(), size.Width, s.duration))
	place(s.played, 0, y, max(x, 0.5), thick)
	s.knob.Resize(fyne.NewSquareSize(seekKnob))
	s.knob.Move(fyne.NewPos(x-seekKnob/2, (size.Height-seekKnob)/2))
	setVisible(s.knob, s.active() && s.duration > 0)
	s.arrangeBubble(size)
}

func (s *SeekBar) arrangeBubble(size fyne.Size) {
	show := (s.hovered || s.dragging) && s.duration > 0
	if show {
		x := min(max(s.pointer, 0), size.Width)
		at := TimeAt(x, size.Width, s.duration)
		text := Clock(at)
		if s.live {
			text = Behind(s.duration - at)
		}
		if s.time.Text != text {
			s.time.Text = text
			s.time.Refresh()
		}
		t := s.time.MinSize()
		w, h := t.Width+16, t.Height+8
		x = pixel(min(max(x-w/2, 0), max(size.Width-w, 0)))
		place(s.bubble, x, -seekBubbleAbove, w, h)
		place(s.time, x+8, -seekBubbleAbove+4, t.Width, t.Height)
	}
	setVisible(s.bubble, show)
	setVisible(s.time, show)
	s.arrangePreview(size, show)
}

// SetPreview shows a picture above the time under the pointer, or, with nil, none.
func (s *SeekBar) SetPreview(img image.Image) {
	if img == nil && s.preview.Image == nil {
		return
	}
	s.preview.Image = img
	s.arrange(s.Size())
	s.preview.Refresh()
}

// Previewing says whether a picture is shown.
func (s *SeekBar) Previewing() bool { return s.preview.Visible() }

func (s *SeekBar) arrangePreview(size fyne.Size, show bool) {
	show = show && s.preview.Image != nil
	if show {
		bounds := s.preview.Image.Bounds()
		scale := min(float32(PreviewWidth)/float32(bounds.Dx()), float32(PreviewHeight)/float32(bounds.Dy()))
		w, h := float32(bounds.Dx())*scale, float32(bounds.Dy())*scale
		x := pixel(min(max(s.pointer-w/2, 0), max(size.Width-w, 0)))
		y := -seekBubbleAbove - seekPreviewGap - h
		place(s.frame, x-2, y-2, w+4, h+4)
		place(s.preview, x, y, w, h)
	}
	setVisible(s.frame, show)
	setVisible(s.preview, show)
}

func (s *SeekBar) active() bool { return s.hovered || s.dragging || s.focused }

// MouseIn implements desktop.Hoverable.
func (s *SeekBar) MouseIn(e *desktop.MouseEvent) { s.hovered = true; s.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (s *SeekBar) MouseMoved(e *desktop.MouseEvent) {
	s.hooks.moved()
	s.pointer = e.Position.X
	s.arrange(s.Size())
	s.tell()
}

// tell says what time is under the pointer.
func (s *SeekBar) tell() {
	s.point(TimeAt(s.pointer, s.Size().Width, s.duration), (s.hovered || s.dragging) && s.duration > 0)
}

// MouseOut implements desktop.Hoverable.
func (s *SeekBar) MouseOut() {
	s.hovered = false
	s.arrange(s.Size())
	s.tell()
}

// MouseDown goes to where the pointer is at once: a press is a click, and the begin of a drag.
func (s *SeekBar) MouseDown(e *desktop.MouseEvent) {
	if s.duration > 0 && e.Button == desktop.MouseButtonPrimary {
		s.dragging = true
		s.drag(e.Position.X, false)
	}
}

// MouseUp ends what MouseDown began.
func (s *SeekBar) MouseUp(e *desktop.MouseEvent) { s.drop(e.Position.X) }

// Dragged implements fyne.Draggable.
func (s *SeekBar) Dragged(e *fyne.DragEvent) {
	if s.dragging {
		s.drag(e.Position.X, false)
	}
}

// DragEnd implements fyne.Draggable.
func (s *SeekBar) DragEnd() { s.drop(s.pointer) }

func (s *SeekBar) drop(x float32) {
	if s.dragging {
		s.drag(x, true)
		s.dragging = false
		s.position = s.target
		s.arrange(s.Size())
		s.tell()
	}
}

func (s *SeekBar) drag(x float32, final bool) {
	s.hooks.moved()
	s.pointer = x
	s.target = TimeAt(x, s.Size().Width, s.duration)
	s.arrange(s.Size())
	s.tell()
	s.seek(s.target, final)
}

// FocusGained implements fyne.Focusable.
func (s *SeekBar) FocusGained() { s.hooks.moved(); s.focused = true; s.arrange(s.Size()) }

// FocusLost implements fyne.Focusable.
func (s *SeekBar) FocusLost() { s.focused = false; s.arrange(s.Size()) }

// TypedRune implements fyne.Focusable.
func (s *SeekBar) TypedRune(rune) {}

// TypedKey hands keys on: the window knows what arrows do.
func (s *SeekBar) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyPageUp:
		s.step(time.Minute)
	case fyne.KeyPageDown:
		s.step(-time.Minute)
	default:
		s.hooks.typed(e)
	}
}

// Cursor implements desktop.Cursorable.
func (s *SeekBar) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (s *SeekBar) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{s.track}
	for _, r := range s.ranges {
		objects = append(objects, r)
	}
	objects = append(objects, s.played, s.knob, s.bubble, s.time, s.frame, s.preview)
	return widget.NewSimpleRenderer(container.New(arrangement{
		min: func() fyne.Size { return fyne.NewSize(80, seekHeight) },
		lay: s.arrange,
	}, objects...))
}

// pixel rounds to half a pixel, so that what moves by less is not repainted.
func pixel(x float32) float32 { return float32(int(x*2+0.5)) / 2 }

func setVisible(o fyne.CanvasObject, visible bool) {
	if o.Visible() != visible {
		if visible {
			o.Show()
		} else {
			o.Hide()
		}
	}
}
