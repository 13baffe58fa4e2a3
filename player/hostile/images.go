package hostile

import (
	"bytes"
	"compress/zlib"
	"hash/crc32"
)

// PNG is a picture of one colour: width x height pixels in about a thousandth of the bytes.
type PNG struct {
	Width, Height int
	Depth         int // bits a sample; 0: 8
	Colour        int // colour type: 0 grey, 2 RGB, 6 RGBA
	Rows          int // how many rows there are; 0: none
}

// Bytes is the file.
func (p PNG) Bytes() []byte {
	part := func(kind string, content []byte) []byte {
		typed := append([]byte(kind), content...)
		return be32(append(be32(nil, len(content)), typed...), int(crc32.ChecksumIEEE(typed)))
	}
	header := append(words(p.Width, p.Height), byte(or(p.Depth, 8)), byte(p.Colour), 0, 0, 0)
	samples := map[int]int{0: 1, 2: 3, 6: 4}[p.Colour]
	row := make([]byte, 1+p.Width*or(p.Depth, 8)*samples/8)
	out := append([]byte("\x89PNG\r\n\x1a\n"), part("IHDR", header)...)
	out = append(out, part("IDAT", deflated(row, p.Rows))...)
	return append(out, part("IEND", nil)...)
}

// deflated is a zlib stream of what is repeated.
func deflated(repeat []byte, times int) []byte {
	var out bytes.Buffer
	w, _ := zlib.NewWriterLevel(&out, zlib.BestCompression) // the level is a valid one
	for range times {
		_, _ = w.Write(repeat) // a bytes.Buffer takes all
	}
	_ = w.Close()
	return out.Bytes()
}

// JPEG is a baseline JPEG picture whose scan ends after its first block.
type JPEG struct {
	Width, Height int
	Components    int  // 0: 3
	Progressive   bool // a decoder keeps all coefficients
}

// Bytes is the file (ITU-T T.81, Annex B).
func (j JPEG) Bytes() []byte {
	count := or(j.Components, 3)
	out := []byte{0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0}
	for range 64 {
		out = append(out, 1)
	}
	kind := byte(0xC0)
	if j.Progressive {
		kind = 0xC2
	}
	out = append(out, 0xFF, kind, 0, byte(8+3*count), 8)
	out = append(be16(be16(out, j.Height), j.Width), byte(count))
	for i := range count {
		out = append(out, byte(i+1), 0x11, 0)
	}
	for _, class := range []byte{0, 0x10} { // one code of one bit, for zero
		out = append(out, 0xFF, 0xC4, 0, 20, class, 1)
		out = append(out, make([]byte, 15)...)
		out = append(out, 0)
	}
	out = append(out, 0xFF, 0xDA, 0, byte(6+2*count), byte(count))
	for i := range count {
		out = append(out, byte(i+1), 0)
	}
	last := byte(63)
	if j.Progressive {
		last = 0
	}
	out = append(out, 0, last, 0, 0, 0, 0, 0, 0)
	return append(out, 0xFF, 0xD9)
}

// gif is a GIF of frames that each fill the screen, in a few bytes each.
func gif(width, height, frames int) []byte {
	out := append([]byte("GIF89a"), le16(le16(nil, width), height)...)
	out = append(out, 0x80, 0, 0, 0, 0, 0, 255, 255, 255)
	for range frames {
		out = append(out, 0x21, 0xF9, 4, 0, 1, 0, 0, 0)
		out = append(out, 0x2C, 0, 0, 0, 0)
		out = append(le16(le16(out, width), height), 0, 2, 2, 0x44, 1, 0)
	}
	return append(out, 0x3B)
}

// vp8Key is a key frame of VP8 (RFC 6386, 9.1) of which only the header is there.
func vp8Key(width, height int) []byte {
	out := []byte{0x10, 0x02, 0, 0x9D, 0x01, 0x2A}
	return append(le16(le16(out, width), height), make([]byte, 24)...)
}

// vp9Key is a key frame of VP9 of profile 0 (VP9 bitstream specification, 6.2) of which only the
// header is there.
func vp9Key(width, height int) []byte {
	var w bitWriter
	w.flags("10" + "00" + "0" + "0" + "1" + "0") // marker, profile, existing frame, key frame, shown, error resilience
	w.u(24, 0x498342)
	w.u(3, 1)
	w.u(1, 0)
	w.u(16, uint64(width-1))
	w.u(16, uint64(height-1))
	w.flags("0" + "1" + "0" + "00")
	w.u(6, 0)
	w.u(3, 0)
	w.flags("0")
	w.u(8, 60)
	w.flags("000" + "0")
	w.flags("000000000000")
	w.u(16, 1)
	w.align()
	return append(w.bytes, make([]byte, 64)...)
}

// tag is an ID3v2.4 tag (3.1) of frames that says its size; 0: the real one.
func tag(size int, frames ...[]byte) []byte {
	content := bytes.Join(frames, nil)
	n := or(size, len(content))
	out := append([]byte("ID3\x04\x00\x00"), synchsafe(n)...)
	return append(out, content...)
}

// tagFrame is a frame of an ID3v2.4 tag (4).
func tagFrame(id string, content []byte) []byte {
	out := append([]byte(id), synchsafe(len(content))...)
	return append(append(out, 0, 0), content...)
}

// picture is an APIC frame (4.14).
func picture(kind string, image []byte) []byte {
	return tagFrame("APIC", append([]byte("\x00"+kind+"\x00\x03\x00"), image...))
}

func synchsafe(n int) []byte {
	return []byte{byte(n >> 21 & 0x7F), byte(n >> 14 & 0x7F), byte(n >> 7 & 0x7F), byte(n & 0x7F)}
}

// mp3 are silent frames of MPEG-1 layer III, 128 kbit/s, 44.1 kHz.
func mp3(frames int) []byte {
	frame := append([]byte{0xFF, 0xFB, 0x90, 0xC4}, make([]byte, 413)...)
	return bytes.Repeat(frame, frames)
}
