package service

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"latchkey/network"
	"latchkey/network/auth"
)

// maxTemplate bounds a template's value, in bytes.
const maxTemplate = 4 << 10

// ErrMissing is a credential that lacks what a profile's template is made of.
var ErrMissing = errors.New("the sign-in did not give what the service's profile makes of it")

// templateNames are what a template may stand for: names of auth.Credential.Values.
var templateNames = []string{"access_token", "id_token", "token"}

// standIns are one name for what another way to sign in calls otherwise.
var standIns = map[string]string{"token": "access_token", "access_token": "token"}

var (
	errTemplate = errors.New("has a ${ that is none of ${access_token}, ${id_token}, ${token}")
	errRefresh  = errors.New("would send what renews the sign-in, which goes to nobody but the service's token endpoint")
	errCookie   = errors.New("is not what a cookie may be (RFC 6265, 4.1.1)")
	errHeader   = errors.New("is not what a header may be")
)

// fill replaces each ${name} of a template by what value returns, whose first error is the result's.
func (t Template) fill(value func(name string) (string, error)) (string, error) {
	text, err := network.Expand(t.Value, value)
	if errors.Is(err, network.ErrTemplate) {
		err = errTemplate
	}
	return text, err
}

// check says whether the template stands for what is known, and returns what of it is sent as it is.
func (t Template) check() (literal string, err error) {
	if len(t.Value) > maxTemplate {
		return "", fmt.Errorf("has more than %d bytes", maxTemplate)
	}
	return t.fill(func(name string) (string, error) {
		switch {
		case slices.Contains(templateNames, name):
			return "", nil
		case strings.Contains(strings.ToLower(name), "refresh"):
			return "", errRefresh
		}
		return "", errTemplate
	})
}

// checkCookie checks a cookie pair. RFC 6265, 4.1.1.
func (t Template) checkCookie() error {
	literal, err := t.check()
	if err != nil {
		return err
	}
	if !httpguts.ValidHeaderFieldName(t.Name) {
		return errCookie
	}
	for i := range len(literal) { // cookie-octet
		if c := literal[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`",;\`, c) >= 0 {
			return errCookie
		}
	}
	return nil
}

// check checks a header.
func (h HeaderTemplate) check() error {
	literal, err := h.Template.check()
	if err != nil {
		return err
	}
	for i := range len(literal) {
		if literal[i] < ' ' || literal[i] >= 0x7f {
			return errHeader
		}
	}
	if h.Value == "" || strings.TrimSpace(h.Value) != h.Value {
		return errHeader
	}
	for _, class := range h.Classes {
		if !class.OfResource() {
			return fmt.Errorf("goes with requests of class %s, which no sign-in goes with", class)
		}
	}
	c := network.Configuration{Headers: []network.Header{{Name: h.Name, Value: network.NewSecret(literal)}}}
	if err := c.Validate(); err != nil {
		return errHeader
	}
	return nil
}

// Credentials returns what of a credential is sent: the cookie pairs that the service or the person gave as such and behind them those of the profile's
// templates, which take the place of pairs of their names; and the headers. A credential that is pairs alone is sent as it is, without templates.
// ${token} and ${access_token} stand in for each other where the sign-in gave but one.
//
// The error is ErrMissing when a template stands for a value that the credential lacks, and names both; it is network.ErrConfiguration when what comes out
// cannot be sent. It never has a value.
func (p *Profile) Credentials(c auth.Credential) (network.Credentials, error) {
	sent := network.Credentials{CookieHeaders: c.Pairs.Clone()}
	if c.Values.Len() == 0 && sent.CookieHeaders.Len() > 0 {
		return validate(sent)
	}
	value := func(name string) (string, error) {
		text, _ := c.Values.Value(name)
		if other := standIns[name]; text == "" && other != "" {
			text, _ = c.Values.Value(other)
		}
		if text == "" || !slices.Contains(templateNames, name) {
			return "", fmt.Errorf("it has no %.32q: %w", name, ErrMissing)
		}
		return text, nil
	}
	for _, t := range p.Cookies {
		text, err := t.fill(value)
		if err != nil {
			return network.Credentials{}, fmt.Errorf("make cookie pair %q of the sign-in: %w", t.Name, err)
		}
		sent.CookieHeaders.SetValue(t.Name, text)
	}
	for _, t := range p.Headers {
		text, err := t.fill(value)
		if err != nil {
			return network.Credentials{}, fmt.Errorf("make header %q of the sign-in: %w", t.Name, err)
		}
		classes := slices.Clone(t.Classes)
		if len(classes) == 0 {
			classes = []network.Class{network.ClassKey, network.ClassLicense}
		}
		sent.Headers = append(sent.Headers, network.Header{Classes: classes, Name: t.Name, Value: network.NewSecret(text)})
	}
	return validate(sent)
}

// validate returns what is sent if it can be.
func validate(sent network.Credentials) (network.Credentials, error) {
	c := network.Configuration{CookieHeaders: sent.CookieHeaders, CredentialHeaders: sent.Headers}
	if err := c.Validate(); err != nil {
		return network.Credentials{}, fmt.Errorf("make what is sent of the sign-in: %w", err)
	}
	return sent, nil
}
