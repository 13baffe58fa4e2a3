package networktest_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
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

var hidden = regexp.MustCompile(`name="(flow|csrf)" value="([^"]+)"`)

// hiddenFields reads what a page's form sends along.
func hiddenFields(page string) url.Values {
	values := make(url.Values)
	for _, match := range hidden.FindAllStringSubmatch(page, -1) {
		values.Set(match[1], match[2])
	}
	return values
}

func with(values url.Values, pairs ...string) url.Values {
	values = maps.Clone(values)
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

// TestFormsBelongToTheirBrowser tries to finish a sign-in that another browser began, or another page.
func TestFormsBelongToTheirBrowser(t *testing.T) {
	p, c := startOIDC(t)
	browser := func() *http.Client {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		return &http.Client{Transport: p.client.Transport, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			if r.URL.Path == "/callback" {
				return http.ErrUseLastResponse
			}
			return nil
		}}
	}
	signIn, consent := p.demo.URL("/oauth/signin"), p.demo.URL("/oauth/consent")
	account := []string{"username", networktest.Viewer, "password", networktest.ViewerPassword}
	mine, other := browser(), browser()
	fields := hiddenFields(string(fetch(t, mine, p.request())))
	require.Len(t, fields, 2)
	fetch(t, other, p.request())

	status, _, _ := post(t, other, signIn, with(fields, account...))
	assert.Equal(t, http.StatusBadRequest, status, "another browser")
	status, _, _ = post(t, browser(), signIn, with(fields, account...))
	assert.Equal(t, http.StatusBadRequest, status, "a browser without a cookie")
	status, _, _ = post(t, mine, signIn, with(fields, append(account, "csrf", "canary")...))
	assert.Equal(t, http.StatusForbidden, status, "a form of another page")
	status, _, _ = post(t, mine, signIn, with(fields, account...), "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, status, "a form of another site")
	status, _, _ = post(t, mine, consent, with(fields, "action", "allow"))
	assert.Equal(t, http.StatusBadRequest, status, "before anybody signed in")

	status, _, page := post(t, mine, signIn, with(fields, account...))
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, page, `id="allow"`)
	assert.Contains(t, page, "Vera Viewer")
	status, location, _ := post(t, mine, consent, with(fields, "action", "allow"))
	assert.Equal(t, http.StatusSeeOther, status)
	assert.Contains(t, location, "code=")
	status, location, _ = post(t, mine, consent, with(fields, "action", "allow"))
	assert.Equal(t, http.StatusBadRequest, status, "twice")
	assert.Empty(t, location)

	t.Run("too many passwords", func(t *testing.T) {
		fields := hiddenFields(string(fetch(t, mine, p.request())))
		for range 4 {
			status, _, page := post(t, mine, signIn, with(fields, "username", `a"><b>`, "password", "canary"))
			assert.Equal(t, http.StatusUnprocessableEntity, status)
			assert.Contains(t, page, "not right")
			assert.NotContains(t, page, "canary")
			assert.NotContains(t, page, "<b>")
		}
		_, location, _ := post(t, mine, signIn, with(fields, "username", "a", "password", "b"))
		assert.Contains(t, location, "error=access_denied")
	})
	t.Run("too late", func(t *testing.T) {
		fields := hiddenFields(string(fetch(t, mine, p.request())))
		c.advance(11 * time.Minute)
		status, _, page := post(t, mine, signIn, with(fields, account...))
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Contains(t, page, "This sign-in has ended")
	})
}

var styleElement = regexp.MustCompile(`(?s)<style>(.*?)</style>`)

func TestPagesAreStrict(t *testing.T) {
	p, _ := startOIDC(t)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Transport: p.client.Transport, Jar: jar}
	for name, page := range map[string]struct {
		url    string
		ids    []string
		status int
	}{
		"sign in":      {p.request(), []string{"username", "password", "signin", "cancel"}, 200},
		"own page":     {p.demo.SignInURL(), []string{"username", "password", "signin", "cancel"}, 200},
		"device":       {p.demo.URL(networktest.DevicePath), []string{"code", "continue"}, 200},
		"what is over": {p.demo.URL("/oauth/consent"), []string{"message"}, 400},
	} {
		response, body, err := get(t, browser, page.url)
		require.NoError(t, err)
		text := string(body)
		assert.Equal(t, page.status, response.status, name)
		assert.Equal(t, "no-store", response.header.Get("Cache-Control"), name)
		assert.Equal(t, "no-referrer", response.header.Get("Referrer-Policy"), name)
		assert.Equal(t, "nosniff", response.header.Get("X-Content-Type-Options"), name)
		policy := response.header.Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'none'", name)
		assert.Contains(t, policy, "frame-ancestors 'none'", name)
		assert.NotContains(t, policy, "unsafe", name)
		style := styleElement.FindStringSubmatch(text)
		require.Len(t, style, 2, name)
		sum := sha256.Sum256([]byte(style[1]))
		assert.Contains(t, policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'", name)
		assert.NotContains(t, text, "<script", name)
		assert.NotContains(t, text, ` style="`, name)
		for _, id := range page.ids {
			assert.Equal(t, 1, strings.Count(text, `id="`+id+`"`), "%s: %s", name, id)
		}
		for _, field := range []string{"username", "password", "code"} {
			assert.Equal(t, strings.Count(text, `id="`+field+`"`), strings.Count(text, `for="`+field+`"`), "%s: a label for %s", name, field)
		}
	}
}

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
