package ui

import (
	"context"
	"errors"
	"image"
	"math"
	"time"

	"latchkey/player"
	"latchkey/player/frame"
	"latchkey/ui/controls"
)

const (
	// previewPatience is how long a picture is waited for.
	previewPatience = 8 * time.Second
	// previewFailures is how many may fail in a row before no more are asked for.
	previewFailures = 3
)

// preview shows what is at the time that a person points at, from the stream's I-frame playlist. One picture is asked for at a time, the newest
// that is wanted. It belongs to the main goroutine.
type preview struct {
	w      *window
	source string // what the pictures are of
	wanted time.Duration
	over   bool // the pointer is on the bar
	busy   bool
	failed int // in a row
}

// point is told where the pointer is on the seek bar, or that it is no longer there.
func (p *preview) point(at time.Duration, over bool) {
	w := p.w
	if p.source != w.source {
		p.source, p.failed = w.source, 0
	}
	p.over = over && w.snapshot.Stills && w.screen == screenPlayer && p.failed < previewFailures
	if !p.over {
		w.bar.SetPreview(nil)
		return
	}
	from, _ := w.offered()
	p.wanted = from + at
	p.ask()
}

// ask asks for the picture that is wanted, when none is on its way.
func (p *preview) ask() {
	if p.busy || !p.over {
		return
	}
	p.busy = true
	at, source, engine := p.wanted, p.source, p.w.options.Engine
	scale := p.w.win.Canvas().Scale()
	p.w.tasks.run(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, previewPatience)
		defer cancel()
		img, err := still(ctx, engine, at, int(controls.PreviewHeight*scale))
		p.w.dispatch.post(func() { p.got(img, err, at, source) })
	})
}

// got shows a picture, if the pointer is still there, and asks for the next.
func (p *preview) got(img image.Image, err error, at time.Duration, source string) {
	p.busy = false
	if source != p.w.source {
		return
	}
	switch {
	case err == nil:
		p.failed = 0
		if p.over {
			p.w.bar.SetPreview(img)
		}
	case errors.Is(err, player.ErrNoStills):
		p.failed = previewFailures
	default:
		p.failed++
		p.w.options.Log.Info("a preview cannot be had", "err", err)
	}
	if p.wanted != at && p.failed < previewFailures {
		p.ask()
	}
}

// still gets a picture as RGBA, height rows high at most.
func still(ctx context.Context, engine Engine, at time.Duration, height int) (image.Image, error) {
	picture, err := engine.Still(ctx, at, height)
	if err != nil {
		return nil, err
	}
	defer picture.Release()
	width, height := previewSize(picture, height)
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	scaler := player.NewScaler()
	defer scaler.Close()
	if err := scaler.RGBA(img, picture); err != nil {
		return nil, err
	}
	return img, nil
}

// previewSize fits a picture into height rows and the width that belongs to them.
func previewSize(v *frame.Video, height int) (int, int) {
	ratio := float64(v.Width) / float64(max(v.Height, 1))
	if v.SampleAspect.Num > 0 && v.SampleAspect.Den > 0 {
		ratio *= float64(v.SampleAspect.Num) / float64(v.SampleAspect.Den)
	}
	limit := float64(controls.PreviewWidth) / controls.PreviewHeight
	if ratio > limit {
		return max(int(math.Round(float64(height)*limit)), 1), max(int(math.Round(float64(height)*limit/ratio)), 1)
	}
	return max(int(math.Round(float64(height)*ratio)), 1), max(height, 1)
}
