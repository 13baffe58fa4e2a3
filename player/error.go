package player

import (
	"fmt"
	"log/slog"
)

// Category is the part of the player that an error comes from.
type Category string

// The categories; codes of a category share their thousands.
const (
	CategoryAuth      Category = "auth"      // 1xxx
	CategoryNetwork   Category = "network"   // 2xxx
	CategoryPlaylist  Category = "playlist"  // 3xxx
	CategoryContainer Category = "container" // 4xxx
	CategoryDRM       Category = "drm"       // 5xxx
	CategoryDecode    Category = "decode"    // 6xxx
	CategoryOutput    Category = "output"    // 7xxx
	CategoryInternal  Category = "internal"  // 9xxx
)

// Code is the stable number of an error.
type Code int

// The codes. A code keeps its meaning for good.
const (
	CodeSignInNeeded Code = 1001 // a request was refused with 401
	CodeForbidden    Code = 1003 // a request was refused with 403

	CodeUnreachable    Code = 2001 // no connection, no such host, reset
	CodeTimeout        Code = 2002
	CodeStatus         Code = 2003 // an answer that is no success
	CodeRedirect       Code = 2004 // too many redirects, or one that is not allowed
	CodeTooLarge       Code = 2005
	CodeTruncated      Code = 2006 // a body shorter than announced
	CodeDowngrade      Code = 2007 // https to http where it matters
	CodeEncoding       Code = 2008 // a body in a form that cannot be unpacked
	CodeBlocked        Code = 2009 // from the internet into the local network, or from that to this computer
	CodeNetworkUnknown Code = 2999

	CodeNotPlaylist     Code = 3001 // something else came than a playlist
	CodeNoSegments      Code = 3002
	CodePlaylistSyntax  Code = 3003
	CodeNoVariant       Code = 3004 // no variant that can be played
	CodePlaylistTooLong Code = 3005
	// 3006 was a live stream, before those were played.
	CodeLiveStill Code = 3007 // a live stream that nothing is added to any more

	CodeNotMedia          Code = 4001
	CodeNoStreams         Code = 4002 // neither picture nor sound
	CodeCorrupt           Code = 4003
	CodeSegmentMissing    Code = 4004
	CodeFileNotFound      Code = 4005
	CodeFileNotPermitted  Code = 4006
	CodeFileUnreadable    Code = 4007
	CodeSegmentIncomplete Code = 4008

	CodeKeyLength      Code = 5001
	CodeKeyIsWebPage   Code = 5002
	CodeKeyRefused     Code = 5003
	CodeKeyUnreachable Code = 5004
	CodeWrongKey       Code = 5005 // what was decrypted is no media
	CodeKeyMethod      Code = 5006 // METHOD that is not known
	CodeKeyFormat      Code = 5007 // a system that needs a vendor's module
	CodeKeyURI         Code = 5008
	CodeNoKey          Code = 5009 // encrypted, and nothing tells of the key
	CodeLicense        Code = 5010 // an answer of a licence server that is no licence

	CodeNoDecoder Code = 6001
	CodeDecode    Code = 6002
	CodeMemory    Code = 6003 // more memory is needed than Config.MemoryLimit
	CodeFormat    Code = 6004 // a picture or sound of a size or rate that is not played

	CodeNoDisplay Code = 7001
	CodeNoDevice  Code = 7002

	CodeInternal Code = 9001
)

// Category returns the category of the code's thousands.
func (c Code) Category() Category {
	switch c / 1000 {
	case 1:
		return CategoryAuth
	case 2:
		return CategoryNetwork
	case 3:
		return CategoryPlaylist
	case 4:
		return CategoryContainer
	case 5:
		return CategoryDRM
	case 6:
		return CategoryDecode
	case 7:
		return CategoryOutput
	}
	return CategoryInternal
}

// Severity says whether playback goes on.
type Severity string

// The severities.
const (
	Fatal Severity = "fatal"
)

// Error is what went wrong, for a person and for a program. It holds no secret: the URL has neither
// query nor user information, and the cause is one of this program's own errors, which have none.
type Error struct {
	Severity Severity
	Code     Code
	Class    string // the request class, as in the report, or empty
	URL      string // without query, or empty
	Message  string // a sentence that a person can act on
	Err      error  // the cause
}

// Category returns the code's category.
func (e *Error) Category() Category { return e.Code.Category() }

// Error returns the sentence and the code, and not the cause.
func (e *Error) Error() string { return fmt.Sprintf("%s (code %d)", e.Message, e.Code) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// LogValue returns the fields that may be logged.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("code", int(e.Code)), slog.String("category", string(e.Category())),
		slog.String("class", e.Class), slog.String("url", e.URL), slog.String("message", e.Message))
}
