package network

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxCMCDID bounds session and content identifiers. CTA-5004, 3.1.
const maxCMCDID = 64 // characters

// CMCDMode is how common media client data is sent. CTA-5004, 2.
type CMCDMode string

// The modes.
const (
	CMCDOff    CMCDMode = ""       // not at all
	CMCDHeader CMCDMode = "header" // in headers CMCD-Object, CMCD-Request, CMCD-Session and CMCD-Status
	CMCDQuery  CMCDMode = "query"  // in the query's argument CMCD, which a URL with a signature may not stand
)

// CMCDOptions say whether a client tells content delivery networks how its playback goes. The zero value does not.
type CMCDOptions struct {
	Mode CMCDMode
	// ContentID identifies what is played (cid), in at most 64 printable ASCII characters. Empty is not sent.
	ContentID string
	// SessionID identifies the playback (sid), in at most 64 printable ASCII characters. Empty is a random one for each
	// client, so that two playbacks of a person cannot be told to be hers.
	SessionID string
}

// validate says what cannot be sent.
func (o CMCDOptions) validate() error {
	switch o.Mode {
	case CMCDOff, CMCDHeader, CMCDQuery:
	default:
		return errors.New("mode is neither header nor query")
	}
	if !validCMCDID(o.ContentID) || !validCMCDID(o.SessionID) {
		return fmt.Errorf("an identifier has more than %d characters, or one that is not printable ASCII", maxCMCDID)
	}
	return nil
}

// validCMCDID says whether an identifier can be sent. RFC 8941, 3.3.3, has the characters.
func validCMCDID(s string) bool {
	if len(s) > maxCMCDID {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// newSessionID returns a random UUID. RFC 9562, 5.4.
func newSessionID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // which never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// CMCDObjectType is what a request is for. CTA-5004, 3.1 (ot).
type CMCDObjectType string

// The object types. The client knows all but those of segments by the request's class.
const (
	CMCDManifest    CMCDObjectType = "m"
	CMCDAudio       CMCDObjectType = "a"
	CMCDVideo       CMCDObjectType = "v"
	CMCDMuxed       CMCDObjectType = "av"
	CMCDInitSegment CMCDObjectType = "i"
	CMCDCaption     CMCDObjectType = "c"
	CMCDTimedText   CMCDObjectType = "tt" // in fragments of ISO BMFF
	CMCDKey         CMCDObjectType = "k"  // or licence, or certificate
	CMCDOther       CMCDObjectType = "o"
)

// CMCDStreamType says whether all segments are there. CTA-5004, 3.1 (st).
type CMCDStreamType string

// The stream types.
const (
	CMCDOnDemand CMCDStreamType = "v"
	CMCDLive     CMCDStreamType = "l"
)

// CMCD is what the player knows of itself when it asks for something. What is zero or nil is not sent. Session, content
// and format are not here: the client knows them. CTA-5004, 3.1, has each field's key.
type CMCD struct {
	EncodedBitrate      int64          // br: of the object, bits per second
	BufferLength        *time.Duration // bl: of the medium that is asked for, which may be 0
	BufferStarved       bool           // bs: playback stood still since the request before
	ObjectDuration      time.Duration  // d
	Deadline            time.Duration  // dl: until the first sample is needed
	MeasuredThroughput  int64          // mtp: bits per second
	NextObject          string         // nor: the next object's path, relative to this request's. It is sent as it is: no token in it
	NextRange           string         // nrr: the next range, "12323-48763"; both ends, or one, inclusive
	ObjectType          CMCDObjectType // ot
	PlaybackRate        *float64       // pr: 0 is a pause; 1 is not sent
	RequestedThroughput int64          // rtp: the most that is of use, bits per second
	StreamType          CMCDStreamType // st
	Startup             bool           // su: needed at once: start, seek, or an empty buffer
	TopBitrate          int64          // tb: the highest in the playlist that may be played, bits per second
}

// cmcdPlayback is what stays the same for a playback. The version (v) is 1, which is not sent.
type cmcdPlayback struct {
	content string // cid
	format  string // sf
	session string // sid
}

// cmcdHLS is the only format that there is here. CTA-5004, 3.1 (sf).
const cmcdHLS = "h"

// cmcdField is one key with its value, as it is sent.
type cmcdField struct {
	key, value string
	header     string
}

// The headers that the keys go with. CTA-5004, 2.1.
const (
	cmcdObject  = "CMCD-Object"
	cmcdRequest = "CMCD-Request"
	cmcdSession = "CMCD-Session"
	cmcdStatus  = "CMCD-Status"
)

// fields are the keys with a value, in alphabetical order, and so in the order that both modes want. It is pure.
func (d CMCD) fields(playback cmcdPlayback) []cmcdField {
	fields := make([]cmcdField, 0, 8)
	add := func(header, key, value string) {
		if value != "" {
			fields = append(fields, cmcdField{key: key, value: key + "=" + value, header: header})
		}
	}
	flag := func(header, key string, set bool) {
		if set {
			fields = append(fields, cmcdField{key: key, value: key, header: header})
		}
	}
	if d.BufferLength != nil {
		add(cmcdRequest, "bl", strconv.FormatInt(hundreds(max(d.BufferLength.Milliseconds(), 0)), 10))
	}
	add(cmcdObject, "br", number(kilobits(d.EncodedBitrate)))
	flag(cmcdStatus, "bs", d.BufferStarved)
	add(cmcdSession, "cid", quoted(playback.content))
	add(cmcdObject, "d", number(d.ObjectDuration.Milliseconds()))
	add(cmcdRequest, "dl", number(hundreds(d.Deadline.Milliseconds())))
	add(cmcdRequest, "mtp", number(hundreds(kilobits(d.MeasuredThroughput))))
	add(cmcdRequest, "nor", quoted(escape(d.NextObject)))
	add(cmcdRequest, "nrr", quoted(d.NextRange))
	add(cmcdObject, "ot", string(d.ObjectType))
	if d.PlaybackRate != nil && *d.PlaybackRate != 1 {
		add(cmcdSession, "pr", strconv.FormatFloat(*d.PlaybackRate, 'f', -1, 64))
	}
	add(cmcdStatus, "rtp", number(hundreds(kilobits(d.RequestedThroughput))))
	add(cmcdSession, "sf", playback.format)
	add(cmcdSession, "sid", quoted(playback.session))
	add(cmcdSession, "st", string(d.StreamType))
	flag(cmcdRequest, "su", d.Startup)
	add(cmcdObject, "tb", number(kilobits(d.TopBitrate)))
	return fields
}

// kilobits returns bits per second as kbit/s, the nearest.
func kilobits(bits int64) int64 { return (bits + 500) / 1000 }

// hundreds returns the multiple of 100 nearest to n, which is not negative.
func hundreds(n int64) int64 { return (n + 50) / 100 * 100 }

// number returns n in digits, or "" for what is not known.
func number(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// quoted returns a string as RFC 8941, 3.3.3, has it, or "" for the empty one.
func quoted(s string) string {
	if s == "" {
		return ""
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// escape percent-encodes all but the unreserved characters of RFC 3986, 2.3.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// validate says what of a request's data cannot be sent.
func (d *CMCD) validate() error {
	if d == nil {
		return nil
	}
	first, last, dash := strings.Cut(d.NextRange, "-")
	_, err1 := parseLength(first)
	_, err2 := parseLength(last)
	switch {
	case d.NextRange != "" && (!dash || err1 != nil && first != "" || err2 != nil && last != "" || first+last == ""):
		return errors.New("the next range of its media data is none")
	case len(d.NextObject) > maxURLSize:
		return errors.New("the next object of its media data is too long")
	case d.PlaybackRate != nil && (math.IsNaN(*d.PlaybackRate) || math.IsInf(*d.PlaybackRate, 0)):
		return errors.New("the playback rate of its media data is no number")
	}
	switch d.ObjectType {
	case "", CMCDManifest, CMCDAudio, CMCDVideo, CMCDMuxed, CMCDInitSegment, CMCDCaption, CMCDTimedText, CMCDKey, CMCDOther:
	default:
		return errors.New("the object type of its media data is none")
	}
	switch d.StreamType {
	case "", CMCDOnDemand, CMCDLive:
	default:
		return errors.New("the stream type of its media data is none")
	}
	return nil
}

// cmcdTypes are the object types of classes, where the class alone says it.
var cmcdTypes = map[Class]CMCDObjectType{ClassPlaylist: CMCDManifest, ClassInit: CMCDInitSegment, ClassKey: CMCDKey,
	ClassLicense: CMCDKey, ClassCertificate: CMCDKey, ClassSubtitle: CMCDCaption, ClassThumbnail: CMCDOther,
	ClassSteering: CMCDOther}

// media returns the data of one hop, or nil when none is sent with it. What comes next is told to the host that was asked
// first alone: relative to another it would be something else. From https to http nothing is told.
func (c *Client) media(p *plan, at route) []cmcdField {
	if c.configuration.CMCD.Mode == CMCDOff || !p.class.OfResource() || at.downgrade() {
		return nil
	}
	var data CMCD
	if p.media != nil {
		data = *p.media
	}
	if data.ObjectType == "" {
		data.ObjectType = cmcdTypes[p.class]
	}
	if at.hop > 0 {
		data.NextObject, data.NextRange = "", ""
	}
	return data.fields(c.playback)
}

// setMedia adds the data's headers to header and returns their names.
func setMedia(header http.Header, fields []cmcdField) (names []string) {
	for _, f := range fields {
		if had := header[f.header]; had != nil {
			header[f.header] = []string{had[0] + "," + f.value}
			continue
		}
		delete(header, http.CanonicalHeaderKey(f.header)) // one that the configuration has
		header[f.header] = []string{f.value}
		names = append(names, f.header)
	}
	return names
}

// withMedia returns u with the data in its query; u is not changed.
func withMedia(u *url.URL, fields []cmcdField) *url.URL {
	values := make([]string, len(fields))
	for i, f := range fields {
		values[i] = f.value
	}
	n := *u
	if n.RawQuery != "" {
		n.RawQuery += "&"
	}
	n.RawQuery += "CMCD=" + escape(strings.Join(values, ","))
	return &n
}
