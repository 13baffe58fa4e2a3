package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"latchkey/network"
)

// Limits on polling. RFC 8628, 3.5.
const (
	defaultPoll = 5 * time.Second
	minPoll     = time.Second
	maxPoll     = time.Minute
	slowerBy    = 5 * time.Second
	maxCodeLife = time.Hour
	maxUserCode = 64 // bytes
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
)

// Device signs a person in with a code that they enter on another device. RFC 8628.
type Device struct {
	Provider
}

// SignIn shows a code and asks the provider until the person has entered it, the code has expired, or ctx ends. Trouble with the network
// meanwhile does not end it.
//
// The error wraps ErrDenied, ErrTimeout (the code has expired), ErrAnswer, a *network.Error, or ctx's cause.
func (d *Device) SignIn(ctx context.Context, prompt Prompt) (Credential, error) {
	credential, err := d.signIn(ctx, prompt)
	if err != nil {
		return Credential{}, fmt.Errorf("sign in: %w", err)
	}
	return credential, nil
}

func (d *Device) signIn(ctx context.Context, prompt Prompt) (Credential, error) {
	e, err := d.endpoints(ctx)
	if err != nil {
		return Credential{}, err
	}
	if e.DeviceAuthURL == "" {
		return Credential{}, errNoEndpoint
	}
	a := &adapter{client: d.Client}
	answer, err := d.config(e, "").DeviceAuth(a.with(ctx))
	if err != nil {
		return Credential{}, plainError(ctx, "ask for a code", err)
	}
	code, err := checkCode(answer, time.Now())
	if err != nil {
		return Credential{}, err
	}
	ctx, cancel := context.WithDeadlineCause(ctx, code.Expires, fmt.Errorf("the code has expired: %w", ErrTimeout))
	defer cancel()
	prompt.ShowCode(code)
	token, err := d.poll(ctx, a, e, answer)
	if err != nil {
		return Credential{}, err
	}
	return d.credential(ctx, a, e, token, "", true) // there is no nonce in this flow, and an ID token is not required
}

// checkCode checks what is shown to a person.
func checkCode(answer *oauth2.DeviceAuthResponse, now time.Time) (DeviceCode, error) {
	life := time.Until(answer.Expiry)
	if answer.Expiry.IsZero() || life > maxCodeLife {
		life = maxCodeLife
	}
	code := DeviceCode{Page: answer.VerificationURI, Complete: answer.VerificationURIComplete, Code: answer.UserCode, Expires: now.Add(life)}
	if answer.DeviceCode == "" || code.Code == "" || len(code.Code) > maxUserCode || accountName(code.Code) != code.Code {
		return DeviceCode{}, fmt.Errorf("no code came that can be shown: %w", ErrAnswer)
	}
	if err := secure("page for the code", code.Page); err != nil {
		return DeviceCode{}, err
	}
	if code.Complete != "" && (secure("page", code.Complete) != nil || !sameHost(code.Complete, code.Page)) {
		code.Complete = ""
	}
	return code, nil
}

func sameHost(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && strings.EqualFold(u.Host, v.Host) && u.Scheme == v.Scheme
}

// errPending and errSlower are answers that say to ask again.
var (
	errPending = errors.New("not entered yet")
	errSlower  = errors.New("asked too often")
)

// poll asks for the tokens until there is an answer.
func (d *Device) poll(ctx context.Context, a *adapter, e *endpoints, code *oauth2.DeviceAuthResponse) (*oauth2.Token, error) {
	interval := min(max(time.Duration(code.Interval)*time.Second, minPoll), maxPoll)
	if code.Interval == 0 {
		interval = defaultPoll
	}
	timer := time.NewTimer(interval)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		token, err := d.ask(ctx, a, e, code.DeviceCode)
		switch known, isNetwork := errors.AsType[*network.Error](err); {
		case err == nil:
			return token, nil
		case errors.Is(err, errSlower):
			interval = min(interval+slowerBy, maxPoll)
		case errors.Is(err, errPending), isNetwork && (known.Status == 0 || known.Status >= 500 || known.Status == http.StatusTooManyRequests):
			if isNetwork {
				interval = min(interval*2, maxPoll) // RFC 8628, 3.5: back off on a time-out
			}
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		default:
			return nil, err
		}
		timer.Reset(interval)
	}
}

// ask asks for the tokens once.
func (d *Device) ask(ctx context.Context, a *adapter, e *endpoints, code string) (*oauth2.Token, error) {
	form := url.Values{"grant_type": {deviceGrant}, "device_code": {code}, "client_id": {d.ClientID}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("ask for the tokens: %w", ErrAnswer)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := a.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("ask for the tokens: %w", err)
	}
	defer response.Body.Close()
	return readDeviceAnswer(response)
}

// readDeviceAnswer reads a token endpoint's answer. RFC 8628, 3.5; RFC 6749, 5.1.
func readDeviceAnswer(response *http.Response) (*oauth2.Token, error) {
	var answer struct {
		oauth2.Token

		IDToken string `json:"id_token"`
		Error   string `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		if response.StatusCode >= 500 {
			return nil, errPending
		}
		return nil, fmt.Errorf("ask for the tokens: it is not the JSON that was expected: %w", ErrAnswer)
	}
	switch answer.Error {
	case "":
	case "authorization_pending":
		return nil, errPending
	case "slow_down":
		return nil, errSlower
	case "access_denied":
		return nil, ErrDenied
	case "expired_token":
		return nil, fmt.Errorf("the code has expired: %w", ErrTimeout)
	default:
		if response.StatusCode >= 500 {
			return nil, errPending
		}
		return nil, fmt.Errorf("the service said %q: %w", plain(answer.Error), ErrAnswer)
	}
	if response.StatusCode != http.StatusOK || answer.AccessToken == "" {
		if response.StatusCode >= 500 {
			return nil, errPending
		}
		return nil, fmt.Errorf("ask for the tokens: no token came: %w", ErrAnswer)
	}
	token := answer.Token
	return token.WithExtra(map[string]any{"id_token": answer.IDToken}), nil
}
