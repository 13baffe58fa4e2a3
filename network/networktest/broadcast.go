package networktest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
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
	// Parts is into how many parts each segment is cut, as byte ranges of whole packets of MPEG-2 TS; 0: no low latency. It needs Blocks, and
	// segments that are not encrypted. Second edition, 4.4.4.9.
	Parts int
	// Hints tells of the part that comes next: HintRange with its length, HintOpen without. RequestEffect then holds back what was not made yet.
	// The title is sent once. Second edition, 4.4.5.3.
	Hints Hint
	// Early counts the requests for what was not made yet, when not nil.
	Early *atomic.Int32
	// Now is the clock, time.Now when nil.
	Now func() time.Time
}

// Hint is how a broadcast tells of what comes next.
type Hint int

// The ways to tell.
const (
	NoHint Hint = iota
	HintRange
	HintOpen
)

// RequestEffect answers requests for segments, of each byte not before it was made.
func (b Broadcast) RequestEffect(list []byte) Effect {
	media := readList(list, "")
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		index := slices.IndexFunc(media.segments, func(s listSegment) bool { return s.uri == path.Base(r.URL.Path) })
		of := r.Clone(r.Context())
		of.Header.Del("Range")
		body := capture(next, of).body.Bytes()
		from, to := 0, len(body)
		status := http.StatusOK
		if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); n > 0 {
			status = http.StatusPartialContent
			if n > 1 {
				to = min(to+1, len(body))
			}
		}
		if index < 0 || from > to {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		begun := false
		for i, end := range partEnds(len(body), b.Parts) {
			if end <= from {
				continue
			}
			due := b.due(b.partEnd(media, index, i))
			if due > 0 && !begun && b.Early != nil {
				b.Early.Add(1)
			}
			if !sleep(r.Context(), due) {
				return
			}
			if !begun {
				begun = true
				w.Header().Set("Content-Type", contentTypes[path.Ext(r.URL.Path)])
				if status == http.StatusPartialContent {
					w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/*", from, to-1))
				}
				w.WriteHeader(status)
			}
			n := min(end, to) - from
			_, _ = w.Write(body[from : from+n])
			flush(w)
			if from += n; from >= to {
				return
			}
		}
	}
}

// partEnd is how long after the stream's beginning a part of a segment is made, both counted from 0.
func (b Broadcast) partEnd(list mediaList, segment, part int) time.Duration {
	begins, ends := list.start(segment), list.start(segment+1)
	return begins + (ends-begins)*time.Duration(min(part+1, b.Parts))/time.Duration(b.Parts)
}

// due is how long it is until so long after the stream's beginning.
func (b Broadcast) due(after time.Duration) time.Duration { return b.Began.Add(after).Sub(b.now()) }

// sleep waits for a while. It says whether ctx lasted as long.
func sleep(ctx context.Context, long time.Duration) bool {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// partEnds are the ends of the parts of a segment of a size.
func partEnds(size, parts int) []int {
	var ends []int
	for i := range parts {
		ends = append(ends, size/packet*(i+1)/parts*packet)
	}
	return ends
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
			ready := list.start(wanted - b.First + 1)
			if part, err := strconv.Atoi(r.URL.Query().Get("_HLS_part")); err == nil && b.Parts > 0 {
				ready = b.partEnd(list, wanted-b.First, part)
			}
			if !sleep(r.Context(), b.due(ready)) {
				return
			}
		}
		w.Header().Set("Content-Type", contentTypes[".m3u8"])
		w.Header().Set("Cache-Control", "no-cache")
		size := func(uri string) int {
			of := r.Clone(r.Context())
			of.URL.Path = path.Join(path.Dir(r.URL.Path), uri)
			return capture(next, of).body.Len()
		}
		_, _ = w.Write([]byte(b.playlist(list, r.URL.Query().Get("_HLS_skip") == "YES", size)))
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

// playlist is what is offered by now; skip asks for an update to what came before. size tells of a segment's file where there are parts.
func (b Broadcast) playlist(list mediaList, skip bool, size func(uri string) int) string {
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
		control := fmt.Sprintf("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=%.3f", skipTargets*list.length().Seconds()/float64(n))
		if b.Parts > 0 {
			target := list.length().Seconds() / float64(n*b.Parts)
			control += fmt.Sprintf(",PART-HOLD-BACK=%.3f\n#EXT-X-PART-INF:PART-TARGET=%.3f", 3*target, target+0.001)
		}
		w.line("%s", control)
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
		if b.Parts > 0 && i >= count-partSegments {
			b.parts(w, list.segments[i%n], b.Parts, size)
		}
		w.segment(list.segments[i%n])
	}
	if b.Parts > 0 && (b.Ends == 0 || count < b.Ends) {
		if count%n == 0 && count > 0 {
			w.line("#EXT-X-DISCONTINUITY")
		}
		s := list.segments[count%n]
		made := int((passed - list.start(count)) * time.Duration(b.Parts) / max(s.duration(), 1))
		b.parts(w, s, made, size)
		b.hint(w, s, made, size)
	}
	if b.Ends > 0 && count == b.Ends {
		w.line("#EXT-X-ENDLIST")
	}
	return w.text.String()
}

// partSegments is for how many segments from the end the parts are listed. Second edition, 6.2.2.
const partSegments = 3

// packet is the length of a packet of MPEG-2 TS.
const packet = 188

// parts writes the first parts of a segment.
func (b Broadcast) parts(w *listWriter, s listSegment, count int, size func(uri string) int) {
	ends, from := partEnds(size(s.uri), b.Parts), 0
	for i, to := range ends[:min(count, b.Parts)] {
		independent := ""
		if i == 0 {
			independent = ",INDEPENDENT=YES"
		}
		w.line("#EXT-X-PART:DURATION=%.6f,URI=\"%s\",BYTERANGE=\"%d@%d\"%s", s.duration().Seconds()/float64(b.Parts), s.uri, to-from, from, independent)
		from = to
	}
}

// hint tells of the part that follows the first ones of a segment.
func (b Broadcast) hint(w *listWriter, s listSegment, made int, size func(uri string) int) {
	if b.Hints == NoHint || made >= b.Parts {
		return
	}
	ends := append([]int{0}, partEnds(size(s.uri), b.Parts)...)
	length := ""
	if b.Hints == HintRange {
		length = fmt.Sprintf(",BYTERANGE-LENGTH=%d", ends[made+1]-ends[made])
	}
	w.line("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"%s\",BYTERANGE-START=%d%s", s.uri, ends[made], length)
}

func (b Broadcast) now() time.Time {
	if b.Now == nil {
		return time.Now()
	}
	return b.Now()
}
