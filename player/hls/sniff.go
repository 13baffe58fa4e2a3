package hls

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

const (
	magic       = "#EXTM3U"
	maxPreamble = 4096 // bytes of blank lines and comments before EXTM3U
)

// Sniff says whether a content that begins with head is an HLS playlist: whether EXTM3U is its first
// line, a byte order mark, blank lines and comments apart. A few hundred bytes are enough. RFC 8216,
// 4.3.1.1.
func Sniff(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte(byteOrderMark))
	for rest := head[:min(len(head), maxPreamble)]; len(rest) > 0; {
		line := rest
		if i := bytes.IndexAny(rest, "\r\n"); i >= 0 {
			line, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		line = bytes.TrimSpace(line)
		switch {
		case bytes.HasPrefix(line, []byte(magic)):
			return len(line) == len(magic) || strings.IndexByte(" \t:", line[len(magic)]) >= 0
		case len(line) == 0:
		case line[0] != '#' || bytes.HasPrefix(line, []byte("#EXT")):
			return false
		}
	}
	return false
}

// SniffMedia says whether a content that begins with head is neither a text nor compressed, so that
// it can be a film or music. A few hundred bytes are enough.
func SniffMedia(head []byte) bool {
	for _, text := range []string{"\xff\xfe", "\xfe\xff", "\x1f\x8b"} { // UTF-16, gzip
		if bytes.HasPrefix(head, []byte(text)) {
			return false
		}
	}
	return isBinary(head, "")
}

// describe says what a content that is no playlist looks like.
func describe(data []byte) string {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	head := data[:min(len(data), 1024)]
	text := strings.ToLower(string(bytes.TrimSpace(head)))
	for _, k := range contents {
		if k.match(head, text) {
			return k.description
		}
	}
	return "it is some text that does not begin with #EXTM3U"
}

type content struct {
	match       func(head []byte, text string) bool
	description string
}

func begins(prefixes ...string) func([]byte, string) bool {
	return func(_ []byte, text string) bool {
		for _, prefix := range prefixes {
			if strings.HasPrefix(text, prefix) {
				return true
			}
		}
		return false
	}
}

func contains(what string) func([]byte, string) bool {
	return func(_ []byte, text string) bool { return strings.HasPrefix(text, "<") && strings.Contains(text, what) }
}

func bytesAt(offset int, prefix string) func([]byte, string) bool {
	return func(head []byte, _ string) bool {
		return len(head) >= offset && bytes.HasPrefix(head[offset:], []byte(prefix))
	}
}

// contents are what comes instead of playlists, the first that matches.
var contents = []content{
	{func(_ []byte, text string) bool { return text == "" }, "it is empty"},
	{contains("<mpd"), "it is an MPEG-DASH manifest, which Latchkey does not play"},
	{contains("<smoothstreamingmedia"), "it is a Smooth Streaming manifest, which Latchkey does not play"},
	{contains("<html"), "it is a web page"},
	{begins("<!doctype html", "<head", "<body", "<script"), "it is a web page"},
	{contains("<asx"), "it is an ASX playlist"},
	{begins("<?xml", "<"), "it is an XML document"},
	{begins("{", "["+"{", "[\"", "[]", "null"), "it is JSON"},
	{begins("[playlist]"), "it is a PLS playlist"},
	{begins("webvtt"), "it is a WebVTT subtitle file"},
	{begins("#ext"), "it has playlist tags but does not begin with #EXTM3U"},
	{begins("http://", "https://"), "it is a plain list of addresses"},
	{bytesAt(0, "\xff\xfe"), "it is text in UTF-16, and a playlist is UTF-8"},
	{bytesAt(0, "\xfe\xff"), "it is text in UTF-16, and a playlist is UTF-8"},
	{bytesAt(0, "\x1f\x8b"), "it is compressed with gzip"},
	{bytesAt(4, "ftyp"), "it is an MP4 file"},
	{bytesAt(4, "styp"), "it is a media segment"},
	{bytesAt(4, "moof"), "it is a media segment"},
	{bytesAt(0, "\x1aE\xdf\xa3"), "it is a Matroska or WebM file"},
	{bytesAt(0, "ID3"), "it is an audio file"},
	{bytesAt(0, "OggS"), "it is an Ogg file"},
	{bytesAt(0, "fLaC"), "it is an audio file"},
	{isTransportStream, "it is an MPEG transport stream"},
	{isBinary, "it is binary data"},
}

func isTransportStream(head []byte, _ string) bool {
	const packet = 188
	return len(head) > packet && head[0] == 'G' && head[packet] == 'G'
}

func isBinary(head []byte, _ string) bool {
	if bytes.IndexByte(head, 0) >= 0 {
		return true
	}
	if len(head) == 0 {
		return false
	}
	for cut := 0; cut < utf8.UTFMax && cut < len(head); cut++ { // the end may lie within a character
		if utf8.Valid(head[:len(head)-cut]) {
			return false
		}
	}
	return true
}
