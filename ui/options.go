package ui

import (
	"context"
	"errors"
	"image"
	"io"
	"log/slog"
	"time"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/player"
	"latchkey/player/caption"
	"latchkey/player/frame"
)

// ErrNoDisplay is returned by Run when there is no display, or none that OpenGL can draw on.
var ErrNoDisplay = errors.New("no display can be opened")

// Engine plays; player.Player is one. Snapshot, NextFrame and Cues never block and are called on the main
// goroutine, Snapshot on others too; the other methods are called from one goroutine, in the order of what a person did.
type Engine interface {
	ReplaceCurrentResource(*player.MediaResource) error
	PrepareToPlay(from time.Duration) error
	Play() error
	Pause() error
	Seek(to time.Duration) error
	GoLive() error
	SetSpeed(float64) error
	SelectVariant(index int) error
	SelectSubtitles(index int) error
	SelectSound(index int) error
	TrickPlay(rate int) error
	SetVolume(float64)
	SetMuted(bool)
	SetViewport(width, height int)
	PrepareNext(r *player.MediaResource, from time.Duration) error
	SetAdvance(on bool)
	Reset() error

	Snapshot() player.Snapshot
	NextFrame(now time.Time) (*frame.Video, bool)
	Cues(position time.Duration) []caption.Cue
	Still(ctx context.Context, position time.Duration, height int) (*frame.Video, error) // may wait; called from goroutines
}

// Account is who watches: what they open is opened with their cookies. Its methods may block.
type Account interface {
	// Resource returns the resource of a URL or file, with the account's network configuration.
	Resource(source string) (*player.MediaResource, error)
	// UsePairs makes a line of cookie pairs the account's, for keys and licences or for all
	// requests, and hands them to the engine for the resource of source, for which they were
	// entered: to no other, if another plays by then. An error says where the line is wrong and
	// never what stands there.
	UsePairs(line string, all bool, source string) error
}

// Scaler makes RGB of pictures; player.Scaler is one. Run closes it.
type Scaler interface {
	RGBA(dst *image.RGBA, src *frame.Video) error
	Close()
}

// Screenshot asks for a picture of the window.
type Screenshot struct {
	Create func() (io.WriteCloser, error) // opens the PNG file; called once, from a goroutine
	After  time.Duration                  // from the first frame shown
	Exit   bool                           // close the window when the picture is saved
}

// Options say what the window works with and how it begins. Engine and Account are needed.
type Options struct {
	Engine  Engine
	Changes *Changes // what the engine's OnChange notifies; nil: the window looks by itself, four times a second
	Account Account

	// Services are those that a person can sign in to; nil: there are none. With one, the window begins at its catalogue; with
	// several, at that of Service, or at the start screen, which lists them. What a service's catalogue holds is opened through it,
	// everything else through Account.
	Services Services
	Service  string // the ID of the service to begin with, or empty
	// OpenPage opens a page in the person's browser; nil: auth.OpenBrowser does. It may block and is called from goroutines.
	OpenPage func(ctx context.Context, page string) error
	// Incoming brings what comes from outside: links and profiles, from the program's arguments or a second start of it. The window
	// raises itself and asks. nil: nothing comes. It is read until it is closed or the window is.
	Incoming <-chan Incoming
	// Logins asks for user names and passwords of origins; nil: nobody asks.
	Logins *Logins
	// Requests returns what was requested for the current resource, the oldest first. It may block and is called from goroutines.
	// nil: there is no list of requests.
	Requests func() []network.Record

	// History keeps how far a person came in the services' titles; nil: nothing is kept.
	History History

	Source   string        // what to open at once, or empty
	Start    time.Duration // where it begins
	AutoPlay string        // the title to play when the catalogue is there, by ID, or empty
	// AutoSignIn answers the wish for a sign-in as a click on "Sign in with the browser", or on a service's first way, does, once
	// for each wish.
	AutoSignIn bool

	Renderer   string        // "auto", "shader" or "image": how pictures reach the window; empty is auto
	NewScaler  func() Scaler // makes RGB of pictures; nil: the shader draws what it can
	Volume     float64       // 0..1, 0 leaves the engine's own
	Muted      bool          // mutes; false leaves the engine's own
	Speed      float64       // 0 is 1
	FullScreen bool
	// Advance has the next title of a row begin by itself, and Advanced is told on the main goroutine when a person changes that; it must
	// return at once. nil: nobody is.
	Advance  bool
	Advanced func(on bool)

	ExitAtEnd    bool          // close at the end of the stream, or when it fails
	Frames       int           // close after so many frames were shown; 0: never
	Length       time.Duration // close when so much was played; 0: never
	Screenshot   *Screenshot
	OnFirstFrame func() // called on the main goroutine; must return at once
	Leaving      func() // called once on the main goroutine when the window begins to close; must return at once

	Log *slog.Logger // nil: silent
}

func (o *Options) check() error {
	switch {
	case o.Engine == nil:
		return errors.New("ui: no engine")
	case o.Account == nil:
		return errors.New("ui: no account")
	case o.Volume < 0 || o.Volume > 1:
		return errors.New("ui: the volume is not between 0 and 1")
	case o.Speed != 0 && (o.Speed < minSpeed || o.Speed > maxSpeed):
		return errors.New("ui: the speed is not between 0.25 and 4")
	}
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.OpenPage == nil {
		o.OpenPage = func(_ context.Context, page string) error { return auth.OpenBrowser(page) }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}
