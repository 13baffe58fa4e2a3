package networktest

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// dateLayout is that of EXT-X-PROGRAM-DATE-TIME. RFC 8216, 4.3.2.6.
const dateLayout = "2006-01-02T15:04:05.000Z07:00"

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
	if b.Now == nil {
		b.Now = time.Now
	}
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := capture(next, r)
		body := a.body.Bytes()
		if !bytes.Contains(body, []byte("#EXTINF:")) {
			a.begin(w, int64(len(body)))
			_, _ = w.Write(body)
			return
		}
		title := readTitle(string(body))
		if wanted, err := strconv.Atoi(r.URL.Query().Get("_HLS_msn")); err == nil && b.Blocks {
			timer := time.NewTimer(b.Began.Add(title.start(wanted - b.First + 1)).Sub(b.Now()))
			select {
			case <-timer.C:
			case <-r.Context().Done():
				timer.Stop()
				return
			}
		}
		text := b.playlist(title, r.URL.Query().Get("_HLS_skip") == "YES")
		w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write([]byte(text))
	}
}

// airedTitle is what a media playlist says of a title.
type airedTitle struct {
	head     []string
	segments []airedSegment
	length   time.Duration
}

type airedSegment struct {
	state    string // EXT-X-KEY and EXT-X-MAP in force
	text     string // EXTINF, EXT-X-BYTERANGE and the URI
	duration time.Duration
}

// readTitle reads a media playlist.
func readTitle(text string) airedTitle {
	var t airedTitle
	keys, section, now := "", "", airedSegment{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "#EXT-X-KEY:"):
			keys = line + "\n"
		case strings.HasPrefix(line, "#EXT-X-MAP:"):
			section = line + "\n"
		case strings.HasPrefix(line, "#EXTINF:"):
			seconds, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimPrefix(line, "#EXTINF:"), ","), 64)
			now.duration = time.Duration(seconds * float64(time.Second))
			now.text += line + "\n"
		case strings.HasPrefix(line, "#EXT-X-BYTERANGE:"):
			now.text += line + "\n"
		case strings.HasPrefix(line, "#EXT-X-TARGETDURATION:"), strings.HasPrefix(line, "#EXT-X-VERSION:"):
			t.head = append(t.head, line)
		case line != "" && !strings.HasPrefix(line, "#"):
			now.state, now.text = keys+section, now.text+line+"\n"
			t.segments = append(t.segments, now)
			t.length += now.duration
			now = airedSegment{}
		}
	}
	return t
}

// start is how long after the stream's beginning a segment begins.
func (t airedTitle) start(index int) time.Duration {
	if index < 0 || len(t.segments) == 0 {
		return 0
	}
	at := time.Duration(index/len(t.segments)) * t.length
	for _, s := range t.segments[:index%len(t.segments)] {
		at += s.duration
	}
	return at
}

// playlist is what is offered by now.
func (b Broadcast) playlist(t airedTitle, skip bool) string {
	count := 0
	for passed := b.Now().Sub(b.Began); t.start(count+1) <= passed && (b.Ends == 0 || count < b.Ends); {
		count++
	}
	first := 0
	if b.Window > 0 {
		first = max(count-b.Window, 0)
	}
	var out strings.Builder
	out.WriteString("#EXTM3U\n" + strings.Join(t.head, "\n") + "\n")
	fmt.Fprintf(&out, "#EXT-X-MEDIA-SEQUENCE:%d\n#EXT-X-DISCONTINUITY-SEQUENCE:%d\n", b.First+first, max(first-1, 0)/len(t.segments))
	if b.Window == 0 {
		out.WriteString("#EXT-X-PLAYLIST-TYPE:EVENT\n")
	}
	if b.Blocks {
		fmt.Fprintf(&out, "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=%d\n", 6*int(t.length.Seconds())/len(t.segments))
	}
	from := first
	if skipped := count - first - 6; skip && b.Blocks && skipped > 0 {
		fmt.Fprintf(&out, "#EXT-X-SKIP:SKIPPED-SEGMENTS=%d\n", skipped)
		from += skipped
	}
	state := ""
	for i := from; i < count; i++ {
		s := t.segments[i%len(t.segments)]
		if i > 0 && i%len(t.segments) == 0 {
			out.WriteString("#EXT-X-DISCONTINUITY\n")
			state = ""
		}
		if s.state != state {
			out.WriteString(s.state)
			state = s.state
		}
		if b.Dates {
			out.WriteString("#EXT-X-PROGRAM-DATE-TIME:" + b.Began.Add(t.start(i)).UTC().Format(dateLayout) + "\n")
		}
		out.WriteString(s.text)
	}
	if b.Ends > 0 && count == b.Ends {
		out.WriteString("#EXT-X-ENDLIST\n")
	}
	return out.String()
}
