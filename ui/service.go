package ui

import (
	"context"
	"time"

	"latchkey/network/auth"
	"latchkey/player"
	"latchkey/ui/catalogue"
)

// Way is a way to sign in, in the order in which a person is offered them.
type Way struct {
	ID   string // what Service.SignIn takes
	Name string // "Sign in with the browser"
	Kind WayKind
}

// WayKind decides which picture a way has.
type WayKind string

// The kinds of ways.
const (
	WayBrowser  WayKind = "browser"
	WayDevice   WayKind = "device"
	WayPassword WayKind = "password"
	WayPaste    WayKind = "paste"
)

// AccountState is who is signed in to a service.
type AccountState struct {
	SignedIn bool
	ID       string // tells accounts apart
	Name     string // what to call the person, may be empty
	Kept     string // a sentence: where the sign-in is kept
	// Trouble says why the sign-in could not be renewed, in a sentence, and Ended that only a person can help.
	Trouble string
	Ended   bool
}

// KnownAccount is an account that a person has been signed in to.
type KnownAccount struct {
	ID, Name string
	Current  bool
}

// Service is a service that a person can sign in to. Methods with a context may block and are called from goroutines; the others return
// at once, on the main goroutine.
type Service interface {
	catalogue.Source

	ID() string
	Name() string
	Ways() []Way
	State() AccountState
	Accounts() []KnownAccount
	// SignIn signs in by a way, and returns when the account and the engine have what it gave.
	SignIn(ctx context.Context, way string, prompt auth.Prompt) error
	// SignOut ends the current account's sign-in, at the service too where it can.
	SignOut(ctx context.Context) error
	// Switch makes another account the current one.
	Switch(ctx context.Context, id string) error
	// Resource returns what plays a title, with the account's network configuration. It may block, and is called from goroutines.
	Resource(title catalogue.Title) (*player.MediaResource, error)
}

// Services are the services that the window knows. Safe for concurrent use.
type Services interface {
	// List returns the services, in the order in which they are shown. It returns at once.
	List() []Service
	// Read returns what a service's profile says, for a person to decide on: the file's bytes are not trusted yet.
	Read(ctx context.Context, file string) (Proposal, error)
	// Accept trusts a profile that was read and returns its service.
	Accept(ctx context.Context, p Proposal) (Service, error)
	// Remove forgets a service and signs out of it.
	Remove(ctx context.Context, id string) error
}

// Proposal is a profile that a person is asked to trust.
type Proposal struct {
	ID, Name string
	Replaces bool // a profile of this ID is there already, and differs
	// Facts are what it does, a line each: label and what stands there ("Signs in at", "https://id.example.com").
	Facts []Fact
	Data  []byte
}

// Fact is a line of a Proposal.
type Fact struct{ Label, Text string }

// LinkRequest is something that a latchkey: link, from outside, asks for; a person is shown what it is before it happens.
type LinkRequest struct {
	Service Service // whose sign-in it is about, or nil
	Title   string  // "Play", "Sign in"
	Text    string  // what will be opened, and whether anything is sent with it
	Name    string  // of the stream, or empty
	Source  string  // the stream's address, or empty; its host and file name are shown until a title is known
	// Resource returns what plays the stream, and is what plays it: the account's own configuration is for what a person opened. It
	// may block. nil: the link asks for a sign-in, or for what Fetch fetches.
	Resource func() (*player.MediaResource, error)
	// Fetch fetches what the link names, and returns what is to be decided then. It may block. nil:
	// nothing is fetched.
	Fetch func(context.Context) Incoming
	Start time.Duration
	Wrong string // why it is not done; then there is nothing to agree to
}

// Incoming is something from outside: one of its fields is set.
type Incoming struct {
	Link     *LinkRequest
	Proposal *Proposal
}
