package network

import (
	"errors"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// maxURLSize bounds a URL, in bytes.
const maxURLSize = 64 << 10

// The ways in which a URL can be wrong. net/url's own errors quote the URL, query and all.
var (
	errURL    = errors.New("the URL cannot be read")
	errScheme = errors.New("the URL is neither http nor https")
	errHost   = errors.New("the URL has no host, or one that is not valid")
)

// parseURL reads an absolute http or https URL. The host comes back in lower case and as ASCII.
// What a URL must not hold is escaped, as Base.Resolve says.
func parseURL(s string) (*url.URL, error) {
	if len(s) > maxURLSize {
		return nil, errURL
	}
	if !plainURL(s) {
		_, rest, found := CutScheme(s)
		if !found || !strings.HasPrefix(rest, "//") {
			return nil, errURL
		}
		base, err := ParseBase(s)
		if err != nil {
			return nil, err
		}
		s = base.String()
		if !strings.ContainsAny(rest[len("//"):], "/\\?#") {
			s = strings.TrimSuffix(s, "/") // an origin has no path
		}
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, errURL
	}
	return u, normalizeURL(u)
}

// plainURL says whether a URL holds only what a URL may hold. RFC 3986, 2.
func plainURL(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '%':
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return false
			}
		case c <= ' ' || c > '~' || strings.IndexByte("\"<>\\^`{|}", c) >= 0:
			return false
		}
	}
	return true
}

// normalizeURL checks u and makes its host lower case ASCII and its fragment empty.
func normalizeURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return errScheme
	}
	host, err := asciiHost(u.Hostname())
	if err != nil || u.Opaque != "" {
		return errHost
	}
	if strings.Contains(host, ":") {
		host = "[" + strings.ReplaceAll(host, "%", "%25") + "]"
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host = host
	u.Fragment, u.RawFragment = "", ""
	return nil
}

// asciiHost returns a host name in lower case, its international labels as in DNS.
func asciiHost(host string) (string, error) {
	if host == "" {
		return "", errHost
	}
	if isAddress(host) {
		return strings.ToLower(host), nil
	}
	for i := range len(host) {
		if host[i] >= 0x80 {
			ascii, err := idna.Lookup.ToASCII(host)
			if err != nil || ascii == "" {
				return "", errHost
			}
			return ascii, nil
		}
		if c := host[i]; c <= ' ' || c == 0x7f || strings.IndexByte(`"#%/:<>?@[\]^`+"`{|}", c) >= 0 {
			return "", errHost
		}
	}
	return strings.ToLower(host), nil
}

// origin is scheme, host and port. RFC 6454, 4.
type origin struct {
	scheme, host, port string
}

func originOf(u *url.URL) origin {
	port := u.Port()
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	return origin{scheme: u.Scheme, host: u.Hostname(), port: port}
}

// parseOrigin reads "scheme://host[:port]".
func parseOrigin(s string) (origin, error) {
	u, err := parseURL(s)
	if err != nil {
		return origin{}, err
	}
	if (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.ForceQuery || u.User != nil || strings.Contains(s, "#") {
		return origin{}, errURL
	}
	return originOf(u), nil
}

// sameSite says that two host names are equal or share a registrable domain. An address shares
// one with itself alone, and so does a name that is a public suffix or has one label.
func sameSite(a, b string) bool {
	if a == b {
		return true
	}
	site := registrable(a)
	return site != "" && site == registrable(b)
}

// registrable returns a host's registrable domain by the public suffix list, or "".
func registrable(host string) string {
	host = strings.TrimSuffix(host, ".")
	if isAddress(host) {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return domain
}
