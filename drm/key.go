package drm

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
)

// maxKeySize is the length in bytes of the longest key.
const maxKeySize = 32

// KeyInfo is what EXT-X-KEY says of a key. RFC 8216, 4.3.2.4.
type KeyInfo struct {
	Method            string   // METHOD
	URI               string   // URI, absolute
	KeyFormat         string   // KEYFORMAT; empty is "identity"
	KeyFormatVersions string   // KEYFORMATVERSIONS; empty is "1"
	IV                [16]byte // IV
	HasIV             bool     // whether IV was there; if not, it is SequenceIV of the segment

	// Live says that the playlist grows, so that the key behind URI may change with IV or Period.
	Live bool
	// Period is the discontinuity sequence number of the segment.
	Period uint64
}

// Clear says that what the key stands for is not encrypted.
func (k KeyInfo) Clear() bool { return k.Method == "" || k.Method == MethodNone }

// Samples says that it is the samples that are encrypted, inside the container, and not whole segments.
func (k KeyInfo) Samples() bool { return k.Method == MethodSampleAES || k.Method == MethodSampleAESCTR }

// IVFor returns the initialization vector of the segment with a media sequence number.
func (k KeyInfo) IVFor(mediaSequence uint64) [16]byte {
	if k.HasIV {
		return k.IV
	}
	return SequenceIV(mediaSequence)
}

// String returns method, format and the URI without query; a data URI, which is the key, is left out.
func (k KeyInfo) String() string {
	return fmt.Sprintf("%s %s %s", k.Method, k.format(), cleanURI(k.URI))
}

// LogValue returns String.
func (k KeyInfo) LogValue() slog.Value { return slog.StringValue(k.String()) }

// SequenceIV is the initialization vector of a segment whose EXT-X-KEY has none: its media sequence
// number, big-endian. RFC 8216, 5.2.
func SequenceIV(mediaSequence uint64) [16]byte {
	var iv [16]byte
	binary.BigEndian.PutUint64(iv[8:], mediaSequence)
	return iv
}

// Key is a content key. It shows itself in no printed, logged or encoded form. The zero value is no key. It
// can be copied, and is safe for concurrent use.
type Key struct {
	// A pointer to a pointer: fmt follows a single one, by reflection, where a verb does not fit.
	material **material
}

// material is the key itself.
type material struct {
	size  int // constant: 16 or 32
	mu    sync.Mutex
	bytes [maxKeySize]byte // guarded by mu
	wiped bool             // guarded by mu
}

// NewKey returns the key of 16 or 32 bytes, which are copied. Any other length is ErrKeyLength.
func NewKey(b []byte) (Key, error) {
	if len(b) != 16 && len(b) != 32 {
		return Key{}, fmt.Errorf("%d bytes, not 16 or 32: %w", len(b), ErrKeyLength)
	}
	m := &material{size: len(b)}
	copy(m.bytes[:], b)
	return Key{material: &m}, nil
}

// errWiped is what becomes of a key that is used after its store was closed.
var errWiped = errors.New("the key was wiped")

// Bytes returns a copy of the key, for a cipher and nothing else, or nil if there is none any more.
func (k Key) Bytes() []byte {
	if k.material == nil {
		return nil
	}
	m := *k.material
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.wiped {
		return nil
	}
	b := make([]byte, m.size)
	copy(b, m.bytes[:])
	return b
}

// block returns the key's cipher.
func (k Key) block() (cipher.Block, error) {
	if k.material == nil {
		return nil, errWiped
	}
	m := *k.material
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.wiped {
		return nil, errWiped
	}
	return aes.NewCipher(m.bytes[:m.size])
}

// size is the key's length in bytes, 0 without a key.
func (k Key) size() int {
	if k.material == nil {
		return 0
	}
	return (*k.material).size
}

// wipe forgets the key.
func (k Key) wipe() {
	if k.material == nil {
		return
	}
	m := *k.material
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.bytes[:])
	m.wiped = true
}

const redacted = "[redacted]"

// String returns "[redacted]".
func (Key) String() string { return redacted }

// GoString returns "[redacted]".
func (Key) GoString() string { return redacted }

// Format writes "[redacted]" for every verb.
func (Key) Format(f fmt.State, _ rune) {
	_, _ = f.Write([]byte(redacted)) // a fmt.State reports its own errors
}

// LogValue returns "[redacted]".
func (Key) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]", which is what JSON gets too.
func (Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }
