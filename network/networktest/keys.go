package networktest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// keyPath is where an origin's key server stands.
const keyPath = "/keys/"

// Encryption says how an origin encrypts its segments. The zero value leaves them clear.
type Encryption struct {
	// On encrypts every segment with AES-128 (RFC 8216, 4.3.2.4), under keys made at start. What a playlist with EXT-X-KEY names is encrypted
	// already, and stays as it is.
	On bool
	// Clear names top folders whose segments are left clear.
	Clear []string
	// RotateEvery is the number of segments under one key; 0 is one key for all. Playlists in one top folder share their keys.
	RotateEvery int
	// ExplicitIV writes a random IV into each EXT-X-KEY tag; otherwise the IV is the media sequence number (RFC 8216, 5.2).
	ExplicitIV bool
	// EncryptInit puts init segments under the first key too. It needs ExplicitIV: RFC 8216bis, 4.4.4.5, asks for an IV there.
	EncryptInit bool
}

// secretKey is one content key. It redacts itself.
type secretKey [aes.BlockSize]byte

// String never shows the key.
func (secretKey) String() string { return "[key]" }

// GoString never shows the key.
func (secretKey) GoString() string { return "[key]" }

// keyRing holds the keys that an origin made, and is its key server.
type keyRing struct {
	mu   sync.Mutex           // guards keys
	keys map[string]secretKey // by the last element of the path
}

// create makes a key and returns it with the path at which the ring answers for it.
func (k *keyRing) create() (key secretKey, path string, err error) {
	var id [8]byte
	if err := randomise(key[:], id[:]); err != nil {
		return key, "", err
	}
	name := hex.EncodeToString(id[:])
	k.put(name, key)
	return key, keyPath + name, nil
}

// put adds a key that was made elsewhere.
func (k *keyRing) put(name string, key secretKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		k.keys = make(map[string]secretKey)
	}
	k.keys[name] = key
}

// ServeHTTP answers with the 16 bytes of a key.
func (k *keyRing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	key, ok := k.keys[strings.TrimPrefix(r.URL.Path, keyPath)]
	k.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(key[:]))
}

// randomise fills each slice with random bytes.
func randomise(slices ...[]byte) error {
	for _, b := range slices {
		if _, err := rand.Read(b); err != nil {
			return fmt.Errorf("read random bytes: %w", err)
		}
	}
	return nil
}

// sequenceIV is the IV of a segment without an explicit one: RFC 8216, 5.2, the media sequence number, big-endian, in 16 octets.
func sequenceIV(sequence uint64) (iv [aes.BlockSize]byte) {
	binary.BigEndian.PutUint64(iv[8:], sequence)
	return iv
}

// encrypt returns the AES-128 CBC encryption of data with PKCS#7 padding; data is not changed.
func encrypt(data []byte, key secretKey, iv [aes.BlockSize]byte) []byte {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the length of a secretKey is right
	}
	padded := make([]byte, encryptedSize(int64(len(data))))
	for i := copy(padded, data); i < len(padded); i++ {
		padded[i] = byte(len(padded) - len(data))
	}
	cipher.NewCBCEncrypter(block, iv[:]).CryptBlocks(padded, padded)
	return padded
}

// encryptedSize is the size of n bytes after encryption: PKCS#7 always adds 1 to 16 bytes.
func encryptedSize(n int64) int64 { return n - n%aes.BlockSize + aes.BlockSize }

// KeyPaths returns the paths of all keys of this origin's key server, in no order.
func (o *Origin) KeyPaths() []string {
	o.keys.mu.Lock()
	defer o.keys.mu.Unlock()
	var paths []string
	for name := range o.keys.keys {
		paths = append(paths, keyPath+name)
	}
	return paths
}
