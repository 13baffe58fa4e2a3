package service

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"

	"latchkey/network"
)

// Limits on addresses.
const (
	maxURL   = 8 << 10 // bytes
	maxHost  = 253
	maxLabel = 63
)

// The ways in which an address of a profile or link can be wrong. None quotes it.
var (
	errAddress  = errors.New("is not an address such as https://www.example.com/path")
	errOrigin   = errors.New("is not an origin: scheme, host and perhaps port, such as https://www.example.com, and no more")
	errNotHTTPS = errors.New("is not https, which all but this computer's own addresses (http://127.0.0.1) must be")
	errUser     = errors.New("has a user name before the host, which makes it look like another host's")
	errWildcard = errors.New(`has a "*" that does not stand for the sub-domains of somebody's own domain, as in https://*.example.com`)
)

// parseAddress reads an https URL, or an http one of this computer.
func parseAddress(s string) (*url.URL, error) {
	u, err := parseSource(s)
	if err != nil {
		return nil, err
	}
	if strings.Contains(s, "#") {
		return nil, errAddress
	}
	if u.Scheme != "https" && !loopback(u.Hostname()) {
		return nil, errNotHTTPS
	}
	return u, nil
}

// parseSource reads an http or https URL whose host is one that everybody reads in one way.
func parseSource(s string) (*url.URL, error) {
	if len(s) > maxURL || strings.ContainsAny(s, "\\ \t") {
		return nil, errAddress
	}
	u, err := network.ParseURL(s)
	if err != nil {
		return nil, errAddress
	}
	if u.User != nil {
		return nil, errUser
	}
	if !plainHost(u.Hostname()) || !plainPort(u) {
		return nil, errAddress
	}
	return u, nil
}

// checkAddress is parseAddress for what may be missing.
func checkAddress(s string) error {
	if s == "" {
		return nil
	}
	_, err := parseAddress(s)
	return err
}

// parseOrigin returns an origin as network.Origin writes it.
func parseOrigin(s string) (string, error) {
	if strings.Contains(s, "*") {
		return "", errWildcard
	}
	u, err := parseAddress(s)
	if err != nil {
		return "", err
	}
	if u.Path != "" || u.RawQuery != "" || u.ForceQuery {
		return "", errOrigin
	}
	return network.Origin(u), nil
}

// parseMediaOrigin is parseOrigin, but takes "https://*.example.com" too.
func parseMediaOrigin(s string) (string, error) {
	rest, ok := strings.CutPrefix(s, "https://*.")
	if !ok {
		return parseOrigin(s)
	}
	origin, err := parseOrigin("https://" + rest)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(origin)
	if err != nil || network.LocalHost(u.Hostname()) {
		return "", errWildcard
	}
	// Nobody owns all that lies under a public suffix: "com", "co.uk", "github.io".
	if _, err := publicsuffix.EffectiveTLDPlusOne(u.Hostname()); err != nil {
		return "", errWildcard
	}
	return "https://*." + strings.TrimPrefix(origin, "https://"), nil
}

// originMatches says that an origin is the one named, or of a sub-domain of it where that has a wildcard.
func originMatches(named, origin string) bool {
	rest, ok := strings.CutPrefix(named, "https://*")
	if !ok {
		return named == origin
	}
	host, ok := strings.CutPrefix(origin, "https://")
	return ok && strings.HasSuffix(host, rest) && len(host) > len(rest)
}

// plainHost says that a host, in lower case and ASCII, is an address or a name of letters, digits and hyphens. A name that ends in a number is an
// address to some resolvers, and one that ends in a dot is another origin of the same host.
func plainHost(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Zone() == ""
	}
	if len(host) > maxHost {
		return false
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}

// plainPort says that a port, if there is one, is written as a number from 1 to 65535 is.
func plainPort(u *url.URL) bool {
	port := u.Port()
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0 && fmt.Sprint(n) == port
}

// loopback says that a host is this computer.
func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
