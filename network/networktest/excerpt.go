package networktest

import (
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

const (
	// excerptPath is where titles are that are made of others'.
	excerptPath = "/excerpts/"
	// excerptSegment is the length of the segments of the media that ships.
	excerptSegment = 2 * time.Second
	// liveWindow is the number of segments of a live playlist.
	liveWindow = 8
)

// excerpt is a title that is made of another's segments: some of them, or all of them over and over, live.
type excerpt struct {
	id, of             string
	title, description string
	rows               []string
	from, count        int
	live               bool
	tint               tint
}

// excerpts are those of the media that ships.
var excerpts = []excerpt{
	{id: "aurora-dusk", of: "aurora", title: "First Light", description: "The evening on which it begins: ten seconds of green.",
		rows: []string{"Short films", "Nature"}, from: 0, count: 5, tint: tint{0x0b7a5c, 0x10264f, 0.05, 0.30, 0.55}},
	{id: "aurora-night", of: "aurora", title: "The Long Night", description: "The sky does not come to rest before the morning does.",
		rows: []string{"Nature"}, from: 5, count: 10, tint: tint{0x7b3fd1, 0x0c1a3c, 0.45, 0.12, 0.55}},
	{id: "sunset-sea", of: "sunset", title: "A Quiet Sea", description: "Nothing but water, and the last of the light upon it.",
		rows: []string{"Short films", "Nature"}, from: 0, count: 6, tint: tint{0xf0883a, 0x3a1238, 0.10, 0.38, 0.60}},
	{id: "sunset-last", of: "sunset", title: "Last Rays", description: "The sun goes, and the colours stay a little longer.",
		rows: []string{"Short films"}, from: 10, count: 5, tint: tint{0xe0486b, 0x2a0f3f, 0.40, 0.20, 0.55}},
	{id: "orrery-inner", of: "orrery", title: "Inner Worlds", description: "The two quick planets, for anybody to watch.",
		rows: []string{"Free to watch", "Short films"}, from: 0, count: 4, tint: tint{0x3b82f6, 0x0a1030, 0.25, 0.25, 0.50}},
	{id: "orrery-live", of: "orrery", title: "Orrery Live", description: "The planets, as they stand just now.",
		rows: []string{"Live", "Free to watch"}, live: true, tint: tint{0xe2b23c, 0x241430, 0.15, 0.15, 0.65}},
}

// duration is 0 for what has no end.
func (e excerpt) duration() time.Duration { return time.Duration(e.count) * excerptSegment }

// mediaList is a media playlist taken apart. RFC 8216, 4.3.
type mediaList struct {
	header   []string // that of every playlist made of it
	sequence int      // EXT-X-MEDIA-SEQUENCE
	segments []listSegment
}

// listSegment is a segment with the tags that it needs.
type listSegment struct {
	initTag, keyTag string   // that apply to it
	tags            []string // its own
	uri             string
}

// readList takes a playlist of this origin apart; base is the folder that its URIs are in.
func readList(text []byte, base string) mediaList {
	var list mediaList
	var next listSegment
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		name, value, _ := strings.Cut(line, ":")
		switch {
		case line == "" || name == "#EXT-X-PLAYLIST-TYPE" || name == "#EXT-X-ENDLIST":
		case name == "#EXT-X-MEDIA-SEQUENCE":
			list.sequence, _ = strconv.Atoi(value) // protect has read it
		case name == "#EXT-X-MAP":
			uri, _ := attribute(line, name+":", "URI")
			next.initTag = strings.Replace(line, uri, path.Join(base, uri), 1)
		case name == "#EXT-X-KEY":
			next.keyTag = line
		case line[0] != '#':
			next.uri = path.Join(base, line)
			list.segments = append(list.segments, next)
			next.tags = nil
		case name == "#EXTINF" || len(next.tags) > 0 || len(list.segments) > 0:
			next.tags = append(next.tags, line)
		default:
			list.header = append(list.header, line)
		}
	}
	return list
}

// listWriter writes a playlist of segments.
type listWriter struct {
	text            strings.Builder
	initTag, keyTag string
}

// line writes one line.
func (w *listWriter) line(format string, values ...any) { fmt.Fprintf(&w.text, format+"\n", values...) }

// begin writes what stands before the segments.
func (w *listWriter) begin(list mediaList, sequence int) {
	for _, line := range list.header {
		w.line("%s", line)
	}
	w.line("#EXT-X-MEDIA-SEQUENCE:%d", sequence)
}

// segment writes one, with the tags that are not in force yet.
func (w *listWriter) segment(s listSegment) {
	if s.initTag != w.initTag {
		w.line("%s", s.initTag)
		w.initTag = s.initTag
	}
	if s.keyTag != w.keyTag {
		w.line("%s", s.keyTag)
		w.keyTag = s.keyTag
	}
	for _, tag := range s.tags {
		w.line("%s", tag)
	}
	w.line("%s", s.uri)
}

// cut is a playlist of some segments. They keep their media sequence numbers, which are their IVs (RFC 8216, 5.2).
func (list mediaList) cut(from, count int) string {
	from = min(from, len(list.segments))
	w := new(listWriter)
	w.begin(list, list.sequence+from)
	w.line("#EXT-X-PLAYLIST-TYPE:VOD")
	for _, s := range list.segments[from:min(from+count, len(list.segments))] {
		w.segment(s)
	}
	w.line("#EXT-X-ENDLIST")
	return w.text.String()
}

// serveExcerpt answers with the playlists of excerpts: /excerpts/ID/ and the name that the playlist has in the title that it is of.
func (d *Demo) serveExcerpt(w http.ResponseWriter, r *http.Request) {
	id, name, _ := strings.Cut(strings.TrimPrefix(path.Clean(r.URL.Path), excerptPath), "/")
	for _, e := range excerpts {
		source := path.Join(e.of, name)
		text, ok := d.library.playlists[source]
		if e.id != id || !ok {
			continue
		}
		playlist := string(text)
		if name != "main.m3u8" {
			list := readList(text, "/"+path.Dir(source))
			// An I-frame playlist has shorter segments than the others.
			each := max(int(excerptSegment/max(list.length()/time.Duration(max(len(list.segments), 1)), time.Millisecond)), 1)
			if e.live {
				// The segments must be clear: their media sequence numbers are no IVs. The window is full from the beginning.
				playlist = Broadcast{Began: d.began.Add(-liveWindow * excerptSegment), Window: each * liveWindow, Dates: true, Now: d.tokens.now}.playlist(list, false, nil)
			} else {
				playlist = list.cut(each*e.from, each*e.count)
			}
		}
		w.Header().Set("Content-Type", contentTypes[".m3u8"])
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write([]byte(playlist)) // a client that went away is no matter of the server's
		return
	}
	http.NotFound(w, r)
}
