package network_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// identity makes a certificate of its own for a client, and its key, in PEM.
func identity(t *testing.T) (certificate []byte, key network.Secret) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "viewer"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &secret.PublicKey, secret)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(secret)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		network.NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})))
}

func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = silent()
	server.StartTLS()
	defer server.Close()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	certificate, key := identity(t)

	tests := []struct {
		name string
		tls  network.TLS
		ok   bool
	}{
		{"trusted, and known", network.TLS{Authorities: authority, Certificate: certificate, Key: key}, true},
		{"nobody", network.TLS{Authorities: authority}, false},
		{"not trusted", network.TLS{Certificate: certificate, Key: key}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client, err := network.NewClient(nil, network.Options{TLS: test.tls})
			require.NoError(t, err)
			defer client.Close()
			data, _, err := client.Fetch(t.Context(), network.Request{Class: network.ClassSignIn, URL: server.URL, Method: http.MethodPost})
			if !test.ok {
				require.ErrorIs(t, err, network.ErrUnreachable)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, "viewer", string(data))
		})
	}
}

func TestProxy(t *testing.T) {
	const secret = "canary-proxy-5"
	asked := make(chan string, 8)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.String()
		if user, password, ok := proxyLogin(r); !ok || user != "me" || password != secret {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		_, _ = fmt.Fprint(w, "by proxy, cookie ", r.Header.Get("Cookie"))
	}))
	defer proxy.Close()
	address := strings.Replace(proxy.URL, "http://", "http://me:"+secret+"@", 1)
	configuration := network.NewConfiguration()
	configuration.CookieHeaders.SetValue("a", "b")
	client, err := network.NewClient(configuration, network.Options{Proxy: network.NewSecret(address)})
	require.NoError(t, err)
	defer client.Close()
	data, _, err := client.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: "http://keys.test/1"})
	require.NoError(t, err)
	assert.Equal(t, "by proxy, cookie a=b", string(data))
	assert.Equal(t, "http://keys.test/1", <-asked)

	proxy.Close() // and nobody listens any more
	once, cancel := network.NewClient(nil, network.Options{Proxy: network.NewSecret(address)})
	require.NoError(t, cancel)
	defer once.Close()
	_, _, err = once.Fetch(t.Context(), network.Request{Class: network.ClassSignIn, URL: "http://keys.test/1", Method: http.MethodPost})
	require.ErrorIs(t, err, network.ErrUnreachable)
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v %v", err, err, err, once.Records()), secret)
}

// proxyLogin reads Proxy-Authorization.
func proxyLogin(r *http.Request) (user, password string, ok bool) {
	return (&http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}).BasicAuth()
}

func TestTransportOptions(t *testing.T) {
	certificate, key := identity(t)
	_, other := identity(t)
	const secret = "canary-options-9"
	tests := map[string]network.Options{
		"no authority":           {TLS: network.TLS{Authorities: []byte("hello " + secret)}},
		"a key of another":       {TLS: network.TLS{Certificate: certificate, Key: other}},
		"a key alone":            {TLS: network.TLS{Key: key}},
		"a certificate alone":    {TLS: network.TLS{Certificate: certificate}},
		"a proxy of no kind":     {Proxy: network.NewSecret("ftp://u:" + secret + "@h")},
		"a proxy without host":   {Proxy: network.NewSecret("http:///" + secret)},
		"a proxy that is no URL": {Proxy: network.NewSecret("http://[" + secret)},
	}
	for name, options := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := network.NewClient(nil, options)
			require.ErrorIs(t, err, network.ErrConfiguration)
			assert.NotContains(t, err.Error(), secret)
			assert.NotContains(t, fmt.Sprintf("%+v", options), secret)
			_, isURL := err.(*url.Error) //nolint:errorlint // of the outermost alone
			assert.False(t, isURL)
		})
	}
}

// silent is a log that nobody reads.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }
