package caption

import (
	"encoding/binary"
	"strings"
)

// Flags of a style record's face. 3GPP TS 26.245, 5.2.
const (
	faceBold      = 1
	faceItalic    = 2
	faceUnderline = 4
)

// styleRecord is what of a text has a style. 3GPP TS 26.245, 5.17.1.1.
//
//	startChar  2 bytes, in characters
//	endChar    2 bytes, of the first that has it no more
//	font-ID    2 bytes
//	face       1 byte
//	font-size  1 byte
//	colour     4 bytes, red, green, blue, opacity
type styleRecord struct {
	from, to int
	style    Span
}

const styleRecordBytes = 12

// timedText reads a sample of 3GPP timed text: the length of its text, the text, and boxes.
func (r *textReader) timedText(data []byte) {
	if len(data) < 2 {
		return
	}
	size := int(binary.BigEndian.Uint16(data))
	data = data[2:]
	size = min(size, len(data))
	// Each end of line is one character of those that are counted.
	text := []rune(strings.ReplaceAll(strings.ToValidUTF8(string(toUTF8(data[:size])), "\uFFFD"), "\r", "\n"))
	at := 0
	for _, s := range styleRecords(data[size:]) {
		from, to := min(max(s.from, at), len(text)), min(s.to, len(text))
		if to <= from {
			continue
		}
		r.put(string(text[at:from]), Span{})
		r.put(string(text[from:to]), s.style)
		at = to
	}
	r.put(string(text[at:]), Span{})
}

// styleRecords reads the style records of the boxes behind a text.
func styleRecords(boxes []byte) (records []styleRecord) {
	for len(boxes) >= 8 {
		size := int(binary.BigEndian.Uint32(boxes))
		if size < 8 || size > len(boxes) {
			return records
		}
		if string(boxes[4:8]) == "styl" && size >= 10 {
			entries := boxes[10:size]
			for n := binary.BigEndian.Uint16(boxes[8:]); n > 0 && len(entries) >= styleRecordBytes; n-- {
				face := entries[6]
				style := Span{Bold: face&faceBold != 0, Italic: face&faceItalic != 0, Underline: face&faceUnderline != 0}
				records = append(records, styleRecord{from: int(binary.BigEndian.Uint16(entries)), to: int(binary.BigEndian.Uint16(entries[2:])), style: style})
				entries = entries[styleRecordBytes:]
			}
		}
		boxes = boxes[size:]
	}
	return records
}
