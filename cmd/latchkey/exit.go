package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"latchkey/network"
	"latchkey/player"
	"latchkey/ui"
)

// The exit codes.
const (
	exitOK          = 0
	exitInternal    = 1
	exitUsage       = 2
	exitSignIn      = 3
	exitNetwork     = 4
	exitPlaylist    = 5
	exitDRM         = 6
	exitMedia       = 7
	exitOutput      = 8
	exitInterrupted = 130
)

// The codes beside those of playback, which player has.
const (
	codeUnwritable player.Code = 7003 // a file that a flag names cannot be written
	codeUsage      player.Code = 9002 // a wrong command line
)

// failure is an error with its sentence and code, ready for standard error.
type failure struct {
	code    player.Code
	message string
}

func (f *failure) Error() string { return fmt.Sprintf("%s (code %d)", f.message, f.code) }

// usageError is what is wrong with the command line.
type usageError struct{ err error }

func (u *usageError) Error() string { return u.err.Error() }
func (u *usageError) Unwrap() error { return u.err }

// exit prints the error's line, if there is one, and returns the exit code.
func exit(err error, interrupted bool, stderr io.Writer) int {
	if err != nil {
		// When standard error is gone there is nowhere left to say so.
		_, _ = fmt.Fprintf(stderr, "latchkey: %v\n", sentence(err))
	}
	switch {
	case interrupted:
		return exitInterrupted
	case err == nil:
		return exitOK
	}
	return exitCode(err)
}

// sentence gives an error that has no sentence and code of its own both, in one line.
func sentence(err error) error {
	if errors.Is(err, ui.ErrNoDisplay) {
		return &failure{code: player.CodeNoDisplay, message: "There is no display that a window can be opened on. Start Latchkey in a desktop session, or use latchkey probe."}
	}
	var (
		known *failure
		whole *player.Error
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &whole):
		return whole
	}
	if file, ok := errors.AsType[*fs.PathError](err); ok && exitCode(err) != exitUsage {
		return &failure{code: codeUnwritable, message: fmt.Sprintf("Latchkey cannot use %s: %v.", file.Path, file.Err)}
	}
	if errors.Is(err, player.ErrHung) {
		return player.Explain(err, "")
	}
	code := player.CodeInternal
	if exitCode(err) == exitUsage {
		code = codeUsage
	}
	return &failure{code: code, message: strings.Join(strings.Fields(err.Error()), " ")}
}

// exitCode is the exit code of an error.
func exitCode(err error) int {
	var (
		known *failure
		whole *player.Error
		usage *usageError
	)
	switch {
	case errors.Is(err, ui.ErrNoDisplay):
		return exitOutput
	case errors.As(err, &known):
		return categoryCode(known.code.Category())
	case errors.As(err, &whole):
		return categoryCode(whole.Category())
	case errors.Is(err, player.ErrHung):
		return exitMedia
	case errors.As(err, &usage), errors.Is(err, player.ErrNoResource), errors.Is(err, player.ErrConfig),
		errors.Is(err, network.ErrConfiguration), errors.Is(err, network.ErrCookie):
		return exitUsage
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return exitOutput
	}
	return exitInternal
}

// categoryCode is the exit code of a category.
func categoryCode(c player.Category) int {
	switch c {
	case player.CategoryAuth:
		return exitSignIn
	case player.CategoryNetwork:
		return exitNetwork
	case player.CategoryPlaylist:
		return exitPlaylist
	case player.CategoryDRM:
		return exitDRM
	case player.CategoryContainer, player.CategoryDecode:
		return exitMedia
	case player.CategoryOutput:
		return exitOutput
	case player.CategoryInternal:
	}
	return exitInternal
}
