package drm

import (
	"bytes"
	"crypto/cipher"
	"fmt"
	"io"
)

// The layout of a segment of AES-256-GCM. The second edition of RFC 8216 as Shaka Player 5 reads it
// (lib/media/segment_utils.js): the IV has the length of a block, unlike that of most uses of GCM.
const (
	gcmIV  = 16
	gcmTag = 16
	// maxGCMSegment bounds what is kept until it was found authentic.
	maxGCMSegment = 256 << 20
)

// gcmReader reads all of a segment before it gives anything: what is not authentic never leaves it.
type gcmReader struct {
	src   io.Reader
	block cipher.Block // nil when the segment was read
	clear bytes.Reader
	err   error
}

// Read returns what was decrypted.
func (r *gcmReader) Read(p []byte) (int, error) {
	if r.block != nil {
		data, err := r.open()
		r.clear.Reset(data)
		r.err, r.block = err, nil
	}
	if r.err != nil {
		return 0, r.err
	}
	return r.clear.Read(p)
}

func (r *gcmReader) open() ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r.src, maxGCMSegment+1))
	if err != nil {
		return nil, err
	}
	switch {
	case len(data) > maxGCMSegment:
		return nil, fmt.Errorf("decrypt segment: %w", ErrSegmentSize)
	case len(data) < gcmIV+gcmTag:
		return nil, fmt.Errorf("decrypt segment: %d bytes: %w", len(data), ErrCipherLength)
	}
	aead, err := cipher.NewGCMWithNonceSize(r.block, gcmIV)
	if err != nil {
		return nil, fmt.Errorf("decrypt segment: %w", err)
	}
	text := data[gcmIV:]
	plain, err := aead.Open(text[:0], data[:gcmIV], text, nil)
	if err != nil {
		return nil, fmt.Errorf("decrypt segment: %w", ErrAuthentication)
	}
	return plain, nil
}
