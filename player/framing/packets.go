package framing

import (
	"bufio"
	"bytes"
)

const (
	packetBytes = 188  // of MPEG-2 TS. ISO/IEC 13818-1, 2.4.3.2
	syncByte    = 0x47 // that a packet begins with
	maxUnit     = 204  // the longest of unitSizes
	// chainLength is how many packets in a row prove that packets begin at a place: among 64 KiB of
	// noise one in 6 million places does.
	chainLength = 5
	// leastPackets is how many do where the segment ends with them, and leastAgain behind packets
	// that went before.
	leastPackets = 3
	leastAgain   = 2
)

// unitSizes are the lengths of a packet with what stands around it:
//
//	188   packet
//	192   time code (4 bytes) | packet            BDAV, camcorders
//	204   packet | parity (16 bytes)              DVB
var unitSizes = []int{packetBytes, 192, maxUnit}

// unitLead is how many bytes of a unit stand before its packet.
func unitLead(size int) int {
	if size == 192 {
		return 4
	}
	return 0
}

// isTS says whether packets of 188 bytes begin here: a sync byte at the start of each.
func isTS(head []byte) bool {
	if len(head) < packetBytes {
		return false
	}
	for i := 0; i < len(head); i += packetBytes {
		if head[i] != syncByte {
			return false
		}
	}
	return true
}

// findPackets returns where, from a place on, the sync byte of the first of packets in a row is,
// and the length of their units. whole says that the segment ends with b: there, least packets are
// enough. It returns -1 without any.
func findPackets(b []byte, from int, whole bool, least int) (at, size int) {
	for at = from; at < min(len(b), maxLead); at++ {
		next := bytes.IndexByte(b[at:], syncByte)
		if next < 0 {
			break
		}
		at += next
		for _, size := range unitSizes {
			if at >= unitLead(size) && inRow(b[at:], size, whole, least) {
				return at, size
			}
		}
	}
	return -1, 0
}

// inRow says whether packets in a row begin here, or the last packet of a segment that had others.
func inRow(b []byte, size int, whole bool, least int) bool {
	n := 0
	for i := 0; i < len(b) && n < chainLength; i += size {
		if b[i] != syncByte {
			return false
		}
		n++
	}
	return n == chainLength || whole && (n >= least || least == leastAgain && len(b) == size-unitLead(size))
}

// packets gives the packets of MPEG-2 TS without what stands around and between them.
type packets struct {
	source  *bufio.Reader
	size    int // of a unit
	before  int // bytes of a unit before its packet
	skipped *int64

	packet [packetBytes]byte
	rest   []byte // of packet, what was not read yet
}

// Read implements io.Reader.
func (t *packets) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(t.rest) == 0 && len(p) >= packetBytes {
		return t.whole(p)
	}
	if len(t.rest) == 0 {
		n, err := t.whole(t.packet[:])
		if err != nil {
			return 0, err
		}
		t.rest = t.packet[:n]
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

// whole copies one or more whole packets. A packet is one when the next begins behind it.
func (t *packets) whole(p []byte) (int, error) {
	for {
		unit, err := t.source.Peek(t.size + t.before + 1)
		if err != nil {
			if n, ok := t.last(p, unit); ok {
				return n, nil
			}
			if len(unit) < t.before+packetBytes {
				skip(t.source, len(unit), t.skipped)
				return 0, err
			}
		} else if n := t.inStep(p); n > 0 {
			return n, nil
		}
		if n := t.resync(p); n > 0 {
			return n, nil
		}
	}
}

// last copies the last packet of the segment.
func (t *packets) last(p, unit []byte) (int, bool) {
	if len(unit) < t.before+packetBytes || len(unit) > t.size || unit[t.before] != syncByte {
		return 0, false
	}
	n := copy(p, unit[t.before:t.before+packetBytes])
	_, _ = t.source.Discard(len(unit)) // it is in the buffer
	return n, true
}

// inStep copies the packets in the buffer that are in step.
func (t *packets) inStep(p []byte) int {
	units := min((t.source.Buffered()-t.before-1)/t.size, len(p)/packetBytes)
	b, _ := t.source.Peek(units*t.size + t.before + 1) // they are in the buffer
	n, at := 0, t.before
	for range units {
		if b[at] != syncByte || b[at+t.size] != syncByte {
			break
		}
		n += copy(p[n:], b[at:at+packetBytes])
		at += t.size
	}
	_, _ = t.source.Discard(at - t.before)
	return n
}

// resync goes to the next packets in a row. The packet at the place where they are out of step is
// copied if it is whole; a packet that the next one begins within is left out.
func (t *packets) resync(p []byte) (n int) {
	b, err := t.source.Peek(window)
	at, size := findPackets(b, t.before+1, err != nil, leastAgain)
	start := at - unitLead(size)
	if at < 0 {
		start = min(len(b), maxLead)
		if err != nil {
			start = len(b)
		}
	}
	out := start
	if b[t.before] == syncByte && start >= t.before+packetBytes {
		n = copy(p, b[t.before:t.before+packetBytes])
		out -= min(t.size, out)
	}
	_, _ = t.source.Discard(start)
	*t.skipped += int64(out)
	if at >= 0 {
		t.size, t.before = size, unitLead(size)
	}
	return n
}
