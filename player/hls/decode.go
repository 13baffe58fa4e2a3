package hls

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/grafov/m3u8"
)

// What this package read line by line it gives, one tag after the other in a fixed order, to
// grafov/m3u8, which makes segments and variants of it. It gets only what it reads right: plain lists
// with one EXTINF, URI and byte range for each segment, and variants with their simple attributes. What it
// cannot tell (several keys, implied offsets, groups, 64-bit numbers ...) stays in tables of the same
// order. Both must agree on the number and the URIs, else the result is thrown away.

// The head of the text for the parser, with room for the longest numbers: they are known at the end.
const (
	headerFormat = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:%020d\n#EXT-X-DISCONTINUITY-SEQUENCE:%020d\n"
	headerBytes  = len(headerFormat) - 2*len("%020d") + 2*20
)

// writeHeader writes the head into the room that was left for it.
func (m *mediaReader) writeHeader() {
	first := m.media.MediaSequence + m.skipped + uint64(m.merged)
	copy(m.input, fmt.Sprintf(headerFormat, first, m.media.DiscontinuitySequence))
}

// writeSegment writes a segment for the parser.
func (p *parser) writeSegment(s *Segment, next *nextSegment, uri string) {
	m := &p.media
	in := m.input
	if s.Discontinuity {
		in = append(in, "#EXT-X-DISCONTINUITY\n"...)
	}
	in = append(in, "#EXTINF:"...)
	in = append(in, next.duration...)
	in = append(in, ',')
	in = append(in, next.title...)
	in = append(in, '\n')
	if s.ByteRange != nil {
		in = append(in, "#EXT-X-BYTERANGE:"...)
		in = strconv.AppendInt(in, s.ByteRange.Length, 10)
		in = append(in, '@')
		in = strconv.AppendInt(in, s.ByteRange.Offset, 10)
		in = append(in, '\n')
	}
	start := len(in)
	in, ok := p.resolver.appendTo(in, uri)
	if !ok {
		p.must("4.1", "a URI cannot be read")
	}
	p.charge(len(in) - start)
	m.rows = append(m.rows, row{uriStart: start, uriEnd: len(in)})
	in = append(in, '\n')
	m.input = in
}

// decodeSegments lets the parser read the segments and completes ours with what it says.
func (p *parser) decodeSegments() {
	m := &p.media
	own := m.segments[m.merged:]
	m.writeHeader()
	list, err := m3u8.NewMediaPlaylist(0, uint(len(own)+1))
	if err == nil {
		err = guard(func() error { return list.Decode(*bytes.NewBuffer(m.input), false) })
	}
	if err != nil || int(list.Count()) != len(own) || list.DiscontinuitySeq != m.media.DiscontinuitySequence {
		p.err = errDesync
		return
	}
	for i := range own {
		s, read := &own[i], list.Segments[i]
		if uri := m.input[m.rows[i].uriStart:m.rows[i].uriEnd]; read.URI != string(uri) || read.Discontinuity != s.Discontinuity {
			p.err = errDesync
			return
		}
		if s.ByteRange != nil && (s.ByteRange.Length != read.Limit || s.ByteRange.Offset != read.Offset) {
			p.err = errDesync
			return
		}
		s.URI, s.Sequence = read.URI, read.SeqId
		s.Title = strings.TrimSpace(read.Title)
		s.Duration = p.segmentDuration(s.Line, read.Duration)
		s.DiscontinuitySequence += m.media.DiscontinuitySequence
	}
}

// segmentDuration returns the duration that the parser read, or the target duration if that is out
// of bounds.
func (p *parser) segmentDuration(line int, duration float64) time.Duration {
	if math.IsNaN(duration) || duration < 0 || duration > maxSeconds {
		p.mustAt(line, "4.3.2.1", "the duration of EXTINF is out of range")
		return p.media.media.TargetDuration
	}
	return seconds(duration)
}

// guard turns a panic of the parser into an error.
func guard(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errDesync
		}
	}()
	return f()
}

// finishMedia puts a media playlist together.
func (p *parser) finishMedia() *Media {
	m := &p.media
	if m.next.inf {
		p.mustAt(m.next.infLine, "4.3.2.1", "an EXTINF has no URI line")
	}
	if p.seen&seenTargetDuration == 0 {
		p.mustAt(0, "4.3.3.1", "EXT-X-TARGETDURATION is missing")
	}
	p.decodeSegments()
	if p.err != nil {
		return nil
	}
	m.media.Segments = m.segments
	p.keepPartLines(&m.next)
	m.media.Start = p.start
	p.finishTimeline()
	p.checkMedia()
	media := m.media
	return &media // and not the reader, with the text for the parser behind it
}

// finishTimeline gives the segments their starts and dates.
func (p *parser) finishTimeline() {
	segments := p.media.segments
	var start time.Duration
	var date time.Time
	first := -1
	for i := range segments {
		s := &segments[i]
		s.Start = start
		start += s.Duration
		if start > maxSeconds*time.Second {
			p.err = fmt.Errorf("%w: it lasts longer than %d years", ErrTooLarge, int(maxSeconds)/(365*24*60*60))
			return
		}
		if s.ProgramDateTime.IsZero() {
			s.ProgramDateTime = date
		} else if first < 0 {
			first = i
		}
		if !s.ProgramDateTime.IsZero() {
			date = s.ProgramDateTime.Add(s.Duration)
		}
	}
	for i := first - 1; i >= 0; i-- { // RFC 8216, 6.3.3
		segments[i].ProgramDateTime = segments[i+1].ProgramDateTime.Add(-segments[i].Duration)
	}
	p.finishPartial(start, date)
}

// finishPartial makes the segment of the parts after the last segment.
func (p *parser) finishPartial(start time.Duration, date time.Time) {
	m := &p.media
	next := &m.next
	if len(next.parts) == 0 {
		return
	}
	s := &Segment{
		Start: start, Sequence: m.media.MediaSequence + m.skipped + uint64(len(m.segments)),
		DiscontinuitySequence: m.media.DiscontinuitySequence + m.discontinuities,
		Discontinuity:         next.discontinuity, Gap: next.gap, ProgramDateTime: next.dateTime,
		DateTimeTag: !next.dateTime.IsZero(), Bitrate: m.bitrate,
		Map: m.section, Keys: m.keys, Parts: next.parts,
	}
	if s.ProgramDateTime.IsZero() {
		s.ProgramDateTime = date
	}
	for i := range s.Parts {
		s.Duration += s.Parts[i].Duration
	}
	m.media.Partial = s
}

// checkMedia checks what needs the whole playlist.
func (p *parser) checkMedia() {
	m := &p.media
	target := m.media.TargetDuration
	if target > 0 {
		for i := range m.segments[m.merged:] {
			s := &m.segments[m.merged+i]
			if s.Duration >= target+time.Second/2 { // rounded to the nearest second: RFC 8216, 4.3.3.1
				p.mustAt(s.Line, "4.3.3.1", "a segment is longer than EXT-X-TARGETDURATION")
			}
		}
	}
	for i := range m.partLines {
		segment := m.media.Partial
		if m.partLines[i].segment < len(m.segments) {
			segment = &m.segments[m.partLines[i].segment]
		}
		p.checkParts(segment.Parts, m.partLines[i].lines)
	}
	if m.firstPartLine > 0 && m.partInfLine == 0 {
		p.mustAt(m.firstPartLine, "bis 4.4.3.7", "the playlist has EXT-X-PART without EXT-X-PART-INF")
	}
	if m.partInfLine > 0 || m.controlLine > 0 {
		p.checkServerControl()
	}
	if m.media.EndList && m.hintLine > 0 {
		p.mustAt(m.hintLine, "bis 4.4.5.3", "EXT-X-PRELOAD-HINT stands in a playlist with EXT-X-ENDLIST")
	}
	if m.mapLine > 0 && !m.media.IFramesOnly && p.version < 6 {
		p.mustAt(m.mapLine, "7", "EXT-X-MAP without EXT-X-I-FRAMES-ONLY needs EXT-X-VERSION 6 or more, the playlist has %d", max(p.version, 1))
	}
	p.checkDateRanges()
}
