package drm

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testDecrypter(t testing.TB) (*SampleDecrypter, cipher.Block) {
	t.Helper()
	material := []byte("0123456789abcdef")
	key, err := NewKey(material)
	require.NoError(t, err)
	d, err := NewSampleDecrypter(key)
	require.NoError(t, err)
	block, err := aes.NewCipher(material)
	require.NoError(t, err)
	return d, block
}

func TestSampleDecrypterTakesKeysOf16Bytes(t *testing.T) {
	key, err := NewKey(make([]byte, 32))
	require.NoError(t, err)
	_, err = NewSampleDecrypter(key)
	require.ErrorIs(t, err, ErrKeyLength)
	key.wipe()
	_, err = NewSampleDecrypter(key)
	require.Error(t, err)
}

// TestCounterEnds goes over the end of the counter's 8 bytes, which must not carry into the first 8. ISO/IEC 23001-7, 9.3.
func TestCounterEnds(t *testing.T) {
	d, block := testDecrypter(t)
	iv := [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 255, 255, 255, 255, 255, 255, 255, 254}
	data := make([]byte, 80)
	want := make([]byte, 80)
	counter := binary.BigEndian.Uint64(iv[8:])
	for at := 0; at < len(want); at += aes.BlockSize {
		in := iv
		binary.BigEndian.PutUint64(in[8:], counter)
		counter++
		block.Encrypt(want[at:], in[:])
	}
	for _, subsamples := range [][]Subsample{nil, {{0, 80}}, {{0, 7}, {0, 40}, {0, 33}}} {
		clear(data)
		require.NoError(t, d.Common(data, &Sample{Scheme: SchemeCENC, IV: iv, Subsamples: subsamples}))
		assert.Equal(t, want, data)
	}
}

func TestHostileSamples(t *testing.T) {
	d, _ := testDecrypter(t)
	for name, s := range map[string]Sample{
		"no scheme":            {},
		"another scheme":       {Scheme: "cbca"},
		"longer than it is":    {Scheme: SchemeCENC, Subsamples: []Subsample{{10, 91}}},
		"lengths that wrap":    {Scheme: SchemeCBCS, Subsamples: []Subsample{{1 << 31, 1 << 31}, {1<<32 - 1, 1<<32 - 1}}},
		"too long in the end":  {Scheme: SchemeCENS, CryptBlocks: 1, Subsamples: []Subsample{{10, 80}, {10, 1}}},
		"a pattern of nothing": {Scheme: SchemeCBCS, SkipBlocks: 9, Subsamples: []Subsample{{0, 100}}},
		"a negative pattern":   {Scheme: SchemeCBCS, CryptBlocks: -1, Subsamples: []Subsample{{0, 100}}},
		"half a block":         {Scheme: SchemeCBC1, Subsamples: []Subsample{{0, 24}}},
	} {
		t.Run(name, func(t *testing.T) {
			data := bytes.Repeat([]byte{7}, 100)
			require.Error(t, d.Common(data, &s))
			assert.Equal(t, bytes.Repeat([]byte{7}, 100), data, "nothing was changed")
		})
	}
	for codec, data := range map[string][]byte{
		"h264": []byte("no NAL unit"), "aac": {0xFF, 0xF1, 0, 0, 0, 0, 0}, "ac3": {0x0B, 0x77, 0, 0, 0xFF, 0x40}, "eac3": {0x0B, 0x77, 7, 255, 0, 0x80}, "hevc": {0, 0, 1},
	} {
		t.Run(codec, func(t *testing.T) {
			_, err := d.Elementary(codec, data, [16]byte{})
			assert.Error(t, err)
		})
	}
}

// FuzzCommon makes a table of subsamples of the bytes: nothing may panic, and what is said to be clear stays as it is.
func FuzzCommon(f *testing.F) {
	f.Add([]byte("clear and not"), []byte{4, 5, 0, 4}, uint8(3), uint8(1), uint8(9))
	f.Fuzz(func(t *testing.T, data, table []byte, scheme, crypt, skip uint8) {
		d, _ := testDecrypter(t)
		s := Sample{Scheme: []string{SchemeCENC, SchemeCENS, SchemeCBC1, SchemeCBCS, "none"}[scheme%5], CryptBlocks: int(crypt) - 1, SkipBlocks: int(skip) - 1}
		for i := 0; i+3 < len(table); i += 4 {
			s.Subsamples = append(s.Subsamples, Subsample{uint32(table[i])<<(table[i+1]%32) | uint32(table[i+1]), uint32(table[i+2])<<(table[i+3]%32) | uint32(table[i+3])})
		}
		before := bytes.Clone(data)
		if d.Common(data, &s) != nil {
			require.Equal(t, before, data)
			return
		}
		at := 0
		for _, sub := range s.Subsamples {
			require.Equal(t, before[at:at+int(sub.Clear)], data[at:at+int(sub.Clear)])
			at += int(sub.Clear) + int(sub.Protected)
		}
		if len(s.Subsamples) > 0 {
			require.Equal(t, before[at:], data[at:])
		}
	})
}

// FuzzElementary decrypts whatever comes: what remains is no longer than what came.
func FuzzElementary(f *testing.F) {
	f.Add("h264", append([]byte{0, 0, 0, 1, 0x65}, bytes.Repeat([]byte{0, 0, 3, 9}, 40)...))
	f.Add("aac", append([]byte{0xFF, 0xF1, 0x4C, 0x80, 8, 0, 0xFC}, make([]byte, 57)...))
	f.Add("ac3", append([]byte{0x0B, 0x77, 0, 0, 0, 0x40}, make([]byte, 122)...))
	f.Add("eac3", append([]byte{0x0B, 0x77, 0, 63, 0, 0x80}, make([]byte, 122)...))
	f.Fuzz(func(t *testing.T, codec string, data []byte) {
		d, _ := testDecrypter(t)
		n, err := d.Elementary(codec, data, [16]byte{1})
		if err == nil {
			require.LessOrEqual(t, n, len(data))
			require.GreaterOrEqual(t, n, 0)
		}
	})
}

func hexOf(k Key) string { return KeyID(k.Bytes()).String() }

func BenchmarkSamples(b *testing.B) {
	d, block := testDecrypter(b)
	data := make([]byte, 64<<10)
	whole := []Subsample{{32, uint32(len(data) - 32)}}
	for _, s := range []Sample{
		{Scheme: SchemeCENC, Subsamples: whole}, {Scheme: SchemeCBC1, Subsamples: []Subsample{{32, uint32(len(data) - 32)}}},
		{Scheme: SchemeCBCS, CryptBlocks: 1, SkipBlocks: 9, Subsamples: whole},
	} {
		b.Run(s.Scheme, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := d.Common(data, &s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("Go's CBC", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		mode := cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize))
		for b.Loop() {
			mode.CryptBlocks(data, data)
		}
	})
}

func TestSystemName(t *testing.T) {
	assert.Equal(t, "Widevine", SystemName([16]byte{0xed, 0xef, 0x8b, 0xa9, 0x79, 0xd6, 0x4a, 0xce, 0xa3, 0xc8, 0x27, 0xdc, 0xd5, 0x1d, 0x21, 0xed}))
	assert.Empty(t, SystemName([16]byte{1}))
}
