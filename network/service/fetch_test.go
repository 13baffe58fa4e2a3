package service_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/network/service"
)

// everyHost returns a transport for which one server on loopback is every host of the internet.
func everyHost(t *testing.T, handler http.HandlerFunc) *http.Transport {
	t.Helper()
	server, err := networktest.NewEveryHost(handler)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return server.Transport
}

func TestFetchProfile(t *testing.T) {
	var asked []string
	transport := everyHost(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Host+r.URL.Path+r.Header.Get("Cookie"))
		switch r.URL.Path {
		case "/tv.toml":
			_, _ = w.Write(profile("tv", "TV"))
		case "/moved":
			http.Redirect(w, r, "https://other.example/tv.toml", http.StatusFound)
		case "/port":
			http.Redirect(w, r, "https://www.example.com:8443/tv.toml", http.StatusFound)
		case "/plain":
			http.Redirect(w, r, "http://www.example.com/tv.toml", http.StatusFound)
		case "/here":
			http.Redirect(w, r, "/tv.toml", http.StatusFound)
		case "/home":
			http.Redirect(w, r, "https://127.0.0.1/tv.toml", http.StatusFound)
		case "/bad":
			_, _ = w.Write([]byte("<html>canary"))
		default:
			http.Error(w, "canary", http.StatusNotFound)
		}
	})
	configuration := network.NewConfiguration()
	configuration.CookieHeaders = metadata("session", "canary")
	configuration.UseCookieHeadersForAllRequests = true
	client, err := network.NewClient(configuration, network.Options{Transport: transport})
	require.NoError(t, err)
	defer client.Close()
	p, data, from, err := service.FetchProfile(t.Context(), client, "https://www.example.com/tv.toml?x=1")
	require.NoError(t, err)
	assert.Equal(t, "tv", p.ID)
	assert.Equal(t, profile("tv", "TV"), data)
	assert.Equal(t, "https://www.example.com", from)

	_, _, from, err = service.FetchProfile(t.Context(), client, "https://www.example.com/here")
	require.NoError(t, err)
	assert.Equal(t, "https://www.example.com", from)
	asked = nil
	for _, path := range []string{"/moved", "/port", "/plain", "/home"} {
		_, _, _, err = service.FetchProfile(t.Context(), client, "https://www.example.com"+path)
		require.ErrorIs(t, err, network.ErrRedirect, path)
	}
	assert.Equal(t, []string{"www.example.com/moved", "www.example.com/port", "www.example.com/plain", "www.example.com/home"}, asked, "nobody else is asked")

	for address, want := range map[string]error{
		"https://www.example.com/bad": service.ErrProfile, "https://www.example.com/none": network.ErrStatus,
		"http://www.example.com/tv.toml": service.ErrLink, "https://127.0.0.1/tv.toml": service.ErrLink, "file:///tv.toml": service.ErrLink,
	} {
		p, data, _, err := service.FetchProfile(t.Context(), client, address)
		require.ErrorIs(t, err, want, address)
		assert.Nil(t, p)
		assert.Nil(t, data)
		assert.NotContains(t, err.Error(), "canary")
	}
}
