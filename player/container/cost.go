package container

import "math/bits"

// What FFmpeg keeps in memory, in bytes: sizeof of its structures on 64-bit machines.
const (
	indexEntry     = 24 // AVIndexEntry
	timeEntry      = 8  // MOVCtts
	encryptedEntry = 64 // AVEncryptionInfo, without subsamples
	fragmentEntry  = 32 // MOVFragmentIndexItem
	fragmentTrack  = 72 // MOVFragmentStreamInfo
)

// Budgets.
const (
	// maxIndexBytes is the most memory of the index that FFmpeg builds from a movie box: 5.6 million
	// samples. A film of ten hours has 2.6 million.
	maxIndexBytes = 128 << 20
	// maxEdited is the most index entries that edit lists may copy: FFmpeg adds the samples of each
	// edit to a new index.
	maxEdited = 16 << 20
	// maxFragmentBytes is the most memory of what fragments add to the index: 9.4 million samples.
	// 24 hours of 47 sound frames and 50 pictures a second have 8.4 million.
	maxFragmentBytes = 288 << 20
)

// topCost is what one outermost box costs.
type topCost struct{ index, edited, fragments int64 }

func (t topCost) plus(o topCost) topCost {
	return topCost{t.index + o.index, t.edited + o.edited, t.fragments + o.fragments}
}

func (t topCost) minus(o topCost) topCost {
	return topCost{t.index - o.index, t.edited - o.edited, t.fragments - o.fragments}
}

// cost adds up what the demuxer keeps. A box that is read again after a seek counts once.
type cost struct {
	total  topCost
	tops   map[int64]topCost // by offset of the outermost box, nil when none is read again
	at     int64             // the current one
	tracks int               // of the movie box
}

func (c *cost) begin(at int64) {
	c.at = at
	if before, again := c.tops[at]; again {
		c.total = c.total.minus(before)
		delete(c.tops, at)
	}
}

func (c *cost) add(t topCost) {
	c.total = c.total.plus(t)
	if c.tops != nil {
		c.tops[c.at] = c.tops[c.at].plus(t)
	}
}

// fragment adds what FFmpeg keeps of n fragments, apart from their samples.
func (c *cost) fragment(w *boxes, n int64) error {
	return c.fragments(w, "moof", n, int64(fragmentEntry+fragmentTrack*max(1, c.tracks)))
}

// fragments adds n entries of each bytes of a box that fragments are described with.
func (c *cost) fragments(w *boxes, name string, n, each int64) error {
	c.add(topCost{fragments: saturate(n, each)})
	if c.total.fragments > maxFragmentBytes {
		return w.tooMany(name, n, "samples", 1)
	}
	return nil
}

// tooMany refuses n things, of which each has at least size bytes somewhere in the file.
func (w *boxes) tooMany(name string, n int64, what string, size int64) error {
	if w.size < endless && saturate(n, size) > w.size {
		return damaged(name, "%s %s in %s", count(n), what, bytes(w.size))
	}
	return tooMuch(name, "%s %s", count(n), what)
}

// saturate multiplies without overflow. Neither is negative.
func saturate(a, b int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	if high != 0 || low > endless/4 {
		return endless / 4 // sums of a few do not overflow
	}
	return int64(low)
}
