package drm

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Limits on what is kept of fragments.
const (
	maxFragmentBox     = 4 << 20 // bytes of a moov or moof box
	maxGroupRuns       = 4096    // of samples, of a fragment
	maxFragmentSamples = 1 << 20
	maxGroups          = 256     // descriptions of a track or fragment
	fragmentGroups     = 0x10000 // indices from here on are of the fragment's own descriptions. ISO/IEC 14496-12, 8.9.4
)

// SampleGroup is how the samples of a group are encrypted, where that is not as the track's tenc box has it: with another key, mostly. ISO/IEC
// 23001-7, 6.
type SampleGroup struct {
	Protected               bool
	ID                      KeyID
	CryptBlocks, SkipBlocks int
	IVSize                  int    // of each sample's own; 0: ConstantIV
	ConstantIV              []byte // 8 or 16 bytes, or none
}

// SampleGroups finds the groups (grouping type seig) in ISO base media that goes by. The bytes are written to it in their order, from the init
// section on. The zero value is ready. It is used by one goroutine.
type SampleGroups struct {
	offset  int64  // of the next byte
	head    []byte // of a box that has begun
	body    []byte // of a box that is kept, so far
	kind    string // of it
	left    int64  // bytes until the box ends; -1: it has no end
	tracks  map[uint32]*groupTrack
	runs    []groupRun // by place
	fresh   []groupRun // of the fragment that is read
	samples uint64     // of it
	err     error
}

// groupTrack is what the init section says of a track.
type groupTrack struct {
	size   uint32 // of a sample of which nothing else is said
	ivSize int    // of tenc, -1 without one
	groups []SampleGroup
}

// groupRun is a stretch of samples of one group.
type groupRun struct {
	from, to int64
	group    SampleGroup
}

// At returns the group of the sample at a place, counted in bytes from the first that was written, and whether it is in one. The error is that of
// the fragments, ErrSample: it is not known then.
func (g *SampleGroups) At(place int64) (SampleGroup, bool, error) {
	if g.err != nil {
		return SampleGroup{}, false, g.err
	}
	i, found := slices.BinarySearchFunc(g.runs, place, func(r groupRun, place int64) int {
		switch {
		case r.to <= place:
			return -1
		case r.from > place:
			return 1
		}
		return 0
	})
	if !found {
		return SampleGroup{}, false, nil
	}
	return g.runs[i].group, true, nil
}

// Whole says whether what was written ends where a box ends, as far as it was understood.
func (g *SampleGroups) Whole() bool { return g.err != nil || len(g.head) == 0 && g.left <= 0 }

// Write looks at the next bytes. It takes them all, and never fails: At does.
func (g *SampleGroups) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && g.err == nil {
		p = g.take(p)
	}
	return n, nil
}

// take looks at some bytes and returns the rest.
func (g *SampleGroups) take(p []byte) []byte {
	if g.left < 0 {
		return nil
	}
	if g.left > 0 {
		n := min(int64(len(p)), g.left)
		if g.kind != "" {
			g.body = append(g.body, p[:n]...)
		}
		g.left -= n
		g.offset += n
		if g.left == 0 && g.kind != "" {
			g.done()
		}
		return p[n:]
	}
	want := 8
	if len(g.head) >= 8 && binary.BigEndian.Uint32(g.head) == 1 {
		want = 16
	}
	n := min(len(p), want-len(g.head))
	g.head = append(g.head, p[:n]...)
	g.offset += int64(n)
	if len(g.head) == want && (want == 16 || binary.BigEndian.Uint32(g.head) != 1) {
		g.begin()
	}
	return p[n:]
}

// begin enters the box whose head has come.
func (g *SampleGroups) begin() {
	size, kind := uint64(binary.BigEndian.Uint32(g.head)), string(g.head[4:8])
	if len(g.head) == 16 {
		size = binary.BigEndian.Uint64(g.head[8:])
	}
	head := uint64(len(g.head))
	g.kind, g.body = "", g.body[:0]
	switch keep := kind == "moov" || kind == "moof"; {
	case size == 0 && !keep:
		g.left = -1
	case size < head || size > 1<<62 || keep && size > maxFragmentBox:
		g.err = fmt.Errorf("a %.4q box has a size that cannot be: %w", kind, ErrSample)
	default:
		g.left = int64(size - head)
		if keep {
			g.kind, g.body = kind, append(g.body, g.head...)
		}
	}
	g.head = g.head[:0]
	if g.err == nil && g.left == 0 && g.kind != "" {
		g.done()
	}
}

// done reads the box that is there as a whole.
func (g *SampleGroups) done() {
	kind, body := g.kind, g.body
	g.kind = ""
	head := 8
	if binary.BigEndian.Uint32(body) == 1 {
		head = 16
	}
	var err error
	if kind == "moov" {
		err = g.movie(body[head:])
	} else {
		err = g.fragment(body[head:], g.offset-int64(len(body)))
	}
	if err != nil {
		g.err = fmt.Errorf("%w: %w", ErrSample, err)
	}
	if len(g.body) > maxFragmentBox/16 { // a large one is not kept for the next
		g.body = nil
	}
}

// movie reads the tracks.
func (g *SampleGroups) movie(data []byte) error {
	g.tracks = make(map[uint32]*groupTrack)
	track := func(id uint32) *groupTrack {
		if g.tracks[id] == nil && len(g.tracks) < maxTracks {
			g.tracks[id] = &groupTrack{ivSize: -1}
		}
		if t := g.tracks[id]; t != nil {
			return t
		}
		return &groupTrack{ivSize: -1}
	}
	return boxes(data, 1, func(kind string, body []byte) error {
		switch kind {
		case "mvex":
			return boxes(body, 2, func(kind string, body []byte) error {
				if kind == "trex" && len(body) >= 24 {
					track(binary.BigEndian.Uint32(body[4:])).size = binary.BigEndian.Uint32(body[16:])
				}
				return nil
			})
		case "trak":
			found := groupTrack{ivSize: -1}
			id, err := found.read(body, 2)
			if err != nil {
				return err
			}
			t := track(id)
			t.ivSize, t.groups = found.ivSize, found.groups
		}
		return nil
	})
}

// read reads the boxes of trak, and returns the track's ID.
func (t *groupTrack) read(data []byte, depth int) (id uint32, err error) {
	err = boxes(data, depth, func(kind string, body []byte) error {
		switch kind {
		case "tkhd":
			at := 12
			if len(body) > 0 && body[0] == 1 {
				at = 20
			}
			if len(body) < at+4 {
				return errors.New("tkhd is cut off")
			}
			id = binary.BigEndian.Uint32(body[at:])
		case "mdia", "minf", "stbl", "sinf", "schi":
			_, err := t.read(body, depth+1)
			return err
		case "stsd":
			if len(body) < 8 {
				return errors.New("stsd is cut off")
			}
			_, err := t.read(body[8:], depth+1)
			return err
		case "tenc":
			if len(body) >= 8 {
				t.ivSize = int(body[7])
			}
		case "sgpd":
			groups, err := readGroups(body)
			t.groups = append(t.groups, groups...)
			return err
		default:
			if fixed, ok := sampleEntries[kind]; ok {
				if fixed = entrySize(kind, body, fixed); len(body) < fixed {
					return fmt.Errorf("%s is cut off", kind)
				}
				_, err := t.read(body[fixed:], depth+1)
				return err
			}
		}
		return nil
	})
	return id, err
}

// readGroups reads the descriptions of sgpd, those of seig. ISO/IEC 14496-12, 8.9.3; ISO/IEC 23001-7, 6.
func readGroups(data []byte) ([]SampleGroup, error) {
	wrong := errors.New("sgpd is cut off")
	if len(data) < 12 {
		return nil, wrong
	}
	if string(data[4:8]) != "seig" {
		return nil, nil
	}
	version, length := data[0], uint32(0)
	data = data[8:]
	if version >= 1 {
		length, data = binary.BigEndian.Uint32(data), data[4:]
	}
	if version >= 2 && len(data) >= 4 {
		data = data[4:] // the group of samples that are in none: it is not for seig
	}
	if len(data) < 4 {
		return nil, wrong
	}
	count := binary.BigEndian.Uint32(data)
	data = data[4:]
	if count > maxGroups {
		return nil, errors.New("sgpd has too many descriptions")
	}
	var groups []SampleGroup
	for range count {
		size := length
		if version >= 1 && length == 0 {
			if len(data) < 4 {
				return nil, wrong
			}
			size, data = binary.BigEndian.Uint32(data), data[4:]
		}
		group, used, err := readGroup(data)
		if err != nil {
			return nil, err
		}
		if version == 0 {
			size = uint32(used)
		}
		if uint64(size) > uint64(len(data)) || used > int(size) {
			return nil, wrong
		}
		groups, data = append(groups, group), data[size:]
	}
	return groups, nil
}

// readGroup reads a description, and returns its length.
func readGroup(data []byte) (group SampleGroup, used int, err error) {
	if len(data) < 20 {
		return SampleGroup{}, 0, errors.New("a seig description is cut off")
	}
	group = SampleGroup{CryptBlocks: int(data[1] >> 4), SkipBlocks: int(data[1] & 15), Protected: data[2] == 1, IVSize: int(data[3]), ID: KeyID(data[4:20])}
	if !group.Protected || group.IVSize != 0 {
		return group, 20, nil
	}
	if len(data) < 21 || len(data) < 21+int(data[20]) || data[20] != 8 && data[20] != 16 {
		return SampleGroup{}, 0, errors.New("a seig description has no IV")
	}
	group.ConstantIV = slices.Clone(data[21 : 21+int(data[20])])
	return group, 21 + int(data[20]), nil
}

// fragment reads moof, which begins at a place. ISO/IEC 14496-12, 8.8.4.
func (g *SampleGroups) fragment(data []byte, place int64) error {
	var tracks []trackFragment
	grouped := false
	err := boxes(data, 1, func(kind string, body []byte) error {
		if kind != "traf" {
			return nil
		}
		var f trackFragment
		err := f.read(body)
		tracks, grouped = append(tracks, f), grouped || len(f.parts) > 0
		return err
	})
	if err != nil || !grouped {
		return err
	}
	next := place // where the data of a track begins of which nothing else is said
	g.samples = 0
	for i := range tracks {
		if next, err = g.runsOf(&tracks[i], place, next); err != nil {
			return err
		}
	}
	return g.keep()
}

// trackFragment is traf.
type trackFragment struct {
	track  uint32
	base   int64 // of the data, when hasBase
	moof   bool  // the base is where moof begins
	size   uint32
	groups []SampleGroup
	parts  []groupPart // of sbgp
	truns  [][]byte

	hasBase, hasSize bool
}

// groupPart is some samples in a row in one group, 0 for none.
type groupPart struct{ count, index uint32 }

// read reads the boxes of traf. ISO/IEC 14496-12, 8.8.7, 8.9.2.
func (f *trackFragment) read(data []byte) error {
	return boxes(data, 2, func(kind string, body []byte) error {
		switch kind {
		case "tfhd":
			return f.header(body)
		case "trun":
			f.truns = append(f.truns, body)
		case "sgpd":
			groups, err := readGroups(body)
			f.groups = append(f.groups, groups...)
			return err
		case "sbgp":
			return f.grouping(body)
		case "csgp":
			if len(body) >= 8 && string(body[4:8]) == "seig" {
				return errors.New("compact sample groups are not known")
			}
		}
		return nil
	})
}

// header reads tfhd.
func (f *trackFragment) header(data []byte) error {
	if len(data) < 8 {
		return errors.New("tfhd is cut off")
	}
	flags := binary.BigEndian.Uint32(data) & 0xffffff
	f.track, f.moof = binary.BigEndian.Uint32(data[4:]), flags&0x020000 != 0
	data = data[8:]
	for _, field := range []struct {
		flag uint32
		size int
	}{{0x1, 8}, {0x2, 4}, {0x8, 4}, {0x10, 4}} {
		if flags&field.flag == 0 {
			continue
		}
		if len(data) < field.size {
			return errors.New("tfhd is cut off")
		}
		switch field.flag {
		case 0x1:
			base := binary.BigEndian.Uint64(data)
			if base > 1<<62 {
				return errors.New("tfhd has a place that cannot be")
			}
			f.base, f.hasBase = int64(base), true
		case 0x10:
			f.size, f.hasSize = binary.BigEndian.Uint32(data), true
		}
		data = data[field.size:]
	}
	return nil
}

// grouping reads sbgp.
func (f *trackFragment) grouping(data []byte) error {
	if len(data) < 12 || string(data[4:8]) != "seig" {
		return nil
	}
	rest := data[8:]
	if data[0] == 1 {
		rest = rest[4:]
	}
	if len(rest) < 4 {
		return errors.New("sbgp is cut off")
	}
	count := binary.BigEndian.Uint32(rest)
	rest = rest[4:]
	if uint64(count)*8 > uint64(len(rest)) {
		return errors.New("sbgp is cut off")
	}
	for range count {
		f.parts = append(f.parts, groupPart{binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:])})
		rest = rest[8:]
	}
	return nil
}

// runsOf notes where the samples of the fragment's groups lie, and returns where its data ends.
func (g *SampleGroups) runsOf(f *trackFragment, moof, next int64) (end int64, err error) {
	track := g.tracks[f.track]
	if track == nil {
		track = &groupTrack{ivSize: -1}
	}
	if !f.hasSize {
		f.size = track.size
	}
	base := next
	switch {
	case f.hasBase:
		base = f.base
	case f.moof:
		base = moof
	}
	samples := groupCursor{parts: f.parts}
	end = base
	for _, trun := range f.truns {
		end, err = g.trun(f, track, trun, base, end, &samples)
		if err != nil {
			return 0, err
		}
	}
	return end, nil
}

// groupCursor goes through the samples of a fragment.
type groupCursor struct{ parts []groupPart }

// next is the next sample's group, 0 for none.
func (c *groupCursor) next() uint32 {
	for len(c.parts) > 0 && c.parts[0].count == 0 {
		c.parts = c.parts[1:]
	}
	if len(c.parts) == 0 {
		return 0
	}
	c.parts[0].count--
	return c.parts[0].index
}

// trun reads a run of samples. ISO/IEC 14496-12, 8.8.8.
func (g *SampleGroups) trun(f *trackFragment, track *groupTrack, data []byte, base, at int64, samples *groupCursor) (end int64, err error) {
	wrong := errors.New("trun is cut off")
	if len(data) < 8 {
		return 0, wrong
	}
	flags, count := binary.BigEndian.Uint32(data)&0xffffff, binary.BigEndian.Uint32(data[4:])
	data = data[8:]
	if flags&0x1 != 0 {
		if len(data) < 4 {
			return 0, wrong
		}
		at, data = base+int64(int32(binary.BigEndian.Uint32(data))), data[4:]
	}
	if flags&0x4 != 0 {
		if len(data) < 4 {
			return 0, wrong
		}
		data = data[4:]
	}
	entry, before := 0, 0
	for _, flag := range []uint32{0x100, 0x200, 0x400, 0x800} {
		if flags&flag != 0 {
			entry += 4
		}
	}
	if flags&0x100 != 0 {
		before = 4
	}
	if uint64(count)*uint64(entry) > uint64(len(data)) {
		return 0, wrong
	}
	if g.samples += uint64(count); g.samples > maxFragmentSamples {
		return 0, errors.New("a fragment has too many samples")
	}
	for range count {
		size := f.size
		if flags&0x200 != 0 {
			size = binary.BigEndian.Uint32(data[before:])
		}
		if index := samples.next(); index != 0 {
			group, err := f.group(track, index)
			if err != nil {
				return 0, err
			}
			if err := g.add(groupRun{at, at + int64(size), group}); err != nil {
				return 0, err
			}
		}
		at, data = at+int64(size), data[entry:]
	}
	return at, nil
}

// group is that of an index from 1.
func (f *trackFragment) group(track *groupTrack, index uint32) (SampleGroup, error) {
	groups := track.groups
	if index > fragmentGroups {
		groups, index = f.groups, index-fragmentGroups
	}
	if int(index) > len(groups) {
		return SampleGroup{}, errors.New("a sample is in a group that is not described")
	}
	group := groups[index-1]
	// The samples' own IVs stand one after another: of another length they were read wrongly.
	if group.Protected && group.IVSize != 0 && track.ivSize >= 0 && group.IVSize != track.ivSize {
		return SampleGroup{}, errors.New("a group's IVs have another length than the track's")
	}
	return group, nil
}

// add notes a run of the fragment.
func (g *SampleGroups) add(r groupRun) error {
	if r.from == r.to {
		return nil
	}
	if n := len(g.fresh); n > 0 && g.fresh[n-1].to == r.from && g.fresh[n-1].group.equal(r.group) {
		g.fresh[n-1].to = r.to
		return nil
	}
	if len(g.fresh) == maxGroupRuns {
		return errors.New("a fragment's samples change their group too often")
	}
	g.fresh = append(g.fresh, r)
	return nil
}

// keep puts the fragment's runs behind those before it.
func (g *SampleGroups) keep() error {
	slices.SortFunc(g.fresh, func(a, b groupRun) int { return cmp.Compare(a.from, b.from) })
	last := int64(math.MinInt64)
	if n := len(g.runs); n > 0 {
		last = g.runs[n-1].to
	}
	for _, r := range g.fresh {
		if r.from < last {
			return errors.New("samples lie upon one another")
		}
		last = r.to
	}
	if excess := len(g.runs) + len(g.fresh) - 2*maxGroupRuns; excess > 0 {
		g.runs = slices.Delete(g.runs, 0, excess)
	}
	g.runs, g.fresh = append(g.runs, g.fresh...), g.fresh[:0]
	return nil
}

func (s SampleGroup) equal(o SampleGroup) bool {
	return s.Protected == o.Protected && s.ID == o.ID && s.CryptBlocks == o.CryptBlocks && s.SkipBlocks == o.SkipBlocks && s.IVSize == o.IVSize &&
		slices.Equal(s.ConstantIV, o.ConstantIV)
}
