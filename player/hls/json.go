package hls

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"time"
)

const (
	schema     = "latchkey.playlist/1"
	timeFormat = "2006-01-02T15:04:05.000Z07:00"
)

// MarshalJSON writes the playlist in the schema latchkey.playlist/1. What is absent is left out, or null
// for "start"; durations are seconds. Dates of segments are those counted on, too: "program_date_time_tag"
// marks a segment's own.
func (p *Playlist) MarshalJSON() ([]byte, error) {
	v := jsonPlaylist{
		Schema: schema, Type: p.Type, Version: p.Version, IndependentSegments: p.IndependentSegments,
		Defines: p.Defines, Warnings: p.Warnings,
	}
	if p.Start != nil {
		v.Start = &jsonStart{TimeOffset: p.Start.TimeOffset, Precise: p.Start.Precise}
	}
	if v.Warnings == nil {
		v.Warnings = []Warning{}
	}
	if p.Media != nil {
		v.jsonMedia = newJSONMedia(p.Media)
	}
	if p.Multivariant != nil {
		v.jsonMultivariant = newJSONMultivariant(p.Multivariant)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the caller's encoder says
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

type jsonPlaylist struct {
	Schema              string            `json:"schema"`
	Type                Type              `json:"type"`
	Version             int               `json:"version"`
	IndependentSegments bool              `json:"independent_segments"`
	Start               *jsonStart        `json:"start"`
	Defines             map[string]string `json:"defines,omitempty"`
	Warnings            []Warning         `json:"warnings"`
	*jsonMedia
	*jsonMultivariant
}

type jsonStart struct {
	TimeOffset float64 `json:"time_offset_s"`
	Precise    bool    `json:"precise"`
}

type jsonMedia struct {
	TargetDuration        float64            `json:"target_duration_s,omitempty"`
	MediaSequence         uint64             `json:"media_sequence"`
	DiscontinuitySequence uint64             `json:"discontinuity_sequence"`
	PlaylistType          PlaylistType       `json:"playlist_type"`
	EndList               bool               `json:"endlist"`
	IFramesOnly           bool               `json:"i_frames_only"`
	PartTarget            float64            `json:"part_target_s,omitempty"`
	ServerControl         *jsonServerControl `json:"server_control,omitempty"`
	Skip                  *jsonSkip          `json:"skip,omitempty"`
	PreloadHints          []jsonPreloadHint  `json:"preload_hints,omitempty"`
	RenditionReports      []jsonReport       `json:"rendition_reports,omitempty"`
	DateRanges            []jsonDateRange    `json:"dateranges,omitempty"`
	Segments              []jsonSegment      `json:"segments"`
	Parts                 []jsonPart         `json:"parts,omitempty"` // after the last segment
}

type jsonServerControl struct {
	CanSkipUntil      float64 `json:"can_skip_until_s,omitempty"`
	CanSkipDateRanges bool    `json:"can_skip_dateranges"`
	HoldBack          float64 `json:"hold_back_s,omitempty"`
	PartHoldBack      float64 `json:"part_hold_back_s,omitempty"`
	CanBlockReload    bool    `json:"can_block_reload"`
}

type jsonSkip struct {
	SkippedSegments           int      `json:"skipped_segments"`
	RecentlyRemovedDateRanges []string `json:"recently_removed_dateranges,omitempty"`
}

type jsonPreloadHint struct {
	Type   string `json:"type"`
	URI    string `json:"uri"`
	Start  int64  `json:"byterange_start"`
	Length *int64 `json:"byterange_length,omitempty"`
}

type jsonReport struct {
	URI      string `json:"uri"`
	LastMSN  *int64 `json:"last_msn,omitempty"`
	LastPart *int64 `json:"last_part,omitempty"`
}

type jsonDateRange struct {
	ID         string            `json:"id"`
	Attributes map[string]string `json:"attributes"`
}

type jsonSegment struct {
	URI                   string     `json:"uri"`
	Duration              float64    `json:"duration_s"`
	Title                 string     `json:"title,omitempty"`
	Sequence              uint64     `json:"sequence"`
	DiscontinuitySequence uint64     `json:"discontinuity_sequence"`
	Discontinuity         bool       `json:"discontinuity"`
	ByteRange             *ByteRange `json:"byterange,omitempty"`
	ProgramDateTime       string     `json:"program_date_time,omitempty"`
	DateTimeTag           bool       `json:"program_date_time_tag,omitempty"`
	Gap                   bool       `json:"gap"`
	Bitrate               int64      `json:"bitrate,omitempty"`
	Map                   *jsonMap   `json:"map,omitempty"`
	Keys                  []jsonKey  `json:"keys,omitempty"`
	Parts                 []jsonPart `json:"parts,omitempty"`
}

type jsonMap struct {
	URI       string     `json:"uri"`
	ByteRange *ByteRange `json:"byterange,omitempty"`
	Keys      []jsonKey  `json:"keys,omitempty"`
}

type jsonKey struct {
	Method            string `json:"method"`
	URI               string `json:"uri,omitempty"`
	IV                string `json:"iv,omitempty"`
	KeyFormat         string `json:"keyformat"`
	KeyFormatVersions string `json:"keyformatversions"`
}

type jsonPart struct {
	URI         string     `json:"uri"`
	Duration    float64    `json:"duration_s"`
	Independent bool       `json:"independent"`
	Gap         bool       `json:"gap"`
	ByteRange   *ByteRange `json:"byterange,omitempty"`
}

func newJSONMedia(m *Media) *jsonMedia {
	v := &jsonMedia{
		TargetDuration: m.TargetDuration.Seconds(), MediaSequence: m.MediaSequence,
		DiscontinuitySequence: m.DiscontinuitySequence, PlaylistType: m.PlaylistType, EndList: m.EndList,
		IFramesOnly: m.IFramesOnly, PartTarget: m.PartTarget.Seconds(), Segments: make([]jsonSegment, len(m.Segments)),
	}
	if c := m.ServerControl; c != nil {
		v.ServerControl = &jsonServerControl{
			CanSkipUntil: c.CanSkipUntil.Seconds(), CanSkipDateRanges: c.CanSkipDateRanges, HoldBack: c.HoldBack.Seconds(),
			PartHoldBack: c.PartHoldBack.Seconds(), CanBlockReload: c.CanBlockReload,
		}
	}
	if m.Skip != nil {
		v.Skip = &jsonSkip{SkippedSegments: m.Skip.SkippedSegments, RecentlyRemovedDateRanges: m.Skip.RecentlyRemovedDateRanges}
	}
	for _, h := range m.PreloadHints {
		v.PreloadHints = append(v.PreloadHints, jsonPreloadHint{Type: h.Type, URI: h.URI, Start: h.Start, Length: present(h.Length)})
	}
	for _, r := range m.RenditionReports {
		v.RenditionReports = append(v.RenditionReports, jsonReport{URI: r.URI, LastMSN: present(r.LastMSN), LastPart: present(r.LastPart)})
	}
	for _, d := range m.DateRanges {
		attributes := make(map[string]string, len(d.Attributes))
		for _, a := range d.Attributes {
			attributes[a.Name] = a.Value
		}
		v.DateRanges = append(v.DateRanges, jsonDateRange{ID: d.ID, Attributes: attributes})
	}
	for i := range m.Segments {
		v.Segments[i] = newJSONSegment(&m.Segments[i])
	}
	if m.Partial != nil {
		v.Parts = newJSONParts(m.Partial.Parts)
	}
	return v
}

// present returns a pointer to a number, nil for the -1 that says that it is absent.
func present(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}

func newJSONSegment(s *Segment) jsonSegment {
	v := jsonSegment{
		URI: s.URI, Duration: s.Duration.Seconds(), Title: s.Title, Sequence: s.Sequence,
		DiscontinuitySequence: s.DiscontinuitySequence, Discontinuity: s.Discontinuity, ByteRange: s.ByteRange,
		ProgramDateTime: jsonTime(s.ProgramDateTime), DateTimeTag: s.DateTimeTag, Gap: s.Gap, Bitrate: s.Bitrate,
		Keys: newJSONKeys(s.Keys), Parts: newJSONParts(s.Parts),
	}
	if s.Map != nil {
		v.Map = &jsonMap{URI: s.Map.URI, ByteRange: s.Map.ByteRange, Keys: newJSONKeys(s.Map.Keys)}
	}
	return v
}

func jsonTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(timeFormat)
}

func newJSONKeys(keys []Key) []jsonKey {
	var list []jsonKey
	for i := range keys {
		k := &keys[i]
		v := jsonKey{Method: k.Method, URI: k.URI, KeyFormat: k.KeyFormat, KeyFormatVersions: k.KeyFormatVersions}
		if k.HasIV {
			v.IV = "0x" + hex.EncodeToString(k.IV[:])
		}
		list = append(list, v)
	}
	return list
}

func newJSONParts(parts []Part) []jsonPart {
	var list []jsonPart
	for i := range parts {
		p := &parts[i]
		list = append(list, jsonPart{
			URI: p.URI, Duration: p.Duration.Seconds(), Independent: p.Independent, Gap: p.Gap, ByteRange: p.ByteRange,
		})
	}
	return list
}
