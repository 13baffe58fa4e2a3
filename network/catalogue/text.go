package catalogue

import (
	"net/url"
	"path"
	"strings"
	"unicode"
)

// maxMarks bounds the accents on one character: a pile of them is drawn over the lines around it.
const maxMarks = 4

// clean makes one line of text that can be shown: white space is one blank, and control characters, those that turn the direction of writing,
// bytes that are no UTF-8, and all but the first limit characters are gone.
func clean(text string, limit int) string {
	var b strings.Builder
	count, marks := 0, 0
	blank := false
	for _, r := range text {
		switch {
		case count == limit:
			return b.String()
		case unicode.IsSpace(r):
			blank = b.Len() > 0
			continue
		case r == unicode.ReplacementChar || !shown(r):
			continue
		case unicode.IsMark(r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if blank {
			if count++; count == limit {
				return b.String()
			}
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
		count++
	}
	return b.String()
}

// shown says that a character is drawn, or joins those beside it as Persian, Indian scripts and emoji need.
func shown(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return unicode.IsPrint(r) || r == nonJoiner || r == joiner
}

// lastPart is a name for what has none: the last part of a URL's path, or its host.
func lastPart(u *url.URL) string {
	if name := clean(path.Base(u.Path), maxName); name != "" && name != "." && name != "/" {
		return name
	}
	return u.Hostname()
}
