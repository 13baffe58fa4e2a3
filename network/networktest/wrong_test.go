package networktest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
)

func TestIDTokensThatAreNotGood(t *testing.T) {
	p, _ := startOIDC(t)
	read := func(token string) (header, claims map[string]any) {
		parts := strings.Split(token, ".")
		require.Len(t, parts, 3)
		for i, into := range []*map[string]any{&header, &claims} {
			text, err := base64.RawURLEncoding.DecodeString(parts[i])
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(text, into))
		}
		return header, claims
	}
	for _, test := range []struct {
		fault networktest.IDTokenFault
		check func(header, claims map[string]any)
	}{
		{networktest.IDTokenUnsigned, func(h, _ map[string]any) { assert.Equal(t, "none", h["alg"]) }},
		{networktest.IDTokenByKeySet, func(h, _ map[string]any) { assert.Equal(t, "HS256", h["alg"]) }},
		{networktest.IDTokenForged, func(h, c map[string]any) {
			assert.Equal(t, "ES256", h["alg"])
			assert.Equal(t, p.demo.Issuer(), c["iss"])
		}},
		{networktest.IDTokenAudience, func(_, c map[string]any) { assert.NotEqual(t, networktest.ClientID, c["aud"]) }},
		{networktest.IDTokenIssuer, func(_, c map[string]any) { assert.NotEqual(t, p.demo.Issuer(), c["iss"]) }},
		{networktest.IDTokenNonce, func(_, c map[string]any) { assert.NotEqual(t, "n o", c["nonce"]) }},
		{networktest.IDTokenNoNonce, func(_, c map[string]any) { assert.NotContains(t, c, "nonce") }},
		{networktest.IDTokenExpired, func(_, c map[string]any) { assert.InDelta(t, clockStart.Add(-2*time.Hour).Unix(), c["exp"], 0) }},
		{networktest.IDTokenOtherToken, func(_, c map[string]any) { assert.Equal(t, strings.Repeat("A", 22), c["at_hash"]) }},
	} {
		t.Run(string(test.fault), func(t *testing.T) {
			p.demo.Misbehave(networktest.Wrong{IDToken: test.fault})
			test.check(read(p.signIn().IDToken))
		})
	}
	p.demo.Misbehave(networktest.Wrong{IDToken: networktest.IDTokenMissing})
	assert.Empty(t, p.signIn().IDToken)
	p.demo.Misbehave(networktest.Wrong{IDToken: networktest.IDTokenGarbage})
	assert.NotContains(t, p.signIn().IDToken, ".")
	p.demo.Misbehave(networktest.Wrong{RedirectIssuer: "https://evil.example", State: "other"})
	require.NoError(t, p.demo.Visit(t.Context(), p.request()))
	back := <-p.arrived
	assert.Equal(t, "https://evil.example", back.Get("iss"))
	assert.Equal(t, "other", back.Get("state"))
}

// TestProviderDownAndSlow uses the faults of the origin.
func TestProviderDownAndSlow(t *testing.T) {
	p, _ := startOIDC(t)
	p.demo.Inject(networktest.Fault{Path: networktest.OAuthTokenPath, Times: 1, Effect: networktest.Status(503, "Retry-After", "1")})
	status, _, _ := post(t, p.client, p.demo.URL(networktest.OAuthTokenPath), codeForm("a", p.uri))
	assert.Equal(t, 503, status)
	release := make(chan struct{})
	p.demo.Inject(networktest.Fault{Path: networktest.DiscoveryPath, Effect: networktest.Hold(release)})
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.demo.URL(networktest.DiscoveryPath), http.NoBody)
		if err == nil {
			var response *http.Response
			if response, err = p.client.Do(request); err == nil {
				err = response.Body.Close()
			}
		}
		result <- err
	}()
	_, err := p.demo.Wait(t.Context(), func(r networktest.Request) bool { return r.Path == networktest.DiscoveryPath })
	require.NoError(t, err)
	cancel()
	require.ErrorIs(t, <-result, context.Canceled)
	close(release)
}
