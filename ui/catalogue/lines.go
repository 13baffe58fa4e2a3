package catalogue

import (
	"slices"
	"strings"
)

const (
	cardWidth     = 270 // the least width of a card
	cardMaxWidth  = 380
	gridGap       = 20
	headingHeight = 46
)

// section is a row of the service: a heading with titles below it.
type section struct {
	name   string // empty: there is no heading
	titles []Title
}

// sections sorts titles into the rows that they name, in the order in which the rows come up. Titles without a row come first, without a
// heading where there are no rows at all.
func sections(titles []Title) []section {
	var list []section
	at := make(map[string]int)
	add := func(name string, t Title) {
		i, ok := at[name]
		if !ok {
			i = len(list)
			at[name] = i
			list = append(list, section{name: name})
		}
		list[i].titles = append(list[i].titles, t)
	}
	for _, t := range titles {
		if len(t.Rows) == 0 {
			add("", t)
		}
		for _, row := range t.Rows {
			add(row, t)
		}
	}
	return list
}

// found are the titles in which every word of a search stands, each once.
func found(titles []Title, search string) []Title {
	words := strings.Fields(strings.ToLower(search))
	var list []Title
	for _, t := range titles {
		text := strings.ToLower(t.Name + " " + t.Summary)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			list = append(list, t)
		}
	}
	return list
}

// slot is a card's place: a title of a section.
type slot struct{ section, title int }

// plan is where everything stands at a width. It is cheap: it holds a number for each section.
type plan struct {
	columns  int
	card     float32 // width of a card
	line     float32 // height of a line of cards with the gap below it
	tops     []float32
	height   float32
	sections []section
}

// columnsFor returns how many cards stand side by side in a width, and how wide each is.
func columnsFor(width float32) (n int, card float32) {
	n = max(int((width+gridGap)/(cardWidth+gridGap)), 1)
	return n, min((width-gridGap*float32(n-1))/float32(n), cardMaxWidth)
}

func newPlan(list []section, width float32) plan {
	p := plan{sections: list, tops: make([]float32, len(list))}
	p.columns, p.card = columnsFor(width)
	p.line = p.card*9/16 + cardText + gridGap
	for i, s := range list {
		p.tops[i] = p.height
		lines := (len(s.titles) + p.columns - 1) / p.columns
		p.height += p.heading(i) + float32(lines)*p.line
	}
	return p
}

// heading is the height of a section's.
func (p plan) heading(section int) float32 {
	if p.sections[section].name == "" {
		return 0
	}
	return headingHeight
}

// place is where a slot's card stands.
func (p plan) place(s slot) (x, y float32) {
	return float32(s.title%p.columns) * (p.card + gridGap), p.tops[s.section] + p.heading(s.section) + float32(s.title/p.columns)*p.line
}

// visible are the sections whose heading, and the slots whose card, lies between two heights.
func (p plan) visible(from, to float32) (headings []int, slots []slot) {
	for i, s := range p.sections {
		bottom := p.height
		if i+1 < len(p.tops) {
			bottom = p.tops[i+1]
		}
		if p.tops[i] > to || bottom < from {
			continue
		}
		if s.name != "" && p.tops[i]+headingHeight >= from {
			headings = append(headings, i)
		}
		top := p.tops[i] + p.heading(i)
		first := max(int((from-top)/p.line), 0) * p.columns
		last := min((int(max(to-top, 0)/p.line)+1)*p.columns, len(s.titles))
		for t := first; t < last; t++ {
			slots = append(slots, slot{i, t})
		}
	}
	return headings, slots
}

// step is the slot that an arrow leads to: dx cards to the right, dy lines down. ok is false at an end.
func (p plan) step(s slot, dx, dy int) (to slot, ok bool) {
	if dx != 0 {
		s.title += dx
		switch {
		case s.title >= 0 && s.title < len(p.sections[s.section].titles):
			return s, true
		case s.title < 0 && s.section > 0:
			return slot{s.section - 1, len(p.sections[s.section-1].titles) - 1}, true
		case s.title >= 0 && s.section+1 < len(p.sections):
			return slot{s.section + 1, 0}, true
		}
		return slot{}, false
	}
	column := s.title % p.columns
	next := s.title + dy*p.columns
	n := len(p.sections[s.section].titles)
	lastLine := (n - 1) / p.columns
	switch {
	case next >= 0 && next < n:
		return slot{s.section, next}, true
	case dy > 0 && s.title/p.columns < lastLine:
		return slot{s.section, n - 1}, true
	case dy > 0 && s.section+1 < len(p.sections):
		return slot{s.section + 1, min(column, len(p.sections[s.section+1].titles)-1)}, true
	case dy < 0 && s.section > 0:
		above := len(p.sections[s.section-1].titles)
		return slot{s.section - 1, min((above-1)/p.columns*p.columns+column, above-1)}, true
	}
	return slot{}, false
}
