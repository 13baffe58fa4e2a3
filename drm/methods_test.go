package drm_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/drm"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// The key of NIST SP 800-38A, F.2.6 and F.5.6, and the counter of F.5.
const (
	key256  = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
	counter = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
	plain38 = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
		"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)

// NIST SP 800-38A, F.2.6 (CBC-AES256.Decrypt): the last block is no padding.
func TestAES256NIST(t *testing.T) {
	secret := unhex(t, "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"+
		"39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b")
	got, err := io.ReadAll(drm.NewSegmentReader(bytes.NewReader(secret), drm.MethodAES256, key(t, unhex(t, key256)), testIV))
	require.ErrorIs(t, err, drm.ErrPadding)
	require.Equal(t, unhex(t, plain38)[:48], got)
}

// NIST SP 800-38A, F.5.6 (CTR-AES256.Decrypt).
func TestAES256CTRNIST(t *testing.T) {
	secret := unhex(t, "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"+
		"2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")
	for _, size := range []int{1, 7, 16, 17, 100} {
		r := drm.NewSegmentReader(bytes.NewReader(secret), drm.MethodAES256CTR, key(t, unhex(t, key256)), [16]byte(unhex(t, counter)))
		got, err := chunks(r, size)
		require.NoError(t, err)
		require.Equal(t, unhex(t, plain38), got)
	}
}

// What Node's crypto (OpenSSL) made with the key and the counter as its IV of 16 bytes.
const gcmSegment = counter + "c5a8116d472f21e6f6902c948ba5b0a5835a6d46" + "3c00f29868039d36526362a6588297b5"

func TestAES256GCM(t *testing.T) {
	whole := unhex(t, gcmSegment)
	other := unhex(t, key256)
	other[0] ^= 1
	flipped := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 1
		return b
	}
	tests := map[string]struct {
		data []byte
		key  []byte
		want error
	}{
		"whole":         {whole, unhex(t, key256), nil},
		"wrong key":     {whole, other, drm.ErrAuthentication},
		"damaged IV":    {flipped(3), unhex(t, key256), drm.ErrAuthentication},
		"damaged text":  {flipped(20), unhex(t, key256), drm.ErrAuthentication},
		"damaged tag":   {flipped(len(whole) - 1), unhex(t, key256), drm.ErrAuthentication},
		"cut":           {whole[:len(whole)-5], unhex(t, key256), drm.ErrAuthentication},
		"no room":       {whole[:31], unhex(t, key256), drm.ErrCipherLength},
		"empty":         {nil, unhex(t, key256), drm.ErrCipherLength},
		"short key":     {whole, testKey, drm.ErrKeyLength},
		"nothing in it": {append(unhex(t, counter), make([]byte, 16)...), unhex(t, key256), drm.ErrAuthentication},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := chunks(drm.NewSegmentReader(bytes.NewReader(test.data), drm.MethodAES256GCM, key(t, test.key), testIV), 7)
			require.ErrorIs(t, err, test.want)
			if test.want == nil {
				require.Equal(t, "packets of a segment", string(got))
			} else {
				require.Empty(t, got, "what is not authentic is not given")
			}
		})
	}
}

// Segments that OpenSSL encrypted, large enough to be split over the cores, from a source that has all of
// it and from one that gives it bit by bit.
func TestSegmentsOfOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("there is no openssl")
	}
	tests := map[string]struct{ method, cipher, key string }{
		"AES-128":     {drm.MethodAES128, "-aes-128-cbc", hex.EncodeToString(testKey)},
		"AES-256":     {drm.MethodAES256, "-aes-256-cbc", key256},
		"AES-256-CTR": {drm.MethodAES256CTR, "-aes-256-ctr", key256},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, length := range []int{0, 15, 16, 65_521, 1 << 20, 3<<20 + 5} {
				plain := noise(length)
				command := exec.CommandContext(t.Context(), "openssl", "enc", test.cipher, "-K", test.key, "-iv", hex.EncodeToString(testIV[:]))
				command.Stdin = bytes.NewReader(plain)
				secret, err := command.Output()
				require.NoError(t, err)
				k := key(t, unhex(t, test.key))
				for _, size := range []int{1000, 64 << 10, 4 << 20} {
					for _, source := range []io.Reader{bytes.NewReader(secret), &dripping{data: secret, size: 100_001}} {
						got, err := chunks(drm.NewSegmentReader(source, test.method, k, testIV), size)
						require.NoError(t, err)
						require.True(t, bytes.Equal(plain, got), "length %d, buffer %d", length, size)
					}
				}
			}
		})
	}
}

// dripping gives at most size bytes at a time.
type dripping struct {
	data []byte
	size int
}

func (d *dripping) Read(p []byte) (int, error) {
	if len(d.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), d.size)], d.data)
	d.data = d.data[n:]
	return n, nil
}

func TestSegmentReaderOfOtherMethods(t *testing.T) {
	for _, method := range []string{drm.MethodNone, drm.MethodSampleAES, "ROT-13"} {
		_, err := io.ReadAll(drm.NewSegmentReader(bytes.NewReader(noise(32)), method, key(t, testKey), testIV))
		require.ErrorIs(t, err, drm.ErrUnsupportedMethod)
	}
	_, err := io.ReadAll(drm.NewSegmentReader(bytes.NewReader(noise(32)), drm.MethodAES128, key(t, unhex(t, key256)), testIV))
	require.ErrorIs(t, err, drm.ErrKeyLength)
}
