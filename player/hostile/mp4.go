package hostile

// box is a box of ISO/IEC 14496-12, 4.2.
func box(kind string, parts ...[]byte) []byte {
	size := 8
	for _, p := range parts {
		size += len(p)
	}
	return sizedBox(kind, size, parts...)
}

// sizedBox is a box whose size field says size.
func sizedBox(kind string, size int, parts ...[]byte) []byte {
	out := append(be32(nil, size), kind...)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// fullBox is a box with version and flags.
func fullBox(kind string, version, flags int, parts ...[]byte) []byte {
	return box(kind, append([][]byte{be32(nil, version<<24|flags)}, parts...)...)
}

// words are 32-bit fields.
func words(values ...int) []byte {
	var out []byte
	for _, v := range values {
		out = be32(out, v)
	}
	return out
}

// matrix is the unity matrix of mvhd and tkhd.
func matrix() []byte { return words(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000) }

// visualEntry is a VisualSampleEntry (ISO/IEC 14496-12, 12.1.3).
func visualEntry(kind string, width, height int, extra ...[]byte) []byte {
	head := append(make([]byte, 6), 0, 1)
	head = append(head, make([]byte, 16)...)
	head = be16(be16(head, width), height)
	head = append(head, words(0x480000, 0x480000, 0)...)
	head = append(be16(head, 1), make([]byte, 32)...)
	head = be16(be16(head, 24), -1)
	return box(kind, append([][]byte{head}, extra...)...)
}

// audioEntry is an AudioSampleEntry (ISO/IEC 14496-12, 12.2.3).
func audioEntry(kind string, channels, bits, rate int, extra ...[]byte) []byte {
	head := append(make([]byte, 6), 0, 1)
	head = append(head, make([]byte, 8)...)
	head = be16(be16(head, channels), bits)
	head = append(be32(head, 0), be32(nil, rate<<16)...)
	return box(kind, append([][]byte{head}, extra...)...)
}

// track is a track that means what it says: its sample entry and its samples.
type track struct {
	entry     []byte
	samples   [][]byte
	sound     bool
	text      bool
	timescale int // 0: 30
	delta     int // of each sample; 0: 1
}

// handler is the handler box and the media header box of a track.
func handler(sound, text bool) (hdlr, header []byte) {
	kind, header := "vide", fullBox("vmhd", 0, 1, make([]byte, 8))
	if sound {
		kind, header = "soun", fullBox("smhd", 0, 0, make([]byte, 4))
	}
	if text {
		kind, header = "text", fullBox("nmhd", 0, 0)
	}
	return fullBox("hdlr", 0, 0, make([]byte, 4), []byte(kind), make([]byte, 12), []byte("x\x00")), header
}

// trak is the box of a track around its sample table.
func trak(id int, sound, text bool, timescale, duration int, edits []byte, stbl ...[]byte) []byte {
	hdlr, header := handler(sound, text)
	dinf := box("dinf", fullBox("dref", 0, 0, words(1), fullBox("url ", 0, 1)))
	minf := box("minf", header, dinf, box("stbl", stbl...))
	mdhd := fullBox("mdhd", 0, 0, words(0, 0, timescale, duration), be16(nil, 0x55C4), be16(nil, 0))
	tkhd := fullBox("tkhd", 0, 3, words(0, 0, id, 0, duration), make([]byte, 16), matrix(), words(320<<16, 180<<16))
	return box("trak", tkhd, edits, box("mdia", mdhd, hdlr, minf))
}

// movieHeader is mvhd.
func movieHeader(timescale, duration int) []byte {
	return fullBox("mvhd", 0, 0, words(0, 0, timescale, duration, 0x10000), be16(nil, 0x100), make([]byte, 10), matrix(), make([]byte, 24), words(1000))
}

func fileType() []byte { return box("ftyp", []byte("isom\x00\x00\x00\x00isomiso6")) }

// film is a plain file of one track.
func (t track) film() []byte {
	const first = 24 + 8
	var data []byte
	sizes := words(0, len(t.samples))
	for _, s := range t.samples {
		sizes = be32(sizes, len(s))
		data = append(data, s...)
	}
	scale, delta := or(t.timescale, 30), or(t.delta, 1)
	moov := box("moov", movieHeader(scale, len(t.samples)*delta), trak(1, t.sound, t.text, scale, len(t.samples)*delta, nil,
		fullBox("stsd", 0, 0, words(1), t.entry),
		fullBox("stts", 0, 0, words(1, len(t.samples), delta)),
		fullBox("stsc", 0, 0, words(1, 1, len(t.samples), 1)),
		fullBox("stsz", 0, 0, sizes),
		fullBox("stco", 0, 0, words(1, first))))
	return append(append(fileType(), box("mdat", data)...), moov...)
}

// initSection is the init section of a fragmented track.
func (t track) initSection() []byte {
	moov := box("moov", movieHeader(or(t.timescale, 30), 0), trak(1, t.sound, t.text, or(t.timescale, 30), 0, nil,
		fullBox("stsd", 0, 0, words(1), t.entry), emptyTable("stts"), emptyTable("stsc"), fullBox("stsz", 0, 0, words(0, 0)), emptyTable("stco")),
		box("mvex", fullBox("trex", 0, 0, words(1, 1, 0, 0, 0))))
	return append(fileType(), moov...)
}

func emptyTable(kind string) []byte { return fullBox(kind, 0, 0, words(0)) }

// fragment is a movie fragment with all samples.
func (t track) fragment() []byte {
	run := words(len(t.samples), 0)
	var data []byte
	for _, s := range t.samples {
		run = append(run, words(or(t.delta, 1), len(s))...)
		data = append(data, s...)
	}
	moof := func(offset int) []byte {
		copy(run[4:], be32(nil, offset))
		return box("moof", fullBox("mfhd", 0, 0, words(1)), box("traf", fullBox("tfhd", 0, 0x20000, words(1)),
			fullBox("tfdt", 0, 0, words(0)), fullBox("trun", 0, 0x301, run)))
	}
	size := len(moof(0))
	return append(moof(size+8), box("mdat", data)...)
}

// MP4 is a film whose sample tables say more than there is. The zero value is a track without
// samples.
type MP4 struct {
	Tracks     int  // 0: 1
	Sound      bool // tracks of sound instead of pictures
	Samples    int  // that stsz says there are, all of SampleSize bytes: no table is needed
	SampleSize int
	Timescale  int // 0: 1000
	Delta      int // of each sample in stts; 0: 1
	Rate       int // of sound; 0: 8000
	Channels   int // of sound; 0: 1
	Width      int // of pictures; 0: 320
	Height     int // of pictures; 0: 180

	SizeCount   int // when not 0: entries that stsz says it has, without having them
	TimeCount   int // likewise stts
	OffsetCount int // ctts
	ChunkRuns   int // stsc
	Chunks      int // stco
	SyncCount   int // stss
	EditCount   int // elst
	Edits       int // edits of the whole film that elst does have
	Encryption  int // samples that senc, saiz and saio say they have
	PerChunk    int // samples in each chunk that stsc says; 0: all of them
	Data        int // bytes of mdat; 0: 4096
	Nested      int // boxes inside each other in the movie's user data
}

// counted is a table of one entry whose count is a lie when lie is not 0.
func counted(kind string, lie int, entry ...int) []byte {
	return fullBox(kind, 0, 0, words(or(lie, 1)), words(entry...))
}

// trak is the i-th track.
func (m MP4) trak(i int) []byte {
	entry := visualEntry("mp4v", or(m.Width, 320), or(m.Height, 180))
	if m.Sound {
		entry = audioEntry("sowt", or(m.Channels, 1), 16, or(m.Rate, 8000))
	}
	size := fullBox("stsz", 0, 0, words(m.SampleSize, m.Samples))
	if m.SizeCount != 0 {
		size = fullBox("stsz", 0, 0, words(0, m.SizeCount))
	}
	stbl := [][]byte{fullBox("stsd", 0, 0, words(1), entry), counted("stts", m.TimeCount, m.Samples, or(m.Delta, 1)),
		counted("stsc", m.ChunkRuns, 1, or(m.PerChunk, m.Samples), 1), size, counted("stco", m.Chunks, 32)}
	if m.OffsetCount != 0 {
		stbl = append(stbl, fullBox("ctts", 0, 0, words(1, m.OffsetCount, 1)))
	}
	if !m.Sound {
		stbl = append(stbl, counted("stss", m.SyncCount, 1))
	}
	if m.Encryption != 0 {
		stbl = append(stbl, fullBox("saiz", 0, 0, []byte{8}, words(m.Encryption)), fullBox("saio", 0, 0, words(m.Encryption)), fullBox("senc", 0, 2, words(m.Encryption)))
	}
	var edits []byte
	if m.Edits != 0 || m.EditCount != 0 {
		list := words(or(m.EditCount, m.Edits))
		for range m.Edits {
			list = append(list, words(or(m.Timescale, 1000), 0, 0x10000)...)
		}
		edits = box("edts", fullBox("elst", 0, 0, list))
	}
	return trak(i, m.Sound, false, or(m.Timescale, 1000), m.Samples, edits, stbl...)
}

// moov is the movie box.
func (m MP4) moov() []byte {
	parts := [][]byte{movieHeader(or(m.Timescale, 1000), m.Samples)}
	for i := range or(m.Tracks, 1) {
		parts = append(parts, m.trak(i+1))
	}
	if m.Nested > 0 {
		parts = append(parts, nested("udta", m.Nested))
	}
	return box("moov", parts...)
}

// nested are boxes inside each other, each the only content of the one before.
func nested(kind string, depth int) []byte {
	var out []byte
	for i := range depth {
		out = append(be32(out, 8*(depth-i)), kind...)
	}
	return out
}

// Bytes is the film.
func (m MP4) Bytes() []byte {
	return append(append(fileType(), box("mdat", make([]byte, or(m.Data, 4096)))...), m.moov()...)
}

// Fragments is a fragmented film whose runs say more than there is.
type Fragments struct {
	Samples   int  // that trun says; it has no field for each, so that it needs no bytes
	Runs      int  // trun boxes in each fragment; 0: 1
	Fragments int  // 0: 1
	Size      int  // of each sample
	Delta     int  // of each sample
	Time      int  // tfdt
	Fields    bool // trun says that each sample has fields, and ends before them
	Index     int  // references that sidx says
	Sound     bool
}

// Init is the init section.
func (f Fragments) Init() []byte {
	entry := visualEntry("mp4v", 320, 180)
	if f.Sound {
		entry = audioEntry("sowt", 1, 16, 8000)
	}
	return track{entry: entry, sound: f.Sound, timescale: 1000}.initSection()
}

// Segment is the fragments.
func (f Fragments) Segment() []byte {
	var out []byte
	if f.Index != 0 {
		out = append(out, fullBox("sidx", 0, 0, words(1, 1000, 0, 0), be16(nil, 0), be16(nil, f.Index))...)
	}
	flags := 0x1
	if f.Fields {
		flags = 0xF01
	}
	for i := range or(f.Fragments, 1) {
		traf := [][]byte{fullBox("tfhd", 0, 0x18, words(1, f.Delta, f.Size)), fullBox("tfdt", 1, 0, be64(nil, f.Time))}
		for range or(f.Runs, 1) {
			traf = append(traf, fullBox("trun", 0, flags, words(f.Samples, 8)))
		}
		out = append(out, box("moof", fullBox("mfhd", 0, 0, words(i+1)), box("traf", traf...))...)
		out = append(out, box("mdat", make([]byte, 64))...)
	}
	return out
}

// Bytes is the film in one file.
func (f Fragments) Bytes() []byte { return append(f.Init(), f.Segment()...) }
