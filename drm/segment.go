package drm

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
)

// NewSegmentReader returns a reader of what src gives, a whole segment that is encrypted with one of the
// methods of whole segments, decrypted. iv is KeyInfo.IVFor. One caller at a time.
//
//	AES-128, AES-256   CBC, PKCS #7 padding, which is taken off
//	AES-256-CTR        the iv is the first counter block
//	AES-256-GCM        IV (16 bytes) | cipher text | tag (16 bytes); iv is not used
//
// All but GCM stream: what has come is decrypted at once, and large stretches that are there already on
// all cores. With GCM nothing is given before all of it was found authentic.
//
// Its errors are those of src as they are; ErrCipherLength at the end of data that cannot be whole; ErrPadding
// at the end of CBC data that was not encrypted with this key and iv, where what was given before may be
// nonsense; ErrAuthentication for GCM data of another key; ErrSegmentSize for GCM data beyond 256 MiB; and
// ErrKeyLength, ErrUnsupportedMethod at once. Nothing shows that a CTR key is wrong.
func NewSegmentReader(src io.Reader, method string, key Key, iv [16]byte) io.Reader {
	r, err := newSegmentReader(src, method, key, iv)
	if err != nil {
		return failed{fmt.Errorf("decrypt segment: %w", err)}
	}
	return r
}

func newSegmentReader(src io.Reader, method string, key Key, iv [16]byte) (io.Reader, error) {
	block, err := key.block()
	if err != nil {
		return nil, err
	}
	if size := KeySize(method); size != 0 && size != key.size() {
		return nil, fmt.Errorf("%d bytes, not %d: %w", key.size(), size, ErrKeyLength)
	}
	switch method {
	case MethodAES128, MethodAES256:
		return &cbcReader{src: src, chain: chain{block: block, iv: iv}, want: minBatch}, nil
	case MethodAES256CTR:
		return &ctrReader{src: src, stream: cipher.NewCTR(block, iv[:])}, nil
	case MethodAES256GCM:
		return &gcmReader{src: src, block: block}, nil
	}
	return nil, fmt.Errorf("METHOD %.32q: %w", method, ErrUnsupportedMethod)
}

// failed is a reader that could not be made.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }

// errReader is what becomes of a source that breaks the rules of io.Reader.
var errReader = errors.New("decrypt segment: the source broke the rules of io.Reader")
