package caption

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"
)

// Read reads a file of subtitles of any kind that is known, which its text tells: WebVTT, SubRip
// (SRT), Advanced SubStation Alpha (ASS) and SubStation Alpha (SSA). The text is UTF-8, UTF-16 with
// a byte order mark, or else Windows-1252. The cues are in the order of their starts. It returns
// ErrUnknown for a file with text in which there is no cue, and ErrTooLarge, wrapped; whatever else
// is wrong costs the cue that it is in. data is not kept.
func Read(data []byte) (*Track, error) {
	if len(data) > maxBytes {
		return nil, errFileBytes
	}
	data = toUTF8(data)
	if len(data) > maxBytes {
		return nil, errFileBytes
	}
	if bytes.HasPrefix(data, []byte("WEBVTT")) {
		return Parse(data)
	}
	b := &builder{}
	if isScript(data) {
		b.script(data)
	} else {
		b.subRip(data)
	}
	switch {
	case b.err != nil:
		return nil, b.err
	case len(b.track.Cues) == 0 && b.track.Cut == 0 && len(bytes.TrimSpace(data)) > 0:
		return nil, ErrUnknown
	}
	slices.SortStableFunc(b.track.Cues, func(a, c Cue) int { return cmp.Compare(a.Start, c.Start) })
	return &b.track, nil
}

// builder collects the cues of a file within its limits.
type builder struct {
	track  Track
	bytes  int   // that the cues of track take
	err    error // beyond a limit: nothing more is read
	reader textReader
}

// add adds a cue whose text was read. A cue without times, or with nothing to read, is left out.
func (b *builder) add(c Cue, cut, shows bool) {
	if cut {
		b.track.Cut++
	}
	if !shows || c.End <= c.Start {
		return
	}
	b.track.Cues = append(b.track.Cues, c)
	b.bytes += c.Size()
	switch {
	case len(b.track.Cues) > maxCues:
		b.err = errTrackCues
	case b.bytes > maxTrackBytes:
		b.err = errTrackBytes
	}
}

// cue adds a cue with marked-up text.
func (b *builder) cue(start, end time.Duration, text string, d dialect) {
	c := Cue{Start: start, End: end}
	b.reader.reset()
	c.Settings = b.reader.markUp(text, d)
	var cut, shows bool
	c.Lines, cut, shows = b.reader.result()
	b.add(c, cut, shows)
}

// Format is what the text of a cue is written in.
type Format int

// The formats of cues in the containers of media.
const (
	FormatText    Format = 1 // plain
	FormatSubRip  Format = 2 // with SubRip's tags
	FormatWebVTT  Format = 3 // a cue's payload. ISO/IEC 14496-30 has it in boxes, which are none
	FormatASS     Format = 4 // an event of Matroska: ReadOrder, Layer, Style, Name, MarginL, MarginR, MarginV, Effect, Text
	FormatMP4Text Format = 5 // 3GPP timed text, 3GPP TS 26.245, 5.17
)

// Cue reads the text of one cue. Start and End are the caller's to set. cut says that there is more
// text than a cue may have; shows, that there is something to read in it. data is not kept.
func (f Format) Cue(data []byte) (c Cue, cut, shows bool) {
	if len(data) > maxCueBytes {
		return Cue{}, true, false
	}
	var r textReader
	c.Settings = Settings{Size: 100, Align: "center"}
	switch f {
	case FormatSubRip:
		c.Settings = r.markUp(trimmed(data), tagsOfSubRip)
	case FormatASS:
		const before = 8 // fields
		fields := strings.SplitN(trimmed(data), ",", before+1)
		if len(fields) <= before {
			return Cue{}, false, false
		}
		c.Settings = r.markUp(fields[before], tagsOfASS)
	case FormatMP4Text:
		r.timedText(data)
	case FormatWebVTT:
		c.Lines, cut, shows = r.read(trimmed(data))
		return c, cut, shows
	default:
		r.put(trimmed(data), Span{})
	}
	c.Lines, cut, shows = r.result()
	return c, cut, shows
}

// trimmed returns a text without empty lines at its ends.
func trimmed(data []byte) string {
	return strings.Trim(clean(string(toUTF8(data))), "\n")
}
