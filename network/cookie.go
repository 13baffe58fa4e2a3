package network

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// Limits on cookies of the jar.
const (
	maxSetCookieSize = 64 << 10 // bytes of a Set-Cookie value
	maxCookieAttr    = 1024     // bytes of an attribute's value; longer ones count as absent. RFC 6265bis, 5.6
)

// Cookie is a cookie of the jar, with its place and end: from a cookies.txt file, or from Set-Cookie.
type Cookie struct {
	Name  string
	Value Secret
	// Domain is the host, or with HostOnly false the domain with all its hosts; without a leading dot.
	Domain   string
	HostOnly bool
	Path     string
	// Secure keeps the cookie from http.
	Secure bool
	// HTTPOnly is kept for whoever exports the cookie.
	HTTPOnly bool
	// Expires is when the cookie ends; zero is never.
	Expires time.Time
}

var (
	errCookieDomain = errors.New("the domain is not valid")
	errCookiePath   = errors.New("the path does not begin with /")
	errCookieBytes  = errors.New("the name or value cannot be sent as it is")
)

func (c Cookie) validate() error {
	if c.Name == "" || invalidSetCookie(c.Name) || strings.ContainsAny(c.Name, "=;") {
		return fmt.Errorf("%w: %w", errCookieBytes, ErrCookie)
	}
	if invalidValue(c.Value.Reveal()) >= 0 {
		return fmt.Errorf("%w: %w", errCookieBytes, ErrCookie)
	}
	if host, err := asciiHost(c.Domain); err != nil || host != c.Domain {
		return fmt.Errorf("%w: %w", errCookieDomain, ErrCookie)
	}
	if !strings.HasPrefix(c.Path, "/") || invalidSetCookie(c.Path) {
		return fmt.Errorf("%w: %w", errCookiePath, ErrCookie)
	}
	return nil
}

// parseSetCookie reads a Set-Cookie value as it came from u at now. It takes any byte that can be sent
// back, where net/http drops values with quotes, backslashes or bytes above 0x7f. False is a cookie to be
// ignored. RFC 6265, 5.2 and 5.3; name prefixes as in RFC 6265bis.
func parseSetCookie(line string, u *url.URL, now time.Time) (Cookie, bool) {
	if len(line) > maxSetCookieSize || invalidSetCookie(line) {
		return Cookie{}, false
	}
	first, attributes, _ := strings.Cut(line, ";")
	name, value, found := strings.Cut(first, "=")
	name, value = strings.Trim(name, " \t"), strings.Trim(value, " \t")
	if !found || name == "" || strings.ContainsRune(value, '\t') || strings.ContainsRune(name, '\t') {
		return Cookie{}, false
	}
	host := u.Hostname()
	c := Cookie{Name: name, Value: NewSecret(value), Domain: host, HostOnly: true, Path: defaultPath(u)}
	var maxAge string
	pathGiven := false
	for attributes != "" {
		var attribute string
		attribute, attributes, _ = strings.Cut(attributes, ";")
		key, val, _ := strings.Cut(attribute, "=")
		key, val = strings.Trim(key, " \t"), strings.Trim(val, " \t")
		if len(val) > maxCookieAttr {
			continue
		}
		switch strings.ToLower(key) {
		case "expires":
			if t, ok := parseCookieDate(val); ok {
				c.Expires = t
			}
		case "max-age":
			if isMaxAge(val) {
				maxAge = val
			}
		case "domain":
			val = strings.TrimPrefix(val, ".")
			c.Domain, c.HostOnly = val, val == ""
		case "path":
			if strings.HasPrefix(val, "/") {
				c.Path, pathGiven = val, true
			} else {
				c.Path, pathGiven = defaultPath(u), false
			}
		case "secure":
			c.Secure = true
		case "httponly":
			c.HTTPOnly = true
		}
	}
	if maxAge != "" {
		c.Expires = expiry(maxAge, now)
	}
	if !c.place(host) {
		return Cookie{}, false
	}
	if c.Secure && u.Scheme != "https" {
		return Cookie{}, false
	}
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, "__secure-") && !c.Secure {
		return Cookie{}, false
	}
	if strings.HasPrefix(lower, "__host-") && (!c.Secure || !c.HostOnly || !pathGiven || c.Path != "/") {
		return Cookie{}, false
	}
	return c, true
}

// place settles the domain of a cookie that host has set. RFC 6265, 5.3, steps 4 to 6.
func (c *Cookie) place(host string) bool {
	if c.HostOnly {
		c.Domain = host
		return true
	}
	domain, err := asciiHost(c.Domain)
	if err != nil {
		return false
	}
	c.Domain = domain
	if isPublicSuffix(domain) {
		c.HostOnly = true
		return domain == host
	}
	if isAddress(host) || isAddress(domain) {
		c.HostOnly = true
		return domain == host
	}
	return domainMatch(host, domain)
}

// isAddress says that a host is an IP address.
func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// isPublicSuffix says that nobody owns the domain, as with "com" or "co.uk".
func isPublicSuffix(domain string) bool {
	if isAddress(domain) {
		return false
	}
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}

// domainMatch says that host is domain or lies under it. RFC 6265, 5.1.3.
func domainMatch(host, domain string) bool {
	if host == domain {
		return true
	}
	if !strings.HasSuffix(host, domain) || host[len(host)-len(domain)-1] != '.' {
		return false
	}
	return !isAddress(host)
}

// pathMatch says that a request's path is under a cookie's. RFC 6265, 5.1.4.
func pathMatch(path, cookie string) bool {
	if path == cookie {
		return true
	}
	return strings.HasPrefix(path, cookie) && (strings.HasSuffix(cookie, "/") || path[len(cookie)] == '/')
}

// defaultPath is the directory of the URL's path. RFC 6265, 5.1.4.
func defaultPath(u *url.URL) string {
	path := u.EscapedPath()
	i := strings.LastIndexByte(path, '/')
	if i <= 0 || path[0] != '/' {
		return "/"
	}
	return path[:i]
}

// invalidSetCookie says that s holds a control character other than a tab. RFC 6265bis, 5.6, step 1.
func invalidSetCookie(s string) bool {
	for i := range len(s) {
		if c := s[i]; isControl(c) && c != '\t' {
			return true
		}
	}
	return false
}

func isMaxAge(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// expiry is the time that a valid Max-Age gives. RFC 6265, 5.2.2.
func expiry(maxAge string, now time.Time) time.Time {
	const longest = 10 * 365 * 24 * 3600 // seconds: what is longer is as good as this
	seconds, err := strconv.ParseInt(maxAge, 10, 64)
	if strings.HasPrefix(maxAge, "-") || (err == nil && seconds <= 0) {
		return time.Unix(1, 0)
	}
	if err != nil || seconds > longest {
		seconds = longest
	}
	return now.Add(time.Duration(seconds) * time.Second)
}
