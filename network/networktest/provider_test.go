package networktest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
)

// clock is a service's clock that a test sets forward.
type clock struct{ ahead atomic.Int64 }

var clockStart = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func (c *clock) now() time.Time          { return clockStart.Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// oidcPlayer is a client of the provider, made of net/http alone.
type oidcPlayer struct {
	t       *testing.T
	demo    *networktest.Demo
	client  *http.Client
	uri     string // the redirect URI, at which it listens
	arrived chan url.Values
}

// startPlayer starts a player, and the demo that it plays from.
func startPlayer(t *testing.T, options networktest.DemoOptions) *oidcPlayer {
	t.Helper()
	p := &oidcPlayer{t: t, arrived: make(chan url.Values, 1)}
	origin, _ := start(t, networktest.Options{Routes: []networktest.Route{{Path: "/callback", Class: network.ClassOther,
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { p.arrived <- r.URL.Query() })}}})
	p.uri = origin.URL("callback")
	p.demo, p.client = startDemo(t, options)
	return p
}

// request is what the player asks for, with changes (pairs of name and value; "" takes a name out).
func (p *oidcPlayer) request(changes ...string) string {
	query := url.Values{
		"response_type": {"code"}, "client_id": {networktest.ClientID}, "redirect_uri": {p.uri}, "scope": {"openid profile offline_access"},
		"state": {"s t"}, "nonce": {"n o"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(changes); i += 2 {
		query.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			query.Del(changes[i])
		}
	}
	return p.demo.URL(networktest.AuthorizationPath) + "?" + query.Encode()
}

// tokens is the answer of a token endpoint.
type tokens struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
	Scope        string
	Error        string
}

// exchange posts to the token endpoint.
func (p *oidcPlayer) exchange(form url.Values, header ...string) (status int, answer tokens) {
	p.t.Helper()
	status, _, body := post(p.t, p.client, p.demo.URL(networktest.OAuthTokenPath), form, header...)
	require.NoError(p.t, json.Unmarshal([]byte(body), &answer))
	return status, answer
}

func codeForm(code, uri string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "client_id": {networktest.ClientID}, "code": {code}, "redirect_uri": {uri},
		"code_verifier": {verifier}}
}

func refreshForm(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {networktest.ClientID}, "refresh_token": {token}}
}

// signIn signs in and returns the tokens.
func (p *oidcPlayer) signIn() tokens {
	p.t.Helper()
	require.NoError(p.t, p.demo.Visit(p.t.Context(), p.request()))
	back := <-p.arrived
	status, answer := p.exchange(codeForm(back.Get("code"), p.uri))
	require.Equal(p.t, 200, status)
	return answer
}

// key asks for a key with a session cookie, and returns the status.
func (p *oidcPlayer) key(session string) int {
	p.t.Helper()
	response, _, err := get(p.t, p.client, p.demo.URL(p.demo.KeyPaths()[0]), "Cookie", networktest.SessionCookie+"="+session)
	require.NoError(p.t, err)
	return response.status
}

// verify checks a token with the provider's published key, as of now, and returns what it says.
func (p *oidcPlayer) verify(token string, now time.Time) jwt.MapClaims {
	p.t.Helper()
	var set struct {
		Keys []struct{ Kty, Crv, Alg, Kid, X, Y string }
	}
	require.NoError(p.t, json.Unmarshal(fetch(p.t, p.client, p.demo.URL(networktest.KeySetPath)), &set))
	require.Len(p.t, set.Keys, 1)
	decode := func(text string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(text)
		require.NoError(p.t, err)
		return b
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, decode(set.Keys[0].X)...), decode(set.Keys[0].Y)...))
	require.NoError(p.t, err)
	claims := make(jwt.MapClaims)
	parsed, err := jwt.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		assert.Equal(p.t, set.Keys[0].Kid, t.Header["kid"])
		return public, nil
	}, jwt.WithValidMethods([]string{set.Keys[0].Alg}), jwt.WithTimeFunc(func() time.Time { return now }))
	require.NoError(p.t, err)
	require.True(p.t, parsed.Valid)
	return claims
}

func startOIDC(t *testing.T) (*oidcPlayer, *clock) {
	t.Helper()
	c := new(clock)
	return startPlayer(t, networktest.DemoOptions{Now: c.now, DeviceInterval: time.Second}), c
}

func TestDiscovery(t *testing.T) {
	p, _ := startOIDC(t)
	var found map[string]any
	text := fetch(t, p.client, p.demo.Issuer()+"/.well-known/openid-configuration")
	require.NoError(t, json.Unmarshal(text, &found))
	assert.Equal(t, p.demo.Issuer(), found["issuer"])
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "revocation_endpoint", "device_authorization_endpoint", "jwks_uri", "userinfo_endpoint"} {
		assert.Contains(t, found[name], p.demo.Issuer()+"/", name)
	}
	assert.Equal(t, []any{"S256"}, found["code_challenge_methods_supported"])
	p.demo.Misbehave(networktest.Wrong{Issuer: "https://evil.example"})
	assert.Contains(t, string(fetch(t, p.client, p.demo.URL(networktest.DiscoveryPath))), `"issuer":"https://evil.example"`)
}

func TestCodeWithPKCE(t *testing.T) {
	p, c := startOIDC(t)
	require.NoError(t, p.demo.Visit(t.Context(), p.request()))
	back := <-p.arrived
	assert.Equal(t, "s t", back.Get("state"))
	assert.Equal(t, p.demo.Issuer(), back.Get("iss"), "RFC 9207")
	status, got := p.exchange(codeForm(back.Get("code"), p.uri))
	require.Equal(t, 200, status)
	assert.Equal(t, "Bearer", got.TokenType)
	assert.Equal(t, 60, got.ExpiresIn)
	assert.NotEmpty(t, got.RefreshToken)

	id := p.verify(got.IDToken, c.now())
	assert.Equal(t, p.demo.Issuer(), id["iss"])
	assert.Equal(t, networktest.ClientID, id["aud"])
	assert.Equal(t, "n o", id["nonce"])
	assert.Equal(t, networktest.Viewer, id["email"])
	sum := sha256.Sum256([]byte(got.AccessToken))
	assert.Equal(t, base64.RawURLEncoding.EncodeToString(sum[:16]), id["at_hash"])
	access := p.verify(got.AccessToken, c.now())
	assert.InDelta(t, clockStart.Add(time.Minute).Unix(), access["exp"], 0)
	assert.Equal(t, id["sub"], access["sub"])

	response, body, err := get(t, p.client, p.demo.URL(networktest.UserInfoPath), "Authorization", "Bearer "+got.AccessToken)
	require.NoError(t, err)
	assert.Equal(t, 200, response.status)
	assert.Contains(t, string(body), networktest.Viewer)
	response, _, err = get(t, p.client, p.demo.URL(networktest.UserInfoPath))
	require.NoError(t, err)
	assert.Equal(t, 401, response.status)
	assert.Equal(t, 1, p.demo.Counts().SignIns)
}

func TestKeysNeedAnAccessTokenThatIsGood(t *testing.T) {
	p, c := startOIDC(t)
	got := p.signIn()
	assert.Equal(t, 200, p.key(got.AccessToken))
	assert.Equal(t, 401, p.key(got.IDToken))
	assert.Equal(t, 401, p.key(got.RefreshToken))
	assert.Equal(t, 401, p.key("canary"))
	response, _, err := get(t, p.client, p.demo.URL(p.demo.KeyPaths()[0]))
	require.NoError(t, err)
	assert.Equal(t, 401, response.status)
	with, without := p.demo.KeyRequests()
	assert.Equal(t, []int{4, 1}, []int{with, without})

	c.advance(59 * time.Second)
	assert.Equal(t, 200, p.key(got.AccessToken))
	c.advance(time.Second)
	assert.Equal(t, 401, p.key(got.AccessToken), "it has expired")

	status, renewed := p.exchange(refreshForm(got.RefreshToken))
	require.Equal(t, 200, status)
	assert.Equal(t, 200, p.key(renewed.AccessToken))
	p.demo.EndAccess()
	assert.Equal(t, 401, p.key(renewed.AccessToken))
	status, renewed = p.exchange(refreshForm(renewed.RefreshToken))
	require.Equal(t, 200, status)
	p.demo.EndSessions()
	assert.Equal(t, 401, p.key(renewed.AccessToken))
	status, renewed = p.exchange(refreshForm(renewed.RefreshToken))
	assert.Equal(t, 400, status)
	assert.Equal(t, "invalid_grant", renewed.Error)

	assert.Empty(t, p.demo.MediaWithCookies())
	fetch(t, p.client, p.demo.URL("aurora/main.m3u8"), "Cookie", "a=b")
	assert.Len(t, p.demo.MediaWithCookies(), 1)
}

func TestLicencesAndTheStatusOfARefusal(t *testing.T) {
	licence := networktest.Route{Path: "/license", Class: network.ClassLicense, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})}
	p := startPlayer(t, networktest.DemoOptions{TLS: true, Routes: []networktest.Route{licence}})
	assert.Contains(t, p.demo.Issuer(), "https://")
	got := p.signIn()
	status := func(cookie string) int {
		response, _, err := get(t, p.client, p.demo.URL("license"), "Cookie", cookie)
		require.NoError(t, err)
		return response.status
	}
	assert.Equal(t, 204, status("session="+got.AccessToken))
	assert.Equal(t, 401, status("session=canary"))
	p.demo.RefuseWith(http.StatusForbidden)
	assert.Equal(t, 204, status("session="+got.AccessToken))
	assert.Equal(t, 403, status("other="+got.AccessToken))
	assert.Equal(t, 403, p.key("canary"))
}
