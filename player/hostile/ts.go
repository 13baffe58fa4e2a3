package hostile

// The stream types of ISO/IEC 13818-1, table 2-34.
const (
	tsMPEG2 = 0x02
	tsAAC   = 0x0F
	tsAVC   = 0x1B
	tsHEVC  = 0x24
	tsAC3   = 0x81
)

const (
	tsPacket = 188
	tsMedia  = 256 // PID of the first elementary stream
	tsTable  = 32  // PID of the first program map
)

// TS is a transport stream: one program with one elementary stream whose access units are given,
// and more that are only announced.
type TS struct {
	Codec    int      // stream type
	Units    [][]byte // access units, 3,000 ticks apart
	Tick     int      // of 90 kHz between units; 0: 3,000
	Start    int      // of 90 kHz, that the first unit stands at after the first second
	Streams  int      // elementary streams that the program map announces besides
	Programs int      // programs that the association table announces besides
}

// crcMPEG is the CRC of program tables (ISO/IEC 13818-1, Annex A).
func crcMPEG(b []byte) int { return checksum(0xFFFFFFFF, b) }

// section completes a program table with its length and CRC.
func section(table, id int, body []byte) []byte {
	s := []byte{byte(table)}
	s = be16(s, 0xB000|(len(body)+9)&0xFFF)
	s = append(be16(s, id), 0xC1, 0, 0)
	s = append(s, body...)
	return be32(s, crcMPEG(s))
}

// packets splits a payload into packets of a PID (ISO/IEC 13818-1, 2.4.3). clock, if not negative,
// is the first one's PCR.
func packets(pid int, payload []byte, counter *int, clock int) []byte {
	var out []byte
	start := 0x40
	for start != 0 || len(payload) > 0 {
		var field []byte // adaptation_field after its length
		adapted := false
		if start != 0 && clock >= 0 {
			adapted = true
			field = append([]byte{0x10}, be32(nil, clock>>1)...)
			field = append(field, byte(clock&1)<<7|0x7E, 0)
		}
		room := tsPacket - 4
		if adapted {
			room -= 1 + len(field)
		}
		n := min(len(payload), room)
		if n < room {
			spare := room - n
			if !adapted {
				adapted = true
				spare-- // its length
				if spare > 0 {
					field = append(field, 0)
					spare--
				}
			}
			for range spare {
				field = append(field, 0xFF)
			}
		}
		control := 0x10
		if adapted {
			control = 0x30
		}
		out = append(out, 0x47, byte(start|pid>>8&0x1F), byte(pid), byte(control|*counter&15))
		if adapted {
			out = append(append(out, byte(len(field))), field...)
		}
		out = append(out, payload[:n]...)
		payload, start = payload[n:], 0
		*counter++
	}
	return out
}

// Bytes is the stream.
func (t TS) Bytes() []byte {
	var counters [3]int
	var programs, streams []byte
	for i := range min(t.Programs+1, 250) {
		programs = be16(be16(programs, i+1), 0xE000|tsTable+i)
	}
	streams = append(append([]byte{byte(t.Codec)}, be16(nil, 0xE000|tsMedia)...), 0xF0, 0)
	for i := range min(t.Streams, 195) {
		streams = append(append(append(streams, byte(t.Codec)), be16(nil, 0xE000|tsMedia+1+i)...), 0xF0, 0)
	}
	out := packets(0, append([]byte{0}, section(0, 1, programs)...), &counters[0], -1)
	out = append(out, packets(tsTable, append([]byte{0}, section(2, 1, append(append(be16(nil, 0xE000|tsMedia), 0xF0, 0), streams...))...), &counters[1], -1)...)
	for i, unit := range t.Units {
		at := 90000 + t.Start + i*or(t.Tick, 3000)
		stamp := []byte{byte(0x21 | at>>29&0x0E), byte(at >> 22), byte(at>>14 | 1), byte(at >> 7), byte(at<<1 | 1)}
		kind := byte(0xE0)
		if t.Codec == tsAAC || t.Codec == tsAC3 {
			kind = 0xC0
		}
		header := append([]byte{0, 0, 1, kind, 0, 0, 0x80, 0x80, 5}, stamp...)
		out = append(out, packets(tsMedia, append(header, unit...), &counters[2], at)...)
	}
	return out
}

// nullPackets are packets that carry nothing (ISO/IEC 13818-1, 2.4.3.3).
func nullPackets(n int) []byte {
	out := make([]byte, 0, n*tsPacket)
	for range n {
		out = append(out, 0x47, 0x1F, 0xFF, 0x10)
		for range tsPacket - 4 {
			out = append(out, 0xFF)
		}
	}
	return out
}

// or returns v, or instead when v is 0.
func or(v, instead int) int {
	if v == 0 {
		return instead
	}
	return v
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
