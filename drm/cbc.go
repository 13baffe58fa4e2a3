package drm

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// Sizes in bytes of what is decrypted at a time.
const (
	minBatch = 64 << 10
	maxBatch = 1 << 20
	// minPart is what a core must get to be worth waking.
	minPart = 32 << 10
	// tile is how much is decrypted before it is chained: it stays in the processor's nearest cache.
	tile = 4 << 10
)

// cbcReader decrypts while it reads, in its caller's memory, or in a batch of its own where that is
// larger:
//
//	p:  | held: clear | carry | what src gives             |
//	    | 16          | 0-15  |                            |
//	    |             | whole blocks: decrypted | new carry |
//	    | returned                  | new held |
//
// The last block is held back until the end shows whether it is the one with the padding. A source that
// fills what it is asked for has more, and is asked for twice as much.
type cbcReader struct {
	src   io.Reader
	chain chain
	err   error
	held  [aes.BlockSize]byte // clear
	carry [aes.BlockSize]byte // encrypted
	nHeld int                 // 0 or 16
	nRest int                 // bytes of carry
	want  int                 // bytes of the next batch
	batch *[maxBatch]byte     // nil when not in use
	clear []byte              // of batch, not yet returned
}

// batches are kept for the segments that follow.
var batches = sync.Pool{New: func() any { return new([maxBatch]byte) }}

// Read decrypts into p.
func (r *cbcReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.clear) == 0 {
		if len(p) >= r.want || r.err != nil {
			return r.fill(p)
		}
		if r.batch == nil {
			r.batch, _ = batches.Get().(*[maxBatch]byte)
		}
		// An error is kept, and comes when all before it was returned.
		n, _ := r.fill(r.batch[:r.want])
		r.clear = r.batch[:n]
	}
	n := copy(p, r.clear)
	r.clear = r.clear[n:]
	if len(r.clear) > 0 || r.err == nil {
		return n, nil
	}
	if r.batch != nil {
		batches.Put(r.batch)
		r.batch, r.clear = nil, nil
	}
	return n, r.err
}

// fill reads into p, which has room for what is held back and two blocks, until it has something to give.
func (r *cbcReader) fill(p []byte) (int, error) {
	for r.err == nil {
		from := r.nHeld
		room := len(p) - from - r.nRest
		n, err := r.src.Read(p[from+r.nRest:])
		if n < 0 || n > room {
			r.err = errReader
			return 0, r.err
		}
		if n == room {
			r.want = min(2*r.want, maxBatch)
		}
		copy(p, r.held[:r.nHeld])
		copy(p[from:], r.carry[:r.nRest])
		have := r.nRest + n
		whole := have - have%aes.BlockSize
		r.chain.split(p[from : from+whole])
		r.nRest = copy(r.carry[:], p[from+whole:from+have])
		given := 0
		if whole > 0 {
			given = from + whole - aes.BlockSize
			r.nHeld = copy(r.held[:], p[given:])
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
func (r *cbcReader) last() ([]byte, error) {
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

// chain decrypts CBC. It has its own memory, since what is handed to a cipher.Block lies on the heap.
type chain struct {
	block cipher.Block
	iv    [aes.BlockSize]byte        // the block of cipher text before
	text  [aes.BlockSize + tile]byte // that, and the cipher text
}

// split decrypts whole blocks in place. A block needs but the cipher text of the one before, so that large
// data is split over the cores. NIST SP 800-38A, 6.2.
func (c *chain) split(data []byte) {
	parts := min(runtime.GOMAXPROCS(0), len(data)/minPart)
	if parts < 2 {
		c.decrypt(data)
		return
	}
	var others sync.WaitGroup
	last := [aes.BlockSize]byte(data[len(data)-aes.BlockSize:])
	size := len(data) / parts / aes.BlockSize * aes.BlockSize
	for parts--; parts > 0; parts-- {
		from := parts * size
		part, other := data[from:], &chain{block: c.block, iv: [aes.BlockSize]byte(data[from-aes.BlockSize:])}
		data = data[:from]
		others.Go(func() { other.decrypt(part) })
	}
	c.decrypt(data)
	others.Wait()
	c.iv = last
}

// decrypt decrypts whole blocks in place, one after the other.
func (c *chain) decrypt(data []byte) {
	copy(c.text[:], c.iv[:])
	for len(data) > 0 {
		n := copy(c.text[aes.BlockSize:], data)
		for i := 0; i < n; i += aes.BlockSize {
			c.block.Decrypt(data[i:i+aes.BlockSize], c.text[aes.BlockSize+i:])
		}
		subtle.XORBytes(data[:n], data[:n], c.text[:n])
		copy(c.text[:], c.text[n:n+aes.BlockSize])
		data = data[n:]
	}
	copy(c.iv[:], c.text[:])
}
