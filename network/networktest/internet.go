package networktest

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// Internet stands in for the names and addresses of the world: it resolves the names that it was
// given, and leads each connection, whatever the address, to one server. It is a network.Resolver,
// and Dial is for network.Options. Safe for concurrent use.
type Internet struct {
	server string // constant: the "host:port" of the server

	mu    sync.Mutex // guards what follows
	names map[string][][]netip.Addr
	dials []netip.AddrPort
}

// NewInternet returns a world of one server.
func NewInternet(server string) *Internet {
	return &Internet{server: server, names: make(map[string][][]netip.Addr)}
}

// Name has a host resolve to addresses. Of several calls for one host the first is for its first
// lookup, and so on; the last is for all later ones.
func (i *Internet) Name(host string, addresses ...string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := make([]netip.Addr, len(addresses))
	for n, a := range addresses {
		list[n] = netip.MustParseAddr(a)
	}
	i.names[host] = append(i.names[host], list)
}

// LookupNetIP returns the addresses of a name.
func (i *Internet) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	answers := i.names[host]
	if len(answers) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(answers) > 1 {
		i.names[host] = answers[1:]
	}
	return slices.Clone(answers[0]), nil
}

// Dial connects to the server, and notes the address that was to be connected to.
func (i *Internet) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	i.dials = append(i.dials, at)
	i.mu.Unlock()
	conn, err := new(net.Dialer).DialContext(ctx, network, i.server)
	if err != nil {
		return nil, err
	}
	return &placedConn{Conn: conn, at: net.TCPAddrFromAddrPort(at)}, nil
}

// Dialed returns how often an address was connected to, or was tried to be.
func (i *Internet) Dialed(address string) int {
	want := netip.MustParseAddr(address)
	i.mu.Lock()
	defer i.mu.Unlock()
	n := 0
	for _, at := range i.dials {
		if at.Addr() == want {
			n++
		}
	}
	return n
}

// Dials returns the addresses that were connected to, in order.
func (i *Internet) Dials() []netip.AddrPort {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.dials)
}

// placedConn is a connection that seems to be with another address.
type placedConn struct {
	net.Conn

	at net.Addr
}

// RemoteAddr is the address that was asked for.
func (c *placedConn) RemoteAddr() net.Addr { return c.at }
