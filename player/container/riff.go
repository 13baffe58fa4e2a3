package container

import "encoding/binary"

// Bounds of RIFF.
const (
	// maxChunkBytes is the most bytes of a chunk that FFmpeg reads into memory: formats, texts,
	// headers of codecs.
	maxChunkBytes = 16 << 20
	// maxSteadyStreams is the most streams of an AVI file whose samples have one size: FFmpeg
	// splits what the only index entry of one announces, which takes up to 50 MB.
	maxSteadyStreams = 10
)

// riff follows AVI and WAV. Multimedia Programming Interface and Data Specifications 1.0; OpenDML
// AVI File Format Extensions 1.02.
type riff struct {
	cursor

	size    int64
	streams int
	steady  int
	index   int64
}

func newRIFF(source Source) *riff {
	r := &riff{size: source.end()}
	r.take(0, 8, r.header)
	return r
}

// seek goes on at offset if one of the chunks begins there that stand between samples.
func (r *riff) seek(offset int64) {
	if r.within(offset) {
		return
	}
	r.pos = offset
	r.take(offset, 8, func(b []byte) error {
		switch name := string(b[:4]); name {
		case "idx1", "RIFF", "LIST", "JUNK":
			return r.header(b)
		}
		r.stop()
		return nil
	})
}

// header reads the name and size of a chunk.
func (r *riff) header(b []byte) error {
	name, size := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
	end := r.pos + size + size&1
	switch name {
	case "RIFF", "RF64", "LIST":
		r.take(r.pos, 4, func(b []byte) error {
			if string(b) == "movi" {
				r.take(end, 8, r.header)
			} else {
				r.take(r.pos, 8, r.header)
			}
			return nil
		})
		return nil
	case "strh":
		if r.streams++; r.streams > maxTracks {
			return damaged("AVI", "more than %d streams", maxTracks)
		}
		if size >= 48 {
			r.take(r.pos, 48, func(b []byte) error {
				r.take(max(r.pos, end), 8, r.header)
				if binary.LittleEndian.Uint32(b[44:]) == 0 {
					return nil
				}
				if r.steady++; r.steady > maxSteadyStreams {
					return damaged("AVI", "more than %d streams of sound", maxSteadyStreams)
				}
				return nil
			})
			return nil
		}
	case "strf", "strd", "strn", "fmt ", "bext", "IDIT", "iXML":
		if size > maxChunkBytes {
			if size > r.size {
				return damaged(name, "a header of %s in a file of %s", bytes(size), bytes(r.size))
			}
			return tooMuch(name, "a header of %s", bytes(size))
		}
	case "indx":
		if size >= 24 {
			r.take(r.pos, 24, func(b []byte) error {
				r.take(max(r.pos, end), 8, r.header)
				width := 4 * int64(binary.LittleEndian.Uint16(b))
				if n := int64(binary.LittleEndian.Uint32(b[4:])); saturate(n, width) > size-24 {
					return damaged(name, "%s entries in a table of %s", count(n), bytes(size))
				}
				return nil
			})
			return nil
		}
	case "idx1":
		return r.entries(size/16, end)
	}
	r.take(end, 8, r.header)
	return nil
}

// entries reads the n rows of an idx1 chunk. A sample is no larger than the file.
func (r *riff) entries(n, end int64) error {
	if r.index = max(r.index, saturate(n, indexEntry)); r.index > maxIndexBytes {
		if saturate(n, 16) > r.size {
			return damaged("idx1", "%s samples in %s", count(n), bytes(r.size))
		}
		return tooMuch("idx1", "%s samples", count(n))
	}
	var row func(b []byte) error
	row = func(b []byte) error {
		if size := int64(binary.LittleEndian.Uint32(b[12:])); size > r.size {
			return damaged("idx1", "a sample of %s in a file of %s", bytes(size), bytes(r.size))
		}
		if n--; n <= 0 {
			r.take(max(r.pos, end), 8, r.header)
		} else {
			r.take(r.pos, 16, row)
		}
		return nil
	}
	if n == 0 {
		r.take(end, 8, r.header)
	} else {
		r.take(r.pos, 16, row)
	}
	return nil
}
