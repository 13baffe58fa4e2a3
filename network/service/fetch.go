package service

import (
	"context"
	"fmt"

	"latchkey/network"
	"latchkey/network/auth"
)

// FetchProfile fetches the profile that a link to add one names (Link.Profile), for a person to be
// shown its Summary; from is the origin that it came from, which the person has agreed to: no
// redirect leads to another. The request has the class sign-in, and so no cookie and no header of a
// configuration. Nothing is kept.
//
// The error is ErrLink for an address that a link may not name, ErrProfile for what is no profile,
// or a *network.Error, ErrRedirect for a way to another origin.
func FetchProfile(ctx context.Context, client auth.Fetcher, address string) (p *Profile, data []byte, from string, err error) {
	address, err = parseProfileURL(address)
	if err != nil {
		return nil, nil, "", fmt.Errorf("%w: %w", ErrLink, err)
	}
	data, response, err := client.Fetch(ctx, network.Request{Class: network.ClassSignIn, URL: address, SameOrigin: true})
	if err != nil {
		return nil, nil, "", fmt.Errorf("fetch profile: %w", err)
	}
	if response.Status != 200 {
		return nil, nil, "", fmt.Errorf("fetch profile: %w: the server answered with status %d", ErrProfile, response.Status)
	}
	end, err := parseProfileURL(response.URL)
	if err != nil {
		return nil, nil, "", fmt.Errorf("fetch profile: %w: %w", ErrLink, err)
	}
	u, err := parseSource(end)
	if err != nil {
		return nil, nil, "", fmt.Errorf("fetch profile: %w: it %w", ErrLink, err)
	}
	if p, err = Parse(data); err != nil {
		return nil, nil, "", fmt.Errorf("fetch profile: %w", err)
	}
	return p, data, shownOrigin(u), nil
}
