package network_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// TestPairsAndDetours redirects the resource to another site. A key that is asked for there has the
// pairs where that site is listed or is the resource's own, or UseRedirectedURL puts it in the
// resource's place.
func TestPairsAndDetours(t *testing.T) {
	const resource = "https://www.example.com/go/main.m3u8"
	for name, c := range map[string]struct {
		final, key string
		use        bool
		origins    []string
		asked      string // instead of the resource
		want       string
	}{
		"another site":                      {final: "https://www.example.net/a/main.m3u8", key: "https://www.example.net/a/key"},
		"another site, used":                {final: "https://www.example.net/a/main.m3u8", key: "https://www.example.net/a/key", use: true, want: "a=1"},
		"another site, listed":              {final: "https://www.example.net/a/main.m3u8", key: "https://www.example.net/a/key", origins: []string{"https://www.example.net"}, want: "a=1"},
		"the same site":                     {final: "https://api.example.com/a/main.m3u8", key: "https://api.example.com/a/key", want: "a=1"},
		"the resource's own":                {final: "https://www.example.net/a/main.m3u8", key: "https://www.example.com/key", want: "a=1"},
		"a host that is named":              {final: "https://www.example.net/a/main.m3u8", key: "https://api.example.com/key", want: "a=1"},
		"another playlist than the main":    {final: "https://www.example.net/a/main.m3u8", key: "https://www.example.net/a/key", asked: "https://www.example.com/go/low.m3u8", want: "a=1"},
		"another port of the site led to":   {final: "https://www.example.net/a/main.m3u8", key: "https://www.example.net:8443/a/key", want: "a=1"},
		"the site led to, in other letters": {final: "https://www.example.net/a/main.m3u8", key: "https://WWW.example.net:443/a/key"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.reset(func(r wireRequest) string {
				if r.url().Host == "www.example.com" && r.url().Path != "/key" {
					return redirectAnswer("302", c.final)
				}
				return okAnswer
			})
			configuration := network.NewConfiguration()
			configuration.CookieHeaders = pairs(t, "a=1")
			configuration.UseRedirectedURL, configuration.CookieOrigins = c.use, c.origins
			client := newClient(t, configuration, network.Options{Resource: resource, Transport: w.transport})
			asked := c.asked
			if asked == "" {
				asked = resource
			}
			_, response, err := client.Fetch(t.Context(), network.Request{Class: network.ClassPlaylist, URL: asked})
			require.NoError(t, err)
			assert.Equal(t, c.final, response.URL)
			_, _, err = client.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: c.key})
			require.NoError(t, err)
			seen := w.requests()
			assert.Equal(t, c.want, seen[len(seen)-1].header("Cookie"))
		})
	}
}
