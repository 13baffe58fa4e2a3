package hls

import "slices"

// Type is the kind of a playlist.
type Type string

// The kinds.
const (
	TypeMedia        Type = "media"        // segments
	TypeMultivariant Type = "multivariant" // variants and renditions
)

// Playlist is what Parse read. Exactly one of Media and Multivariant is set. It is not changed after
// Parse returned it and may be read by several goroutines.
type Playlist struct {
	Type Type
	// Version is EXT-X-VERSION, 1 when the tag is absent.
	Version int
	// IndependentSegments is EXT-X-INDEPENDENT-SEGMENTS.
	IndependentSegments bool
	// Start is EXT-X-START, nil when the tag is absent.
	Start *Start
	// Defines are the variables of EXT-X-DEFINE by name, those of IMPORT and QUERYPARAM too. Of a
	// multivariant playlist they are the ParseOptions.Variables of its media playlists.
	Defines map[string]string
	// Warnings tells what was tolerated, in the order of the lines.
	Warnings []Warning

	Media        *Media
	Multivariant *Multivariant

	digest digest
	size   int
}

// Size returns how many bytes the playlist takes, about: what was made of its text, and the text,
// of which some may be kept.
func (p *Playlist) Size() int { return p.size }

// Start is EXT-X-START: where playing should begin. RFC 8216, 4.3.5.2.
type Start struct {
	// TimeOffset counts from the start of the playlist, or, when negative, from its end.
	TimeOffset float64 // seconds, TIME-OFFSET
	// Precise asks that nothing before the offset is shown. PRECISE.
	Precise bool
}

// Warning is something that the specification forbids or advises against, and that was tolerated.
type Warning struct {
	// Line counts from 1; 0 when the warning is about the whole playlist.
	Line int `json:"line"`
	// Clause is the number of the clause in RFC 8216, or in its second edition when it begins with
	// "bis " (draft-pantos-hls-rfc8216bis-22).
	Clause string `json:"clause"`
	// Message is lower case, without a full stop.
	Message string `json:"message"`
}

// CheckPlayable returns ErrNoSegments, wrapped, when there is nothing to play and never will be: a media
// playlist that ended without a segment, or a multivariant playlist without a variant. A live media
// playlist may be empty for now: that is no error.
func (p *Playlist) CheckPlayable() error {
	switch {
	case p.Multivariant != nil && len(p.Multivariant.Variants) == 0:
		return errNoVariants
	case p.Media != nil && len(p.Media.Segments) == 0 && (p.Media.EndList || p.Media.PlaylistType == PlaylistVOD):
		return ErrNoSegments
	case p.Media != nil && p.Media.EndList && !slices.ContainsFunc(p.Media.Segments, func(s Segment) bool { return !s.Gap }):
		return ErrNoSegments // EXT-X-GAP stands for all of them
	}
	return nil
}
