package hls

// readSessionKey reads EXT-X-SESSION-KEY. RFC 8216, 4.3.4.5.
func (p *parser) readSessionKey(value string) {
	const clause = "4.3.4.5"
	m := &p.multi
	// The protocol versions that keys ask for are asked of media playlists alone.
	key, ok := p.key(value, clause, func(int, string, string) {})
	if !ok {
		return
	}
	if key.Method == MethodNone {
		p.must(clause, "METHOD of EXT-X-SESSION-KEY is NONE")
		return
	}
	if len(m.sessionKeys) >= maxSessionTags {
		p.tooLarge("the playlist has more than %d EXT-X-SESSION-KEY", maxSessionTags)
		return
	}
	p.charge(keyBytes)
	m.sessionKeys = append(m.sessionKeys, key)
}

// readSessionData reads EXT-X-SESSION-DATA. RFC 8216, 4.3.4.4.
func (p *parser) readSessionData(value string) {
	const clause = "4.3.4.4"
	m := &p.multi
	a := p.attributes(value, clause)
	if !a.require("DATA-ID") {
		return
	}
	d := SessionData{
		DataID: a.text("DATA-ID"), Value: a.textOrEmpty("VALUE"), URI: a.uri("URI"), Language: a.text("LANGUAGE"),
	}
	if a.has("VALUE") == a.has("URI") {
		p.must(clause, "EXT-X-SESSION-DATA has not exactly one of VALUE and URI")
	}
	if d.URI != "" {
		d.Format = "JSON"
		if format := a.enum("FORMAT", "JSON", "RAW"); format != "" {
			d.Format = format
		}
	}
	if a.ignore {
		return
	}
	if len(m.sessionData) >= maxSessionTags {
		p.tooLarge("the playlist has more than %d EXT-X-SESSION-DATA", maxSessionTags)
		return
	}
	p.charge(variantBytes)
	m.sessionData = append(m.sessionData, d)
	m.sessionLines = append(m.sessionLines, p.line)
}

// checkSession checks that no session tag says again what another said.
func (p *parser) checkSession() {
	m := &p.multi
	keys := make(map[Key]bool, len(m.sessionKeys))
	for _, k := range m.sessionKeys {
		line := k.Line
		k.Line = 0
		if keys[k] {
			p.mustAt(line, "4.3.4.5", "two EXT-X-SESSION-KEY say the same")
		}
		keys[k] = true
	}
	type name struct{ id, language string }
	data := make(map[name]bool, len(m.sessionData))
	for i, d := range m.sessionData {
		n := name{d.DataID, d.Language}
		if data[n] {
			p.mustAt(m.sessionLines[i], "4.3.4.4", "two EXT-X-SESSION-DATA have the same DATA-ID and LANGUAGE")
		}
		data[n] = true
	}
}

// readContentSteering reads EXT-X-CONTENT-STEERING. Second edition, 4.4.6.6.
func (p *parser) readContentSteering(value string) {
	const clause = "bis 4.4.6.6"
	m := &p.multi
	if !p.once(seenContentSteering, "EXT-X-CONTENT-STEERING", clause) {
		return
	}
	a := p.attributes(value, clause)
	if !a.require("SERVER-URI") {
		return
	}
	s := ContentSteering{ServerURI: a.uri("SERVER-URI"), PathwayID: a.text("PATHWAY-ID")}
	if a.ignore || s.ServerURI == "" {
		return
	}
	m.steering, m.steeringLine = &s, p.line
}
