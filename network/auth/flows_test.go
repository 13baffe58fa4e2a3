package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/networktest"
)

// person visits pages and fills in forms.
type person struct {
	page    func(ctx context.Context, page string) error
	code    func(code auth.DeviceCode)
	answers [][]string // of one form after the other
	asked   []auth.Form
}

func (p *person) OpenPage(ctx context.Context, page string) error { return p.page(ctx, page) }
func (p *person) ShowCode(code auth.DeviceCode)                   { p.code(code) }
func (p *person) Ask(_ context.Context, form auth.Form) ([]network.Secret, error) {
	p.asked = append(p.asked, form)
	if len(p.answers) == 0 {
		return nil, auth.ErrDenied
	}
	var secrets []network.Secret
	for _, answer := range p.answers[0] {
		secrets = append(secrets, network.NewSecret(answer))
	}
	p.answers = p.answers[1:]
	return secrets, nil
}

// provider is what the demo service is to the program.
func provider(demo *networktest.Demo, client auth.Fetcher) auth.Provider {
	return auth.Provider{Client: client, Issuer: demo.Issuer(), ClientID: networktest.ClientID, Scopes: []string{"openid", "offline_access"}}
}

// opensKeys says whether a credential's token gets a key of the demo's.
func opensKeys(t *testing.T, demo *networktest.Demo, c auth.Credential) bool {
	t.Helper()
	token, ok := c.Values.Value("access_token")
	if !ok {
		token, _ = c.Values.Value("token")
	}
	configuration := network.NewConfiguration()
	configuration.CookieHeaders = c.Pairs.Clone()
	if token != "" {
		configuration.CookieHeaders.SetValue(networktest.SessionCookie, token)
	}
	client, err := network.NewClient(configuration, network.Options{Resource: demo.URL("a/main.m3u8")})
	require.NoError(t, err)
	defer client.Close()
	_, _, err = client.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: demo.URL(demo.KeyPaths()[0])})
	if err != nil {
		require.ErrorIs(t, err, network.ErrRefused)
	}
	return err == nil
}

// assertSilent searches an error for what no error may have.
func assertSilent(t *testing.T, err error, secrets ...string) {
	t.Helper()
	text := fmt.Sprintf("%v %+v %#v", err, err, err)
	for _, s := range append(secrets, "code=", "token=", "state=", "eyJ") {
		shown := s != "" && strings.Contains(text, s)
		assert.False(t, shown, "the error shows a secret")
	}
}

func TestOAuth(t *testing.T) {
	demo, page := startDemo(t)
	flow := &auth.OAuth{Provider: provider(demo, page.Client)}
	c, err := flow.SignIn(t.Context(), &person{page: demo.Visit})
	require.NoError(t, err)
	assert.Equal(t, []string{"access_token", "id_token"}, c.Values.Keys())
	assert.NotEmpty(t, c.Refresh.Reveal())
	assert.NotEmpty(t, c.Subject)
	assert.Equal(t, networktest.Viewer, c.Account)
	assert.WithinDuration(t, time.Now().Add(time.Minute), c.Expires, 5*time.Second)
	assert.True(t, opensKeys(t, demo, c))

	demo.EndAccess()
	assert.False(t, opensKeys(t, demo, c))
	renewed, err := flow.Renew(t.Context(), c)
	require.NoError(t, err)
	assert.True(t, opensKeys(t, demo, renewed))
	assert.NotEqual(t, c.Refresh.Reveal(), renewed.Refresh.Reveal(), "it is rotated")
	assert.Equal(t, c.Subject, renewed.Subject)
	assert.Equal(t, c.Account, renewed.Account)

	require.NoError(t, flow.Revoke(t.Context(), renewed))
	assert.Equal(t, 1, min(demo.Counts().Revocations, 1))
	assert.False(t, opensKeys(t, demo, renewed))
	_, err = flow.Renew(t.Context(), renewed)
	require.ErrorIs(t, err, auth.ErrEnded)
	assertSilent(t, err, renewed.Refresh.Reveal())
	_, err = flow.Renew(t.Context(), auth.Credential{})
	require.ErrorIs(t, err, auth.ErrEnded)
	for _, r := range demo.Requests(network.ClassSignIn) {
		if r.Path == networktest.OAuthTokenPath || r.Path == networktest.RevocationPath {
			assert.Empty(t, r.Cookies, "no cookie with %s", r.Path)
		}
	}
}

// TestOAuthAgainstAttackers: a provider, or somebody between, that answers wrongly gets a person nothing but an error.
func TestOAuthAgainstAttackers(t *testing.T) {
	demo, page := startDemo(t)
	tests := []struct {
		name string
		want error
		with networktest.Wrong
	}{
		{"another issuer in the metadata", auth.ErrAnswer, networktest.Wrong{Issuer: "https://evil.example"}},
		{"another issuer in the redirect", auth.ErrState, networktest.Wrong{RedirectIssuer: "https://evil.example"}},
	}
	for _, fault := range []networktest.IDTokenFault{networktest.IDTokenUnsigned, networktest.IDTokenForged, networktest.IDTokenByKeySet,
		networktest.IDTokenAudience, networktest.IDTokenIssuer, networktest.IDTokenNonce, networktest.IDTokenNoNonce, networktest.IDTokenExpired,
		networktest.IDTokenOtherToken, networktest.IDTokenGarbage, networktest.IDTokenMissing} {
		tests = append(tests, struct {
			name string
			want error
			with networktest.Wrong
		}{"ID token: " + string(fault), auth.ErrAnswer, networktest.Wrong{IDToken: fault}})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			demo.Misbehave(test.with)
			defer demo.Misbehave(networktest.Wrong{})
			flow := &auth.OAuth{Provider: provider(demo, page.Client)}
			c, err := flow.SignIn(t.Context(), &person{page: func(ctx context.Context, page string) error {
				_ = demo.Visit(ctx, page) // the page that the browser ends on says that it did not work
				return nil
			}})
			require.ErrorIs(t, err, test.want)
			assert.Zero(t, c.Values.Len())
			assertSilent(t, err)
		})
	}
	t.Run("another state", func(t *testing.T) {
		demo.Misbehave(networktest.Wrong{State: "stolen"})
		defer demo.Misbehave(networktest.Wrong{})
		flow := &auth.OAuth{Provider: provider(demo, page.Client), Limit: time.Second}
		_, err := flow.SignIn(t.Context(), &person{page: func(ctx context.Context, page string) error {
			_ = demo.Visit(ctx, page)
			return nil
		}})
		require.ErrorIs(t, err, auth.ErrState)
	})
}

func TestOAuthThatDoesNotHappen(t *testing.T) {
	demo, page := startDemo(t)
	flow := func() *auth.OAuth { return &auth.OAuth{Provider: provider(demo, page.Client)} }
	visit := &person{page: func(ctx context.Context, page string) error {
		_ = demo.Visit(ctx, page)
		return nil
	}}
	t.Run("cancelled", func(t *testing.T) {
		_, err := flow().SignIn(t.Context(), &person{page: func(ctx context.Context, page string) error {
			return demo.VisitAs(ctx, page, networktest.Visitor{Cancel: true})
		}})
		require.ErrorIs(t, err, auth.ErrDenied)
	})
	t.Run("consent refused", func(t *testing.T) {
		_, err := flow().SignIn(t.Context(), &person{page: func(ctx context.Context, page string) error {
			return demo.VisitAs(ctx, page, networktest.Visitor{Deny: true})
		}})
		require.ErrorIs(t, err, auth.ErrDenied)
	})
	t.Run("nobody comes back", func(t *testing.T) {
		late := flow()
		late.Limit = 10 * time.Millisecond
		_, err := late.SignIn(t.Context(), &person{page: func(context.Context, string) error { return nil }})
		require.ErrorIs(t, err, auth.ErrTimeout)
	})
	for name, effect := range map[string]networktest.Effect{
		"a server error": networktest.Status(http.StatusInternalServerError),
		"a web page": func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			_, _ = w.Write([]byte("<html>code=secret</html>"))
		},
		"without end": func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			_, _ = w.Write([]byte(`{"access_token":"` + strings.Repeat("x", 5<<20) + `"}`))
		},
		"a token with a line end": func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"access_token":"a\r\nSet-Cookie: b","token_type":"Bearer"}`))
		},
	} {
		for where, path := range map[string]string{"discovery": networktest.DiscoveryPath, "the token endpoint": networktest.OAuthTokenPath} {
			t.Run(where+" answers with "+name, func(t *testing.T) {
				remove := demo.Inject(networktest.Fault{Path: path, Effect: effect})
				defer remove()
				c, err := flow().SignIn(t.Context(), visit)
				require.Error(t, err)
				assert.True(t, errors.Is(err, auth.ErrAnswer) || errors.Is(err, network.ErrStatus) || errors.Is(err, network.ErrTooLarge), "%v", err)
				assert.Zero(t, c.Values.Len())
				assertSilent(t, err, "secret")
			})
		}
	}
	t.Run("the service is gone", func(t *testing.T) {
		gone := flow()
		gone.Issuer = "http://127.0.0.1:1"
		_, err := gone.SignIn(t.Context(), visit)
		require.ErrorIs(t, err, network.ErrUnreachable)
	})
	t.Run("an issuer without TLS", func(t *testing.T) {
		open := flow()
		open.Issuer = "http://id.example.com"
		_, err := open.SignIn(t.Context(), visit)
		require.ErrorIs(t, err, auth.ErrAnswer)
	})
}

// TestRenewalTellsAnEndFromTrouble: trouble with the network is no reason to ask a person.
func TestRenewalTellsAnEndFromTrouble(t *testing.T) {
	demo, page := startDemo(t)
	flow := &auth.OAuth{Provider: provider(demo, page.Client)}
	c, err := flow.SignIn(t.Context(), &person{page: demo.Visit})
	require.NoError(t, err)
	remove := demo.Inject(networktest.Fault{Path: networktest.OAuthTokenPath, Effect: networktest.Status(http.StatusServiceUnavailable)})
	_, err = flow.Renew(t.Context(), c)
	require.Error(t, err)
	require.NotErrorIs(t, err, auth.ErrEnded)
	remove()
	renewed, err := flow.Renew(t.Context(), c)
	require.NoError(t, err)
	_, err = flow.Renew(t.Context(), c)
	require.ErrorIs(t, err, auth.ErrEnded, "the old refresh token was used before")
	_, err = flow.Renew(t.Context(), renewed)
	require.ErrorIs(t, err, auth.ErrEnded, "and that ended the whole sign-in")
}

func TestDevice(t *testing.T) {
	demo, page := startDemo(t)
	sign := func(as networktest.Visitor) (auth.Credential, auth.DeviceCode, error) {
		var shown auth.DeviceCode
		visited := make(chan error, 1)
		c, err := (&auth.Device{Provider: provider(demo, page.Client)}).SignIn(t.Context(), &person{code: func(code auth.DeviceCode) {
			shown = code
			go func() {
				as.Code = code.Code
				visited <- demo.VisitAs(t.Context(), code.Page, as)
			}()
		}})
		require.NoError(t, <-visited)
		return c, shown, err
	}
	t.Run("entered", func(t *testing.T) {
		c, shown, err := sign(networktest.Visitor{})
		require.NoError(t, err)
		assert.True(t, opensKeys(t, demo, c))
		assert.Contains(t, shown.Complete, shown.Code)
		assert.Equal(t, networktest.Viewer, c.Account)
	})
	t.Run("refused", func(t *testing.T) {
		_, _, err := sign(networktest.Visitor{Deny: true})
		require.ErrorIs(t, err, auth.ErrDenied)
	})
	t.Run("the network fails meanwhile", func(t *testing.T) {
		demo.Inject(networktest.Fault{Path: networktest.OAuthTokenPath, Times: 1, Effect: networktest.Status(http.StatusBadGateway)})
		c, _, err := sign(networktest.Visitor{})
		require.NoError(t, err)
		assert.True(t, opensKeys(t, demo, c))
	})
}

func TestDeviceCodeExpires(t *testing.T) {
	demo, page := startDemoWith(t, networktest.DemoOptions{DeviceLife: time.Second, DeviceInterval: time.Second})
	_, err := (&auth.Device{Provider: provider(demo, page.Client)}).SignIn(t.Context(), &person{code: func(auth.DeviceCode) {}})
	require.ErrorIs(t, err, auth.ErrTimeout)
}

func TestPageWithAToken(t *testing.T) {
	demo, page := startDemo(t)
	u, err := url.Parse(demo.SignInURL())
	require.NoError(t, err)
	u.RawQuery = "response_type=token"
	flow := &auth.Page{PageURL: u.String(), Client: page.Client}
	c, err := flow.SignIn(t.Context(), &person{page: demo.Visit})
	require.NoError(t, err)
	assert.Equal(t, []string{"token"}, c.Values.Keys())
	assert.True(t, opensKeys(t, demo, c))
}

func TestPassword(t *testing.T) {
	demo, page := startDemo(t)
	flow := &auth.Password{Client: page.Client, Title: "Demo", URL: demo.PasswordURL(), Username: "username", Password: "password", Code: "code",
		TokenPath: "data.token", RefreshPath: "data.refresh_token", RefreshURL: demo.RefreshURL(), ExpiresPath: "data.expires_in", CodePath: "second_factor"}
	right := []string{networktest.Viewer, networktest.ViewerPassword}
	for _, asJSON := range []bool{false, true} {
		flow.JSON = asJSON
		who := &person{answers: [][]string{{networktest.Viewer, "canary-wrong"}, right, {"000000"}, {networktest.OneTimeCode}}}
		c, err := flow.SignIn(t.Context(), who)
		require.NoError(t, err)
		assert.True(t, opensKeys(t, demo, c))
		assert.Equal(t, networktest.Viewer, c.Account)
		assert.WithinDuration(t, time.Now().Add(time.Minute), c.Expires, 5*time.Second)
		require.Len(t, who.asked, 4)
		assert.Empty(t, who.asked[0].Wrong)
		assert.NotEmpty(t, who.asked[1].Wrong)
		assert.Equal(t, "code", who.asked[2].Fields[0].Name)
		assert.NotEmpty(t, who.asked[3].Wrong)

		renewed, err := flow.Renew(t.Context(), c)
		require.NoError(t, err)
		assert.True(t, opensKeys(t, demo, renewed))
		_, err = flow.Renew(t.Context(), c)
		require.ErrorIs(t, err, auth.ErrEnded)
		assertSilent(t, err, c.Refresh.Reveal())
	}
	t.Run("always wrong", func(t *testing.T) {
		who := &person{}
		for range 10 {
			who.answers = append(who.answers, []string{networktest.Viewer, "canary-wrong"})
		}
		_, err := flow.SignIn(t.Context(), who)
		require.ErrorIs(t, err, auth.ErrDenied)
		assert.Len(t, who.asked, 5)
		assertSilent(t, err, "canary-wrong")
	})
	t.Run("left", func(t *testing.T) {
		_, err := flow.SignIn(t.Context(), &person{})
		require.ErrorIs(t, err, auth.ErrDenied)
	})
	t.Run("by a header", func(t *testing.T) {
		other := &auth.Password{Client: page.Client, URL: demo.PasswordURL() + "?answer=header", Username: "username", Password: "password", Code: "code",
			TokenHeader: networktest.TokenHeader, CodePath: "second_factor"}
		c, err := other.SignIn(t.Context(), &person{answers: [][]string{right, {networktest.OneTimeCode}}})
		require.NoError(t, err)
		assert.True(t, opensKeys(t, demo, c))
	})
	t.Run("by Set-Cookie", func(t *testing.T) {
		other := &auth.Password{Client: page.Client, URL: demo.PasswordURL() + "?answer=cookie", Username: "username", Password: "password", Code: "code",
			CodePath: "second_factor"}
		c, err := other.SignIn(t.Context(), &person{answers: [][]string{right, {networktest.OneTimeCode}}})
		require.NoError(t, err)
		assert.Equal(t, []string{networktest.SessionCookie}, c.Pairs.Keys())
		assert.True(t, opensKeys(t, demo, c))
	})
	t.Run("over plain http to elsewhere", func(t *testing.T) {
		other := &auth.Password{Client: page.Client, URL: "http://example.com/login", Username: "username", Password: "password", TokenPath: "token"}
		who := &person{answers: [][]string{right}}
		_, err := other.SignIn(t.Context(), who)
		require.ErrorIs(t, err, auth.ErrAnswer)
		assert.Empty(t, who.asked, "it is not even asked for")
	})
}

func TestPaste(t *testing.T) {
	const file = "# Netscape HTTP Cookie File\n.example.com\tTRUE\t/\tTRUE\t0\tsession\tcanary-1\n.other.com\tTRUE\t/\tTRUE\t0\tsession\tcanary-2\n" +
		"example.com\tFALSE\t/\tTRUE\t1000\told\tcanary-3\n"
	tests := []struct {
		name, text   string
		pairs, token string
	}{
		{"pairs", "a=1; b=2", "a=1; b=2", ""},
		{"a header", "Cookie: a=1; b=2\n", "a=1; b=2", ""},
		{"pairs on lines", "a=1;\n b=2", "a=1; b=2", ""},
		{"a token", " canary-token \n", "", "canary-token"},
		{"a padded token", "Y2FuYXJ5==", "", "Y2FuYXJ5=="},
		{"a bearer token", "Authorization: Bearer canary-token", "", "canary-token"},
		{"a file", file, "session=canary-1", ""},
		{"nothing", "  \n", "", ""},
		{"words", "canary these are words", "", ""},
		{"a web page", "<html><body>canary</body></html>", "", ""},
		{"a file for others", strings.ReplaceAll(file, "example.com", "example.org"), "", ""},
		{"too long", strings.Repeat("x", 2<<20), "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := auth.ParsePaste(test.text, []string{"keys.example.com"}, time.Now())
			if test.pairs == "" && test.token == "" {
				require.ErrorIs(t, err, auth.ErrPaste)
				assert.NotContains(t, err.Error(), "canary")
				assert.NotContains(t, err.Error(), "byte 1")
				return
			}
			require.NoError(t, err)
			var pairs []string
			for _, name := range c.Pairs.Keys() {
				value, _ := c.Pairs.Value(name)
				pairs = append(pairs, name+"="+value)
			}
			assert.Equal(t, test.pairs, strings.Join(pairs, "; "))
			token, _ := c.Values.Value("token")
			assert.Equal(t, test.token, token)
		})
	}
	who := &person{answers: [][]string{{"canary these are words"}, {"a=1"}}}
	c, err := (&auth.Paste{Title: "Demo"}).SignIn(t.Context(), who)
	require.NoError(t, err)
	assert.Equal(t, 1, c.Pairs.Len())
	assert.NotEmpty(t, who.asked[1].Wrong)
	assert.NotContains(t, who.asked[1].Wrong, "canary")
}

func FuzzParsePaste(f *testing.F) {
	for _, text := range []string{"a=1; b=2", "Cookie: a=1", "token", "# Netscape\n.a.b\tTRUE\t/\tTRUE\t0\tc\td\n", "x==", "Bearer y"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := auth.ParsePaste(text, nil, time.Unix(0, 0))
		if err != nil {
			require.ErrorIs(t, err, auth.ErrPaste)
			return
		}
		require.True(t, c.Pairs.Len() > 0 || c.Values.Len() > 0)
		for _, name := range c.Pairs.Keys() {
			value, _ := c.Pairs.Value(name)
			_, err := network.ParseCookiePairs(name + "=" + value)
			require.NoError(t, err)
		}
	})
}
