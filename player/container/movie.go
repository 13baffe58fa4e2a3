package container

import (
	stdbytes "bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
)

// track is what a trak box says of its index.
type track struct {
	end            int64
	charged        topCost
	samples        int64
	sampleSize     int64
	edits          int64
	chunks         int64
	runs           chunkRuns
	offsets        bool  // has ctts
	sound, other   bool  // kinds of its handlers
	ticks, timed   bool  // has a stts box whose samples last one tick each; has another
	samplesInEntry int64 // of sound, 0 unknown
}

// chunkRuns adds up the samples that chunks have. ISO/IEC 14496-12, 8.7.4.
type chunkRuns struct {
	first, each int64 // of the last run
	samples     int64 // of the runs before it
	most        int64 // of the samples of a chunk
	disorder    bool
}

func (r *chunkRuns) begin() { *r = chunkRuns{most: r.most, disorder: r.disorder || r.first != 0} }

func (r *chunkRuns) add(first, each int64) {
	if first <= r.first {
		r.disorder = true
	} else if r.first > 0 {
		r.samples = min(r.samples+saturate(first-r.first, r.each), endless/4)
	}
	r.first, r.each, r.most = first, each, max(r.most, each)
}

// total is the number of samples of chunks chunks.
func (r *chunkRuns) total(chunks int64) int64 {
	if r.disorder || r.first > chunks {
		return saturate(chunks, r.most) // FFmpeg mends what is out of order
	}
	return min(r.samples+saturate(chunks-r.first+1, r.each), endless/4)
}

// packed reads from the head of a stsd box how many samples FFmpeg puts into an index entry of
// sound. QuickTime File Format, Sound Sample Description (Version 1).
func (t *track) packed(stsd []byte) {
	const (
		version = 8 + 16 // after the box's head and the entry's
		perUnit = version + 20
	)
	t.samplesInEntry = 1024
	switch n := int64(binary.BigEndian.Uint32(stsd[perUnit:])); {
	case binary.BigEndian.Uint32(stsd[4:]) > 1:
		t.samplesInEntry = 160 // the least, of any further entry
	case binary.BigEndian.Uint16(stsd[version:]) != 1, n <= 1:
	case n >= 160:
		t.samplesInEntry = n
	default:
		t.samplesInEntry = 1024 / n * n
	}
}

// entries is the number of index entries that FFmpeg makes of the track.
func (t *track) entries() int64 {
	if !t.ticks {
		return t.samples
	}
	per := t.samplesInEntry
	if per == 0 {
		per = 1024
	}
	entries := t.runs.total(t.chunks)/per + t.chunks
	if t.timed || t.other {
		return max(entries, t.samples)
	}
	return entries
}

// charge adds the track's index to the cost, as far as it is known.
func (w *boxes) charge() error {
	t := w.track
	entries, each := t.entries(), int64(indexEntry)
	if t.offsets {
		each += timeEntry
	}
	now := topCost{index: saturate(entries, each), edited: saturate(entries, max(1, t.edits))}
	w.cost.add(now.minus(t.charged))
	t.charged = now
	if w.cost.total.index <= maxIndexBytes && w.cost.total.edited <= maxEdited {
		return nil
	}
	what := "pictures"
	if t.sound {
		what = "pieces of sound"
	}
	if w.cost.total.index <= maxIndexBytes && t.edits > 1 {
		return tooMuch("elst", "%s edits of %s %s", count(t.edits), count(entries), what)
	}
	return w.tooMany("moov", entries, what, max(1, t.sampleSize))
}

// endTrack charges the track and leaves it.
func (w *boxes) endTrack() error {
	err := w.charge()
	w.track = nil
	return err
}

// Bounds of a compressed movie box, which old QuickTime files have.
const (
	maxCompressed   = 8 << 20
	maxDecompressed = 64 << 20
)

// checkCompressed unpacks a compressed movie box and follows what is in it. QuickTime File Format,
// Compressed Movie Resources.
func checkCompressed(w *boxes, head []byte, size int64) (int, int64, error) {
	if len(head) < 24 || string(head[4:8]) != "dcom" || string(head[8:12]) != "zlib" {
		return 0, 0, nil
	}
	if n := binary.BigEndian.Uint32(head[20:]); n > maxDecompressed {
		return 0, 0, tooMuch("cmov", "a compressed index of %s", bytes(int64(n)))
	}
	if size -= 24; size > maxCompressed {
		return 0, 0, tooMuch("cmov", "a compressed index of %s", bytes(size))
	}
	if size <= 0 {
		return 0, 0, nil
	}
	end := w.leaf.end
	w.take(w.pos, int(size), func(b []byte) error {
		w.child(end)
		return w.compressed(b)
	})
	return ownRows, 0, nil
}

// compressed follows a movie box that zlib has packed. What does not unpack FFmpeg refuses too.
func (w *boxes) compressed(b []byte) error {
	plain, err := zlib.NewReader(stdbytes.NewReader(b))
	if err != nil {
		return nil //nolint:nilerr // FFmpeg's to refuse
	}
	inner := newBoxes(Source{Size: w.size}, 0)
	inner.stack[0].kind = kind([]byte("moov"))
	n, err := io.Copy(feeder{inner}, io.LimitReader(plain, maxDecompressed+1))
	var refused *Error
	if errors.As(err, &refused) {
		return err
	}
	if n > maxDecompressed {
		return tooMuch("cmov", "a compressed index of more than %s", bytes(n))
	}
	if err := inner.end(); err != nil {
		return err
	}
	w.cost.add(inner.cost.total)
	return nil
}

// feeder is a parser as a writer.
type feeder struct{ parser parser }

func (f feeder) Write(p []byte) (int, error) {
	if err := f.parser.read(p); err != nil {
		return 0, err
	}
	return len(p), nil
}
