package main

import (
	"strings"

	"github.com/spf13/pflag"

	"latchkey/network"
)

// transportFlags say how servers are reached.
type transportFlags struct {
	proxy       string
	authorities string
	certificate string
	key         string
}

func (f *transportFlags) add(set *pflag.FlagSet) {
	set.StringVar(&f.proxy, "proxy", "", "the `URL` of an http, https or socks5 proxy instead of the system's; @FILE reads it from a file")
	set.StringVar(&f.authorities, "ca-file", "", "trust the authorities in this PEM `FILE` besides the system's")
	set.StringVar(&f.certificate, "client-cert", "", "show servers that ask the certificate in this PEM `FILE`")
	set.StringVar(&f.key, "client-key", "", "the key of --client-cert, a PEM `FILE`")
}

// options puts what the flags say into o. Files are read here; what is in them is checked with the client.
func (f *transportFlags) options(o *network.Options) error {
	var failed error
	read := func(flag, name string) string {
		if name == "" || failed != nil {
			return ""
		}
		text, err := readFlagFile(flag, name)
		failed = err
		return text
	}
	o.TLS.Authorities = []byte(read("--ca-file", f.authorities))
	o.TLS.Certificate = []byte(read("--client-cert", f.certificate))
	o.TLS.Key = network.NewSecret(read("--client-key", f.key))
	proxy := f.proxy
	if name, isFile := strings.CutPrefix(proxy, "@"); isFile {
		proxy = strings.TrimSpace(read("--proxy", name))
	}
	o.Proxy = network.NewSecret(proxy)
	return failed
}
