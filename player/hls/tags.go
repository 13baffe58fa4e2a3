package hls

import (
	"strings"
)

// tagSet is the set of tags that were seen and may stand once.
type tagSet uint32

const (
	seenVersion tagSet = 1 << iota
	seenIndependent
	seenStart
	seenTargetDuration
	seenMediaSequence
	seenDiscontinuitySequence
	seenPlaylistType
	seenEndList
	seenIFramesOnly
	seenPartInf
	seenServerControl
	seenSkip
	seenContentSteering
)

// once says whether a tag stands there for the first time, and complains when not.
func (p *parser) once(tag tagSet, name, clause string) bool {
	if p.seen&tag != 0 {
		p.must(clause, "%s stands in the playlist more than once", name)
		return false
	}
	p.seen |= tag
	return true
}

// kindEvidence is what tells a media playlist from a multivariant one: the first line of each kind of
// tags. RFC 8216, 4.1 and 4.3.
type kindEvidence struct {
	mediaPlaylistLine int // of 4.3.3
	mediaSegmentLine  int // of 4.3.2
	multivariantLine  int // of 4.3.4
	infs              int // EXTINF
	streams           int // EXT-X-STREAM-INF, EXT-X-I-FRAME-STREAM-INF, EXT-X-MEDIA
}

func (p *parser) mediaPlaylistTag() {
	if p.kind.mediaPlaylistLine == 0 {
		p.kind.mediaPlaylistLine = p.line
	}
}

func (p *parser) mediaSegmentTag() {
	if p.kind.mediaSegmentLine == 0 {
		p.kind.mediaSegmentLine = p.line
	}
}

func (p *parser) multivariantTag() {
	if p.kind.multivariantLine == 0 {
		p.kind.multivariantLine = p.line
	}
}

// decideType says what the playlist is. A mixture is an error when both halves could be played, else the
// half that cannot is left out.
func (p *parser) decideType() Type {
	k := &p.kind
	mediaLine := k.mediaSegmentLine
	if mediaLine == 0 || k.mediaPlaylistLine != 0 && k.mediaPlaylistLine < mediaLine {
		mediaLine = k.mediaPlaylistLine
	}
	if mediaLine == 0 {
		return TypeMultivariant
	}
	if k.multivariantLine == 0 {
		return TypeMedia
	}
	const mixture = "the playlist has both media and multivariant playlist tags"
	line := max(mediaLine, k.multivariantLine)
	if k.infs > 0 && len(p.multi.variants) > 0 {
		p.fatalAt(line, "4.3.4", mixture)
	} else {
		p.mustAt(line, "4.3.4", mixture)
	}
	if k.infs == 0 && k.streams > 0 {
		return TypeMultivariant
	}
	return TypeMedia
}

// readLine reads one line without its line feed. RFC 8216, 4.1.
func (p *parser) readLine(line string) {
	if line == "" {
		return
	}
	if line[0] <= ' ' || line[len(line)-1] <= ' ' || line[0] >= 0x80 || line[len(line)-1] >= 0x80 {
		trimmed := strings.TrimSpace(line)
		if len(trimmed) != len(line) && !strings.HasPrefix(trimmed, "#EXTINF:") {
			p.must("4.1", "white space at the beginning or end of a line")
		}
		if line = trimmed; line == "" {
			return
		}
	}
	if len(line) > maxLineBytes {
		p.tooLarge("a line is longer than %d bytes", maxLineBytes)
		return
	}
	if !p.header {
		p.readHeader(line)
		return
	}
	switch {
	case line[0] != '#':
		p.readURI(line)
	case strings.HasPrefix(line, "#EXT"):
		name, value, hasValue := strings.Cut(line, ":")
		p.readTag(name, value, hasValue)
	}
}

// readHeader reads the lines up to EXTM3U. RFC 8216, 4.3.1.1.
func (p *parser) readHeader(line string) {
	const clause = "4.3.1.1"
	switch {
	case line == "#EXTM3U":
	case strings.HasPrefix(line, "#EXTM3U") && (line[7] == ' ' || line[7] == '\t' || line[7] == ':'):
		p.must(clause, "something stands after EXTM3U on its line")
	default:
		return // a comment: Sniff let nothing else come before
	}
	if p.line != 1 {
		p.must(clause, "EXTM3U is not the first line")
	}
	p.header = true
}

// readURI reads a line that is no tag and no comment.
func (p *parser) readURI(line string) {
	uri := line
	if strings.IndexByte(line, '{') >= 0 {
		uri = strings.TrimSpace(p.substitute(line))
	}
	if strings.IndexByte(uri, ' ') >= 0 || strings.IndexByte(uri, '\t') >= 0 {
		p.must("4.1", "white space in a URI")
	}
	if len(uri) > maxURIBytes {
		p.tooLarge("a URI is longer than %d bytes", maxURIBytes)
		return
	}
	if p.err != nil {
		return
	}
	if uri == "" || uri[0] == '#' {
		p.fatal("bis 4.3", "a URI line is none with its variables replaced")
		return
	}
	switch {
	case p.multi.pending:
		p.addVariant(uri)
	case p.media.next.inf:
		p.addSegment(uri)
	default:
		p.must("4.3.2.1", "a URI line has neither EXTINF nor EXT-X-STREAM-INF before it")
		p.media.dropURI()
	}
}

// readTag reads a tag. Tags that nobody knows are ignored. RFC 8216, 6.3.1.
func (p *parser) readTag(name, value string, hasValue bool) {
	switch name {
	case "#EXTINF":
		p.readInf(value)
		return
	case "#EXT-X-PROGRAM-DATE-TIME":
		p.readDateTime(value)
		return
	case "#EXT-X-BYTERANGE":
		p.readByteRange(value)
		return
	}
	if p.multi.pending {
		p.must("4.3.4.2", "a tag stands between EXT-X-STREAM-INF and its URI line")
	}
	switch name {
	case "#EXT-X-DISCONTINUITY", "#EXT-X-GAP", "#EXT-X-ENDLIST", "#EXT-X-I-FRAMES-ONLY", "#EXT-X-INDEPENDENT-SEGMENTS":
		if hasValue {
			p.must("4.3", "%s has a value", name[1:])
		}
	}
	switch name {
	case "#EXTM3U":
		p.should("4.3.1.1", "EXTM3U stands in the playlist more than once")
	case "#EXT-X-VERSION":
		p.readVersion(value)
	case "#EXT-X-INDEPENDENT-SEGMENTS":
		p.once(seenIndependent, "EXT-X-INDEPENDENT-SEGMENTS", "4.3.5.1")
		p.independent = true
	case "#EXT-X-START":
		p.readStart(value)
	case "#EXT-X-DEFINE":
		p.define(value)
	default:
		if !p.readSegmentTag(name, value) && !p.readMediaTag(name, value) {
			p.readMultivariantTag(name, value)
		}
	}
}

// readVersion reads EXT-X-VERSION. RFC 8216, 4.3.1.2.
func (p *parser) readVersion(value string) {
	const clause = "4.3.1.2"
	if !p.once(seenVersion, "EXT-X-VERSION", clause) {
		return
	}
	n, ok := parseInteger(strings.TrimSpace(value))
	if !ok || n == 0 || n > 1<<20 {
		p.must(clause, "EXT-X-VERSION is no version number")
		return
	}
	if n > maxVersion {
		p.must("6.3.1", "the playlist is of a version that is not known here")
	}
	p.version = int(n)
}

// readStart reads EXT-X-START. RFC 8216, 4.3.5.2.
func (p *parser) readStart(value string) {
	const clause = "4.3.5.2"
	if !p.once(seenStart, "EXT-X-START", clause) {
		return
	}
	a := p.attributes(value, clause)
	if !a.require("TIME-OFFSET") {
		return
	}
	offset, ok := a.decimal("TIME-OFFSET", true)
	start := Start{TimeOffset: offset, Precise: a.yes("PRECISE")}
	if ok && !a.ignore {
		p.start = &start
	}
}
