package container

import (
	"encoding/binary"
)

// table is a box with counts.
type table struct {
	// head is how many bytes of the payload check wants; it gets fewer when the box has fewer, unless it wants the whole.
	head  int
	whole bool
	// check looks at the head of a payload of size bytes. It returns the size of the rows that
	// follow the head and their number when each is to be seen.
	check func(w *boxes, head []byte, size int64) (width int, rows int64, err error)
	// each sees a row.
	each func(w *boxes, row []byte) error
}

// tables are the boxes that are looked into, by type. ISO/IEC 14496-12, 8.6 to 8.9 and 8.16;
// ISO/IEC 23001-7, 7 and 8.
var tables map[string]table

func init() { //nolint:gochecknoinits // the table refers to functions that look into it
	entries := func(width, limit int64) table {
		return table{head: 8, whole: true, check: func(w *boxes, head []byte, size int64) (int, int64, error) {
			return 0, 0, w.fits(int64(binary.BigEndian.Uint32(head[4:])), width, size-8, limit)
		}}
	}
	stsz := table{head: 12, whole: true, check: checkSizes}
	chunks := table{head: 8, whole: true, check: checkChunks}
	tables = map[string]table{
		"stsz": stsz, "stz2": stsz,
		"stco": chunks, "co64": chunks,
		"stts": {head: 8, whole: true, check: checkTimes, each: eachTime},
		"ctts": {head: 8, whole: true, check: checkOffsets},
		"stsc": {head: 8, whole: true, check: checkChunkRuns, each: eachChunkRun},
		"stss": entries(4, endless), "stps": entries(4, endless),
		"elst": {head: 8, whole: true, check: checkEdits, each: eachEdit},
		"trun": {head: 8, whole: true, check: checkRun},
		"sidx": {head: 24, whole: true, check: checkSegments, each: eachSegment},
		"senc": {head: 8, whole: true, check: checkEncrypted},
		"saiz": {head: 17, check: checkAuxiliarySizes},
		"saio": {head: 16, check: checkAuxiliaryOffsets},
		"sbgp": {head: 16, check: checkGroups},
		"sgpd": {head: 20, check: checkGroupKinds},
		"pssh": {head: 24, whole: true, check: checkSystems},
		"dref": entries(12, 1024),
		"keys": entries(8, maxTags),
		"iinf": {head: 8, check: checkItems}, "iloc": {head: 10, check: checkItems},
		"cmov": {head: 24, check: checkCompressed},
		"hdlr": {head: 12, check: checkHandler},
	}
}

// ownRows is the width that check returns when it reads on by itself.
const ownRows = -1

// table reads the payload of a box without boxes.
func (w *boxes) table(k kind, end int64) error {
	t, ok := tables[string(k[:])]
	size := end - w.pos
	if !ok || size <= 0 || t.whole && size < int64(t.head) {
		w.child(end)
		return nil
	}
	w.take(w.pos, int(min(int64(t.head), size)), func(b []byte) error {
		width, rows, err := t.check(w, b, size)
		if err == nil && width != ownRows {
			w.rows(width, rows, end, t.each)
		}
		return err
	})
	return nil
}

// rows makes each see n rows of width bytes, or what there is of them before end, and goes on after
// end.
func (w *boxes) rows(width int, n, end int64, each func(w *boxes, row []byte) error) {
	if width <= 0 || n <= 0 || end-w.pos < int64(width) {
		w.child(end)
		return
	}
	var row func(b []byte) error
	row = func(b []byte) error {
		if err := each(w, b); err != nil {
			return err
		}
		if n--; n == 0 || end-w.pos < int64(width) {
			w.child(end)
		} else {
			w.take(w.pos, width, row)
		}
		return nil
	}
	w.take(w.pos, width, row)
}

// fits refuses a table of n entries of width bytes in a box that has room bytes for them.
func (w *boxes) fits(n, width, room, limit int64) error {
	name := w.leaf.kind.String()
	if n > limit || saturate(n, width) > max(0, room) {
		return damaged(name, "%s entries in a table of %s", count(n), bytes(room))
	}
	return nil
}

// checkSizes: ISO/IEC 14496-12, 8.7.3.
func checkSizes(w *boxes, head []byte, size int64) (int, int64, error) {
	n := int64(binary.BigEndian.Uint32(head[8:]))
	each := int64(binary.BigEndian.Uint32(head[4:]))
	if w.leaf.kind.is("stz2") {
		bits := int64(head[7])
		if err := w.fits(n*bits/8, 1, size-12, endless); err != nil {
			return 0, 0, err
		}
	} else if each == 0 {
		if err := w.fits(n, 4, size-12, endless); err != nil {
			return 0, 0, err
		}
	}
	if t := w.track; t != nil {
		t.samples, t.sampleSize = max(t.samples, n), max(1, each)
	}
	return 0, 0, nil
}

// checkChunks: ISO/IEC 14496-12, 8.7.5.
func checkChunks(w *boxes, head []byte, size int64) (int, int64, error) {
	n, width := int64(binary.BigEndian.Uint32(head[4:])), int64(4)
	if w.leaf.kind.is("co64") {
		width = 8
	}
	if err := w.fits(n, width, size-8, endless); err != nil {
		return 0, 0, err
	}
	if t := w.track; t != nil {
		t.chunks = max(t.chunks, n)
	}
	return 0, 0, nil
}

// checkTimes: ISO/IEC 14496-12, 8.6.1.2.
func checkTimes(w *boxes, head []byte, size int64) (int, int64, error) {
	n := int64(binary.BigEndian.Uint32(head[4:]))
	if err := w.fits(n, 8, size-8, endless); err != nil {
		return 0, 0, err
	}
	if n == 1 {
		return 8, 1, nil
	}
	if w.track != nil {
		w.track.timed = true
	}
	return 0, 0, nil
}

// eachTime sees the only entry: FFmpeg has another index for sound whose samples last one tick
// each.
func eachTime(w *boxes, row []byte) error {
	if t := w.track; t != nil {
		if binary.BigEndian.Uint32(row[4:]) == 1 {
			t.ticks = true
		} else {
			t.timed = true
		}
	}
	return nil
}

// checkOffsets: ISO/IEC 14496-12, 8.6.1.3.
func checkOffsets(w *boxes, head []byte, size int64) (int, int64, error) {
	if w.track != nil {
		w.track.offsets = true
	}
	return 0, 0, w.fits(int64(binary.BigEndian.Uint32(head[4:])), 8, size-8, endless)
}

// checkChunkRuns: ISO/IEC 14496-12, 8.7.4.
func checkChunkRuns(w *boxes, head []byte, size int64) (int, int64, error) {
	n := int64(binary.BigEndian.Uint32(head[4:]))
	if err := w.fits(n, 12, size-8, endless); err != nil {
		return 0, 0, err
	}
	if w.track != nil {
		w.track.runs.begin()
	}
	return 12, n, nil
}

func eachChunkRun(w *boxes, row []byte) error {
	if w.track != nil {
		w.track.runs.add(int64(binary.BigEndian.Uint32(row)), int64(binary.BigEndian.Uint32(row[4:])))
	}
	return nil
}

// checkEdits: ISO/IEC 14496-12, 8.6.6. FFmpeg reads as many as the box has, whatever the count
// says.
func checkEdits(w *boxes, head []byte, size int64) (int, int64, error) {
	width := 12
	if head[0] == 1 {
		width = 20
	}
	n := int64(binary.BigEndian.Uint32(head[4:]))
	if err := w.fits(n, int64(width), size-8, endless); err != nil {
		return 0, 0, err
	}
	n = (size - 8) / int64(width)
	if w.track != nil {
		w.track.edits = max(w.track.edits, n)
	}
	return width, n, nil
}

func eachEdit(_ *boxes, row []byte) error {
	if len(row) == 20 && row[0]&0x80 != 0 {
		return damaged("elst", "an edit of negative length")
	}
	return nil
}

// checkHandler: ISO/IEC 14496-12, 8.4.3.
func checkHandler(w *boxes, head []byte, _ int64) (int, int64, error) {
	if t := w.track; t != nil && len(head) == 12 && len(w.stack) > 0 && w.stack[len(w.stack)-1].kind.is("mdia") {
		sound := string(head[8:]) == "soun"
		t.sound, t.other = t.sound || sound, t.other || !sound
	} else if t != nil {
		t.other = true
	}
	return 0, 0, nil
}
