package controls

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
)

type seeks struct {
	to    []time.Duration
	final []bool
	steps []time.Duration
	keys  []fyne.KeyName
	moved int
}

func newTestBar(t *testing.T) (*SeekBar, *seeks) {
	t.Helper()
	test.NewTempApp(t)
	s := &seeks{}
	b := NewSeekBar(Hooks{
		Activity: func() { s.moved++ },
		Key:      func(e *fyne.KeyEvent) { s.keys = append(s.keys, e.Name) },
	}, func(to time.Duration, final bool) {
		s.to, s.final = append(s.to, to), append(s.final, final)
	}, func(by time.Duration) { s.steps = append(s.steps, by) }, func(time.Duration, bool) {})
	b.Resize(fyne.NewSize(200, seekHeight))
	b.Set(20*time.Second, 100*time.Second, []Span{{0, 50 * time.Second}})
	return b, s
}

func mouse(x float32) *desktop.MouseEvent {
	return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 10)}, Button: desktop.MouseButtonPrimary}
}

func drag(x float32) *fyne.DragEvent {
	return &fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 10)}}
}

func TestSeekBarClick(t *testing.T) {
	b, s := newTestBar(t)
	b.MouseDown(mouse(100))
	assert.True(t, b.Dragging())
	assert.Equal(t, 50*time.Second, b.Shown(), "a press goes there at once")
	b.MouseUp(mouse(100))
	b.DragEnd()
	assert.False(t, b.Dragging())
	assert.Equal(t, []time.Duration{50 * time.Second, 50 * time.Second}, s.to)
	assert.Equal(t, []bool{false, true}, s.final, "one end, whatever Fyne reports")
}

func TestSeekBarDrag(t *testing.T) {
	b, s := newTestBar(t)
	b.MouseDown(mouse(20))
	b.Dragged(drag(40))
	b.Set(99*time.Second, 100*time.Second, nil)
	assert.Equal(t, 20*time.Second, b.Shown(), "while dragged it shows the drag")
	b.Dragged(drag(500))
	b.DragEnd()
	assert.Equal(t, []time.Duration{10 * time.Second, 20 * time.Second, 100 * time.Second, 100 * time.Second}, s.to)
	assert.Equal(t, []bool{false, false, false, true}, s.final)
	b.Dragged(drag(10))
	assert.Len(t, s.to, 4, "nothing is dragged after the end")
}

func TestSeekBarWithoutDuration(t *testing.T) {
	b, s := newTestBar(t)
	b.Set(20*time.Second, 0, nil)
	b.MouseIn(mouse(10))
	b.MouseDown(mouse(100))
	b.MouseUp(mouse(100))
	assert.Empty(t, s.to)
	assert.False(t, b.bubble.Visible())
	assert.False(t, b.knob.Visible())
}

func TestSeekBarHover(t *testing.T) {
	b, s := newTestBar(t)
	assert.False(t, b.knob.Visible())
	b.MouseIn(mouse(50))
	assert.True(t, b.knob.Visible())
	assert.True(t, b.bubble.Visible())
	assert.Equal(t, "0:25", b.time.Text)
	b.MouseMoved(mouse(200))
	assert.Equal(t, "1:40", b.time.Text)
	assert.LessOrEqual(t, b.bubble.Position().X+b.bubble.Size().Width, float32(200))
	b.MouseOut()
	assert.False(t, b.bubble.Visible())
	assert.Equal(t, 2, s.moved)
}

func TestSeekBarShowsWhatIsLoaded(t *testing.T) {
	b, _ := newTestBar(t)
	assert.InDelta(t, 100, b.ranges[0].Size().Width, 0)
	assert.InDelta(t, 40, b.played.Size().Width, 0)
	many := make([]Span, 30)
	b.Set(0, time.Minute, many)
	assert.True(t, b.ranges[seekRanges-1].Visible())
	b.Set(0, time.Minute, nil)
	assert.False(t, b.ranges[0].Visible())
}

func TestSeekBarKeys(t *testing.T) {
	b, s := newTestBar(t)
	b.FocusGained()
	assert.True(t, b.knob.Visible())
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageUp})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	assert.Equal(t, []time.Duration{time.Minute, -time.Minute}, s.steps)
	assert.Equal(t, []fyne.KeyName{fyne.KeyRight}, s.keys)
	b.FocusLost()
	assert.False(t, b.knob.Visible())
}

func TestSlowPlaybackMovesOnlyWholeSteps(t *testing.T) {
	b, _ := newTestBar(t)
	b.Set(0, time.Hour, nil)
	before := b.played.Size()
	b.Set(500*time.Millisecond, time.Hour, nil)
	assert.Equal(t, before, b.played.Size(), "less than half a pixel is not repainted")
}
