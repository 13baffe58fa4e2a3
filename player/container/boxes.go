package container

import (
	"encoding/binary"
	"slices"
)

// Bounds of ISO base media.
const (
	// maxMovieBytes is the most bytes of a movie box, and of a box outside of it that FFmpeg reads
	// into memory. A film of ten hours has 40 MB.
	maxMovieBytes = 128 << 20
	// maxFragmentBox is the most bytes of a movie fragment box.
	maxFragmentBox = 32 << 20
	// maxDescription is the most bytes of a sample description box.
	maxDescription = 16 << 20
	// maxBoxDepth is how deep boxes may be nested. FFmpeg goes down 10.
	maxBoxDepth = 16
	// maxBoxes is the most boxes in a movie or movie fragment box, at all depths.
	maxBoxes = 1 << 16
	// maxTags is the most boxes in a metadata box: FFmpeg compares each with all before it.
	maxTags = 4096
	// maxSystemBoxes is the most pssh boxes in a movie or movie fragment box.
	maxSystemBoxes = 64
	// maxTracks is the most tracks of a file. FFmpeg makes a stream of each, whatever it holds.
	maxTracks = 128
	// maxForks is the most places inside media data that are examined at a time.
	maxForks = 16
	// maxTargets is the most places that segment indexes name.
	maxTargets = 1 << 17
)

// kind is a box's type.
type kind [4]byte

func kindOf(b []byte) kind        { return kind(b[:4]) }
func (k kind) is(s string) bool   { return string(k[:]) == s }
func (k kind) in(m []string) bool { return slices.Contains(m, string(k[:])) }

func (k kind) String() string {
	for _, c := range k {
		if c < ' ' || c > '~' {
			return "box"
		}
	}
	return string(k[:])
}

// The boxes whose payload is boxes, as FFmpeg reads them: at every depth.
var containers = []string{"moov", "trak", "mdia", "minf", "stbl", "dinf", "edts", "udta", "ilst", "mvex", "moof", "traf", "tref", "sinf", "schi"}

// The boxes whose payload is passed over, so that its size costs nothing.
var payloads = []string{"mdat", "free", "skip", "wide", "hoov", "emsg", "prft", "styp", "pdin", "mfra"}

// indexes are the boxes that a movie or a fragment is indexed with.
var indexes = kinds("stsz", "stz2", "stco", "co64", "stts", "ctts", "stsc", "stss", "stps", "elst", "trun", "sidx", "senc", "saiz", "saio", "sbgp",
	"sgpd", "cmov")

func kinds(names ...string) map[kind]bool {
	m := make(map[kind]bool)
	for _, name := range names {
		m[kind([]byte(name))] = true
	}
	return m
}

// The boxes that may not hold tables. FFmpeg looks for boxes in them at places that depend on the
// codec.
var tableless = []string{"stsd", "wave", "glbl", "iprp", "jp2h"}

// frame is a box that boxes are read from.
type frame struct {
	kind     kind
	end      int64
	children int
}

// boxes follows ISO base media. It starts at a box.
type boxes struct {
	cursor

	source  Source
	size    int64 // of the file, endless when unknown
	stack   []frame
	count   int   // boxes in the outermost open one
	traks   int   // track boxes since the last movie box began
	systems int   // pssh boxes in the outermost open one
	leaf    frame // the box without boxes that is read
	media   []extent

	cost    cost
	track   *track
	targets []int64 // that segment indexes name, ascending
	segment int64   // the next one
	forks   []*boxes
	fork    bool // it began inside media data
	dead    bool // a fork that found no box
	guess   bool // the next box begins where the demuxer went, which may be a sample
}

// extent is where the payload of a media data box lies.
type extent struct{ from, to int64 }

func newBoxes(source Source, offset int64) *boxes {
	w := &boxes{source: source, size: source.end()}
	if source.Seekable {
		w.cost.tops = make(map[int64]topCost)
	}
	w.passed = w.pass
	w.pos = offset
	w.root(offset)
	return w
}

// starts are the boxes that are followed where a box is only a guess: those that hold others, and
// those that media may begin with.
var starts = append([]string{"ftyp", "sidx", "uuid", "meta"}, append(payloads, "moov", "moof", "trak")...)

// root makes a box at offset the next one of the file.
func (w *boxes) root(offset int64) {
	w.guess = false
	w.stack = append(w.stack[:0], frame{end: endless})
	w.track = nil
	w.child(offset)
}

func (w *boxes) read(p []byte) error {
	at := w.pos
	live := slices.Clone(w.forks)
	if err := w.feed(p); err != nil {
		return err
	}
	if w.track != nil && w.pos >= w.track.end {
		if err := w.endTrack(); err != nil { // FFmpeg builds the index as soon as it has the last byte
			return err
		}
	}
	w.forks = slices.DeleteFunc(w.forks, func(f *boxes) bool { return f.dead })
	for _, f := range live {
		if f.dead || f.pos != at {
			continue
		}
		if err := f.read(p); err != nil {
			return err
		}
	}
	return nil
}

// pass looks for places in p that a segment index names: the demuxer may go on there.
func (w *boxes) pass(p []byte, at int64) error {
	i, _ := slices.BinarySearch(w.targets, at)
	for ; i < len(w.targets) && w.targets[i] < at+int64(len(p)); i++ {
		f := newBoxes(Source{Size: w.source.Size}, w.targets[i])
		f.fork, f.cost.tracks, f.cost.total = true, w.cost.tracks, w.cost.total
		if err := f.read(p[w.targets[i]-at:]); err != nil {
			return err
		}
		if f.dead {
			continue
		}
		if w.forks = append(w.forks, f); len(w.forks) > maxForks {
			return damaged("sidx", "%d segments inside one another", len(w.forks))
		}
	}
	return nil
}

func (w *boxes) seek(offset int64) {
	w.forks = nil
	if w.within(offset) {
		return
	}
	w.pos = offset
	guess := true
	for _, m := range w.media {
		if m.from <= offset && offset < m.to {
			w.root(m.to)
			return
		}
		guess = guess && offset != m.to
	}
	w.root(offset)
	w.guess = guess
}

func (w *boxes) end() error {
	if w.track != nil {
		return w.endTrack()
	}
	return nil
}

// child makes the step after offset the header of the next box, and leaves those that end there.
func (w *boxes) child(offset int64) {
	for len(w.stack) > 1 && w.stack[len(w.stack)-1].end-offset < 8 {
		offset = max(offset, w.stack[len(w.stack)-1].end)
		w.stack = w.stack[:len(w.stack)-1]
	}
	w.take(max(offset, w.pos), 8, w.header)
}

// leave goes on after the innermost box, where no box follows in it. FFmpeg may take the track for
// complete.
func (w *boxes) leave() error {
	if w.track != nil {
		if err := w.charge(); err != nil {
			return err
		}
	}
	last := len(w.stack) - 1
	if last == 0 {
		w.rest()
		return nil
	}
	offset := w.stack[last].end
	w.stack = w.stack[:last]
	w.child(offset)
	return nil
}

// rest passes over the rest of the file.
func (w *boxes) rest() {
	w.dead = w.fork
	w.take(endless, 8, w.header)
}

// header reads the size and type of a box. ISO/IEC 14496-12, 4.2.
func (w *boxes) header(b []byte) error {
	size, at := int64(binary.BigEndian.Uint32(b)), w.pos-8
	k := kindOf(b[4:])
	if size == 1 {
		w.take(w.pos, 8, func(b []byte) error {
			size := binary.BigEndian.Uint64(b)
			if size < 16 || size > endless {
				return w.leave()
			}
			return w.begin(k, at, int64(size))
		})
		return nil
	}
	if size == 0 {
		size = min(w.size, w.stack[len(w.stack)-1].end) - at
	}
	if size < 8 {
		return w.leave()
	}
	return w.begin(k, at, size)
}

// begin looks at a box of size bytes from offset at on. w.pos is at its payload.
func (w *boxes) begin(k kind, at, size int64) error {
	parent := &w.stack[len(w.stack)-1]
	end := parent.end // FFmpeg cuts a box off at the end of its parent
	if size < end-at {
		end = at + size
	}
	if w.track != nil && (at >= w.track.end || k.is("trak") || k.is("mdat")) {
		if err := w.endTrack(); err != nil {
			return err
		}
	}
	if len(w.stack) == 1 {
		if w.guess && !k.in(starts) || w.fork && !k.in(starts) && !k.in(containers) && tables[string(k[:])].check == nil {
			w.rest()
			return nil
		}
		w.guess = false
		w.count, w.systems = 0, 0
		w.cost.begin(at)
	}
	parent.children++
	w.count++
	w.leaf = frame{kind: k, end: end}
	if err := w.bounds(k, parent, end-at); err != nil {
		return err
	}
	return w.enter(k, end)
}

// bounds checks a box of size bytes against what its place allows.
func (w *boxes) bounds(k kind, parent *frame, size int64) error {
	name := k.String()
	outermost := len(w.stack) == 1
	known := k.in(containers) || k.in(tableless) || tables[string(k[:])].check != nil || k.is("meta")
	switch {
	case k.in(payloads):
		return nil
	case k.in(tableless) && size > maxDescription:
		return w.large(name, size)
	case k.is("moof") && size > maxFragmentBox, k.is("uuid") && size > maxMovieBytes, known && size > maxMovieBytes:
		return w.large(name, size)
	case outermost:
		return nil
	case w.count > maxBoxes:
		return damaged(name, "more than %s boxes in one", count(maxBoxes))
	case parent.children > maxTags && (parent.kind.is("udta") || parent.kind.is("ilst") || parent.kind.is("meta")):
		return damaged(name, "more than %s tags", count(maxTags))
	case len(w.stack) > maxBoxDepth:
		return damaged(name, "boxes %d deep in one another", len(w.stack))
	}
	if k.is("pssh") {
		if w.systems++; w.systems > maxSystemBoxes {
			return damaged(name, "more than %d protection systems", maxSystemBoxes)
		}
	}
	return nil
}

// large says that a box is too large: for the file, or for the memory.
func (w *boxes) large(name string, size int64) error {
	if w.size < endless && size > w.size {
		return damaged(name, "a box of %s in a file of %s", bytes(size), bytes(w.size))
	}
	return tooMuch(name, "a box of %s", bytes(size))
}

// enter chooses how the payload of a box is read.
func (w *boxes) enter(k kind, end int64) error {
	payload := end - w.pos
	switch {
	case k.is("mdat"):
		w.media = append(w.media, extent{w.pos, end})
		if len(w.media) > 1024 {
			w.media = slices.Delete(w.media, 0, 512)
		}
		w.child(end)
	case k.is("free"), k.is("hoov"):
		if payload < 8 {
			w.child(end)
			break
		}
		w.take(w.pos, 8, func(b []byte) error { // FFmpeg finds a disabled movie box in it
			if first := kindOf(b[4:]); !first.is("mvhd") && !first.is("cmov") {
				w.child(end)
				return nil
			}
			w.push(kind([]byte("moov")), end)
			return w.header(b)
		})
	case k.is("meta"):
		w.meta(end)
	case k.in(tableless):
		w.scan(k, end)
	case k.in(containers):
		if k.is("trak") {
			w.track = &track{end: end}
			if w.traks++; w.traks > maxTracks {
				return damaged("moov", "more than %d tracks", maxTracks)
			}
			w.cost.tracks = max(w.cost.tracks, w.traks)
		}
		if k.is("moov") {
			w.traks = 0
		}
		if k.is("moof") {
			if err := w.cost.fragment(w, 1); err != nil {
				return err
			}
		}
		w.push(k, end)
		w.child(w.pos)
	default:
		return w.table(k, end)
	}
	return nil
}

func (w *boxes) push(k kind, end int64) { w.stack = append(w.stack, frame{kind: k, end: end}) }

// meta finds the first box of a metadata box, which is a hdlr: QuickTime's metadata box is no full
// box. As FFmpeg does, it looks for the type at every fourth byte.
func (w *boxes) meta(end int64) {
	var size [4]byte
	var look func(b []byte) error
	look = func(b []byte) error {
		switch {
		case string(b) == "hdlr":
			w.push(kind([]byte("meta")), end)
			return w.header(append(size[:], b...))
		case end-w.pos < 4:
			w.child(end)
		default:
			copy(size[:], b)
			w.take(w.pos, 4, look)
		}
		return nil
	}
	if end-w.pos < 8 {
		w.child(end)
		return
	}
	w.take(w.pos, 4, look)
}

// scan looks for the types of tables in the payload of a box that must hold none.
func (w *boxes) scan(k kind, end int64) {
	s := &scanner{track: w.track, begin: w.pos, stsd: k.is("stsd")}
	var look func(b []byte) error
	look = func(b []byte) error {
		if err := s.next(b[0], w.pos); err != nil {
			return err
		}
		if w.pos >= end {
			w.child(end)
		} else {
			w.take(w.pos, 1, look)
		}
		return nil
	}
	if end <= w.pos {
		w.child(end)
		return
	}
	w.take(w.pos, 1, look)
}

// scanner sees the bytes of a box one by one.
type scanner struct {
	track *track
	stsd  bool
	begin int64
	last  kind
	head  []byte // of a stsd
}

// stsdHead is how much of a sample description says how sound is packed: the first entry, up to
// samplesPerPacket of QuickTime's version 1.
const stsdHead = 48

func (s *scanner) next(b byte, pos int64) error {
	s.last = kind{s.last[1], s.last[2], s.last[3], b}
	if pos-s.begin >= 8 && indexes[s.last] {
		return damaged(s.last.String(), "a table inside a sample description")
	}
	if !s.stsd || len(s.head) >= stsdHead {
		return nil
	}
	if s.head = append(s.head, b); len(s.head) == 8 {
		if n := binary.BigEndian.Uint32(s.head[4:]); n > 1024 {
			return damaged("stsd", "%s sample descriptions", count(n))
		}
	}
	if len(s.head) == stsdHead && s.track != nil {
		s.track.packed(s.head)
	}
	return nil
}
