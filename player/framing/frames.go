package framing

import "bytes"

// chainFrames is how many ADTS frames in a row prove that frames begin at a place.
const chainFrames = 4

// findFrames returns where ADTS frames in a row begin, -1 where none do. whole says that the
// segment ends with b: there, two are enough.
func findFrames(b []byte, whole bool) int {
	for at := 0; at < min(len(b), maxLead); at++ {
		next := bytes.IndexByte(b[at:], 0xFF)
		if next < 0 {
			break
		}
		at += next
		n, i := 0, at
		for n < chainFrames && i < len(b) {
			length := frameLength(b[i:], b[at:])
			if length == 0 {
				break
			}
			n++
			i += length
		}
		if n == chainFrames || whole && n >= 2 && i >= len(b) {
			return at
		}
	}
	return -1
}

// frameLength returns the length of the ADTS frame that begins here, 0 when none does that has the
// same fixed header as first. ISO/IEC 13818-7, 6.2:
//
//	sync 12 | id 1 | layer 2 | no CRC 1 | profile 2 | rate 4 | private 1 | channels 3 | 2 | 2 | length 13 | ...
func frameLength(b, first []byte) int {
	const header, rates = 7, 13
	if len(b) < header || b[0] != 0xFF || b[1]&0xF6 != 0xF0 || b[2]>>2&0xF >= rates ||
		b[1] != first[1] || b[2]&0xFD != first[2]&0xFD || b[3]&0xC0 != first[3]&0xC0 {
		return 0
	}
	length := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
	if length <= header {
		return 0
	}
	return length
}
