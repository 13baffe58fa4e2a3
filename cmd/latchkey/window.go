package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"latchkey/network"
	"latchkey/player"
	"latchkey/player/report"
	"latchkey/ui"
	"latchkey/ui/history"
)

// runWindow opens the window, on what the argument names unless that is empty: a URL, a file, a link or a service's file. The last two go to
// the instance that runs, if there is one.
func runWindow(ctx context.Context, flags *windowFlags, argument string, stdout, stderr io.Writer) error {
	outside := argument != "" && forInstance(argument)
	if outside {
		if taken, err := handOver(ctx, argument); taken || err != nil {
			return err
		}
	}
	known, err := openKept()
	if err != nil {
		return err
	}
	w, err := newWindow(flags, stderr, known, func(options network.Options) (*services, error) { return openServices(ctx, options) })
	if err != nil {
		return err
	}
	if flags.profile != "" {
		if w.account.service = w.services.find(flags.profile); w.account.service == nil {
			return errors.Join(&usageError{fmt.Errorf("--profile: %w", errNoService)}, w.close())
		}
		w.options.Service = flags.profile
	}
	switch {
	case outside:
		w.argument = argument
	case argument != "":
		w.account.first, w.account.subtitles = argument, flags.withSubtitles
		if _, err = flags.withSubtitles(new(player.MediaResource)); err != nil {
			return errors.Join(err, w.close())
		}
		if _, err := w.account.Resource(argument); err != nil {
			return errors.Join(&usageError{err}, w.close())
		}
		w.options.Source = argument
	}
	return w.run(ctx, flags, stdout)
}

// newPlayer makes the engine.
var newPlayer = player.New

// window is a window with its engine, ready to run.
type window struct {
	engine   *player.Player
	account  *account
	services *services
	door     *door
	history  *history.Store
	kept     kept
	network  string // the one at the start, may be empty
	advance  *bool  // whether the next title is to play by itself, as it was chosen; nil: it stays as it was
	argument string // a link or a service's file to begin with, or empty
	options  ui.Options
	summary  func(*report.Report) error // prints the end of a playback, nil: nothing
}

// newWindow makes the engine, the account and the services by the flags. known is what is known from before.
func newWindow(flags *windowFlags, stderr io.Writer, known kept, open func(network.Options) (*services, error)) (*window, error) {
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
	changes, logins := new(ui.Changes), ui.NewLogins()
	config.Network.Login = logins.Ask
	config.OnChange = changes.Notify
	config.Muted = flags.mute
	volume := flags.volume / 100
	config.Volume = &volume
	network := currentNetwork()
	config.Bandwidth = known.networks.rate(network)
	engine, err := newPlayer(config)
	if err != nil {
		return nil, err
	}
	w := &window{engine: engine, kept: known, network: network}
	if w.services, err = open(config.Network); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if w.door, err = newDoor(w.services, config.Network); err != nil {
		return nil, errors.Join(err, w.close())
	}
	w.account = &account{engine: engine, configuration: configuration}
	w.history = history.New(w.services.remember, config.Log)
	w.options = ui.Options{
		History: w.history, Logins: logins,
		Engine: engine, Changes: changes, Account: w.account, Services: w.services, Incoming: w.door.out, Requests: engine.Requests,
		NewScaler: func() ui.Scaler { return player.NewScaler() },
		Start:     flags.start, Length: flags.length, Frames: flags.frames,
		Renderer: flags.renderer, Volume: volume, Muted: flags.mute, Speed: flags.speed,
		FullScreen: flags.fullScreen, Advance: known.settings.read().Advance, Advanced: func(on bool) { w.advance = &on }, ExitAtEnd: flags.exit, Log: config.Log,
	}
	return w, nil
}

// close ends what newWindow made.
func (w *window) close() error {
	err := w.engine.Close()
	if w.services != nil {
		w.services.close()
	}
	if w.door != nil {
		err = errors.Join(err, w.door.client.Close())
	}
	return err
}

// keep notes what was learnt and chosen for the next time, after the window was closed.
func (w *window) keep() error {
	err := w.kept.networks.keep(w.network, w.engine.Bandwidth())
	if w.advance != nil {
		err = errors.Join(err, w.kept.settings.keep(chosen{Advance: *w.advance}))
	}
	return err
}

// run shows the window until it is closed, and writes the report.
func (w *window) run(ctx context.Context, flags *windowFlags, stdout io.Writer) error {
	listening, stop := context.WithCancel(ctx)
	listened := make(chan error, 1)
	go func() {
		var first sync.WaitGroup
		if w.argument != "" {
			first.Go(func() { w.door.take(listening, w.argument) })
		}
		err := w.door.listen(listening)
		first.Wait()
		listened <- err
	}()
	remembered := make(chan struct{})
	go func() {
		defer close(remembered)
		if err := w.history.Load(); err != nil {
			w.options.Log.Warn("what was watched before is not known", "err", err)
		}
		w.history.Serve(listening)
	}()
	end, release := endingOf(ctx), func() {}
	w.options.Leaving = func() { release = end.guard(nil) }
	err := ui.Run(ctx, w.options)
	if failed := w.keep(); failed != nil {
		w.options.Log.Warn("not all is kept for the next time", "err", failed)
	}
	stop()
	<-remembered
	if failed := <-listened; failed != nil {
		w.options.Log.Warn("links of other programs do not reach this window", "err", failed)
	}
	release()
	result := report.New(w.engine.Snapshot(), w.engine.Requests())
	if err == nil && flags.exit {
		err = failed(result)
	}
	write := func() error {
		return errors.Join(writeReport(result, flags.report, stdout), writeArchive(result, flags.archive, stdout))
	}
	if failed := closing(ctx, w.close, err, write); failed != nil {
		err = errors.Join(err, failed)
	}
	if err == nil && w.summary != nil {
		err = w.summary(result)
	}
	return errors.Join(err, write())
}
