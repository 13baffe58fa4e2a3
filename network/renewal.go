package network

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Limits on renewals.
const (
	maxRenewalsRefused = 3               // in a row, before the first pause
	renewalLimit       = 2 * time.Minute // for one call of a source
	firstRenewalPause  = time.Minute
	longRenewalPause   = 10 * time.Minute
	maxRefusals        = 4 // answers of 401 or 403 to one call, after which it ends
)

// RenewalError is why a request is ErrRefused although the client has a CredentialSource. It is the Err of that *Error.
type RenewalError struct {
	// Refused is how many renewals in a row came to nothing, this one included: the source failed, or what it
	// gave was refused too.
	Refused int
	// Wait is how long no other renewal is tried, or 0. It is there from the third in a row on, and grows.
	Wait time.Duration
	// Err is the source's error, or nil when the new credentials were refused.
	Err error
}

// Error returns a sentence without the request.
func (e *RenewalError) Error() string {
	text := "the renewed sign-in was refused"
	if e.Err != nil {
		text = "the sign-in could not be renewed: " + e.Err.Error()
	}
	if e.Wait > 0 {
		text += fmt.Sprintf(" (%d times in a row; the next try in %v)", e.Refused, e.Wait.Round(time.Second))
	}
	return text
}

// Unwrap returns the source's error.
func (e *RenewalError) Unwrap() error { return e.Err }

// renewalPause is how long nothing is tried after so many renewals in a row that came to nothing. It is pure.
func renewalPause(refused int) time.Duration {
	if refused < maxRenewalsRefused {
		return 0
	}
	return min(firstRenewalPause<<min(refused-maxRenewalsRefused, 16), longRenewalPause)
}

// renewals keeps that one renewal at a time is made, and a pause after too many in vain. Safe for concurrent use.
type renewals struct {
	source CredentialSource // constant; nil is none

	running sync.WaitGroup

	mu       sync.Mutex
	flight   *renewal  // guarded by mu; in progress, or nil
	signIn   uint64    // guarded by mu; Issue.SignIn of the newest issue of a CredentialStore
	refused  int       // guarded by mu; in a row
	last     error     // guarded by mu; the source's, of the last one
	until    time.Time // guarded by mu; the end of the pause
	open     bool      // guarded by mu; credentials were renewed, and no request was refused with them
	accepted bool      // guarded by mu; a request that had been refused was answered with the renewed credentials
	closed   bool      // guarded by mu
}

// renewal is one call of the source.
type renewal struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error // constant after done
}

// renewing marks the context of a source's own requests, which must not wait for the renewal that they are part of.
type renewing struct{}

// withoutRenewal returns a context whose requests are ErrRefused when they are refused.
func withoutRenewal(ctx context.Context) context.Context {
	return context.WithValue(ctx, renewing{}, true)
}

// parking is what one call has been through. Owned by afterRefusal.
type parking struct {
	renewed  bool // it has waited for a renewal: a second one is for another call to ask for
	refusals int
}

// renewable says whether a refused request is to wait for new pairs.
func (c *Client) renewable(ctx context.Context, e *Error) bool {
	return c.renewals.source != nil && e.credentials != nil && e.trusted && e.Class.renews() && ctx.Value(renewing{}) == nil
}

// afterRefusal says whether a request that came to the refusal e is worth repeating now; it waits for a renewal for
// that. The error is e, with a *RenewalError if there was a renewal in vain, or that of ctx or Close.
func (c *Client) afterRefusal(ctx context.Context, p *plan, e *Error, parked *parking) error {
	if parked.refusals++; parked.refusals >= maxRefusals {
		return e
	}
	if e.credentials != nil && e.credentials.epoch != c.Epoch() {
		return nil // refused with pairs that have been replaced since
	}
	if !c.renewable(ctx, e) {
		return e
	}
	if parked.renewed {
		failed, first := c.renewals.refuse()
		if first {
			c.judge(e.credentials, false)
		}
		c.vain(e, failed)
		return e
	}
	err := c.renew(ctx, e.credentials)
	if failed, ok := errors.AsType[*RenewalError](err); ok {
		c.vain(e, failed)
		return e
	}
	if err != nil {
		return p.ended(err, e.Attempts)
	}
	parked.renewed = true
	return nil
}

// vain completes the error of a request whose renewal came to nothing.
func (c *Client) vain(e *Error, failed *RenewalError) {
	e.Err, e.RetryAfter = failed, failed.Wait
}

// renew waits until the pairs that were refused have been replaced, by the source or by UpdateCookies. The error is
// *RenewalError, ErrClosed or ctx's cause.
func (c *Client) renew(ctx context.Context, refused *credentials) error {
	flight, failed := c.join(ctx, refused)
	if flight == nil {
		return failed
	}
	select {
	case <-refused.replaced:
		return nil
	case <-flight.done:
	case <-c.done:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if c.Epoch() != refused.epoch {
		return nil
	}
	return flight.err
}

// join returns the renewal in progress, or begins one. It returns nil, nil when the pairs have been replaced, and the
// error of a pause.
func (c *Client) join(ctx context.Context, refused *credentials) (*renewal, error) {
	r := &c.renewals
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, ErrClosed
	case c.Epoch() != refused.epoch:
		return nil, nil
	case r.flight != nil:
		return r.flight, nil
	}
	if wait := time.Until(r.until); wait > 0 {
		return nil, &RenewalError{Refused: r.refused, Wait: wait, Err: r.last}
	}
	// The renewal is for all who wait, so it does not end with the first of them.
	ctx, cancel := context.WithTimeout(withoutRenewal(context.WithoutCancel(ctx)), renewalLimit)
	flight := &renewal{cancel: cancel, done: make(chan struct{})}
	r.flight = flight
	r.running.Go(func() {
		defer cancel()
		c.ask(ctx, flight, refused)
	})
	return flight, nil
}

// ask calls the source and puts its credentials in the place of the refused ones, unless an update
// was faster.
func (c *Client) ask(ctx context.Context, flight *renewal, refused *credentials) {
	renewed, err := c.newer(ctx, refused)
	r := &c.renewals
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flight = nil
	switch {
	case c.Epoch() != refused.epoch: // by a person; or by keepUp, which counts it as a renewal
	case err != nil:
		r.settle()
		flight.err = r.fail(err)
	default:
		c.replace(refused, renewed)
		r.renewed()
	}
	close(flight.done)
}

// newer asks the source for credentials in the place of the refused ones. A store that has others
// already is not asked to renew.
func (c *Client) newer(ctx context.Context, refused *credentials) (*credentials, error) {
	store, ok := c.renewals.source.(CredentialStore)
	if !ok {
		renewed, err := c.renewals.source.Renew(ctx, refused.metadata())
		if err != nil {
			return nil, err
		}
		return checkCredentials(renewed, 0)
	}
	issue := store.Current()
	given, err := checkCredentials(issue.Credentials, issue.Number)
	if err != nil || issue.Number != refused.issue && !given.same(refused) {
		return given, err
	}
	if _, err := store.Renew(ctx, refused.metadata()); err != nil {
		return nil, err
	}
	issue = store.Current()
	return checkCredentials(issue.Credentials, issue.Number)
}

// judge tells a store what became of a request that had been refused and was repeated with its
// credentials.
func (c *Client) judge(sent *credentials, accepted bool) {
	if store, ok := c.renewals.source.(CredentialStore); ok {
		store.Judge(sent.issue, accepted)
	}
}

// answered notes that a request that had been refused was answered with renewed credentials.
func (c *Client) answered() {
	if c.renewals.accept() {
		c.judge(c.credentials.Load(), true)
	}
}

// renewed notes that other credentials of the same sign-in are in use: whether they are better has
// yet to show. The caller holds mu.
func (r *renewals) renewed() {
	r.settle()
	r.open = true
}

// settle ends the row of renewals in vain if the last one was not: it was accepted, and nothing was
// refused with it. The caller holds mu.
func (r *renewals) settle() {
	if r.open && r.accepted {
		r.refused, r.last = 0, nil
	}
	r.open, r.accepted = false, false
}

// fail counts a renewal in vain. The caller holds mu.
func (r *renewals) fail(err error) *RenewalError {
	r.refused++
	r.open = false
	pause := renewalPause(r.refused)
	if paused, ok := errors.AsType[*RenewalError](err); ok { // the source leaves somebody alone too
		pause, err = max(pause, paused.Wait), paused.Err
	}
	r.last = err
	r.until = time.Now().Add(pause)
	return &RenewalError{Refused: r.refused, Wait: pause, Err: err}
}

// refuse counts the last renewal as one in vain, as a request was refused with its credentials too:
// once, however many requests it was made for. first says that this is the time when it counts.
func (r *renewals) refuse() (failed *RenewalError, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open {
		return r.fail(nil), true
	}
	return &RenewalError{Refused: r.refused, Wait: max(time.Until(r.until), 0), Err: r.last}, false
}

// accept ends the pause, as a request that had been refused was answered with renewed credentials,
// unless another request was refused with them. It returns whether it is the first that does.
func (r *renewals) accept() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.open || r.accepted {
		return false
	}
	r.accepted, r.until = true, time.Time{}
	return true
}

// forget forgets what came to nothing, as a person has signed in. The caller holds mu.
func (r *renewals) forget() {
	r.refused, r.last, r.until, r.open, r.accepted = 0, nil, time.Time{}, false, false
}

// close ends the renewal in progress and waits for it, and for keepUp, which ends with the client.
func (r *renewals) close() {
	r.mu.Lock()
	r.closed = true
	if r.flight != nil {
		r.flight.cancel()
	}
	r.mu.Unlock()
	r.running.Wait()
}
