package drm

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
)

// The schemes of Common Encryption. ISO/IEC 23001-7, 10.
const (
	SchemeCENC = "cenc" // CTR
	SchemeCENS = "cens" // CTR with a pattern
	SchemeCBC1 = "cbc1" // CBC
	SchemeCBCS = "cbcs" // CBC with a pattern
)

// Subsample is a stretch of a sample: clear bytes, then protected ones. ISO/IEC 23001-7, 9.5.
type Subsample struct {
	Clear, Protected uint32
}

// Sample says how a sample is encrypted. ISO/IEC 23001-7, 9.
type Sample struct {
	Scheme string
	IV     [16]byte // one of 8 bytes has zeros after it
	// CryptBlocks of 16 bytes are encrypted and SkipBlocks are not, in turn; both are 0 without a pattern.
	CryptBlocks, SkipBlocks int
	// Subsamples are the stretches in order; without any the whole sample is protected.
	Subsamples []Subsample
}

// SampleDecrypter decrypts samples with one key, in place and without an allocation for each block. The
// key must have 16 bytes. One caller at a time.
type SampleDecrypter struct {
	chain chain
}

// NewSampleDecrypter returns the decrypter of a key. It fails with ErrKeyLength, or when the key was wiped.
func NewSampleDecrypter(key Key) (*SampleDecrypter, error) {
	block, err := key.block()
	if err == nil && key.size() != 16 {
		err = fmt.Errorf("%d bytes, not 16: %w", key.size(), ErrKeyLength)
	}
	if err != nil {
		return nil, fmt.Errorf("decrypt sample: %w", err)
	}
	return &SampleDecrypter{chain: chain{block: block}}, nil
}

// Common decrypts a sample of Common Encryption. It returns ErrSample for a table of subsamples that does
// not fit the data, in which nothing was changed then, and ErrUnsupportedMethod for a scheme that is none.
// Nothing shows that the key is wrong.
func (d *SampleDecrypter) Common(data []byte, s *Sample) error {
	if err := s.check(len(data)); err != nil {
		return err
	}
	d.chain.iv = s.IV
	var stream *counter
	if s.Scheme == SchemeCENC || s.Scheme == SchemeCENS {
		stream = newCounter(d.chain.block, s.IV)
	}
	if len(s.Subsamples) == 0 {
		// A sample that is protected as a whole has no pattern, and but for cenc a rest of less than a block is
		// clear. ISO/IEC 23001-7, 9.7.
		whole := data[:len(data)/aes.BlockSize*aes.BlockSize]
		switch s.Scheme {
		case SchemeCENC:
			stream.xor(data)
		case SchemeCENS:
			stream.xor(whole)
		default:
			d.chain.decrypt(whole)
		}
		return nil
	}
	for _, sub := range s.Subsamples {
		protected := data[sub.Clear:][:sub.Protected]
		data = data[uint64(sub.Clear)+uint64(sub.Protected):]
		switch s.Scheme {
		case SchemeCENC:
			stream.xor(protected)
		case SchemeCENS:
			s.stretches(protected, stream.xor)
		case SchemeCBC1:
			d.chain.decrypt(protected)
		case SchemeCBCS:
			d.chain.iv = s.IV // ISO/IEC 23001-7, 9.7: a constant IV begins each subsample anew
			s.stretches(protected, d.chain.decrypt)
		}
	}
	return nil
}

// check says whether the scheme is known and the table of subsamples fits the data.
func (s *Sample) check(size int) error {
	switch s.Scheme {
	case SchemeCENC, SchemeCENS, SchemeCBC1, SchemeCBCS:
	default:
		return fmt.Errorf("scheme %.8q: %w", s.Scheme, ErrUnsupportedMethod)
	}
	if s.CryptBlocks < 0 || s.SkipBlocks < 0 || (s.CryptBlocks == 0 && s.SkipBlocks > 0) {
		return fmt.Errorf("pattern %d:%d: %w", s.CryptBlocks, s.SkipBlocks, ErrSample)
	}
	left := uint64(size)
	for _, sub := range s.Subsamples {
		if n := uint64(sub.Clear) + uint64(sub.Protected); n > left {
			return fmt.Errorf("the subsamples are longer than the sample: %w", ErrSample)
		}
		left -= uint64(sub.Clear) + uint64(sub.Protected)
		if s.Scheme == SchemeCBC1 && sub.Protected%aes.BlockSize != 0 {
			return fmt.Errorf("a subsample of %d bytes: %w", sub.Protected, ErrSample)
		}
	}
	return nil
}

// stretches calls do for what the pattern says is encrypted. A stretch that is not whole at the end is clear.
// ISO/IEC 23001-7, 9.6.
func (s *Sample) stretches(protected []byte, do func([]byte)) {
	crypt, skip := s.CryptBlocks*aes.BlockSize, s.SkipBlocks*aes.BlockSize
	if crypt == 0 {
		crypt = aes.BlockSize
	}
	for len(protected) >= crypt {
		do(protected[:crypt])
		protected = protected[crypt:]
		protected = protected[min(skip, len(protected)):]
	}
}

// counter is CTR whose counter is the last 8 bytes of the block alone: it goes from its end to 0 without a
// carry into the first 8. ISO/IEC 23001-7, 9.3. Go's CTR carries.
type counter struct {
	block  cipher.Block
	stream cipher.Stream
	first  uint64 // the first 8 bytes
	left   uint64 // bytes until the counter's end, if that can be reached
	near   bool   // it can: a sample has less than 4 GiB
}

func newCounter(block cipher.Block, iv [16]byte) *counter {
	c := &counter{block: block, stream: cipher.NewCTR(block, iv[:]), first: binary.BigEndian.Uint64(iv[:8])}
	if blocks := -binary.BigEndian.Uint64(iv[8:]); blocks != 0 && blocks < 1<<32 {
		c.near, c.left = true, blocks*aes.BlockSize
	}
	return c
}

func (c *counter) xor(data []byte) {
	if c.near && uint64(len(data)) >= c.left {
		c.stream.XORKeyStream(data[:c.left], data[:c.left])
		data = data[c.left:]
		var iv [16]byte
		binary.BigEndian.PutUint64(iv[:8], c.first)
		c.stream, c.near = cipher.NewCTR(c.block, iv[:]), false
	}
	if c.near {
		c.left -= uint64(len(data))
	}
	c.stream.XORKeyStream(data, data)
}
