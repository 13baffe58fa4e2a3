package hostile

import "bytes"

// HEVC is an H.265 stream whose slices end after their headers: a decoder allocates a picture for
// each, and for each reference that is missing.
type HEVC struct {
	Width, Height int // luma samples
	Depth         int // bits a sample, 8 to 12
	Chroma        int // chroma_format_idc
	Pictures      int // P pictures after the IDR picture
	Buffered      int // sps_max_dec_pic_buffering, 1 to 16
	Missing       int // references of each P picture that no picture before it is, up to 15
}

func (h HEVC) defaults() HEVC {
	h.Width, h.Height = max(h.Width, 8), max(h.Height, 8)
	h.Depth, h.Buffered = max(h.Depth, 8), max(h.Buffered, 1)
	return h
}

// hevcUnit is a NAL unit with its header of two bytes (ITU-T H.265, 7.3.1.2).
func hevcUnit(kind int, payload []byte) []byte {
	return append([]byte{byte(kind << 1), 1}, escaped(payload)...)
}

// profileTier writes profile_tier_level without sub-layers (ITU-T H.265, 7.3.3).
func (h HEVC) profileTier(w *bitWriter) {
	profile := uint64(1)
	switch {
	case h.Chroma > 1 || h.Depth > 10:
		profile = 4
	case h.Depth > 8:
		profile = 2
	}
	w.u(8, profile)
	w.u(32, 1<<(31-profile))
	w.u(48, 0x9000_0000_0000)
	w.u(8, 186) // level 6.2
}

// parameters are the video, sequence and picture parameter sets (ITU-T H.265, 7.3.2).
func (h HEVC) parameters() [][]byte {
	var v bitWriter
	v.u(4, 0)
	v.flags("11")
	v.u(6, 0)
	v.u(3, 0)
	v.u(1, 1)
	v.u(16, 0xFFFF)
	h.profileTier(&v)
	v.u(1, 1)
	v.ue(uint64(h.Buffered - 1))
	v.ue(0)
	v.ue(0)
	v.u(6, 0)
	v.ue(0)
	v.flags("00")

	var s bitWriter
	s.u(4, 0)
	s.u(3, 0)
	s.u(1, 1)
	h.profileTier(&s)
	s.ue(0)
	s.ue(uint64(h.Chroma))
	if h.Chroma == 3 {
		s.u(1, 0)
	}
	s.ue(uint64(h.Width))
	s.ue(uint64(h.Height))
	s.u(1, 0)
	s.ue(uint64(h.Depth - 8))
	s.ue(uint64(h.Depth - 8))
	s.ue(4) // pictures are counted with 8 bits
	s.u(1, 1)
	s.ue(uint64(h.Buffered - 1))
	s.ue(uint64(h.Buffered - 1))
	s.ue(0)
	s.ue(0) // smallest coding block 8
	s.ue(3) // largest 64
	s.ue(0)
	s.ue(3)
	s.ue(0)
	s.ue(0)
	s.flags("0000") // scaling lists, asymmetric partitions, SAO, PCM
	s.ue(0)         // no short-term reference picture set
	s.flags("00000")

	var p bitWriter
	p.ue(0)
	p.ue(0)
	p.flags("00")
	p.u(3, 0)
	p.flags("00")
	p.ue(0)
	p.ue(0)
	p.ue(0)
	p.flags("000")
	p.ue(0)
	p.ue(0)
	p.flags("000000" + "0" + "0" + "0" + "0")
	p.ue(0)
	p.flags("00")
	return [][]byte{hevcUnit(32, v.trailing()), hevcUnit(33, s.trailing()), hevcUnit(34, p.trailing())}
}

// picture is a slice of the n-th picture (ITU-T H.265, 7.3.6.1); 0 is the IDR picture.
func (h HEVC) picture(n int) []byte {
	var w bitWriter
	w.u(1, 1)
	if n == 0 {
		w.u(1, 0)
		w.ue(0)
		w.ue(2) // I
		w.ue(0)
		w.u(1, 1)
		w.align()
		return hevcUnit(19, sliceData(w.bytes))
	}
	w.ue(0)
	w.ue(1) // P
	w.u(8, uint64(n%256))
	w.u(1, 0) // the set of references stands here
	missing := min(h.Missing, 15)
	count := max(missing, 1)
	w.ue(uint64(count))
	w.ue(0)
	for i := range count {
		step := uint64(0)
		if missing > 0 && i == 0 {
			step = uint64(n) % 97 // beyond what was sent
		}
		w.ue(step)
		w.u(1, 1)
	}
	w.u(1, 1)
	w.ue(uint64(count - 1))
	w.ue(4) // five_minus_max_num_merge_cand
	w.ue(0)
	w.u(1, 1)
	w.align()
	return hevcUnit(1, sliceData(w.bytes))
}

// sliceData ends a slice behind its header: zeros, and the bit that ends it, since zeros alone are
// no part of it.
func sliceData(header []byte) []byte {
	return append(append(header, make([]byte, 16)...), 0x80)
}

// units are the access units; the first carries the parameter sets.
func (h HEVC) units() [][][]byte {
	h = h.defaults()
	units := [][][]byte{append(h.parameters(), h.picture(0))}
	for n := range h.Pictures {
		units = append(units, [][]byte{h.picture(n + 1)})
	}
	return units
}

// Bytes is the stream with start codes.
func (h HEVC) Bytes() []byte { return bytes.Join(joined(h.units()), nil) }

// TS is the stream in a transport stream.
func (h HEVC) TS() []byte { return TS{Codec: tsHEVC, Units: joined(h.units())}.Bytes() }

// track is the stream as a track of an MP4 file.
func (h HEVC) track() track {
	h = h.defaults()
	config := []byte{1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 186, 0xF0, 0, 0xFC, 0xFC | byte(h.Chroma), 0xF8 | byte(h.Depth-8), 0xF8 | byte(h.Depth-8), 0, 0, 0x0F, 3}
	for i, set := range h.parameters() {
		config = append(config, 0x80|byte(32+i), 0, 1)
		config = append(be16(config, len(set)), set...)
	}
	var samples [][]byte
	for _, unit := range h.units() {
		samples = append(samples, lengthPrefixed(unit...))
	}
	return track{entry: visualEntry("hvc1", h.Width, h.Height, box("hvcC", config)), samples: samples}
}
