package service

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"latchkey/network"
	"latchkey/network/auth"
)

const (
	minLead      = 10 * time.Second // how long before its end a credential is renewed, at least
	maxLead      = 5 * time.Minute  // and at most
	look         = 30 * time.Second // how often the clock is looked at: timers stand still while a computer sleeps
	firstBackoff = 5 * time.Second
	maxBackoff   = 5 * time.Minute
	lockPoll     = 50 * time.Millisecond
)

// flight is a renewal under way, which everybody who wants one waits for.
type flight struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error // constant after done
}

// keepFresh renews the current credential ahead of its end.
func (a *Accounts) keepFresh() {
	timer := time.NewTimer(look)
	defer timer.Stop()
	for {
		_, due := a.due()
		timer.Reset(min(max(time.Until(due), 0)+time.Millisecond, look))
		select {
		case <-a.run.Done():
			return
		case <-a.changed:
			continue
		case <-timer.C:
		}
		// The wall clock counts, not the one that stands still in sleep.
		if s, due := a.due(); !time.Now().Round(0).Before(due) {
			if err := a.renew(a.run, s, false); err != nil && a.run.Err() == nil {
				a.o.Log.Info("the sign-in could not be renewed", "err", err)
			}
		}
	}
}

// due returns the current session, which may be nil, and when its credential is to be renewed: before its end by a fifth of its life, with
// bounds, and some jitter, so that not everybody comes at the same time. Far away when there is nothing to renew.
func (a *Accounts) due() (*session, time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.current
	if s == nil || s.credential.Expires.IsZero() || !a.renewable(s) {
		return s, time.Now().Add(24 * time.Hour)
	}
	life := s.credential.Expires.Sub(s.since)
	lead := min(max(life/5, minLead), maxLead)
	if lead > life/2 {
		lead = life / 2
	}
	lead += time.Duration(jitter(s.account.ID+s.since.String()) * float64(lead) / 5)
	due := s.credential.Expires.Add(-lead)
	if due.Before(s.retry) {
		due = s.retry
	}
	now := time.Now()
	if calm := now.Add(a.limit.wait(now)); due.Before(calm) {
		due = calm
	}
	return s, due.Round(0)
}

// jitter is between 0 and 1, the same for the same text: the time that something is due must not jump about.
func jitter(text string) float64 {
	seed := uint64(0)
	for _, b := range []byte(text) {
		seed = seed*31 + uint64(b)
	}
	return rand.New(rand.NewPCG(seed, 0)).Float64() //nolint:gosec // no secret depends on it
}

// renewable says whether a person is not needed. The caller holds mu.
func (a *Accounts) renewable(s *session) bool {
	_, ok := a.methods[s.way].(auth.Renewer)
	return ok && s.credential.Refresh.Reveal() != "" && !errors.Is(s.trouble, auth.ErrEnded)
}

// Renew is network.CredentialSource's: it returns newer credentials than those that were refused, which may be there already.
func (a *Accounts) Renew(ctx context.Context, refused network.Metadata) (network.Credentials, error) {
	a.mu.Lock()
	s := a.current
	fresh := s != nil && !samePairs(s.sent.CookieHeaders, refused)
	a.mu.Unlock()
	switch {
	case s == nil:
		return network.Credentials{}, ErrNoAccount
	case fresh:
		return a.Credentials(), nil
	}
	if err := a.renew(ctx, s, true); err != nil {
		return network.Credentials{}, err
	}
	return a.Credentials(), nil
}

func samePairs(a, b network.Metadata) bool {
	keys := a.Keys()
	if len(keys) != len(b.Keys()) {
		return false
	}
	for i, name := range b.Keys() {
		x, _ := a.Value(name)
		y, _ := b.Value(name)
		if keys[i] != name || x != y {
			return false
		}
	}
	return true
}

// renew renews the credential of a session, which may have been refused, or waits for who is at it.
// Of one that is no longer the current there is nothing to renew. The error is a
// *network.RenewalError while the service is to be left alone.
func (a *Accounts) renew(ctx context.Context, s *session, refused bool) error {
	a.mu.Lock()
	switch {
	case a.closed:
		a.mu.Unlock()
		return context.Canceled
	case a.current == nil:
		a.mu.Unlock()
		return ErrNoAccount
	case a.current != s:
		a.mu.Unlock()
		return nil // it was renewed since the caller looked
	case !a.renewable(s):
		if s.trouble == nil {
			s.trouble = fmt.Errorf("it cannot be renewed without a person: %w", auth.ErrEnded)
		}
		err := s.trouble
		a.mu.Unlock()
		return err
	case a.flight == nil:
		if refused {
			a.limit.end()
		}
		now := time.Now()
		if wait := a.limit.wait(now); wait > 0 {
			err := &network.RenewalError{Refused: a.limit.inVain, Wait: wait}
			a.mu.Unlock()
			return err
		}
		a.limit.asked = now
		run, cancel := context.WithTimeout(a.run, renewLimit)
		f := &flight{cancel: cancel, done: make(chan struct{})}
		a.flight = f
		a.work.Go(func() {
			defer cancel()
			f.err = a.exchange(run, s)
			a.mu.Lock()
			if a.flight == f {
				a.flight = nil
			}
			a.mu.Unlock()
			close(f.done)
			a.tell()
		})
	}
	f := a.flight
	a.mu.Unlock()
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// exchange renews a session's credential: with what another program has renewed meanwhile, or at the service. What the service gives is
// saved before it is used, since a refresh token that was used is worth nothing (RFC 9700, 4.14.2).
func (a *Accounts) exchange(ctx context.Context, s *session) error {
	unlock := a.lock(ctx)
	defer unlock()
	credential, err := a.newer(ctx, s)
	saved := err == nil
	if err != nil {
		method, ok := a.methods[s.way].(auth.Renewer)
		if !ok {
			return a.failed(s, auth.ErrEnded)
		}
		if credential, err = method.Renew(ctx, s.credential); err != nil {
			return a.failed(s, err)
		}
	}
	sent, err := a.o.Profile.Credentials(credential)
	if err != nil {
		return a.failed(s, fmt.Errorf("take the renewed sign-in: %w", err))
	}
	if !saved {
		// Not ended by the flight's context: the old refresh token is gone.
		err = a.writeCredential(context.WithoutCancel(ctx), s.account.ID, s.way, credential)
		if err != nil {
			a.o.Log.Warn("the renewed sign-in could not be kept", "err", err)
		}
	}
	a.mu.Lock()
	if a.current != s {
		a.mu.Unlock()
		return ErrNoAccount // signed out, or another account's now; it was saved all the same
	}
	a.flight = nil // whom this is refused for needs another one
	a.put(&session{account: s.account, way: s.way, credential: credential, sent: sent, since: time.Now()}, true)
	a.unsaved = err != nil
	a.mu.Unlock()
	return nil
}

// errOld says that the vault has nothing newer.
var errOld = errors.New("nothing newer is kept")

// newer returns what another program has saved since.
func (a *Accounts) newer(ctx context.Context, s *session) (auth.Credential, error) {
	_, credential, _, err := a.readCredential(ctx, s.account.ID)
	if err != nil {
		return auth.Credential{}, err
	}
	same := credential.Refresh.Reveal() == s.credential.Refresh.Reveal()
	if same || credential.Expired(time.Now()) {
		if !same && credential.Refresh.Reveal() != "" && !credential.Expires.IsZero() && credential.Expires.After(s.credential.Expires) {
			a.mu.Lock()
			s.credential.Refresh = credential.Refresh // expired too, but its refresh token is the one that is good
			a.mu.Unlock()
		}
		return auth.Credential{}, errOld
	}
	return credential, nil
}

// failed notes a renewal in vain.
func (a *Accounts) failed(s *session, err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.trouble = err
	s.failures++
	s.retry = time.Now().Add(min(firstBackoff<<min(s.failures-1, 10), maxBackoff))
	return err
}

// lock keeps other programs from renewing the same sign-in. Without the lock, for want of a disk, say, it goes on.
func (a *Accounts) lock(ctx context.Context) (unlock func()) {
	if a.o.Folder == "" {
		return func() {}
	}
	if err := os.MkdirAll(a.o.Folder, 0o700); err != nil {
		return func() {}
	}
	lock := flock.New(filepath.Join(a.o.Folder, "renew-"+a.o.Profile.ID+".lock"), flock.SetPermissions(0o600))
	_, _ = lock.TryLockContext(ctx, lockPoll)
	return func() { _ = lock.Close() }
}
