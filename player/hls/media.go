package hls

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// PlaylistType is the value of EXT-X-PLAYLIST-TYPE.
type PlaylistType string

// The values of EXT-X-PLAYLIST-TYPE, and its absence.
const (
	PlaylistLive  PlaylistType = ""      // no tag: segments may come and go
	PlaylistEvent PlaylistType = "EVENT" // segments may come
	PlaylistVOD   PlaylistType = "VOD"   // nothing changes
)

// Media is a media playlist. RFC 8216, 4.3.3. Durations and offsets are exact to the nanosecond.
type Media struct {
	TargetDuration time.Duration // EXT-X-TARGETDURATION, 0 when absent
	MediaSequence  uint64        // EXT-X-MEDIA-SEQUENCE, the number of the first segment
	// DiscontinuitySequence is EXT-X-DISCONTINUITY-SEQUENCE, the number before the first segment.
	DiscontinuitySequence uint64
	PlaylistType          PlaylistType // EXT-X-PLAYLIST-TYPE
	EndList               bool         // EXT-X-ENDLIST
	IFramesOnly           bool         // EXT-X-I-FRAMES-ONLY
	// Start is EXT-X-START, the same as the playlist's, nil when absent.
	Start *Start

	// Segments are the segments in order.
	Segments []Segment
	// DateRanges are EXT-X-DATERANGE, one for each ID, in the order of their first tags.
	DateRanges []DateRange

	// PartTarget is EXT-X-PART-INF's PART-TARGET, 0 when absent.
	PartTarget time.Duration
	// Partial is the segment that is being made: the EXT-X-PART after the last segment, with the sequence
	// numbers, start, keys and initialization section that it will have, and no URI. Nil without such parts.
	Partial *Segment
	// ServerControl is EXT-X-SERVER-CONTROL, nil when absent.
	ServerControl *ServerControl
	// Skip is EXT-X-SKIP, nil when absent. Segments then lacks the skipped ones, unless
	// ParseOptions.Previous had them.
	Skip *Skip
	// PreloadHints are EXT-X-PRELOAD-HINT.
	PreloadHints []PreloadHint
	// RenditionReports are EXT-X-RENDITION-REPORT.
	RenditionReports []RenditionReport
}

// Segment is one media segment. RFC 8216, 4.3.2. Slices and pointers are shared between segments and
// must not be written.
type Segment struct {
	// URI is absolute when the playlist came from a URL, as written otherwise.
	URI string
	// Title is the text after EXTINF's comma, often empty.
	Title string
	// Duration is EXTINF's.
	Duration time.Duration
	// Start is the time from the start of the first segment.
	Start time.Duration
	// Sequence is the media sequence number.
	Sequence uint64
	// DiscontinuitySequence is the discontinuity sequence number.
	DiscontinuitySequence uint64
	// Discontinuity is EXT-X-DISCONTINUITY before this segment.
	Discontinuity bool
	// Gap is EXT-X-GAP: there is no media behind the URI.
	Gap bool
	// DateTimeTag says that ProgramDateTime is this segment's own tag, not counted on from another's.
	DateTimeTag bool
	// ByteRange is EXT-X-BYTERANGE with its offset resolved; nil for the whole resource.
	ByteRange *ByteRange
	// ProgramDateTime is EXT-X-PROGRAM-DATE-TIME, counted on over the segments that have no tag of their
	// own, and backwards to those before the first tag. Zero when unknown.
	ProgramDateTime time.Time
	// Bitrate is EXT-X-BITRATE in bits per second, 0 when unknown.
	Bitrate int64
	// Map is the initialization section in force, nil without one.
	Map *Map
	// Keys are the EXT-X-KEY in force, one for each KEYFORMAT in the order of their lines; empty when
	// the segment is clear.
	Keys []Key
	// Parts are the EXT-X-PART of this segment.
	Parts []Part
	// Part is the number of the part that this stands for, from 1, in what WithParts returns; 0 for a whole segment.
	Part int
	// Line is the line of the URI, from 1.
	Line int
}

// End returns the time from the start of the first segment to the end of this one.
func (s *Segment) End() time.Duration { return s.Start + s.Duration }

// ByteRange is a part of a resource.
type ByteRange struct {
	Length int64 `json:"length"` // bytes
	Offset int64 `json:"offset"` // bytes from the start of the resource
}

// Map is EXT-X-MAP: an initialization section. RFC 8216, 4.3.2.5. Segments with the same section share
// the pointer.
type Map struct {
	URI string
	// ByteRange is nil for the whole resource.
	ByteRange *ByteRange
	// Keys are the EXT-X-KEY in force at the tag's line: those that the section is encrypted with.
	Keys []Key
	// Line is the tag's line, from 1.
	Line int
}

// Part is EXT-X-PART, a partial segment. Second edition, 4.4.4.9.
type Part struct {
	URI         string
	Duration    time.Duration
	Independent bool
	Gap         bool
	ByteRange   *ByteRange // with its offset resolved; nil for the whole resource
}

// ServerControl is EXT-X-SERVER-CONTROL. Second edition, 4.4.3.8. Absent durations are 0.
type ServerControl struct {
	CanSkipUntil      time.Duration // CAN-SKIP-UNTIL
	CanSkipDateRanges bool          // CAN-SKIP-DATERANGES
	HoldBack          time.Duration // HOLD-BACK
	PartHoldBack      time.Duration // PART-HOLD-BACK
	CanBlockReload    bool          // CAN-BLOCK-RELOAD
}

// Skip is EXT-X-SKIP. Second edition, 4.4.5.2.
type Skip struct {
	SkippedSegments int // SKIPPED-SEGMENTS
	// RecentlyRemovedDateRanges are the IDs of RECENTLY-REMOVED-DATERANGES.
	RecentlyRemovedDateRanges []string
	// DateRangesSkipped says that the attribute was there: date ranges were left out, too.
	DateRangesSkipped bool
	// Merged says that the skipped segments were taken from ParseOptions.Previous.
	Merged bool
}

// PreloadHint is EXT-X-PRELOAD-HINT. Second edition, 4.4.5.3.
type PreloadHint struct {
	Type   string // PART or MAP
	URI    string
	Start  int64 // BYTERANGE-START
	Length int64 // BYTERANGE-LENGTH, -1 to the end of the resource
}

// RenditionReport is EXT-X-RENDITION-REPORT. Second edition, 4.4.5.4.
type RenditionReport struct {
	URI     string
	LastMSN int64 // LAST-MSN, -1 when absent
	// LastPart is LAST-PART, -1 when absent.
	LastPart int64
}

// DateRange is the sum of all EXT-X-DATERANGE with one ID. RFC 8216, 4.3.2.7.
type DateRange struct {
	ID string
	// Attributes are all attributes except ID, in the order of the text.
	Attributes []Attribute
	// Class is CLASS, or empty.
	Class string
	// StartDate and EndDate are zero when absent.
	StartDate, EndDate time.Time
	// Duration and PlannedDuration are -1 when absent.
	Duration, PlannedDuration time.Duration
	// EndOnNext is END-ON-NEXT=YES.
	EndOnNext bool
	// Segment is the index of the segment that follows the first tag; len(Segments) after the last.
	Segment int
}

// Attribute is one attribute as it was written.
type Attribute struct {
	Name   string
	Value  string // without the quotes, variables substituted
	Quoted bool   // a quoted-string
}

// Duration returns the sum of the segments' durations.
func (m *Media) Duration() time.Duration {
	if len(m.Segments) == 0 {
		return 0
	}
	return m.Segments[len(m.Segments)-1].End()
}

// At returns the index of the segment that is shown at t, counted from the start of the first segment:
// the last one that starts at or before t and has a duration. Times before the first segment give 0,
// times at the end or after it the last index, a playlist without segments -1. Where no segment has a duration, it is the first.
func (m *Media) At(t time.Duration) int {
	n := len(m.Segments)
	switch {
	case n == 0:
		return -1
	case m.Duration() == 0:
		return 0
	}
	i := sort.Search(n, func(i int) bool { return m.Segments[i].End() > t })
	return min(i, n-1)
}

// BySequence returns the index of the segment with a media sequence number, or of its first part, -1 when it is not there.
func (m *Media) BySequence(sequence uint64) int {
	i := sort.Search(len(m.Segments), func(i int) bool { return m.Segments[i].Sequence >= sequence })
	if i < len(m.Segments) && m.Segments[i].Sequence == sequence {
		return i
	}
	return -1
}

// WithParts returns the playlist with each part in the place of its segment, those of the segment that is being made too: what a player
// near the live edge loads. Segments that are encrypted as a whole stay whole, and what is being made of such is left out. Without any
// parts it is the playlist itself. Second edition, 4.4.4.9 and 6.3.1.
func (m *Media) WithParts() *Media {
	partial := m.Partial != nil && m.Partial.divisible()
	if !partial && !slices.ContainsFunc(m.Segments, func(s Segment) bool { return s.divisible() }) {
		return m
	}
	parts := *m
	parts.Segments = make([]Segment, 0, len(m.Segments)+len(m.Segments)/4+8)
	for i := range m.Segments {
		parts.Segments = m.Segments[i].appendParts(parts.Segments)
	}
	if partial {
		parts.Segments = m.Partial.appendParts(parts.Segments)
	}
	return &parts
}

// divisible says whether the segment has parts that can be read one after the other.
func (s *Segment) divisible() bool {
	return len(s.Parts) > 0 && !slices.ContainsFunc(s.Keys, func(k Key) bool { return !strings.HasPrefix(k.Method, "SAMPLE-AES") })
}

// appendParts appends the segment's parts, or the segment where it is not divisible.
func (s *Segment) appendParts(to []Segment) []Segment {
	if !s.divisible() {
		return append(to, *s)
	}
	start := s.Start
	for i := range s.Parts {
		part := *s
		part.URI, part.ByteRange, part.Gap = s.Parts[i].URI, s.Parts[i].ByteRange, s.Gap || s.Parts[i].Gap
		part.Start, part.Duration, part.Parts, part.Part = start, s.Parts[i].Duration, nil, i+1
		part.Discontinuity = s.Discontinuity && i == 0
		if !s.ProgramDateTime.IsZero() {
			part.ProgramDateTime = s.ProgramDateTime.Add(start - s.Start)
		}
		part.DateTimeTag = s.DateTimeTag && i == 0
		start += part.Duration
		to = append(to, part)
	}
	if s.URI != "" {
		to[len(to)-1].Duration += s.End() - start // rounding
	}
	return to
}
