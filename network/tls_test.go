package network_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// selfSigned makes a certificate that is its own authority, changed by change.
func selfSigned(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true,
		BasicConstraintsValid: true, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	change(template)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &secret.PublicKey, secret)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: secret}
}

// Ways in which TLS fails. None of them gets better, so that one attempt is enough; nothing is sent.
func TestTLSFailures(t *testing.T) {
	good := func(*x509.Certificate) {}
	tests := map[string]struct {
		change  func(*x509.Certificate)
		config  *tls.Config
		trusted bool
		text    string // "" is success
	}{
		"good":              {change: good, config: &tls.Config{MinVersion: tls.VersionTLS13}, trusted: true},
		"TLS 1.2":           {change: good, config: &tls.Config{MaxVersion: tls.VersionTLS12}, trusted: true},
		"TLS 1.1":           {change: good, config: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, trusted: true, text: "protocol version"},
		"unknown authority": {change: good, text: "unknown authority"},
		"expired": {change: func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, trusted: true,
			text: "expired"},
		"another name": {change: func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"www.example.com"} },
			trusted: true, text: "127.0.0.1"},
		"a certificate is wanted": {change: good, config: &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12},
			trusted: true, text: "tls: "},
		"a certificate is wanted, TLS 1.3": {change: good, config: &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS13},
			trusted: true, text: "certificate required"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			certificate := selfSigned(t, test.change)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				if test.text != "" {
					t.Error("a request came")
				}
			}))
			server.Config.ErrorLog = silent()
			server.TLS = new(tls.Config)
			if test.config != nil {
				server.TLS = test.config.Clone()
			}
			server.TLS.Certificates = []tls.Certificate{certificate}
			server.StartTLS()
			defer server.Close()
			var o network.Options
			if test.trusted {
				o.TLS.Authorities = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
			}
			c := newClient(t, nil, o)
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: server.URL})
			if test.text == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, network.ErrUnreachable)
			require.ErrorContains(t, err, test.text)
			require.Len(t, c.Records(), 1)
		})
	}
}
