package drm

import (
	"errors"
	"fmt"
	"net/url"
)

// The conditions that a caller can act on. Errors of the network package (network.ErrRefused, ...) come
// through as they are, wrapped.
var (
	// ErrKeyLength is an answer of a key server, or a data URI, that has not the length of the method's key:
	// 16 or 32 bytes.
	ErrKeyLength = errors.New("the key has the wrong length")
	// ErrKeyIsWebPage is a web page in a key's place: a sign-in page, mostly.
	ErrKeyIsWebPage = errors.New("the key server sent a web page")
	// ErrKeyURI is a key without a URI, or with one that cannot be read.
	ErrKeyURI = errors.New("the key's URI cannot be read")
	// ErrUnsupportedMethod is a METHOD that is not known.
	ErrUnsupportedMethod = errors.New("the encryption method is not supported")
	// ErrUnsupportedKeyFormat is a KEYFORMAT that is not known, or one that needs a vendor's module. The error
	// is a *KeyFormatError.
	ErrUnsupportedKeyFormat = errors.New("the key format is not supported")
	// ErrPadding is decrypted data without valid padding at its end: the key or the IV is wrong, or the
	// data is damaged.
	ErrPadding = errors.New("the padding is not valid: wrong key or damaged data")
	// ErrCipherLength is encrypted data that is empty, cut off, or has no whole number of blocks.
	ErrCipherLength = errors.New("the encrypted data has a length that cannot be")
	// ErrAuthentication is data whose authentication tag is not that of the key.
	ErrAuthentication = errors.New("the encrypted data is not authentic: wrong key or damaged data")
	// ErrLicense is an answer of a licence server that is no licence.
	ErrLicense = errors.New("the licence server's answer is no licence")
	// ErrNoKey is a licence without the key that was asked for.
	ErrNoKey = errors.New("the licence has no such key")
	// ErrSample is a sample that is not what the container, or its own header, says.
	ErrSample = errors.New("the encrypted sample is damaged")
	// ErrSegmentSize is a segment too large to be decrypted with a method that needs all of it in memory.
	ErrSegmentSize = errors.New("the encrypted segment is too large")
	// ErrClosed is a key asked of a store that was closed.
	ErrClosed = errors.New("the key store is closed")
)

// KeyError is an answer to a key request that is no key.
type KeyError struct {
	// URL is where the answer came from, without query, fragment and user information; empty for a data URI.
	URL string
	// Length is how many bytes came, and Want how many the key should have, 0 where that does not matter.
	Length, Want int
	// Err is ErrKeyLength, ErrKeyIsWebPage, ErrKeyURI or ErrLicense.
	Err error
}

// Error says what came, from where.
func (e *KeyError) Error() string {
	from := ""
	if e.URL != "" {
		from = " from " + e.URL
	}
	if errors.Is(e.Err, ErrKeyLength) {
		return fmt.Sprintf("key%s: %d bytes, not %d: %v", from, e.Length, e.Want, e.Err)
	}
	return fmt.Sprintf("key%s: %v", from, e.Err)
}

// Unwrap returns Err.
func (e *KeyError) Unwrap() error { return e.Err }

// KeyFormatError is a key of a system that cannot be played.
type KeyFormatError struct {
	// System is the system's name, "Widevine" say, or empty if it is not known.
	System string
	// KeyFormat is the KEYFORMAT attribute.
	KeyFormat string
}

// Error is a sentence for the person who wants to watch.
func (e *KeyFormatError) Error() string {
	if e.System == "" {
		return fmt.Sprintf("This title is protected with a system (%.80q) that Latchkey does not know", e.KeyFormat)
	}
	return fmt.Sprintf("This title is protected with %s, which Latchkey cannot play", e.System)
}

// Is says whether target is ErrUnsupportedKeyFormat.
func (e *KeyFormatError) Is(target error) bool { return target == ErrUnsupportedKeyFormat }

// cleanURI returns a URI without user information, query and fragment, and nothing of a data URI.
func cleanURI(s string) string {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return clean.String()
}
