package caption

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Limits of a file.
const (
	maxBytes    = 16 << 20
	maxCues     = 100_000
	maxCueBytes = 16 << 10
)

var (
	// ErrNotWebVTT is returned for what does not begin as WebVTT does.
	ErrNotWebVTT = errors.New("it is not WebVTT")
	// ErrTooLarge is returned for a file beyond a limit.
	ErrTooLarge = errors.New("the subtitles are too large")
)

// Track is a WebVTT file.
type Track struct {
	Cues []Cue
	// Map is X-TIMESTAMP-MAP, nil without one. RFC 8216, 3.5.
	Map *TimestampMap
}

// TimestampMap says that a time of the cues is one of the media: MPEGTS ticks of 90 kHz.
type TimestampMap struct {
	Local  time.Duration
	MPEGTS uint64
}

// Parse reads a file. It returns ErrNotWebVTT or ErrTooLarge, wrapped; whatever else is wrong costs the cue that it is in. data is not
// kept. WebVTT, 6.1.
func Parse(data []byte) (*Track, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%w: more than %d MiB", ErrTooLarge, maxBytes>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	rest, ok := bytes.CutPrefix(data, []byte("WEBVTT"))
	if !ok || len(rest) > 0 && !bytes.ContainsRune([]byte(" \t\r\n"), rune(rest[0])) {
		return nil, ErrNotWebVTT
	}
	text := strings.ToValidUTF8(string(rest), "\uFFFD")
	text = strings.NewReplacer("\x00", "\uFFFD", "\r\n", "\n", "\r", "\n").Replace(text)
	track := &Track{}
	lines := strings.Split(text, "\n")
	at := 1
	for ; at < len(lines) && lines[at] != ""; at++ { // the header
		if strings.Contains(lines[at], "-->") {
			break
		}
		track.header(lines[at])
	}
	for at < len(lines) {
		if lines[at] == "" {
			at++
			continue
		}
		end := at
		for end < len(lines) && lines[end] != "" {
			end++
		}
		track.block(lines[at:end])
		if len(track.Cues) > maxCues {
			return nil, fmt.Errorf("%w: more than %d cues", ErrTooLarge, maxCues)
		}
		at = end
	}
	return track, nil
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
		switch name {
		case "LOCAL":
			m.Local, local = parseTime(value)
		case "MPEGTS":
			n, err := strconv.ParseUint(value, 10, 64)
			m.MPEGTS, ticks = n&(1<<33-1), err == nil
		}
	}
	if local && ticks {
		t.Map = &m
	}
}

// block reads the lines between two empty ones: a cue, or what is left out. A cue may begin within, where a line was forgotten.
func (t *Track) block(lines []string) {
	begin := -1
	for i, line := range lines {
		if !strings.Contains(line, "-->") {
			continue
		}
		if begin >= 0 {
			t.cue(lines[begin:i], name(lines, begin))
		}
		begin = i
	}
	if begin >= 0 {
		t.cue(lines[begin:], name(lines, begin))
	}
}

// name is the line before the times, when that is the first of its block.
func name(lines []string, times int) string {
	if times == 1 {
		return lines[0]
	}
	return ""
}

// cue reads the times and the text of a cue.
func (t *Track) cue(lines []string, id string) {
	from, rest, _ := strings.Cut(lines[0], "-->")
	start, ok := parseTime(strings.TrimSpace(from))
	if !ok {
		return
	}
	rest = strings.TrimLeft(rest, " \t")
	to, settings := rest, ""
	if i := strings.IndexAny(rest, " \t"); i >= 0 {
		to, settings = rest[:i], rest[i:]
	}
	end, ok := parseTime(to)
	text := strings.Join(lines[1:], "\n")
	if !ok || end <= start || strings.TrimSpace(text) == "" || len(text) > maxCueBytes {
		return
	}
	c := Cue{ID: id, Start: start, End: end, Settings: parseSettings(settings), Lines: parseText(text)}
	if strings.TrimSpace(c.Text()) != "" {
		t.Cues = append(t.Cues, c)
	}
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

// parseSettings reads the words after the times; those that make no sense are left out. WebVTT, 6.3.
func parseSettings(text string) Settings {
	s := Settings{Size: 100, Align: "center"}
	for word := range strings.FieldsSeq(text) {
		key, value, _ := strings.Cut(word, ":")
		first, _, _ := strings.Cut(value, ",")
		switch key {
		case "vertical":
			if value == "rl" || value == "lr" {
				s.Vertical = value
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
			switch value {
			case "start", "center", "end", "left", "right":
				s.Align = value
			case "middle": // of older drafts
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
