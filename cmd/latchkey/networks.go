package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"latchkey/ui/history"
)

const (
	// networksSchema names the form of the file that keeps what networks carried.
	networksSchema = "latchkey.networks/1"
	// maxNetworks is how many are kept, the newest, and maxNetworksFile how much of the file is read.
	maxNetworks     = 32
	maxNetworksFile = 64 << 10
	// networkKept is how long a network's measure is believed, and maxNetworkRate the highest that is.
	networkKept    = 30 * 24 * time.Hour
	maxNetworkRate = 100_000_000_000
)

// networks keeps what each network was measured to carry, so that a title begins in a quality that fits. A network is kept by a hash of what this
// computer is called in it, not by its name.
type networks struct {
	path string // empty: nothing is kept
	now  func() time.Time
}

// openNetworks returns what is kept beside the history.
func openNetworks() (networks, error) {
	path, err := history.DefaultPath()
	if err != nil {
		return networks{}, err
	}
	return networks{path: filepath.Join(filepath.Dir(path), "networks.json"), now: time.Now}, nil
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
	if n.path == "" { // the demo's, for one
		return kept
	}
	f, err := os.Open(n.path)
	if err != nil {
		return kept
	}
	data, err := io.ReadAll(io.LimitReader(f, maxNetworksFile))
	var file networksFile
	if errors.Join(err, f.Close()) != nil || json.Unmarshal(data, &file) != nil || file.Schema != networksSchema {
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
	if n.path == "" || network == "" || rate <= 0 {
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
	data, err := json.MarshalIndent(networksFile{Schema: networksSchema, Networks: all}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(n.path), 0o700); err != nil {
		return fmt.Errorf("keep what the network carries: %w", err)
	}
	if err := history.ReplaceFile(n.path, append(data, '\n')); err != nil {
		return fmt.Errorf("keep what the network carries: %w", err)
	}
	return nil
}
