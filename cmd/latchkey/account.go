package main

import (
	"context"
	"fmt"
	"sync"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/player"
)

// engine is what an account tells of new cookies.
type engine interface {
	UpdateCookies(network.Metadata) error
}

// account is who watches: the network configuration that streams are opened with. Safe for concurrent
// use.
type account struct {
	engine  engine
	browser *auth.Page // nil without a service to sign in to
	open    func(url string) error

	mu            sync.Mutex // guards configuration
	configuration *network.Configuration
}

// Resource returns the resource of a URL or file, with the account's configuration.
func (a *account) Resource(source string) (*player.MediaResource, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := *a.configuration
	c.CookieHeaders = a.configuration.CookieHeaders.Clone()
	metadata := new(network.Metadata)
	metadata.SetObject(player.NetworkConfigurationKey, &c)
	return player.NewMediaResource(source, metadata)
}

// UsePairs makes a line of cookie pairs the account's.
func (a *account) UsePairs(line string, all bool) error {
	pairs, err := auth.ParsePairs(line)
	if err != nil {
		return err
	}
	a.use(pairs, &all)
	return nil
}

// SignIn signs in at the service's page.
func (a *account) SignIn(ctx context.Context) error {
	credential, err := a.browser.SignIn(ctx, opener(a.open))
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	a.use(credential.Pairs, nil)
	return nil
}

// opener is a person who is sent to a page.
type opener func(url string) error

func (o opener) OpenPage(_ context.Context, page string) error { return o(page) }
func (opener) ShowCode(auth.DeviceCode)                        {}
func (opener) Ask(context.Context, auth.Form) ([]network.Secret, error) {
	return nil, auth.ErrDenied
}

// use keeps pairs for the resources to come, and hands them to the one that plays. all, unless nil, says
// whether all requests get them.
func (a *account) use(pairs network.Metadata, all *bool) {
	a.mu.Lock()
	a.configuration.CookieHeaders = pairs.Clone()
	if all != nil {
		a.configuration.UseCookieHeadersForAllRequests = *all
	}
	a.mu.Unlock()
	// Without a current resource there is nothing to tell: the next one gets the pairs.
	_ = a.engine.UpdateCookies(pairs)
}
