package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"latchkey/network"
)

const (
	// defaultLimit is how long a person has to sign in.
	defaultLimit = 5 * time.Minute
	// secretSize is the size in bytes of a state and of a verifier before encoding.
	secretSize = 32
)

// ErrTimeout is a person who did not come back from the browser in time.
var ErrTimeout = errors.New("the sign-in took too long")

// Fetcher makes a request whose answer fits into memory; *network.Client is one.
type Fetcher interface {
	Fetch(ctx context.Context, r network.Request) ([]byte, *network.Response, error)
}

// Browser signs a person in by way of a page in the system's browser. All fields but Limit must be set.
type Browser struct {
	// SignInURL is the service's page. It gets the query parameters redirect_uri, state, code_challenge and code_challenge_method=S256
	// besides its own.
	SignInURL string
	// TokenURL is where the code that comes back is exchanged: by POST of a form with code, redirect_uri and code_verifier. It answers
	// {"cookies": [{"name": ..., "value": ...}], "expires_in": seconds}.
	TokenURL string
	// Client makes the exchange, with class sign-in.
	Client Fetcher
	// Limit is how long a person has; 0 is 5 minutes.
	Limit time.Duration
}

// SignIn opens the service's page with open (OpenBrowser, say) and blocks until the browser has come back and the code is exchanged,
// until the limit, or until ctx ends. The browser is shown how it went. A request with another state than this sign-in's is turned away,
// and does not end it unless there are many.
//
// The error wraps ErrDenied, ErrState, ErrTimeout, ErrAnswer, the error of open, that of the exchange (*network.Error), or ctx's.
func (b Browser) SignIn(ctx context.Context, open func(url string) error) (Credential, error) {
	credential, err := b.signIn(ctx, open)
	if err != nil {
		return Credential{}, fmt.Errorf("sign in: %w", err)
	}
	return credential, nil
}

func (b Browser) signIn(ctx context.Context, open func(url string) error) (Credential, error) {
	limit := b.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, ErrTimeout)
	defer cancel()
	state, verifier := randomText(), randomText()
	back, err := listen(state, func(redirectURI, code string) (Credential, error) {
		return b.exchange(ctx, redirectURI, code, verifier)
	})
	if err != nil {
		return Credential{}, err
	}
	defer back.close()
	page, err := b.page(back.redirectURI, state, verifier)
	if err != nil {
		return Credential{}, err
	}
	if err := open(page); err != nil && !back.answering() {
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

// page is the URL that the browser is sent to.
func (b Browser) page(redirectURI, state, verifier string) (string, error) {
	u, err := url.Parse(b.SignInURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", errors.New("the service's sign-in page is no http or https URL")
	}
	challenge := sha256.Sum256([]byte(verifier))
	query := u.Query()
	query.Set("redirect_uri", redirectURI)
	query.Set("state", state)
	query.Set("code_challenge", base64.RawURLEncoding.EncodeToString(challenge[:]))
	query.Set("code_challenge_method", "S256")
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// exchange turns a code into cookie pairs.
func (b Browser) exchange(ctx context.Context, redirectURI, code, verifier string) (Credential, error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}}
	data, _, err := b.Client.Fetch(ctx, network.Request{
		Class:  network.ClassSignIn,
		URL:    b.TokenURL,
		Method: http.MethodPost,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}},
		Body:   []byte(form.Encode()),
	})
	switch {
	case ctx.Err() != nil:
		return Credential{}, context.Cause(ctx)
	case err != nil:
		return Credential{}, fmt.Errorf("exchange the code: %w", err)
	}
	credential, err := readToken(data, time.Now())
	if err != nil {
		return Credential{}, fmt.Errorf("exchange the code: %w", err)
	}
	return credential, nil
}

// randomText returns 256 random bits as text for a query.
func randomText() string {
	var b [secretSize]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program first
	return base64.RawURLEncoding.EncodeToString(b[:])
}
