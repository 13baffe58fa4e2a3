package networktest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
)

// device is RFC 8628, 3.2.
type device struct {
	DeviceCode              string `json:"device_code"`
	UserCode                string `json:"user_code"`
	VerificationURI         string `json:"verification_uri"`
	VerificationURIComplete string `json:"verification_uri_complete"`
	ExpiresIn               int    `json:"expires_in"`
	Interval                int    `json:"interval"`
}

// ask begins a device's sign-in.
func (p *oidcPlayer) ask() (d device) {
	p.t.Helper()
	status, _, body := post(p.t, p.client, p.demo.URL(networktest.DeviceCodePath),
		url.Values{"client_id": {networktest.ClientID}, "scope": {"openid profile"}})
	require.Equal(p.t, 200, status)
	require.NoError(p.t, json.Unmarshal([]byte(body), &d))
	return d
}

// poll asks whether the person has agreed.
func (p *oidcPlayer) poll(d device) (status int, answer tokens) {
	p.t.Helper()
	return p.exchange(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {networktest.ClientID},
		"device_code": {d.DeviceCode}})
}

func TestDeviceCode(t *testing.T) {
	p, c := startOIDC(t)
	d := p.ask()
	assert.Equal(t, p.demo.Issuer()+"/device", d.VerificationURI)
	assert.Equal(t, d.VerificationURI+"?user_code="+d.UserCode, d.VerificationURIComplete)
	assert.Equal(t, []int{600, 1}, []int{d.ExpiresIn, d.Interval})
	assert.Regexp(t, "^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$", d.UserCode, "RFC 8628, 6.1: no vowels")

	status, answer := p.poll(d)
	assert.Equal(t, 400, status)
	assert.Equal(t, "authorization_pending", answer.Error)
	_, answer = p.poll(d)
	assert.Equal(t, "slow_down", answer.Error)
	c.advance(5 * time.Second)
	_, answer = p.poll(d)
	assert.Equal(t, "slow_down", answer.Error, "RFC 8628, 3.5: the wait is 5 seconds longer from then on")

	// A person types it as it comes, on another computer.
	typed := " " + strings.ToLower(strings.ReplaceAll(d.UserCode, "-", " "))
	require.NoError(t, p.demo.VisitAs(t.Context(), d.VerificationURI, networktest.Visitor{Code: typed}))
	c.advance(11 * time.Second)
	status, answer = p.poll(d)
	require.Equal(t, 200, status)
	assert.Equal(t, 200, p.key(answer.AccessToken))
	assert.Equal(t, networktest.Viewer, p.verify(answer.IDToken, c.now())["email"])
	assert.NotEmpty(t, answer.RefreshToken)
	status, answer = p.poll(d)
	assert.Equal(t, 400, status)
	assert.Equal(t, "invalid_grant", answer.Error, "it is good once")
}

func TestDeviceCodeInAPicture(t *testing.T) {
	p, _ := startOIDC(t)
	d, other := p.ask(), p.ask()
	require.NoError(t, p.demo.Visit(t.Context(), d.VerificationURIComplete))
	status, _ := p.poll(d)
	assert.Equal(t, 200, status)
	_, answer := p.poll(other)
	assert.Equal(t, "authorization_pending", answer.Error, "another device's code")
}

func TestDeviceCodeThatDoesNotHappen(t *testing.T) {
	p, c := startOIDC(t)
	for name, as := range map[string]networktest.Visitor{"deny": {Deny: true}, "cancel": {Cancel: true}} {
		d := p.ask()
		require.NoError(t, p.demo.VisitAs(t.Context(), d.VerificationURIComplete, as))
		status, answer := p.poll(d)
		assert.Equal(t, 400, status, name)
		assert.Equal(t, "access_denied", answer.Error, name)
		require.ErrorContains(t, p.demo.Visit(t.Context(), d.VerificationURIComplete), "422", "a code that was answered")
	}
	d := p.ask()
	c.advance(10 * time.Minute)
	_, answer := p.poll(d)
	assert.Equal(t, "expired_token", answer.Error)
	require.ErrorContains(t, p.demo.Visit(t.Context(), d.VerificationURIComplete), "422", "a code that has expired")
	_, answer = p.poll(device{DeviceCode: "canary"})
	assert.Equal(t, "invalid_grant", answer.Error)

	for name, test := range map[string]struct {
		form   url.Values
		status int
	}{
		"no client":     {url.Values{}, 401},
		"unknown scope": {url.Values{"client_id": {networktest.ClientID}, "scope": {"everything"}}, 400},
	} {
		status, _, _ := post(t, p.client, p.demo.URL(networktest.DeviceCodePath), test.form)
		assert.Equal(t, test.status, status, name)
	}
	status, _, _ := post(t, p.client, p.demo.URL(networktest.DevicePath), url.Values{"user_code": {p.ask().UserCode}, "csrf": {"canary"}})
	assert.Equal(t, http.StatusForbidden, status)
	page := string(fetch(t, p.client, p.demo.URL(networktest.DevicePath)+"?user_code="+url.QueryEscape(`"><b>`)))
	assert.NotContains(t, page, "<b>")
}
