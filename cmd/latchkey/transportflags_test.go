package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

func TestTransportFlags(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	flags := transportFlags{proxy: "@" + write("proxy", "http://u:p@proxy.test:8080\n"), authorities: write("ca", "A"),
		certificate: write("cert", "C"), key: write("key", "K")}
	var o network.Options
	require.NoError(t, flags.options(&o))
	assert.Equal(t, "http://u:p@proxy.test:8080", o.Proxy.Reveal())
	assert.Equal(t, "A", string(o.TLS.Authorities))
	assert.Equal(t, "C", string(o.TLS.Certificate))
	assert.Equal(t, "K", o.TLS.Key.Reveal())

	o = network.Options{}
	require.NoError(t, (&transportFlags{proxy: "socks5://proxy.test"}).options(&o))
	assert.Equal(t, "socks5://proxy.test", o.Proxy.Reveal())

	for _, flags := range []transportFlags{{proxy: "@" + folder + "/none"}, {authorities: folder}, {key: folder + "/none"}} {
		err := flags.options(&o)
		var usage *usageError
		require.ErrorAs(t, err, &usage)
		assert.Equal(t, exitUsage, exitCode(err))
	}
}
