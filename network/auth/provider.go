package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"latchkey/network"
)

// signingAlgorithms are those of an ID token that anybody can check and nobody but the provider can make: "none", and those whose key
// is the client's secret, are not among them. RFC 7518, 3.1.
var signingAlgorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// clockTolerance is how far this computer's clock may be wrong where the provider does not say its own.
const clockTolerance = time.Hour

// Provider is an OAuth 2.1 authorization server or an OpenID provider, and what it knows this program as. Its fields are constant once
// it is used; then it is safe for concurrent use.
type Provider struct {
	// Client makes every request, with class sign-in.
	Client Fetcher
	// Issuer is found out about by OpenID Connect Discovery 1.0. Empty: the endpoints below are all there is.
	Issuer string
	// ClientID is the program's: a public client without a secret (RFC 8252, 8.5).
	ClientID string
	Scopes   []string
	// The endpoints stand in place of what discovery finds.
	AuthorizationEndpoint, TokenEndpoint, DeviceEndpoint, RevocationEndpoint string

	mu    sync.Mutex
	found *endpoints // guarded by mu
}

// endpoints are what is known of a provider. Constant.
type endpoints struct {
	oauth2.Endpoint

	revocation string
	saysIssuer bool // RFC 9207: it comes back with iss
	discovered *oidc.Provider
}

// errNoEndpoint is returned for a provider that lacks what a way to sign in needs.
var errNoEndpoint = errors.New("the service does not offer this way to sign in")

// endpoints returns what is known of the provider, which is found out once.
func (p *Provider) endpoints(ctx context.Context) (*endpoints, error) {
	p.mu.Lock()
	found := p.found
	p.mu.Unlock()
	if found != nil {
		return found, nil
	}
	found = &endpoints{}
	if p.Issuer != "" {
		if err := p.discover(ctx, found); err != nil {
			return nil, err
		}
	}
	for _, given := range []struct {
		to   *string
		from string
	}{{&found.AuthURL, p.AuthorizationEndpoint}, {&found.TokenURL, p.TokenEndpoint}, {&found.DeviceAuthURL, p.DeviceEndpoint}, {&found.revocation, p.RevocationEndpoint}} {
		if given.from != "" {
			*given.to = given.from
		}
	}
	found.AuthStyle = oauth2.AuthStyleInParams // a public client (RFC 6749, 3.2.1)
	for what, address := range map[string]string{"sign-in page": found.AuthURL, "token endpoint": found.TokenURL,
		"device endpoint": found.DeviceAuthURL, "revocation endpoint": found.revocation} {
		if address == "" {
			continue
		}
		if err := secure(what, address); err != nil {
			return nil, err
		}
	}
	if found.TokenURL == "" {
		return nil, fmt.Errorf("it has no token endpoint: %w", errNoEndpoint)
	}
	p.mu.Lock()
	p.found = found
	p.mu.Unlock()
	return found, nil
}

// discover asks for the provider's metadata. That they are the issuer's is checked by go-oidc.
func (p *Provider) discover(ctx context.Context, found *endpoints) error {
	if err := secure("issuer", p.Issuer); err != nil {
		return err
	}
	// The keys are fetched later, with this context's client; it must not end with this call.
	a := &adapter{client: p.Client}
	discovered, err := oidc.NewProvider(a.with(ctx), p.Issuer)
	if err != nil {
		return plainError(ctx, "find out about the service", err)
	}
	var more struct {
		Device     string `json:"device_authorization_endpoint"`
		Revocation string `json:"revocation_endpoint"`
		SaysIssuer bool   `json:"authorization_response_iss_parameter_supported"`
		Keys       string `json:"jwks_uri"`
	}
	if err := discovered.Claims(&more); err != nil {
		return fmt.Errorf("find out about the service: %w", ErrAnswer)
	}
	if err := secure("key set", more.Keys); err != nil {
		return err
	}
	found.Endpoint = discovered.Endpoint()
	found.DeviceAuthURL, found.revocation, found.saysIssuer = more.Device, more.Revocation, more.SaysIssuer
	found.discovered = discovered
	return nil
}

// config is x/oauth2's.
func (p *Provider) config(e *endpoints, redirectURI string) *oauth2.Config {
	return &oauth2.Config{ClientID: p.ClientID, Endpoint: e.Endpoint, RedirectURL: redirectURI, Scopes: p.Scopes}
}

// openID says whether an ID token has to come with the tokens.
func (p *Provider) openID() bool {
	return p.Issuer != "" && slices.Contains(p.Scopes, oidc.ScopeOpenID)
}

// credential makes one of the provider's tokens. nonce is what the ID token must have; renewed says that there need be none
// (OpenID Connect Core 1.0, 12.2).
func (p *Provider) credential(ctx context.Context, a *adapter, e *endpoints, token *oauth2.Token, nonce string, renewed bool) (Credential, error) {
	if !sendable(token.AccessToken) {
		return Credential{}, fmt.Errorf("the access token cannot be sent: %w", ErrAnswer)
	}
	var c Credential
	c.Values.SetValue("access_token", token.AccessToken)
	c.Refresh = network.NewSecret(token.RefreshToken)
	if c.Expires = expiry(time.Now(), token.ExpiresIn); c.Expires.IsZero() {
		c.Expires = tokenExpiry(token.AccessToken, time.Duration(a.behind.Load()))
	}
	raw, _ := token.Extra("id_token").(string)
	switch {
	case e.discovered == nil, raw == "" && (renewed || !p.openID()):
		return c, nil
	case raw == "":
		return Credential{}, fmt.Errorf("no ID token came: %w", ErrAnswer)
	}
	if err := p.verify(ctx, a, e, raw, nonce, token.AccessToken, renewed, &c); err != nil {
		return Credential{}, err
	}
	c.Values.SetValue("id_token", raw)
	return c, nil
}

// verify checks an ID token (OpenID Connect Core 1.0, 3.1.3.7) and takes the account from it.
func (p *Provider) verify(ctx context.Context, a *adapter, e *endpoints, raw, nonce, access string, renewed bool, c *Credential) error {
	check := func(now func() time.Time) (*oidc.IDToken, error) {
		config := &oidc.Config{ClientID: p.ClientID, SupportedSigningAlgs: signingAlgorithms, Now: now}
		return e.discovered.VerifierContext(a.with(ctx), config).Verify(a.with(ctx), raw)
	}
	token, err := check(a.now)
	if late, ok := errors.AsType[*oidc.TokenExpiredError](err); ok && !a.dated.Load() && time.Since(late.Expiry) < clockTolerance {
		token, err = check(func() time.Time { return late.Expiry.Add(-time.Second) })
	}
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if known, ok := errors.AsType[*network.Error](err); ok {
			return fmt.Errorf("check the ID token: %w", known)
		}
		return fmt.Errorf("the ID token is not the service's, or not for this program: %w", ErrAnswer) // err quotes it
	}
	if (!renewed || token.Nonce != "") && nonce != "" && subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 {
		return fmt.Errorf("the ID token is of another sign-in: %w", ErrAnswer)
	}
	if token.AccessTokenHash != "" && token.VerifyAccessToken(access) != nil {
		return fmt.Errorf("the access token is not the one that the ID token names: %w", ErrAnswer)
	}
	var claims struct {
		Email    string `json:"email"`
		Username string `json:"preferred_username"`
		Name     string `json:"name"`
	}
	if err := token.Claims(&claims); err != nil {
		return fmt.Errorf("the ID token cannot be read: %w", ErrAnswer)
	}
	c.Subject = token.Subject
	for _, name := range []string{claims.Email, claims.Username, claims.Name} {
		if name = accountName(name); name != "" && c.Account == "" {
			c.Account = name
		}
	}
	return nil
}

// Renew exchanges the refresh token for new tokens (RFC 6749, 6); the provider may rotate it (RFC 9700, 4.14.2).
func (p *Provider) Renew(ctx context.Context, c Credential) (Credential, error) {
	renewed, err := p.renew(ctx, c)
	if err != nil {
		return Credential{}, fmt.Errorf("renew the sign-in: %w", err)
	}
	return renewed.after(c), nil
}

func (p *Provider) renew(ctx context.Context, c Credential) (Credential, error) {
	if c.Refresh.Reveal() == "" {
		return Credential{}, ErrEnded
	}
	e, err := p.endpoints(ctx)
	if err != nil {
		return Credential{}, err
	}
	a := &adapter{client: p.Client}
	token, err := p.config(e, "").TokenSource(a.with(ctx), &oauth2.Token{RefreshToken: c.Refresh.Reveal()}).Token()
	if err != nil {
		failed := plainError(ctx, "ask for a new token", err)
		if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.ErrorCode == "invalid_grant" {
			return Credential{}, fmt.Errorf("%w: %w", ErrEnded, failed)
		}
		return Credential{}, failed
	}
	renewed, err := p.credential(ctx, a, e, token, "", true)
	if err == nil && renewed.Subject != "" && c.Subject != "" && renewed.Subject != c.Subject {
		return Credential{}, fmt.Errorf("the ID token is another account's: %w", ErrAnswer) // OpenID Connect Core 1.0, 12.2
	}
	return renewed, err
}

// Revoke tells the provider that the tokens are not needed any more (RFC 7009). Without a revocation endpoint it does nothing.
func (p *Provider) Revoke(ctx context.Context, c Credential) error {
	e, err := p.endpoints(ctx)
	if err != nil {
		return fmt.Errorf("end the sign-in: %w", err)
	}
	if e.revocation == "" {
		return nil
	}
	access, _ := c.Values.Value("access_token")
	var failed error
	for _, token := range []struct{ kind, value string }{{"refresh_token", c.Refresh.Reveal()}, {"access_token", access}} {
		if token.value == "" {
			continue
		}
		form := url.Values{"token": {token.value}, "token_type_hint": {token.kind}, "client_id": {p.ClientID}}
		_, _, err := p.Client.Fetch(ctx, network.Request{Class: network.ClassSignIn, URL: e.revocation, Method: http.MethodPost,
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(form.Encode())})
		failed = errors.Join(failed, err)
	}
	if failed != nil {
		return fmt.Errorf("end the sign-in: %w", failed)
	}
	return nil
}

// loopbackHost says whether a host is this computer.
func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
