package networktest_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
)

func TestCodesOfTheProvider(t *testing.T) {
	p, c := startOIDC(t)
	code := func() string {
		require.NoError(t, p.demo.Visit(t.Context(), p.request()))
		return (<-p.arrived).Get("code")
	}
	for name, spoil := range map[string]func(url.Values){
		"another verifier": func(f url.Values) { f.Set("code_verifier", strings.Repeat("a", 43)) },
		"no verifier":      func(f url.Values) { f.Del("code_verifier") },
		"another port":     func(f url.Values) { f.Set("redirect_uri", redirectURI) },
		"another code":     func(f url.Values) { f.Set("code", "canary") },
		"too late":         func(url.Values) { c.advance(2 * time.Minute) },
	} {
		form := codeForm(code(), p.uri)
		spoil(form)
		status, answer := p.exchange(form)
		assert.Equal(t, 400, status, name)
		assert.Equal(t, "invalid_grant", answer.Error, name)
	}
	for name, test := range map[string]struct {
		change map[string]string
		status int
		code   string
	}{
		"no client":      {map[string]string{"client_id": ""}, 401, "invalid_client"},
		"another client": {map[string]string{"client_id": "evil"}, 401, "invalid_client"},
		"no grant":       {map[string]string{"grant_type": ""}, 400, "unsupported_grant_type"},
		"a password":     {map[string]string{"grant_type": "password"}, 400, "unsupported_grant_type"},
	} {
		form := codeForm("canary", p.uri)
		for name, value := range test.change {
			form.Set(name, value)
		}
		status, answer := p.exchange(form)
		assert.Equal(t, test.status, status, name)
		assert.Equal(t, test.code, answer.Error, name)
	}
	twice := codeForm("a", p.uri)
	twice.Add("code", "b")
	status, answer := p.exchange(twice)
	assert.Equal(t, 400, status)
	assert.Equal(t, "invalid_request", answer.Error)

	form := codeForm(code(), p.uri)
	form.Del("client_id")
	status, got := p.exchange(form, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(networktest.ClientID+":")))
	require.Equal(t, 200, status, "a public client may name itself so")
	require.Equal(t, 200, p.key(got.AccessToken))
	form.Set("client_id", networktest.ClientID)
	status, _ = p.exchange(form)
	assert.Equal(t, 400, status, "a code is good once")
	assert.Equal(t, 401, p.key(got.AccessToken), "RFC 6749, 4.1.2")
}

func TestAuthorizationRequestsThatAreNotGood(t *testing.T) {
	p, _ := startOIDC(t)
	for name, change := range map[string][]string{
		"another client":   {"client_id", "evil"},
		"no redirect":      {"redirect_uri", ""},
		"another host":     {"redirect_uri", "http://evil.example:80/callback"},
		"a name":           {"redirect_uri", "http://localhost:80/callback"},
		"a user":           {"redirect_uri", "http://127.0.0.1:80@evil.example:80/callback"},
		"https":            {"redirect_uri", "https://127.0.0.1:80/callback"},
		"another path":     {"redirect_uri", "http://127.0.0.1:80/callback/more"},
		"a query":          {"redirect_uri", "http://127.0.0.1:80/callback?a=b"},
		"a fragment":       {"redirect_uri", "http://127.0.0.1:80/callback#a"},
		"no port":          {"redirect_uri", "http://127.0.0.1/callback"},
		"a link":           {"redirect_uri", "latchkey:signin"},
		"a state too long": {"state", strings.Repeat("s", 5000)},
	} {
		response, body, err := get(t, p.client, p.request(change...))
		require.NoError(t, err)
		assert.Equal(t, http.StatusBadRequest, response.status, name)
		assert.Empty(t, response.header.Get("Location"), name)
		assert.Contains(t, string(body), "This link does not work", name)
	}
	for name, test := range map[string]struct {
		change []string
		code   string
	}{
		"a token":            {[]string{"response_type", "token"}, "unsupported_response_type"},
		"no challenge":       {[]string{"code_challenge", ""}, "invalid_request"},
		"a short challenge":  {[]string{"code_challenge", "abc"}, "invalid_request"},
		"a plain challenge":  {[]string{"code_challenge_method", "plain"}, "invalid_request"},
		"no method":          {[]string{"code_challenge_method", ""}, "invalid_request"},
		"an unknown scope":   {[]string{"scope", "openid everything"}, "invalid_scope"},
		"without any person": {[]string{"prompt", "none"}, "login_required"},
	} {
		response, _, err := get(t, p.client, p.request(test.change...))
		require.NoError(t, err)
		assert.Equal(t, http.StatusSeeOther, response.status, name)
		back, err := url.Parse(response.header.Get("Location"))
		require.NoError(t, err)
		assert.Equal(t, test.code, back.Query().Get("error"), name)
		assert.Equal(t, "s t", back.Query().Get("state"), name)
		assert.Equal(t, p.demo.Issuer(), back.Query().Get("iss"), name)
	}
	status, _, _ := post(t, p.client, p.request(), nil)
	assert.Equal(t, http.StatusMethodNotAllowed, status)
	response, _, err := get(t, p.client, p.request("redirect_uri", "http://[::1]:80/callback"))
	require.NoError(t, err)
	assert.Equal(t, http.StatusSeeOther, response.status)
}

func TestAPersonSaysNo(t *testing.T) {
	p, _ := startOIDC(t)
	for _, as := range []networktest.Visitor{{Cancel: true}, {Deny: true}} {
		require.NoError(t, p.demo.VisitAs(t.Context(), p.request(), as))
		back := <-p.arrived
		assert.Equal(t, "access_denied", back.Get("error"))
		assert.Equal(t, "s t", back.Get("state"))
		assert.Empty(t, back.Get("code"))
	}
	assert.Zero(t, p.demo.Counts().SignIns)
	require.ErrorContains(t, p.demo.VisitAs(t.Context(), p.request(), networktest.Visitor{Password: "wrong"}), "422")
	require.NoError(t, p.demo.VisitAs(t.Context(), p.request(), networktest.Visitor{Name: networktest.Guest}))
	status, got := p.exchange(codeForm((<-p.arrived).Get("code"), p.uri))
	require.Equal(t, 200, status)
	assert.Equal(t, networktest.Guest, p.verify(got.IDToken, clockStart)["email"])
}
