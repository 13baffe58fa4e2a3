package network

import (
	"net/http"
	"strconv"
	"strings"
)

// part is what a 206 answer holds.
type part struct {
	position int64 // of its first byte in the resource
	until    int64 // of the byte after its last
	total    int64 // of the resource, or -1
}

// partOf reads an answer to a request for a span. More than was asked for is taken where it can be
// cut out: a range that holds the span's beginning, the whole resource under the name of a part,
// and the whole that nobody asked for as a part. RFC 9110, 15.3.7, leaves the first to the server;
// the others are what servers of the field do.
func partOf(answer *http.Response, s span) (part, error) {
	from, to, total, ok := contentRange(answer.Header.Get("Content-Range"))
	p := part{position: from, until: to, total: total}
	whole := ok && total >= 0 && answer.ContentLength == total && total > to-from
	switch {
	case !ok:
		return p, errRange
	case whole:
		p.position, p.until = 0, total
	case answer.ContentLength > to-from:
		return p, errLonger
	case !s.asked && (from != 0 || total < 0):
		return p, errUnasked
	}
	if p.position > s.from || p.until <= s.from {
		return p, errRange
	}
	if s.from-p.position > maxSkip {
		return p, errSkip
	}
	return p, nil
}

// refusesRange says whether an answer refuses the range that was asked for, and nothing else. A
// range that lies behind the end is no such thing. RFC 9110, 15.5.17.
func refusesRange(answer *http.Response, s span) bool {
	switch answer.StatusCode {
	case http.StatusNotAcceptable, http.StatusNotImplemented:
		return true
	case http.StatusRequestedRangeNotSatisfiable:
		size, found := strings.CutPrefix(strings.Trim(answer.Header.Get("Content-Range"), " \t"), "bytes */")
		total, err := parseLength(size)
		return s.from == 0 || !found || err != nil || s.from < total
	}
	return false
}

// contentRange reads a Content-Range header's value: the first byte, the one after the last, and
// the total or -1. RFC 9110, 14.4.
func contentRange(value string) (from, to, total int64, ok bool) {
	value, found := strings.CutPrefix(strings.Trim(value, " \t"), "bytes ")
	if !found {
		return 0, 0, 0, false
	}
	span, size, found := strings.Cut(value, "/")
	first, last, dash := strings.Cut(span, "-")
	if !found || !dash {
		return 0, 0, 0, false
	}
	from, err1 := parseLength(first)
	to, err2 := parseLength(last)
	total = -1
	var err3 error
	if size != "*" {
		total, err3 = parseLength(size)
	}
	if err1 != nil || err2 != nil || err3 != nil || to < from || (total >= 0 && to >= total) {
		return 0, 0, 0, false
	}
	return from, to + 1, total, true
}

// parseLength reads digits alone: no sign, and room for one more.
func parseLength(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 62)
	return int64(n), err
}
