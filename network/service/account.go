package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/auth/vault"
)

const (
	maxAccounts  = 50
	revokeLimit  = 10 * time.Second
	renewLimit   = time.Minute
	anonymousID  = "1"
	maxUnlocking = 5 // passphrases that a person may get wrong
)

// ErrNoAccount is an account that is not there, or that there is nobody signed in.
var ErrNoAccount = errors.New("nobody is signed in")

// AccountsOptions are what Accounts work with. Profile, Vault and Client are needed.
type AccountsOptions struct {
	Profile *Profile
	Vault   vault.Vault
	// Folder holds the lock that two running programs share, so that a refresh token is not used by both. Empty: there is one program.
	Folder string
	// Client makes the requests of signing in. It carries nothing of a sign-in.
	Client auth.Fetcher
	Log    *slog.Logger // nil discards
}

// KnownAccount is an account that somebody signed in to.
type KnownAccount struct {
	ID   string `json:"id"`
	Name string `json:"name"` // may be empty
}

// State is who is signed in.
type State struct {
	SignedIn bool
	Account  KnownAccount
	Kept     string // a sentence
	// Trouble says why the sign-in could not be renewed or kept, in a sentence, or is empty. Ended says that only a person can help.
	Trouble string
	Ended   bool
}

// Accounts are a person's accounts with one service. They keep what a sign-in gave in the vault,
// renew it ahead of its end, and are the network.CredentialStore of what is played from the
// service: its clients follow them. A sign-in that stays refused is renewed three times, and once a
// minute at most from then on, whoever asks, until a person signs in. Safe for concurrent use.
type Accounts struct {
	o       AccountsOptions
	prefix  string          // of the vault's keys
	run     context.Context //nolint:containedctx // ends with Close: the root of the renewals
	stop    context.CancelFunc
	work    sync.WaitGroup
	changed chan struct{} // wakes the goroutine that renews
	methods map[Way]auth.Method

	use sync.Mutex // held while the vault's entries are changed by a person's action

	mu      sync.Mutex // guards what follows
	known   []KnownAccount
	current *session
	flight  *flight
	kept    vault.Vault // o.Vault, or memory when that could not be opened
	unsaved bool        // the vault did not take the last renewal
	saving  int         // writes of a sign-in to the vault that are under way
	closed  bool
	limit   renewalLimit  // of the current sign-in
	number  uint64        // of the issue: network.Issue.Number
	signIn  uint64        // network.Issue.SignIn
	turned  chan struct{} // closed with the next issue
}

// session is who is signed in, with what.
type session struct {
	account    KnownAccount
	way        Way
	credential auth.Credential
	sent       network.Credentials
	since      time.Time // when the credential came
	trouble    error     // of the last renewal, nil: there is none
	failures   int       // in a row
	retry      time.Time // not before
}

// NewAccounts returns the accounts of a service, nobody being signed in. Restore brings back who was. The caller calls Close.
func NewAccounts(o AccountsOptions) *Accounts {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &Accounts{o: o, prefix: "latchkey/" + o.Profile.ID + "/" + o.Profile.Audience()[:16] + "/", kept: o.Vault, changed: make(chan struct{}, 1),
		number: 1, signIn: 1, turned: make(chan struct{})}
	a.methods = make(map[Way]auth.Method)
	for _, way := range o.Profile.SignIn.Ways {
		if method, err := o.Profile.Method(way, o.Client); err == nil {
			a.methods[way] = method
		}
	}
	a.run, a.stop = context.WithCancel(context.Background())
	a.work.Go(a.keepFresh)
	return a
}

// Close ends the renewals and waits for them.
func (a *Accounts) Close() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.stop()
	a.work.Wait()
}

// State returns who is signed in. It returns at once.
func (a *Accounts) State() State {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := State{Kept: vault.Sentence(a.kept)}
	if a.current == nil {
		return s
	}
	s.SignedIn, s.Account = true, a.current.account
	if a.unsaved {
		s.Kept = "Kept in memory: the sign-in could not be saved."
	}
	if failed := a.current.trouble; failed != nil {
		s.Ended = errors.Is(failed, auth.ErrEnded)
		switch {
		case s.Ended:
			s.Trouble = "The service has ended this sign-in. Sign in again to go on."
		case a.current.credential.Expired(time.Now()):
			s.Trouble = "The sign-in cannot be renewed just now: the service does not answer. Latchkey keeps trying."
		}
	}
	return s
}

// Saving says whether a sign-in is still being written to the vault, which may not answer. It
// returns at once.
func (a *Accounts) Saving() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.saving > 0
}

// List returns the accounts that are known, in the order in which they came.
func (a *Accounts) List() []KnownAccount {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.known)
}

// tell wakes the goroutine that renews.
func (a *Accounts) tell() {
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

// Restore brings back who was signed in when the program ended. The error is vault.ErrLocked when a passphrase has to be entered first,
// which SignIn asks for; nil also when nobody was. It blocks as the vault does.
func (a *Accounts) Restore(ctx context.Context) error {
	a.use.Lock()
	defer a.use.Unlock()
	return a.restore(ctx)
}

func (a *Accounts) restore(ctx context.Context) error {
	index, err := a.readIndex(ctx)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.known = index.Accounts
	a.mu.Unlock()
	if index.Current == "" {
		return nil
	}
	return a.adopt(ctx, index.Current)
}

// adopt makes a kept account the current one.
func (a *Accounts) adopt(ctx context.Context, id string) error {
	a.mu.Lock()
	at := slices.IndexFunc(a.known, func(k KnownAccount) bool { return k.ID == id })
	var account KnownAccount
	if at >= 0 {
		account = a.known[at]
	}
	a.mu.Unlock()
	if at < 0 {
		return ErrNoAccount
	}
	way, credential, since, err := a.readCredential(ctx, id)
	if err != nil {
		return err
	}
	sent, err := a.o.Profile.Credentials(credential)
	if err != nil {
		return fmt.Errorf("take the kept sign-in: %w", err)
	}
	a.mu.Lock()
	a.put(&session{account: account, way: way, credential: credential, sent: sent, since: since}, false)
	a.mu.Unlock()
	return nil
}

// SignIn signs a person in by a way, keeps what that gave, and makes the account the current one. Where a passphrase is to be entered
// or chosen first, it is asked for; that may bring back who was signed in, and is then all.
func (a *Accounts) SignIn(ctx context.Context, way Way, prompt auth.Prompt) error {
	method, ok := a.methods[way]
	if !ok {
		return fmt.Errorf("sign in by %.16q: %w", string(way), ErrWay)
	}
	back, err := a.unlock(ctx, prompt)
	if err != nil || back {
		return err
	}
	credential, err := method.SignIn(ctx, prompt)
	if err != nil {
		return err
	}
	sent, err := a.o.Profile.Credentials(credential)
	if err != nil {
		return fmt.Errorf("take the sign-in: %w", err)
	}
	a.use.Lock()
	defer a.use.Unlock()
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return context.Canceled
	}
	account := a.place(credential)
	a.mu.Unlock()
	// What is not kept is still a sign-in, until the program ends. It is kept before it is used: a
	// renewal looks there for what is newer.
	err = a.writeCredential(ctx, account.ID, way, credential)
	a.mu.Lock()
	a.put(&session{account: account, way: way, credential: credential, sent: sent, since: time.Now()}, false)
	a.mu.Unlock()
	err = errors.Join(err, a.writeIndex(ctx))
	if err != nil {
		a.o.Log.Warn("the sign-in could not be kept", "err", err)
	}
	a.mu.Lock()
	a.unsaved = err != nil
	a.mu.Unlock()
	return nil
}

// place finds or makes the account of a credential. The caller holds mu.
func (a *Accounts) place(c auth.Credential) KnownAccount {
	id := anonymousID
	if c.Subject != "" {
		id = hash(c.Subject)
	}
	account := KnownAccount{ID: id, Name: c.Account}
	if at := slices.IndexFunc(a.known, func(k KnownAccount) bool { return k.ID == id }); at >= 0 {
		a.known[at] = account
	} else if len(a.known) < maxAccounts {
		a.known = append(a.known, account)
	}
	return account
}

// unlock asks for the passphrase of a vault that has one. back says that somebody is signed in then. A person who leaves the form goes on
// without: what they sign in with is kept in memory.
func (a *Accounts) unlock(ctx context.Context, prompt auth.Prompt) (back bool, err error) {
	file, ok := a.o.Vault.(*vault.File)
	a.mu.Lock()
	ok = ok && a.kept == a.o.Vault
	a.mu.Unlock()
	if !ok || !file.Locked() {
		return false, nil
	}
	exists := file.Exists()
	form := auth.Form{Title: "Choose a passphrase", Text: "This computer has no keyring. Latchkey keeps the sign-in in a file that a passphrase of yours encrypts. " +
		"Leave it empty to keep nothing: then the sign-in ends with Latchkey.", Fields: []auth.Field{{Name: "passphrase", Label: "Passphrase", Hidden: true, Optional: true}}}
	if exists {
		form.Title, form.Text = "Enter your passphrase", "It opens the file in which Latchkey keeps your sign-ins. Leave it empty to go on without them."
	}
	for range maxUnlocking {
		answers, err := prompt.Ask(ctx, form)
		if err != nil {
			return false, err
		}
		if len(answers) != 1 || answers[0].Reveal() == "" {
			break
		}
		err = file.Unlock(ctx, answers[0])
		switch {
		case err == nil:
			a.use.Lock()
			defer a.use.Unlock()
			if err := a.restore(ctx); err != nil {
				a.o.Log.Warn("the kept sign-in cannot be taken", "err", err)
			}
			return a.State().SignedIn, nil
		case errors.Is(err, vault.ErrPassphrase):
			form.Wrong = "That is not the passphrase."
		default:
			form.Wrong = "The file cannot be opened: " + err.Error() + "."
		}
	}
	a.mu.Lock()
	a.kept = new(vault.Memory)
	a.mu.Unlock()
	return false, nil
}

// Switch makes another account the current one.
func (a *Accounts) Switch(ctx context.Context, id string) error {
	a.use.Lock()
	defer a.use.Unlock()
	if err := a.adopt(ctx, id); err != nil {
		return explainKept(err)
	}
	return a.writeIndex(ctx)
}

// keptError says in a sentence why a kept sign-in cannot be had, with what can be done.
type keptError struct {
	sentence string
	err      error
}

func (e *keptError) Error() string { return e.sentence }
func (e *keptError) Unwrap() error { return e.err }

func explainKept(err error) error {
	for _, known := range []struct {
		err      error
		sentence string
	}{
		{vault.ErrNotFound, "the sign-in of this account is not kept any more: sign in to it again"},
		{vault.ErrLocked, "the keyring is locked: unlock it and try again, or sign in to the account again"},
		{vault.ErrDamaged, "what was kept of this account is damaged: sign in to it again"},
		{ErrNoAccount, "this account is not known any more"},
	} {
		if errors.Is(err, known.err) {
			return &keptError{known.sentence, err}
		}
	}
	return &keptError{"the keyring does not answer: sign in to the account again", err}
}

// SignOut ends the current account's sign-in: at the service where it can be told so (RFC 7009), and on this computer in any case. The
// error says what the service did not take; the account is signed out all the same.
func (a *Accounts) SignOut(ctx context.Context) error {
	a.use.Lock()
	defer a.use.Unlock()
	a.mu.Lock()
	leaving := a.current
	if leaving == nil {
		a.mu.Unlock()
		return ErrNoAccount
	}
	a.put(nil, false) // nothing is sent any more, from now on
	a.unsaved = false
	a.known = slices.DeleteFunc(a.known, func(k KnownAccount) bool { return k.ID == leaving.account.ID })
	flight := a.flight
	a.mu.Unlock()
	if flight != nil {
		flight.cancel()
		<-flight.done
	}
	err := a.keeper().Delete(ctx, a.credentialKey(leaving.account.ID))
	err = errors.Join(err, a.writeIndex(ctx))
	if revoker, ok := a.methods[leaving.way].(auth.Revoker); ok {
		limited, cancel := context.WithTimeout(ctx, revokeLimit)
		defer cancel()
		if failed := revoker.Revoke(limited, leaving.credential); failed != nil {
			err = errors.Join(err, fmt.Errorf("you are signed out on this computer, but the service could not be told: %w", failed))
		}
	}
	return err
}

// Forget signs out of every account without telling the service, and wipes what was kept.
func (a *Accounts) Forget(ctx context.Context) error {
	a.use.Lock()
	defer a.use.Unlock()
	a.mu.Lock()
	known := a.known
	a.known = nil
	a.put(nil, false)
	a.mu.Unlock()
	var failed error
	for _, k := range known {
		failed = errors.Join(failed, a.keeper().Delete(ctx, a.credentialKey(k.ID)))
	}
	return errors.Join(failed, a.keeper().Delete(ctx, a.prefix+"index"))
}

func (a *Accounts) keeper() vault.Vault {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.kept
}

// hash stands for a subject, which a service chooses as it likes.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}
