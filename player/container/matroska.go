package container

import (
	"encoding/binary"
	"math/bits"
)

// Bounds of Matroska.
const (
	// maxElements is the most elements outside of clusters: FFmpeg keeps up to 100 bytes of one
	// that has 3. The cues of a film of ten hours are 90,000.
	maxElements = 1 << 19
	// maxMetadataBytes is the most bytes of tags, attachments and pictures that are kept.
	maxMetadataBytes = 192 << 20
	// maxBlockBytes is the most bytes of a block. A picture of 7680x4320 without compression has 50
	// MB.
	maxBlockBytes = 128 << 20
	// maxGroupElements is the most elements of a block group.
	maxGroupElements = 1 << 14
	// maxElementDepth is how deep elements may be nested. FFmpeg goes down 16.
	maxElementDepth = 16
)

// IDs of the elements that are looked at. RFC 9559, 5.
const (
	idHeader  = 0x1A45DFA3
	idSegment = 0x18538067
	idCluster = 0x1F43B675
	idGroup   = 0xA0
	idBlock   = 0xA1
	idSimple  = 0xA3
	idTrack   = 0xAE
)

// topElements are the children of a segment. FFmpeg looks for them byte by byte where it has lost
// its way.
var topElements = map[uint32]bool{
	idCluster: true, 0x114D9B74: true, 0x1549A966: true, 0x1654AE6B: true, 0x1C53BB6B: true, 0x1941A469: true, 0x1043A770: true, 0x1254C367: true,
}

// masters are the other elements that hold elements.
var masters = map[uint32]bool{
	idHeader: true, idSegment: true, idGroup: true, idTrack: true,
	0x4DBB: true,                                                                   // Seek
	0xE0:   true,                                                                   // Video
	0x55B0: true,                                                                   // Colour
	0x55D0: true,                                                                   // MasteringMetadata
	0x7670: true,                                                                   // Projection
	0xE1:   true,                                                                   // Audio
	0xE2:   true, 0xE3: true, 0xE4: true, 0x6D80: true, 0x6240: true, 0x5034: true, // TrackOperation, ContentEncodings
	0x5035: true, 0x6624: true, 0x41E4: true, // encryption, BlockAdditionMapping
	0xBB: true, 0xB7: true, 0xDB: true, // CuePoint
	0x61A7: true,                         // AttachedFile
	0x45B9: true, 0xB6: true, 0x80: true, // chapters
	0x7373: true, 0x63C0: true, 0x67C8: true, // tags
	0x75A1: true, 0xA6: true, // BlockAdditions
}

// element is an open element.
type element struct {
	id  uint32
	end int64 // endless when its size is unknown
}

// matroska follows EBML. It starts at an element.
type matroska struct {
	cursor

	size     int64
	stack    []element
	elements int
	metadata int64
	tracks   int
	counted  map[int64]bool // the elements of a segment that were counted, by offset
	free     bool           // the current one was counted before
	group    int            // elements in the open block group
}

func newMatroska(source Source) *matroska {
	m := &matroska{size: source.end(), counted: make(map[int64]bool)}
	m.child(0)
	return m
}

func (m *matroska) seek(offset int64) {
	if m.within(offset) {
		return
	}
	m.pos, m.stack = offset, m.stack[:0]
	m.resync(offset)
}

// child makes the step after offset the ID of the next element, and leaves those that end there.
func (m *matroska) child(offset int64) {
	for len(m.stack) > 0 && m.stack[len(m.stack)-1].end <= offset {
		m.stack = m.stack[:len(m.stack)-1]
	}
	m.take(max(offset, m.pos), 1, m.first)
}

// resync looks for an element of a segment from offset on.
func (m *matroska) resync(offset int64) {
	m.stack = m.stack[:0]
	var last uint32
	var look func(b []byte) error
	look = func(b []byte) error {
		if last = last<<8 | uint32(b[0]); topElements[last] || last == idHeader || last == idSegment {
			return m.length(last)
		}
		m.take(m.pos, 1, look)
		return nil
	}
	m.take(offset, 1, look)
}

// first reads the first byte of an ID. RFC 8794, 5.
func (m *matroska) first(b []byte) error {
	n := bits.LeadingZeros8(b[0]) + 1
	if n > 4 {
		m.resync(m.pos)
		return nil
	}
	if n == 1 {
		return m.length(uint32(b[0]))
	}
	id := uint32(b[0])
	m.take(m.pos, n-1, func(b []byte) error {
		for _, c := range b {
			id = id<<8 | uint32(c)
		}
		return m.length(id)
	})
	return nil
}

// length reads the size of an element. RFC 8794, 6.
func (m *matroska) length(id uint32) error {
	m.take(m.pos, 1, func(b []byte) error {
		n := bits.LeadingZeros8(b[0]) + 1
		if n > 8 {
			m.resync(m.pos)
			return nil
		}
		value := uint64(b[0]) & (1<<(8-n) - 1)
		if n == 1 {
			return m.begin(id, sized(value, n))
		}
		m.take(m.pos, n-1, func(b []byte) error {
			var rest [8]byte
			copy(rest[8-len(b):], b)
			return m.begin(id, sized(value<<(8*len(b))|binary.BigEndian.Uint64(rest[:]), n))
		})
		return nil
	})
	return nil
}

// sized is a size of n bytes: all ones are an unknown one.
func sized(value uint64, n int) int64 {
	if value == 1<<(7*n)-1 {
		return endless
	}
	return int64(value) // of 56 bits at most
}

// begin looks at an element whose payload is at m.pos.
func (m *matroska) begin(id uint32, size int64) error {
	top := topElements[id] || id == idHeader || id == idSegment
	if top { // it ends those of unknown size
		for len(m.stack) > 0 && m.stack[len(m.stack)-1].id != idSegment {
			m.stack = m.stack[:len(m.stack)-1]
		}
		m.free = m.counted[m.pos]
		m.counted[m.pos] = m.counted[m.pos] || (id != idCluster && id != idSegment)
		if id == idCluster {
			delete(m.counted, m.pos)
		}
	}
	end := int64(endless)
	if size < endless-m.pos {
		end = m.pos + size
	}
	if len(m.stack) > 0 {
		if parent := m.stack[len(m.stack)-1].end; parent < endless && end > parent {
			m.resync(m.pos) // as FFmpeg does
			return nil
		}
	}
	inside := m.inside(idCluster)
	if m.group++; id == idGroup {
		m.group = 0
	}
	if inside && m.group > maxGroupElements && m.inside(idGroup) {
		return damaged("Matroska", "%s parts of a block", count(m.group))
	}
	if !inside && id != idCluster && !m.free {
		if m.elements++; m.elements > maxElements {
			return tooMuch("Matroska", "%s elements", count(m.elements))
		}
	}
	if top || masters[id] {
		if len(m.stack) > maxElementDepth {
			return damaged("Matroska", "elements %d deep in one another", len(m.stack))
		}
		if id == idTrack && !m.free {
			if m.tracks++; m.tracks > maxTracks {
				return damaged("Matroska", "more than %d tracks", maxTracks)
			}
		}
		m.stack = append(m.stack, element{id, end})
		m.child(m.pos)
		return nil
	}
	if size == endless {
		m.resync(m.pos) // FFmpeg refuses it
		return nil
	}
	m.child(end)
	return m.leaf(id, size, inside)
}

// leaf looks at an element that holds data.
func (m *matroska) leaf(id uint32, size int64, inside bool) error {
	const void, checksum = 0xEC, 0xBF
	switch {
	case id == void || id == checksum:
		return nil
	case id == idBlock || id == idSimple:
		if size > maxBlockBytes {
			return m.large("a block", size)
		}
	case inside || m.free || size > 256<<20: // FFmpeg's own bound
		return nil
	default:
		if m.metadata += size; m.metadata > maxMetadataBytes {
			return m.large("metadata", m.metadata)
		}
	}
	return nil
}

func (m *matroska) large(what string, size int64) error {
	if m.size < endless && size > m.size {
		return damaged("Matroska", "%s of %s in a file of %s", what, bytes(size), bytes(m.size))
	}
	return tooMuch("Matroska", "%s of %s", what, bytes(size))
}

// inside says whether an element of this ID is open.
func (m *matroska) inside(id uint32) bool {
	for _, e := range m.stack {
		if e.id == id {
			return true
		}
	}
	return false
}
