package ui

import (
	"errors"
	"image"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"github.com/stretchr/testify/assert"

	"latchkey/player"
)

// pointAt moves the pointer over the seek bar.
func (r *rig) pointAt(part float32) {
	bar := r.bar.SeekBar()
	bar.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(part*bar.Size().Width, 5)}})
}

func TestPreview(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.pointAt(0.5)
		r.settle()
		assert.Empty(t, r.engine.take(), "a stream without pictures is not asked for them")
		r.engine.set(func(s *player.Snapshot) { s.Stills = true })
		r.settle()
		r.pointAt(0.25)
		r.settle()
		assert.Equal(t, []string{"still 25s"}, r.engine.take())
		assert.True(t, r.bar.SeekBar().Previewing())

		// While one is on its way, the newest wish alone is kept.
		gate := make(chan struct{})
		r.engine.gate = gate
		for _, part := range []float32{0.3, 0.4, 0.6, 0.75} {
			r.pointAt(part)
		}
		r.engine.mu.Lock()
		r.engine.gate = nil
		r.engine.mu.Unlock()
		close(gate)
		r.settle()
		assert.Equal(t, []string{"still 30s", "still 1m15s"}, r.engine.take())

		r.bar.SeekBar().MouseOut()
		assert.False(t, r.bar.SeekBar().Previewing())
		r.settle()
		assert.Empty(t, r.engine.take())
	})
}

func TestPreviewThatFails(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.engine.set(func(s *player.Snapshot) { s.Stills = true })
		r.engine.stillErr = errors.New("refused")
		r.settle()
		for i := range 10 {
			r.pointAt(0.1 * float32(i))
			r.settle()
		}
		assert.Len(t, r.engine.take(), previewFailures, "then no more are asked for")
		assert.False(t, r.bar.SeekBar().Previewing())
	})
}

func TestRunThrough(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		r.playing()
		r.act(actRunForward)
		r.settle()
		assert.Empty(t, r.engine.take(), "there is nothing to run through")
		r.engine.set(func(s *player.Snapshot) { s.Stills = true })
		r.settle()
		for range 3 {
			r.act(actRunForward)
			r.settle()
		}
		r.act(actRunBackward)
		r.settle()
		assert.Equal(t, []string{"trick 2", "trick 4", "trick 8", "trick 4"}, r.engine.take())
		assert.True(t, r.toast.Visible())
		for range 20 {
			<-time.After(pollEvery)
			r.engine.changes.Notify()
			r.settle()
		}
		assert.True(t, r.toast.Visible(), "it is told as long as it lasts")
		r.act(actRunBackward)
		r.act(actRunBackward)
		r.settle()
		assert.Equal(t, 0, r.snapshot.Trick)
	})
}

func TestViewport(t *testing.T) {
	inWindow(t, nil, func(r *rig) {
		told := func() image.Point {
			r.settle() // the window ticks, and
			r.settle() // the engine is told
			r.engine.mu.Lock()
			defer r.engine.mu.Unlock()
			return r.engine.viewport
		}
		r.win.Resize(fyne.NewSize(800, 450))
		assert.Zero(t, told(), "nothing plays")
		r.playing()
		assert.Equal(t, image.Pt(800, 450), told())
		r.win.Resize(fyne.NewSize(1280, 720))
		assert.Equal(t, image.Pt(1280, 720), told())
	})
}
