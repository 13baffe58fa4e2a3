package hls

import (
	"net/url"
	"strings"

	"latchkey/network"
)

// Limits of URIs.
const (
	maxBaseBytes = 16 << 10
	maxURIBytes  = 1 << 20 // data: URIs are long
)

// resolver turns the URIs of a playlist into absolute ones. The zero value leaves them as they are; without a base the
// prefix stands before relative ones.
type resolver struct {
	base *url.URL
	web  *network.Base // the base, when it is http or https
	// prefix stands before a path that does not begin with a slash, origin before one that does.
	prefix, origin string
	filePaths      bool // without a base: file: URLs become paths
}

// newResolver returns the resolver of a base, which is a URL or, with no "://" in it, a file's path. ok is
// false for a URL that cannot be read.
func newResolver(base string) (r resolver, ok bool) {
	i := strings.Index(base, "://")
	if i < 1 || strings.ContainsAny(base[:i], `/\ `) {
		return r, true
	}
	if len(base) > maxBaseBytes {
		return r, false
	}
	var err error
	if scheme := base[:i]; strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") {
		if r.web, err = network.ParseBase(base); err != nil {
			return r, false
		}
		base = r.web.String()
	}
	if r.base, err = url.Parse(base); err != nil {
		return r, false
	}
	resolve := func(ref string) string {
		uri, _ := r.resolve(ref) // a letter can be resolved
		return strings.TrimSuffix(uri, ref)
	}
	r.prefix, r.origin = resolve("x"), resolve("/x")
	return r, true
}

// resolve returns the absolute form of a reference. RFC 3986, 5.2; of http and https, as the WHATWG
// URL standard does.
func (r *resolver) resolve(ref string) (string, error) {
	if r.web != nil {
		return r.web.Resolve(ref)
	}
	u, err := url.Parse(ref)
	if err != nil {
		return "", err
	}
	if u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return ref, nil // data:, skd: and the like mean what they say
	}
	return r.base.ResolveReference(u).String(), nil
}

// query returns the value of a query parameter of the base, percent-decoded.
func (r *resolver) query(name string) (value string, ok bool) {
	if r.base == nil {
		return "", false
	}
	for _, pair := range strings.Split(r.base.RawQuery, "&") {
		key, raw, hasValue := strings.Cut(pair, "=")
		if decoded, err := url.PathUnescape(key); err != nil || decoded != name || !hasValue {
			continue
		}
		if value, err := url.PathUnescape(raw); err == nil {
			return value, true
		}
	}
	return "", false
}

// appendTo appends the absolute form of ref to dst. ok is false for what is no URI reference; it is made the
// best of.
func (r *resolver) appendTo(dst []byte, ref string) (out []byte, ok bool) {
	if r.base == nil {
		_, _, absolute := network.CutScheme(ref)
		switch {
		case ref == "" || ref[0] == '/':
		case !absolute:
			dst = append(dst, r.prefix...)
		case r.filePaths:
			ref = filePath(ref)
		}
		return append(dst, ref...), true
	}
	switch plainReference(ref) {
	case refRelative:
		return append(append(dst, r.prefix...), ref...), true
	case refRooted:
		return append(append(dst, r.origin...), ref...), true
	case refAbsolute:
		return append(dst, ref...), true
	}
	_, err := url.Parse(ref)
	ok = err == nil
	uri, err := r.resolve(ref)
	if err != nil {
		return append(dst, ref...), false
	}
	return append(dst, uri...), ok
}

// filePath returns the path of a file: URL of this computer, and other references as they are. RFC
// 8089, 2.
func filePath(ref string) string {
	u, err := url.Parse(ref)
	if err != nil || u.Scheme != "file" || u.Path == "" || u.Host != "" && u.Host != "localhost" {
		return ref
	}
	return u.EscapedPath()
}

type referenceKind int

const (
	refOther    referenceKind = iota // needs the whole algorithm
	refRelative                      // a path without a leading slash
	refRooted                        // a path with one
	refAbsolute                      // http or https
)

// plainReference tells the references that can be resolved by putting strings together: those in plain
// characters, without dot segments.
func plainReference(ref string) referenceKind {
	if ref == "" {
		return refOther
	}
	kind := refRelative
	path := ref
	switch {
	case strings.HasPrefix(ref, "https://"):
		kind, path = refAbsolute, ref[len("https://"):]
	case strings.HasPrefix(ref, "http://"):
		kind, path = refAbsolute, ref[len("http://"):]
	case ref[0] == '/':
		kind = refRooted
		if len(ref) > 1 && ref[1] == '/' {
			return refOther
		}
	case ref[0] == '.' || ref[0] == '?':
		return refOther
	}
	if kind == refAbsolute {
		slash := strings.IndexByte(path, '/')
		if slash < 1 || !plainHost(path[:slash]) {
			return refOther
		}
		path = path[slash:]
	}
	query := false
	for i := range len(path) {
		switch c := path[i]; {
		case uriBytes[c]:
		case c == '/':
			if !query && i+1 < len(path) && path[i+1] == '.' {
				return refOther
			}
		case c == '?' && !query && i+1 < len(path):
			query = true
		default:
			return refOther
		}
	}
	return kind
}

// plainHost says whether a host is a name in the letters and the form that it has in a request.
func plainHost(s string) bool {
	for i := range len(s) {
		if c := s[i]; !uriBytes[c] || c == '=' || c == '&' || c == '_' || c == '~' || c >= 'A' && c <= 'Z' {
			return false
		}
	}
	last := s[strings.LastIndexByte(s, '.')+1:]
	return last != "" && last[0] > '9' // a number may be an address
}

// uriBytes are the characters that nobody escapes.
var uriBytes = func() (set [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~=&") {
		set[c] = true
	}
	return set
}()
