package drm

import (
	"crypto/cipher"
	"io"
)

// ctrReader decrypts in its caller's memory.
type ctrReader struct {
	src    io.Reader
	stream cipher.Stream
}

// Read decrypts into p.
func (r *ctrReader) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	if n < 0 || n > len(p) {
		return 0, errReader
	}
	r.stream.XORKeyStream(p[:n], p[:n])
	return n, err
}
