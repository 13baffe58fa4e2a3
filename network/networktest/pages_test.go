package networktest_test

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
)

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
