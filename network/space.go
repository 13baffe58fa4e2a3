package network

import (
	"net/netip"
	"strings"
)

// addressSpace says who can reach an address: everybody, the network around this computer, or this
// computer alone. An answer from one address space may name addresses of the same space and of
// those that more can reach. The spaces and their order are those of WICG Private Network Access,
// 2.1.
type addressSpace int32

// The address spaces. The zero value is the one that names the least.
const (
	spacePublic   addressSpace = 0
	spacePrivate  addressSpace = 1 // private, shared, link-local, multicast, reserved
	spaceLoopback addressSpace = 2 // loopback, and unspecified, which systems connect to loopback
	spaces                     = 3
)

// The prefixes of spacePrivate that net/netip does not tell.
var privatePrefixes = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"),  // shared by a carrier's customers. RFC 6598
	netip.MustParsePrefix("192.0.0.0/24"),   // IETF protocols. RFC 6890
	netip.MustParsePrefix("240.0.0.0/4"),    // reserved, and limited broadcast. RFC 1112, RFC 919
	netip.MustParsePrefix("fec0::/10"),      // site-local. RFC 3879
	netip.MustParsePrefix("64:ff9b:1::/48"), // a local translator's. RFC 8215
}

var (
	thisNetwork = netip.MustParsePrefix("0.0.0.0/8") // RFC 1122, 3.2.1.3

	// The prefixes of IPv6 addresses that hold IPv4 addresses.
	translated = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
	compatible = netip.MustParsePrefix("::/96")        // RFC 4291, 2.5.5.1
	sixToFour  = netip.MustParsePrefix("2002::/16")    // RFC 3056
	teredo     = netip.MustParsePrefix("2001::/32")    // RFC 4380, 4
)

// spaceOf returns the space of an address. That of an IPv6 address which holds an IPv4 address is
// the narrower of the two.
func spaceOf(a netip.Addr) addressSpace {
	a = a.WithZone("").Unmap()
	space := spacePublic
	switch {
	case !a.IsValid(), a.IsLoopback(), a.IsUnspecified(), thisNetwork.Contains(a):
		return spaceLoopback
	case !a.IsGlobalUnicast(), a.IsPrivate():
		space = spacePrivate
	}
	for _, prefix := range privatePrefixes {
		if prefix.Contains(a) {
			space = spacePrivate
		}
	}
	if a.Is6() {
		for _, inner := range innerAddresses(a) {
			space = max(space, spaceOf(inner))
		}
	}
	return space
}

// innerAddresses returns the IPv4 addresses that an IPv6 address holds.
func innerAddresses(a netip.Addr) []netip.Addr {
	b := a.As16()
	at := func(i int) netip.Addr { return netip.AddrFrom4([4]byte(b[i:])) }
	switch {
	case translated.Contains(a), compatible.Contains(a):
		return []netip.Addr{at(12)}
	case sixToFour.Contains(a):
		return []netip.Addr{at(2)}
	case teredo.Contains(a): // the server's, and the client's with all bits inverted
		return []netip.Addr{at(4), netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})}
	case b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe: // ISATAP. RFC 5214, 6.1
		return []netip.Addr{at(12)}
	}
	return nil
}

// hostSpace returns the space that a host, as url.URL.Hostname has it, is in by its name or literal
// address alone.
func hostSpace(host string) addressSpace {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if address, err := netip.ParseAddr(host); err == nil {
		return spaceOf(address)
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case last == "localhost", strings.HasPrefix(last, "0x"), strings.Trim(last, "0123456789") == "":
		return spaceLoopback // a number may be any address, so it is taken for the narrowest
	case last == host, last == "local", last == "internal", strings.HasSuffix(host, ".home.arpa"):
		return spacePrivate
	}
	return spacePublic
}
