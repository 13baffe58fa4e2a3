package main

import (
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth/vault"
	"latchkey/network/networktest"
	"latchkey/network/service"
	"latchkey/player"
)

// insideProfile is a service of the internet. NAMED stands for more lines.
const insideProfile = `schema = "latchkey.service/1"
id = "tv"
name = "TV"
media_origins = ["https://example.com"%s]
[catalogue]
url = "https://example.com/catalogue.json"
`

// internetOptions are those of requests in a world in which inner.example.com and films.example.com
// are of the local network.
func internetOptions(t *testing.T) (network.Options, *networktest.Internet) {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/catalogue.json" {
			_, _ = fmt.Fprint(w, `{"schema": "latchkey.catalogue/1", "titles": [`+
				`{"id": "1", "title": "One", "hls": "https://inner.example.com/main.m3u8", "poster": "https://inner.example.com/a.png"},`+
				`{"id": "2", "title": "Two", "hls": "https://films.example.com/main.m3u8", "poster": "moved.png"}]}`)
			return
		}
		if r.URL.Path == "/moved.png" {
			http.Redirect(w, r, "https://10.0.0.1/a.png", http.StatusFound)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	internet := networktest.NewInternet(server.Listener.Addr().String())
	internet.Name("example.com", "203.0.113.1") // RFC 5737
	internet.Name("inner.example.com", "10.0.0.1")
	internet.Name("films.example.com", "127.0.0.1")
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return network.Options{Resolver: internet, Dial: internet.Dial, TLS: network.TLS{Authorities: authority}, Log: slog.New(slog.DiscardHandler)}, internet
}

// opened opens a resource, and returns the code of the error if there was one.
func opened(t *testing.T, options network.Options, resource *player.MediaResource) player.Code {
	t.Helper()
	changed := make(chan struct{}, 1)
	engine, err := player.New(player.Config{FreeRun: true, Network: options, OnChange: func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}})
	require.NoError(t, err)
	defer func() { require.NoError(t, engine.Close()) }()
	require.NoError(t, engine.ReplaceCurrentResource(resource))
	require.NoError(t, engine.PrepareToPlay(0))
	deadline := time.After(time.Minute)
	for {
		switch now := engine.Snapshot(); now.State {
		case player.Failed:
			return now.Error.Code
		case player.Prepared:
			return 0
		}
		select {
		case <-changed:
		case <-deadline:
			require.FailNow(t, "it was not opened", "%v", engine.Snapshot().State)
		}
	}
}

// A catalogue of the internet names neither films nor pictures in the local network, unless the
// profile names their origins.
func TestCatalogueOfInternetNamesNothingLocal(t *testing.T) {
	for _, test := range []struct {
		name, named string
		title       int // that is played
		want        player.Code
	}{
		{"not named", "", 0, player.CodeBlocked},
		{"not named, on loopback", "", 1, player.CodeBlocked},
		{"named", `, "https://inner.example.com"`, 0, player.CodeStatus},
		{"named with its domain", `, "https://*.example.com"`, 1, player.CodeStatus},
	} {
		t.Run(test.name, func(t *testing.T) {
			options, internet := internetOptions(t)
			profile, err := service.Parse(fmt.Appendf(nil, insideProfile, test.named))
			require.NoError(t, err)
			signed, err := newSignedService(profile, new(vault.Memory), "", options)
			require.NoError(t, err)
			defer signed.close()
			titles, err := signed.Titles(t.Context())
			require.NoError(t, err)
			require.Len(t, titles, 2)
			_, err = signed.Poster(t.Context(), titles[1])
			require.ErrorIs(t, err, network.ErrBlocked, "a redirect to an address that nobody named")
			if test.want == player.CodeBlocked {
				_, err = signed.Poster(t.Context(), titles[0])
				require.ErrorIs(t, err, network.ErrBlocked)
			}
			resource, err := signed.Resource(titles[test.title])
			require.NoError(t, err)
			assert.Equal(t, test.want, opened(t, options, resource))
			if test.want == player.CodeBlocked {
				assert.Zero(t, internet.Dialed("10.0.0.1")+internet.Dialed("127.0.0.1"), "%v", internet.Dials())
			}
		})
	}
}

// A service of this computer has titles of this computer.
func TestLocalCatalogueNamesLocalTitles(t *testing.T) {
	_, s := demoServices(t)
	tv := s.list[0]
	titles, err := tv.Titles(t.Context())
	require.NoError(t, err)
	assert.False(t, tv.catalogue.FromInternet())
	resource, err := tv.Resource(titles[0])
	require.NoError(t, err)
	assert.Zero(t, opened(t, network.Options{}, resource))
}

// What a link names resolves to the internet, or nothing is connected to.
func TestLinksLeadToInternetAlone(t *testing.T) {
	options, internet := internetOptions(t)
	d, err := newDoor(&services{}, options)
	require.NoError(t, err)
	t.Cleanup(func() { _ = d.client.Close() })
	for _, address := range []string{"https://inner.example.com/tv.latchkey", "https://films.example.com/tv.latchkey"} {
		_, _, _, err := service.FetchProfile(t.Context(), d.client, address)
		require.ErrorIs(t, err, network.ErrBlocked)
	}
	resource, err := d.open("https://inner.example.com/main.m3u8")
	require.NoError(t, err)
	assert.Equal(t, player.CodeBlocked, opened(t, options, resource))
	assert.Empty(t, internet.Dials())
	resource, err = d.open("https://example.com/main.m3u8")
	require.NoError(t, err)
	assert.Equal(t, player.CodeStatus, opened(t, options, resource))
}
