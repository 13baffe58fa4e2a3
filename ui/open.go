package ui

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"latchkey/player"
	"latchkey/ui/catalogue"
	"latchkey/ui/files"
)

// open plays a URL or file that a person named.
func (w *window) open(source string) {
	source = strings.TrimSpace(source)
	if source == "" {
		w.start.say("Type the address of a stream, or choose a file.")
		return
	}
	w.play(catalogue.Title{Source: source}, 0)
}

// play makes a title the engine's resource and plays it from a time. The account is asked in a
// goroutine, and what it says comes back here.
func (w *window) play(title catalogue.Title, from time.Duration) {
	w.source, w.title, w.startAt = title.Source, title, from
	w.seekTo, w.wantPlay = nil, true
	w.snapshot = player.Snapshot{State: player.Initializing}
	w.forgetSignIn()
	w.picture.Clear().Release()
	w.goTo(screenPlayer)
	if title.Name != "" {
		w.showTitle(title.Name)
	} else {
		w.top.setTitle("")
	}
	account, engine := w.options.Account, w.options.Engine
	open := func() error { return openAt(account, engine, title.Source, from) }
	if w.early != nil {
		open, w.early = w.early.wait, nil
	}
	w.commands.give(kindOpen, func() error {
		if err := open(); err != nil {
			return err
		}
		return engine.Play()
	})
	w.showState()
}

// openError is an address or file that can be no resource.
type openError struct{ err error }

// Error returns the cause's sentence.
func (e *openError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *openError) Unwrap() error { return e.err }

// commandFailed is told of each command that the engine refused. It runs in the commands' goroutine.
func (w *window) commandFailed(k kind, err error) {
	var state *player.StateError
	var open *openError
	switch {
	case errors.As(err, &open):
		w.options.Log.Info("cannot open", "err", err)
		w.dispatch.post(w.notOpened)
	case errors.As(err, &state):
		w.options.Log.Debug("the player is not ready for this", "err", err)
		w.dispatch.post(func() { w.apply(w.options.Engine.Snapshot()) })
	default:
		w.options.Log.Warn("the player refused", "err", err)
		w.dispatch.post(func() { w.apply(w.options.Engine.Snapshot()) })
	}
}

// notOpened goes back to the field for addresses and says that this one is none.
func (w *window) notOpened() {
	w.stop()
	w.goTo(screenStart)
	w.start.say("This is neither an address nor a file that Latchkey can open. Addresses begin with http:// or https://.")
}

// clipboard returns the text that was last copied.
func (w *window) clipboard() string { return w.app.Clipboard().Content() }

// pasteAndOpen plays the address in the clipboard.
func (w *window) pasteAndOpen() {
	text := strings.TrimSpace(w.clipboard())
	if w.pane != nil {
		return
	}
	if text == "" || strings.ContainsAny(text, "\r\n") {
		if w.screen == screenStart {
			w.start.say("There is no address in the clipboard.")
		}
		return
	}
	if w.screen == screenStart {
		w.start.field.SetText(text)
	}
	w.open(text)
}

// dropped plays the first of the things that were dropped on the window.
func (w *window) dropped(_ fyne.Position, items []fyne.URI) {
	if len(items) == 0 {
		return
	}
	source := items[0].String()
	if items[0].Scheme() == "file" {
		source = items[0].Path()
	}
	w.open(source)
}

// chooseFile lets a person choose a file.
func (w *window) chooseFile() {
	w.showPane(w.files.Container)
	folder := w.files.Folder()
	if folder == "" {
		folder = "."
		if home, err := os.UserHomeDir(); err == nil {
			folder = home
		}
	}
	w.files.Enter(folder)
}

// readFolder reads a folder for the pane, in a goroutine; one that is still being read is given up.
func (w *window) readFolder(folder string) {
	if w.cancelRead != nil {
		w.cancelRead()
	}
	w.cancelRead = w.tasks.run(func(ctx context.Context) {
		entries, err := files.Read(ctx, folder)
		if ctx.Err() != nil {
			return
		}
		w.dispatch.post(func() {
			switch {
			case err == nil:
				w.files.Show(folder, entries)
			case errors.Is(err, os.ErrPermission):
				w.files.Fail(folder, "You are not allowed to look into this folder.")
			default:
				w.files.Fail(folder, "This folder cannot be read.")
			}
		})
	})
}
