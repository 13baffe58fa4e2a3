package player

import (
	"crypto/sha256"

	"latchkey/player/container"
	"latchkey/player/framing"
)

// tracks are the tracks of a segment, as far as its beginning names them. The zero value names
// none.
type tracks struct {
	programs container.Programs
	movie    [sha256.Size]byte // of the movie box, zero without one
}

const (
	// tableSearch is how much of the beginning of a segment may come before its program maps, and
	// movieSearch before the end of its movie box.
	tableSearch = 16 << 10
	movieSearch = 64 << 10
)

// tracksOf reads what the beginning of a segment, or of an init section, says of its tracks,
// without consuming anything. It waits for no more bytes than that takes.
func tracksOf(format string, r *framing.Reader) tracks {
	switch format {
	case "mpegts":
		for size := 8 * 188; ; size *= 2 {
			head, err := r.Peek(min(size, tableSearch))
			programs, whole := container.ReadPrograms(head)
			switch {
			case whole:
				return tracks{programs: programs}
			case err != nil || size >= tableSearch:
				return tracks{} // some of its maps may come later
			}
		}
	case "mp4":
		return tracks{movie: movieOf(r)}
	}
	return tracks{}
}

// movieOf returns the hash of the movie box before the first fragment, zero without one. ISO/IEC
// 14496-12, 4.2 and 8.2.1.
func movieOf(r *framing.Reader) [sha256.Size]byte {
	for at := 0; ; {
		head, err := r.Peek(at + 8)
		if err != nil {
			return [sha256.Size]byte{}
		}
		size, ok := framing.BoxSize(head[at:])
		kind := string(head[at+4 : at+8])
		if !ok || int64(at)+size > movieSearch || kind == "moof" || kind == "mdat" {
			return [sha256.Size]byte{}
		}
		if kind == "moov" {
			movie, err := r.Peek(at + int(size))
			if err != nil {
				return [sha256.Size]byte{}
			}
			return sha256.Sum256(movie[at:])
		}
		at += int(size)
	}
}

// changed says whether a segment names other tracks than those before it. One that names none has
// the same.
func (t *tracks) changed(found tracks) bool {
	none := [sha256.Size]byte{}
	if t.programs == nil {
		t.programs = found.programs
	}
	changed := found.programs.Changed(t.programs) && t.programs != nil || found.movie != none && t.movie != none && found.movie != t.movie
	for number, streams := range found.programs {
		if t.programs != nil {
			t.programs[number] = streams
		}
	}
	return changed
}
