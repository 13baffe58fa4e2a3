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
	firstRenewalPause  = 30 * time.Second
	longRenewalPause   = 10 * time.Minute
	maxRefusals        = 4 // answers of 401 or 403 to one call, after which it ends
)

// Credentials are what a sign-in sends; they are replaced as one while a client works. They print without values.
type Credentials struct {
	// CookieHeaders are Configuration.CookieHeaders, and Headers are Configuration.CredentialHeaders.
	CookieHeaders Metadata
	Headers       []Header
}

// check returns the pairs and a copy of the headers. The error is ErrCookie or ErrConfiguration.
func (c Credentials) check() ([]pair, []Header, error) {
	pairs, err := cookiePairs(c.CookieHeaders)
	if err != nil {
		return nil, nil, err
	}
	if err := validateHeaders(c.Headers); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", err, ErrConfiguration)
	}
	return pairs, cloneHeaders(c.Headers), nil
}

// CredentialSource gives new credentials in place of those that a server has refused.
type CredentialSource interface {
	// Renew returns the credentials to go on with. refused are the pairs in use, in order, which a server has answered
	// with 401 or 403; a source that several clients share can tell by them whether it has newer ones already.
	//
	// A client calls it once at a time, from a goroutine of its own, and for all requests that wait. ctx ends
	// with the client, or after 2 minutes; it may be used for requests of the same client, which are then not
	// held up by this renewal. A source that needs a person should return an error soon: the requests are ErrRefused,
	// and Client.UpdateCookies goes on when the person has signed in. The error is shown, and must hold no secret.
	Renew(ctx context.Context, refused Metadata) (Credentials, error)
}

// RenewalError is why a request is ErrRefused although the client has a CredentialSource. It is the Err of that *Error.
type RenewalError struct {
	// Refused is how many renewals in a row came to nothing, this one included: the source failed, or what it
	// gave was refused too.
	Refused int
	// Wait is how long no other renewal is tried, or 0. It is there from the third in a row on, and grows.
	Wait time.Duration
	// Err is the source's error, or nil when the new pairs were refused.
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

	mu      sync.Mutex
	flight  *renewal  // guarded by mu; in progress, or nil
	refused int       // guarded by mu; in a row
	last    error     // guarded by mu; the source's, of the last one
	until   time.Time // guarded by mu; the end of the pause
	open    bool      // guarded by mu; pairs were renewed, and no answer has told yet whether they are any good
	closed  bool      // guarded by mu
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
		c.vain(e, c.renewals.refuse())
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

// ask calls the source and puts its pairs in the place of the refused ones, unless UpdateCookies was faster.
func (c *Client) ask(ctx context.Context, flight *renewal, refused *credentials) {
	renewed, err := c.renewals.source.Renew(ctx, refused.metadata())
	var (
		pairs   []pair
		headers []Header
	)
	if err == nil {
		pairs, headers, err = renewed.check()
	}
	r := &c.renewals
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flight = nil
	switch replaced := c.Epoch() != refused.epoch; {
	case replaced:
	case err != nil:
		flight.err = r.fail(err)
	default:
		c.replace(refused, pairs, headers)
		r.open = true
	}
	close(flight.done)
}

// fail counts a renewal in vain. The caller holds mu.
func (r *renewals) fail(err error) *RenewalError {
	r.refused++
	r.open = false
	r.last = err
	pause := renewalPause(r.refused)
	r.until = time.Now().Add(pause)
	return &RenewalError{Refused: r.refused, Wait: pause, Err: err}
}

// refuse counts the last renewal as one in vain, as a request was refused with its pairs too: once, however many
// requests it was made for, and not if any of them was answered.
func (r *renewals) refuse() *RenewalError {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open {
		return r.fail(nil)
	}
	return &RenewalError{Refused: r.refused, Wait: max(time.Until(r.until), 0), Err: r.last}
}

// reset forgets what came to nothing: a request that had been refused was answered with renewed pairs, or a person
// has entered others.
func (r *renewals) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refused, r.last, r.until, r.open = 0, nil, time.Time{}, false
}

// close ends the renewal in progress and waits for it.
func (r *renewals) close() {
	r.mu.Lock()
	r.closed = true
	if r.flight != nil {
		r.flight.cancel()
	}
	r.mu.Unlock()
	r.running.Wait()
}
