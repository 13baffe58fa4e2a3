package service

import (
	"slices"
	"strings"

	"latchkey/network"
)

// Fact is a line of what a profile does.
type Fact struct {
	Label string // "Signs in at"
	Text  string // "https://id.example.com"
}

// Summary says what the profile does, for a person to decide whether to trust it: where a sign-in happens, what of it is sent, and where. Hosts are as DNS has
// them (xn--), and of a URL there is the origin alone, since the rest may look like another host's.
func (p *Profile) Summary() []Fact {
	var facts []Fact
	add := func(label string, parts ...string) {
		if text := strings.Join(slices.Compact(parts), ", "); text != "" {
			facts = append(facts, Fact{Label: label, Text: text})
		}
	}
	add("Service", p.Name+" ("+p.ID+")")
	add("Website", shownOrigins(p.Homepage)...)
	for _, way := range p.SignIn.Ways {
		add(p.SignIn.fact(way))
	}
	if len(p.SignIn.Ways) > 0 {
		add("Cookies sent", p.cookieFact())
		for _, h := range p.Headers {
			add("Header sent", h.Name+", with requests of "+classNames(h.Classes))
		}
		add("Sent for keys to", shownOrigins(p.KeyOrigins...)...)
		add("Sent for licences to", shownOrigins(p.LicenseOrigins...)...)
		if p.Network.UseCookieHeadersForAllRequests {
			add("Cookies go with", "every request to these, not with keys and licences alone")
		}
	}
	add("Streams from", shownOrigins(p.MediaOrigins...)...)
	if p.Catalogue.URL != "" {
		signedIn := ""
		if p.Catalogue.SignedIn {
			signedIn = ", with the sign-in"
		}
		add("Titles from", strings.Join(shownOrigins(p.Catalogue.URL), "")+signedIn)
	}
	for _, l := range p.Licenses {
		at := "where the stream says"
		if filled, err := filledLicense(l.URL, "x"); err == nil && l.URL != "" {
			at = strings.Join(shownOrigins(filled), "")
		}
		add("Asks for licences at", at)
	}
	add("Network check at", shownOrigins(p.Network.NetworkDownVerificationURL)...)
	if !strings.HasPrefix(p.Icon, "data:") {
		add("Picture from", shownOrigins(p.Icon)...)
	}
	var fixed []string
	for _, h := range p.Network.Headers {
		fixed = append(fixed, h.Name)
	}
	add("Fixed headers", fixed...)
	return facts
}

// fact says where a way signs in.
func (s *SignIn) fact(way Way) (label, text string) {
	at := func(addresses ...string) string {
		var origins []string
		for _, origin := range shownOrigins(addresses...) {
			if !slices.Contains(origins, origin) {
				origins = append(origins, origin)
			}
		}
		return strings.Join(origins, ", ")
	}
	switch way {
	case WayBrowser:
		return "Signs in with the browser at", at(s.Issuer, s.AuthorizationEndpoint, s.TokenEndpoint, s.RevocationEndpoint)
	case WayDevice:
		return "Signs in with a code at", at(s.Issuer, s.DeviceEndpoint, s.TokenEndpoint, s.RevocationEndpoint)
	case WayPage:
		return "Signs in on its page at", at(s.PageURL, s.TokenURL)
	case WayPassword:
		return "Sends user name and password to", at(s.Password.URL, s.Password.RefreshURL)
	case WayPaste:
		return "Takes", "a token or cookies that you paste"
	}
	return "Signs in by", string(way)
}

// cookieFact names the cookies that the profile makes of a sign-in, and says when there are others.
func (p *Profile) cookieFact() string {
	var parts []string
	for _, t := range p.Cookies {
		parts = append(parts, t.Name)
	}
	if p.SignIn.has(WayPage, WayPassword) {
		parts = append(parts, "those that the sign-in gives")
	}
	if p.SignIn.has(WayPaste) {
		parts = append(parts, "those that you paste")
	}
	return strings.Join(parts, ", ")
}

func classNames(classes []network.Class) string {
	if len(classes) == 0 {
		return "key, license"
	}
	names := make([]string, len(classes))
	for i, class := range classes {
		names[i] = class.String()
	}
	return strings.Join(names, ", ")
}

// shownOrigins are the origins of addresses and origins, wildcards included, without those that are empty.
func shownOrigins(addresses ...string) []string {
	var list []string
	for _, address := range addresses {
		origin := address
		if !strings.HasPrefix(address, "https://*.") {
			u, err := parseSource(address)
			if err != nil {
				continue
			}
			origin = network.Origin(u)
		}
		if strings.Contains(origin, "xn--") {
			origin += " (letters of another alphabet)"
		}
		list = append(list, origin)
	}
	return list
}
