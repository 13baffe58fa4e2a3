package hostile

import "bytes"

// AVC is an H.264 stream of pictures that cost nearly no bytes: an IDR picture of intra macroblocks
// without residual, then P pictures of one skip run each.
type AVC struct {
	Width, Height int  // luma samples; rounded down to macroblocks of 16
	Pictures      int  // P pictures after the IDR picture
	References    int  // max_num_ref_frames
	Depth         int  // bits a sample, 8 to 14
	Chroma        int  // chroma_format_idc, 0 to 3
	Changes       int  // every so many pictures a new size and IDR picture; 0: never
	HeaderOnly    bool // the IDR picture ends after its slice header
}

// defaults fills what is zero.
func (a AVC) defaults() AVC {
	a.Width, a.Height = max(a.Width, 16), max(a.Height, 16)
	a.Depth = max(a.Depth, 8)
	return a
}

// macroblocks is the picture's size in macroblocks.
func (a AVC) macroblocks() (width, height int) { return max(a.Width/16, 1), max(a.Height/16, 1) }

// high says whether the profile is High 4:4:4 Predictive, which 10 bits and full chroma need.
func (a AVC) high() bool { return a.Depth > 8 || a.Chroma > 1 }

// parameters are the sequence and picture parameter sets (ITU-T H.264, 7.3.2.1.1 and 7.3.2.2).
func (a AVC) parameters() (sequence, picture []byte) {
	var s bitWriter
	if a.high() {
		s.u(8, 244)
	} else {
		s.u(8, 100)
	}
	s.u(8, 0)
	s.u(8, 62) // level 6.2
	s.ue(0)
	s.ue(uint64(a.Chroma))
	if a.Chroma == 3 {
		s.u(1, 0)
	}
	s.ue(uint64(a.Depth - 8))
	s.ue(uint64(a.Depth - 8))
	s.flags("00")
	s.ue(0) // log2_max_frame_num_minus4
	s.ue(2) // pic_order_cnt_type
	s.ue(uint64(a.References))
	s.u(1, 0)
	mw, mh := a.macroblocks()
	s.ue(uint64(mw - 1))
	s.ue(uint64(mh - 1))
	s.flags("1100") // frame_mbs_only, direct_8x8_inference, no cropping, no VUI
	var p bitWriter
	p.ue(0)
	p.ue(0)
	p.flags("00")
	p.ue(0)
	p.ue(uint64(max(a.References-1, 0)))
	p.ue(0)
	p.flags("000")
	p.ue(0)
	p.ue(0)
	p.ue(0)
	p.flags("000")
	return append([]byte{0x67}, escaped(s.trailing())...), append([]byte{0x68}, escaped(p.trailing())...)
}

// idr is the first picture (ITU-T H.264, 7.3.3): I_16x16 macroblocks with DC prediction and no
// residual.
func (a AVC) idr() []byte {
	var w bitWriter
	w.ue(0)
	w.ue(7)
	w.ue(0)
	w.u(4, 0)
	w.ue(0)
	w.flags("00")
	w.ue(0)
	macroblock := "00100" + "111" // mb_type 3, intra_chroma_pred_mode or the first of three DC blocks, mb_qp_delta, coeff_token
	switch a.Chroma {
	case 0:
		macroblock = "00100" + "11"
	case 3:
		macroblock = "00100" + "1111"
	}
	mw, mh := a.macroblocks()
	count := mw * mh
	if a.HeaderOnly {
		count = 1
	}
	for range count {
		w.flags(macroblock)
	}
	return append([]byte{0x65}, escaped(w.trailing())...)
}

// skipped is the n-th P picture.
func (a AVC) skipped(n int) []byte {
	var w bitWriter
	w.ue(0)
	w.ue(5)
	w.ue(0)
	w.u(4, uint64(n%16))
	w.u(1, 1)
	w.ue(uint64(max(min(n, a.References), 1) - 1))
	w.flags("00")
	w.ue(0)
	mw, mh := a.macroblocks()
	w.ue(uint64(mw * mh))
	return append([]byte{0x41}, escaped(w.trailing())...)
}

// units are the access units, each a list of NAL units; the first ones carry the parameter sets.
func (a AVC) units() [][][]byte {
	a = a.defaults()
	var units [][][]byte
	since := 0
	for n := range a.Pictures + 1 {
		switch {
		case n == 0, a.Changes > 0 && n%a.Changes == 0:
			if n > 0 {
				a.Width = max(16, a.Width/2+16*(n%7))
			}
			sequence, picture := a.parameters()
			units, since = append(units, [][]byte{sequence, picture, a.idr()}), 0
		default:
			since++
			units = append(units, [][]byte{a.skipped(since)})
		}
	}
	return units
}

// Bytes is the stream with start codes.
func (a AVC) Bytes() []byte { return bytes.Join(joined(a.units()), nil) }

// TS is the stream in a transport stream of 30 pictures a second.
func (a AVC) TS() []byte { return TS{Codec: tsAVC, Units: joined(a.units())}.Bytes() }

// track is the stream as a track of an MP4 file, with the parameter sets in its sample entry.
func (a AVC) track() track {
	a = a.defaults()
	sequence, picture := a.parameters()
	config := append([]byte{1, sequence[1], sequence[2], sequence[3], 0xFF, 0xE1}, be16(nil, len(sequence))...)
	config = append(append(config, sequence...), 1)
	config = append(be16(config, len(picture)), picture...)
	if sequence[1] == 244 {
		config = append(config, 0xFC|byte(a.Chroma), 0xF8|byte(a.Depth-8), 0xF8|byte(a.Depth-8), 0)
	}
	var samples [][]byte
	for _, unit := range a.units() {
		samples = append(samples, lengthPrefixed(unit...))
	}
	return track{entry: visualEntry("avc1", a.Width, a.Height, box("avcC", config)), samples: samples}
}

// joined writes each access unit with start codes.
func joined(units [][][]byte) [][]byte {
	out := make([][]byte, len(units))
	for i, u := range units {
		out[i] = annexB(u...)
	}
	return out
}
