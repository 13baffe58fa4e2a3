package player

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// freshness is what an answer says of its use for later requests. RFC 9111, 4.2 and 5.2.2. The zero
// value says nothing: the answer holds for as long as the resource is open, since RFC 8216, 6.2.1
// forbids that what a URI names changes.
type freshness struct {
	never    bool      // no-store
	until    time.Time // from then on the server is to be asked whether it has changed; zero: never
	etag     string    // ETag
	modified string    // Last-Modified
}

// maxValidator bounds an ETag and a Last-Modified in bytes: each is kept for as long as what it is
// of.
const maxValidator = 512

// validator is a field of an answer that tells its versions apart, empty where it is too long to be
// kept: the answer is asked for again then.
func validator(header http.Header, name string) string {
	value := header.Get(name)
	if len(value) > maxValidator {
		return ""
	}
	return strings.Clone(value) // a header's values share their memory
}

// freshnessOf reads the header of an answer that came at a time.
func freshnessOf(header http.Header, now time.Time) freshness {
	f := freshness{etag: validator(header, "ETag"), modified: validator(header, "Last-Modified")}
	control := header.Values("Cache-Control")
	if len(control) == 0 {
		control = header.Values("Pragma") // RFC 9111, 5.4: no-cache
	}
	lifetime, stated := time.Duration(0), false
	for directive := range strings.SplitSeq(strings.Join(control, ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-store":
			f.never = true
		case "no-cache":
			f.until = now
		case "max-age":
			seconds, err := strconv.ParseInt(strings.Trim(value, `" `), 10, 32)
			if err != nil && !errors.Is(err, strconv.ErrRange) || seconds < 0 { // RFC 9111, 1.2.2: beyond the range is the largest
				seconds = 0 // RFC 9111, 4.2.1: what cannot be read is stale
			}
			lifetime, stated = time.Duration(seconds)*time.Second, true
		}
	}
	if expires := header.Get("Expires"); !stated && expires != "" {
		stated = true
		if at, err := http.ParseTime(expires); err == nil {
			lifetime = max(at.Sub(dateOf(header, now)), 0) // the difference may be the smallest there is
		}
	}
	if header.Get("Vary") == "*" { // RFC 9111, 4.1: it fits no other request
		f.until = now
	}
	if stated && f.until.IsZero() {
		age, _ := strconv.ParseInt(header.Get("Age"), 10, 32) // no number: 0
		f.until = now.Add(max(lifetime-time.Duration(max(age, 0))*time.Second, 0))
	}
	return f
}

// dateOf is when the server made an answer that came at a time.
func dateOf(header http.Header, now time.Time) time.Time {
	if at, err := http.ParseTime(header.Get("Date")); err == nil {
		return at
	}
	return now
}

// fresh says whether the answer may be used without a request at a time.
func (f freshness) fresh(now time.Time) bool {
	return !f.never && (f.until.IsZero() || now.Before(f.until))
}

// conditions are the fields of a request that asks whether the answer has changed, nil where
// nothing tells its versions apart. RFC 9110, 13.1.
func (f freshness) conditions() http.Header {
	switch {
	case f.etag != "":
		return http.Header{"If-None-Match": {f.etag}}
	case f.modified != "":
		return http.Header{"If-Modified-Since": {f.modified}}
	}
	return nil
}

// after is what holds once a server said that the answer is unchanged: what it said with that, and
// for the rest what it said before. RFC 9111, 3.2.
func (f freshness) after(header http.Header, now time.Time) freshness {
	next := freshnessOf(header, now)
	if len(header.Values("Cache-Control")) == 0 && header.Get("Expires") == "" {
		next.never = f.never
		if next.until.IsZero() && !f.until.IsZero() {
			next.until = now
		}
	}
	if next.etag == "" {
		next.etag = f.etag
	}
	if next.modified == "" {
		next.modified = f.modified
	}
	return next
}
