package ui

import (
	"cmp"
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
	w.openFrom(source, 0)
}

// openFrom plays a URL or file from a time, with the account's own configuration.
func (w *window) openFrom(source string, from time.Duration) {
	account := w.options.Account
	w.playFrom(catalogue.Title{Source: source}, from, nil, func() (*player.MediaResource, error) { return account.Resource(source) })
}

// play plays a title of the service's catalogue.
func (w *window) play(title catalogue.Title, from time.Duration) {
	by := w.service
	resumed := time.Duration(0)
	if from == 0 {
		resumed = w.mark(title).Resume()
		from = resumed
	}
	w.playFrom(title, from, by, func() (*player.MediaResource, error) { return by.Resource(title) })
	if resumed > 0 {
		w.sayResumed(resumed)
	}
}

// playFrom makes what resource returns the engine's and plays it from a time. It is called in a goroutine, and what it says comes back
// here. by is the service whose sign-in it is played with, or nil.
func (w *window) playFrom(title catalogue.Title, from time.Duration, by Service, resource func() (*player.MediaResource, error)) {
	w.beginTitle(title, from, by, resource)
	w.snapshot = player.Snapshot{State: player.Initializing}
	w.picture.Clear().Release()
	w.goTo(screenPlayer)
	engine := w.options.Engine
	before := w.leaveOpening()
	if w.early != nil {
		w.opening, w.early = w.early, nil
		w.commands.givePrepared(kindOpen, w.opening.wait, engine.Play)
	} else {
		var made *player.MediaResource
		w.commands.givePrepared(kindOpen, func() (err error) {
			made, err = madeBy(resource)
			return err
		}, func() error {
			before()
			if err := openAt(made, engine, from); err != nil {
				return err
			}
			return engine.Play()
		})
	}
	w.showState()
}

// leaveOpening drops an early opening that is under way. What it returns waits until that no longer
// speaks to the engine.
func (w *window) leaveOpening() (settle func()) {
	left := w.opening
	w.opening = nil
	if left == nil {
		return func() {}
	}
	left.drop()
	return left.settle
}

// beginTitle notes what is to be played, and shows its name.
func (w *window) beginTitle(title catalogue.Title, from time.Duration, by Service, resource func() (*player.MediaResource, error)) {
	w.source, w.title, w.startAt, w.playedBy, w.resource = title.Source, title, from, by, resource
	w.seekTo, w.wantPlay, w.upNext = nil, true, upNext{}
	w.forgetSignIn()
	if name := cmp.Or(title.Name, sourceName(title.Source)); name != "" {
		w.showTitle(name)
	} else {
		w.top.setTitle("")
	}
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

// chooseFile lets a person choose a file to play.
func (w *window) chooseFile() { w.chooseOther(nil) }

// fileChosen does with a file what it was chosen for.
func (w *window) fileChosen(file string) {
	if take := w.chosen; take != nil {
		w.chosen = nil
		take(file)
		return
	}
	w.open(file)
}

// closeFiles leaves the choice of a file.
func (w *window) closeFiles() {
	w.chosen = nil
	if w.prompt != nil {
		w.showPane(w.sheet.Card) // the file was for the sign-in
		return
	}
	w.closePane()
}

// chooseText lets a person choose a text file, and hands on what it holds.
func (w *window) chooseText(take func(string)) {
	w.chooseOther(func(file string) {
		w.showPane(w.sheet.Card)
		w.tasks.run(func(ctx context.Context) {
			text, err := files.ReadText(file)
			if ctx.Err() != nil {
				return
			}
			w.dispatch.post(func() {
				if err != nil {
					w.options.Log.Info("the file cannot be read", "err", err)
					text = ""
				}
				take(text)
			})
		})
	})
}

// chooseOther lets a person choose a file for something; nil: to play it.
func (w *window) chooseOther(take func(file string)) {
	w.chosen = take
	w.showPane(w.files.Container)
	w.files.ShowAll(take != nil)
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
