package network

import (
	"context"
	"fmt"
	"slices"
)

// Credentials are what a sign-in sends; they are replaced as one while a client works. They print
// without values.
type Credentials struct {
	// CookieHeaders are Configuration.CookieHeaders, and Headers are
	// Configuration.CredentialHeaders.
	CookieHeaders Metadata
	Headers       []Header
}

// CredentialSource gives new credentials in place of those that a server has refused.
type CredentialSource interface {
	// Renew returns the credentials to go on with. refused are the pairs in use, in order, which a
	// server has answered with 401 or 403; a source that several clients share can tell by them
	// whether it has newer ones already.
	//
	// A client calls it once at a time, from a goroutine of its own, and for all requests that
	// wait. ctx ends with the client, or after 2 minutes; it may be used for requests of the same
	// client, which are then not held up by this renewal. A source that needs a person should
	// return an error soon: the requests are ErrRefused, and Client.UpdateCookies goes on when the
	// person has signed in. A *RenewalError says how long the source is to be left alone. The error
	// is shown, and must hold no secret.
	Renew(ctx context.Context, refused Metadata) (Credentials, error)
}

// CredentialStore is a CredentialSource that owns the credentials of a sign-in. A client has its
// credentials from Current alone, and follows their changes: nobody has to hand them on. Its
// methods are called from any goroutine, and those that it adds return at once.
type CredentialStore interface {
	CredentialSource

	// Current returns the newest credentials, none when nobody is signed in.
	Current() Issue
	// Judge tells what became of a request that had been refused and was repeated with the
	// credentials of an issue. Each issue is judged at most twice by a client: as accepted by one
	// request, and after that as refused by another.
	Judge(number uint64, accepted bool)
}

// Issue is what a CredentialStore has given out.
type Issue struct {
	Credentials Credentials
	// Number is that of the issue, from 1, and grows with each.
	Number uint64
	// SignIn is another one after a person has signed in or out or changed the account, and the
	// same after a renewal.
	SignIn uint64
	// Changed is closed when there is another issue.
	Changed <-chan struct{}
}

// credentials are Credentials that were checked, and their epoch. Constant.
type credentials struct {
	pairs    []pair
	headers  []Header
	issue    uint64 // Issue.Number, 0: of no store
	epoch    uint64
	replaced chan struct{} // closed when others have taken their place
}

// checkCredentials returns a copy of given without an epoch. The error is ErrCookie or
// ErrConfiguration.
func checkCredentials(given Credentials, issue uint64) (*credentials, error) {
	pairs, err := cookiePairs(given.CookieHeaders)
	if err != nil {
		return nil, err
	}
	if err := validateHeaders(given.Headers); err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrConfiguration)
	}
	return &credentials{pairs: pairs, headers: cloneHeaders(given.Headers), issue: issue}, nil
}

// metadata returns the pairs as they were entered.
func (c *credentials) metadata() Metadata {
	var m Metadata
	for _, p := range c.pairs {
		m.entries = append(m.entries, entry{name: p.name, value: p.value})
	}
	return m
}

// same says whether other sends the same.
func (c *credentials) same(other *credentials) bool {
	return slices.EqualFunc(c.pairs, other.pairs, func(a, b pair) bool {
		return a.name == b.name && a.value.Reveal() == b.value.Reveal()
	}) && slices.EqualFunc(c.headers, other.headers, func(a, b Header) bool {
		return a.Name == b.Name && a.Value.Reveal() == b.Value.Reveal() && slices.Equal(a.Classes, b.Classes)
	})
}

// KnowsSignIn says whether the client has credentials to send, or a source that gives it some. A
// refusal of a client without either is none of a sign-in, unless the server asks for one (401).
func (c *Client) KnowsSignIn() bool {
	now := c.credentials.Load()
	return c.renewals.source != nil || len(now.pairs) > 0 || len(now.headers) > 0
}

// firstCredentials takes the credentials of the configuration, or those of a source that is a
// store. NewClient calls it.
func (c *Client) firstCredentials(source CredentialSource) (CredentialStore, <-chan struct{}, error) {
	given := Issue{Credentials: Credentials{CookieHeaders: c.configuration.CookieHeaders, Headers: c.configuration.CredentialHeaders}}
	store, ok := source.(CredentialStore)
	if ok {
		given = store.Current()
	}
	first, err := checkCredentials(given.Credentials, given.Number)
	if err != nil {
		return nil, nil, err
	}
	first.replaced = make(chan struct{})
	c.credentials.Store(first)
	c.renewals.source, c.renewals.signIn = source, given.SignIn
	return store, given.Changed, nil
}

// keepUp takes each issue of a store until the client is closed.
func (c *Client) keepUp(store CredentialStore, changed <-chan struct{}) {
	for {
		select {
		case <-changed:
		case <-c.done:
			return
		}
		issue := store.Current()
		changed = issue.Changed
		if err := c.take(issue); err != nil {
			c.log.Warn("the sign-in cannot be sent: the one before stays", "err", err)
		}
	}
}

// take replaces the credentials by those of an issue. A renewal that put the same ones in use is no
// news; a person's sign-in always is.
func (c *Client) take(issue Issue) error {
	given, err := checkCredentials(issue.Credentials, issue.Number)
	if err != nil {
		return err
	}
	r := &c.renewals
	r.mu.Lock()
	defer r.mu.Unlock()
	now := c.credentials.Load()
	switch {
	case issue.SignIn != r.signIn:
		r.signIn = issue.SignIn
		c.replace(nil, given)
		r.forget()
	case now.issue != issue.Number && !now.same(given):
		c.replace(nil, given)
		r.renewed()
	}
	return nil
}

// UpdateCookies replaces the pairs, from the next request on and for the hops and repeats of those
// in progress, and begins a new epoch; CredentialHeaders stay. What waits for a renewal goes on
// with them, and a CredentialSource that was left alone is asked again. Pairs that are in use
// already change nothing. The error is ErrCookie when they cannot be sent as they are; then the old
// ones stay.
func (c *Client) UpdateCookies(pairs Metadata) error {
	checked, err := cookiePairs(pairs)
	if err != nil {
		return fmt.Errorf("update cookies: %w", err)
	}
	c.update(&credentials{pairs: checked, headers: c.credentials.Load().headers})
	return nil
}

// UpdateCredentials is UpdateCookies for pairs and headers. The error is ErrCookie or
// ErrConfiguration.
func (c *Client) UpdateCredentials(given Credentials) error {
	checked, err := checkCredentials(given, 0)
	if err != nil {
		return fmt.Errorf("update credentials: %w", err)
	}
	c.update(checked)
	return nil
}

// update puts what a person has entered in use.
func (c *Client) update(given *credentials) {
	r := &c.renewals
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.credentials.Load().same(given) {
		return
	}
	c.replace(nil, given)
	r.forget()
}

// replace begins an epoch with given, unless others than old (nil: any) are in use.
func (c *Client) replace(old, given *credentials) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.credentials.Load()
	if old != nil && old != now {
		return
	}
	given.epoch, given.replaced = now.epoch+1, make(chan struct{})
	c.credentials.Store(given)
	close(now.replaced)
}

// Epoch counts the changes of the credentials. What was got in an older epoch was got with others.
func (c *Client) Epoch() uint64 { return c.credentials.Load().epoch }

// Changed returns a channel that is closed as soon as the credentials are of a later epoch: one
// that is closed already, if they are.
func (c *Client) Changed(epoch uint64) <-chan struct{} {
	now := c.credentials.Load()
	if now.epoch == epoch {
		return now.replaced
	}
	closed := make(chan struct{})
	close(closed)
	return closed
}

// SendsAs says whether the client sends the same credentials as another one, by now. Two that send none have none in
// common.
func (c *Client) SendsAs(other *Client) bool {
	mine := c.credentials.Load()
	return len(mine.pairs)+len(mine.headers) > 0 && mine.same(other.credentials.Load())
}
