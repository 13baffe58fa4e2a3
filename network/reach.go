package network

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// LocalError is the cause of an ErrBlocked: a public resource or service named an address of the
// local network, or a resource of the local network one of this computer, and neither the person
// nor the profile named that origin.
type LocalError struct {
	Host    string     // as the URL has it
	Address netip.Addr // that Host resolved to; not valid where a proxy would have resolved it

	from    addressSpace // where what names Host came from
	to      addressSpace
	service bool // the request is not of a stream
}

// newLocalError returns the error of a host that is beyond a reach. address may be not valid.
func newLocalError(host string, address netip.Addr, reach addressSpace) *LocalError {
	e := &LocalError{Host: host, Address: address, from: reach, to: hostSpace(host)}
	if address.IsValid() {
		e.to = spaceOf(address)
	}
	return e
}

// Error returns one line.
func (e *LocalError) Error() string {
	where, what, from := "is on your own network", "this stream", "the internet"
	if e.from == spacePrivate {
		where, from = "is this computer", "another one"
	}
	if e.service {
		what = "this service"
	}
	if e.Address.IsValid() && e.Address.String() != e.Host {
		where += " (" + e.Address.String() + ")"
	}
	return fmt.Sprintf("%s %s, and %s is from %s", e.Host, where, what, from)
}

// namedOrigin is an origin that the person or the profile named, or all origins of a domain's
// sub-domains.
type namedOrigin struct {
	origin

	below bool // the origin's host stands for the names below it
}

// parseNamedOrigin reads "scheme://host[:port]" or "scheme://*.host[:port]".
func parseNamedOrigin(s string) (namedOrigin, error) {
	scheme, host, below := strings.Cut(s, "://*.")
	if below {
		s = scheme + "://" + host
	}
	o, err := parseOrigin(s)
	return namedOrigin{o, below}, err
}

func (n namedOrigin) has(o origin) bool {
	if !n.below {
		return n.origin == o
	}
	return n.scheme == o.scheme && n.port == o.port && strings.HasSuffix(o.host, "."+n.host)
}

// namedOrigins are those of a configuration. It has been validated.
func namedOrigins(c *Configuration) ([]namedOrigin, error) {
	list := slices.Concat(c.NamedOrigins, c.CookieOrigins)
	if u, err := parseURL(c.NetworkDownVerificationURL); err == nil {
		list = append(list, Origin(u))
	}
	all := make([]namedOrigin, len(list))
	for i, s := range list {
		var err error
		if all[i], err = parseNamedOrigin(s); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// place is where a client's resource is, and from where addresses were named to the client. Safe
// for concurrent use.
type place struct {
	named []namedOrigin // constant: origins that may be anywhere

	mu    sync.Mutex   // guards what follows
	known bool         // own is
	own   addressSpace // of the resource's own origin: the widest of its addresses
	heard addressSpace // the widest space that an answer which names addresses came from; the resource counts as one
}

// newPlace returns the place of a client before its first request.
func newPlace(c *Client) (*place, error) {
	named, err := namedOrigins(c.configuration)
	if err != nil {
		return nil, err
	}
	p := &place{named: named, known: c.resource == nil, own: spaceLoopback, heard: spaceLoopback}
	if c.configuration.PublicOnly && (c.resource == nil || !p.names(originOf(c.resource))) {
		p.known, p.own, p.heard = true, spacePublic, spacePublic
	}
	return p, nil
}

// names says whether the person or the profile named an origin.
func (p *place) names(o origin) bool {
	return slices.ContainsFunc(p.named, func(n namedOrigin) bool { return n.has(o) })
}

// located says whether own is known.
func (p *place) located() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known
}

// locate notes an address space of the resource's own origin.
func (p *place) locate(space addressSpace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known, p.own, p.heard = true, min(p.own, space), min(p.heard, space)
}

// answered notes that an answer to at came from a space.
func (p *place) answered(at route, space addressSpace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at.ofResource() {
		p.own, p.heard = min(p.own, space), min(p.heard, space)
	}
	if at.class.names() {
		p.heard = min(p.heard, space)
	}
}

// reach returns the narrowest space that a hop may lead to.
func (p *place) reach(at route) addressSpace {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.names(originOf(at.target)):
		return spaceLoopback
	case !p.known:
		return spacePublic
	case at.ofResource():
		return p.own
	}
	return min(p.heard, at.from)
}

// names says that an answer of the class names other addresses.
func (c Class) names() bool {
	return c == ClassPlaylist || c == ClassSteering || c == ClassSignIn || c == ClassOther
}

// ofResource says that the hop is to the resource's own origin.
func (r route) ofResource() bool {
	return r.resource != nil && originOf(r.resource) == originOf(r.target)
}

// FromInternet says whether what the client was given to read came from the internet, so that it
// may name no address of the local network. Before the first request the resource's name decides.
func (c *Client) FromInternet() bool {
	c.place.mu.Lock()
	defer c.place.mu.Unlock()
	if !c.place.known {
		return hostSpace(c.resource.Hostname()) == spacePublic
	}
	return c.place.heard == spacePublic
}

// lead returns what makes a request, and the context to make it with. The error is a *LocalError
// when the request may not be made.
func (c *Client) lead(ctx context.Context, x *exchange, r *http.Request) (http.RoundTripper, context.Context, error) {
	if c.pools == nil {
		x.space.Store(int32(spaceLoopback))
		return c.transport, ctx, nil
	}
	through, err := c.pools.proxy(r)
	if err != nil {
		return nil, nil, err
	}
	if !c.place.located() {
		addresses, err := c.locate(ctx)
		if err != nil && x.route.ofResource() {
			return nil, nil, err
		}
		if len(addresses) > 0 {
			ctx = context.WithValue(ctx, locatedKey{}, located{host: c.resource.Hostname(), addresses: addresses})
		}
	}
	reach := c.place.reach(x.route)
	if through == nil {
		return c.pools.direct(reach), ctx, nil
	}
	x.proxied = true // which resolves names itself
	x.space.Store(int32(hostSpace(x.route.target.Hostname())))
	if addressSpace(x.space.Load()) > reach {
		address, _ := netip.ParseAddr(x.route.target.Hostname())
		return nil, nil, newLocalError(x.route.target.Hostname(), address, reach)
	}
	return c.pools.byProxy(), ctx, nil
}

// locate finds out which space the resource's own origin is in: the widest of its addresses, as
// somebody outside may have named the narrower ones. Where a proxy is asked for it, its name
// decides.
func (c *Client) locate(ctx context.Context) ([]netip.Addr, error) {
	host := c.resource.Hostname()
	if through, err := c.pools.proxy(&http.Request{URL: c.resource}); err != nil || through != nil {
		c.place.locate(hostSpace(host))
		return nil, err
	}
	addresses, err := lookup(ctx, c.pools.resolver, host)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	widest := spaceLoopback
	for _, a := range addresses {
		widest = min(widest, spaceOf(a))
	}
	c.place.locate(widest)
	return addresses, nil
}

// connected notes the space of the address that an exchange has a connection with.
func (x *exchange) connected(info httptrace.GotConnInfo) {
	address, err := netip.ParseAddrPort(info.Conn.RemoteAddr().String())
	if err == nil && x.client.pools != nil && !x.proxied {
		x.space.Store(int32(spaceOf(address.Addr())))
	}
}
