package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"latchkey/network"
)

// Limits on what a service answers.
const (
	maxToken        = 64 << 10 // bytes of the answer
	maxTokenCookies = 64
	maxLife         = 10 * 365 * 24 * time.Hour
)

// ErrAnswer is an answer of the service's token URL that is not what it should be.
var ErrAnswer = errors.New("the service's answer to the sign-in cannot be used")

// tokenAnswer is the JSON of a token URL's answer.
type tokenAnswer struct {
	Cookies []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"cookies"`
	ExpiresIn int64 `json:"expires_in"` // seconds; absent or 0: the service does not say
}

// readToken reads the answer of a token URL:
//
//	{"cookies": [{"name": "session", "value": "..."}], "expires_in": 43200}
//
// The error is ErrAnswer, wrapped, and quotes nothing of the answer but a cookie's name.
func readToken(data []byte, now time.Time) (Credential, error) {
	if len(data) > maxToken {
		return Credential{}, fmt.Errorf("more than %d bytes: %w", maxToken, ErrAnswer)
	}
	var answer tokenAnswer
	if err := json.Unmarshal(data, &answer); err != nil {
		return Credential{}, fmt.Errorf("it is not the JSON that was expected: %w", ErrAnswer) // err may quote it
	}
	if len(answer.Cookies) == 0 || len(answer.Cookies) > maxTokenCookies {
		return Credential{}, fmt.Errorf("it has %d cookies: %w", len(answer.Cookies), ErrAnswer)
	}
	var credential Credential
	for i, cookie := range answer.Cookies {
		// The pairs' own parser decides what may be sent. A value with a semicolon would come back as two pairs, or cut.
		pair, err := network.ParseCookiePairs(cookie.Name + "=" + cookie.Value)
		if err != nil {
			return Credential{}, fmt.Errorf("cookie %d cannot be sent: %w", i+1, ErrAnswer)
		}
		if value, ok := pair.Value(cookie.Name); !ok || pair.Len() != 1 || value != cookie.Value {
			return Credential{}, fmt.Errorf("cookie %d cannot be sent: %w", i+1, ErrAnswer)
		}
		credential.Pairs.SetValue(cookie.Name, cookie.Value)
	}
	switch {
	case answer.ExpiresIn < 0:
		return Credential{}, fmt.Errorf("it expires before it begins: %w", ErrAnswer)
	case answer.ExpiresIn > int64(maxLife/time.Second):
		credential.Expires = now.Add(maxLife)
	case answer.ExpiresIn > 0:
		credential.Expires = now.Add(time.Duration(answer.ExpiresIn) * time.Second)
	}
	return credential, nil
}
