package hls

import (
	"slices"
	"strings"
	"time"
)

const (
	maxDateRanges  = 100_000
	attributeBytes = 48
)

// readDateRange reads EXT-X-DATERANGE. RFC 8216, 4.3.2.7. Clients should ignore those that are wrong.
func (p *parser) readDateRange(value string) {
	const clause = "4.3.2.7"
	if p.media.dateRangeLine == 0 {
		p.media.dateRangeLine = p.line
	}
	a := p.attributes(value, clause)
	if a.ignore || !a.require("ID") {
		return
	}
	id := a.text("ID")
	m := &p.media
	if m.rangesByID == nil {
		m.rangesByID = make(map[string]int)
	}
	index, known := m.rangesByID[id]
	d := DateRange{ID: id, Segment: len(m.segments), Duration: -1, PlannedDuration: -1}
	if known {
		d = m.media.DateRanges[index]
		d.Attributes = slices.Clone(d.Attributes)
	} else if len(m.media.DateRanges) >= maxDateRanges {
		p.tooLarge("the playlist has more than %d date ranges", maxDateRanges)
		return
	}
	for _, at := range a.list {
		if at.Name != "ID" {
			p.mergeAttribute(&d, at)
		}
	}
	if len(d.Attributes) > maxAttributes {
		p.tooLarge("a date range has more than %d attributes", maxAttributes)
		return
	}
	p.charge((attributeBytes + 1) * (len(d.Attributes) + 1))
	if !p.dateRangeFields(&d, a) || p.err != nil {
		return
	}
	if known {
		m.media.DateRanges[index] = d
		return
	}
	m.rangesByID[id] = len(m.media.DateRanges)
	m.media.DateRanges = append(m.media.DateRanges, d)
}

// mergeAttribute adds an attribute of a further tag with the same ID. It may not change one.
func (p *parser) mergeAttribute(d *DateRange, at Attribute) {
	value := p.substitute(at.Value)
	for i := range d.Attributes {
		if old := &d.Attributes[i]; old.Name == at.Name {
			if old.Value != value || old.Quoted != at.Quoted {
				p.must("4.3.2.7", "two EXT-X-DATERANGE with one ID differ in %s", known(at.Name))
			}
			return
		}
	}
	if strings.HasPrefix(at.Name, "X-") && !at.Quoted {
		_, _, isHex := hexDigits(value)
		_, isDecimal, _ := parseDecimal(value, true)
		if !isHex && !isDecimal {
			p.must("4.3.2.7", "an X- attribute is neither a quoted string nor a number")
		}
	}
	p.charge(len(at.Name) + len(value))
	d.Attributes = append(d.Attributes, Attribute{Name: strings.Clone(at.Name), Value: strings.Clone(value), Quoted: at.Quoted})
}

// dateRangeFields reads the attributes that mean something to everybody. It says whether the tag may be
// kept.
func (p *parser) dateRangeFields(d *DateRange, a *attributes) bool {
	const clause = "4.3.2.7"
	if a.has("CLASS") {
		d.Class = a.text("CLASS")
	}
	ok := p.dateAttribute(a, "START-DATE", &d.StartDate) && p.dateAttribute(a, "END-DATE", &d.EndDate) &&
		p.lengthAttribute(a, "DURATION", &d.Duration) && p.lengthAttribute(a, "PLANNED-DURATION", &d.PlannedDuration)
	if !ok {
		return false
	}
	if d.StartDate.IsZero() {
		p.must(clause, "START-DATE is missing")
		return false
	}
	if a.has("END-ON-NEXT") {
		if a.word("END-ON-NEXT") != "YES" {
			p.must(clause, "END-ON-NEXT is not YES")
			return false
		}
		d.EndOnNext = true
	}
	if d.EndOnNext && d.Class == "" {
		p.must(clause, "END-ON-NEXT is there without CLASS")
	}
	if d.EndOnNext && (d.Duration >= 0 || !d.EndDate.IsZero()) {
		p.must(clause, "END-ON-NEXT is there with DURATION or END-DATE")
	}
	if !d.EndDate.IsZero() && d.EndDate.Before(d.StartDate) {
		p.must(clause, "END-DATE is before START-DATE")
		return false
	}
	if !d.EndDate.IsZero() && d.Duration >= 0 && !sameMoment(d.StartDate.Add(d.Duration), d.EndDate) {
		p.must(clause, "END-DATE is not START-DATE and DURATION together")
	}
	if a.has("CUE") {
		cue := strings.Split(a.text("CUE"), ",")
		if slices.Contains(cue, "PRE") && slices.Contains(cue, "POST") {
			p.must("bis 4.4.5.1", "CUE has both PRE and POST")
		}
	}
	for _, name := range []string{"SCTE35-CMD", "SCTE35-OUT", "SCTE35-IN"} {
		a.hex(name)
	}
	return true
}

// sameMoment says whether two times are less than a millisecond apart: durations are rounded.
func sameMoment(a, b time.Time) bool {
	return a.Sub(b).Abs() < time.Millisecond
}

func (p *parser) dateAttribute(a *attributes, name string, t *time.Time) bool {
	if !a.has(name) {
		return true
	}
	date, zoned, legal, ok := p.clock.parse(a.text(name))
	if !legal {
		p.must("4.3.2.7", "%s is not an ISO 8601 date and time", name)
	}
	if ok && !zoned {
		p.should("bis 4.4.5.1", "%s has no time zone", name)
	}
	*t = date
	return ok
}

func (p *parser) lengthAttribute(a *attributes, name string, d *time.Duration) bool {
	if !a.has(name) {
		return true
	}
	length, ok := a.duration(name)
	*d = length
	return ok
}

// mergeDateRanges takes over the date ranges that an update left out. first is the index that the first
// segment had.
func (p *parser) mergeDateRanges(previous *Media, skip *Skip, first int) {
	m := &p.media
	removed := make(map[string]bool, len(skip.RecentlyRemovedDateRanges))
	for _, id := range skip.RecentlyRemovedDateRanges {
		removed[id] = true
	}
	if m.rangesByID == nil {
		m.rangesByID = make(map[string]int)
	}
	for _, d := range previous.DateRanges {
		if _, there := m.rangesByID[d.ID]; there || removed[d.ID] {
			continue
		}
		d.Segment = max(d.Segment-first, 0)
		m.rangesByID[d.ID] = len(m.media.DateRanges)
		m.media.DateRanges = append(m.media.DateRanges, d)
		p.charge((attributeBytes + 1) * (len(d.Attributes) + 1))
	}
}

// checkDateRanges checks what is about all date ranges together.
func (p *parser) checkDateRanges() {
	if line := p.media.dateRangeLine; line > 0 && !p.media.hasDateTime {
		p.mustAt(line, "4.3.2.7", "the playlist has EXT-X-DATERANGE without EXT-X-PROGRAM-DATE-TIME")
	}
	byClass := make(map[string][]*DateRange)
	ends := make(map[string]bool)
	for i := range p.media.media.DateRanges {
		d := &p.media.media.DateRanges[i]
		if d.Class != "" {
			byClass[d.Class] = append(byClass[d.Class], d)
			ends[d.Class] = ends[d.Class] || d.EndOnNext
		}
	}
	for class, ranges := range byClass {
		if !ends[class] {
			continue
		}
		slices.SortStableFunc(ranges, func(a, b *DateRange) int { return a.StartDate.Compare(b.StartDate) })
		for i := 1; i < len(ranges); i++ {
			if end := ranges[i-1].end(); end.After(ranges[i].StartDate) {
				p.mustAt(0, "4.3.2.7", "date ranges of a CLASS with END-ON-NEXT overlap")
				break
			}
		}
	}
}

// end returns when a date range is known to end, its start when that is not known.
func (d *DateRange) end() time.Time {
	switch {
	case !d.EndDate.IsZero():
		return d.EndDate
	case d.Duration > 0:
		return d.StartDate.Add(d.Duration)
	}
	return d.StartDate
}
