package network_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/icholy/digest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

const loginPassword = "canary-Circle of Life"

// guarded answers with Basic or Digest challenges until the right name and password come. The digest is computed here, by RFC 7616's
// formulas, and not by the library under test.
type guarded struct {
	scheme string // "basic", "digest"
	nonce  string

	mu    sync.Mutex
	stale bool     // the next good answer is told that its nonce is stale
	seen  []string // Authorization of each request
}

func (g *guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	header := r.Header.Get("Authorization")
	g.seen = append(g.seen, header)
	stale := ""
	if user, password, ok := r.BasicAuth(); ok && g.scheme == "basic" && user == "Mufasa" && password == loginPassword {
		return
	}
	if g.scheme == "digest" && g.digestOK(r, header) {
		if !g.stale {
			return
		}
		g.stale, g.nonce, stale = false, g.nonce+"2", ", stale=true"
	}
	if g.scheme == "basic" {
		w.Header().Set("WWW-Authenticate", `Basic realm="the \"staff\"", charset="UTF-8"`)
	} else {
		w.Header().Add("WWW-Authenticate", `Basic realm="weaker"`)
		w.Header().Add("WWW-Authenticate", fmt.Sprintf(`Digest realm="testrealm", qop="auth", nonce=%q, opaque="5ccc"%s`, g.nonce, stale))
	}
	w.WriteHeader(http.StatusUnauthorized)
}

func (g *guarded) digestOK(r *http.Request, header string) bool {
	given, err := digest.ParseCredentials(header)
	if err != nil || given.Nonce != g.nonce || given.URI != r.URL.RequestURI() || given.Opaque != "5ccc" {
		return false
	}
	sum := func(parts ...string) string {
		s := md5.Sum([]byte(strings.Join(parts, ":")))
		return hex.EncodeToString(s[:])
	}
	want := sum(sum("Mufasa", "testrealm", loginPassword), given.Nonce, fmt.Sprintf("%08x", given.Nc), given.Cnonce, "auth", sum(r.Method, r.URL.RequestURI()))
	return given.Response == want
}

func TestLogin(t *testing.T) {
	for _, scheme := range []string{"basic", "digest"} {
		t.Run(scheme, func(t *testing.T) {
			g := &guarded{scheme: scheme, nonce: "dcd98b"}
			origin := httptest.NewServer(g)
			defer origin.Close()
			var elsewhere []string
			other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				elsewhere = append(elsewhere, r.Header.Get("Authorization"))
			}))
			defer other.Close()
			var asked []network.Challenge
			c := newClient(t, nil, network.Options{Resource: origin.URL + "/main.m3u8", Login: func(_ context.Context, challenge network.Challenge) (string, network.Secret, error) {
				asked = append(asked, challenge)
				if len(asked) == 1 {
					return "Mufasa", network.NewSecret("wrong"), nil
				}
				return "Mufasa", network.NewSecret(loginPassword), nil
			}})
			for _, path := range []string{"/a?b=c", "/d"} {
				_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: origin.URL + path})
				require.NoError(t, err)
			}
			require.Len(t, asked, 2)
			assert.Equal(t, origin.URL, asked[0].Origin)
			assert.Equal(t, map[string]string{"basic": `the "staff"`, "digest": "testrealm"}[scheme], asked[0].Realm)
			assert.Equal(t, scheme == "basic", asked[0].Plain)
			assert.False(t, asked[0].Again)
			assert.True(t, asked[1].Again)
			assert.Len(t, g.seen, 4, "asked once, it is known")

			if scheme == "digest" {
				g.mu.Lock()
				g.stale = true
				g.mu.Unlock()
				_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: origin.URL + "/e"})
				require.NoError(t, err)
				assert.Len(t, asked, 2, "a stale nonce is no wrong password")
			}
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: other.URL + "/key"})
			require.NoError(t, err)
			assert.Equal(t, []string{""}, elsewhere, "nothing of it goes to another origin")
			for _, r := range c.Records() {
				text := fmt.Sprintf("%+v", r)
				assert.NotContains(t, text, loginPassword)
				assert.NotContains(t, text, "Mufasa")
			}
		})
	}
}

func TestLoginThatIsNotGiven(t *testing.T) {
	g := &guarded{scheme: "basic"}
	origin := httptest.NewServer(g)
	defer origin.Close()
	ask := func(give func() (string, network.Secret, error)) error {
		c := newClient(t, nil, network.Options{Login: func(context.Context, network.Challenge) (string, network.Secret, error) { return give() }})
		_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: origin.URL})
		require.ErrorIs(t, err, network.ErrRefused)
		assert.NotContains(t, fmt.Sprintf("%+v %#v", err, err), "canary")
		return err
	}
	require.ErrorIs(t, ask(func() (string, network.Secret, error) { return "", network.Secret{}, network.ErrNoLogin }), network.ErrNoLogin)
	before := len(g.seen)
	_ = ask(func() (string, network.Secret, error) { return "a", network.NewSecret("canary-wrong"), nil })
	assert.Equal(t, 4, len(g.seen)-before, "three answers, and no more")
	_ = ask(func() (string, network.Secret, error) { return "a:b", network.NewSecret("canary"), nil })
	_ = ask(func() (string, network.Secret, error) { return "a", network.NewSecret("canary\r\nX: y"), nil })
	c := newClient(t, nil, network.Options{})
	_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: origin.URL})
	require.ErrorIs(t, err, network.ErrRefused, "nobody is asked")
}
