package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"latchkey/network"
)

const (
	maxWrong    = 5       // answers that a person may get wrong
	maxPassword = 4 << 10 // bytes of an answer
	maxPath     = 16      // names in a path into JSON
)

// Password signs a person in with a user name and a password that are posted to the service. Client, URL, Username and Password must be
// set.
type Password struct {
	Client Fetcher
	Title  string // of the form: the service's name
	// Hint and CodeHint are the service's own sentences on the forms for the name and password, and
	// for the second factor. The latter stands in place of a general one. Both may be empty.
	Hint, CodeHint string

	URL      string
	JSON     bool // the body is JSON and not a form
	Username string
	Password string
	Code     string            // the field of the second factor; empty: there is none
	Extra    map[string]string // more fields, as they are
	// TokenPath is where in the JSON of the answer the token is ("data.token"), TokenHeader in which header; with neither, the
	// answer's Set-Cookie lines are the credential. The token becomes the value "token".
	TokenPath, TokenHeader string
	// RefreshPath is where a refresh token is, and RefreshURL where it is posted, as the field refresh_token.
	RefreshPath, RefreshURL string
	ExpiresPath             string // seconds
	// CodePath says that a second factor is wanted: where in the JSON of an answer a value other than null, false and "" stands.
	CodePath string
}

var (
	errWrong  = errors.New("the user name or the password was not accepted")
	errFactor = errors.New("a second factor is wanted")
)

// SignIn asks for the name, the password and, when the answer says so, the second factor, five times at most.
//
// The error wraps ErrDenied, ErrAnswer, a *network.Error, or ctx's cause.
func (p *Password) SignIn(ctx context.Context, prompt Prompt) (Credential, error) {
	credential, err := p.signIn(ctx, prompt)
	if err != nil {
		return Credential{}, fmt.Errorf("sign in: %w", err)
	}
	return credential, nil
}

func (p *Password) signIn(ctx context.Context, prompt Prompt) (Credential, error) {
	if err := secure("sign-in address", p.URL); err != nil {
		return Credential{}, err
	}
	form := Form{Title: p.Title, Text: p.Hint, Fields: []Field{{Name: "username", Label: "User name"}, {Name: "password", Label: "Password", Hidden: true}}}
	factor := Form{Title: p.Title, Text: cmp.Or(p.CodeHint, "Enter the code that the service has sent you, or that your authenticator shows."),
		Fields: []Field{{Name: "code", Label: "Code"}}}
	var username, password string
	for range maxWrong {
		answers, err := prompt.Ask(ctx, form)
		if err != nil {
			return Credential{}, err
		}
		if len(answers) != 2 {
			return Credential{}, ErrDenied
		}
		username, password = answers[0].Reveal(), answers[1].Reveal()
		credential, err := p.post(ctx, username, password, "")
		for range maxWrong {
			if !errors.Is(err, errFactor) || p.Code == "" {
				break
			}
			var code []network.Secret
			if code, err = prompt.Ask(ctx, factor); err != nil {
				return Credential{}, err
			}
			if len(code) != 1 {
				return Credential{}, ErrDenied
			}
			credential, err = p.post(ctx, username, password, code[0].Reveal())
			if errors.Is(err, errWrong) {
				err, factor.Wrong = errFactor, "That code was not accepted."
			} else if errors.Is(err, errFactor) {
				factor.Wrong = "That code was not accepted."
			}
		}
		switch {
		case err == nil:
			credential.Account = accountName(username)
			credential.Subject = credential.Account
			return credential, nil
		case errors.Is(err, errFactor):
			return Credential{}, fmt.Errorf("the code was wrong too often: %w", ErrDenied)
		case !errors.Is(err, errWrong):
			return Credential{}, err
		}
		form.Wrong = "The user name or the password was not accepted."
	}
	return Credential{}, fmt.Errorf("%w too often: %w", errWrong, ErrDenied)
}

// post posts what was entered. The error is errWrong or errFactor when the service does not take it.
func (p *Password) post(ctx context.Context, username, password, code string) (Credential, error) {
	if len(username) > maxPassword || len(password) > maxPassword || len(code) > maxPassword {
		return Credential{}, errWrong
	}
	fields := make(map[string]string, len(p.Extra)+3)
	for name, value := range p.Extra {
		fields[name] = value
	}
	fields[p.Username], fields[p.Password] = username, password
	if code != "" {
		fields[p.Code] = code
	}
	data, response, err := p.send(ctx, p.URL, fields)
	if ctx.Err() != nil {
		return Credential{}, context.Cause(ctx)
	}
	if response != nil && p.wantsFactor(data) {
		return Credential{}, errFactor
	}
	if known, ok := errors.AsType[*network.Error](err); ok && (known.Status == http.StatusUnauthorized || known.Status == http.StatusForbidden ||
		known.Status == http.StatusBadRequest || known.Status == http.StatusUnprocessableEntity) {
		return Credential{}, errWrong
	}
	if err != nil {
		return Credential{}, err
	}
	return p.read(data, response)
}

func (p *Password) send(ctx context.Context, to string, fields map[string]string) ([]byte, *network.Response, error) {
	var (
		body []byte
		kind = "application/x-www-form-urlencoded"
	)
	if p.JSON {
		text, err := json.Marshal(fields)
		if err != nil {
			return nil, nil, fmt.Errorf("make the request: %w", ErrAnswer) // err may quote it
		}
		body, kind = text, "application/json"
	} else {
		form := make(url.Values, len(fields))
		for name, value := range fields {
			form.Set(name, value)
		}
		body = []byte(form.Encode())
	}
	return p.Client.Fetch(ctx, network.Request{Class: network.ClassSignIn, URL: to, Method: http.MethodPost,
		Header: http.Header{"Content-Type": {kind}, "Accept": {"application/json"}}, Body: body})
}

// wantsFactor says whether an answer wants a second factor.
func (p *Password) wantsFactor(data []byte) bool {
	if p.CodePath == "" || p.Code == "" {
		return false
	}
	value, ok := at(data, p.CodePath)
	return ok && value != nil && value != false && value != ""
}

// read makes a credential of an answer.
func (p *Password) read(data []byte, response *network.Response) (Credential, error) {
	if len(data) > maxToken {
		return Credential{}, fmt.Errorf("more than %d bytes: %w", maxToken, ErrAnswer)
	}
	var c Credential
	switch {
	case p.TokenPath != "":
		text, ok := at(data, p.TokenPath)
		token, _ := text.(string)
		if !ok || !sendable(token) {
			return Credential{}, fmt.Errorf("there is no token at %q in the answer: %w", p.TokenPath, ErrAnswer)
		}
		c.Values.SetValue("token", token)
		c.Expires = tokenExpiry(token, skew(response))
	case p.TokenHeader != "":
		token := strings.TrimSpace(strings.TrimPrefix(response.Header.Get(p.TokenHeader), "Bearer "))
		if !sendable(token) {
			return Credential{}, fmt.Errorf("there is no token in the answer's header %s: %w", p.TokenHeader, ErrAnswer)
		}
		c.Values.SetValue("token", token)
		c.Expires = tokenExpiry(token, skew(response))
	default:
		if err := readSetCookies(&c, response); err != nil {
			return Credential{}, err
		}
	}
	if p.RefreshPath != "" {
		if text, ok := at(data, p.RefreshPath); ok {
			refresh, _ := text.(string)
			c.Refresh = network.NewSecret(refresh)
		}
	}
	if p.ExpiresPath != "" {
		if value, ok := at(data, p.ExpiresPath); ok {
			if seconds, ok := value.(json.Number); ok {
				n, err := seconds.Float64()
				if err == nil && n > 0 {
					c.Expires = expiry(time.Now(), int64(min(n, maxLife.Seconds())))
				}
			}
		}
	}
	return c, nil
}

// readSetCookies takes the pairs that an answer sets.
func readSetCookies(c *Credential, response *network.Response) error {
	lines := response.Header.Values("Set-Cookie")
	for _, line := range lines[:min(len(lines), maxTokenCookies)] {
		cookie, err := http.ParseSetCookie(line)
		if err != nil || cookie.MaxAge < 0 || !cookie.Expires.IsZero() && cookie.Expires.Before(time.Now().Add(-skew(response))) {
			continue
		}
		if !addPair(&c.Pairs, cookie.Name, cookie.Value) {
			continue
		}
		if ends := expiry(time.Now(), int64(cookie.MaxAge)); !ends.IsZero() && (c.Expires.IsZero() || ends.Before(c.Expires)) {
			c.Expires = ends
		}
	}
	if c.Pairs.Len() == 0 {
		return fmt.Errorf("the answer sets no cookie: %w", ErrAnswer)
	}
	return nil
}

// at returns what stands at a path of names, divided by dots, in a JSON object.
func at(data []byte, path string) (any, bool) {
	if len(data) > maxToken {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, false
	}
	names := strings.Split(path, ".")
	if len(names) > maxPath {
		return nil, false
	}
	for _, name := range names {
		object, ok := value.(map[string]any)
		if !ok {
			return nil, false
		}
		if value, ok = object[name]; !ok {
			return nil, false
		}
	}
	return value, true
}

// Renew posts the refresh token to RefreshURL.
func (p *Password) Renew(ctx context.Context, c Credential) (Credential, error) {
	if c.Refresh.Reveal() == "" || p.RefreshURL == "" {
		return Credential{}, fmt.Errorf("renew the sign-in: %w", ErrEnded)
	}
	if err := secure("refresh address", p.RefreshURL); err != nil {
		return Credential{}, fmt.Errorf("renew the sign-in: %w", err)
	}
	data, response, err := p.send(ctx, p.RefreshURL, map[string]string{"refresh_token": c.Refresh.Reveal()})
	switch {
	case ctx.Err() != nil:
		return Credential{}, fmt.Errorf("renew the sign-in: %w", context.Cause(ctx))
	case err != nil:
		return Credential{}, fmt.Errorf("renew the sign-in: %w", ended(err))
	}
	renewed, err := p.read(data, response)
	if err != nil {
		return Credential{}, fmt.Errorf("renew the sign-in: %w", err)
	}
	return renewed.after(c), nil
}
