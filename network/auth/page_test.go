package auth_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/networktest"
)

// startDemo starts the demo service with a title of one segment, and a browser flow to it.
func startDemo(t *testing.T) (*networktest.Demo, *auth.Page) {
	t.Helper()
	return startDemoWith(t, networktest.DemoOptions{DeviceInterval: time.Second})
}

func startDemoWith(t *testing.T, o networktest.DemoOptions) (*networktest.Demo, *auth.Page) {
	t.Helper()
	before := runtime.NumGoroutine()
	o.Media = fstest.MapFS{
		"catalogue.json": {Data: []byte(`{"service":"Demo","titles":[{"id":"a","title":"A","duration_s":2}]}`)},
		"a/main.m3u8":    {Data: []byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n")},
		"a/0.ts":         {Data: []byte("segment")},
	}
	demo, err := networktest.NewDemo(o)
	require.NoError(t, err)
	client, err := network.NewClient(nil, network.Options{})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, client.Close())
		require.NoError(t, demo.Close())
		for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
			if time.Now().After(deadline) {
				stacks := make([]byte, 1<<20)
				t.Fatalf("a goroutine is left:\n%s", stacks[:runtime.Stack(stacks, true)])
			}
		}
	})
	return demo, &auth.Page{PageURL: demo.SignInURL(), TokenURL: demo.TokenURL(), Client: client}
}

// opens is a person who does this with the page that they are sent to, and answers nothing else.
type opens func(page string) error

func (o opens) OpenPage(_ context.Context, page string) error { return o(page) }
func (opens) ShowCode(auth.DeviceCode)                        {}
func (opens) Ask(context.Context, auth.Form) ([]network.Secret, error) {
	return nil, auth.ErrDenied
}

// load asks for a page as a browser without any history does, follows redirects, and returns the status and the text.
func load(t *testing.T, method, page string, form url.Values) (status int, text string) {
	t.Helper()
	return loadAs(t, "", method, page, form)
}

// loadAs is load with the name of another host in the request, which need not resolve; empty: the page's own.
func loadAs(t *testing.T, host, method, page string, form url.Values) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, page, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Host = cmp.Or(host, request.Host)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode, string(body)
}

func TestSignInToTheDemo(t *testing.T) {
	demo, browser := startDemo(t)
	credential, err := browser.SignIn(t.Context(), opens(func(page string) error { return demo.Visit(t.Context(), page) }))
	require.NoError(t, err)
	assert.Equal(t, []string{networktest.SessionCookie}, credential.Pairs.Keys())
	value, _ := credential.Pairs.Value(networktest.SessionCookie)
	assert.Len(t, value, 43)
	assert.WithinDuration(t, time.Now().Add(12*time.Hour), credential.Expires, time.Minute)
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v %s", credential, credential, credential, credential.LogValue()), value)

	// The pairs open the key server, and nothing else does.
	key := demo.URL(demo.KeyPaths()[0])
	configuration := network.NewConfiguration()
	configuration.CookieHeaders = credential.Pairs
	client, err := network.NewClient(configuration, network.Options{Resource: demo.URL("a/main.m3u8")})
	require.NoError(t, err)
	defer func() { require.NoError(t, client.Close()) }()
	data, _, err := client.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: key})
	require.NoError(t, err)
	assert.Len(t, data, 16)
	_, _, err = browser.Client.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: key})
	require.ErrorIs(t, err, network.ErrRefused)

	// No secret stood in a URL of the service, and the exchange carried no cookie.
	for _, r := range demo.Requests(network.ClassSignIn) {
		assert.Empty(t, r.Cookies)
		assert.NotContains(t, fmt.Sprint(r.Query), value)
	}
	again, err := browser.SignIn(t.Context(), opens(func(page string) error { return demo.Visit(t.Context(), page) }))
	require.NoError(t, err)
	other, _ := again.Pairs.Value(networktest.SessionCookie)
	assert.NotEqual(t, value, other, "each sign-in is a session of its own")
}

// TestComingBack plays the browser by hand.
func TestComingBack(t *testing.T) {
	_, browser := startDemo(t)
	tests := []struct {
		name   string
		query  func(state string) string
		status int
		page   string
		err    error
	}{
		{"cancelled", func(s string) string { return "error=access_denied&state=" + s }, 200, "You are not signed in", auth.ErrDenied},
		{"another error", func(s string) string { return "error=server_error&state=" + s }, 200, "You are not signed in", auth.ErrDenied},
		{"no code", func(s string) string { return "state=" + s }, 502, "did not work", auth.ErrAnswer},
		{"a code that the service did not give", func(s string) string { return "code=x&state=" + s }, 502, "did not work", network.ErrStatus},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := browser.SignIn(t.Context(), opens(func(page string) error {
				u, err := url.Parse(page)
				require.NoError(t, err)
				query := u.Query()
				assert.Equal(t, "S256", query.Get("code_challenge_method"))
				assert.Len(t, query.Get("code_challenge"), 43)
				back := query.Get("redirect_uri")
				assert.True(t, strings.HasPrefix(back, "http://127.0.0.1:"))
				callback, err := url.Parse(back)
				require.NoError(t, err)

				status, text := load(t, http.MethodGet, back+"?code=stolen&state=wrong", nil)
				assert.Equal(t, http.StatusBadRequest, status, "a wrong state is turned away, and the sign-in waits on")
				assert.Contains(t, text, "another sign-in")
				status, _ = load(t, http.MethodGet, strings.Replace(back, "callback", "favicon.ico", 1), nil)
				assert.Equal(t, http.StatusNotFound, status)
				status, _ = load(t, http.MethodPost, back, url.Values{"a": {"b"}})
				assert.Equal(t, http.StatusMethodNotAllowed, status)
				status, _ = loadAs(t, strings.Replace(callback.Host, "127.0.0.1", "localhost", 1), http.MethodGet,
					back+"?"+test.query(query.Get("state")), nil)
				assert.Equal(t, http.StatusNotFound, status, "a name that points here is not the address that was given")

				status, text = load(t, http.MethodGet, back+"?"+test.query(query.Get("state")), nil)
				assert.Equal(t, test.status, status)
				assert.Contains(t, text, test.page)
				assert.NotContains(t, text, "<script")
				return nil
			}))
			require.ErrorIs(t, err, test.err)
		})
	}
}

func TestTheDemosPage(t *testing.T) {
	demo, browser := startDemo(t)
	_, err := browser.SignIn(t.Context(), opens(func(page string) error {
		status, text := load(t, http.MethodGet, page, nil)
		assert.Equal(t, 200, status)
		assert.Contains(t, text, "Continue as demo viewer")
		u, err := url.Parse(page)
		require.NoError(t, err)
		form := u.Query()
		form.Set("user", " ")
		status, text = load(t, http.MethodPost, demo.SignInURL(), form)
		assert.Equal(t, http.StatusUnprocessableEntity, status)
		assert.Contains(t, text, "Please give a user name")
		form.Set("action", "cancel")
		status, text = load(t, http.MethodPost, demo.SignInURL(), form)
		assert.Equal(t, 200, status)
		assert.Contains(t, text, "You are not signed in")
		return nil
	}))
	require.ErrorIs(t, err, auth.ErrDenied)
}

func TestManyStraysEndIt(t *testing.T) {
	_, browser := startDemo(t)
	_, err := browser.SignIn(t.Context(), opens(func(page string) error {
		u, err := url.Parse(page)
		require.NoError(t, err)
		for range 20 {
			load(t, http.MethodGet, u.Query().Get("redirect_uri")+"?code=a&state=b", nil)
		}
		return nil
	}))
	require.ErrorIs(t, err, auth.ErrState)
}

func TestSignInThatDoesNotHappen(t *testing.T) {
	demo, browser := startDemo(t)
	nothing := func(string) error { return nil }
	broken := errors.New("no browser")

	short := &auth.Page{PageURL: browser.PageURL, TokenURL: browser.TokenURL, Client: browser.Client}
	short.Limit = time.Millisecond
	_, err := short.SignIn(t.Context(), opens(nothing))
	require.ErrorIs(t, err, auth.ErrTimeout)
	require.NotErrorIs(t, err, auth.ErrState)

	_, err = browser.SignIn(t.Context(), opens(func(string) error { return broken }))
	require.ErrorIs(t, err, broken)

	ctx, cancel := context.WithCancel(t.Context())
	_, err = browser.SignIn(ctx, opens(func(string) error { cancel(); return nil }))
	require.ErrorIs(t, err, context.Canceled)

	strange := &auth.Page{TokenURL: browser.TokenURL, Client: browser.Client}
	strange.PageURL = "file:///etc/passwd"
	_, err = strange.SignIn(t.Context(), opens(nothing))
	require.ErrorContains(t, err, "http")

	// The service goes away between the page and the exchange.
	demo.Inject(networktest.Fault{Path: "/token", Effect: networktest.Status(500)})
	_, err = browser.SignIn(t.Context(), opens(func(page string) error { return demo.Visit(t.Context(), page) }))
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "code=")

	// It hangs there, and the person gives up.
	demo.ClearFaults()
	demo.ResetLog()
	demo.Inject(networktest.Fault{Path: "/token", Effect: networktest.Hang()})
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	visited := make(chan error, 1)
	_, err = browser.SignIn(ctx, opens(func(page string) error {
		go func() { visited <- demo.Visit(t.Context(), page) }()
		_, err := demo.Wait(t.Context(), func(r networktest.Request) bool { return r.Path == "/token" })
		cancel()
		return err
	}))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, <-visited, "502", "the browser is told")
}
