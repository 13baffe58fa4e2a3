package hls

import (
	"math"
	"strings"
)

const maxTargetDuration = 1 << 31 // seconds

// readMediaTag reads the tags of RFC 8216, 4.3.3, and of the second edition's 4.4.5. It says whether the
// tag was one.
func (p *parser) readMediaTag(name, value string) bool {
	switch name {
	case "#EXT-X-TARGETDURATION":
		p.readTargetDuration(value)
	case "#EXT-X-MEDIA-SEQUENCE":
		p.readMediaSequence(value)
	case "#EXT-X-DISCONTINUITY-SEQUENCE":
		p.readDiscontinuitySequence(value)
	case "#EXT-X-ENDLIST":
		p.once(seenEndList, "EXT-X-ENDLIST", "4.3.3")
		p.media.media.EndList = true
	case "#EXT-X-PLAYLIST-TYPE":
		p.readPlaylistType(value)
	case "#EXT-X-I-FRAMES-ONLY":
		p.once(seenIFramesOnly, "EXT-X-I-FRAMES-ONLY", "4.3.3")
		p.needs(4, "7", "EXT-X-I-FRAMES-ONLY")
		p.media.media.IFramesOnly = true
	case "#EXT-X-PART-INF":
		p.readPartInf(value)
	case "#EXT-X-SERVER-CONTROL":
		p.readServerControl(value)
	case "#EXT-X-SKIP":
		p.readSkip(value)
	case "#EXT-X-PRELOAD-HINT":
		p.readPreloadHint(value)
	case "#EXT-X-RENDITION-REPORT":
		p.readRenditionReport(value)
	default:
		return false
	}
	p.mediaPlaylistTag()
	return true
}

// readTargetDuration reads EXT-X-TARGETDURATION. RFC 8216, 4.3.3.1.
func (p *parser) readTargetDuration(value string) {
	const clause = "4.3.3.1"
	if !p.once(seenTargetDuration, "EXT-X-TARGETDURATION", "4.3.3") {
		return
	}
	n, ok := parseInteger(value)
	f := float64(n)
	if !ok {
		p.must(clause, "EXT-X-TARGETDURATION is not a whole number")
		f, _, ok = parseDecimal(value, false)
	}
	if !ok || f < 0 || f > maxTargetDuration {
		if ok {
			p.must(clause, "EXT-X-TARGETDURATION is out of range")
		}
		return
	}
	if f < 1 {
		p.must("bis 4.4.3.1", "EXT-X-TARGETDURATION is less than 1")
	}
	p.media.media.TargetDuration = seconds(min(f, maxSeconds))
}

// readMediaSequence reads EXT-X-MEDIA-SEQUENCE. RFC 8216, 4.3.3.2.
func (p *parser) readMediaSequence(value string) {
	const clause = "4.3.3.2"
	if !p.once(seenMediaSequence, "EXT-X-MEDIA-SEQUENCE", "4.3.3") {
		return
	}
	n, ok := parseInteger(strings.TrimSpace(value))
	if !ok || n > math.MaxUint64-2*maxSegments {
		p.must(clause, "EXT-X-MEDIA-SEQUENCE is no number, or too large a one")
		return
	}
	if len(p.media.segments) > 0 || p.media.media.Skip != nil {
		p.must(clause, "EXT-X-MEDIA-SEQUENCE stands after the first segment")
	}
	p.media.media.MediaSequence = n
}

// readDiscontinuitySequence reads EXT-X-DISCONTINUITY-SEQUENCE. RFC 8216, 4.3.3.3.
func (p *parser) readDiscontinuitySequence(value string) {
	const clause = "4.3.3.3"
	if !p.once(seenDiscontinuitySequence, "EXT-X-DISCONTINUITY-SEQUENCE", "4.3.3") {
		return
	}
	n, ok := parseInteger(strings.TrimSpace(value))
	if !ok || n > math.MaxUint64-2*maxLines {
		p.must(clause, "EXT-X-DISCONTINUITY-SEQUENCE is no number, or too large a one")
		return
	}
	if len(p.media.segments) > 0 || p.media.media.Skip != nil {
		p.must(clause, "EXT-X-DISCONTINUITY-SEQUENCE stands after the first segment")
	} else if p.media.discontinuities > 0 {
		p.must(clause, "EXT-X-DISCONTINUITY-SEQUENCE stands after an EXT-X-DISCONTINUITY")
	}
	p.media.media.DiscontinuitySequence = n
}

// readPlaylistType reads EXT-X-PLAYLIST-TYPE. RFC 8216, 4.3.3.5.
func (p *parser) readPlaylistType(value string) {
	const clause = "4.3.3.5"
	if !p.once(seenPlaylistType, "EXT-X-PLAYLIST-TYPE", "4.3.3") {
		return
	}
	switch t := PlaylistType(strings.TrimSpace(value)); t {
	case PlaylistVOD, PlaylistEvent:
		p.media.media.PlaylistType = t
	default:
		p.must(clause, "EXT-X-PLAYLIST-TYPE is neither EVENT nor VOD")
	}
}

// readSkip reads EXT-X-SKIP and takes what it left out from the previous playlist. Second edition,
// 4.4.5.2 and 6.2.5.1.
func (p *parser) readSkip(value string) {
	const clause = "bis 4.4.5.2"
	if !p.once(seenSkip, "EXT-X-SKIP", clause) {
		return
	}
	p.needs(9, "7", "EXT-X-SKIP")
	a := p.attributes(value, clause)
	n, ok := a.bounded("SKIPPED-SEGMENTS", maxSegments)
	if !ok {
		p.fatal(clause, "SKIPPED-SEGMENTS is missing or no sane number")
		return
	}
	skip := &Skip{SkippedSegments: int(n), DateRangesSkipped: a.has("RECENTLY-REMOVED-DATERANGES")}
	if skip.DateRangesSkipped {
		p.needs(10, "7", "EXT-X-SKIP with RECENTLY-REMOVED-DATERANGES")
		if removed := a.textOrEmpty("RECENTLY-REMOVED-DATERANGES"); removed != "" {
			skip.RecentlyRemovedDateRanges = strings.Split(removed, "\t")
		}
	}
	if len(p.media.segments) > 0 {
		p.fatal(clause, "EXT-X-SKIP stands after a segment")
		return
	}
	p.media.media.Skip = skip
	p.mergePrevious(skip)
}

// mergePrevious puts the segments that were skipped in front and brings in force what was so after the
// last of them.
func (p *parser) mergePrevious(skip *Skip) {
	m := &p.media
	if p.opts.Previous == nil {
		m.skipped = uint64(skip.SkippedSegments)
		p.should("bis 6.3.7", "segments were skipped, and the playlist that had them is not at hand")
		return
	}
	previous := p.opts.Previous.Media
	first := -1
	if previous != nil {
		first = previous.BySequence(m.media.MediaSequence)
	}
	if skip.SkippedSegments > 0 && (first < 0 || first+skip.SkippedSegments > len(previous.Segments)) || previous == nil {
		if p.err == nil {
			p.err = ErrNoPrevious
		}
		return
	}
	skip.Merged = true
	if skip.DateRangesSkipped {
		p.mergeDateRanges(previous, skip, max(first, 0))
	}
	if skip.SkippedSegments == 0 {
		return
	}
	m.segments = append(m.segments, previous.Segments[first:first+skip.SkippedSegments]...)
	m.merged = skip.SkippedSegments
	p.charge(segmentBytes * m.merged)
	last := &m.segments[len(m.segments)-1]
	m.keys, m.section, m.bitrate, m.lastURI, m.lastEnd = last.Keys, last.Map, last.Bitrate, last.URI, -1
	m.lastMerged = true
	if last.ByteRange != nil {
		m.lastEnd = last.ByteRange.Offset + last.ByteRange.Length
	}
	m.discontinuities = last.DiscontinuitySequence - m.media.DiscontinuitySequence
	for i := range m.segments {
		m.hasDateTime = m.hasDateTime || m.segments[i].DateTimeTag
	}
}
