package hls

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/grafov/m3u8"
)

// Limits of a multivariant playlist.
const (
	maxVariants    = 10_000
	maxRenditions  = 10_000
	maxSessionTags = 10_000
	maxBandwidth   = 1 << 53 // bits per second
	maxPixels      = 1 << 20 // of a width or height
	maxSampleRate  = 1 << 30
	variantBytes   = 512
)

// multivariantReader collects a multivariant playlist.
type multivariantReader struct {
	variants []Variant // of EXT-X-STREAM-INF
	iframes  []Variant // of EXT-X-I-FRAME-STREAM-INF
	pending  bool      // EXT-X-STREAM-INF was read, its URI comes
	ignored  bool      // that URI is to be ignored
	next     Variant
	simple   []byte // its attributes for the parser behind this one

	streamInput, iframeInput []byte

	renditions   []Rendition
	sessionKeys  []Key
	sessionData  []SessionData
	sessionLines []int // of sessionData
	steering     *ContentSteering
	steeringLine int
}

// readMultivariantTag reads the tags of RFC 8216, 4.3.4.
func (p *parser) readMultivariantTag(name, value string) {
	switch name {
	case "#EXT-X-STREAM-INF":
		p.readStreamInf(value)
	case "#EXT-X-I-FRAME-STREAM-INF":
		p.readIFrameStreamInf(value)
	case "#EXT-X-MEDIA":
		p.readRendition(value)
	case "#EXT-X-SESSION-KEY":
		p.readSessionKey(value)
	case "#EXT-X-SESSION-DATA":
		p.readSessionData(value)
	case "#EXT-X-CONTENT-STEERING":
		p.readContentSteering(value)
	default:
		return
	}
	p.multivariantTag()
}

// readStreamInf reads EXT-X-STREAM-INF; its URI line follows. RFC 8216, 4.3.4.2.
func (p *parser) readStreamInf(value string) {
	p.kind.streams++
	m := &p.multi
	a := p.attributes(value, "4.3.4.2")
	m.next = p.variant(a)
	v := &m.next
	v.Audio, v.Subtitles = a.text("AUDIO"), a.text("SUBTITLES")
	v.FrameRate, _ = a.decimal("FRAME-RATE", false)
	if cc := a.find("CLOSED-CAPTIONS"); cc != nil {
		if v.NoClosedCaptions = !cc.Quoted && cc.Value == "NONE"; !v.NoClosedCaptions {
			v.ClosedCaptions = a.text("CLOSED-CAPTIONS")
		}
	}
	m.simple = simpleAttributes(m.simple[:0], v)
	m.pending, m.ignored = true, a.ignore
}

// variant reads the attributes that both kinds of variants have.
func (p *parser) variant(a *attributes) Variant {
	a.require("BANDWIDTH")
	v := Variant{
		Codecs: a.text("CODECS"), Video: a.text("VIDEO"), VideoRange: a.word("VIDEO-RANGE"),
		HDCPLevel: a.enum("HDCP-LEVEL", "NONE", "TYPE-0", "TYPE-1"), PathwayID: a.text("PATHWAY-ID"),
		StableID: a.text("STABLE-VARIANT-ID"), SupplementalCodecs: a.text("SUPPLEMENTAL-CODECS"),
		AllowedCPC: a.text("ALLOWED-CPC"), Line: p.line,
	}
	if a.has("NAME") {
		v.Name = strings.Clone(p.substitute(a.find("NAME").Value))
	}
	v.Bandwidth, _ = a.bounded("BANDWIDTH", maxBandwidth)
	v.AverageBandwidth, _ = a.bounded("AVERAGE-BANDWIDTH", maxBandwidth)
	v.Width, v.Height = p.resolution(a)
	if score, ok := a.decimal("SCORE", false); ok {
		v.Score = score
	}
	if v.VideoRange != "" && !slices.Contains([]string{"SDR", "HLG", "PQ"}, v.VideoRange) {
		p.should("bis 4.4.6.2", "VIDEO-RANGE is unknown: the variant should not be played")
	}
	if v.StableID != "" && !isStableID(v.StableID) {
		p.must("bis 4.4.6.2", "STABLE-VARIANT-ID has a character that is not allowed")
	}
	if a.has("REQ-VIDEO-LAYOUT") {
		v.ReqVideoLayout = a.text("REQ-VIDEO-LAYOUT")
		if !knownLayout(v.ReqVideoLayout) {
			p.should("bis 4.4.6.2", "a variant is ignored: its REQ-VIDEO-LAYOUT is unknown")
			a.ignore = true
		}
	}
	p.charge(variantBytes)
	return v
}

// resolution reads RESOLUTION. RFC 8216, 4.2 (decimal-resolution).
func (p *parser) resolution(a *attributes) (width, height int) {
	at := a.find("RESOLUTION")
	if at == nil {
		return 0, 0
	}
	w, h, _ := strings.Cut(at.Value, "x")
	wide, ok := parseInteger(w)
	high, okHigh := parseInteger(h)
	if at.Quoted || !ok || !okHigh {
		p.must("4.2", "RESOLUTION is not a width and a height")
	}
	if !ok || !okHigh || wide > maxPixels || high > maxPixels {
		return 0, 0
	}
	return int(wide), int(high)
}

// isStableID says whether s has the characters of STABLE-VARIANT-ID and STABLE-RENDITION-ID alone.
func isStableID(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		return c >= 0x80 || !isVariableByte(byte(c)) && !strings.ContainsRune("+/=.", c)
	})
}

// knownLayout says whether every specifier of REQ-VIDEO-LAYOUT is known. Second edition, 4.4.6.2.
func knownLayout(s string) bool {
	for _, entry := range strings.Split(s, ",") {
		for _, specifier := range strings.Split(entry, "/") {
			switch specifier {
			case "CH-STEREO", "CH-MONO", "PROJ-RECT", "PROJ-EQUI", "PROJ-HEQU", "PROJ-PRIM":
			default:
				return false
			}
		}
	}
	return true
}

// addVariant ends the variant that was being read.
func (p *parser) addVariant(uri string) {
	m := &p.multi
	m.pending = false
	if m.ignored {
		return
	}
	if len(m.variants) >= maxVariants {
		p.tooLarge("the playlist has more than %d variants", maxVariants)
		return
	}
	v := m.next
	v.URI = p.resolve(uri)
	m.variants = append(m.variants, v)
	m.streamInput = fmt.Appendf(m.streamInput, "#EXT-X-STREAM-INF:%s\n%s\n", m.simple, v.URI)
}

// readIFrameStreamInf reads EXT-X-I-FRAME-STREAM-INF. RFC 8216, 4.3.4.3.
func (p *parser) readIFrameStreamInf(value string) {
	p.kind.streams++
	a := p.attributes(value, "4.3.4.3")
	v := p.variant(a)
	if !a.require("URI") {
		return
	}
	if v.URI = a.uri("URI"); v.URI == "" || a.ignore || p.err != nil {
		return
	}
	m := &p.multi
	if len(m.iframes) >= maxVariants {
		p.tooLarge("the playlist has more than %d I-frame variants", maxVariants)
		return
	}
	m.iframes = append(m.iframes, v)
	m.iframeInput = fmt.Appendf(m.iframeInput, "#EXT-X-I-FRAME-STREAM-INF:%s,URI=\"%s\"\n", simpleAttributes(nil, &v), v.URI)
}

// simpleAttributes writes the attributes that the parser behind this one reads.
func simpleAttributes(dst []byte, v *Variant) []byte {
	dst = fmt.Appendf(dst, "BANDWIDTH=%d", min(v.Bandwidth, 1<<31-1))
	for _, at := range []struct{ name, value string }{{"CODECS", v.Codecs}, {"NAME", v.Name}} {
		if at.value != "" {
			dst = fmt.Appendf(dst, ",%s=\"%s\"", at.name, at.value)
		}
	}
	if v.Width > 0 && v.Height > 0 {
		dst = fmt.Appendf(dst, ",RESOLUTION=%dx%d", v.Width, v.Height)
	}
	if v.FrameRate > 0 {
		dst = append(dst, ",FRAME-RATE="...)
		dst = strconv.AppendFloat(dst, v.FrameRate, 'f', -1, 64)
	}
	return dst
}

// decodeVariants lets the parser read the variants. I-frame variants come first: it gives what stands
// before one of them to it alone.
func (p *parser) decodeVariants() {
	m := &p.multi
	text := slices.Concat([]byte("#EXTM3U\n"), m.iframeInput, m.streamInput)
	list := m3u8.NewMasterPlaylist()
	err := guard(func() error { return list.Decode(*bytes.NewBuffer(text), false) })
	if err != nil || len(list.Variants) != len(m.iframes)+len(m.variants) {
		p.err = errDesync
		return
	}
	for i, read := range list.Variants {
		var ours *Variant
		if i < len(m.iframes) {
			ours = &m.iframes[i]
		} else {
			ours = &m.variants[i-len(m.iframes)]
		}
		if read.URI != ours.URI || read.Iframe != (i < len(m.iframes)) {
			p.err = errDesync
			return
		}
		ours.Codecs, ours.Name, ours.FrameRate = read.Codecs, read.Name, read.FrameRate
	}
}

// finishMultivariant puts a multivariant playlist together.
func (p *parser) finishMultivariant() *Multivariant {
	m := &p.multi
	if m.pending {
		p.mustAt(m.next.Line, "4.3.4.2", "an EXT-X-STREAM-INF has no URI line")
	}
	if p.importLine > 0 {
		p.mustAt(p.importLine, "bis 4.4.2.3", "EXT-X-DEFINE with IMPORT stands in a multivariant playlist")
	}
	p.decodeVariants()
	if p.err != nil {
		return nil
	}
	p.checkGroups()
	p.checkVariants()
	p.checkSession()
	return &Multivariant{
		Variants: m.variants, IFrameVariants: m.iframes, Renditions: m.renditions, SessionKeys: m.sessionKeys,
		SessionData: m.sessionData, ContentSteering: m.steering, Start: p.start,
	}
}
