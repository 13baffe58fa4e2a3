package drm

// The methods of EXT-X-KEY that are known. RFC 8216, 4.3.2.4, and its second edition, 4.4.4.4; AES-256 and
// AES-256-CTR are an addition that players share.
const (
	MethodNone         = "NONE"
	MethodAES128       = "AES-128"
	MethodAES256       = "AES-256"
	MethodAES256CTR    = "AES-256-CTR"
	MethodAES256GCM    = "AES-256-GCM"
	MethodSampleAES    = "SAMPLE-AES"
	MethodSampleAESCTR = "SAMPLE-AES-CTR"
)

// KeySize returns the length in bytes of a method's key, 0 when the method is not known or has none.
func KeySize(method string) int {
	switch method {
	case MethodAES128, MethodSampleAES, MethodSampleAESCTR:
		return 16
	case MethodAES256, MethodAES256CTR, MethodAES256GCM:
		return 32
	}
	return 0
}
