package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

const (
	// defaultLimit is how long a person has to sign in.
	defaultLimit = 5 * time.Minute
	// secretSize is the size in bytes of a state and of a nonce before encoding.
	secretSize = 32
)

// ErrTimeout is a person who did not come back from the browser in time.
var ErrTimeout = errors.New("the sign-in took too long")

// Page signs a person in by way of the service's own page in the system's browser. PageURL and Client must be set.
type Page struct {
	// PageURL is the service's page. It gets the query parameters redirect_uri, state, code_challenge and code_challenge_method=S256
	// besides its own. It sends the browser back with code and state, or, without a TokenURL, with token (or access_token) and state.
	PageURL string
	// TokenURL is where the code that comes back is exchanged: by POST of a form with code, redirect_uri and code_verifier. It answers
	// {"cookies": [{"name": ..., "value": ...}], "access_token": ..., "refresh_token": ..., "expires_in": seconds}, of which cookies or
	// access_token (or token) must be there. A refresh token is exchanged there too, by grant_type=refresh_token.
	TokenURL string
	// Client makes the exchange, with class sign-in.
	Client Fetcher
	// Limit is how long a person has; 0 is 5 minutes.
	Limit time.Duration
}

// SignIn opens the service's page and blocks until the browser has come back and the code is exchanged, until the limit, or until ctx
// ends. The browser is shown how it went. A request with another state than this sign-in's is turned away, and does not end it unless
// there are many.
//
// The error wraps ErrDenied, ErrState, ErrTimeout, ErrAnswer, ErrNoBrowser, that of the exchange (*network.Error), or ctx's.
func (p *Page) SignIn(ctx context.Context, prompt Prompt) (Credential, error) {
	verifier := oauth2.GenerateVerifier()
	credential, err := comeBack(ctx, p.Limit, prompt, visit{
		page: func(redirectURI, state string) (string, error) { return p.page(redirectURI, state, verifier) },
		exchange: func(ctx context.Context, redirectURI string, back callback) (Credential, error) {
			return p.exchange(ctx, redirectURI, back, verifier)
		},
		token: p.TokenURL == "",
	})
	if err != nil {
		return Credential{}, fmt.Errorf("sign in: %w", err)
	}
	return credential, nil
}

// page is the URL that the browser is sent to.
func (p *Page) page(redirectURI, state, verifier string) (string, error) {
	u, err := url.Parse(p.PageURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", errors.New("the service's sign-in page is no http or https URL")
	}
	query := u.Query()
	query.Set("redirect_uri", redirectURI)
	query.Set("state", state)
	query.Set("code_challenge", oauth2.S256ChallengeFromVerifier(verifier))
	query.Set("code_challenge_method", "S256")
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// exchange turns what came back into a credential.
func (p *Page) exchange(ctx context.Context, redirectURI string, back callback, verifier string) (Credential, error) {
	if p.TokenURL == "" {
		c := Credential{}
		c.Values.SetValue("token", back.token)
		c.Expires = tokenExpiry(back.token, 0)
		return c, nil
	}
	credential, err := postForm(ctx, p.Client, p.TokenURL, url.Values{"grant_type": {"authorization_code"}, "code": {back.code},
		"redirect_uri": {redirectURI}, "code_verifier": {verifier}})
	if err != nil {
		return Credential{}, fmt.Errorf("exchange the code: %w", err)
	}
	return credential, nil
}

// Renew exchanges the refresh token at TokenURL.
func (p *Page) Renew(ctx context.Context, c Credential) (Credential, error) {
	if c.Refresh.Reveal() == "" || p.TokenURL == "" {
		return Credential{}, fmt.Errorf("renew the sign-in: %w", ErrEnded)
	}
	renewed, err := postForm(ctx, p.Client, p.TokenURL, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {c.Refresh.Reveal()}})
	if err != nil {
		return Credential{}, fmt.Errorf("renew the sign-in: %w", ended(err))
	}
	return renewed.after(c), nil
}

// visit is one sign-in by way of the browser.
type visit struct {
	page     func(redirectURI, state string) (string, error)
	exchange func(ctx context.Context, redirectURI string, back callback) (Credential, error)
	token    bool // a token itself may come back
}

// comeBack opens a page and waits for the browser to come back from it.
func comeBack(ctx context.Context, limit time.Duration, prompt Prompt, v visit) (Credential, error) {
	if limit == 0 {
		limit = defaultLimit
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, ErrTimeout)
	defer cancel()
	state := randomText()
	back, err := listen(state, v.token, func(redirectURI string, c callback) (Credential, error) {
		credential, err := v.exchange(ctx, redirectURI, c)
		if ctx.Err() != nil && err != nil {
			return Credential{}, context.Cause(ctx)
		}
		return credential, err
	})
	if err != nil {
		return Credential{}, err
	}
	defer back.close()
	page, err := v.page(back.redirectURI, state)
	if err != nil {
		return Credential{}, err
	}
	if err := prompt.OpenPage(ctx, page); err != nil && !back.answering() {
		return Credential{}, err
	}
	select {
	case result := <-back.results:
		return result.credential, result.err
	case <-ctx.Done():
	}
	if back.answering() { // the exchange ends with ctx, and its page is still to be sent
		result := <-back.results
		return result.credential, result.err
	}
	return Credential{}, errors.Join(context.Cause(ctx), back.strays())
}

// randomText returns 256 random bits as text for a query.
func randomText() string {
	var b [secretSize]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program first
	return base64.RawURLEncoding.EncodeToString(b[:])
}
