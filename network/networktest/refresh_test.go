package networktest_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
)

func TestRefreshTokensRotate(t *testing.T) {
	p, c := startOIDC(t)
	first := p.signIn()
	other := p.signIn() // another sign-in, which nothing below concerns
	status, second := p.exchange(refreshForm(first.RefreshToken))
	require.Equal(t, 200, status)
	assert.NotEqual(t, first.RefreshToken, second.RefreshToken)
	assert.NotEqual(t, first.AccessToken, second.AccessToken)
	assert.NotContains(t, p.verify(second.IDToken, c.now()), "nonce", "OpenID Connect Core 1.0, 12.2")
	assert.Equal(t, 200, p.key(second.AccessToken))

	status, refused := p.exchange(refreshForm(first.RefreshToken))
	assert.Equal(t, 400, status)
	assert.Equal(t, "invalid_grant", refused.Error)
	status, _ = p.exchange(refreshForm(second.RefreshToken))
	assert.Equal(t, 400, status, "a token that comes twice ends all of its sign-in")
	assert.Equal(t, 401, p.key(second.AccessToken))
	assert.Equal(t, 200, p.key(other.AccessToken))
	assert.Equal(t, networktest.Counts{SignIns: 2, Refreshes: 1, Reuses: 1}, p.demo.Counts())

	c.advance(12 * time.Hour)
	status, _ = p.exchange(refreshForm(other.RefreshToken))
	assert.Equal(t, 400, status, "it has expired")

	third := p.signIn()
	p.demo.Misbehave(networktest.Wrong{KeepRefresh: true})
	for range 2 {
		status, kept := p.exchange(refreshForm(third.RefreshToken))
		assert.Equal(t, 200, status)
		assert.Empty(t, kept.RefreshToken)
	}
}

// TestRefreshInALongFilm renews as often as a film of 17 hours does: the tokens of before do not push out the one that is good.
func TestRefreshInALongFilm(t *testing.T) {
	p, c := startOIDC(t)
	got := p.signIn()
	for range 1100 {
		c.advance(55 * time.Second)
		status, renewed := p.exchange(refreshForm(got.RefreshToken))
		require.Equal(t, 200, status)
		got = renewed
	}
	assert.Equal(t, 200, p.key(got.AccessToken))
}

func TestRevocation(t *testing.T) {
	p, _ := startOIDC(t)
	for _, which := range []func(tokens) string{
		func(t tokens) string { return t.AccessToken }, func(t tokens) string { return t.RefreshToken },
	} {
		got := p.signIn()
		revoke := func(client string) int {
			status, _, _ := post(t, p.client, p.demo.URL(networktest.RevocationPath), url.Values{"token": {which(got)}, "client_id": {client}})
			return status
		}
		assert.Equal(t, 401, revoke("other"))
		assert.Equal(t, 200, p.key(got.AccessToken))
		assert.Equal(t, 200, revoke(networktest.ClientID))
		assert.Equal(t, 200, revoke(networktest.ClientID), "RFC 7009, 2.2")
		assert.Equal(t, 401, p.key(got.AccessToken))
		status, _ := p.exchange(refreshForm(got.RefreshToken))
		assert.Equal(t, 400, status)
	}
	assert.Equal(t, 2, p.demo.Counts().Revocations)
	status, _, _ := post(t, p.client, p.demo.URL(networktest.RevocationPath), url.Values{"client_id": {networktest.ClientID}})
	assert.Equal(t, 400, status)
}
