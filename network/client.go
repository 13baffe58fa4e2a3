package network

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Options are what a client needs besides the configuration. The zero value is one without a resource.
type Options struct {
	// Resource is the URL of the main playlist or file. It decides what the resource's own origin is, whether
	// a request leaves https for http, and what Online asks. Empty: no resource, and nothing to compare with.
	Resource string
	// Transport makes the exchanges; nil is the client's own. It must not follow redirects or add
	// cookies. Where requests may lead is then the Transport's to judge.
	Transport http.RoundTripper
	// Resolver finds the addresses of hosts, for the client's own transport; nil is the system's.
	Resolver Resolver
	// Dial connects to a literal "address:port", for the client's own transport; nil is the
	// system's. It returns once ctx ends; the RemoteAddr of a connection is the address that was
	// asked for.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Credentials renews the pairs when a server refuses them: one call for all requests that wait,
	// each of which is then repeated once. With nil a refused request is ErrRefused at once. A
	// CredentialStore replaces Configuration.CookieHeaders and CredentialHeaders too, from the
	// start and whenever it has others.
	Credentials CredentialSource
	// Login is asked for a user name and a password when an origin wants them (Basic or Digest, RFC 7617 and RFC 7616), once for all
	// requests to it, which wait. They are kept in memory, and go to that very origin alone. With nil such a request is ErrRefused.
	Login Login
	// TLS and Proxy are for the client's own transport; a Transport that is given has its own.
	TLS TLS
	// Proxy is the http, https, socks5 or socks5h URL of a proxy for all requests, with user information where it asks for
	// that. Empty is the system's, from the environment (HTTPS_PROXY and the like).
	Proxy Secret
	// Log gets a line for each exchange at debug level, without any secret. Nil discards.
	Log *slog.Logger
	// Records is how many records are kept; 0 is 4096.
	Records int
}

// Request is what to ask for. The zero value of each field but URL is a default.
type Request struct {
	Class Class
	// URL is absolute, http or https. User information in it is sent as basic authorization.
	URL string
	// Method is GET if empty, or POST if there is a Body.
	Method string
	// Header is sent besides. The client alone sets Cookie, Range, Accept-Encoding and what describes the
	// connection: such a name is ErrRequest. It is not changed.
	Header http.Header
	// Body is sent with every attempt. It is not changed.
	Body []byte
	// CMCD is what is told of the playback if the Configuration turns that on; nil tells what the client knows.
	CMCD *CMCD
	// Offset and Length, in bytes, ask for a part. Length 0 is everything from Offset on, and with Offset 0 no
	// range is asked for; -1 asks for the range from Offset to the end.
	Offset, Length int64
	// MaxBytes bounds the body, in bytes after decoding and before; a longer one is ErrTooLarge. 0,
	// or more than the class's limit, is that limit.
	MaxBytes int64
	// SameOrigin refuses redirects to another origin, scheme included: the error is ErrRedirect.
	SameOrigin bool
}

// Response is an answer whose body has yet to be read.
type Response struct {
	// Status is 200, 206, 304 or another success; with ClassSignIn also that of an error.
	Status int
	Header http.Header
	// URL is where the answer came from in the end, with its query: not for logs.
	URL string
	// Body has just the bytes that were asked for, also when the server sent more. Reading it blocks as the wire
	// does, to the class's stall time-out, and its errors are *Error; io.EOF alone says that it is complete.
	// Close ends the exchange, may be called at any time, and must be called.
	Body io.ReadCloser
	// ContentLength is how many bytes Body will have, -1 if unknown.
	ContentLength int64
	// TotalLength is how many bytes the whole resource has, -1 if unknown.
	TotalLength int64
}

// Client makes a resource's requests by its configuration. Its methods are safe for concurrent use.
type Client struct {
	// constant after NewClient
	configuration *Configuration
	rules         rules
	policies      [len(policies)]policy
	resource      *url.URL // or nil
	userAgent     string
	playback      cmcdPlayback
	transport     http.RoundTripper
	pools         *pools // in place of transport, when that is the client's own
	place         *place
	log           *slog.Logger
	jar           *jar
	ring          *ring
	done          chan struct{} // closed by Close

	credentials atomic.Pointer[credentials]
	renewals    renewals
	logins      logins
	hosts       hosts
	detours     detours

	mu     sync.Mutex
	closed bool                   // guarded by mu
	active map[*exchange]struct{} // guarded by mu
}

// NewClient returns a client that works by a copy of configuration (nil: the defaults). It does not block.
// The error is ErrConfiguration for a configuration, and ErrRequest for a resource URL, that cannot be taken.
func NewClient(configuration *Configuration, o Options) (*Client, error) {
	if configuration == nil {
		configuration = NewConfiguration()
	}
	if err := configuration.Validate(); err != nil {
		return nil, fmt.Errorf("make network client: %w", err)
	}
	c := &Client{
		configuration: configuration.clone(),
		rules:         rules{allRequests: configuration.UseCookieHeadersForAllRequests},
		policies:      policies,
		userAgent:     configuration.UserAgent,
		transport:     o.Transport,
		log:           o.Log,
		jar:           newJar(),
		ring:          newRing(o.Records),
		done:          make(chan struct{}),
		active:        make(map[*exchange]struct{}),
	}
	if o.Resource != "" {
		u, err := parseURL(o.Resource)
		if err != nil {
			return nil, fmt.Errorf("make network client: resource: %w: %w", err, ErrRequest)
		}
		c.resource = u
	}
	for _, s := range configuration.CookieOrigins {
		listed, err := parseOrigin(s)
		if err != nil {
			return nil, fmt.Errorf("make network client: CookieOrigins: %w: %w", err, ErrConfiguration)
		}
		c.rules.origins = append(c.rules.origins, listed)
	}
	for class := range c.policies {
		p := &c.policies[class]
		if Class(class) == ClassMedia {
			p.Timeouts = p.with(configuration.Timeouts[ClassSegment])
		}
		p.Timeouts = p.with(configuration.Timeouts[Class(class)])
	}
	c.playback = cmcdPlayback{content: configuration.CMCD.ContentID, format: cmcdHLS, session: configuration.CMCD.SessionID}
	if c.playback.session == "" {
		c.playback.session = newSessionID()
	}
	if c.userAgent == "" {
		c.userAgent = defaultUserAgent()
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	store, changed, err := c.firstCredentials(o.Credentials)
	if err != nil {
		return nil, fmt.Errorf("make network client: %w", err)
	}
	if c.place, err = newPlace(c); err != nil {
		return nil, fmt.Errorf("make network client: NamedOrigins: %w: %w", err, ErrConfiguration)
	}
	c.logins.ask = o.Login
	now := time.Now()
	for _, cookie := range c.configuration.Cookies {
		c.jar.add(cookie, true, now)
	}
	if c.transport == nil {
		if c.pools, err = newPools(o); err != nil {
			return nil, fmt.Errorf("make network client: %w", err)
		}
	}
	if store != nil {
		c.renewals.running.Go(func() { c.keepUp(store, changed) })
	}
	return c, nil
}

// Records returns the last exchanges, the oldest first, those in progress included.
func (c *Client) Records() []Record { return c.ring.list() }

// Close ends all exchanges: reading their bodies fails with ErrClosed, as do requests from now on. It waits for a
// call of the CredentialSource, whose context it ends. It returns nil, and may be called again.
func (c *Client) Close() error {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.done)
	}
	active := make([]*exchange, 0, len(c.active))
	for x := range c.active {
		active = append(active, x)
	}
	c.mu.Unlock()
	for _, x := range active {
		x.cancel(ErrClosed)
	}
	c.renewals.close()
	if c.pools != nil {
		c.pools.closeIdle()
	}
	return nil
}

// Do makes a request and returns its answer once the header is there; the body streams. It follows redirects
// and repeats what may end better next time, as the class's policy says, so it may block for the class's
// time-outs several times over; ctx ends it, and the body too.
//
// An error is an *Error: ErrRefused (401, 403), ErrStatus, ErrTimeout, ErrUnreachable, ErrRedirect,
// ErrDowngrade, ErrBlocked, ErrTooLarge, ErrTruncated, ErrEncoding, ErrRequest, ErrClosed; or ctx's
// cause, wrapped. For ClassSignIn an answer that is ErrRefused or ErrStatus comes beside its error,
// the body in memory.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	p, err := c.plan(r)
	if err != nil {
		return nil, err
	}
	response, _, err := c.run(ctx, p, false)
	return response, err
}

// Fetch makes a request as Do does and returns the whole body, which the class bounds (ErrTooLarge). A
// body that was cut is asked for again. The Response's Body has been read and closed.
func (c *Client) Fetch(ctx context.Context, r Request) ([]byte, *Response, error) {
	p, err := c.plan(r)
	if err != nil {
		return nil, nil, err
	}
	response, data, err := c.run(ctx, p, true)
	return data, response, err
}

// Online says whether the network works: whether NetworkDownVerificationURL, or else the main playlist,
// answers 200. It makes one attempt and blocks for at most the time-outs of ClassOther or ClassPlaylist.
func (c *Client) Online(ctx context.Context) bool {
	r := Request{Class: ClassOther, URL: c.configuration.NetworkDownVerificationURL}
	if r.URL == "" {
		if c.resource == nil {
			return false
		}
		r = Request{Class: ClassPlaylist, URL: c.resource.String()}
	}
	p, err := c.plan(r)
	if err != nil {
		return false
	}
	once := *p.policy
	once.attempts = 1
	p.policy = &once
	response, _, err := c.run(withoutRenewal(ctx), p, false)
	if err != nil {
		return false
	}
	// The answer is known: what is left of the body does not matter.
	_ = response.Body.Close()
	return response.Status == http.StatusOK
}
