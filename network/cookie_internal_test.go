package network

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"
)

var cookieNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// jarCases are Set-Cookie lines from a URL, and the Cookie header for another.
var jarCases = map[string]struct {
	from string
	set  []string
	to   string
	want string
}{
	"host only":               {"https://www.example.com/", []string{"a=1"}, "https://www.example.com/x", "a=1"},
	"host only, sub-domain":   {"https://example.com/", []string{"a=1"}, "https://www.example.com/x", ""},
	"domain":                  {"https://www.example.com/", []string{"a=1; Domain=example.com"}, "https://api.example.com/", "a=1"},
	"domain with dot":         {"https://www.example.com/", []string{"a=1; Domain=.EXAMPLE.com"}, "https://api.example.com/", "a=1"},
	"foreign domain":          {"https://www.example.com/", []string{"a=1; Domain=example.net"}, "https://example.net/", ""},
	"sub-domain's domain":     {"https://example.com/", []string{"a=1; Domain=www.example.com"}, "https://www.example.com/", ""},
	"suffix without dot":      {"https://badexample.com/", []string{"a=1; Domain=example.com"}, "https://example.com/", ""},
	"public suffix":           {"https://www.example.co.uk/", []string{"a=1; Domain=co.uk"}, "https://other.co.uk/", ""},
	"own public suffix":       {"https://co.uk/", []string{"a=1; Domain=co.uk"}, "https://www.co.uk/", ""},
	"private suffix":          {"https://me.github.io/", []string{"a=1; Domain=github.io"}, "https://you.github.io/", ""},
	"address":                 {"http://127.0.0.1/", []string{"a=1; Domain=127.0.0.1"}, "http://127.0.0.1:8080/", "a=1"},
	"address is no domain":    {"http://1.127.0.0.1/", []string{"a=1; Domain=127.0.0.1"}, "http://127.0.0.1/", ""},
	"localhost":               {"http://localhost/", []string{"a=1"}, "http://localhost:81/", "a=1"},
	"IDN":                     {"https://www.bücher.example/", []string{"a=1; Domain=bücher.example"}, "https://xn--bcher-kva.example/", "a=1"},
	"path":                    {"https://e.com/a/b/c", []string{"a=1"}, "https://e.com/a/b/d", "a=1"},
	"path, above":             {"https://e.com/a/b/c", []string{"a=1"}, "https://e.com/a/", ""},
	"path, not a prefix":      {"https://e.com/", []string{"a=1; Path=/a"}, "https://e.com/ab", ""},
	"path not absolute":       {"https://e.com/a/b", []string{"a=1; Path=x"}, "https://e.com/a/c", "a=1"},
	"longer path first":       {"https://e.com/", []string{"a=1; Path=/", "b=2; Path=/x"}, "https://e.com/x/y", "b=2; a=1"},
	"older first":             {"https://e.com/", []string{"b=1", "a=2", "b=3"}, "https://e.com/", "b=3; a=2"},
	"secure":                  {"https://e.com/", []string{"a=1; Secure"}, "http://e.com/", ""},
	"secure from http":        {"http://e.com/", []string{"a=1; Secure"}, "https://e.com/", ""},
	"max-age":                 {"https://e.com/", []string{"a=1; Max-Age=10"}, "https://e.com/", "a=1"},
	"max-age over":            {"https://e.com/", []string{"a=1; Max-Age=0"}, "https://e.com/", ""},
	"max-age over expires":    {"https://e.com/", []string{"a=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT"}, "https://e.com/", "a=1"},
	"max-age huge":            {"https://e.com/", []string{"a=1; Max-Age=99999999999999999999999"}, "https://e.com/", "a=1"},
	"max-age not a number":    {"https://e.com/", []string{"a=1; Max-Age=+0"}, "https://e.com/", "a=1"},
	"removed":                 {"https://e.com/", []string{"a=1", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"}, "https://e.com/", ""},
	"expires":                 {"https://e.com/", []string{"a=1; Expires=Sun, 22 Nov 2026 12:00:01 GMT"}, "https://e.com/", "a=1"},
	"expires, dashes":         {"https://e.com/", []string{"a=1; Expires=Sunday, 22-Nov-26 11:59:59 GMT"}, "https://e.com/", ""},
	"quotes":                  {"https://e.com/", []string{`a="1, \ 2"`}, "https://e.com/", `a="1, \ 2"`},
	"bytes above 0x7f":        {"https://e.com/", []string{"a=\xff\xe9"}, "https://e.com/", "a=\xff\xe9"},
	"equals":                  {"https://e.com/", []string{"a=b=c=="}, "https://e.com/", "a=b=c=="},
	"blanks at the ends":      {"https://e.com/", []string{" a = 1 ; x"}, "https://e.com/", "a=1"},
	"no name":                 {"https://e.com/", []string{"=1", "secret"}, "https://e.com/", ""},
	"control":                 {"https://e.com/", []string{"a=1\x01"}, "https://e.com/", ""},
	"__Secure-":               {"https://e.com/", []string{"__Secure-a=1", "__Secure-b=1; Secure"}, "https://e.com/", "__Secure-b=1"},
	"__Host-":                 {"https://e.com/", []string{"__Host-a=1; Secure", "__Host-b=1; Secure; Path=/", "__Host-c=1; Secure; Path=/; Domain=e.com"}, "https://e.com/", "__Host-b=1"},
	"SameSite is not for us":  {"https://e.com/", []string{"a=1; SameSite=Strict"}, "https://e.com/", "a=1"},
	"same name, other domain": {"https://www.e.com/", []string{"a=1; Domain=e.com", "a=2"}, "https://www.e.com/", "a=1; a=2"},
}

func TestJar(t *testing.T) {
	for name, test := range jarCases {
		t.Run(name, func(t *testing.T) {
			j := newJar()
			from, err := parseURL(test.from)
			require.NoError(t, err)
			to, err := parseURL(test.to)
			require.NoError(t, err)
			j.set(from, test.set, cookieNow)
			got, _ := cookieHeader(j.match(to, cookieNow), nil)
			require.Equal(t, test.want, got)
		})
	}
}

// The standard library's jar is the second opinion, where it does not drop or quote values.
func TestJarAgreesWithCookiejar(t *testing.T) {
	differ := map[string]bool{ // it follows an older draft there, or its reader drops the value
		"quotes": true, "bytes above 0x7f": true, "__Secure-": true, "__Host-": true, "secure from http": true,
		"own public suffix": true, "max-age not a number": true, "IDN": true,
		"blanks at the ends": true,
		// It looks at the real clock.
		"expires": true, "expires, dashes": true,
	}
	for name, test := range jarCases {
		if differ[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			other, err := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
			require.NoError(t, err)
			from, err := url.Parse(test.from)
			require.NoError(t, err)
			to, err := url.Parse(test.to)
			require.NoError(t, err)
			response := http.Response{Header: http.Header{"Set-Cookie": test.set}}
			other.SetCookies(from, response.Cookies())
			var lines []string
			for _, c := range other.Cookies(to) {
				lines = append(lines, c.String())
			}
			require.Equal(t, test.want, strings.Join(lines, "; "))
		})
	}
}

func TestJarExpiry(t *testing.T) {
	j := newJar()
	u, err := parseURL("https://e.com/")
	require.NoError(t, err)
	j.set(u, []string{"a=1; Max-Age=10", "b=2"}, cookieNow)
	require.Len(t, j.match(u, cookieNow.Add(9*time.Second)), 2)
	require.Len(t, j.match(u, cookieNow.Add(10*time.Second)), 1)
	require.Equal(t, 1, j.count)
}

func TestJarKeepsSecureCookies(t *testing.T) {
	j := newJar()
	secure, err := parseURL("https://e.com/")
	require.NoError(t, err)
	plain, err := parseURL("http://e.com/")
	require.NoError(t, err)
	j.set(secure, []string{"a=1; Secure; Path=/"}, cookieNow)
	j.set(plain, []string{"a=2; Path=/"}, cookieNow)
	got, _ := cookieHeader(j.match(secure, cookieNow), nil)
	require.Equal(t, "a=1", got)
}

func TestJarIsBounded(t *testing.T) {
	j := newJar()
	for site := range 40 {
		u, err := parseURL(fmt.Sprintf("https://site%d.com/", site))
		require.NoError(t, err)
		for n := range 200 {
			j.set(u, []string{fmt.Sprintf("c%d=1", n)}, cookieNow)
		}
		require.LessOrEqual(t, len(j.match(u, cookieNow)), maxSiteCookies)
	}
	require.LessOrEqual(t, j.count, maxCookies)
	count := 0
	for _, cookies := range j.sites {
		count += len(cookies)
	}
	require.Equal(t, count, j.count)
}

func TestCookieDate(t *testing.T) {
	want := time.Date(2026, 11, 22, 8, 49, 37, 0, time.UTC)
	tests := map[string]bool{
		"Sun, 22 Nov 2026 08:49:37 GMT":     true,
		"Sunday, 22-Nov-26 08:49:37 GMT":    true,
		"Sun Nov 22 08:49:37 2026":          true,
		"22 november 2026 8:49:37":          true,
		"2026 Nov 22 08:49:37":              true,
		"Sun, 32 Nov 2026 08:49:37 GMT":     false,
		"Sun, 31 Nov 2026 08:49:37 GMT":     false,
		"Sun, 22 Nov 2026 24:49:37 GMT":     false,
		"Sun, 22 Nov 1500 08:49:37 GMT":     false,
		"Sun, 22 Nov 2026":                  false,
		"":                                  false,
		"00000022 Nov 2026 08:49:37":        false,
		"Sun, 22 Nov 2026 08:49:37junk GMT": true,
	}
	for date, ok := range tests {
		t.Run(date, func(t *testing.T) {
			got, valid := parseCookieDate(date)
			require.Equal(t, ok, valid)
			if ok {
				require.Equal(t, want, got)
			}
		})
	}
}

func FuzzSetCookie(f *testing.F) {
	for _, test := range jarCases {
		for _, line := range test.set {
			f.Add(test.from, line)
		}
	}
	f.Fuzz(func(t *testing.T, from, line string) {
		u, err := parseURL(from)
		if err != nil {
			return
		}
		c, ok := parseSetCookie(line, u, cookieNow)
		if !ok {
			return
		}
		require.NotEmpty(t, c.Name)
		require.True(t, c.HostOnly && c.Domain == u.Hostname() || domainMatch(u.Hostname(), c.Domain))
		require.False(t, !c.HostOnly && isPublicSuffix(c.Domain))
		header, _ := cookieHeader([]pair{{c.Name, c.Value}}, nil)
		require.NotContains(t, header, "\r")
		require.NotContains(t, header, "\n")
		require.NotContains(t, header, ";")
		j := newJar()
		j.add(c, true, cookieNow)
		for _, p := range j.match(u, cookieNow) {
			require.Equal(t, c.Name, p.name)
		}
	})
}
