package caption

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// subRip reads a SubRip file. There is no standard of it: a cue's text is what stands between two
// lines of times, without the number before the second one and the empty lines around it.
func (b *builder) subRip(data []byte) {
	all := lines{text: data, feed: -1, carriage: -1}
	var start, end time.Duration
	open := false                 // a cue is
	text, last, before := 0, 0, 0 // where its text begins, where its last line with text ends, and the one before that
	number := false               // the last line with text is a number
	finish := func(here bool) {
		if !open {
			return
		}
		if here && number {
			last = before
		}
		b.subRipCue(start, end, data[text:max(text, last)])
	}
	for all.at < len(all.text) && b.err == nil {
		from := all.at
		line := all.next()
		if s, e, ok := subRipTimes(line); ok {
			finish(true)
			start, end, open = s, e, true
			text, last, before, number = all.at, all.at, all.at, false
			continue
		}
		if plain := bytes.TrimSpace(line); len(plain) > 0 {
			before, last = last, from+len(line)
			number = len(plain) <= 9 && len(bytes.Trim(plain, "0123456789")) == 0
		}
	}
	if b.err == nil {
		finish(false)
	}
}

// subRipCue adds a cue with the text of a file.
func (b *builder) subRipCue(start, end time.Duration, text []byte) {
	if len(text) > maxCueBytes {
		b.track.Cut++
		return
	}
	b.cue(start, end, trimmed(text), tagsOfSubRip)
}

// subRipTimes reads a line of times: "00:00:01,500 --> 00:00:02,000", with what may follow.
func subRipTimes(line []byte) (start, end time.Duration, ok bool) {
	from, rest, found := bytes.Cut(line, arrow)
	if !found || len(from) > maxNameBytes {
		return 0, 0, false
	}
	to, _, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(" "))
	start, ok = subRipTime(string(bytes.TrimSpace(from)))
	if !ok {
		return 0, 0, false
	}
	end, ok = subRipTime(brief(to))
	return start, end, ok
}

// subRipTime reads hours, minutes, seconds and milliseconds. Hours and milliseconds may be missing,
// and the comma may be a point.
func subRipTime(text string) (time.Duration, bool) {
	clock, fraction, split := strings.Cut(strings.Replace(text, ".", ",", 1), ",")
	parts := strings.Split(clock, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	total := int64(0)
	for _, part := range parts {
		n, ok := digits(part)
		if !ok {
			return 0, false
		}
		total = total*60 + n
	}
	milliseconds := int64(0)
	if split {
		n, ok := digits(fraction)
		if !ok || len(fraction) > 3 {
			return 0, false
		}
		milliseconds = n
	}
	return time.Duration(total)*time.Second + time.Duration(milliseconds)*time.Millisecond, true
}

// digits reads a number of six digits at most.
func digits(text string) (int64, bool) {
	if text == "" || len(text) > 6 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 32)
	return n, err == nil
}
