package hls

type jsonMultivariant struct {
	Variants        []jsonVariant    `json:"variants"`
	IFrameVariants  []jsonVariant    `json:"i_frame_variants,omitempty"`
	Renditions      []jsonRendition  `json:"renditions,omitempty"`
	SessionKeys     []jsonKey        `json:"session_keys,omitempty"`
	SessionData     []SessionData    `json:"session_data,omitempty"`
	ContentSteering *ContentSteering `json:"content_steering,omitempty"`
}

type jsonVariant struct {
	URI                string          `json:"uri"`
	Bandwidth          int64           `json:"bandwidth"`
	AverageBandwidth   int64           `json:"average_bandwidth,omitempty"`
	Codecs             string          `json:"codecs,omitempty"`
	Resolution         *jsonResolution `json:"resolution,omitempty"`
	FrameRate          float64         `json:"frame_rate,omitempty"`
	Audio              string          `json:"audio,omitempty"`
	Video              string          `json:"video,omitempty"`
	Subtitles          string          `json:"subtitles,omitempty"`
	ClosedCaptions     string          `json:"closed_captions,omitempty"` // "NONE" without quotes, too
	VideoRange         string          `json:"video_range,omitempty"`
	HDCPLevel          string          `json:"hdcp_level,omitempty"`
	Score              float64         `json:"score,omitempty"`
	PathwayID          string          `json:"pathway_id,omitempty"`
	StableID           string          `json:"stable_id,omitempty"`
	Name               string          `json:"name,omitempty"`
	SupplementalCodecs string          `json:"supplemental_codecs,omitempty"`
	AllowedCPC         string          `json:"allowed_cpc,omitempty"`
	ReqVideoLayout     string          `json:"req_video_layout,omitempty"`
}

type jsonResolution struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type jsonRendition struct {
	Type            string   `json:"type"`
	Group           string   `json:"group"`
	Name            string   `json:"name"`
	Language        string   `json:"language,omitempty"`
	AssocLanguage   string   `json:"assoc_language,omitempty"`
	Default         bool     `json:"default"`
	Autoselect      bool     `json:"autoselect"`
	Forced          bool     `json:"forced"`
	Channels        string   `json:"channels,omitempty"`
	BitDepth        int      `json:"bit_depth,omitempty"`
	SampleRate      int      `json:"sample_rate,omitempty"`
	InstreamID      string   `json:"instream_id,omitempty"`
	Characteristics []string `json:"characteristics,omitempty"`
	StableID        string   `json:"stable_id,omitempty"`
	URI             string   `json:"uri,omitempty"`
}

func newJSONMultivariant(m *Multivariant) *jsonMultivariant {
	v := &jsonMultivariant{
		Variants: newJSONVariants(m.Variants), SessionKeys: newJSONKeys(m.SessionKeys), SessionData: m.SessionData,
		ContentSteering: m.ContentSteering, IFrameVariants: newJSONVariants(m.IFrameVariants),
	}
	for i := range m.Renditions {
		r := &m.Renditions[i]
		v.Renditions = append(v.Renditions, jsonRendition{
			Type: r.Type, Group: r.Group, Name: r.Name, Language: r.Language, AssocLanguage: r.AssocLanguage,
			Default: r.Default, Autoselect: r.Autoselect, Forced: r.Forced, Channels: r.Channels, BitDepth: r.BitDepth,
			SampleRate: r.SampleRate, InstreamID: r.InstreamID, Characteristics: r.Characteristics, StableID: r.StableID,
			URI: r.URI,
		})
	}
	return v
}

func newJSONVariants(variants []Variant) []jsonVariant {
	list := make([]jsonVariant, 0, len(variants))
	for i := range variants {
		v := &variants[i]
		j := jsonVariant{
			URI: v.URI, Bandwidth: v.Bandwidth, AverageBandwidth: v.AverageBandwidth, Codecs: v.Codecs,
			FrameRate: v.FrameRate, Audio: v.Audio, Video: v.Video, Subtitles: v.Subtitles,
			ClosedCaptions: v.ClosedCaptions, VideoRange: v.VideoRange, HDCPLevel: v.HDCPLevel, Score: v.Score,
			PathwayID: v.PathwayID, StableID: v.StableID, Name: v.Name, SupplementalCodecs: v.SupplementalCodecs,
			AllowedCPC: v.AllowedCPC, ReqVideoLayout: v.ReqVideoLayout,
		}
		if v.Width > 0 && v.Height > 0 {
			j.Resolution = &jsonResolution{Width: v.Width, Height: v.Height}
		}
		if v.NoClosedCaptions {
			j.ClosedCaptions = "NONE"
		}
		list = append(list, j)
	}
	return list
}
