package service_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/catalogue"
	"latchkey/network/service"
)

const signedIn = `
[catalogue]
url = "https://keys.example.com/catalogue.json"
signed_in = true
`

// sight is a request as a server saw it.
type sight struct{ host, path, cookie, token string }

// servers returns a client of a configuration for which one server is every host of the internet, and what that saw.
func servers(t *testing.T, c *network.Configuration, resource string) (client *network.Client, seen *[]sight) {
	t.Helper()
	seen = new([]sight)
	transport := everyHost(t, func(w http.ResponseWriter, r *http.Request) {
		*seen = append(*seen, sight{r.Host, r.URL.Path, r.Header.Get("Cookie"), r.Header.Get("X-Token")})
		switch r.URL.Path {
		case "/catalogue.json":
			_, _ = w.Write([]byte(`{"schema": "latchkey.catalogue/1", "titles": [{"id": "1", "title": "One", "hls": "a", "poster": "a.png"}]}`))
		case "/list.m3u":
			_, _ = w.Write([]byte("#EXTM3U\n#EXTINF:-1 tvg-id=1,One\na\n"))
		case "/moved":
			http.Redirect(w, r, "https://evil.example/catalogue.json", http.StatusFound)
		}
	})
	client, err := network.NewClient(c, network.Options{Resource: resource, Transport: transport})
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return client, seen
}

var canaries = network.Credentials{CookieHeaders: metadata("session", "canary"),
	Headers: []network.Header{{Name: "X-Token", Value: network.NewSecret("canary"), Classes: []network.Class{network.ClassLicense}}}}

func TestFetchCatalogue(t *testing.T) {
	tests := []struct {
		name, profile string
		seen          []sight
	}{
		{"with the sign-in", small + signedIn, []sight{{"keys.example.com", "/catalogue.json", "session=canary", "canary"}}},
		{"without", small + "[catalogue]\nurl = \"https://keys.example.com/catalogue.json\"", []sight{{"keys.example.com", "/catalogue.json", "", ""}}},
		{"a list", small + "[catalogue]\nurl = \"https://www.example.com/list.m3u\"\nformat = \"m3u\"", []sight{{"www.example.com", "/list.m3u", "", ""}}},
		{"moved to another site", small + "[catalogue]\nurl = \"https://keys.example.com/moved\"\nsigned_in = true",
			[]sight{{"keys.example.com", "/moved", "session=canary", "canary"}, {"evil.example", "/catalogue.json", "", ""}}},
		{"cookies for all requests, but not for the catalogue", with("#network", "useCookieHeadersForAllRequests = true") + "[catalogue]\nurl = \"https://keys.example.com/catalogue.json\"",
			[]sight{{"keys.example.com", "/catalogue.json", "", ""}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := service.Parse([]byte(test.profile))
			require.NoError(t, err)
			client, seen := servers(t, p.CatalogueConfiguration(canaries), p.Catalogue.URL)
			list, err := p.FetchCatalogue(t.Context(), client)
			require.NoError(t, err)
			require.Len(t, list.Titles, 1)
			assert.Equal(t, "One", list.Titles[0].Name)
			assert.Equal(t, test.seen, *seen)

			*seen = nil
			require.NoError(t, client.UpdateCredentials(p.CatalogueCredentials(canaries)))
			_, err = p.FetchCatalogue(t.Context(), client)
			require.NoError(t, err)
			assert.Equal(t, test.seen, *seen, "after a renewal")
		})
	}
}

func TestFetchCatalogueFails(t *testing.T) {
	p, err := service.Parse([]byte(small))
	require.NoError(t, err)
	_, err = p.FetchCatalogue(t.Context(), nil)
	require.ErrorIs(t, err, service.ErrNoCatalogue)

	p, err = service.Parse([]byte(small + "[catalogue]\nurl = \"https://www.example.com/page\""))
	require.NoError(t, err)
	client, _ := servers(t, p.CatalogueConfiguration(canaries), p.Catalogue.URL)
	_, err = p.FetchCatalogue(t.Context(), client)
	require.ErrorIs(t, err, catalogue.ErrFeed)
}

// TestConfiguration shows what a stream from elsewhere gets: its playlist, whose origin the profile does not name, names every host it likes.
func TestConfiguration(t *testing.T) {
	for name, flag := range map[string]string{"keys and licences": "#", "all requests": "useCookieHeadersForAllRequests = true"} {
		t.Run(name, func(t *testing.T) {
			p, err := service.Parse([]byte(with("#network", flag)))
			require.NoError(t, err)
			client, seen := servers(t, p.Configuration(canaries), "https://evil.example/main.m3u8")
			for _, class := range []network.Class{network.ClassPlaylist, network.ClassSegment, network.ClassKey, network.ClassLicense} {
				_, _, err := client.Fetch(t.Context(), network.Request{Class: class, URL: "https://evil.example/x"})
				require.NoError(t, err)
				_, _, err = client.Fetch(t.Context(), network.Request{Class: class, URL: "https://keys.example.com.evil.example/x"})
				require.NoError(t, err)
			}
			for _, s := range *seen {
				assert.Empty(t, s.cookie+s.token, s.host)
			}
			*seen = nil
			_, _, err = client.Fetch(t.Context(), network.Request{Class: network.ClassLicense, URL: "https://keys.example.com/license"})
			require.NoError(t, err)
			assert.Equal(t, []sight{{"keys.example.com", "/license", "session=canary", "canary"}}, *seen)
		})
	}
}

// TestNamedOrigins has every address of a profile, so that each may be of the local network.
func TestNamedOrigins(t *testing.T) {
	p, err := service.Parse([]byte(`schema = "latchkey.service/1"
id = "tv"
name = "TV"
homepage = "https://home.example.com"
key_origins = ["https://keys.example.com"]
license_origins = ["https://licenses.example.com", "https://keys.example.com"]
media_origins = ["https://*.media.example.com", "http://127.0.0.1:8080"]
[sign_in]
ways = ["browser", "password"]
issuer = "https://issuer.example.com/realm"
client_id = "player"
token_endpoint = "https://tokens.example.com/token"
[sign_in.password]
url = "https://password.example.com/login"
username = "user"
password = "password"
token_path = "token"
[cookies]
session = "${token}"
[[licenses]]
key_formats = ["com.example"]
url = "https://own.example.com/${kid}"
answer = "raw"
[catalogue]
url = "https://titles.example.com/catalogue.json"
`))
	require.NoError(t, err)
	want := []string{"http://127.0.0.1:8080", "https://*.media.example.com", "https://issuer.example.com", "https://keys.example.com", "https://licenses.example.com",
		"https://own.example.com", "https://password.example.com", "https://titles.example.com", "https://tokens.example.com"}
	for _, c := range []*network.Configuration{p.Configuration(canaries), p.CatalogueConfiguration(canaries)} {
		assert.Equal(t, want, c.NamedOrigins)
		require.NoError(t, c.Validate())
		assert.False(t, c.PublicOnly)
	}
}
