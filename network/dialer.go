package network

import (
	"context"
	"net"
	"net/netip"
	"time"
)

const (
	// maxAddresses bounds the addresses of one name that are tried.
	maxAddresses = 16
	// nextAddress is how long an address may take before the next is tried beside it. RFC 8305, 5
	// and 8.
	nextAddress = 250 * time.Millisecond
)

// Resolver finds the addresses of a host. *net.Resolver is one.
type Resolver interface {
	// LookupNetIP returns the addresses of host, in the order in which they are to be tried.
	// network is "ip".
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// dialFunc is what net.Dialer.DialContext is.
type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// dialer connects to hosts, and to no address beyond its reach: it looks the name up itself and
// judges each address that it connects to, so that a name which resolves to another address than
// before is judged again. Constant.
type dialer struct {
	reach    addressSpace
	resolver Resolver
	connect  dialFunc
}

// dial connects to "host:port". The error is a *LocalError when all addresses of the host are
// beyond the dialer's reach.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, abandonedDial)
	defer cancel()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	addresses, err := lookup(ctx, d.resolver, host)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	var within []string
	for _, a := range interleave(addresses) {
		if spaceOf(a) <= d.reach && len(within) < maxAddresses {
			within = append(within, net.JoinHostPort(a.String(), port))
		}
	}
	if len(within) == 0 {
		return nil, newLocalError(host, addresses[0], d.reach)
	}
	return d.race(ctx, network, within)
}

// located is a host whose addresses are known already. A context carries it to the dialer.
type located struct {
	host      string
	addresses []netip.Addr
}

type locatedKey struct{}

// lookup returns the addresses of a host: one at least, or an error.
func lookup(ctx context.Context, resolver Resolver, host string) ([]netip.Addr, error) {
	if known, ok := ctx.Value(locatedKey{}).(located); ok && known.host == host {
		return known.addresses, nil
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{address}, nil
	}
	addresses, err := resolver.LookupNetIP(ctx, "ip", host)
	if err == nil && len(addresses) == 0 {
		err = &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if err != nil {
		return nil, err
	}
	for i := range addresses {
		addresses[i] = addresses[i].Unmap()
	}
	return addresses, nil
}

// interleave returns addresses so that those of the two families take turns, that of the first
// first. RFC 8305, 4.
func interleave(addresses []netip.Addr) []netip.Addr {
	var first, second []netip.Addr
	for _, a := range addresses {
		if a.Is4() == addresses[0].Is4() {
			first = append(first, a)
		} else {
			second = append(second, a)
		}
	}
	var all []netip.Addr
	for i := range max(len(first), len(second)) {
		if i < len(first) {
			all = append(all, first[i])
		}
		if i < len(second) {
			all = append(all, second[i])
		}
	}
	return all
}

// race connects to the first of the addresses that answers: each is tried once the one before it
// has failed, or has taken nextAddress. The error is that of the first address. RFC 8305, 5.
func (d *dialer) race(ctx context.Context, network string, addresses []string) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
		at   int
	}
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan result)
	tried, pending := 0, 0
	try := func() {
		at := tried
		tried, pending = tried+1, pending+1
		go func() {
			conn, err := d.connect(ctx, network, addresses[at])
			results <- result{conn, err, at}
		}()
	}
	defer func() {
		cancel()
		for range pending { // they end with the context
			if r := <-results; r.err == nil {
				_ = r.conn.Close() // another address has answered
			}
		}
	}()
	try()
	timer := time.NewTimer(nextAddress)
	defer timer.Stop()
	var failed error
	for {
		select {
		case r := <-results:
			pending--
			if r.err == nil {
				return r.conn, nil
			}
			if r.at == 0 || failed == nil {
				failed = r.err
			}
		case <-timer.C:
		}
		switch {
		case tried < len(addresses):
			try()
			timer.Reset(nextAddress)
		case pending == 0:
			return nil, failed
		}
	}
}
