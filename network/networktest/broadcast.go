package networktest

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// skipTargets is how many segments from the end an update leaves none out. Second edition, 4.4.3.8.
const skipTargets = 6

// Broadcast makes a live stream of a title that is there as a whole: its playlist offers what would have been made by now. The title is
// sent over and over, with a discontinuity before each time but the first.
type Broadcast struct {
	// Began is when the first segment was begun.
	Began time.Time
	// Window is how many segments the playlist offers; 0 is all since Began, as EXT-X-PLAYLIST-TYPE EVENT.
	Window int
	// Dates gives each segment its EXT-X-PROGRAM-DATE-TIME.
	Dates bool
	// Ends is after how many segments the stream ends, 0: never.
	Ends int
	// First is the media sequence number of the first segment.
	First int
	// Blocks has the server know delta updates and hold back an answer until there is something new. Second edition, 6.2.5.
	Blocks bool
	// Now is the clock, time.Now when nil.
	Now func() time.Time
}

// Effect answers requests for media playlists with those of the broadcast.
func (b Broadcast) Effect() Effect {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := capture(next, r)
		body := a.body.Bytes()
		if !bytes.Contains(body, []byte("#EXTINF:")) {
			a.begin(w, int64(len(body)))
			_, _ = w.Write(body)
			return
		}
		list := readList(body, "")
		if wanted, err := strconv.Atoi(r.URL.Query().Get("_HLS_msn")); err == nil && b.Blocks {
			timer := time.NewTimer(b.Began.Add(list.start(wanted - b.First + 1)).Sub(b.now()))
			select {
			case <-timer.C:
			case <-r.Context().Done():
				timer.Stop()
				return
			}
		}
		w.Header().Set("Content-Type", contentTypes[".m3u8"])
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write([]byte(b.playlist(list, r.URL.Query().Get("_HLS_skip") == "YES")))
	}
}

// length is how long the title is.
func (list mediaList) length() time.Duration {
	var sum time.Duration
	for _, s := range list.segments {
		sum += s.duration()
	}
	return sum
}

// start is how long after the stream's beginning a segment begins, counted from 0, when the title is sent over and over.
func (list mediaList) start(index int) time.Duration {
	n := len(list.segments)
	if index < 0 || n == 0 {
		return 0
	}
	at := time.Duration(index/n) * list.length()
	for _, s := range list.segments[:index%n] {
		at += s.duration()
	}
	return at
}

// duration is what EXTINF says, 0 without.
func (s listSegment) duration() time.Duration {
	for _, tag := range s.tags {
		if value, ok := strings.CutPrefix(tag, "#EXTINF:"); ok {
			value, _, _ = strings.Cut(value, ",")
			seconds, _ := strconv.ParseFloat(value, 64) // not a number: none
			return time.Duration(seconds * float64(time.Second))
		}
	}
	return 0
}

// playlist is what is offered by now; skip asks for an update to what came before.
func (b Broadcast) playlist(list mediaList, skip bool) string {
	n := len(list.segments)
	if n == 0 || list.length() <= 0 {
		return ""
	}
	passed := b.now().Sub(b.Began)
	count := int(passed/list.length()) * n
	for list.start(count+1) <= passed {
		count++
	}
	if b.Ends > 0 {
		count = min(count, b.Ends)
	}
	first := 0
	if b.Window > 0 {
		first = max(count-b.Window, 0)
	}
	w := new(listWriter)
	w.begin(list, b.First+first)
	// The first segment's own tag counts the discontinuity before it. RFC 8216, 6.2.2.
	w.line("#EXT-X-DISCONTINUITY-SEQUENCE:%d", max(first-1, 0)/n)
	if b.Window == 0 {
		w.line("#EXT-X-PLAYLIST-TYPE:EVENT")
	}
	from := first
	if b.Blocks {
		w.line("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=%.3f", skipTargets*list.length().Seconds()/float64(n))
		if skipped := count - first - skipTargets; skip && skipped > 0 {
			w.line("#EXT-X-SKIP:SKIPPED-SEGMENTS=%d", skipped)
			from += skipped
		}
	}
	for i := from; i < count; i++ {
		if i > 0 && i%n == 0 {
			w.line("#EXT-X-DISCONTINUITY")
		}
		if b.Dates && (i == from || i%n == 0) {
			w.line("#EXT-X-PROGRAM-DATE-TIME:%s", b.Began.Add(list.start(i)).UTC().Format("2006-01-02T15:04:05.000Z"))
		}
		w.segment(list.segments[i%n])
	}
	if b.Ends > 0 && count == b.Ends {
		w.line("#EXT-X-ENDLIST")
	}
	return w.text.String()
}

func (b Broadcast) now() time.Time {
	if b.Now == nil {
		return time.Now()
	}
	return b.Now()
}
