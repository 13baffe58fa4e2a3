package network

import (
	"fmt"
	"slices"
)

// Class says what a request is for. Cookies, headers, time-outs, limits and retries go by it, so
// whoever asks says which. The numbers are stable.
type Class int

// The classes of requests.
const (
	// ClassOther is anything that is not of the resource: update checks, the network-down check. It
	// is the zero value, and carries no cookie pairs.
	ClassOther Class = 0
	// ClassPlaylist is a multivariant or media playlist.
	ClassPlaylist Class = 1
	// ClassInit is a media initialization section (EXT-X-MAP).
	ClassInit Class = 2
	// ClassSegment is a media segment, or a part of one.
	ClassSegment Class = 3
	// ClassKey is a key of 16 bytes (EXT-X-KEY, EXT-X-SESSION-KEY).
	ClassKey Class = 4
	// ClassLicense is an exchange with a licence server.
	ClassLicense Class = 5
	// ClassCertificate is a licence server's certificate.
	ClassCertificate Class = 6
	// ClassSubtitle is a subtitle segment or file.
	ClassSubtitle Class = 7
	// ClassThumbnail is a picture shown while seeking.
	ClassThumbnail Class = 8
	// ClassSteering is a content steering manifest.
	ClassSteering Class = 9
	// ClassSignIn is a sign-in or a token's refresh. It carries no cookie pairs, ever.
	ClassSignIn Class = 10
	// ClassMedia is a progressive file: a whole film or piece of music. Reports and
	// configurations call it "segment"; what a Configuration says of ClassSegment holds for it
	// too.
	ClassMedia Class = 11
)

// classNames are the names of the report. Where two classes have one name, the first is the one
// that is read.
var classNames = [...]string{
	ClassOther:       "other",
	ClassPlaylist:    "playlist",
	ClassInit:        "init",
	ClassSegment:     "segment",
	ClassKey:         "key",
	ClassLicense:     "license",
	ClassCertificate: "certificate",
	ClassSubtitle:    "subtitle",
	ClassThumbnail:   "thumbnail",
	ClassSteering:    "steering",
	ClassSignIn:      "signin",
	ClassMedia:       "segment",
}

// String returns the name that reports and service profiles use.
func (c Class) String() string {
	if c < 0 || int(c) >= len(classNames) {
		return fmt.Sprintf("class(%d)", int(c))
	}
	return classNames[c]
}

// MarshalText returns String.
func (c Class) MarshalText() ([]byte, error) {
	if c < 0 || int(c) >= len(classNames) {
		return nil, fmt.Errorf("no request class has the number %d", int(c))
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads a name that String gives.
func (c *Class) UnmarshalText(text []byte) error {
	for i, name := range classNames {
		if name == string(text) {
			*c = Class(i)
			return nil
		}
	}
	return fmt.Errorf("no request class is called %.32q", text)
}

// secret says that the answer, or what is sent, must not cross the wire in the clear once the
// resource has been secure: such a request is refused rather than sent from https to http.
func (c Class) secret() bool {
	return c == ClassKey || c == ClassLicense || c == ClassSignIn
}

// renews says that a refusal of such a request is a reason to renew the credential: without it the playback
// stands still, where a thumbnail can do without.
func (c Class) renews() bool {
	return c.OfResource() && c != ClassThumbnail && c != ClassSteering
}

// OfResource says that the request belongs to a resource, so that its pairs and headers may go with
// it.
func (c Class) OfResource() bool {
	return c > ClassOther && c < ClassSignIn || c == ClassMedia
}

// among says whether a Configuration's list of classes has the class. A list with ClassSegment has
// ClassMedia too.
func (c Class) among(classes []Class) bool {
	return slices.Contains(classes, c) || c == ClassMedia && slices.Contains(classes, ClassSegment)
}
