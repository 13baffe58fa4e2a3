package drm_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/drm"
)

var (
	testKey = []byte{0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c}
	testIV  = [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
)

func key(t testing.TB, b []byte) drm.Key {
	t.Helper()
	k, err := drm.NewKey(b)
	require.NoError(t, err)
	return k
}

// encrypt is AES-128-CBC over data, which has whole blocks.
func encrypt(t testing.TB, data []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(testKey)
	require.NoError(t, err)
	out := make([]byte, len(data))
	cipher.NewCBCEncrypter(block, testIV[:]).CryptBlocks(out, data)
	return out
}

func pad(data []byte) []byte {
	n := 16 - len(data)%16
	return append(bytes.Clone(data), bytes.Repeat([]byte{byte(n)}, n)...)
}

func noise(n int) []byte {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// chunks reads with buffers of a size.
func chunks(r io.Reader, size int) ([]byte, error) {
	var out []byte
	for {
		p := make([]byte, size)
		n, err := r.Read(p)
		out = append(out, p[:n]...)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
	}
}

func TestSegmentReaderDecrypts(t *testing.T) {
	sources := map[string]func(io.Reader) io.Reader{
		"plain":         func(r io.Reader) io.Reader { return r },
		"one byte":      iotest.OneByteReader,
		"half":          iotest.HalfReader,
		"data with EOF": iotest.DataErrReader,
	}
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			for _, length := range []int{0, 1, 15, 16, 17, 31, 32, 33, 47, 48, 188, 4096, 10001} {
				plain := noise(length)
				for _, size := range []int{1, 3, 16, 17, 63, 64, 65, 1000, 32768} {
					r := drm.NewSegmentReader(source(bytes.NewReader(encrypt(t, pad(plain)))), drm.MethodAES128, key(t, testKey), testIV)
					got, err := chunks(r, size)
					require.NoError(t, err, "length %d, buffer %d", length, size)
					require.True(t, bytes.Equal(plain, got), "length %d, buffer %d", length, size)
				}
			}
		})
	}
}

// NIST SP 800-38A, F.2.2 (CBC-AES128.Decrypt), four blocks; the padding is what follows.
func TestSegmentReaderNIST(t *testing.T) {
	plain := []byte("\x6b\xc1\xbe\xe2\x2e\x40\x9f\x96\xe9\x3d\x7e\x11\x73\x93\x17\x2a" +
		"\xae\x2d\x8a\x57\x1e\x03\xac\x9c\x9e\xb7\x6f\xac\x45\xaf\x8e\x51" +
		"\x30\xc8\x1c\x46\xa3\x5c\xe4\x11\xe5\xfb\xc1\x19\x1a\x0a\x52\xef" +
		"\xf6\x9f\x24\x45\xdf\x4f\x9b\x17\xad\x2b\x41\x7b\xe6\x6c\x37\x10")
	secret := []byte("\x76\x49\xab\xac\x81\x19\xb2\x46\xce\xe9\x8e\x9b\x12\xe9\x19\x7d" +
		"\x50\x86\xcb\x9b\x50\x72\x19\xee\x95\xdb\x11\x3a\x91\x76\x78\xb2" +
		"\x73\xbe\xd6\xb8\xe3\xc1\x74\x3b\x71\x16\xe6\x9e\x22\x22\x95\x16" +
		"\x3f\xf1\xca\xa1\x68\x1f\xac\x09\x12\x0e\xca\x30\x75\x86\xe1\xa7")
	// The last block of the vector is not padding, so the reader gives three blocks and says so.
	got, err := io.ReadAll(drm.NewSegmentReader(bytes.NewReader(secret), drm.MethodAES128, key(t, testKey), testIV))
	require.ErrorIs(t, err, drm.ErrPadding)
	require.Equal(t, plain[:48], got)
	require.Equal(t, secret, encrypt(t, plain))
}

func TestSegmentReaderRefuses(t *testing.T) {
	broken := errors.New("broken")
	valid := encrypt(t, pad(noise(100)))
	otherKey := bytes.Repeat([]byte{7}, 16)
	tests := map[string]struct {
		src  io.Reader
		key  []byte
		want error
	}{
		"empty":           {bytes.NewReader(nil), testKey, drm.ErrCipherLength},
		"half a block":    {bytes.NewReader(valid[:8]), testKey, drm.ErrCipherLength},
		"cut in a block":  {bytes.NewReader(valid[:57]), testKey, drm.ErrCipherLength},
		"cut at a block":  {bytes.NewReader(valid[:64]), testKey, drm.ErrPadding},
		"wrong key":       {bytes.NewReader(valid), otherKey, drm.ErrPadding},
		"padding 0":       {bytes.NewReader(encrypt(t, make([]byte, 32))), testKey, drm.ErrPadding},
		"padding 17":      {bytes.NewReader(encrypt(t, bytes.Repeat([]byte{17}, 32))), testKey, drm.ErrPadding},
		"padding differs": {bytes.NewReader(encrypt(t, append(make([]byte, 30), 1, 2))), testKey, drm.ErrPadding},
		"source fails":    {io.MultiReader(bytes.NewReader(valid), iotest.ErrReader(broken)), testKey, broken},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := drm.NewSegmentReader(test.src, drm.MethodAES128, key(t, test.key), testIV)
			_, err := chunks(r, 64)
			require.ErrorIs(t, err, test.want)
			n, again := r.Read(make([]byte, 10))
			assert.Zero(t, n)
			assert.Equal(t, err, again, "the error stays")
		})
	}
}

func TestSegmentReaderWithoutKey(t *testing.T) {
	_, err := io.ReadAll(drm.NewSegmentReader(bytes.NewReader(noise(16)), drm.MethodAES128, drm.Key{}, testIV))
	require.Error(t, err)
}

func FuzzSegmentReader(f *testing.F) {
	f.Add([]byte{}, 1)
	f.Add(noise(64), 17)
	f.Add(encrypt(f, pad(noise(40))), 64)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		if size < 1 || size > 1<<16 {
			return
		}
		got, err := chunks(drm.NewSegmentReader(iotest.HalfReader(bytes.NewReader(data)), drm.MethodAES128, key(t, testKey), testIV), size)
		block, cipherErr := aes.NewCipher(testKey)
		require.NoError(t, cipherErr)
		whole := len(data) / 16 * 16
		want := make([]byte, whole)
		cipher.NewCBCDecrypter(block, testIV[:]).CryptBlocks(want, data[:whole])
		require.True(t, bytes.HasPrefix(want, got))
		if err == nil {
			require.Equal(t, want, pad(got))
		}
	})
}

// Compare with `openssl speed -evp -decrypt aes-128-cbc` (aes-256-cbc, aes-256-ctr, aes-256-gcm), the column
// of 16384 bytes.
func BenchmarkSegmentReader(b *testing.B) {
	data := encrypt(b, pad(noise(2<<20)))
	p := make([]byte, 32<<10)
	source := bytes.NewReader(data)
	for _, method := range []string{drm.MethodAES128, drm.MethodAES256, drm.MethodAES256CTR} {
		b.Run(method, func(b *testing.B) {
			k := key(b, bytes.Repeat(testKey, drm.KeySize(method)/len(testKey)))
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				source.Reset(data)
				r := drm.NewSegmentReader(source, method, k, testIV)
				for {
					_, err := r.Read(p)
					if err == io.EOF || errors.Is(err, drm.ErrPadding) {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
	b.Run("bare AES-128 CBC", func(b *testing.B) {
		block, err := aes.NewCipher(testKey)
		require.NoError(b, err)
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			mode := cipher.NewCBCDecrypter(block, testIV[:])
			for from := 0; from < len(data); from += len(p) {
				n := copy(p, data[from:])
				mode.CryptBlocks(p[:n], p[:n])
			}
		}
	})
}
