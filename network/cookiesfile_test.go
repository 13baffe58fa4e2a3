package network_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

func secret(s string) network.Secret { return network.NewSecret(s) }

// cookieFiles are cookies.txt files, and their cookies or the place of the trouble.
var cookieFiles = map[string]struct {
	text string
	want []network.Cookie
	err  string
}{
	"empty": {"", nil, ""},
	"curl's": {"# Netscape HTTP Cookie File\r\n\r\n.example.com\tTRUE\t/\tTRUE\t1900000000\tsid\ta=b;c\r\n", nil,
		"line 3"},
	"domain": {"# Netscape HTTP Cookie File\n\n.example.com\tTRUE\t/\tTRUE\t1900000000\tsid\ta=b\n", []network.Cookie{
		{Name: "sid", Value: secret("a=b"), Domain: "example.com", Path: "/", Secure: true, Expires: time.Unix(1900000000, 0)}}, ""},
	"host only, session, http only": {"#HttpOnly_www.example.com\tFALSE\t/a\tFALSE\t0\tsid\t\"x y\"\r\n", []network.Cookie{
		{Name: "sid", Value: secret(`"x y"`), Domain: "www.example.com", HostOnly: true, Path: "/a", HTTPOnly: true}}, ""},
	"empty value":              {"e.com\tTRUE\t/\tFALSE\t0\tsid\n", []network.Cookie{{Name: "sid", Value: secret(""), Domain: "e.com", Path: "/"}}, ""},
	"byte order mark":          {"\ufeff# c\n", nil, ""},
	"a public suffix's domain": {".com\tTRUE\t/\tFALSE\t0\ta\tb\n", []network.Cookie{{Name: "a", Value: secret("b"), Domain: "com", HostOnly: true, Path: "/"}}, ""},
	"fraction of a second":     {"e.com\tFALSE\t/\tFALSE\t1900000000.25\ta\tb", []network.Cookie{{Name: "a", Value: secret("b"), Domain: "e.com", HostOnly: true, Path: "/", Expires: time.Unix(1900000000, 0)}}, ""},
	"blanks for tabs":          {"# c\ne.com TRUE / FALSE 0 a secret\n", nil, "line 2: 1 fields"},
	"flag":                     {"e.com\tyes\t/\tFALSE\t0\ta\tsecret\n", nil, "line 1: field 2"},
	"secure flag":              {"e.com\tTRUE\t/\t1\t0\ta\tsecret\n", nil, "line 1: field 4"},
	"time":                     {"e.com\tTRUE\t/\tTRUE\tNaN\ta\tsecret\n", nil, "line 1: field 5"},
	"path":                     {"e.com\tTRUE\tx\tTRUE\t0\ta\tsecret\n", nil, "line 1: the path"},
	"host":                     {"e com\tTRUE\t/\tTRUE\t0\ta\tsecret\n", nil, "line 1: the domain"},
	"name":                     {"e.com\tTRUE\t/\tTRUE\t0\ta=b\tsecret\n", nil, "line 1: the name or value"},
	"no name":                  {"e.com\tTRUE\t/\tTRUE\t0\t\tsecret\n", nil, "line 1: the name or value"},
	"endless line":             {strings.Repeat("x", 200<<10), nil, "line 1 is longer"},
	"endless file":             {strings.Repeat("# comment\n", 2<<20), nil, "more than"},
}

func TestReadCookiesFile(t *testing.T) {
	for name, test := range cookieFiles {
		t.Run(name, func(t *testing.T) {
			got, err := network.ReadCookiesFile(strings.NewReader(test.text))
			if test.err != "" {
				require.ErrorIs(t, err, network.ErrCookie)
				require.ErrorContains(t, err, test.err)
				require.NotContains(t, err.Error(), "secret")
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestCookiesFileGoesToTheJar(t *testing.T) {
	server := newScript(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	cookies, err := network.ReadCookiesFile(strings.NewReader(
		"127.0.0.1\tFALSE\t/\tFALSE\t0\tmine\t1\nexample.com\tTRUE\t/\tFALSE\t0\tother\t2\n127.0.0.1\tFALSE\t/\tFALSE\t1\told\t3\n"))
	require.NoError(t, err)
	cfg := network.NewConfiguration()
	cfg.Cookies = cookies
	cfg.ReadSetCookieHeader = false
	c := newClient(t, cfg, network.Options{})
	_, _, err = c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: server.url})
	require.NoError(t, err)
	require.Contains(t, server.raw()[0], "\r\nCookie: mine=1\r\n")
}

func FuzzReadCookiesFile(f *testing.F) {
	for name, test := range cookieFiles {
		if !strings.HasPrefix(name, "endless") {
			f.Add(test.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		cookies, err := network.ReadCookiesFile(strings.NewReader(text))
		if err != nil {
			require.ErrorIs(t, err, network.ErrCookie)
			return
		}
		cfg := network.NewConfiguration()
		cfg.Cookies = cookies
		require.NoError(t, cfg.Validate())
	})
}
