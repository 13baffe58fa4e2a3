package ui

import (
	"bytes"
	"context"
	"io"
	"log"
	"log/slog"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"latchkey/ui/awake"
	"latchkey/ui/theme"
	"latchkey/ui/video"
)

const appID = "io.github.latchkey.Latchkey"

// Run shows the window and returns when it is closed, ctx ends, or the options say so. It must be called
// on the process's first goroutine, once, and blocks. The engine is the caller's to close afterwards, and
// to be asked what became of the stream.
//
// It returns ErrNoDisplay, wrapped, when there is no display; any other error is a wrong option.
func Run(ctx context.Context, o Options) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := checkDisplay(); err != nil {
		return err
	}
	var early *opening
	if o.Source != "" {
		early = openEarly(o)
		defer func() { _ = early.wait() }() // its error is the window's to tell
	}
	quietFyne(o.Log)
	app.SetMetadata(fyne.AppMetadata{
		ID: appID, Name: "Latchkey", Icon: logo(), Migrations: map[string]bool{"fyneDo": true},
	})
	a := app.NewWithID(appID)
	a.SetIcon(logo())
	a.Settings().SetTheme(theme.New())
	view, closeView, err := newView(o)
	if err != nil {
		return err
	}
	defer closeView()
	w, err := newWindow(a, o, view)
	if err != nil {
		return err
	}
	w.early = early
	screen := awake.New(o.Log)
	defer screen.Close()
	w.screenOn = screen.Set
	w.win.Show()
	if err := checkShown(w.win); err != nil {
		return err
	}
	if !o.FullScreen {
		w.fitScreen()
	}
	w.begin()
	stop := context.AfterFunc(ctx, func() { w.dispatch.post(w.quit) })
	defer stop()
	runLoop(a)
	w.leaving()
	w.close()
	return nil
}

// newView makes what shows the pictures. The function returned frees what it holds.
func newView(o Options) (view *video.View, closeView func(), err error) {
	renderer := video.Auto
	if o.Renderer != "" {
		if renderer, err = video.ParseRenderer(o.Renderer); err != nil {
			return nil, nil, err
		}
	}
	if o.NewScaler == nil {
		return video.New(video.Options{Renderer: renderer}), func() {}, nil
	}
	scaler := o.NewScaler()
	return video.New(video.Options{Renderer: renderer, Convert: scaler}), scaler.Close, nil
}

// begin starts what runs beside the widgets, and what the options ask for.
func (w *window) begin() {
	w.begun = w.now()
	w.tasks.run(w.commands.serve)
	o := w.options
	s := o.Engine.Snapshot()
	w.volume, w.muted = s.Volume, s.Muted
	if o.Volume != 0 {
		w.setVolume(o.Volume)
	}
	if o.Muted && !w.muted {
		w.setMuted(true)
	}
	if o.Speed != 1 {
		w.setSpeed(o.Speed)
	}
	if w.advance = o.Advance; w.advance {
		w.commands.give(kindAdvance, func() error { o.Engine.SetAdvance(true); return nil })
	}
	if o.FullScreen {
		w.setFullScreen(true)
	}
	w.showAccount()
	w.loadCatalogue()
	w.receive()
	w.serveLogins()
	if o.Source != "" {
		w.openFrom(o.Source, o.Start)
	}
	w.startPump()
}

// quit closes the window and so ends Run.
func (w *window) quit() {
	w.leaving()
	w.app.Quit()
}

// leaving tells, once, that the window closes.
func (w *window) leaving() {
	if w.options.Leaving != nil {
		w.options.Leaving()
		w.options.Leaving = nil
	}
}

// close ends the goroutines and waits for them.
func (w *window) close() {
	w.stopPump()
	w.dispatch.close()
	w.tasks.close()
	w.picture.Clear().Release()
}

// quietFyne sends what Fyne logs, which goes to the standard logger, to ours at level debug: a desktop
// without a session bus, say, is nothing that a person need read about. It holds until the process ends,
// as goroutines of Fyne's do.
func quietFyne(to *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(fyneLog{slog.NewLogLogger(to.Handler(), slog.LevelDebug).Writer()})
}

// fyneLog is where the standard logger writes. What net/http says there is left out: it quotes
// servers.
type fyneLog struct{ to io.Writer }

// Write implements io.Writer.
func (l fyneLog) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("Unsolicited response")) {
		return len(line), nil
	}
	return l.to.Write(line)
}
