package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"latchkey/network"
)

// Limits on a catalogue. What is beyond them is left out, but for the size, which is an error.
const (
	MaxSize   = 32 << 20 // bytes
	MaxTitles = 20_000
	MaxRows   = 200

	maxEntries     = 4 * MaxTitles // that are looked at, whether they become titles or not
	maxRowsOfTitle = 8
	maxID          = 256 // bytes
	maxURL         = 8 << 10
	maxName        = 200 // characters
	maxDescription = 2000
	maxDuration    = 1000 * time.Hour
)

// ErrFeed is a catalogue that cannot be read.
var ErrFeed = errors.New("the catalogue cannot be read")

// Catalogue is what a service has to watch. Text in it is fit to be shown, and URLs to be asked for.
type Catalogue struct {
	Name   string   // or empty
	Rows   []string // the rows that titles stand in, in order
	Titles []Title
	// LeftOut counts what the catalogue has besides: titles without a stream that may be played, those whose ID was there before, and those
	// beyond the limits.
	LeftOut int
}

// Title is something to watch.
type Title struct {
	ID          string // unique within the catalogue, and the same when it is read again
	Name        string // never empty
	Description string
	Poster      string // an absolute http or https URL, or empty
	Source      string // an absolute http or https URL
	Rows        []string
	Live        bool
	Protected   bool          // needs the sign-in
	Duration    time.Duration // 0: not known
}

// builder collects titles within the limits.
type builder struct {
	base  *url.URL
	local bool // the catalogue is of this computer or the network around it
	list  Catalogue
	ids   map[string]bool
	order []string // rows that were named in order before any title
	seen  int      // entries
}

func newBuilder(base string) (*builder, error) {
	u, err := network.ParseURL(base)
	if err != nil {
		return nil, fmt.Errorf("%w: where it came from: %w", ErrFeed, err)
	}
	return &builder{base: u, local: network.LocalHost(u.Hostname()), ids: make(map[string]bool)}, nil
}

// full says that no more titles are taken.
func (b *builder) full() bool { return len(b.list.Titles) == MaxTitles || b.seen == maxEntries }

// add takes a title as the catalogue has it.
func (b *builder) add(t Title) {
	if b.full() {
		b.list.LeftOut++
		return
	}
	b.seen++
	source, ok := b.resolve(t.Source)
	if !ok {
		b.list.LeftOut++
		return
	}
	t.Source = source.String()
	poster, ok := b.resolve(t.Poster)
	t.Poster = ""
	if ok {
		t.Poster = poster.String()
	}
	t.Name, t.Description = clean(t.Name, maxName), clean(t.Description, maxDescription)
	if t.Name == "" {
		t.Name = lastPart(source)
	}
	rows := t.Rows
	t.Rows = nil
	for _, row := range rows {
		if row = clean(row, maxName); row != "" && len(t.Rows) < maxRowsOfTitle && !slices.Contains(t.Rows, row) && b.row(row) {
			t.Rows = append(t.Rows, row)
		}
	}
	if t.Duration < 0 || t.Duration > maxDuration || t.Live {
		t.Duration = 0
	}
	if len(t.ID) > maxID || clean(t.ID, maxID) != t.ID {
		t.ID = "" // it goes into other programs' names, and no two of them may be cut to one
	}
	if t.ID == "" {
		t.ID = derivedID(t.Name, source)
	}
	if b.ids[t.ID] {
		b.list.LeftOut++
		return
	}
	b.ids[t.ID] = true
	b.list.Titles = append(b.list.Titles, t)
}

// row notes that a title stands in a row, and reports whether there is room for that.
func (b *builder) row(name string) bool {
	if slices.Contains(b.list.Rows, name) {
		return true
	}
	if len(b.list.Rows) == MaxRows {
		return false
	}
	b.list.Rows = append(b.list.Rows, name)
	return true
}

// finish returns the catalogue, its rows in the order that was asked for and, where none was, in that of the titles.
func (b *builder) finish() *Catalogue {
	used := b.list.Rows
	b.list.Rows = nil
	for _, rows := range [][]string{b.order, used} {
		for _, row := range rows {
			if slices.Contains(used, row) && !slices.Contains(b.list.Rows, row) {
				b.list.Rows = append(b.list.Rows, row)
			}
		}
	}
	return &b.list
}

// resolve makes a reference of the catalogue absolute, and reports whether it may be asked for.
func (b *builder) resolve(reference string) (*url.URL, bool) {
	if reference == "" || len(reference) > maxURL {
		return nil, false
	}
	u, err := b.base.Parse(reference)
	if err != nil || u.User != nil {
		return nil, false
	}
	u, err = network.ParseURL(u.String())
	if err != nil || network.LocalHost(u.Hostname()) && !b.local {
		return nil, false
	}
	return u, true
}

// derivedID tells apart titles that have no ID. The query is left out, since it may change from one reading to the next.
func derivedID(name string, source *url.URL) string {
	sum := sha256.Sum256([]byte(name + "\n" + network.Origin(source) + "\n" + source.EscapedPath()))
	return hex.EncodeToString(sum[:8])
}
