package hls

import (
	"strings"
	"time"
)

// Limits of low-latency tags.
const (
	maxParts            = 100_000
	maxRenditionReports = 1000
	partBytes           = 64
)

// readPart reads EXT-X-PART. Second edition, 4.4.4.9.
func (p *parser) readPart(value string) {
	const clause = "bis 4.4.4.9"
	a := p.attributes(value, clause)
	if !a.require("URI", "DURATION") {
		return
	}
	next := &p.media.next
	part := Part{URI: a.uri("URI"), Independent: a.yes("INDEPENDENT"), Gap: a.yes("GAP")}
	part.Duration, _ = a.duration("DURATION")
	hasRange := a.has("BYTERANGE")
	if hasRange {
		p.partRange(&part, a.text("BYTERANGE"))
	}
	if a.ignore || p.err != nil {
		return
	}
	p.media.lastPartURI, p.media.lastPartEnd = part.URI, -1
	if hasRange {
		p.media.lastPartEnd = part.ByteRange.Offset + part.ByteRange.Length
	}
	if len(next.parts) >= maxParts {
		p.tooLarge("a segment has more than %d parts", maxParts)
		return
	}
	next.parts = append(next.parts, part)
	next.partLines = append(next.partLines, p.line)
	p.charge(partBytes)
	if p.media.firstPartLine == 0 {
		p.media.firstPartLine = p.line
	}
}

// partRange gives a part its byte range. One without an offset follows the part before it.
func (p *parser) partRange(part *Part, text string) {
	const clause = "bis 4.4.4.9"
	r, offset, ok := p.byteRange(text, clause)
	if !ok {
		p.fatal(clause, "BYTERANGE is not a length with an optional offset")
		return
	}
	if !offset {
		before := &p.media // the part before may be of another segment in the same resource
		same := before.lastPartURI == part.URI && before.lastPartEnd >= 0
		if len(p.media.next.parts) == 0 || !same {
			p.must(clause, "BYTERANGE has no offset, and the part before is no part of the same resource")
		}
		if same {
			r.Offset = before.lastPartEnd
		}
	}
	if r.Offset > maxByteOffsets || r.Length > maxByteOffsets {
		p.fatal(clause, "BYTERANGE is out of range")
		return
	}
	part.ByteRange = p.media.newRange(r)
}

// checkParts holds the parts of one segment against EXT-X-PART-INF.
func (p *parser) checkParts(parts []Part, lines []int) {
	const clause = "bis 4.4.4.9"
	target := p.media.media.PartTarget
	if target == 0 {
		return
	}
	for i := range parts {
		part := &parts[i]
		if part.Duration > target {
			p.mustAt(lines[i], clause, "a part is longer than PART-TARGET")
		}
		last := i == len(parts)-1
		if part.Duration < target*85/100 && !part.Independent && !part.Gap && !last && !parts[i+1].Gap {
			p.mustAt(lines[i], clause, "a part is shorter than 85 %% of PART-TARGET")
		}
	}
}

// readPreloadHint reads EXT-X-PRELOAD-HINT. Second edition, 4.4.5.3.
func (p *parser) readPreloadHint(value string) {
	const clause = "bis 4.4.5.3"
	a := p.attributes(value, clause)
	if !a.require("TYPE", "URI") {
		return
	}
	h := PreloadHint{Type: a.enum("TYPE", "PART", "MAP"), URI: a.uri("URI"), Length: -1}
	if n, ok := a.bounded("BYTERANGE-START", maxByteOffsets); ok {
		h.Start = n
	}
	if n, ok := a.bounded("BYTERANGE-LENGTH", maxByteOffsets); ok {
		h.Length = n
	}
	if p.media.hintLine == 0 {
		p.media.hintLine = p.line
	}
	if a.ignore {
		return
	}
	for i := range p.media.media.PreloadHints {
		if p.media.media.PreloadHints[i].Type == h.Type {
			p.should("bis 6.2.6", "the playlist has two EXT-X-PRELOAD-HINT of one TYPE: the first counts")
			return // second edition, 6.3.8
		}
	}
	p.media.media.PreloadHints = append(p.media.media.PreloadHints, h)
}

// readRenditionReport reads EXT-X-RENDITION-REPORT. Second edition, 4.4.5.4.
func (p *parser) readRenditionReport(value string) {
	const clause = "bis 4.4.5.4"
	a := p.attributes(value, clause)
	if !a.require("URI") {
		return
	}
	if at := a.find("URI"); strings.Contains(at.Value, "://") {
		p.must(clause, "URI of EXT-X-RENDITION-REPORT is not relative")
	}
	r := RenditionReport{URI: a.uri("URI"), LastMSN: -1, LastPart: -1}
	if n, ok := a.bounded("LAST-MSN", 1<<62); ok {
		r.LastMSN = n
	}
	if n, ok := a.bounded("LAST-PART", 1<<31); ok {
		r.LastPart = n
	}
	if a.ignore || len(p.media.media.RenditionReports) >= maxRenditionReports {
		return
	}
	p.media.media.RenditionReports = append(p.media.media.RenditionReports, r)
}

// readPartInf reads EXT-X-PART-INF. Second edition, 4.4.3.7.
func (p *parser) readPartInf(value string) {
	const clause = "bis 4.4.3.7"
	if !p.once(seenPartInf, "EXT-X-PART-INF", "bis 4.4.3") {
		return
	}
	p.media.partInfLine = p.line
	a := p.attributes(value, clause)
	if !a.require("PART-TARGET") {
		return
	}
	p.media.media.PartTarget, _ = a.duration("PART-TARGET")
}

// readServerControl reads EXT-X-SERVER-CONTROL. Second edition, 4.4.3.8.
func (p *parser) readServerControl(value string) {
	if !p.once(seenServerControl, "EXT-X-SERVER-CONTROL", "bis 4.4.3") {
		return
	}
	p.media.controlLine = p.line
	a := p.attributes(value, "bis 4.4.3.8")
	c := ServerControl{CanSkipDateRanges: a.yes("CAN-SKIP-DATERANGES"), CanBlockReload: a.yes("CAN-BLOCK-RELOAD")}
	c.CanSkipUntil, _ = a.duration("CAN-SKIP-UNTIL")
	c.HoldBack, _ = a.duration("HOLD-BACK")
	c.PartHoldBack, _ = a.duration("PART-HOLD-BACK")
	if !a.ignore {
		p.media.media.ServerControl = &c
	}
}

// checkServerControl holds EXT-X-SERVER-CONTROL against the target durations.
func (p *parser) checkServerControl() {
	const clause = "bis 4.4.3.8"
	media, line := &p.media.media, p.media.controlLine
	c := media.ServerControl
	if c == nil {
		c = &ServerControl{}
		line = p.media.partInfLine
	}
	below := func(d time.Duration, factor int, target time.Duration) bool {
		return d > 0 && d/time.Duration(factor) < target
	}
	if below(c.CanSkipUntil, 6, media.TargetDuration) {
		p.mustAt(line, clause, "CAN-SKIP-UNTIL is less than six times the target duration")
	}
	if c.CanSkipDateRanges && c.CanSkipUntil == 0 {
		p.mustAt(line, clause, "CAN-SKIP-DATERANGES is there without CAN-SKIP-UNTIL")
	}
	if below(c.HoldBack, 3, media.TargetDuration) {
		p.mustAt(line, clause, "HOLD-BACK is less than three times the target duration")
	}
	switch {
	case p.media.partInfLine > 0 && c.PartHoldBack == 0:
		p.mustAt(line, clause, "PART-HOLD-BACK is missing in a playlist with EXT-X-PART-INF")
	case below(c.PartHoldBack, 2, media.PartTarget):
		p.mustAt(line, clause, "PART-HOLD-BACK is less than twice PART-TARGET")
	case below(c.PartHoldBack, 3, media.PartTarget):
		p.warnAt(line, clause, "PART-HOLD-BACK is less than three times PART-TARGET")
	}
}
