package caption

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// defaultFields is the order of an event's fields where the script does not say it.
var defaultFields = []string{"layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"}

// maxFields bounds the fields of an event.
const maxFields = 32

// isScript says whether a file is a script of ASS or SSA: a section of one stands at its beginning.
func isScript(data []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(data[:min(len(data), 4<<10)]))
	return bytes.HasPrefix(head, []byte("[script info]")) || bytes.Contains(head, []byte("\n[script info]")) || bytes.HasPrefix(head, []byte("[events]"))
}

// script reads a script: the text of its dialogue, with the styles that stand in it. Styles of the
// script, places, drawings and effects are left out.
func (b *builder) script(data []byte) {
	all := lines{text: data, feed: -1, carriage: -1}
	fields, events := defaultFields, false
	for all.at < len(all.text) && b.err == nil {
		line := bytes.TrimSpace(all.next())
		if len(line) > maxCueBytes {
			if events {
				b.track.Cut++
			}
			continue
		}
		if bytes.HasPrefix(line, []byte("[")) {
			events = bytes.EqualFold(line, []byte("[events]"))
			continue
		}
		key, value, found := bytes.Cut(line, []byte(":"))
		switch {
		case !events || !found:
		case bytes.EqualFold(key, []byte("format")):
			if named := fieldNames(string(value)); named != nil {
				fields = named
			}
		case bytes.EqualFold(key, []byte("dialogue")):
			b.dialogue(fields, clean(string(value)))
		}
	}
}

// fieldNames reads the order of an event's fields: nil for one without times, or in which the text,
// which may have commas, is not the last.
func fieldNames(format string) []string {
	names := strings.Split(strings.ToLower(format), ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	if len(names) > maxFields || names[len(names)-1] != "text" || !slices.Contains(names, "start") || !slices.Contains(names, "end") {
		return nil
	}
	return names
}

// dialogue adds the cue of an event.
func (b *builder) dialogue(fields []string, event string) {
	values := strings.SplitN(event, ",", len(fields))
	if len(values) < len(fields) {
		return
	}
	start, ok := scriptTime(values[slices.Index(fields, "start")])
	end, ok2 := scriptTime(values[slices.Index(fields, "end")])
	if !ok || !ok2 {
		return
	}
	b.cue(start, end, values[len(values)-1], tagsOfASS)
}

// scriptTime reads h:mm:ss.cc, with hundredths of a second.
func scriptTime(text string) (time.Duration, bool) {
	clock, fraction, _ := strings.Cut(strings.TrimSpace(text), ".")
	whole, ok := subRipTime(clock)
	hundredths, ok2 := digits(fraction)
	if !ok || !ok2 || len(fraction) > 2 {
		return 0, false
	}
	if len(fraction) == 1 {
		hundredths *= 10
	}
	return whole + time.Duration(hundredths)*10*time.Millisecond, true
}
