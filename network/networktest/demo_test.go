package networktest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
)

// demoMedia is the media that ships, read from the source tree.
func demoMedia() fs.FS { return os.DirFS("../../assets/demo") }

// startDemo starts the demo service, and looks after its goroutines.
func startDemo(t *testing.T, options networktest.DemoOptions) (*networktest.Demo, *http.Client) {
	t.Helper()
	before := runtime.NumGoroutine()
	if options.Media == nil {
		options.Media = demoMedia()
	}
	demo, err := networktest.NewDemo(options)
	require.NoError(t, err)
	client := &http.Client{Transport: demo.Transport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		require.NoError(t, demo.Close())
		waitForGoroutines(t, before)
	})
	return demo, client
}

// post sends a form.
func post(t *testing.T, client *http.Client, target string, form url.Values, header ...string) (status int, location, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode, response.Header.Get("Location"), string(text)
}

const (
	redirectURI = "http://127.0.0.1:9/callback"
	// The pair of RFC 7636, appendix B.
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// signIn goes through the sign-in by hand, and returns the session cookie as a header has it.
func signIn(t *testing.T, demo *networktest.Demo, client *http.Client) (cookie string) {
	t.Helper()
	form := url.Values{"redirect_uri": {redirectURI}, "state": {"s t"}, "code_challenge": {challenge}}
	page := string(fetch(t, client, demo.SignInURL()+"?"+form.Encode()))
	assert.Contains(t, page, "Continue as demo viewer")
	assert.Contains(t, page, challenge)
	assert.NotContains(t, page, "<script")

	form.Set("user", "viewer")
	form.Set("password", "demo")
	status, location, _ := post(t, client, demo.SignInURL(), form)
	require.Equal(t, http.StatusSeeOther, status)
	back, err := url.Parse(location)
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:9", back.Host)
	assert.Equal(t, "s t", back.Query().Get("state"))

	status, _, body := post(t, client, demo.TokenURL(), url.Values{
		"code": {back.Query().Get("code")}, "redirect_uri": {redirectURI}, "code_verifier": {verifier},
	})
	require.Equal(t, http.StatusOK, status)
	var answer struct {
		Cookies   []struct{ Name, Value string }
		ExpiresIn int `json:"expires_in"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	require.Len(t, answer.Cookies, 1)
	assert.Equal(t, 12*60*60, answer.ExpiresIn)
	return answer.Cookies[0].Name + "=" + answer.Cookies[0].Value
}

// title is one of the catalogue.
type title struct {
	ID, Title, Description, Poster, HLS string
	Rows                                []string
	Duration                            float64 `json:"duration_s"`
	Protected, Live                     bool
}

// TestDemoLicenses asks for the keys of what ships encrypted: at the key server and, by name, at the licence server.
func TestDemoLicenses(t *testing.T) {
	demo, client := startDemo(t, networktest.DemoOptions{})
	text, err := fs.ReadFile(demoMedia(), "catalogue.json")
	require.NoError(t, err)
	var shipped struct {
		Titles []struct {
			ID   string
			Keys []struct{ ID, Key string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &shipped))
	served := fetch(t, client, demo.CatalogueURL())
	cookie := signIn(t, demo, client)
	found := 0
	for _, title := range shipped.Titles {
		for n, key := range title.Keys {
			found++
			assert.NotContains(t, string(served), key.Key, "the catalogue tells no key")
			at := demo.URL(fmt.Sprintf("keys/%s-%d", title.ID, n))
			response, _, err := get(t, client, at)
			require.NoError(t, err)
			assert.Equal(t, http.StatusUnauthorized, response.status)
			assert.Equal(t, key.Key, hex.EncodeToString(fetch(t, client, at, "Cookie", cookie)))

			id, err := hex.DecodeString(key.ID)
			require.NoError(t, err)
			body := fmt.Sprintf(`{"kids":[%q],"type":"temporary"}`, base64.RawURLEncoding.EncodeToString(id))
			for _, cookies := range []string{"", cookie} {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, demo.URL("license"), strings.NewReader(body))
				require.NoError(t, err)
				request.Header.Set("Cookie", cookies)
				response, err := client.Do(request)
				require.NoError(t, err)
				answer, err := io.ReadAll(response.Body)
				require.NoError(t, errors.Join(err, response.Body.Close()))
				if cookies == "" {
					assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
					continue
				}
				var license struct{ Keys []struct{ Kid, K string } }
				require.NoError(t, json.Unmarshal(answer, &license))
				require.Len(t, license.Keys, 1)
				got, err := base64.RawURLEncoding.DecodeString(license.Keys[0].K)
				require.NoError(t, err)
				assert.Equal(t, key.Key, hex.EncodeToString(got))
			}
		}
	}
	assert.Equal(t, 5, found)
}

// TestDemoFromSignInToTheLastSegment does all that a player does, for every title and variant.
func TestDemoFromSignInToTheLastSegment(t *testing.T) {
	demo, client := startDemo(t, networktest.DemoOptions{RotateEvery: 5})
	var catalogue struct {
		Schema, Service string
		SignInURL       string `json:"signin_url"`
		TokenURL        string `json:"token_url"`
		Titles          []title
	}
	require.NoError(t, json.Unmarshal(fetch(t, client, demo.CatalogueURL()), &catalogue))
	assert.Equal(t, "latchkey.catalogue/1", catalogue.Schema)
	assert.Equal(t, demo.SignInURL(), catalogue.SignInURL)
	assert.Equal(t, demo.TokenURL(), catalogue.TokenURL)
	shipped := slices.DeleteFunc(catalogue.Titles, func(title title) bool { return strings.Contains(title.HLS, "/excerpts/") })
	shipped = slices.DeleteFunc(shipped, func(title title) bool { return strings.Contains(title.ID, "-") }) // encrypted as they ship
	require.Len(t, shipped, 3)
	cookie := signIn(t, demo, client)
	keyURI := regexp.MustCompile(`#EXT-X-KEY:METHOD=AES-128,URI="([^"]+)"`)
	for _, title := range shipped {
		assert.Equal(t, title.ID != "orrery", title.Protected)
		assert.NotEmpty(t, title.Title)
		assert.NotEmpty(t, title.Description)
		poster, err := jpeg.DecodeConfig(bytes.NewReader(fetch(t, client, title.Poster)))
		require.NoError(t, err)
		assert.Equal(t, 640, poster.Width)

		variants := lines(fetch(t, client, title.HLS))
		require.Len(t, variants, 3)
		for _, variant := range variants {
			variantURL := demo.URL(path.Join(title.ID, variant))
			list := fetch(t, client, variantURL)
			segments := lines(list)
			assert.Len(t, segments, int(title.Duration/2))
			keys := keyURI.FindAllStringSubmatch(string(list), -1)
			if !title.Protected {
				assert.Empty(t, keys)
				name := path.Join(title.ID, path.Dir(variant), segments[0])
				want, err := fs.ReadFile(demoMedia(), name)
				require.NoError(t, err)
				assert.Equal(t, want, fetch(t, client, demo.URL(name)), "clear, and without a sign-in")
				continue
			}
			assert.Len(t, keys, len(segments)/5)
			for _, key := range keys {
				response, _, err := get(t, client, demo.URL(key[1]))
				require.NoError(t, err)
				assert.Equal(t, http.StatusUnauthorized, response.status, "no key without the cookie")
				assert.Len(t, fetch(t, client, demo.URL(key[1]), "Cookie", cookie), 16)
			}
			// The first segment decrypts to what ships. Cookies that nobody asked for do no harm, and are in the log.
			name := path.Join(path.Dir(variant), segments[0])
			want, err := fs.ReadFile(demoMedia(), path.Join(title.ID, name))
			require.NoError(t, err)
			key := fetch(t, client, demo.URL(keys[0][1]), "Cookie", cookie)
			got := fetch(t, client, demo.URL(path.Join(title.ID, name)), "Cookie", cookie)
			assert.Equal(t, want, decrypt(t, got, key, make([]byte, 16)))
			assert.NotEqual(t, want, got)
		}
	}
	withCookie := 0
	for _, r := range demo.Requests(network.ClassSegment) {
		withCookie += len(r.CookieNames())
	}
	assert.Equal(t, 6, withCookie)
}

// lines returns the URIs of a playlist.
func lines(playlist []byte) (uris []string) {
	for line := range strings.Lines(string(playlist)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			uris = append(uris, line)
		}
	}
	return uris
}

func TestDemoSessionsEnd(t *testing.T) {
	demo, client := startDemo(t, networktest.DemoOptions{})
	key := demo.URL(demo.KeyPaths()[0])
	status := func(cookie string) int {
		response, _, err := get(t, client, key, "Cookie", cookie)
		require.NoError(t, err)
		return response.status
	}
	first, second := signIn(t, demo, client), signIn(t, demo, client)
	assert.NotEqual(t, first, second)
	assert.Equal(t, 200, status(first))
	demo.EndSessions()
	assert.Equal(t, 401, status(first))
	assert.Equal(t, 401, status(second))
	assert.Equal(t, 200, status(signIn(t, demo, client)))

	brief, client := startDemo(t, networktest.DemoOptions{SessionLife: time.Nanosecond})
	form := url.Values{"redirect_uri": {redirectURI}, "user": {"a"}, "password": {"b"}}
	_, location, _ := post(t, client, brief.SignInURL(), form)
	back, err := url.Parse(location)
	require.NoError(t, err)
	_, _, body := post(t, client, brief.TokenURL(), url.Values{"code": {back.Query().Get("code")}, "redirect_uri": {redirectURI}})
	assert.Contains(t, body, `"session"`)
	value := regexp.MustCompile(`"value":"([^"]+)"`).FindStringSubmatch(body)[1]
	response, _, err := get(t, client, brief.URL(brief.KeyPaths()[0]), "Cookie", "session="+value)
	require.NoError(t, err)
	assert.Equal(t, 401, response.status, "it has expired")
}

func TestCodeIsGoodOnceAndForItsPlayer(t *testing.T) {
	demo, client := startDemo(t, networktest.DemoOptions{})
	code := func() string {
		form := url.Values{"redirect_uri": {redirectURI}, "code_challenge": {challenge}, "user": {"a"}, "password": {"b"}}
		_, location, _ := post(t, client, demo.SignInURL(), form)
		u, err := url.Parse(location)
		require.NoError(t, err)
		return u.Query().Get("code")
	}
	good := func(code string) url.Values {
		return url.Values{"code": {code}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}}
	}
	exchange := func(form url.Values) int {
		status, _, body := post(t, client, demo.TokenURL(), form)
		if status != http.StatusOK {
			assert.JSONEq(t, `{"error": "invalid_grant"}`, body)
		}
		return status
	}
	once := code()
	assert.Equal(t, 200, exchange(good(once)))
	assert.Equal(t, 400, exchange(good(once)))
	assert.Equal(t, 400, exchange(good("invented")))
	assert.Equal(t, 400, exchange(nil))
	for name, value := range map[string]string{"code_verifier": "another", "redirect_uri": "http://127.0.0.1:10/"} {
		form := good(code())
		form.Set(name, value)
		assert.Equal(t, 400, exchange(form), name)
	}
	response, _, err := get(t, client, demo.TokenURL())
	require.NoError(t, err)
	assert.Equal(t, http.StatusMethodNotAllowed, response.status)
}

func TestSignInPage(t *testing.T) {
	demo, client := startDemo(t, networktest.DemoOptions{})
	t.Run("no way to another computer", func(t *testing.T) {
		for _, uri := range []string{
			"https://example.test/", "http://example.test/", "http://127.0.0.1.example.test/", "//example.test", "javascript:alert(1)",
			"http://127.0.0.1@example.test/", "http://user@127.0.0.1/", "https://127.0.0.1/", "/signin", "http://127.0.0.1/#f", "http://[", strings.Repeat("x", 5000),
		} {
			response, body, err := get(t, client, demo.SignInURL()+"?redirect_uri="+url.QueryEscape(uri))
			require.NoError(t, err)
			assert.Equal(t, http.StatusBadRequest, response.status, uri)
			assert.NotContains(t, string(body), "<form")
			status, location, _ := post(t, client, demo.SignInURL(), url.Values{"redirect_uri": {uri}, "user": {"a"}, "password": {"b"}})
			assert.Equal(t, http.StatusBadRequest, status, uri)
			assert.Empty(t, location)
		}
	})
	t.Run("localhost", func(t *testing.T) {
		fetch(t, client, demo.SignInURL()+"?redirect_uri="+url.QueryEscape("http://localhost:1/a?b=c"))
	})
	t.Run("what comes in is escaped", func(t *testing.T) {
		body := fetch(t, client, demo.SignInURL()+"?state="+url.QueryEscape(`"><b>`))
		assert.NotContains(t, string(body), "<b>")
	})
	t.Run("headers", func(t *testing.T) {
		response, _, err := get(t, client, demo.SignInURL())
		require.NoError(t, err)
		assert.Contains(t, response.header.Get("Content-Security-Policy"), "default-src 'none'")
		assert.Equal(t, "no-store", response.header.Get("Cache-Control"))
	})
	t.Run("cancel", func(t *testing.T) {
		_, location, _ := post(t, client, demo.SignInURL(), url.Values{"redirect_uri": {redirectURI}, "state": {"s"}, "action": {"cancel"}})
		assert.Equal(t, redirectURI+"?error=access_denied&state=s", location)
	})
	t.Run("no password", func(t *testing.T) {
		status, _, body := post(t, client, demo.SignInURL(), url.Values{"redirect_uri": {redirectURI}, "state": {"kept"}, "user": {"a"}})
		assert.Equal(t, http.StatusUnprocessableEntity, status)
		assert.Contains(t, body, "Please give")
		assert.Contains(t, body, "kept")
	})
	t.Run("opened by hand", func(t *testing.T) {
		status, _, body := post(t, client, demo.SignInURL(), url.Values{"user": {"a"}, "password": {"b"}})
		assert.Equal(t, 200, status)
		assert.Contains(t, body, "You are signed in")
	})
	t.Run("from another site", func(t *testing.T) {
		status, _, _ := post(t, client, demo.SignInURL(), url.Values{"user": {"a"}, "password": {"b"}}, "Sec-Fetch-Site", "cross-site")
		assert.Equal(t, http.StatusForbidden, status)
	})
	t.Run("a form without end", func(t *testing.T) {
		status, _, _ := post(t, client, demo.SignInURL(), url.Values{"user": {strings.Repeat("a", 1<<17)}})
		assert.Equal(t, http.StatusBadRequest, status)
	})
}

func TestVisit(t *testing.T) {
	demo, _ := startDemo(t, networktest.DemoOptions{})
	arrived := make(chan url.Values, 1)
	player, _ := start(t, networktest.Options{Routes: []networktest.Route{{Path: "/callback", Class: network.ClassOther,
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived <- r.URL.Query() })}}})
	query := url.Values{"redirect_uri": {player.URL("callback")}, "state": {"s"}}.Encode()
	require.NoError(t, demo.Visit(t.Context(), demo.SignInURL()+"?"+query))
	back := <-arrived
	assert.Equal(t, "s", back.Get("state"))
	assert.NotEmpty(t, back.Get("code"))

	player.Inject(networktest.Fault{Effect: networktest.Reset(-1)})
	err := demo.Visit(t.Context(), demo.SignInURL()+"?"+query)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "code=")
	require.Error(t, demo.Visit(t.Context(), demo.URL("nowhere")))
}

func TestDemoNeedsItsMedia(t *testing.T) {
	_, err := networktest.NewDemo(networktest.DemoOptions{})
	require.Error(t, err)
	_, err = networktest.NewDemo(networktest.DemoOptions{Media: fstest.MapFS{}})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = networktest.NewDemo(networktest.DemoOptions{Media: fstest.MapFS{"catalogue.json": {Data: []byte("{")}}})
	require.Error(t, err)
}
