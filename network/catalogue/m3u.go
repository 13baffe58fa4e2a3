package catalogue

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxLine bounds a line of a list, in bytes; longer ones are passed over.
const maxLine = 64 << 10

// ReadM3U reads an M3U list that came from the URL base. The error is ErrFeed, and quotes nothing of the list; a stream's own playlist (HLS) is one.
func ReadM3U(data []byte, base string) (*Catalogue, error) {
	b, err := newBuilder(base)
	if err != nil {
		return nil, err
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrFeed, MaxSize)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !bytes.HasPrefix(data, []byte("#EXTM3U")) {
		return nil, fmt.Errorf("%w: it does not begin with #EXTM3U", ErrFeed)
	}
	var next Title
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		text := ""
		if len(line) <= maxLine {
			text = asText(line)
		}
		switch {
		case text == "":
			continue
		case strings.HasPrefix(text, "#EXT-X-"):
			return nil, fmt.Errorf("%w: it is a stream's playlist, and not a list of titles", ErrFeed)
		case strings.HasPrefix(text, "#EXTINF:"):
			rows := next.Rows
			next = readEXTINF(text[len("#EXTINF:"):])
			if next.Rows == nil {
				next.Rows = rows
			}
		case strings.HasPrefix(text, "#EXTGRP:"):
			next.Rows = readGroups(text[len("#EXTGRP:"):])
		case text[0] != '#':
			next.Source, _, _ = strings.Cut(text, "|")
			b.add(next)
			next = Title{}
		}
	}
	return b.finish(), nil
}

// asText reads a line as UTF-8 or, where it is not that, as the Latin-1 of old lists.
func asText(line []byte) string {
	if utf8.Valid(line) {
		return string(line)
	}
	text := make([]rune, len(line))
	for i, c := range line {
		text[i] = rune(c)
	}
	return string(text)
}

// readEXTINF reads what follows "#EXTINF:": a length in seconds, attributes, a comma, and the name.
func readEXTINF(text string) Title {
	var t Title
	end := strings.IndexAny(text, " \t,")
	if end < 0 {
		end = len(text)
	}
	seconds, err := strconv.ParseFloat(text[:end], 64)
	switch {
	case err == nil && seconds > 0 && seconds <= maxDuration.Seconds():
		t.Duration = time.Duration(seconds * float64(time.Second))
	case err == nil && seconds <= 0:
		t.Live = true
	}
	alternative := ""
	rest := text[end:]
	for {
		rest = strings.TrimLeft(rest, " \t")
		name, value, after, ok := readAttribute(rest)
		if !ok {
			break
		}
		switch strings.ToLower(name) {
		case "tvg-id":
			t.ID = value
		case "tvg-name":
			alternative = value
		case "tvg-logo":
			t.Poster = value
		case "group-title":
			t.Rows = readGroups(value)
		}
		rest = after
	}
	if _, name, ok := strings.Cut(rest, ","); ok {
		t.Name = strings.TrimSpace(name)
	}
	if t.Name == "" {
		t.Name = alternative
	}
	return t
}

// readAttribute reads name="value", or name=value without blanks and commas, from the start of text.
func readAttribute(text string) (name, value, rest string, ok bool) {
	equals := strings.IndexAny(text, "=,\" \t")
	if equals <= 0 || text[equals] != '=' {
		return "", "", "", false
	}
	name, rest = text[:equals], text[equals+1:]
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		value, rest, ok = strings.Cut(quoted, `"`)
		return name, value, rest, ok
	}
	end := strings.IndexAny(rest, ", \t")
	if end < 0 {
		end = len(rest)
	}
	return name, rest[:end], rest[end:], true
}

// readGroups reads the rows of group-title and #EXTGRP.
func readGroups(text string) []string {
	return strings.SplitN(text, ";", maxRowsOfTitle+1)
}
