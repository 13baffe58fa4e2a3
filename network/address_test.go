package network_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

func TestOrigin(t *testing.T) {
	for in, want := range map[string]string{
		"https://www.example.com/a?b#c":    "https://www.example.com",
		"HTTPS://WWW.Example.COM:443":      "https://www.example.com",
		"http://www.example.com:80/":       "http://www.example.com",
		"http://www.example.com:443/":      "http://www.example.com:443",
		"https://[2001:DB8::1]:8443/x":     "https://[2001:db8::1]:8443",
		"https://bücher.example/":          "https://xn--bcher-kva.example", // RFC 3492's own example of a label
		"https://user:canary@example.com/": "https://example.com",
	} {
		u, err := network.ParseURL(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, network.Origin(u), in)
	}
}

func TestParseURLRefuses(t *testing.T) {
	for _, in := range []string{"", "/canary", "canary.example", "file:///canary", "javascript:canary()", "data:text/plain,canary",
		"https://", "https:canary", "https://canary example/", "https://exa%6dple.com%2fcanary/", "http://[::1", "ftp://canary.example/"} {
		_, err := network.ParseURL(in)
		require.ErrorIs(t, err, network.ErrRequest, in)
		assert.NotContains(t, err.Error(), "canary")
	}
}

func TestLocalHost(t *testing.T) {
	local := []string{"localhost", "LOCALHOST.", "a.localhost", "printer", "printer.local", "db.internal", "nas.home.arpa", "127.0.0.1", "127.1",
		"2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "1.2.3.4.5", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
		"100.64.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
		"64:ff9b::7f00:1", ""}
	for _, host := range local {
		assert.True(t, network.LocalHost(host), host)
	}
	for _, host := range []string{"example.com", "www.example.com.", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "local.example",
		"127.0.0.1.example", "64:ff9b::5db8:d70e", "172.32.0.1", "100.128.0.1"} {
		assert.False(t, network.LocalHost(host), host)
	}
}
