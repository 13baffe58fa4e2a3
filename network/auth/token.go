package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"latchkey/network"
)

// Limits on what a service answers.
const (
	maxToken        = 64 << 10 // bytes of the answer
	maxTokenCookies = 64
	maxLife         = 10 * 365 * 24 * time.Hour
)

// ErrAnswer is an answer of the service that is not what it should be.
var ErrAnswer = errors.New("the service's answer to the sign-in cannot be used")

// Fetcher makes a request whose answer fits into memory; *network.Client is one.
type Fetcher interface {
	Fetch(ctx context.Context, r network.Request) ([]byte, *network.Response, error)
}

// tokenAnswer is the JSON of a token URL's answer.
type tokenAnswer struct {
	Cookies []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"cookies"`
	AccessToken  string `json:"access_token"`
	Token        string `json:"token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int64  `json:"expires_in"` // seconds; absent or 0: the service does not say
}

// postForm posts a form to a page's token URL and reads its answer.
func postForm(ctx context.Context, client Fetcher, to string, form url.Values) (Credential, error) {
	data, response, err := client.Fetch(ctx, network.Request{Class: network.ClassSignIn, URL: to, Method: http.MethodPost,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}, Body: []byte(form.Encode())})
	if err != nil {
		return Credential{}, err
	}
	return readToken(data, time.Now(), skew(response))
}

// readToken reads the answer of a token URL, as Page.TokenURL says. behind is how far the service's clock is behind this computer's.
// The error is ErrAnswer, wrapped, and quotes nothing of the answer but a cookie's name.
func readToken(data []byte, now time.Time, behind time.Duration) (Credential, error) {
	if len(data) > maxToken {
		return Credential{}, fmt.Errorf("more than %d bytes: %w", maxToken, ErrAnswer)
	}
	var answer tokenAnswer
	if err := json.Unmarshal(data, &answer); err != nil {
		return Credential{}, fmt.Errorf("it is not the JSON that was expected: %w", ErrAnswer) // err may quote it
	}
	token := answer.AccessToken
	if token == "" {
		token = answer.Token
	}
	if len(answer.Cookies) == 0 && token == "" || len(answer.Cookies) > maxTokenCookies {
		return Credential{}, fmt.Errorf("it has %d cookies and no token: %w", len(answer.Cookies), ErrAnswer)
	}
	var credential Credential
	for i, cookie := range answer.Cookies {
		if !addPair(&credential.Pairs, cookie.Name, cookie.Value) {
			return Credential{}, fmt.Errorf("cookie %d cannot be sent: %w", i+1, ErrAnswer)
		}
	}
	if token != "" {
		if !sendable(token) {
			return Credential{}, fmt.Errorf("its token cannot be sent: %w", ErrAnswer)
		}
		credential.Values.SetValue("access_token", token)
	}
	credential.Refresh = network.NewSecret(answer.RefreshToken)
	if answer.ExpiresIn < 0 {
		return Credential{}, fmt.Errorf("it expires before it begins: %w", ErrAnswer)
	}
	credential.Expires = expiry(now, answer.ExpiresIn)
	if credential.Expires.IsZero() {
		credential.Expires = tokenExpiry(token, behind)
	}
	return credential, nil
}

// addPair adds a cookie pair unless it cannot be sent as it is. The pairs' own parser decides: a value with a semicolon would come back
// as two pairs, or cut.
func addPair(pairs *network.Metadata, name, value string) bool {
	pair, err := network.ParseCookiePairs(name + "=" + value)
	if err != nil {
		return false
	}
	if read, ok := pair.Value(name); !ok || pair.Len() != 1 || read != value {
		return false
	}
	pairs.SetValue(name, value)
	return true
}

// sendable says whether a token can stand in a header and a cookie (RFC 6750, 2.1: b64token, and what services use besides).
func sendable(token string) bool {
	if token == "" || len(token) > maxToken {
		return false
	}
	for i := range len(token) {
		if c := token[i]; c <= ' ' || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\' {
			return false
		}
	}
	return true
}

// expiry is when something ends that lives so many seconds; the zero time when they are 0.
func expiry(now time.Time, seconds int64) time.Time {
	switch {
	case seconds <= 0:
		return time.Time{}
	case seconds > int64(maxLife/time.Second):
		return now.Add(maxLife)
	}
	return now.Add(time.Duration(seconds) * time.Second)
}

// tokenExpiry is when a JWT ends (RFC 7519, 4.1.4), by this computer's clock; the zero time for any other token. The signature is the
// service's matter: nothing but the time of the renewal depends on it.
func tokenExpiry(token string, behind time.Duration) time.Time {
	var claims jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &claims); err != nil || claims.ExpiresAt == nil {
		return time.Time{}
	}
	return claims.ExpiresAt.Add(behind)
}

// skew is how far the clock of a server is behind this computer's, by its Date header; 0 without one. Less than two seconds are none:
// the header has whole seconds.
func skew(response *network.Response) time.Duration {
	if response == nil {
		return 0
	}
	date, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return 0
	}
	behind := time.Since(date)
	if behind.Abs() < 2*time.Second {
		return 0
	}
	return behind
}

// after returns a renewed credential with what was not given anew: the refresh token, the account, and the values and pairs whose
// names are not there.
func (c Credential) after(old Credential) Credential {
	if c.Refresh.Reveal() == "" {
		c.Refresh = old.Refresh
	}
	if c.Subject == "" {
		c.Subject = old.Subject
	}
	if c.Account == "" {
		c.Account = old.Account
	}
	if c.Pairs.Len() == 0 {
		c.Pairs = old.Pairs.Clone()
	}
	return c
}

// ended adds ErrEnded where a service has refused a refresh token.
func ended(err error) error {
	known, ok := errors.AsType[*network.Error](err)
	if ok && (known.Status == http.StatusBadRequest || known.Status == http.StatusUnauthorized || known.Status == http.StatusForbidden) {
		return fmt.Errorf("%w: %w", ErrEnded, err)
	}
	return err
}
