package drm_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"latchkey/drm"
	"latchkey/network"
)

// A key server that wants a cookie, and a segment that is encrypted with its key.
func Example() {
	secret := []byte("0123456789abcdef")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie("session"); err != nil || cookie.Value != "abcd" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = w.Write(secret)
	}))
	defer server.Close()

	configuration := network.NewConfiguration()
	configuration.CookieHeaders.SetValue("session", "abcd")
	client, err := network.NewClient(configuration, network.Options{Resource: server.URL + "/main.m3u8"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	keys := drm.NewKeyStore(client)
	defer keys.Close()
	info, err := drm.Select([]drm.KeyInfo{
		{Method: "SAMPLE-AES", URI: "skd://title", KeyFormat: "com.apple.streamingkeydelivery"},
		{Method: drm.MethodAES128, URI: server.URL + "/key"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := keys.Key(context.Background(), info)
	if err != nil {
		fmt.Println(err)
		return
	}
	const sequence = 7 // EXT-X-MEDIA-SEQUENCE and the segment's place
	segment := encryptSegment(secret, info.IVFor(sequence), "packets of a segment")
	plain, err := io.ReadAll(drm.NewSegmentReader(bytes.NewReader(segment), info.Method, key, info.IVFor(sequence)))
	fmt.Println(string(plain), err, key)
	// Output: packets of a segment <nil> [redacted]
}

// encryptSegment is what the packager does.
func encryptSegment(key []byte, iv [16]byte, plain string) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	data := pad([]byte(plain))
	cipher.NewCBCEncrypter(block, iv[:]).CryptBlocks(data, data)
	return data
}
