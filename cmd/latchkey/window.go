package main

import (
	"context"
	"errors"
	"io"

	"latchkey/player"
	"latchkey/player/report"
	"latchkey/ui"
)

// runWindow opens the window, on source unless that is empty.
func runWindow(ctx context.Context, flags *windowFlags, source string, stdout, stderr io.Writer) error {
	w, err := newWindow(flags, stderr)
	if err != nil {
		return err
	}
	if source != "" {
		if _, err := w.account.Resource(source); err != nil {
			return errors.Join(&usageError{err}, w.engine.Close())
		}
	}
	w.options.Source = source
	return w.run(ctx, flags, stdout)
}

// window is a window with its engine, ready to run.
type window struct {
	engine  *player.Player
	account *account
	options ui.Options
	summary func(*report.Report) error // prints the end of a playback, nil: nothing
}

// newWindow makes the engine and the account by the flags.
func newWindow(flags *windowFlags, stderr io.Writer) (*window, error) {
	if err := flags.check(); err != nil {
		return nil, err
	}
	config, err := flags.config(stderr)
	if err != nil {
		return nil, err
	}
	configuration, err := flags.configuration()
	if err != nil {
		return nil, err
	}
	changes := new(ui.Changes)
	config.OnChange = changes.Notify
	config.Muted = flags.mute
	volume := flags.volume / 100
	config.Volume = &volume
	engine, err := player.New(config)
	if err != nil {
		return nil, err
	}
	account := &account{engine: engine, configuration: configuration}
	return &window{engine: engine, account: account, options: ui.Options{
		Engine: engine, Changes: changes, Account: account,
		NewScaler: func() ui.Scaler { return player.NewScaler() },
		Start:     flags.start, Length: flags.length, Frames: flags.frames,
		Renderer: flags.renderer, Volume: volume, Muted: flags.mute, Speed: flags.speed,
		FullScreen: flags.fullScreen, ExitAtEnd: flags.exit, Log: config.Log,
	}}, nil
}

// run shows the window until it is closed, and writes the report.
func (w *window) run(ctx context.Context, flags *windowFlags, stdout io.Writer) error {
	err := ui.Run(ctx, w.options)
	result := report.New(w.engine.Snapshot(), w.engine.Requests())
	err = errors.Join(err, w.engine.Close())
	if err == nil && flags.exit && result.Error != nil {
		err = &failure{code: result.Error.Code, message: result.Error.Message}
	}
	if err == nil && w.summary != nil {
		err = w.summary(result)
	}
	return errors.Join(err, writeReport(result, flags.report, stdout), writeArchive(result, flags.archive))
}
