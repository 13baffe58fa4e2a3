package hls

// Types of EXT-X-MEDIA. RFC 8216, 4.3.4.1.
const (
	RenditionAudio          = "AUDIO"
	RenditionVideo          = "VIDEO"
	RenditionSubtitles      = "SUBTITLES"
	RenditionClosedCaptions = "CLOSED-CAPTIONS"
)

// Multivariant is a multivariant (master) playlist. RFC 8216, 4.3.4.
type Multivariant struct {
	Variants       []Variant // EXT-X-STREAM-INF, in order
	IFrameVariants []Variant // EXT-X-I-FRAME-STREAM-INF, in order
	Renditions     []Rendition
	SessionKeys    []Key
	SessionData    []SessionData
	// ContentSteering is EXT-X-CONTENT-STEERING, nil when absent.
	ContentSteering *ContentSteering
	// Start is EXT-X-START, the same as the playlist's, nil when absent.
	Start *Start
}

// Variant is a variant stream: EXT-X-STREAM-INF and its URI, or EXT-X-I-FRAME-STREAM-INF. RFC 8216,
// 4.3.4.2 and 4.3.4.3. What is absent is empty or 0.
type Variant struct {
	URI              string
	Bandwidth        int64  // bits per second, BANDWIDTH
	AverageBandwidth int64  // bits per second, AVERAGE-BANDWIDTH
	Codecs           string // CODECS
	Width, Height    int    // RESOLUTION
	FrameRate        float64
	// Audio, Video, Subtitles and ClosedCaptions are the GROUP-ID of renditions.
	Audio, Video, Subtitles, ClosedCaptions string
	// NoClosedCaptions is CLOSED-CAPTIONS=NONE, without quotes.
	NoClosedCaptions   bool
	VideoRange         string  // SDR, HLG or PQ; empty means SDR
	HDCPLevel          string  // HDCP-LEVEL
	Score              float64 // SCORE
	PathwayID          string  // PATHWAY-ID; empty means "."
	StableID           string  // STABLE-VARIANT-ID
	SupplementalCodecs string  // SUPPLEMENTAL-CODECS
	AllowedCPC         string  // ALLOWED-CPC
	ReqVideoLayout     string  // REQ-VIDEO-LAYOUT
	Name               string  // NAME, which no specification has
	// Line is the tag's line, from 1.
	Line int
}

// Rendition is EXT-X-MEDIA. RFC 8216, 4.3.4.1. What is absent is empty or 0.
type Rendition struct {
	Type            string // AUDIO, VIDEO, SUBTITLES or CLOSED-CAPTIONS
	Group           string // GROUP-ID
	Name            string // NAME
	URI             string // empty: the media is in the variant's own playlist
	Language        string // LANGUAGE
	AssocLanguage   string // ASSOC-LANGUAGE
	StableID        string // STABLE-RENDITION-ID
	Default         bool   // DEFAULT
	Autoselect      bool   // AUTOSELECT
	Forced          bool   // FORCED
	InstreamID      string // INSTREAM-ID
	BitDepth        int    // BIT-DEPTH
	SampleRate      int    // SAMPLE-RATE
	Characteristics []string
	Channels        string // CHANNELS
	// Line is the tag's line, from 1.
	Line int
}

// SessionData is EXT-X-SESSION-DATA. RFC 8216, 4.3.4.4.
type SessionData struct {
	DataID   string `json:"data_id"`
	Value    string `json:"value,omitempty"`
	URI      string `json:"uri,omitempty"`
	Format   string `json:"format,omitempty"` // JSON when absent
	Language string `json:"language,omitempty"`
}

// ContentSteering is EXT-X-CONTENT-STEERING. Second edition, 4.4.6.6.
type ContentSteering struct {
	ServerURI string `json:"server_uri"`
	PathwayID string `json:"pathway_id,omitempty"`
}

// Group returns the renditions of a type (RenditionAudio ...) and group in order, nil when there are
// none.
func (m *Multivariant) Group(renditionType, group string) []Rendition {
	var found []Rendition
	for _, r := range m.Renditions {
		if r.Type == renditionType && r.Group == group {
			found = append(found, r)
		}
	}
	return found
}

// RenditionsOf returns the renditions of a type that go with a variant, in order; nil when the variant
// names no group of that type.
func (m *Multivariant) RenditionsOf(v *Variant, renditionType string) []Rendition {
	group := ""
	switch renditionType {
	case RenditionAudio:
		group = v.Audio
	case RenditionVideo:
		group = v.Video
	case RenditionSubtitles:
		group = v.Subtitles
	case RenditionClosedCaptions:
		group = v.ClosedCaptions
	}
	if group == "" {
		return nil
	}
	return m.Group(renditionType, group)
}
