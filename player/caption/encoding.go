package caption

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// toUTF8 returns a text in UTF-8, without a byte order mark. One with the mark of UTF-16 is that;
// one that is UTF-8 but for a few bytes is that; any other is Windows-1252, which is what was
// written before UTF-8.
func toUTF8(data []byte) []byte {
	if rest, ok := bytes.CutPrefix(data, []byte("\xEF\xBB\xBF")); ok {
		return rest
	}
	if bytes.HasPrefix(data, []byte("\xFF\xFE")) || bytes.HasPrefix(data, []byte("\xFE\xFF")) {
		return decoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), data)
	}
	if mostlyUTF8(data) {
		return data
	}
	return decoded(charmap.Windows1252, data)
}

// decoded returns a text in UTF-8. What is no text in its encoding becomes U+FFFD.
func decoded(from encoding.Encoding, data []byte) []byte {
	out, err := from.NewDecoder().Bytes(data)
	if err != nil {
		return data
	}
	return out
}

// mostlyUTF8 says whether a text has no byte that is no UTF-8, or fewer than it has characters of
// several bytes.
func mostlyUTF8(data []byte) bool {
	if utf8.Valid(data) {
		return true
	}
	good, bad := 0, 0
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		data = data[size:]
	}
	return good > bad
}
