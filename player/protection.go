package player

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"latchkey/drm"
	"latchkey/player/hls"
)

// Limits on what is kept of protections: a stream may change its keys for days.
const (
	maxProtections = 16
	maxKeyIDs      = 16 // of a protection, the newest
)

// Protection says how something that played is encrypted, and where its keys came from. It holds no key.
type Protection struct {
	// Method is the METHOD of EXT-X-KEY. RFC 8216, 4.3.2.4. Empty for a file, which has but a scheme.
	Method string `json:"method,omitempty"`
	// Scheme is that of Common Encryption: "cenc", "cens", "cbc1" or "cbcs". ISO/IEC 23001-7, 4.2. Empty where the container names none.
	Scheme string `json:"scheme,omitempty"`
	// KeyFormat is the KEYFORMAT; KeyFormatGiven for keys that a person gave.
	KeyFormat string `json:"key_format"`
	// URI is where the newest key or licence came from, without query; "data:" for a key that stands in the playlist, empty for a given one.
	URI string `json:"uri,omitempty"`
	// KeyIDs are the KIDs of the newest keys, at most 16, in hexadecimal. Empty where nothing names the keys.
	KeyIDs []string `json:"kids,omitempty"`
	// Keys is how many keys were used: more than one where keys rotate, and where picture and sound have their own. One that comes back
	// after 16 others counts again.
	Keys int `json:"keys"`

	newest []string // by which a key is known again: its KID, or a hash of its URI, which can be the key
}

// KeyFormatGiven stands for the KEYFORMAT of keys that a person gave.
const KeyFormatGiven = "given"

// unlocked notes that a key is used. named says whether id names it.
func (s *session) unlocked(info drm.KeyInfo, scheme string, id drm.KeyID, named bool) {
	p := Protection{Method: info.Method, Scheme: scheme, KeyFormat: cmp.Or(info.KeyFormat, hls.KeyFormatIdentity), URI: display(info.URI)}
	known := fmt.Sprintf("%x", sha256.Sum256([]byte(info.URI)))
	if named {
		known = id.String()
		if _, given := s.keys.Given(id); given {
			p.KeyFormat, p.URI = KeyFormatGiven, ""
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.protections, func(o Protection) bool {
		return o.Method == p.Method && o.Scheme == p.Scheme && o.KeyFormat == p.KeyFormat
	})
	if i < 0 {
		if len(s.protections) == maxProtections {
			return
		}
		i = len(s.protections)
		s.protections = append(s.protections, p)
	}
	at := &s.protections[i]
	if slices.Contains(at.newest, known) {
		return
	}
	at.Keys++
	at.URI = p.URI
	// A copy: snapshots hold the one before.
	at.newest = append(slices.Clone(at.newest[max(0, len(at.newest)-maxKeyIDs+1):]), known)
	if named {
		at.KeyIDs = at.newest
	}
}
