package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/networktest"
	"latchkey/network/service"
	"latchkey/ui"
	"latchkey/ui/catalogue"
)

// visitor is a person at the demo.
type visitor struct{ demo *networktest.Demo }

func (v visitor) OpenPage(ctx context.Context, page string) error { return v.demo.Visit(ctx, page) }
func (visitor) ShowCode(auth.DeviceCode)                          {}
func (visitor) Ask(context.Context, auth.Form) ([]network.Secret, error) {
	return nil, auth.ErrDenied
}

// demoServices are the services of a demo.
func demoServices(t *testing.T) (*networktest.Demo, *services) {
	t.Helper()
	demo, err := networktest.NewDemo(networktest.DemoOptions{Media: fstest.MapFS{
		"catalogue.json": {Data: []byte(`{"service":"Demo","titles":[{"id":"a","title":"A","duration_s":2}]}`)},
		"a/main.m3u8":    {Data: []byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n")},
		"a/0.ts":         {Data: []byte("segment")},
	}})
	require.NoError(t, err)
	profile, err := service.Parse(demo.Profile())
	require.NoError(t, err)
	s, err := newServices(t.Context(), profile, network.Options{Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() {
		s.close()
		require.NoError(t, demo.Close())
	})
	return demo, s
}

// TestLicensesOfAProfile shows that what a profile may say of licence servers is what drm takes.
func TestLicensesOfAProfile(t *testing.T) {
	data, err := os.ReadFile("../../network/service/example.toml")
	require.NoError(t, err)
	profile, err := service.Parse(data)
	require.NoError(t, err)
	systems := keySystems(profile)
	require.Len(t, systems, 1)
	template, ok := systems[0].(*drm.LicenseTemplate)
	require.True(t, ok)
	require.NoError(t, template.Check())
	assert.Equal(t, []string{"com.example.tv"}, template.Formats())
}

func TestServiceSignsInAndOut(t *testing.T) {
	demo, s := demoServices(t)
	list := s.List()
	require.Len(t, list, 1)
	tv := list[0]
	assert.Len(t, tv.Ways(), 5)
	titles, err := tv.Titles(t.Context())
	require.NoError(t, err)
	require.Len(t, titles, 1)
	require.NoError(t, tv.SignIn(t.Context(), string(service.WayBrowser), visitor{demo}))
	assert.True(t, tv.State().SignedIn)
	_, err = tv.Resource(titles[0])
	require.NoError(t, err)
	assert.NotZero(t, s.list[0].accounts.Current().Credentials.CookieHeaders.Len())
	require.NoError(t, tv.SignOut(t.Context()))
	assert.Zero(t, s.list[0].accounts.Current().Credentials.CookieHeaders.Len(), "signed out, nothing is sent any more")
	_, err = tv.Resource(catalogue.Title{Source: "javascript:alert(1)//x"})
	require.Error(t, err)
}

func TestLinks(t *testing.T) {
	demo, s := demoServices(t)
	d, err := newDoor(s, network.Options{})
	require.NoError(t, err)
	defer d.client.Close()
	id := networktest.ProfileID
	require.NoError(t, s.list[0].SignIn(t.Context(), string(service.WayBrowser), visitor{demo}))
	tests := []struct {
		name, argument string
		title          string
		service, wrong bool
		plays          bool
	}{
		{"a sign-in", "latchkey:signin?service=" + id, "Sign in", true, false, false},
		{"a stream of the service", "latchkey:play?service=" + id + "&url=" + demo.URL("a/main.m3u8"), "Play", true, false, true},
		{"a stream of somebody else", "latchkey:play?service=" + id + "&url=https://evil.example/x.m3u8", "Play", false, false, true},
		{"a stream without a service", "latchkey:play?url=https://media.example/x.m3u8", "Play", false, false, true},
		{"a stream on this computer", "latchkey:play?url=http://127.0.0.1:1/x.m3u8", "Open a link", false, true, false},
		{"a file", "latchkey:play?url=file:///etc/passwd", "Open a link", false, true, false},
		{"a header", "latchkey:play?url=https://media.example/x.m3u8&header=Cookie:a=b", "Open a link", false, true, false},
		{"an unknown service", "latchkey:signin?service=nobody", "Open a link", false, true, false},
		{"nonsense", "latchkey:\x00", "Open a link", false, true, false},
		{"a profile on this computer", "latchkey:add?profile=https://127.0.0.1/x.latchkey", "Open a link", false, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := d.read(t.Context(), test.argument)
			require.NotNil(t, in.Link)
			assert.Equal(t, test.wrong, in.Link.Wrong != "", "%s", in.Link.Wrong)
			assert.Equal(t, test.service, in.Link.Service != nil)
			assert.Equal(t, test.plays, in.Link.Resource != nil)
			if test.plays {
				_, err := in.Link.Resource()
				require.NoError(t, err)
			}
		})
	}
}

// everyHost returns a transport for which one server on loopback is every host of the internet.
func everyHost(t *testing.T, handler http.HandlerFunc) *http.Transport {
	t.Helper()
	server, err := networktest.NewEveryHost(handler)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return server.Transport
}

// TestLinksAskFirst shows that a link to a profile fetches nothing before a person agrees, and what
// they agree to.
func TestLinksAskFirst(t *testing.T) {
	demo, s := demoServices(t)
	var asked []string
	transport := everyHost(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Host+r.URL.Path)
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "https://elsewhere.example/tv.latchkey", http.StatusFound)
			return
		}
		_, _ = w.Write(demo.Profile())
	})
	d, err := newDoor(s, network.Options{Transport: transport})
	require.NoError(t, err)
	defer d.client.Close()
	for profile, shown := range map[string]string{
		"https://evil.example.com/tv.latchkey":                   "Fetch a profile from evil.example.com?",
		"https://evil.example.com:8443/tv.latchkey?token=canary": "Fetch a profile from evil.example.com:8443?",
		"https://b\u00fccher.example/tv.latchkey":                "Fetch a profile from xn--bcher-kva.example (letters of another alphabet)?",
	} {
		in := d.read(t.Context(), "latchkey:add?profile="+url.QueryEscape(profile))
		require.NotNil(t, in.Link)
		assert.Contains(t, in.Link.Text, shown)
		assert.NotContains(t, in.Link.Text, "canary")
		assert.Empty(t, in.Link.Wrong)
		require.NotNil(t, in.Link.Fetch)
		assert.Empty(t, asked, "nothing is fetched before a person agrees")
		assert.NotNil(t, in.Link.Fetch(t.Context()).Proposal)
		assert.Len(t, asked, 1)
		asked = nil
	}
	in := d.read(t.Context(), "latchkey:add?profile=https://evil.example.com/away")
	require.NotNil(t, in.Link.Fetch)
	in = in.Link.Fetch(t.Context())
	require.NotNil(t, in.Link)
	assert.NotEmpty(t, in.Link.Wrong)
	assert.Equal(t, []string{"evil.example.com/away"}, asked, "no other host is asked")
	asked = nil
	for _, profile := range []string{"http://evil.example.com/x", "https://user:canary@evil.example.com/x", "https://localhost/x", "https://[::1]/x", "https://10.0.0.1/x",
		"https://evil.example.com/" + strings.Repeat("x", 20_000)} {
		in := d.read(t.Context(), "latchkey:add?profile="+url.QueryEscape(profile))
		require.NotNil(t, in.Link)
		assert.NotEmpty(t, in.Link.Wrong, "%.60s", profile)
		assert.NotContains(t, in.Link.Wrong, "canary")
		assert.Nil(t, in.Link.Fetch)
	}
	assert.Empty(t, asked)
}

func TestServicesFile(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	demo, _ := demoServices(t)
	file := filepath.Join(t.TempDir(), "demo.latchkey")
	require.NoError(t, os.WriteFile(file, demo.Profile(), 0o600))
	assert.True(t, forInstance(file))
	assert.True(t, forInstance("latchkey:signin?service=x"))
	assert.False(t, forInstance("film.mp4"))
	assert.False(t, forInstance("https://example.com/x.latchkey"))

	options := network.Options{Log: slog.New(slog.DiscardHandler)}
	s, err := openServices(t.Context(), options)
	require.NoError(t, err)
	defer s.close()
	assert.Empty(t, s.List())
	d, err := newDoor(s, options)
	require.NoError(t, err)
	defer d.client.Close()
	in := d.read(t.Context(), file)
	require.NotNil(t, in.Proposal)
	assert.NotEmpty(t, in.Proposal.Facts)
	assert.Empty(t, s.List(), "nothing is added before a person agrees")
	added, err := s.Accept(t.Context(), *in.Proposal)
	require.NoError(t, err)
	assert.Equal(t, networktest.ProfileID, added.ID())

	again, err := openServices(t.Context(), options)
	require.NoError(t, err)
	defer again.close()
	require.Len(t, again.List(), 1)
	flags := networkFlags{profile: networktest.ProfileID}
	known, leave, err := flags.signedIn(t.Context(), options)
	require.NoError(t, err)
	assert.NotNil(t, known)
	leave()
	require.NoError(t, again.Remove(t.Context(), networktest.ProfileID))
	assert.Empty(t, again.List())
	_, _, err = flags.signedIn(t.Context(), options)
	require.ErrorIs(t, err, errNoService)

	require.NoError(t, os.WriteFile(file, []byte("[[["), 0o600))
	in = d.read(t.Context(), file)
	require.NotNil(t, in.Link)
	assert.NotEmpty(t, in.Link.Wrong)
	var _ ui.Services = s
}
