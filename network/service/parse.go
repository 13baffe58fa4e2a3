package service

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"latchkey/network"
)

// Limits on a profile. Its size and nesting are network.CheckTOML's.
const (
	maxName     = 64 // characters
	maxIcon     = 64 << 10
	maxOrigins  = 64
	maxCookies  = 32
	maxHeaders  = 32
	maxHint     = 200 // characters of what a form says
	maxPlain    = 256 // bytes of what is sent as it is: a client ID, a field's name
	maxScopes   = 32
	maxExtra    = 16
	maxJSONPath = 256
)

var (
	idForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	pathForm = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)
)

var errIcon = errors.New("is neither an https address nor a data: URI of a PNG or JPEG of 64 KiB at most, in base64")

// Parse reads a profile: TOML 1.0 as the package documentation has it. The error is ErrProfile; it names the key and its line and quotes no value.
func Parse(data []byte) (*Profile, error) {
	p, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProfile, err)
	}
	return p, nil
}

func parse(data []byte) (*Profile, error) {
	d, top, err := readDocument(data)
	if err != nil {
		return nil, err
	}
	if top.text("schema") != Schema && d.err == nil {
		return nil, fmt.Errorf("\"schema\" is not %q", Schema)
	}
	p := &Profile{ID: top.text("id"), Name: top.text("name"), Icon: top.text("icon"), Homepage: top.text("homepage")}
	if !idForm.MatchString(p.ID) {
		top.wrong("id", "is not 1 to 64 small letters, digits and hyphens")
	}
	if p.Name == "" {
		top.wrong("name", "is missing")
	}
	top.check("name", checkText(p.Name, maxName))
	top.check("icon", checkIcon(p.Icon))
	top.check("homepage", checkAddress(p.Homepage))
	p.readSignIn(top)
	p.readTemplates(top)
	p.readOrigins(top)
	p.readLicenses(top)
	p.readNetwork(top)
	p.readCatalogue(top)
	top.done()
	if d.err != nil {
		return nil, d.err
	}
	return p, nil
}

// checkIcon takes an https address, or a data: URI whose bytes begin as a PNG's or JPEG's do. RFC 2397.
func checkIcon(icon string) error {
	if !strings.HasPrefix(icon, "data:") {
		return checkAddress(icon)
	}
	for kind, magic := range map[string]string{"data:image/png;base64,": "\x89PNG\r\n\x1a\n", "data:image/jpeg;base64,": "\xff\xd8\xff"} {
		if text, ok := strings.CutPrefix(icon, kind); ok && len(text) <= base64.StdEncoding.EncodedLen(maxIcon) {
			if data, err := base64.StdEncoding.DecodeString(text); err == nil && bytes.HasPrefix(data, []byte(magic)) {
				return nil
			}
		}
	}
	return errIcon
}

// readTemplates reads [cookies] and [[headers]].
func (p *Profile) readTemplates(top *table) {
	cookies, _ := top.table("cookies")
	names := cookies.names()
	if len(names) > maxCookies {
		top.wrong("cookies", "has more than %d", maxCookies)
		return
	}
	for _, name := range names {
		t := Template{Name: name, Value: cookies.text(name)}
		cookies.check(name, t.checkCookie())
		p.Cookies = append(p.Cookies, t)
	}
	cookies.done()
	for _, header := range top.tables("headers", maxHeaders) {
		h := HeaderTemplate{Template: Template{Name: header.text("name"), Value: header.text("value")}}
		for _, name := range header.texts("classes", int(network.ClassSignIn)) {
			var class network.Class
			if class.UnmarshalText([]byte(name)) != nil {
				header.wrong("classes", "has what is no class of requests")
			}
			h.Classes = append(h.Classes, class)
		}
		header.check("value", h.check())
		if slices.ContainsFunc(p.Headers, func(other HeaderTemplate) bool { return strings.EqualFold(other.Name, h.Name) }) {
			header.wrong("name", "is there twice")
		}
		header.done()
		p.Headers = append(p.Headers, h)
	}
	if len(p.SignIn.Ways) == 0 && len(p.Cookies)+len(p.Headers) > 0 {
		top.wrong("sign_in", "has no way to sign in, of which there could be cookies or headers")
	}
}

func (p *Profile) readOrigins(top *table) {
	read := func(name string, parse func(string) (string, error)) []string {
		var origins []string
		for _, s := range top.texts(name, maxOrigins) {
			origin, err := parse(s)
			top.check(name, err)
			if !slices.Contains(origins, origin) {
				origins = append(origins, origin)
			}
		}
		return origins
	}
	p.KeyOrigins = read("key_origins", parseOrigin)
	p.LicenseOrigins = read("license_origins", parseOrigin)
	p.MediaOrigins = read("media_origins", parseMediaOrigin)
	if len(p.SignIn.Ways) > 0 && len(p.sentTo()) == 0 {
		top.wrong("key_origins", "and \"license_origins\" are missing: without them nobody knows where the sign-in may go")
	}
}

// sentTo are the origins that the sign-in goes to.
func (p *Profile) sentTo() []string {
	origins := slices.Clone(p.KeyOrigins)
	for _, origin := range p.LicenseOrigins {
		if !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	return origins
}

// namedOrigins are the origins of all addresses that the profile names: what a stream or the
// sign-in is led to there may be of the local network.
func (p *Profile) namedOrigins() []string {
	s := &p.SignIn
	addresses := []string{s.Issuer, s.AuthorizationEndpoint, s.TokenEndpoint, s.DeviceEndpoint, s.RevocationEndpoint, s.PageURL, s.TokenURL,
		s.Password.URL, s.Password.RefreshURL, p.Catalogue.URL}
	for _, l := range p.Licenses {
		if filled, err := filledLicense(l.URL, "x"); err == nil {
			addresses = append(addresses, filled)
		}
	}
	origins := slices.Concat(p.KeyOrigins, p.LicenseOrigins, p.MediaOrigins)
	for _, address := range addresses {
		if u, err := parseSource(address); err == nil {
			origins = append(origins, network.Origin(u))
		}
	}
	slices.Sort(origins)
	return slices.Compact(origins)
}

// readNetwork reads [network], which is network's own to read.
func (p *Profile) readNetwork(top *table) {
	p.Network = network.NewConfiguration()
	section, there := top.table("network")
	if there {
		top.check("network", p.Network.UnmarshalTOML(section.values))
	}
	switch {
	case p.Network.CookieHeaders.Len() > 0:
		top.wrong("network", "has cookie pairs of its own; [cookies] makes them of a sign-in")
	case len(p.Network.CookieOrigins) > 0:
		top.wrong("network", "has cookie origins of its own; they are those of keys and licences")
	case p.Network.UseCookieHeadersForAllRequests && len(p.SignIn.Ways) == 0:
		top.wrong("network", "sends cookies with all requests, and there is no way to sign in")
	}
	top.check("network", checkAddress(p.Network.NetworkDownVerificationURL))
	p.Network.CookieOrigins = p.sentTo()
}

func (p *Profile) readCatalogue(top *table) {
	c, there := top.table("catalogue")
	if !there {
		return
	}
	p.Catalogue.URL, p.Catalogue.SignedIn = c.text("url"), c.flag("signed_in")
	switch c.text("format") {
	case "", "feed":
	case "m3u":
		p.Catalogue.M3U = true
	default:
		c.wrong("format", "is neither \"feed\" nor \"m3u\"")
	}
	u, err := parseAddress(p.Catalogue.URL)
	c.check("url", err)
	if err == nil && p.Catalogue.SignedIn && !slices.Contains(p.sentTo(), network.Origin(u)) {
		c.wrong("signed_in", "would send the sign-in to an origin that is none of \"key_origins\" and \"license_origins\"")
	}
	c.done()
}
