package mediatest

import (
	"bytes"
	"encoding/binary"
)

// Box writes a box of ISO base media: its size, its type, and a payload of the parts one after
// another. ISO/IEC 14496-12, 4.2.
func Box(kind string, parts ...[]byte) []byte {
	payload := bytes.Join(parts, nil)
	return append(append(U32(uint32(8+len(payload))), kind...), payload...)
}

// FullBox writes a box with a version and flags before its payload.
func FullBox(kind string, version byte, flags uint32, parts ...[]byte) []byte {
	return Box(kind, append([][]byte{U32(uint32(version)<<24 | flags&0xFFFFFF)}, parts...)...)
}

// Sized writes a box whose header says size, whatever its payload has.
func Sized(kind string, size uint32, parts ...[]byte) []byte {
	box := Box(kind, parts...)
	binary.BigEndian.PutUint32(box, size)
	return box
}

// U32 writes numbers of 32 bits, big endian.
func U32(values ...uint32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// U64 writes numbers of 64 bits, big endian.
func U64(values ...uint64) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}

// Track is a track box of which each table can be replaced. The zero value is a track of one
// picture of 100 bytes.
type Track struct {
	ID      uint32
	Handler string   // vide when empty
	Tables  [][]byte // of the sample table box in place of those of one picture, after the sample description
	Edits   []byte   // an edts box
	Extra   []byte   // after the media box
}

// Bytes writes the track box.
func (t Track) Bytes() []byte {
	id, handler := max(1, t.ID), t.Handler
	if handler == "" {
		handler = "vide"
	}
	unity := U32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
	entry := Box("mp4v", make([]byte, 6), []byte{0, 1}, make([]byte, 16), []byte{1, 64, 0, 180}, U32(0x480000, 0x480000, 0), []byte{0, 1},
		make([]byte, 32), []byte{0, 24, 0xFF, 0xFF})
	media := FullBox("vmhd", 0, 1, make([]byte, 8))
	if handler == "soun" {
		entry = Box("sowt", make([]byte, 6), []byte{0, 1}, make([]byte, 8), []byte{0, 1, 0, 16, 0, 0, 0, 0}, U32(8000<<16))
		media = FullBox("smhd", 0, 0, make([]byte, 4))
	}
	tables := t.Tables
	if tables == nil {
		tables = [][]byte{FullBox("stts", 0, 0, U32(1, 1, 40)), FullBox("stsc", 0, 0, U32(1, 1, 1, 1)), FullBox("stsz", 0, 0, U32(100, 1)),
			FullBox("stco", 0, 0, U32(1, 48))}
	}
	tables = append([][]byte{FullBox("stsd", 0, 0, U32(1), entry)}, tables...)
	return Box("trak",
		FullBox("tkhd", 0, 3, U32(0, 0, id, 0, 1000), make([]byte, 16), unity, U32(320<<16, 180<<16)),
		t.Edits,
		Box("mdia",
			FullBox("mdhd", 0, 0, U32(0, 0, 1000, 1000), []byte{0x55, 0xC4, 0, 0}),
			FullBox("hdlr", 0, 0, U32(0), []byte(handler), make([]byte, 12), []byte{'x', 0}),
			Box("minf", media, Box("dinf", FullBox("dref", 0, 0, U32(1), FullBox("url ", 0, 1))), Box("stbl", tables...)),
		),
		t.Extra)
}

// Movie writes a movie box of tracks and of other boxes.
func Movie(boxes ...[]byte) []byte {
	head := FullBox("mvhd", 0, 0, U32(0, 0, 1000, 1000, 0x10000, 0x1000000), make([]byte, 8),
		U32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000), make([]byte, 24), U32(uint32(len(boxes)+1)))
	return Box("moov", append([][]byte{head}, boxes...)...)
}

// Film writes a file of boxes behind its brand and 4 KB of media, to which the tracks' chunk
// offsets lead.
func Film(boxes ...[]byte) []byte {
	return bytes.Join(append([][]byte{Box("ftyp", []byte("isom"), U32(0), []byte("isom")), Box("mdat", make([]byte, 4096))}, boxes...), nil)
}

// Fragment writes a movie fragment box whose only track fragment has boxes.
func Fragment(boxes ...[]byte) []byte {
	return Box("moof", FullBox("mfhd", 0, 0, U32(1)), Box("traf", append([][]byte{FullBox("tfhd", 0, 0x000038, U32(1, 1, 1, 0))}, boxes...)...))
}

// FragmentedMovie writes a movie box of a track whose samples are in fragments.
func FragmentedMovie() []byte {
	empty := [][]byte{FullBox("stts", 0, 0, U32(0)), FullBox("stsc", 0, 0, U32(0)), FullBox("stsz", 0, 0, U32(0, 0)), FullBox("stco", 0, 0, U32(0))}
	return Movie(Track{Tables: empty}.Bytes(), Box("mvex", FullBox("trex", 0, 0, U32(1, 1, 1, 1, 0))))
}
