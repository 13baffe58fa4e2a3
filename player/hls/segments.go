package hls

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of a media playlist.
const (
	maxSegments    = maxLines / 2
	maxKeyFormats  = 16 // keys in force at once
	maxByteOffsets = 1 << 62
	segmentBytes   = 256 // what a segment takes, at least
	keyBytes       = 128
	rangeChunk     = 256
)

// mediaReader collects the segments of a media playlist. What one of the segments has to itself waits in
// next until its URI comes.
type mediaReader struct {
	media    Media
	segments []Segment
	rows     []row // of the segments that were read, not of those taken from the previous playlist
	merged   int   // how many were taken from there
	skipped  uint64
	input    []byte // the text for the parser behind this one

	next nextSegment

	// In force at the current line.
	keys    []Key
	section *Map
	bitrate int64

	discontinuities uint64 // seen so far
	lastURI         string // of the last segment, before it was resolved
	lastMerged      bool   // the last segment is the previous playlist's, its URI resolved
	lastEnd         int64  // where its byte range ended, -1 without one
	lastPartURI     string // of the last part, resolved
	lastPartEnd     int64  // where its byte range ended, -1 without one
	ranges          []ByteRange

	partInfLine, controlLine, hintLine, firstPartLine, mapLine int
	partLines                                                  []partLines
	rangesByID                                                 map[string]int
	hasDateTime                                                bool
	dateRangeLine                                              int
}

// row is what one segment's check needs and the segment has not.
type row struct {
	uriStart, uriEnd int // in input
}

// partLines are the lines of the parts of one segment.
type partLines struct {
	segment int // its index
	lines   []int
}

// nextSegment is what was read for the segment to come.
type nextSegment struct {
	inf              bool
	duration, title  string
	infLine          int
	discontinuity    bool
	gap              bool
	byteRange        ByteRange
	hasRange, offset bool
	dateTime         time.Time
	parts            []Part
	partLines        []int
}

// grow makes room for the segments of a text.
func (m *mediaReader) grow(text string) {
	n := min(strings.Count(text, "#EXTINF"), maxSegments)
	m.segments = make([]Segment, 0, n)
	m.rows = make([]row, 0, n)
	m.input = make([]byte, headerBytes, min(headerBytes+len(text)+len(text)/2, maxTextBytes))
}

// readSegmentTag reads the tags of RFC 8216, 4.3.2, but for the three that are frequent. It says whether
// the tag was one.
func (p *parser) readSegmentTag(name, value string) bool {
	switch name {
	case "#EXT-X-DISCONTINUITY":
		p.beforeParts(name)
		p.media.next.discontinuity = true
		p.media.discontinuities++
	case "#EXT-X-KEY":
		p.beforeParts(name)
		p.readKey(value)
	case "#EXT-X-MAP":
		p.beforeParts(name)
		p.readMap(value)
	case "#EXT-X-GAP":
		p.media.next.gap = true
	case "#EXT-X-BITRATE":
		p.readBitrate(value)
	case "#EXT-X-PART":
		p.readPart(value)
	case "#EXT-X-DATERANGE":
		p.readDateRange(value)
	default:
		return false
	}
	p.mediaSegmentTag()
	return true
}

// beforeParts complains of a tag that must stand before the segment's first EXT-X-PART.
func (p *parser) beforeParts(name string) {
	if len(p.media.next.parts) > 0 {
		p.must("bis 4.4.4.9", "%s stands after an EXT-X-PART of its segment", name[1:])
	}
}

// readInf reads EXTINF. RFC 8216, 4.3.2.1.
func (p *parser) readInf(value string) {
	const clause = "4.3.2.1"
	p.mediaSegmentTag()
	p.kind.infs++
	next := &p.media.next
	if next.inf {
		p.must(clause, "an EXTINF has no URI line")
	}
	duration, title, comma := strings.Cut(value, ",")
	if !comma {
		p.must(clause, "EXTINF has no comma after the duration")
	}
	legal, point := isDecimal(duration)
	if !legal {
		p.must(clause, "the duration of EXTINF is not a decimal number")
		duration, point = p.mendDuration(duration)
	}
	if point {
		if p.version < 3 {
			p.needs(3, clause, "a duration that is no whole number")
		}
	}
	next.inf, next.infLine = true, p.line
	next.duration, next.title = duration, title
}

// mendDuration returns what can be made of a duration that is no decimal number: the target
// duration in the end, or "0" where none was named yet.
func (p *parser) mendDuration(s string) (mended string, point bool) {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " \t"); i > 0 {
		s = s[:i] // attributes, as lists of channels have them
	}
	if f, _, ok := parseDecimal(s, true); !ok || f < 0 {
		return strconv.FormatInt(int64(p.media.media.TargetDuration/time.Second), 10), false
	}
	return s, strings.Contains(s, ".")
}

// readByteRange reads EXT-X-BYTERANGE. RFC 8216, 4.3.2.2.
func (p *parser) readByteRange(value string) {
	const clause = "4.3.2.2"
	p.mediaSegmentTag()
	p.needs(4, "7", "EXT-X-BYTERANGE")
	next := &p.media.next
	if next.hasRange {
		p.must(clause, "a segment has two EXT-X-BYTERANGE")
	}
	r, offset, ok := p.byteRange(strings.TrimSpace(value), clause)
	if !ok {
		p.fatal(clause, "EXT-X-BYTERANGE is not a length with an optional offset")
		return
	}
	next.byteRange, next.offset, next.hasRange = r, offset, true
}

// readDateTime reads EXT-X-PROGRAM-DATE-TIME. RFC 8216, 4.3.2.6.
func (p *parser) readDateTime(value string) {
	const clause = "4.3.2.6"
	p.mediaSegmentTag()
	p.beforeParts("#EXT-X-PROGRAM-DATE-TIME")
	p.media.hasDateTime = true
	t, zoned, legal, ok := p.clock.parse(value)
	if !legal {
		p.must(clause, "EXT-X-PROGRAM-DATE-TIME is not an ISO 8601 date and time")
	}
	if !ok {
		return
	}
	if !zoned {
		p.should(clause, "EXT-X-PROGRAM-DATE-TIME has no time zone")
	}
	p.media.next.dateTime = t
}

// readBitrate reads EXT-X-BITRATE. Second edition, 4.4.4.8.
func (p *parser) readBitrate(value string) {
	kilobits, ok := parseInteger(value)
	if !ok || kilobits > 1<<40 {
		p.must("bis 4.4.4.8", "EXT-X-BITRATE is not a whole number")
		return
	}
	p.media.bitrate = int64(kilobits) * 1000
}

// addSegment ends the segment that was being read. RFC 8216, 4.3.2.
func (p *parser) addSegment(uri string) {
	m := &p.media
	if len(m.segments) >= maxSegments {
		p.tooLarge("the playlist has more than %d segments", maxSegments)
		return
	}
	next := m.next
	m.next = nextSegment{}
	p.keepPartLines(&next)
	s := Segment{
		Discontinuity: next.discontinuity, DiscontinuitySequence: m.discontinuities, Gap: next.gap,
		ProgramDateTime: next.dateTime, DateTimeTag: !next.dateTime.IsZero(),
		Map: m.section, Keys: m.keys, Parts: next.parts, Line: p.line,
	}
	p.resolveRange(&s, &next, uri)
	if s.ByteRange == nil {
		s.Bitrate = m.bitrate
	}
	m.lastURI, m.lastMerged = uri, false
	p.writeSegment(&s, &next, uri)
	m.segments = append(m.segments, s)
	p.charge(segmentBytes + len(uri))
}

// keepPartLines remembers where a segment's parts stand.
func (p *parser) keepPartLines(next *nextSegment) {
	if len(next.parts) > 0 {
		p.media.partLines = append(p.media.partLines, partLines{segment: len(p.media.segments), lines: next.partLines})
	}
}

// resolveRange gives a segment its byte range.
func (p *parser) resolveRange(s *Segment, next *nextSegment, uri string) {
	m := &p.media
	if !next.hasRange {
		m.lastEnd = -1
		return
	}
	r := next.byteRange
	if !next.offset {
		if m.lastMerged {
			uri = p.resolve(uri)
		}
		if len(m.segments) == 0 || m.lastEnd < 0 || m.lastURI != uri {
			p.must("4.3.2.2", "EXT-X-BYTERANGE has no offset, and the segment before is no part of the same resource")
		} else {
			r.Offset = m.lastEnd
		}
	}
	if r.Offset > maxByteOffsets || r.Length > maxByteOffsets {
		p.fatal("4.3.2.2", "EXT-X-BYTERANGE is out of range")
		return
	}
	m.lastEnd = r.Offset + r.Length
	s.ByteRange = m.newRange(r)
}

// newRange returns a byte range of its own, made in chunks because there are many.
func (m *mediaReader) newRange(r ByteRange) *ByteRange {
	if len(m.ranges) == cap(m.ranges) {
		m.ranges = make([]ByteRange, 0, rangeChunk)
	}
	m.ranges = append(m.ranges, r)
	return &m.ranges[len(m.ranges)-1]
}

// dropURI forgets what was read for a segment whose URI line cannot be one.
func (m *mediaReader) dropURI() {
	m.next.gap, m.next.hasRange, m.next.dateTime = false, false, time.Time{}
}

// readMap reads EXT-X-MAP. RFC 8216, 4.3.2.5.
func (p *parser) readMap(value string) {
	const clause = "4.3.2.5"
	a := p.attributes(value, clause)
	if a.ignore || !a.require("URI") {
		return
	}
	p.needs(5, "7", "EXT-X-MAP")
	if p.media.mapLine == 0 {
		p.media.mapLine = p.line
	}
	section := &Map{URI: a.uri("URI"), Keys: p.media.keys, Line: p.line}
	if a.has("BYTERANGE") {
		r, offset, ok := p.byteRange(a.text("BYTERANGE"), clause)
		if !ok {
			p.fatal(clause, "BYTERANGE is not a length and an offset")
			return
		}
		if !offset {
			p.must("bis 4.4.4.5", "BYTERANGE of EXT-X-MAP has no offset")
		}
		section.ByteRange = &r
	}
	for i := range section.Keys {
		if k := &section.Keys[i]; k.Method == MethodAES128 && !k.HasIV {
			p.must(clause, "EXT-X-MAP is encrypted with AES-128 and its EXT-X-KEY has no IV")
			break
		}
	}
	if !p.media.section.same(section) {
		p.media.section = section
	}
}

// same says whether two tags name the same section, encrypted in the same way.
func (m *Map) same(o *Map) bool {
	if m == nil || m.URI != o.URI || (m.ByteRange == nil) != (o.ByteRange == nil) {
		return false
	}
	if m.ByteRange != nil && *m.ByteRange != *o.ByteRange {
		return false
	}
	return slices.EqualFunc(m.Keys, o.Keys, Key.same)
}
