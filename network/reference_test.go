package network_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// references are the examples of the WHATWG URL standard (4.3, URL writing, and 4.4), of its test
// data, and of what browsers do with such names, each against a base; empty is refused. A stray
// percent sign in a path or a fragment is the deviation that Base.Resolve tells of.
var references = []struct{ base, reference, want string }{
	// The table of the standard's introduction to URL parsing.
	{"https://example.com/", "https:example.org", "https://example.com/example.org"},
	{"http://example.com/", "https:example.org", "https://example.org/"},
	{"http://example.com/", "https://////example.com///", "https://example.com///"},
	{"http://example.com/", "https://example.com/././foo", "https://example.com/foo"},
	{"https://example.com", "hello:world", "hello:world"},
	{"https://example.com", `\example\..\demo/.\`, "https://example.com/demo/"},
	{"https://example.com/demo", "example", "https://example.com/example"},
	{"http://example.com/", "https://user:password@example.org/", "https://user:password@example.org/"},
	{"http://example.com/", "https://example.org/foo bar", "https://example.org/foo%20bar"},
	{"http://example.com/", "https://EXAMPLE.com/../x", "https://example.com/x"},
	{"http://example.com/", "https://ex ample.org/", ""},
	{"http://example.com/", "https://example.com:demo", ""},
	{"http://example.com/", "http://[www.example.com]/", ""},
	{"http://example.com/", "https://example.org//", "https://example.org//"},
	{"http://example.com/", "https://example.com/[]?[]#[]", "https://example.com/[]?[]#[]"},
	{"http://example.com/", "https://example/%?%#%", "https://example/%25?%#%25"},
	{"http://example.com/", "https://example/%25?%25#%25", "https://example/%25?%25#%25"},
	// Host parsing.
	{"http://example.com/", "http://EXAMPLE.COM", "http://example.com/"},
	{"http://example.com/", "http://example%2Ecom", "http://example.com/"},
	{"http://example.com/", "http://faß.example", "http://xn--fa-hia.example/"},
	{"http://example.com/", "http://0", "http://0.0.0.0/"},
	{"http://example.com/", "http://0xffffffff", "http://255.255.255.255/"},
	{"http://example.com/", "http://192.0x00A80001", "http://192.168.0.1/"},
	{"http://example.com/", "http://0300.168.0.0xF0", "http://192.168.0.240/"},
	{"http://example.com/", "http://256.256.256.256", ""},
	{"http://example.com/", "http://foo.0x4", ""},
	{"http://example.com/", "http://09", ""},
	{"http://example.com/", "http://1.2.3.08", ""},
	{"http://example.com/", "http://[2001::1]", "http://[2001::1]/"},
	{"http://example.com/", "http://[0:0::1%5]", ""},
	{"http://example.com/", "http://[::1", ""},
	{"http://example.com/", "http://ho%20st/", ""},
	{"http://example.com/", "http://a:65536/", ""},
	{"http://example.com/", "http://a:0080/", "http://a/"},
	{"http://example.com/", "http://a:443/", "http://a:443/"},
	{"http://example.com/", "http://@/x", ""},
	{"http://example.com/", "http://user@/x", ""},
	{"http://example.com/", "http://a@b@c/", "http://a%40b@c/"},
	{"http://example.com/", "http://:b@c/", "http://:b@c/"},
	// Paths, queries and fragments of the test data.
	{"http://example.org/foo/bar", "http://foo:80/", "http://foo/"},
	{"http://example.org/foo/bar", "  \tfoo \n ", "http://example.org/foo/foo"},
	{"http://example.org/foo/bar", "a\tb\nc", "http://example.org/foo/abc"},
	{"http://example.org/foo/bar", "", "http://example.org/foo/bar"},
	{"http://example.org/foo/bar?a=b", "#x", "http://example.org/foo/bar?a=b#x"},
	{"http://example.org/foo/bar?a=b", "?", "http://example.org/foo/bar?"},
	{"http://example.org/foo/bar", ":foo.com/", "http://example.org/foo/:foo.com/"},
	{"http://example.org/foo/bar", "/a/ /c", "http://example.org/a/%20/c"},
	{"http://example.org/foo/bar", "/a%2fc", "http://example.org/a%2fc"},
	{"http://example.org/foo/bar", `\\x\hello`, "http://x/hello"},
	{"http://example.org/foo/bar", `///x/y`, "http://x/y"},
	{"http://example.org/foo/bar", "%2E%2e/x", "http://example.org/x"},
	{"http://example.org/foo/bar", ".%2E/..", "http://example.org/"},
	{"http://example.org/foo/bar", "a/%2e", "http://example.org/foo/a/"},
	{"http://example.org/foo/bar", "a//../b", "http://example.org/foo/a/b"},
	{"http://example.org/foo/bar", "/你好你好", "http://example.org/%E4%BD%A0%E5%A5%BD%E4%BD%A0%E5%A5%BD"},
	{"http://example.org/foo/bar", "foo/%00%51", "http://example.org/foo/foo/%00%51"},
	{"http://example.org/foo/bar", "a|b~c'd", "http://example.org/foo/a|b~c'd"},
	{"http://example.org/foo/bar", "<a>\"`{b}^", "http://example.org/foo/%3Ca%3E%22%60%7Bb%7D%5E"},
	{"http://example.org/foo/bar", "x?'<\">`{|}^\\", "http://example.org/foo/x?%27%3C%22%3E`{|}^\\"},
	{"http://example.org/foo/bar", "x?a?b#c#d <e>`", "http://example.org/foo/x?a?b#c#d%20%3Ce%3E%60"},
	// Names of segments.
	{"http://example.org/d/i.m3u8", "a 100%.ts", "http://example.org/d/a%20100%25.ts"},
	{"http://example.org/d/i.m3u8", "50%25%2.ts?100%", "http://example.org/d/50%25%252.ts?100%"},
	{"http://example.org/d/i.m3u8", "Part #1?.ts", "http://example.org/d/Part%20#1?.ts"},
	{"http://example.org/d/i.m3u8", `sub\a.ts?x=\y`, `http://example.org/d/sub/a.ts?x=\y`},
	{"http://example.org/d/i.m3u8", "[1080p] {a}.ts", "http://example.org/d/[1080p]%20%7Ba%7D.ts"},
	{"http://example.org/d/i.m3u8", "12:30.ts", "http://example.org/d/12:30.ts"},
	{"http://example.org/d/i.m3u8", "caf\xe9.ts", "http://example.org/d/caf%E9.ts"},
	{"http://example.org/d/i.m3u8", "data:text/plain,a b", "data:text/plain,a b"},
	{"http://example.org/d/i.m3u8", "skd://Key 1", "skd://Key 1"},
}

func TestResolveReference(t *testing.T) {
	for _, c := range references {
		t.Run(c.base+" "+c.reference, func(t *testing.T) {
			base, err := network.ParseBase(c.base)
			require.NoError(t, err)
			got, err := base.Resolve(c.reference)
			if c.want == "" {
				require.Error(t, err, got)
				assert.NotContains(t, err.Error(), c.reference)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	for _, base := range []string{"", "a", "/a", "file:///a", "http://", "http:", "http://a b/"} {
		_, err := network.ParseBase(base)
		require.Error(t, err, base)
	}
}

// FuzzResolveReference holds that what is resolved is a URL that a request can be made for, that it
// is resolved to itself, and that its host is the base's unless the reference names one.
func FuzzResolveReference(f *testing.F) {
	for _, c := range references {
		f.Add(c.base, c.reference)
	}
	f.Fuzz(func(t *testing.T, address, reference string) {
		base, err := network.ParseBase(address)
		if err != nil {
			return
		}
		got, err := base.Resolve(reference)
		if err != nil || !strings.HasPrefix(got, "http://") && !strings.HasPrefix(got, "https://") {
			return
		}
		u, err := url.Parse(got)
		require.NoError(t, err)
		require.NotEmpty(t, u.Hostname())
		require.False(t, strings.ContainsFunc(u.RequestURI(), func(r rune) bool { return r <= ' ' || r > '~' }))
		again, err := base.Resolve(got)
		require.NoError(t, err)
		require.Equal(t, got, again)
		parsed, err := network.ParseBase(got)
		require.NoError(t, err)
		require.Equal(t, got, parsed.String())
		if len(got) > 64<<10 {
			return
		}
		asked, err := network.ParseURL(got)
		require.NoError(t, err)
		require.Equal(t, u.Hostname(), asked.Hostname())
		if !strings.ContainsAny(reference, ":/\\") {
			own, err := url.Parse(base.String())
			require.NoError(t, err)
			require.Equal(t, own.Host, u.Host)
		}
	})
}
