package hostile

import (
	"encoding/binary"
	"math/bits"
)

// bitWriter writes the syntax elements of ITU-T H.264, 7.2, most significant bit first.
type bitWriter struct {
	bytes []byte
	free  int // bits of the last byte that are not written yet
}

// u writes n bits.
func (w *bitWriter) u(n int, v uint64) {
	for i := n - 1; i >= 0; i-- {
		if w.free == 0 {
			w.bytes, w.free = append(w.bytes, 0), 8
		}
		w.free--
		w.bytes[len(w.bytes)-1] |= byte(v>>i&1) << w.free
	}
}

// flags writes bits that are given as a text of 0 and 1.
func (w *bitWriter) flags(text string) {
	for _, c := range text {
		w.u(1, uint64(c-'0'))
	}
}

// ue writes an unsigned Exp-Golomb code (ITU-T H.264, 9.1); 0 is the signed 0 too.
func (w *bitWriter) ue(v uint64) {
	n := bits.Len64(v + 1)
	w.u(n-1, 0)
	w.u(n, v+1)
}

// align fills the last byte with zeros.
func (w *bitWriter) align() { w.free = 0 }

// trailing writes rbsp_trailing_bits (ITU-T H.264, 7.3.2.11) and returns the bytes.
func (w *bitWriter) trailing() []byte {
	w.u(1, 1)
	w.align()
	return w.bytes
}

// escaped is a NAL unit's payload with emulation prevention (ITU-T H.264, 7.4.1).
func escaped(payload []byte) []byte {
	out := make([]byte, 0, len(payload)+len(payload)/64+8)
	zeros := 0
	for _, b := range payload {
		if zeros >= 2 && b <= 3 {
			out, zeros = append(out, 3), 0
		}
		out = append(out, b)
		if zeros++; b != 0 {
			zeros = 0
		}
	}
	return out
}

// annexB joins NAL units with start codes (ITU-T H.264, Annex B).
func annexB(units ...[]byte) []byte {
	var out []byte
	for _, u := range units {
		out = append(append(out, 0, 0, 0, 1), u...)
	}
	return out
}

// lengthPrefixed joins NAL units with lengths of 4 bytes (ISO/IEC 14496-15).
func lengthPrefixed(units ...[]byte) []byte {
	var out []byte
	for _, u := range units {
		out = append(be32(out, len(u)), u...)
	}
	return out
}

func be16(b []byte, v int) []byte { return binary.BigEndian.AppendUint16(b, uint16(v)) }
func be32(b []byte, v int) []byte { return binary.BigEndian.AppendUint32(b, uint32(v)) }
func be64(b []byte, v int) []byte { return binary.BigEndian.AppendUint64(b, uint64(v)) }
func le16(b []byte, v int) []byte { return binary.LittleEndian.AppendUint16(b, uint16(v)) }
func le32(b []byte, v int) []byte { return binary.LittleEndian.AppendUint32(b, uint32(v)) }
func le64(b []byte, v int) []byte { return binary.LittleEndian.AppendUint64(b, uint64(v)) }

// checksum is the CRC of 32 bits, the most significant first, that begins with start.
func checksum(start uint32, b []byte) int {
	crc := start
	for _, c := range b {
		crc ^= uint32(c) << 24
		for range 8 {
			if crc&(1<<31) != 0 {
				crc = crc<<1 ^ 0x04C11DB7
			} else {
				crc <<= 1
			}
		}
	}
	return int(crc)
}
