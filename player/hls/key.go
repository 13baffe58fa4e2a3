package hls

import (
	"encoding/hex"
	"slices"
	"strings"
)

// Methods of EXT-X-KEY. RFC 8216, 4.3.2.4; second edition, 4.4.4.4.
const (
	MethodNone         = "NONE"
	MethodAES128       = "AES-128"
	MethodSampleAES    = "SAMPLE-AES"
	MethodSampleAESCTR = "SAMPLE-AES-CTR"
	MethodAES256       = "AES-256" // it and AES-256-CTR are an addition that players share
	MethodAES256CTR    = "AES-256-CTR"
	MethodAES256GCM    = "AES-256-GCM"
)

// KeyFormatIdentity is the KEYFORMAT of keys that come as they are, and the one of keys that name none.
const KeyFormatIdentity = "identity"

// Key is EXT-X-KEY or EXT-X-SESSION-KEY. It says where a key is, and is no secret itself.
type Key struct {
	Method string
	// URI is absolute when the playlist came from a URL, as written otherwise.
	URI string
	// KeyFormat is "identity" when the attribute is absent.
	KeyFormat string
	// KeyFormatVersions is "1" when the attribute is absent.
	KeyFormatVersions string
	// IV is the attribute's value; without one the media sequence number takes its place.
	IV    [16]byte
	HasIV bool
	// Line is the tag's line, from 1.
	Line int
}

// same says whether two tags say the same, apart from where they stand.
func (k Key) same(o Key) bool {
	k.Line = o.Line
	return k == o
}

// readKey reads EXT-X-KEY and puts it in force: it takes the place of the one of its KEYFORMAT, or, with
// METHOD=NONE, of all. RFC 8216, 4.3.2.4.
func (p *parser) readKey(value string) {
	key, ok := p.key(value, "4.3.2.4", p.needs)
	if !ok {
		return
	}
	m := &p.media
	if key.Method == MethodNone {
		m.keys = nil
		return
	}
	keys := make([]Key, 0, len(m.keys)+1) // the old ones are other segments', too
	for i := range m.keys {
		if m.keys[i].KeyFormat != key.KeyFormat {
			keys = append(keys, m.keys[i])
		}
	}
	if len(keys) >= maxKeyFormats {
		p.tooLarge("more than %d keys are in force at once", maxKeyFormats)
		return
	}
	keys = append(keys, key)
	m.keys = keys
	p.charge(keyBytes * len(m.keys))
}

// key reads the attributes of EXT-X-KEY and EXT-X-SESSION-KEY; needs takes the protocol versions that they
// ask for. ok is false when the tag is to be ignored.
func (p *parser) key(value, clause string, needs func(version int, clause, what string)) (k Key, ok bool) {
	a := p.attributes(value, clause)
	if a.ignore {
		return k, false
	}
	if !a.has("METHOD") {
		p.fatal(clause, "METHOD is missing")
		return k, false
	}
	k = Key{Method: a.word("METHOD"), KeyFormat: KeyFormatIdentity, KeyFormatVersions: "1", Line: p.line}
	switch k.Method {
	case MethodNone:
		a.forbid("with METHOD=NONE", "URI", "IV", "KEYFORMAT", "KEYFORMATVERSIONS")
		return k, true
	case MethodAES128, MethodAES256, MethodAES256CTR:
	case MethodSampleAES:
		needs(5, "7", "METHOD=SAMPLE-AES")
	case MethodSampleAESCTR, MethodAES256GCM:
		a.forbid("with this METHOD", "IV")
	default:
		p.should("6.3.6", "METHOD is unknown: the segments that it is for cannot be decrypted")
	}
	a.require("URI")
	k.URI = a.uri("URI")
	if a.has("KEYFORMAT") {
		needs(5, "7", "KEYFORMAT")
		if format := a.text("KEYFORMAT"); format != "" {
			k.KeyFormat = format
		}
	}
	if a.has("KEYFORMATVERSIONS") {
		needs(5, "7", "KEYFORMATVERSIONS")
		if versions := a.text("KEYFORMATVERSIONS"); versions != "" {
			k.KeyFormatVersions = versions
		}
		if !isVersionList(k.KeyFormatVersions) {
			p.must(clause, "KEYFORMATVERSIONS is not a list of positive numbers with '/' between them")
		}
	}
	if a.has("IV") {
		needs(2, "7", "IV")
		k.HasIV = p.iv(a, clause, &k.IV)
	}
	return k, p.err == nil
}

// iv reads IV, a number of 128 bits. One that cannot be read is an error in tolerant mode, too: what is
// decrypted with another would be damaged.
func (p *parser) iv(a *attributes, clause string, iv *[16]byte) bool {
	at := a.find("IV")
	text, legal, ok := hexDigits(p.substitute(at.Value))
	text = strings.TrimLeft(text, "0")
	if !ok || len(text) > 2*len(iv) {
		p.fatal(clause, "IV is not a hexadecimal number of 128 bits")
		return false
	}
	if at.Quoted {
		p.must("4.2", "IV is a quoted string")
	}
	if !legal {
		p.should("4.2", "IV has hexadecimal digits in lower case")
	}
	text = strings.Repeat("0", 2*len(iv)-len(text)) + text
	_, err := hex.Decode(iv[:], []byte(text))
	return err == nil
}

// isVersionList says whether s is like "1", "1/2" or "1/2/5".
func isVersionList(s string) bool {
	return !slices.ContainsFunc(strings.Split(s, "/"), func(v string) bool {
		n, ok := parseInteger(v)
		return !ok || n == 0
	})
}
