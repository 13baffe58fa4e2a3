package ui

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"time"

	"latchkey/player"
)

// automate does what the options ask for without a person: picture, end.
func (w *window) automate(now time.Time) {
	o := w.options
	if shot := o.Screenshot; shot != nil && !w.captured && !w.firstFrame.IsZero() && now.Sub(w.firstFrame) >= shot.After {
		w.captured = true
		w.saveScreenshot(shot)
	}
	if w.ended() && !w.saving {
		w.quit()
	}
}

// ended says whether the options have the window closed now.
func (w *window) ended() bool {
	o, s := w.options, w.snapshot
	switch {
	case o.Frames > 0 && w.frames >= o.Frames:
		return true
	case o.Length > 0 && !w.firstFrame.IsZero() && s.Position >= o.Start+o.Length:
		return true
	case o.ExitAtEnd && w.screen == screenPlayer:
		return (s.State == player.Complete && w.seekTo == nil) || s.State == player.Failed
	}
	return false
}

// saveScreenshot takes the window's picture, and writes it in a goroutine.
func (w *window) saveScreenshot(shot *Screenshot) {
	w.saving = true
	w.lens.capture(func(img image.Image) { w.savePicture(shot, img) })
}

func (w *window) savePicture(shot *Screenshot, img image.Image) {
	w.tasks.run(func(context.Context) {
		if err := writePNG(shot.Create, img); err != nil {
			w.options.Log.Error("the screenshot cannot be saved", "err", err)
		}
		w.dispatch.post(func() {
			w.saving = false
			w.lens.Hide()
			if shot.Exit {
				w.quit()
			}
		})
	})
}

func writePNG(create func() (io.WriteCloser, error), img image.Image) (err error) {
	f, err := create()
	if err != nil {
		return fmt.Errorf("save picture: %w", err)
	}
	defer func() {
		if cerr := f.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("save picture: %w", cerr)
		}
	}()
	if err := png.Encode(f, img); err != nil {
		return fmt.Errorf("save picture: %w", err)
	}
	return nil
}
