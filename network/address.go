package network

import (
	"net/url"
	"strings"
)

// ParseURL reads an absolute http or https URL as a request takes it: the host comes back in lower case and as ASCII (xn-- for
// international names), the fragment is gone. The error is ErrRequest and quotes nothing.
func ParseURL(s string) (*url.URL, error) {
	u, err := parseURL(s)
	if err != nil {
		return nil, &addressError{err}
	}
	return u, nil
}

// addressError is one of the ways in which a URL can be wrong, and ErrRequest.
type addressError struct{ err error }

func (e *addressError) Error() string   { return e.err.Error() }
func (e *addressError) Unwrap() []error { return []error{e.err, ErrRequest} }

// Origin returns the origin of a URL that ParseURL gave, "scheme://host[:port]", without the scheme's own port. RFC 6454, 6.2.
func Origin(u *url.URL) string {
	o := originOf(u)
	host := o.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if o.scheme == "https" && o.port == "443" || o.scheme == "http" && o.port == "80" {
		return o.scheme + "://" + host
	}
	return o.scheme + "://" + host + ":" + o.port
}

// LocalHost says that a host, as url.URL.Hostname has it, is of this computer or of the network around it: an address that is loopback,
// private, link-local, multicast or unspecified; localhost, or a name under .localhost, .local, .internal or .home.arpa; a name without a
// dot; and what resolvers may read as an address though it is not written as one ("2130706433", "0x7f.1"). What a name resolves to
// is not looked at.
func LocalHost(host string) bool { return hostSpace(host) != spacePublic }
