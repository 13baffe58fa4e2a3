package container

import (
	"encoding/binary"
	"slices"
)

// The fields of a sample that a trun box may have: each is 4 bytes. ISO/IEC 14496-12, 8.8.8.
const runFields = 0x000F00

func checkRun(w *boxes, head []byte, size int64) (int, int64, error) {
	flags := binary.BigEndian.Uint32(head) & 0xFFFFFF
	n := int64(binary.BigEndian.Uint32(head[4:]))
	fixed := 8 + 4*int64(flags&1) + int64(flags&4) // the data offset and the first sample's flags
	width := int64(0)
	for fields := flags & runFields; fields != 0; fields &= fields - 1 {
		width += 4
	}
	if err := w.fits(n, width, size-fixed, endless); err != nil {
		return 0, 0, err
	}
	return 0, 0, w.cost.fragments(w, "trun", n, indexEntry+timeEntry)
}

// checkSegments: ISO/IEC 14496-12, 8.16.3. The first offset has 64 bits in version 1.
func checkSegments(w *boxes, head []byte, size int64) (int, int64, error) {
	if head[0] == 0 {
		n := int64(binary.BigEndian.Uint16(head[22:]))
		return 12, n, w.segments(uint64(binary.BigEndian.Uint32(head[16:])), n, size-24)
	}
	if size < 32 {
		return 0, 0, nil
	}
	high := binary.BigEndian.Uint32(head[20:])
	end := w.leaf.end
	w.take(w.pos, 8, func(b []byte) error {
		n := int64(binary.BigEndian.Uint16(b[6:]))
		if err := w.segments(uint64(high)<<32|uint64(binary.BigEndian.Uint32(b)), n, size-32); err != nil {
			return err
		}
		w.rows(12, n, end, eachSegment)
		return nil
	})
	return ownRows, 0, nil
}

// segments begins a segment index of n segments, the first of which is offset bytes after the box.
func (w *boxes) segments(offset uint64, n, room int64) error {
	if err := w.fits(n, 12, room, endless); err != nil {
		return err
	}
	if offset > uint64(endless-w.leaf.end) {
		return damaged("sidx", "segments beyond the end of any file")
	}
	w.segment = w.leaf.end + int64(offset)
	return w.cost.fragment(w, n)
}

// eachSegment remembers where a segment begins.
func eachSegment(w *boxes, row []byte) error {
	if i, known := slices.BinarySearch(w.targets, w.segment); !known {
		w.targets = slices.Insert(w.targets, i, w.segment)
	}
	if len(w.targets) > maxTargets && !w.source.Seekable {
		i, _ := slices.BinarySearch(w.targets, w.pos)
		w.targets = slices.Delete(w.targets, 0, i) // there is no way back
	}
	if len(w.targets) > maxTargets {
		return tooMuch("sidx", "%s segments", count(len(w.targets)))
	}
	size := int64(binary.BigEndian.Uint32(row) & 0x7FFFFFFF)
	if w.segment > endless-size {
		return damaged("sidx", "segments beyond the end of any file")
	}
	w.segment += size
	return nil
}

// checkEncrypted: ISO/IEC 23001-7, 7.2. Samples of which nothing is said take no bytes.
func checkEncrypted(w *boxes, head []byte, size int64) (int, int64, error) {
	n := int64(binary.BigEndian.Uint32(head[4:]))
	if head[3]&2 != 0 { // each has the number of its subsamples
		if err := w.fits(n, 2, size-8, endless); err != nil {
			return 0, 0, err
		}
	}
	return 0, 0, w.cost.fragments(w, "senc", n, encryptedEntry)
}

// auxiliary is where a saiz or saio box goes on after the type of its data, when it has that.
func auxiliary(head []byte) int {
	if len(head) >= 4 && head[3]&1 != 0 {
		return 12
	}
	return 4
}

// checkAuxiliarySizes: ISO/IEC 14496-12, 8.7.8.
func checkAuxiliarySizes(w *boxes, head []byte, size int64) (int, int64, error) {
	at := auxiliary(head)
	if len(head) < at+5 {
		return 0, 0, nil
	}
	n := int64(binary.BigEndian.Uint32(head[at+1:]))
	if head[at] == 0 {
		if err := w.fits(n, 1, size-int64(at)-5, endless); err != nil {
			return 0, 0, err
		}
	}
	return 0, 0, w.cost.fragments(w, "saiz", n, encryptedEntry)
}

// checkAuxiliaryOffsets: ISO/IEC 14496-12, 8.7.9.
func checkAuxiliaryOffsets(w *boxes, head []byte, size int64) (int, int64, error) {
	at := auxiliary(head)
	if len(head) < at+4 {
		return 0, 0, nil
	}
	width := int64(4)
	if head[0] != 0 {
		width = 8
	}
	return 0, 0, w.fits(int64(binary.BigEndian.Uint32(head[at:])), width, size-int64(at)-4, endless)
}

// checkGroups: ISO/IEC 14496-12, 8.9.2.
func checkGroups(w *boxes, head []byte, size int64) (int, int64, error) {
	at := 8
	if len(head) > 0 && head[0] == 1 {
		at = 12
	}
	if len(head) < at+4 {
		return 0, 0, nil
	}
	return 0, 0, w.fits(int64(binary.BigEndian.Uint32(head[at:])), 8, size-int64(at)-4, endless)
}

// checkGroupKinds: ISO/IEC 14496-12, 8.9.3. An entry may be empty, but FFmpeg reads a byte of each.
func checkGroupKinds(w *boxes, head []byte, size int64) (int, int64, error) {
	if len(head) < 12 {
		return 0, 0, nil
	}
	at := 8 + 4*min(int(head[0]), 2)
	if len(head) < at+4 {
		return 0, 0, nil
	}
	return 0, 0, w.fits(int64(binary.BigEndian.Uint32(head[at:])), 1, max(1, size-int64(at)-4), endless)
}

// checkSystems: ISO/IEC 23001-7, 8.1. The data of version 1 follows the key IDs.
func checkSystems(w *boxes, head []byte, size int64) (int, int64, error) {
	n, width := int64(binary.BigEndian.Uint32(head[20:])), int64(1)
	if head[0] > 0 {
		width = 16
	}
	return 0, 0, w.fits(n, width, size-24, endless)
}

// checkItems: ISO/IEC 14496-12, 8.11.3 and 8.11.6.
func checkItems(w *boxes, head []byte, size int64) (int, int64, error) {
	at, long := 4, len(head) > 0 && head[0] > 0
	if w.leaf.kind.is("iloc") {
		at, long = 6, len(head) > 0 && head[0] > 1
	}
	switch {
	case long && len(head) >= at+4:
		return 0, 0, w.fits(int64(binary.BigEndian.Uint32(head[at:])), 6, size-int64(at)-4, endless)
	case !long && len(head) >= at+2:
		return 0, 0, w.fits(int64(binary.BigEndian.Uint16(head[at:])), 6, size-int64(at)-2, endless)
	}
	return 0, 0, nil
}
