package drm

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"io"
)

// segmentReader decrypts while it reads, in its caller's memory:
//
//	p:  | held: clear | carry | what src gives             |
//	    | 16          | 0-15  |                            |
//	    |             | whole blocks: decrypted | new carry |
//	    | returned                  | new held |
//
// The last block is held back until the end shows whether it is the one with the padding.
type segmentReader struct {
	src   io.Reader
	mode  cipher.BlockMode
	err   error
	held  [aes.BlockSize]byte // clear
	carry [aes.BlockSize]byte // encrypted
	nHeld int                 // 0 or 16
	nRest int                 // bytes of carry
	small []byte              // clear bytes that did not fit in a small p
	room  [4 * aes.BlockSize]byte
}

// NewSegmentReader returns a reader of what src gives, decrypted with AES-128 in CBC mode, the padding taken
// off. It streams: it reads from src what the caller's buffer has room for, decrypts it there and keeps 32
// bytes at most. One caller at a time.
//
// Its errors are those of src as they are, ErrCipherLength at the end of data that has no whole blocks, and
// ErrPadding at the end of data that was not encrypted with this key and iv. What was given before may then
// be nonsense.
func NewSegmentReader(src io.Reader, key Key, iv [16]byte) io.Reader {
	r := &segmentReader{src: src}
	block, err := key.block()
	if err != nil {
		r.err = fmt.Errorf("decrypt segment: %w", err)
		return r
	}
	r.mode = cipher.NewCBCDecrypter(block, iv[:])
	return r
}

// Read decrypts into p.
func (r *segmentReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.small) > 0 {
		n := copy(p, r.small)
		r.small = r.small[n:]
		return n, nil
	}
	if len(p) >= len(r.room) {
		return r.fill(p)
	}
	n, err := r.fill(r.room[:])
	used := copy(p, r.room[:n])
	r.small = r.room[used:n]
	if len(r.small) > 0 {
		return used, nil // err is kept
	}
	return used, err
}

// fill reads into p, which has room for what is held back and two blocks, until it has something to give.
func (r *segmentReader) fill(p []byte) (int, error) {
	for r.err == nil {
		from := r.nHeld
		n, err := r.src.Read(p[from+r.nRest:])
		if n < 0 || n > len(p)-from-r.nRest {
			r.err = fmt.Errorf("decrypt segment: the source broke the rules of io.Reader: %w", io.ErrNoProgress)
			return 0, r.err
		}
		copy(p, r.held[:r.nHeld])
		copy(p[from:], r.carry[:r.nRest])
		have := r.nRest + n
		whole := have - have%aes.BlockSize
		if whole > 0 {
			r.mode.CryptBlocks(p[from:from+whole], p[from:from+whole])
		}
		r.nRest = copy(r.carry[:], p[from+whole:from+have])
		given := from + whole - aes.BlockSize
		if whole > 0 {
			r.nHeld = copy(r.held[:], p[given:])
		}
		if whole == 0 {
			given = 0
		}
		switch {
		case err == io.EOF:
			last, end := r.last()
			r.err = end
			return given + copy(p[given:], last), end
		case err != nil:
			r.err = err
			return given, err
		case given > 0:
			return given, nil
		}
	}
	return 0, r.err
}

// last returns the held block without its padding, and io.EOF or what is wrong. RFC 5652, 6.3.
func (r *segmentReader) last() ([]byte, error) {
	if r.nRest > 0 || r.nHeld == 0 {
		return nil, fmt.Errorf("decrypt segment: %w", ErrCipherLength)
	}
	padding := int(r.held[aes.BlockSize-1])
	if padding == 0 || padding > aes.BlockSize {
		return nil, fmt.Errorf("decrypt segment: %w", ErrPadding)
	}
	for _, b := range r.held[aes.BlockSize-padding:] {
		if int(b) != padding {
			return nil, fmt.Errorf("decrypt segment: %w", ErrPadding)
		}
	}
	return r.held[:aes.BlockSize-padding], io.EOF
}
