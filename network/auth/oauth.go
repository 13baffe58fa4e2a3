package auth

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// maxAccount bounds what an account is called, in bytes.
const maxAccount = 256

// OAuth signs a person in with OAuth 2.1 or OpenID Connect in the system's browser: an authorization code with PKCE that comes back to a
// loopback address. RFC 8252; RFC 7636; OpenID Connect Core 1.0, 3.1.
type OAuth struct {
	Provider

	// Limit is how long a person has; 0 is 5 minutes.
	Limit time.Duration
}

// SignIn opens the provider's page and blocks until the browser has come back and the code is exchanged, until the limit, or until ctx
// ends. State, issuer (RFC 9207), nonce and the ID token's signature, audience, issuer and times are checked.
//
// The error wraps ErrDenied, ErrState, ErrTimeout, ErrAnswer, ErrNoBrowser, a *network.Error, or ctx's cause.
func (o *OAuth) SignIn(ctx context.Context, prompt Prompt) (Credential, error) {
	e, err := o.endpoints(ctx)
	if err != nil {
		return Credential{}, fmt.Errorf("sign in: %w", err)
	}
	if e.AuthURL == "" {
		return Credential{}, fmt.Errorf("sign in: %w", errNoEndpoint)
	}
	verifier, nonce := oauth2.GenerateVerifier(), randomText()
	credential, err := comeBack(ctx, o.Limit, prompt, visit{
		page: func(redirectURI, state string) (string, error) {
			options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
			if o.openID() {
				options = append(options, oidc.Nonce(nonce))
			}
			return o.config(e, redirectURI).AuthCodeURL(state, options...), nil
		},
		exchange: func(ctx context.Context, redirectURI string, back callback) (Credential, error) {
			if back.issuer != o.Issuer && o.Issuer != "" && (back.issuer != "" || e.saysIssuer) {
				return Credential{}, fmt.Errorf("another service sent the browser back: %w", ErrState)
			}
			a := &adapter{client: o.Client}
			token, err := o.config(e, redirectURI).Exchange(a.with(ctx), back.code, oauth2.VerifierOption(verifier))
			if err != nil {
				return Credential{}, plainError(ctx, "exchange the code", err)
			}
			return o.credential(ctx, a, e, token, nonce, false)
		},
	})
	if err != nil {
		return Credential{}, fmt.Errorf("sign in: %w", err)
	}
	return credential, nil
}

// accountName makes what a service calls an account fit to be shown.
func accountName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1 // controls, and what turns the direction of writing
		}
		return r
	}, name))
	for len(name) > maxAccount {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}
