package network_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
)

// TestTakesOddAnswers asks twice for what servers of the field send, over http and https: the
// second request goes over the same connection where the answer lets it.
func TestTakesOddAnswers(t *testing.T) {
	body := "#EXTM3U\n"
	length := fmt.Sprintf("Content-Length: %d\r\n", len(body))
	tests := map[string]string{
		"a line without a colon":         "HTTP/1.1 200 OK\r\nX-Powered-By PHP\r\n" + length + "\r\n" + body,
		"a line without a name":          "HTTP/1.1 200 OK\r\n: x\r\n" + length + "\r\n" + body,
		"a name with brackets":           "HTTP/1.1 200 OK\r\nX(1): x\r\n" + length + "\r\n" + body,
		"a second status line":           "HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\n" + length + "\r\n" + body,
		"a control character":            "HTTP/1.1 200 OK\r\nX: a\x01b\r\n" + length + "\r\n" + body,
		"a first line that goes on":      "HTTP/1.1 200 OK\r\n folded\r\n" + length + "\r\n" + body,
		"line feeds alone":               "HTTP/1.1 200 OK\nX y\nContent-Length: 8\n\n" + body,
		"an early hint with an odd line": "HTTP/1.1 103 Early Hints\r\nLink\r\n\r\nHTTP/1.1 200 OK\r\nX y\r\n" + length + "\r\n" + body,
		"chunks":                         "HTTP/1.1 200 OK\r\nX y\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n" + body + "\r\n0\r\n\r\n",
		"SHOUTcast":                      "ICY 200 OK\r\nicy-name x\r\n" + length + "\r\n" + body,
		"no reason":                      "HTTP/1.1 200\r\n" + length + "\r\n" + body,
		"octets":                         "HTTP/1.1 200 OK\r\nX-Title: caf\xe9 \x80\r\n" + length + "\r\n" + body,
	}
	certificate := selfSigned(t, func(*x509.Certificate) {})
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	for name, answer := range tests {
		for _, scheme := range []string{"http", "https"} {
			t.Run(name+" over "+scheme, func(t *testing.T) {
				listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
				require.NoError(t, err)
				url := scheme + "://" + listener.Addr().String() + "/main.m3u8"
				if scheme == "https" {
					listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
				}
				server := networktest.NewRawServerOn(listener, answer)
				t.Cleanup(func() { require.NoError(t, server.Close()) })
				client := newClient(t, nil, network.Options{TLS: network.TLS{Authorities: authority}})
				for range 2 {
					data, _, err := client.Fetch(t.Context(), network.Request{Class: network.ClassPlaylist, URL: url})
					require.NoError(t, err)
					assert.Equal(t, body, string(data))
				}
			})
		}
	}
}

// TestTellsWhatIsNoHTTP holds that a server which was reached is not called unreachable.
func TestTellsWhatIsNoHTTP(t *testing.T) {
	for name, answer := range map[string]string{
		"another protocol": "220 mail.example.com ESMTP\r\n",
		"binary":           "\x00\x01\x02\x03\xff\xfe",
		"no status":        "HTTP/1.1 okay\r\n\r\n",
		"two lengths":      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t, answer, answer, answer, answer)
			client := newClient(t, nil, network.Options{})
			_, _, err := client.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: s.url + "/key"})
			require.ErrorIs(t, err, network.ErrProtocol)
			require.ErrorIs(t, err, network.ErrUnreachable)
		})
	}
}
