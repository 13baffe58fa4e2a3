package service

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"latchkey/network/auth"
)

// ErrWay is a way to sign in that the service does not have.
var ErrWay = errors.New("the service does not offer this way to sign in")

// Method returns how to sign in by one of SignIn.Ways. client makes its requests, which are of class sign-in; it must carry nothing of a sign-in, and lives at least
// as long as the method. Whether a credential of it can be renewed or revoked is found by assertion (auth.Renewer, auth.Revoker): it is the method of the way that
// gave the credential which renews it. The error is ErrWay.
func (p *Profile) Method(way Way, client auth.Fetcher) (auth.Method, error) {
	s := &p.SignIn
	if !s.has(way) {
		return nil, fmt.Errorf("sign in by %.16q: %w", string(way), ErrWay)
	}
	switch way {
	case WayBrowser:
		flow := new(auth.OAuth)
		s.provide(&flow.Provider, client)
		return flow, nil
	case WayDevice:
		flow := new(auth.Device)
		s.provide(&flow.Provider, client)
		return flow, nil
	case WayPage:
		return &auth.Page{PageURL: s.PageURL, TokenURL: s.TokenURL, Client: client}, nil
	case WayPassword:
		w := &s.Password
		return &auth.Password{Client: client, Title: p.Name, Hint: w.Hint, CodeHint: w.CodeHint, URL: w.URL, JSON: w.JSON, Username: w.Username, Password: w.Password, Code: w.Code,
			Extra: maps.Clone(w.Extra), TokenPath: w.TokenPath, TokenHeader: w.TokenHeader, RefreshPath: w.RefreshPath, RefreshURL: w.RefreshURL,
			ExpiresPath: w.ExpiresPath, CodePath: w.CodePath}, nil
	case WayPaste:
		return &auth.Paste{Title: p.Name, Hosts: p.hosts()}, nil
	}
	return nil, fmt.Errorf("sign in by %.16q: %w", string(way), ErrWay)
}

// provide sets a provider's fields, which is not copied since it has a lock.
func (s *SignIn) provide(provider *auth.Provider, client auth.Fetcher) {
	provider.Client, provider.Issuer, provider.ClientID, provider.Scopes = client, s.Issuer, s.ClientID, slices.Clone(s.Scopes)
	provider.AuthorizationEndpoint, provider.TokenEndpoint = s.AuthorizationEndpoint, s.TokenEndpoint
	provider.DeviceEndpoint, provider.RevocationEndpoint = s.DeviceEndpoint, s.RevocationEndpoint
}

// hosts are those that the sign-in is sent to: of a browser's cookies, only theirs are taken.
func (p *Profile) hosts() []string {
	var hosts []string
	for _, origin := range p.sentTo() {
		if u, err := url.Parse(origin); err == nil && !slices.Contains(hosts, u.Hostname()) {
			hosts = append(hosts, u.Hostname())
		}
	}
	return hosts
}
