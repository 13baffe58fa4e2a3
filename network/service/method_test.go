package service_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/networktest"
	"latchkey/network/service"
)

// viewer is a person in front of the demo service.
type viewer struct {
	t       *testing.T
	demo    *networktest.Demo
	answers map[string]string // by Field.Name
	titles  []string
	texts   []string
	visited chan error // of a device's page
}

func (v *viewer) OpenPage(ctx context.Context, page string) error { return v.demo.Visit(ctx, page) }

func (v *viewer) ShowCode(code auth.DeviceCode) {
	go func() { v.visited <- v.demo.VisitAs(v.t.Context(), code.Page, networktest.Visitor{Code: code.Code}) }()
}

func (v *viewer) Ask(_ context.Context, form auth.Form) ([]network.Secret, error) {
	v.titles, v.texts = append(v.titles, form.Title), append(v.texts, form.Text)
	var secrets []network.Secret
	for _, field := range form.Fields {
		secrets = append(secrets, network.NewSecret(v.answers[field.Name]))
	}
	return secrets, nil
}

func startDemo(t *testing.T) *networktest.Demo {
	t.Helper()
	demo, err := networktest.NewDemo(networktest.DemoOptions{DeviceInterval: time.Second, Media: fstest.MapFS{
		"catalogue.json": {Data: []byte(`{"service":"Demo","titles":[{"id":"a","title":"A","duration_s":2}]}`)},
		"a/main.m3u8":    {Data: []byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n")},
		"a/0.ts":         {Data: []byte("segment")},
	}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, demo.Close()) })
	return demo
}

func newClient(t *testing.T, c *network.Configuration, resource string) *network.Client {
	t.Helper()
	client, err := network.NewClient(c, network.Options{Resource: resource})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// opensKeys says whether the demo's key server answers to what a profile makes of a credential.
func opensKeys(t *testing.T, demo *networktest.Demo, p *service.Profile, c auth.Credential) bool {
	t.Helper()
	sent, err := p.Credentials(c)
	require.NoError(t, err)
	_, _, err = newClient(t, p.Configuration(sent), demo.URL("a/main.m3u8")).Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: demo.URL(demo.KeyPaths()[0])})
	if err != nil {
		require.ErrorIs(t, err, network.ErrRefused)
	}
	return err == nil
}

// TestMethods signs in to the demo service by every way of its profile, gets a key, and renews where that can be.
func TestMethods(t *testing.T) {
	demo := startDemo(t)
	p, err := service.Parse(demo.Profile())
	require.NoError(t, err)
	token := "" // to be pasted
	for _, way := range p.SignIn.Ways {
		t.Run(string(way), func(t *testing.T) {
			method, err := p.Method(way, newClient(t, nil, ""))
			require.NoError(t, err)
			v := &viewer{t: t, demo: demo, visited: make(chan error, 1), answers: map[string]string{"username": networktest.Viewer, "password": networktest.ViewerPassword,
				"code": networktest.OneTimeCode, "paste": token}}
			c, err := method.SignIn(t.Context(), v)
			require.NoError(t, err)
			if way == service.WayDevice {
				require.NoError(t, <-v.visited)
			}
			assert.True(t, opensKeys(t, demo, p, c))
			if access, ok := c.Values.Value("access_token"); ok {
				token = access
			}
			if way == service.WayPassword {
				require.Len(t, v.texts, 2)
				assert.Contains(t, v.texts[0], networktest.Viewer)
				assert.Contains(t, v.texts[0], networktest.ViewerPassword)
				assert.Contains(t, v.texts[1], networktest.OneTimeCode)
			}
			for _, title := range v.titles {
				assert.Equal(t, p.Name, title)
			}
			renewer, ok := method.(auth.Renewer)
			assert.Equal(t, way != service.WayPaste, ok)
			if ok && c.Refresh.Reveal() != "" {
				renewed, err := renewer.Renew(t.Context(), c)
				require.NoError(t, err)
				assert.True(t, opensKeys(t, demo, p, renewed))
			}
			_, ok = method.(auth.Revoker)
			assert.Equal(t, way == service.WayBrowser || way == service.WayDevice, ok)
		})
	}
}

// TestMethodTakesAllOfTheProfile compares what the flows are told with what the profile says.
func TestMethodTakesAllOfTheProfile(t *testing.T) {
	p, err := service.Parse(example(t))
	require.NoError(t, err)
	client := newClient(t, nil, "")
	method := func(way service.Way) auth.Method {
		m, err := p.Method(way, client)
		require.NoError(t, err)
		return m
	}
	provider := func(got *auth.Provider) {
		assert.Equal(t, []string{"https://id.example.com", "latchkey", "https://id.example.com/authorize", "https://id.example.com/token", "https://id.example.com/device",
			"https://id.example.com/revoke", "openid", "offline_access"}, append([]string{got.Issuer, got.ClientID, got.AuthorizationEndpoint, got.TokenEndpoint, got.DeviceEndpoint,
			got.RevocationEndpoint}, got.Scopes...))
		assert.Same(t, client, got.Client)
	}
	browser, ok := method(service.WayBrowser).(*auth.OAuth)
	require.True(t, ok)
	provider(&browser.Provider)
	device, ok := method(service.WayDevice).(*auth.Device)
	require.True(t, ok)
	provider(&device.Provider)
	assert.Equal(t, &auth.Page{PageURL: "https://www.example.com/signin", TokenURL: "https://www.example.com/signin/token", Client: client}, method(service.WayPage))
	assert.Equal(t, &auth.Password{Client: client, Title: "Example TV", URL: "https://api.example.com/login", JSON: true, Username: "user", Password: "password", Code: "otp",
		Extra: map[string]string{"client": "desktop"}, TokenPath: "data.token", RefreshPath: "data.refresh", RefreshURL: "https://api.example.com/refresh",
		ExpiresPath: "data.expires_in", CodePath: "data.otp_required",
		Hint: "Your user name is the address that you subscribed with.", CodeHint: "Enter the code from the Example TV app."}, method(service.WayPassword))
	assert.Equal(t, &auth.Paste{Title: "Example TV", Hosts: []string{"keys.example.com", "license.example.com"}}, method(service.WayPaste))

	header, err := service.Parse([]byte(password("url = \"https://a.example\"\nusername = \"u\"\npassword = \"p\"\ntoken_header = \"X-Token\"")))
	require.NoError(t, err)
	m, err := header.Method(service.WayPassword, client)
	require.NoError(t, err)
	assert.Equal(t, &auth.Password{Client: client, Title: "TV", URL: "https://a.example", Username: "u", Password: "p", TokenHeader: "X-Token"}, m)
}

func TestMethodOfAnotherWay(t *testing.T) {
	p, err := service.Parse([]byte(small))
	require.NoError(t, err)
	for _, way := range []service.Way{service.WayBrowser, "", service.Way(strings.Repeat("x", 100))} {
		m, err := p.Method(way, nil)
		require.ErrorIs(t, err, service.ErrWay)
		assert.Nil(t, m)
	}
}

// TestPasteTakesTheServicesCookies shows that of all that a cookies.txt file has, what goes to other sites is left.
func TestPasteTakesTheServicesCookies(t *testing.T) {
	p, err := service.Parse([]byte(small))
	require.NoError(t, err)
	method, err := p.Method(service.WayPaste, nil)
	require.NoError(t, err)
	c, err := method.SignIn(t.Context(), &viewer{answers: map[string]string{"paste": "# Netscape HTTP Cookie File\n" +
		".example.com\tTRUE\t/\tTRUE\t0\tsession\tgood\n.bank.example\tTRUE\t/\tTRUE\t0\tbank\tcanary\nwww.example.com\tFALSE\t/\tTRUE\t0\tother\tcanary\n"}})
	require.NoError(t, err)
	sent, err := p.Credentials(c)
	require.NoError(t, err)
	assert.Equal(t, metadata("session", "good"), sent.CookieHeaders)
}
