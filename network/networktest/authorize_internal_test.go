package networktest

import (
	"net/netip"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzRedirectURI looks for a redirect URI that is taken and leads off this computer. RFC 8252, 7.3.
func FuzzRedirectURI(f *testing.F) {
	for _, uri := range []string{
		"http://127.0.0.1:80/callback", "http://[::1]:80/callback", "http://127.0.0.1:80@evil.example/callback", "http://127.0.0.1.evil.example:80/callback",
		"http://127.0.0.1:80/callback/../x", "http://127.0.0.1:80\\@evil.example/callback", "//127.0.0.1:80/callback", "HTTP://127.0.0.1:80/callback",
		"http://[::1%25lo]:80/callback", "http://127.0.0.1:80/%63allback", "http://0177.0.0.1:80/callback", "",
	} {
		f.Add(uri)
	}
	whole := regexp.MustCompile(`^http://(127\.0\.0\.1|\[::1\]):[0-9]+/callback$`)
	f.Fuzz(func(t *testing.T, uri string) {
		taken := isRegistered(uri)
		assert.Equal(t, whole.MatchString(uri), taken)
		if taken {
			u, err := url.Parse(uri)
			require.NoError(t, err)
			address, err := netip.ParseAddr(u.Hostname())
			require.NoError(t, err)
			assert.True(t, address.IsLoopback())
			assert.Nil(t, u.User)
		}
	})
}

// FuzzUserCode checks that a code comes out as it is shown, or not at all. RFC 8628, 6.1.
func FuzzUserCode(f *testing.F) {
	for _, text := range []string{"BCDF-GHJK", "bcdf ghjk", " bcdfghjk ", "BCDF-GHJ", "BCDF-GHJKL", "AEIOU", "\u212a", ""} {
		f.Add(text)
	}
	form := regexp.MustCompile(`^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$`)
	f.Fuzz(func(t *testing.T, text string) {
		code := cleanUserCode(text)
		if code != "" {
			assert.Regexp(t, form, code)
			assert.Equal(t, code, cleanUserCode(code))
		}
	})
}
