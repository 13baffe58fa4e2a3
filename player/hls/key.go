package hls

// Methods of EXT-X-KEY. RFC 8216, 4.3.2.4; second edition, 4.4.4.4.
const (
	MethodNone         = "NONE"
	MethodAES128       = "AES-128"
	MethodSampleAES    = "SAMPLE-AES"
	MethodSampleAESCTR = "SAMPLE-AES-CTR"
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
