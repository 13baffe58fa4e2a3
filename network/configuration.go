package network

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// Limits on a configuration.
const (
	maxHeaders       = 256
	maxHeaderSize    = 256 << 10 // bytes of a header's value
	maxCookieOrigins = 256
	maxNamedOrigins  = 1024
)

// Configuration says how a resource's requests are made. NewConfiguration gives the defaults; the zero
// value differs from them in ReadSetCookieHeader and ForceNativeNetworking, which are then off. A
// client takes a copy when it is made, so a change after that has no effect.
type Configuration struct {
	// CookieHeaders are the pairs that are sent as one Cookie header, in order. They have no domain, path
	// or expiry; UseCookieHeadersForAllRequests and CookieOrigins say where they go.
	CookieHeaders Metadata
	// UseCookieHeadersForAllRequests sends the pairs with every request of the resource, and not with key
	// and licence requests alone.
	UseCookieHeadersForAllRequests bool
	// ReadSetCookieHeader keeps the cookies that servers set, and sends them as RFC 6265 says.
	ReadSetCookieHeader bool
	// ForceNativeNetworking has no effect: there is one way to the network on a desktop, and every request
	// takes it.
	ForceNativeNetworking bool
	// UseRedirectedURL has a redirected playlist asked for at the URL that it came from in the end
	// (Response.URL) from then on; without it a reload asks the original URL again, and may be led
	// elsewhere. What a playlist names is resolved against the final URL in both cases. RFC 3986,
	// 5.1.3.
	UseRedirectedURL bool
	// MasterUpdateInterval is how often the main playlist of a live stream is loaded again. 0 is never.
	MasterUpdateInterval time.Duration
	// NetworkDownVerificationURL is asked by Client.Online; it answers 200 when the network works. Empty is
	// the main playlist.
	NetworkDownVerificationURL string
	// UserAgent is sent with every request. Empty is "Latchkey/" and the version.
	UserAgent string
	// Headers are sent besides, by class.
	Headers []Header
	// CredentialHeaders are headers of the sign-in, such as Authorization: sent as Headers are, and replaced with the pairs by
	// Client.UpdateCredentials and a CredentialSource. They are not read from a file.
	CredentialHeaders []Header
	// ForceHTTPS makes http URLs of key, licence and sign-in requests https, redirects included.
	ForceHTTPS bool
	// CookieOrigins, if there are any, are the only origins that pairs and Headers go to, each as
	// "scheme://host[:port]" and matched exactly.
	CookieOrigins []string
	// NamedOrigins are origins that the person or the profile named, each as
	// "scheme://host[:port]", or with "*." before the host for all names below it: requests to them
	// may lead to the local network and to this computer, whatever the address of the resource.
	// CookieOrigins and NetworkDownVerificationURL count as named too.
	NamedOrigins []string
	// PublicOnly says that the resource's own address comes from the internet (from a catalogue or
	// a link): it may be of the local network only if it is one of NamedOrigins. Without a resource
	// it holds for all requests.
	PublicOnly bool
	// Cookies are in the jar from the start: those of a cookies.txt file, say. They go where RFC 6265 lets
	// them, whether ReadSetCookieHeader is on or off.
	Cookies []Cookie
	// Timeouts replaces the defaults of classes, field by field where not 0. Those of
	// ClassSegment hold for ClassMedia too.
	Timeouts map[Class]Timeouts
	// CMCD tells content delivery networks how the playback goes. The zero value is off.
	CMCD CMCDOptions
}

// Header is a request header of a Configuration.
type Header struct {
	// Classes are the classes it goes with. With none, it goes with every request of the resource that goes
	// to the resource's own origin (or to CookieOrigins, if there are any). With classes, it goes with their
	// requests as cookie pairs do: to the host that the resource names, whichever it is.
	Classes []Class
	// Name is the header's name. Cookie, Host and what describes the connection or the body are refused.
	Name string
	// Value is sent as it is.
	Value Secret
}

// Timeouts are the limits on one attempt. Zero is the class's default.
type Timeouts struct {
	// Connect is for name, connection and TLS.
	Connect time.Duration
	// FirstByte is from the connection to the end of the answer's header.
	FirstByte time.Duration
	// Stall is for a body that is being read and of which nothing, or next to nothing, comes.
	Stall time.Duration
	// Whole is for all of it, from the start to the body's end; for media there is none by default.
	Whole time.Duration
}

// NewConfiguration returns a Configuration with the defaults.
func NewConfiguration() *Configuration {
	return &Configuration{ReadSetCookieHeader: true, ForceNativeNetworking: true}
}

// clone returns a copy that shares nothing that can be changed.
func (c *Configuration) clone() *Configuration {
	n := *c
	n.CookieHeaders = c.CookieHeaders.Clone()
	n.CookieOrigins = slices.Clone(c.CookieOrigins)
	n.NamedOrigins = slices.Clone(c.NamedOrigins)
	n.Cookies = slices.Clone(c.Cookies)
	n.Headers = cloneHeaders(c.Headers)
	n.CredentialHeaders = cloneHeaders(c.CredentialHeaders)
	n.Timeouts = make(map[Class]Timeouts, len(c.Timeouts))
	for class, t := range c.Timeouts {
		n.Timeouts[class] = t
	}
	return &n
}

// cloneHeaders returns a copy that shares nothing that can be changed.
func cloneHeaders(headers []Header) []Header {
	n := slices.Clone(headers)
	for i := range n {
		n[i].Classes = slices.Clone(n[i].Classes)
	}
	return n
}

// validateHeaders names the number of a header that cannot be sent.
func validateHeaders(headers []Header) error {
	if len(headers) > maxHeaders {
		return fmt.Errorf("more than %d", maxHeaders)
	}
	for i, h := range headers {
		if err := h.validate(); err != nil {
			return fmt.Errorf("number %d: %w", i+1, err)
		}
	}
	return nil
}

// Validate returns nil when a client can be made of c. Otherwise the error is ErrConfiguration, and
// ErrCookie too where a cookie is the reason; it names the field and never a value.
func (c *Configuration) Validate() error {
	if _, err := cookiePairs(c.CookieHeaders); err != nil {
		return fmt.Errorf("CookieHeaders: %w: %w", err, ErrConfiguration)
	}
	if len(c.CookieOrigins) > maxCookieOrigins {
		return fmt.Errorf("CookieOrigins: more than %d: %w", maxCookieOrigins, ErrConfiguration)
	}
	for i, s := range c.CookieOrigins {
		if _, err := parseOrigin(s); err != nil {
			return fmt.Errorf("CookieOrigins: number %d is not of the form scheme://host[:port]: %w", i+1, ErrConfiguration)
		}
	}
	if len(c.NamedOrigins) > maxNamedOrigins {
		return fmt.Errorf("NamedOrigins: more than %d: %w", maxNamedOrigins, ErrConfiguration)
	}
	for i, s := range c.NamedOrigins {
		if _, err := parseNamedOrigin(s); err != nil {
			return fmt.Errorf("NamedOrigins: number %d is not of the form scheme://host[:port]: %w", i+1, ErrConfiguration)
		}
	}
	if c.NetworkDownVerificationURL != "" {
		if _, err := parseURL(c.NetworkDownVerificationURL); err != nil {
			return fmt.Errorf("NetworkDownVerificationURL: %w: %w", err, ErrConfiguration)
		}
	}
	if !httpguts.ValidHeaderFieldValue(c.UserAgent) || len(c.UserAgent) > maxHeaderSize {
		return fmt.Errorf("UserAgent: cannot be sent as it is: %w", ErrConfiguration)
	}
	if c.MasterUpdateInterval < 0 {
		return fmt.Errorf("MasterUpdateInterval: negative: %w", ErrConfiguration)
	}
	if err := validateHeaders(c.Headers); err != nil {
		return fmt.Errorf("Headers: %w: %w", err, ErrConfiguration)
	}
	if err := validateHeaders(c.CredentialHeaders); err != nil {
		return fmt.Errorf("CredentialHeaders: %w: %w", err, ErrConfiguration)
	}
	for class, t := range c.Timeouts {
		if t.Connect < 0 || t.FirstByte < 0 || t.Stall < 0 || t.Whole < 0 {
			return fmt.Errorf("Timeouts: negative for class %s: %w", class, ErrConfiguration)
		}
	}
	if err := c.CMCD.validate(); err != nil {
		return fmt.Errorf("CMCD: %w: %w", err, ErrConfiguration)
	}
	for i, cookie := range c.Cookies {
		if err := cookie.validate(); err != nil {
			return fmt.Errorf("Cookies: number %d: %w: %w", i+1, err, ErrConfiguration)
		}
	}
	return nil
}

func (h Header) validate() error {
	if !httpguts.ValidHeaderFieldName(h.Name) {
		return errors.New("the name is not one of a header")
	}
	if reservedHeader(h.Name) {
		return fmt.Errorf("%s is not for a configuration to set", http.CanonicalHeaderKey(h.Name))
	}
	if h.Value.Len() > maxHeaderSize {
		return fmt.Errorf("the value of %s has more than %d bytes", h.Name, maxHeaderSize)
	}
	if !httpguts.ValidHeaderFieldValue(h.Value.Reveal()) {
		return fmt.Errorf("the value of %s holds a character that cannot be sent", h.Name)
	}
	return nil
}

// reservedHeader says that the client alone sets the header.
func reservedHeader(name string) bool {
	switch strings.ToLower(name) {
	case "cookie", "cookie2", "set-cookie", "host", "content-length", "transfer-encoding", "connection", "keep-alive",
		"proxy-connection", "proxy-authorization", "te", "trailer", "upgrade", "accept-encoding", "range", "if-range", "expect":
		return true
	}
	return false
}

// defaultUserAgent returns "Latchkey/" and the main module's version.
func defaultUserAgent() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = strings.TrimPrefix(info.Main.Version, "v")
	}
	return "Latchkey/" + version
}
