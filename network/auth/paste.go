package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"latchkey/network"
)

// maxPaste bounds what is pasted, in bytes.
const maxPaste = 1 << 20

// ErrPaste is pasted text that is none of what can be pasted.
var ErrPaste = errors.New("this is neither a token, nor cookies as NAME=VALUE; NAME=VALUE, nor a cookies.txt file")

// Paste signs a person in with what they have copied elsewhere: a token, cookie pairs, a Cookie line of a browser's developer tools, or
// the text of a cookies.txt file.
type Paste struct {
	Title string // of the form: the service's name
	// Hosts are those whose cookies are taken from a cookies.txt file; its other cookies are left. Empty: all are taken.
	Hosts []string
}

// SignIn asks for the text, five times at most. The error wraps ErrDenied or ctx's cause.
func (p *Paste) SignIn(ctx context.Context, prompt Prompt) (Credential, error) {
	form := Form{Title: p.Title, Text: "Paste the service's token, its cookies, or the text of a cookies.txt file.",
		Fields: []Field{{Name: "paste", Label: "Token or cookies", Long: true, Hidden: true}}}
	for range maxWrong {
		answers, err := prompt.Ask(ctx, form)
		if err != nil {
			return Credential{}, fmt.Errorf("sign in: %w", err)
		}
		if len(answers) != 1 {
			return Credential{}, fmt.Errorf("sign in: %w", ErrDenied)
		}
		credential, err := ParsePaste(answers[0].Reveal(), p.Hosts, time.Now())
		if err == nil {
			return credential, nil
		}
		form.Wrong = sentenceOf(err)
	}
	return Credential{}, fmt.Errorf("sign in: %w", ErrDenied)
}

// sentenceOf makes a sentence of an error of ParsePaste.
func sentenceOf(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// ParsePaste makes a credential of pasted text; of a cookies.txt file it takes what has not expired and is for one of the hosts (none:
// all). The error wraps ErrPaste and shows nothing of the text.
func ParsePaste(text string, hosts []string, now time.Time) (Credential, error) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	switch {
	case text == "":
		return Credential{}, fmt.Errorf("there is nothing in it: %w", ErrPaste)
	case len(text) > maxPaste:
		return Credential{}, fmt.Errorf("it has more than %d KiB: %w", maxPaste>>10, ErrPaste)
	case strings.Contains(text, "\t") || strings.HasPrefix(text, "# "):
		return parseCookiesText(text, hosts, now)
	}
	if token, ok := bareToken(text); ok {
		var c Credential
		c.Values.SetValue("token", token)
		c.Expires = tokenExpiry(token, 0)
		return c, nil
	}
	pairs, err := ParsePairs(strings.Join(strings.Fields(text), " "))
	if err != nil {
		return Credential{}, ErrPaste
	}
	return Credential{Pairs: pairs}, nil
}

// bareToken takes a token as it is, or behind "Bearer" or "Authorization: Bearer". An equals sign stands at the end of a token alone
// (RFC 6750, 2.1).
func bareToken(text string) (string, bool) {
	for _, prefix := range []string{"authorization:", "bearer "} {
		if len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			text = strings.TrimSpace(text[len(prefix):])
		}
	}
	if !sendable(text) || strings.ContainsAny(text, "<>{}()[]") || strings.Contains(strings.TrimRight(text, "="), "=") || strings.HasSuffix(strings.ToLower(text), "cookie:") {
		return "", false
	}
	if name := strings.TrimRight(text, "="); len(text)-len(name) > 2 || name == "" {
		return "", false
	}
	return text, true
}

// parseCookiesText takes the cookies of a cookies.txt file.
func parseCookiesText(text string, hosts []string, now time.Time) (Credential, error) {
	cookies, err := network.ReadCookiesFile(strings.NewReader(text))
	if err != nil {
		return Credential{}, fmt.Errorf("a line of the cookies.txt file cannot be read: %w", ErrPaste)
	}
	var c Credential
	for _, cookie := range cookies {
		if !cookie.Expires.IsZero() && !now.Before(cookie.Expires) || !forHost(cookie, hosts) {
			continue
		}
		addPair(&c.Pairs, cookie.Name, cookie.Value.Reveal()) // what cannot be sent is left
	}
	if c.Pairs.Len() == 0 {
		return Credential{}, fmt.Errorf("the cookies.txt file has no cookie of this service that is still good: %w", ErrPaste)
	}
	return c, nil
}

// forHost says whether a cookie goes to one of the hosts. RFC 6265, 5.1.3.
func forHost(cookie network.Cookie, hosts []string) bool {
	if len(hosts) == 0 {
		return true
	}
	domain := strings.ToLower(cookie.Domain)
	for _, host := range hosts {
		host = strings.ToLower(host)
		if host == domain || !cookie.HostOnly && strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}
