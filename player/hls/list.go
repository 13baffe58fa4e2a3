package hls

import (
	"path"
	"slices"
	"strings"
)

// maxListEntries bounds the entries of an M3U list that ParseList returns.
const maxListEntries = 1000

// segmentNames are the extensions of segments. A list of such names is a media playlist, even
// without one of HLS's own tags.
var segmentNames = []string{".ts", ".aac", ".ac3", ".ec3", ".m4s", ".cmfv", ".cmfa", ".vtt"}

// ParseList reads an M3U list of whole files, of which each is a title: a playlist that begins as
// one of HLS and has none of its own tags (EXT-X-...), of names that are not those of segments. It
// returns their URIs, resolved as Parse does, the first 1,000 at most, and whether it is one.
func ParseList(data []byte, base string, opts ParseOptions) (uris []string, is bool) {
	if len(data) > maxTextBytes || !Sniff(data) {
		return nil, false
	}
	r, ok := newResolver(base)
	if !ok {
		return nil, false
	}
	if r.base == nil {
		r.prefix, r.filePaths = opts.Folder, opts.FilePaths
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), byteOrderMark), "\r", "\n")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "#EXT-X-"):
			return nil, false
		case line == "" || line[0] == '#' || len(uris) == maxListEntries:
		case len(line) > maxBaseBytes:
			return nil, false
		default:
			if len(uris) == 0 && isSegmentName(line) {
				return nil, false
			}
			uri, _ := r.appendTo(nil, line) // what cannot be read is not found when it is opened
			uris = append(uris, string(uri))
		}
	}
	return uris, len(uris) > 0
}

func isSegmentName(uri string) bool {
	if i := strings.IndexAny(uri, "?#"); i >= 0 {
		uri = uri[:i]
	}
	return slices.Contains(segmentNames, strings.ToLower(path.Ext(uri)))
}
