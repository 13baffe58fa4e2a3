package network

import (
	"bytes"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// A Base is an absolute http or https URL that references are resolved against. It is constant and
// safe for concurrent use.
type Base struct {
	scheme    string
	authority string // user information, host and port
	path      string // begins with a slash
	query     string // with its question mark, or empty
	fragment  string // with its number sign, or empty
}

// ParseBase reads an absolute http or https URL as the WHATWG URL standard does (4.4, basic URL
// parser), with the one deviation of Base.Resolve. The error quotes nothing.
func ParseBase(s string) (*Base, error) {
	s = stripReference(s)
	scheme, rest, found := CutScheme(s)
	if scheme = strings.ToLower(scheme); !found || scheme != "http" && scheme != "https" {
		return nil, errScheme
	}
	return parseAuthority(scheme, strings.TrimLeft(rest, `/\`))
}

// Resolve returns the absolute form of a reference, as the WHATWG URL standard and browsers have
// it: white space around it and line breaks within are left out, backslashes are slashes, and what
// a URL must not hold is escaped as UTF-8. A reference of another scheme than http and https comes
// back as it is.
//
// It deviates from the standard in one point: a percent sign in a path that escapes nothing becomes
// "%25". Browsers send it as it is, some servers refuse that, and all understand the escape.
func (b *Base) Resolve(reference string) (string, error) {
	reference = stripReference(reference)
	scheme, rest, found := CutScheme(reference)
	if !found {
		rest = reference
	} else if scheme = strings.ToLower(scheme); scheme != "http" && scheme != "https" {
		return reference, nil
	} else if scheme != b.scheme || strings.HasPrefix(rest, "//") {
		u, err := parseAuthority(scheme, strings.TrimLeft(rest, `/\`))
		if err != nil {
			return "", err
		}
		return u.String(), nil
	}
	u := &Base{scheme: b.scheme, authority: b.authority}
	switch {
	case len(rest) > 1 && isSlash(rest[0]) && isSlash(rest[1]):
		u, err := parseAuthority(b.scheme, strings.TrimLeft(rest, `/\`))
		if err != nil {
			return "", err
		}
		return u.String(), nil
	case len(rest) > 0 && isSlash(rest[0]):
		u.parsePath("/", rest[1:])
	case rest == "" || rest[0] == '#':
		u.path, u.query = b.path, b.query
		u.parseFragment(rest)
	case rest[0] == '?':
		u.path = b.path
		u.parseQuery(rest)
	default:
		u.parsePath(b.path[:strings.LastIndexByte(b.path, '/')+1], rest)
	}
	return u.String(), nil
}

// String returns the URL.
func (b *Base) String() string {
	return b.scheme + "://" + b.authority + b.path + b.query + b.fragment
}

// stripReference leaves out what the standard leaves out before it begins.
func stripReference(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	if strings.ContainsAny(s, "\t\n\r") {
		s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	}
	return s
}

// CutScheme cuts a reference behind its scheme, as it is written. found is false for one that is
// relative. RFC 3986, 3.1.
func CutScheme(s string) (scheme, rest string, found bool) {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		case c == ':' && i > 0:
			return s[:i], s[i+1:], true
		default:
			return "", "", false
		}
	}
	return "", "", false
}

func isSlash(c byte) bool { return c == '/' || c == '\\' }

// parseAuthority reads what follows the slashes behind a scheme.
func parseAuthority(scheme, s string) (*Base, error) {
	end := strings.IndexAny(s, `/\?#`)
	if end < 0 {
		end = len(s)
	}
	u := &Base{scheme: scheme, path: "/"}
	host := s[:end]
	var user []byte
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		name, password, hasPassword := strings.Cut(host[:at], ":")
		user = appendEscaped(user, name, &userSet, true)
		if hasPassword && password != "" {
			user = appendEscaped(append(user, ':'), password, &userSet, true)
		}
		if len(user) > 0 {
			user = append(user, '@')
		}
		host = host[at+1:]
	}
	host, port, err := parseHostPort(host)
	if err != nil {
		return nil, err
	}
	if port == "80" && scheme == "http" || port == "443" && scheme == "https" {
		port = ""
	}
	u.authority = string(user) + host
	if port != "" {
		u.authority += ":" + port
	}
	switch rest := s[end:]; {
	case rest == "":
	case isSlash(rest[0]):
		u.parsePath("/", rest[1:])
	default:
		u.parseQuery(rest)
	}
	return u, nil
}

// parseHostPort reads a host and a port, both as they stand in a URL.
func parseHostPort(s string) (host, port string, err error) {
	if inner, found := strings.CutPrefix(s, "["); found {
		inner, port, found = strings.Cut(inner, "]")
		address, err := netip.ParseAddr(inner)
		if !found || err != nil || !address.Is6() || address.Zone() != "" || port != "" && port[0] != ':' {
			return "", "", errHost
		}
		host, port = "["+address.String()+"]", strings.TrimPrefix(port, ":")
	} else {
		host, port, _ = strings.Cut(s, ":")
		if host, err = parseHost(host); err != nil {
			return "", "", err
		}
	}
	if port != "" {
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return "", "", errHost
		}
		port = strconv.FormatUint(number, 10)
	}
	return host, port, nil
}

// parseHost reads a host that is no IPv6 address.
func parseHost(s string) (string, error) {
	decoded, err := url.PathUnescape(s)
	if err != nil {
		return "", errHost
	}
	host, err := asciiHost(decoded)
	if err != nil || strings.Contains(host, ":") {
		return "", errHost
	}
	return parseIPv4(host)
}

// parseIPv4 returns the dotted decimals of an address that is written in one of its other forms,
// and every other host as it is. WHATWG URL, 3.5 (ends in a number, IPv4 parser).
func parseIPv4(host string) (string, error) {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := parts[len(parts)-1]
	if _, ok := parseIPv4Part(last); !ok && strings.Trim(last, "0123456789") != "" || last == "" {
		return host, nil
	}
	if len(parts) > 4 {
		return "", errHost
	}
	var address uint64
	for i, part := range parts {
		n, ok := parseIPv4Part(part)
		if !ok {
			return "", errHost
		}
		if i < len(parts)-1 {
			if n > 0xff {
				return "", errHost
			}
			address |= n << (8 * (3 - i))
			continue
		}
		if n >= 1<<(8*(4-i)) {
			return "", errHost
		}
		address |= n
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}).String(), nil
}

// parseIPv4Part reads a number in decimal, octal (from 0) or hexadecimal (from 0x). WHATWG URL,
// 3.5.
func parseIPv4Part(s string) (uint64, bool) {
	base := 10
	switch {
	case s == "":
		return 0, false
	case strings.HasPrefix(s, "0x"): // the host is in lower case
		if s = s[2:]; s == "" {
			return 0, true
		}
		base = 16
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	if s[0] == '+' || s[0] == '-' {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 40)
	return n, err == nil
}

// parsePath reads a path, and what follows it, from folder on, which ends in a slash.
func (b *Base) parsePath(folder, s string) {
	end := strings.IndexAny(s, "?#")
	if end < 0 {
		end = len(s)
	}
	path := []byte(folder)
	for rest, more := s[:end], true; more; {
		segment := rest
		i := strings.IndexAny(rest, `/\`)
		if more = i >= 0; more {
			segment, rest = rest[:i], rest[i+1:]
		}
		switch {
		case isDots(segment, 2):
			path = path[:max(bytes.LastIndexByte(path[:len(path)-1], '/'), 0)+1]
		case isDots(segment, 1):
		default:
			path = appendEscaped(path, segment, &pathSet, true)
			if more {
				path = append(path, '/')
			}
		}
	}
	b.path = string(path)
	b.parseQuery(s[end:])
}

// isDots says whether a segment is n dots, each perhaps escaped.
func isDots(segment string, n int) bool {
	for ; n > 0; n-- {
		switch {
		case strings.HasPrefix(segment, "."):
			segment = segment[1:]
		case len(segment) >= 3 && strings.EqualFold(segment[:3], "%2e"):
			segment = segment[3:]
		default:
			return false
		}
	}
	return segment == ""
}

// parseQuery reads a query with its question mark, if there is one, and the fragment.
func (b *Base) parseQuery(s string) {
	query, _, _ := strings.Cut(s, "#")
	b.query = string(appendEscaped(nil, query, &querySet, false))
	b.parseFragment(s[len(query):])
}

func (b *Base) parseFragment(s string) {
	if s != "" {
		b.fragment = "#" + string(appendEscaped(nil, s[1:], &fragmentSet, true))
	}
}

// The percent-encode sets. WHATWG URL, 1.3.
var (
	fragmentSet = percentSet(" \"<>`")
	querySet    = percentSet(" \"#<>'") // the special-query set
	pathSet     = percentSet(" \"#<>?^`{}")
	userSet     = percentSet(" \"#<>?^`{}/:;=@[\\]|")
)

// percentSet is the C0 control percent-encode set and more.
func percentSet(more string) (set [256]bool) {
	for c := range set {
		set[c] = c < ' ' || c > '~' || strings.IndexByte(more, byte(c)) >= 0
	}
	return set
}

// appendEscaped appends s to dst, the bytes of a set escaped, and with percent those percent signs
// that escape nothing.
func appendEscaped(dst []byte, s string, set *[256]bool, percent bool) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		stray := percent && c == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]))
		if set[c] || stray {
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
