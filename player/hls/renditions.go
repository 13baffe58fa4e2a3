package hls

import (
	"strings"
)

// readRendition reads EXT-X-MEDIA. RFC 8216, 4.3.4.1.
func (p *parser) readRendition(value string) {
	const clause = "4.3.4.1"
	p.kind.streams++
	m := &p.multi
	a := p.attributes(value, clause)
	if !a.require("TYPE", "GROUP-ID") {
		return
	}
	a.require("NAME")
	r := Rendition{
		Type:  a.enum("TYPE", RenditionAudio, RenditionVideo, RenditionSubtitles, RenditionClosedCaptions),
		Group: a.text("GROUP-ID"), Name: a.text("NAME"), URI: a.uri("URI"), Language: a.text("LANGUAGE"),
		AssocLanguage: a.text("ASSOC-LANGUAGE"), StableID: a.text("STABLE-RENDITION-ID"),
		Default: a.yes("DEFAULT"), Autoselect: a.yes("AUTOSELECT"), Forced: a.yes("FORCED"),
		InstreamID: a.text("INSTREAM-ID"), Channels: a.text("CHANNELS"), Line: p.line,
	}
	if list := a.text("CHARACTERISTICS"); list != "" {
		r.Characteristics = strings.Split(list, ",")
	}
	if n, ok := a.bounded("BIT-DEPTH", maxSampleRate); ok {
		r.BitDepth = int(n)
	}
	if n, ok := a.bounded("SAMPLE-RATE", maxSampleRate); ok {
		r.SampleRate = int(n)
	}
	if a.ignore || p.err != nil {
		return
	}
	p.checkRendition(a, &r)
	if r.Default {
		r.Autoselect = true
	}
	if r.Type == RenditionSubtitles && r.URI == "" {
		return // nothing could be loaded
	}
	if len(m.renditions) >= maxRenditions {
		p.tooLarge("the playlist has more than %d renditions", maxRenditions)
		return
	}
	p.charge(variantBytes)
	m.renditions = append(m.renditions, r)
}

// checkRendition checks the rules for one EXT-X-MEDIA.
func (p *parser) checkRendition(a *attributes, r *Rendition) {
	const clause = "4.3.4.1"
	if r.Default && a.has("AUTOSELECT") && !r.Autoselect {
		p.must(clause, "AUTOSELECT is NO and DEFAULT is YES")
	}
	if r.Type != RenditionAudio {
		a.forbid("unless TYPE is AUDIO", "CHANNELS", "BIT-DEPTH", "SAMPLE-RATE")
	}
	if r.Type != RenditionSubtitles {
		a.forbid("unless TYPE is SUBTITLES", "FORCED")
	}
	if r.StableID != "" && !isStableID(r.StableID) {
		p.must("bis 4.4.6.1", "STABLE-RENDITION-ID has a character that is not allowed")
	}
	switch r.Type {
	case RenditionSubtitles:
		if r.URI == "" {
			p.must("4.3.4.2.1", "URI of a SUBTITLES rendition is missing")
		}
	case RenditionClosedCaptions:
		a.forbid("with TYPE=CLOSED-CAPTIONS", "URI")
		r.URI = ""
		if !isInstreamID(r.InstreamID) {
			p.must(clause, "INSTREAM-ID of closed captions is neither CC1 to CC4 nor SERVICE1 to SERVICE63")
		}
		if strings.HasPrefix(r.InstreamID, "SERVICE") {
			p.needs(7, "7", "INSTREAM-ID with a SERVICE")
		}
	default:
		if r.InstreamID != "" {
			p.needs(13, "7", "INSTREAM-ID unless TYPE is CLOSED-CAPTIONS")
		}
	}
	if r.Channels != "" {
		count, _, _ := strings.Cut(r.Channels, "/")
		if _, ok := parseInteger(count); !ok {
			p.must(clause, "CHANNELS does not begin with a number")
		}
	}
}

// isInstreamID says whether s names closed captions. RFC 8216, 4.3.4.1.
func isInstreamID(s string) bool {
	switch s {
	case "CC1", "CC2", "CC3", "CC4":
		return true
	}
	service, ok := strings.CutPrefix(s, "SERVICE")
	n, number := parseInteger(service)
	return ok && number && n >= 1 && n <= 63
}

// group names a group of renditions.
type group struct{ kind, id string }

// checkGroups checks the rules for groups of renditions. RFC 8216, 4.3.4.1.1.
func (p *parser) checkGroups() {
	const clause = "4.3.4.1.1"
	names := make(map[group]map[string]bool)
	defaults := make(map[group]bool)
	for i := range p.multi.renditions {
		r := &p.multi.renditions[i]
		g := group{r.Type, r.Group}
		if names[g] == nil {
			names[g] = make(map[string]bool)
		}
		if names[g][r.Name] {
			p.mustAt(r.Line, clause, "two renditions of a group have the same NAME")
		}
		names[g][r.Name] = true
		if r.Default && defaults[g] {
			p.mustAt(r.Line, clause, "two renditions of a group have DEFAULT=YES")
		}
		defaults[g] = defaults[g] || r.Default
	}
	p.checkGroupMembers(names)
	p.checkReferences(names)
}

// checkGroupMembers warns of groups of one type whose members differ: the specification's own examples do.
func (p *parser) checkGroupMembers(names map[group]map[string]bool) {
	firsts := make(map[string]group)
	for i := range p.multi.renditions {
		r := &p.multi.renditions[i]
		g := group{r.Type, r.Group}
		first, there := firsts[r.Type]
		if !there {
			firsts[r.Type] = g
			continue
		}
		if len(names[first]) != len(names[g]) || !names[first][r.Name] {
			p.warnAt(r.Line, "4.3.4.1.1", "groups of one TYPE have different members")
			return
		}
	}
}

// checkReferences checks that the groups that variants name are there. RFC 8216, 4.3.4.2.
func (p *parser) checkReferences(names map[group]map[string]bool) {
	check := func(v *Variant, clause, kind, id, attribute string) {
		if id != "" && names[group{kind, id}] == nil {
			p.mustAt(v.Line, clause, "%s names a group that no EXT-X-MEDIA has", attribute)
		}
	}
	for i := range p.multi.variants {
		v := &p.multi.variants[i]
		check(v, "4.3.4.2", RenditionAudio, v.Audio, "AUDIO")
		check(v, "4.3.4.2", RenditionVideo, v.Video, "VIDEO")
		check(v, "4.3.4.2", RenditionSubtitles, v.Subtitles, "SUBTITLES")
		check(v, "4.3.4.2", RenditionClosedCaptions, v.ClosedCaptions, "CLOSED-CAPTIONS")
	}
	for i := range p.multi.iframes {
		v := &p.multi.iframes[i]
		check(v, "4.3.4.3", RenditionVideo, v.Video, "VIDEO")
	}
}

// checkVariants checks what is about all variants together.
func (p *parser) checkVariants() {
	m := &p.multi
	without := 0
	pathway, scored := false, 0
	for i := range m.variants {
		v := &m.variants[i]
		if v.NoClosedCaptions {
			without++
		}
		if v.Score > 0 {
			scored++
		}
		pathway = pathway || m.steering != nil && (v.PathwayID == m.steering.PathwayID || v.PathwayID == "" && m.steering.PathwayID == ".")
	}
	if without > 0 && without < len(m.variants) {
		p.mustAt(0, "4.3.4.2", "CLOSED-CAPTIONS is NONE in some variants and not in others")
	}
	if scored > 0 && scored < len(m.variants) {
		p.warnAt(0, "bis 4.4.6.2", "some variants have a SCORE and others have none")
	}
	if m.steering != nil && m.steering.PathwayID != "" && !pathway {
		p.mustAt(m.steeringLine, "bis 4.4.6.6", "PATHWAY-ID of EXT-X-CONTENT-STEERING is no variant's")
	}
}
