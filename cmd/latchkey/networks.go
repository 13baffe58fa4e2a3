package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"time"
)

const (
	// networksSchema names the form of the file that keeps what networks carried.
	networksSchema = "latchkey.networks/1"
	// maxNetworks is how many are kept, the newest.
	maxNetworks = 32
	// networkKept is how long a network's measure is believed, and maxNetworkRate the highest that is.
	networkKept    = 30 * 24 * time.Hour
	maxNetworkRate = 100_000_000_000
)

// networks keeps what each network was measured to carry, so that a title begins in a quality that fits. A network is kept by a hash of what this
// computer is called in it, not by its name.
type networks struct {
	file keptFile
	now  func() time.Time
}

// measure is what a network carried.
type measure struct {
	Rate int64     `json:"bits_per_second"`
	At   time.Time `json:"at"`
}

type networksFile struct {
	Schema   string             `json:"schema"`
	Networks map[string]measure `json:"networks"`
}

// currentNetwork names the network that leads out: the interface and its prefix, hashed; empty without one. No packet is sent.
func currentNetwork() string {
	for _, probe := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} { // RFC 5737 and RFC 3849: nobody's addresses
		conn, err := net.Dial("udp", probe) //nolint:noctx // it only asks the system for a route
		if err != nil {
			continue
		}
		local, ok := conn.LocalAddr().(*net.UDPAddr)
		_ = conn.Close() // nothing was sent
		if !ok {
			continue
		}
		if name := prefixOf(local.IP); name != "" {
			sum := sha256.Sum256([]byte(name))
			return hex.EncodeToString(sum[:8])
		}
	}
	return ""
}

// prefixOf is the interface that has an address, and its prefix.
func prefixOf(ip net.IP) string {
	interfaces, err := net.Interfaces()
	if err != nil {
		return ""
	}
	for _, i := range interfaces {
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addresses {
			if prefix, ok := a.(*net.IPNet); ok && prefix.IP.Equal(ip) {
				return i.Name + "|" + (&net.IPNet{IP: prefix.IP.Mask(prefix.Mask), Mask: prefix.Mask}).String()
			}
		}
	}
	return ""
}

// read returns what is kept and still believed. A file that cannot be read is as none.
func (n networks) read() map[string]measure {
	kept := make(map[string]measure)
	var file networksFile
	if n.file.read(&file) != nil || file.Schema != networksSchema {
		return kept
	}
	for name, m := range file.Networks {
		if age := n.now().Sub(m.At); m.Rate > 0 && m.Rate <= maxNetworkRate && age >= 0 && age < networkKept {
			kept[name] = m
		}
	}
	return kept
}

// rate is what a network carried, 0: it is not known.
func (n networks) rate(network string) int64 { return n.read()[network].Rate }

// keep notes what a network carried.
func (n networks) keep(network string, rate int64) error {
	if n.file.path == "" || network == "" || rate <= 0 {
		return nil
	}
	all := n.read()
	all[network] = measure{Rate: rate, At: n.now().UTC().Truncate(time.Second)}
	for len(all) > maxNetworks {
		oldest := network
		for name, m := range all {
			if m.At.Before(all[oldest].At) {
				oldest = name
			}
		}
		delete(all, oldest)
	}
	if err := n.file.write(networksFile{Schema: networksSchema, Networks: all}); err != nil {
		return fmt.Errorf("keep what the network carries: %w", err)
	}
	return nil
}
