package caption

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of a file and of a cue. A file beyond its limits is refused; of a cue beyond its limits
// the rest is cut off, or, where its text has more bytes, the cue is left out.
const (
	maxBytes      = 16 << 20 // of a file
	maxCues       = 100_000  // of a file
	maxTrackBytes = 48 << 20 // that a file's cues take: 100,000 cues of two lines with 50 letters each take 33 MB
	maxCueBytes   = 16 << 10 // of a cue's text with its tags
	maxNameBytes  = 256      // of a cue's identifier, and of a voice
)

var (
	// ErrNotWebVTT is returned for what does not begin as WebVTT does.
	ErrNotWebVTT = errors.New("it is not WebVTT")
	// ErrUnknown is returned for a file of which no cue can be read.
	ErrUnknown = errors.New("they are no subtitles that are known")
	// ErrTooLarge is returned for a file beyond a limit.
	ErrTooLarge = errors.New("the subtitles are too large")
)

// The limits of a file that are errors.
var (
	errFileBytes  = fmt.Errorf("%w: more than %d MiB", ErrTooLarge, maxBytes>>20)
	errTrackCues  = fmt.Errorf("%w: more than %d cues", ErrTooLarge, maxCues)
	errTrackBytes = fmt.Errorf("%w: its cues take more than %d MiB", ErrTooLarge, maxTrackBytes>>20)
)

// Track is a file of subtitles.
type Track struct {
	Cues []Cue
	// Map is X-TIMESTAMP-MAP, nil without one. RFC 8216, 3.5.
	Map *TimestampMap
	// Cut is how many cues were cut or left out, since they are beyond the limits of a cue.
	Cut int
}

// TimestampMap says that a time of the cues is one of the media: MPEGTS ticks of 90 kHz, modulo
// 2^33. What the file leaves out is 0.
type TimestampMap struct {
	Local  time.Duration
	MPEGTS uint64
}

// Parse reads a file. It returns ErrNotWebVTT or ErrTooLarge, wrapped; whatever else is wrong costs
// the cue that it is in. data is read in place and not kept: of each cue one copy is made of the
// text that is shown. WebVTT, 6.1.
func Parse(data []byte) (*Track, error) {
	if len(data) > maxBytes {
		return nil, errFileBytes
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	rest, ok := bytes.CutPrefix(data, []byte("WEBVTT"))
	if !ok || len(rest) > 0 && !bytes.ContainsRune([]byte(" \t\r\n"), rune(rest[0])) {
		return nil, ErrNotWebVTT
	}
	p := &parser{lines: lines{text: rest, feed: -1, carriage: -1}}
	p.lines.next() // the rest of the first line
	p.header()
	for p.more() {
		if p.block(); len(p.track.Cues) > maxCues {
			return nil, errTrackCues
		}
		if p.bytes > maxTrackBytes {
			return nil, errTrackBytes
		}
	}
	return &p.track, nil
}

// parser reads one file.
type parser struct {
	lines  lines
	track  Track
	bytes  int // that the cues of track take
	reader textReader
}

// arrow stands between the times of a cue.
var arrow = []byte("-->")

// header reads the lines before the first empty one. A cue may follow without an empty line.
func (p *parser) header() {
	for p.lines.at < len(p.lines.text) {
		before := p.lines
		line := p.lines.next()
		if len(line) == 0 {
			return
		}
		if bytes.Contains(line, arrow) {
			p.lines = before
			return
		}
		if len(line) <= maxNameBytes {
			p.track.header(string(line))
		}
	}
}

// more goes to the next line that is not empty. It returns false at the end of the file.
func (p *parser) more() bool {
	for p.lines.at < len(p.lines.text) {
		before := p.lines
		if len(p.lines.next()) > 0 {
			p.lines = before
			return true
		}
	}
	return false
}

// block reads the lines up to an empty one: cues, or what is left out. A cue may begin within,
// where an empty line was forgotten. A line before the times is the cue's identifier if it is the
// first of its block.
func (p *parser) block() {
	var first, times, id []byte
	text, end := 0, 0
	for number := 0; p.lines.at < len(p.lines.text); number++ {
		before := p.lines.at
		line := p.lines.next()
		if len(line) == 0 {
			break
		}
		if number == 0 {
			first = line
		}
		if bytes.Contains(line, arrow) {
			if times != nil {
				p.cue(times, p.lines.text[text:max(end, text)], id)
			}
			times, id, text = line, nil, p.lines.at
			if number == 1 {
				id = first
			}
		}
		end = before + len(line)
	}
	if times != nil {
		p.cue(times, p.lines.text[text:max(end, text)], id)
	}
}

// header reads a line of the header.
func (t *Track) header(line string) {
	value, ok := strings.CutPrefix(line, "X-TIMESTAMP-MAP=")
	if !ok {
		return
	}
	var m TimestampMap
	local, ticks := false, false
	for field := range strings.SplitSeq(value, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), ":")
		switch value = strings.TrimSpace(value); name {
		case "LOCAL":
			m.Local, local = parseTime(value)
		case "MPEGTS":
			m.MPEGTS, ticks = parseTicks(value)
		}
	}
	if local || ticks {
		t.Map = &m
	}
}

// parseTicks reads a time stamp of MPEG-2, of which packagers write more than its 33 bits, or a
// negative number. ISO/IEC 13818-1, 2.4.3.7.
func parseTicks(text string) (ticks uint64, ok bool) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		var signed int64
		signed, err = strconv.ParseInt(text, 10, 64)
		n = uint64(signed)
	}
	return n & (1<<33 - 1), err == nil
}

// cue reads the times and the text of a cue. A cue that makes no sense is left out.
func (p *parser) cue(times, text, id []byte) {
	from, rest, _ := bytes.Cut(times, arrow)
	rest = bytes.TrimLeft(rest, " \t")
	to, settings := rest, []byte(nil)
	if i := bytes.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("0123456789:.", r) }); i >= 0 {
		to, settings = rest[:i], rest[i:] // white space between them is often forgotten
	}
	start, ok := parseTime(brief(bytes.TrimSpace(from)))
	end, ok2 := parseTime(brief(to))
	if !ok || !ok2 || end <= start {
		return
	}
	if len(text) > maxCueBytes {
		p.track.Cut++
		return
	}
	c := Cue{ID: clean(brief(id)), Start: start, End: end, Settings: parseSettings(brief(settings))}
	var cut, shows bool
	if c.Lines, cut, shows = p.reader.read(clean(string(text))); cut {
		p.track.Cut++
	}
	if shows {
		p.track.Cues = append(p.track.Cues, c)
		p.bytes += c.Size()
	}
}

// brief returns text as a string of at most maxNameBytes.
func brief(text []byte) string { return string(text[:min(len(text), maxNameBytes)]) }

// mend makes of a file's characters those of its text. WebVTT, 6.1, steps 2 and 3.
var mend = strings.NewReplacer("\x00", "\uFFFD", "\r\n", "\n", "\r", "\n")

// clean returns a text with its ends of lines as "\n", and without bytes that are no characters.
func clean(text string) string { return mend.Replace(strings.ToValidUTF8(text, "\uFFFD")) }

// lines are those of a text, which ends them with CR, LF, or both. Each byte is looked at a fixed
// number of times.
type lines struct {
	text           []byte
	at             int // where the next line begins
	feed, carriage int // the next LF and CR from at on, if not before at
}

// next returns the next line without its end.
func (l *lines) next() []byte {
	l.feed = l.find(l.feed, '\n')
	l.carriage = l.find(l.carriage, '\r')
	end := min(l.feed, l.carriage)
	line := l.text[l.at:end]
	l.at = min(end+1, len(l.text))
	if l.carriage < l.feed && l.at == l.feed {
		l.at = min(l.at+1, len(l.text))
	}
	return line
}

// find returns where a byte is next, or the text's length. known is what it returned before.
func (l *lines) find(known int, b byte) int {
	if known >= l.at {
		return known
	}
	if i := bytes.IndexByte(l.text[l.at:], b); i >= 0 {
		return l.at + i
	}
	return len(l.text)
}

// parseTime reads hh:mm:ss.ttt or mm:ss.ttt. WebVTT, 6.3, "collect a WebVTT timestamp".
func parseTime(text string) (time.Duration, bool) {
	clock, fraction, ok := strings.Cut(text, ".")
	parts := strings.Split(clock, ":")
	if !ok || len(fraction) != 3 || len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	total := int64(0)
	for i, part := range append(parts, fraction) {
		if part == "" || len(part) > 6 || strings.Trim(part, "0123456789") != "" {
			return 0, false
		}
		n, err := strconv.ParseInt(part, 10, 32)
		minutes := i >= len(parts)-2 && i < len(parts)
		if err != nil || minutes && (n > 59 || len(part) != 2) {
			return 0, false
		}
		if i == len(parts) {
			total = total*1000 + n
		} else {
			total = total*60 + n
		}
	}
	return time.Duration(total) * time.Millisecond, true
}

// The values that settings can have. What a cue keeps is one of these, and no part of its file.
var (
	verticals  = []string{"rl", "lr"}
	alignments = []string{"start", "center", "end", "left", "right"}
)

// parseSettings reads the words after the times; those that make no sense are left out. WebVTT, 6.3.
func parseSettings(text string) Settings {
	s := Settings{Size: 100, Align: "center"}
	for word := range strings.FieldsSeq(text) {
		key, value, _ := strings.Cut(word, ":")
		first, _, _ := strings.Cut(value, ",")
		switch key {
		case "vertical":
			if i := slices.Index(verticals, value); i >= 0 {
				s.Vertical = verticals[i]
			}
		case "line":
			if n, ok := percentage(first); ok {
				s.Line, s.HasLine, s.Percent = n, true, true
			} else if n, err := strconv.ParseFloat(first, 64); err == nil && math.Abs(n) < 1000 {
				s.Line, s.HasLine, s.Percent = n, true, false
			}
		case "position":
			if n, ok := percentage(first); ok {
				s.Position, s.HasPosition = n, true
			}
		case "size":
			if n, ok := percentage(value); ok {
				s.Size = n
			}
		case "align":
			if i := slices.Index(alignments, value); i >= 0 {
				s.Align = alignments[i]
			} else if value == "middle" { // of older drafts
				s.Align = "center"
			}
		}
	}
	return s
}

func percentage(text string) (float64, bool) {
	digits, ok := strings.CutSuffix(text, "%")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseFloat(digits, 64)
	return n, err == nil && n >= 0 && n <= 100
}
