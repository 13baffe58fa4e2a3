package framing

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

const (
	boxHeader = 8 // size and type. ISO/IEC 14496-12, 4.2
	// maxFound bounds the box that is found among bytes that are no box: longer ones are noise.
	maxFound = 16 << 20
)

// knownBox says whether the type is that of a box at the top of a segment or an init section
// (ISO/IEC 14496-12; CMAF, 7.3; ISO/IEC 23009-1).
func knownBox(kind []byte) bool {
	switch string(kind) {
	case "ftyp", "styp", "moov", "moof", "sidx", "ssix", "emsg", "prft", "free", "skip", "uuid", "mdat", "wide", "pdin", "mfra", "meta", "imda":
		return true
	}
	return false
}

// boxes gives the boxes of a segment of fragmented MP4 without what stands before, between and
// behind them.
type boxes struct {
	source  *bufio.Reader
	left    int64 // bytes of the box that is read; -1: it ends with the segment
	movie   bool  // a moof box was read, and its mdat box was not: places count from there
	skipped *int64
}

// Read implements io.Reader.
func (b *boxes) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for b.left == 0 {
		if err := b.next(); err != nil {
			return 0, err
		}
	}
	if b.left > 0 {
		p = p[:min(int64(len(p)), b.left)]
	}
	n, err := b.source.Read(p)
	if b.left > 0 {
		b.left -= int64(n)
	}
	return n, err
}

// next goes to the next box, or over bytes that are none.
func (b *boxes) next() error {
	head, err := b.source.Peek(2 * boxHeader)
	if len(head) == 0 || err != nil && !errors.Is(err, io.EOF) && len(head) < boxHeader {
		return err
	}
	size, ok := BoxSize(head)
	switch {
	case ok && knownBox(head[4:8]):
		switch string(head[4:8]) {
		case "moof":
			b.movie = true
		case "mdat":
			b.movie = false
		}
		b.left = size
		return nil
	case ok && size > 0 && printable(head[4:8]) && b.unknown(size):
		b.left = size
		return nil
	}
	return b.scan()
}

// unknown says whether a box of an unknown type is one: what looks like its header may be junk,
// whose length says nothing. Behind a moof box each is: without it the samples would lie elsewhere.
func (b *boxes) unknown(size int64) bool {
	if size > maxLead {
		return b.movie && size <= maxFound
	}
	whole, _ := b.source.Peek(int(size)) // what it failed with comes again
	return len(whole) == int(size)
}

// scan leaves out what is no box. It returns source's error where no box follows.
func (b *boxes) scan() error {
	for {
		junk, err := b.source.Peek(window)
		if at := findBox(junk, 1); at >= 0 {
			skip(b.source, at, b.skipped)
			return nil
		}
		if err != nil {
			skip(b.source, len(junk), b.skipped)
			return err
		}
		skip(b.source, maxLead, b.skipped) // a header may begin in the rest
	}
}

// BoxSize returns the length in bytes of the box that begins here, its header included, -1 for a
// mdat box up to the end. It is no box where the header is cut off or too small. ISO/IEC 14496-12,
// 4.2.
func BoxSize(head []byte) (int64, bool) {
	if len(head) < boxHeader {
		return 0, false
	}
	switch size := binary.BigEndian.Uint32(head); size {
	case 0:
		return -1, string(head[4:8]) == "mdat"
	case 1:
		if len(head) < 2*boxHeader {
			return 0, false
		}
		long := binary.BigEndian.Uint64(head[8:])
		return int64(long), long >= 2*boxHeader && long < 1<<62
	default:
		return int64(size), size >= boxHeader
	}
}

// findBox returns where, from a place on, a box begins that can begin a segment or a fragment, -1
// without one.
func findBox(b []byte, from int) int {
	for at := from; at+2*boxHeader <= len(b); at++ {
		if b[at] != 0 { // longer than maxFound
			continue
		}
		box := b[at:]
		if size, ok := BoxSize(box); !ok || size < 2*boxHeader || size > maxFound {
			continue
		}
		switch string(box[4:8]) {
		case "moof", "moov":
			if printable(box[12:16]) {
				return at
			}
		case "styp", "ftyp":
			if printable(box[8:12]) {
				return at
			}
		case "sidx", "emsg", "prft":
			if box[8] <= 1 {
				return at
			}
		}
	}
	return -1
}

// lostFragmentHead returns the first block, of 16 bytes, of a segment that begins with a moof box
// and whose first block is garbled, nil when it is no such segment:
//
//	size | moof | 16 | mfhd || version, flags | number || size | traf | ...
func lostFragmentHead(b []byte) []byte {
	const block, fragment = 16, 24
	if len(b) < fragment+boxHeader || string(b[fragment+4:fragment+8]) != "traf" {
		return nil
	}
	for at := fragment; at+boxHeader <= len(b); {
		size, ok := BoxSize(b[at:])
		if !ok && string(b[at+4:at+8]) != "mdat" {
			return nil
		}
		if string(b[at+4:at+8]) == "mdat" {
			head := binary.BigEndian.AppendUint32(nil, uint32(at))
			head = append(head, "moof"...)
			head = binary.BigEndian.AppendUint32(head, block)
			return append(head, "mfhd"...)
		}
		if !printable(b[at+4:at+8]) || size < 0 || size > maxFound {
			return nil
		}
		at += int(size)
	}
	return nil
}

// printable says whether bytes may be a type or a brand.
func printable(b []byte) bool {
	for _, c := range b {
		if (c < 0x20 || c > 0x7E) && c != 0xA9 {
			return false
		}
	}
	return true
}
