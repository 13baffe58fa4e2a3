package hostile

import (
	"bytes"
	"math"
)

// WAV is a RIFF WAVE file whose header may say anything.
type WAV struct {
	Rate     int
	Channels int
	Bits     int // 0: 8
	Format   int // wFormatTag; 0: 1, PCM
	Align    int // nBlockAlign; 0: what Channels and Bits give
	Frames   int // bytes of data
	Size     int // of the data chunk, when not what Frames is
}

// Bytes is the file.
func (w WAV) Bytes() []byte {
	bits := or(w.Bits, 8)
	align := or(w.Align, w.Channels*bits/8)
	format := le16(le16(nil, or(w.Format, 1)), w.Channels)
	format = le32(le32(format, w.Rate), w.Rate*align)
	format = le16(le16(format, align), bits)
	out := append([]byte("RIFF"), le32(nil, 36+w.Frames)...)
	out = append(append(out, "WAVEfmt "...), le32(nil, len(format))...)
	out = append(append(out, format...), "data"...)
	return append(le32(out, or(w.Size, w.Frames)), ramp(w.Frames)...)
}

// ramp is sound that is not silence.
func ramp(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(128 + i%7)
	}
	return out
}

// AU is a Sun audio file.
type AU struct{ Rate, Channels, Encoding, Frames int }

// Bytes is the file.
func (a AU) Bytes() []byte {
	out := append([]byte(".snd"), words(32, -1, a.Encoding, a.Rate, a.Channels, 0, 0)...)
	return append(out, ramp(a.Frames)...)
}

// CAF is a Core Audio file, whose rate is a floating-point number.
type CAF struct {
	Rate                       float64
	Channels, Bits, PerPacket  int
	Frames, Packets, TableSize int // bytes of data; packets that pakt says it has, and the size that it says it has
}

// Bytes is the file.
func (c CAF) Bytes() []byte {
	out := append([]byte("caff"), 0, 1, 0, 0)
	out = append(append(out, "desc"...), be64(nil, 32)...)
	out = append(be64(out, int(math.Float64bits(c.Rate))), "lpcm"...)
	out = append(out, words(2, or(c.PerPacket, c.Channels*2), 1, c.Channels, or(c.Bits, 16))...)
	if c.Packets != 0 {
		out = append(append(out, "pakt"...), be64(nil, or(c.TableSize, 24))...)
		out = append(be64(be64(out, c.Packets), c.Packets), words(0, 0)...)
	}
	out = append(append(out, "data"...), be64(nil, c.Frames+4)...)
	return append(append(out, 0, 0, 0, 0), ramp(c.Frames)...)
}

// FLAC is a stream of frames of constant value, a few bytes each (RFC 9639).
type FLAC struct {
	Rate     int   // of STREAMINFO
	Rates    []int // of the frames; nil: Rate. One that no code of 4 bits stands for is written with 16 bits, in Hz
	Channels int   // 1 to 8
	Block    int   // samples a frame, 16 to 65,535
	Frames   int
	Bits     int    // 16 or 24
	Picture  []byte // content of a PICTURE block, when not nil
}

func (f FLAC) defaults() FLAC {
	f.Rate, f.Channels, f.Block, f.Bits = or(f.Rate, 44100), or(f.Channels, 1), or(f.Block, 4096), or(f.Bits, 16)
	return f
}

// streamInfo is the STREAMINFO block (RFC 9639, 8.2).
func (f FLAC) streamInfo() []byte {
	var w bitWriter
	w.u(16, uint64(f.Block))
	w.u(16, uint64(f.Block))
	w.u(48, 0)
	w.u(20, uint64(f.Rate))
	w.u(3, uint64(f.Channels-1))
	w.u(5, uint64(f.Bits-1))
	w.u(36, uint64(f.Block*f.Frames))
	return append(w.bytes, make([]byte, 16)...)
}

// frames are the frames (RFC 9639, 9).
func (f FLAC) frames() [][]byte {
	var out [][]byte
	for n := range f.Frames {
		rate := f.Rate
		if len(f.Rates) > 0 {
			rate = f.Rates[n%len(f.Rates)]
		}
		var w bitWriter
		w.u(16, 0xFFF8)
		w.u(4, 7) // the block size stands at the end of the header, in 16 bits
		code := map[int]uint64{44100: 9, 48000: 10, 96000: 11, 8000: 4, 16000: 5}[rate]
		if code == 0 {
			code = 13 // the rate likewise
		}
		w.u(4, code)
		w.u(4, uint64(f.Channels-1))
		w.u(3, map[int]uint64{16: 4, 24: 6}[f.Bits])
		w.u(1, 0)
		w.bytes = append(w.bytes, []byte(string(rune(n)))...) // coded like UTF-8
		w.u(16, uint64(f.Block-1))
		if code == 13 {
			w.u(16, uint64(rate))
		}
		w.u(8, uint64(crc8(w.bytes)))
		for range f.Channels {
			w.u(8, 0) // SUBFRAME_CONSTANT
			w.u(f.Bits, uint64(n%100))
		}
		w.align()
		out = append(out, be16(w.bytes, crc16(w.bytes)))
	}
	return out
}

// Bytes is the file.
func (f FLAC) Bytes() []byte {
	f = f.defaults()
	out := []byte("fLaC")
	info := f.streamInfo()
	if f.Picture == nil {
		out = append(out, 0x80, 0, 0, byte(len(info)))
		out = append(out, info...)
	} else {
		out = append(append(out, 0, 0, 0, byte(len(info))), info...)
		block := append(words(3, 9), "image/png"...)
		block = append(append(block, words(0, 0, 0, 24, 0, len(f.Picture))...), f.Picture...)
		out = append(append(be32(out, 0x86<<24|len(block)), block...), nil...)
	}
	return append(out, bytes.Join(f.frames(), nil)...)
}

// track is the stream as a track of an MP4 file.
func (f FLAC) track() track {
	f = f.defaults()
	info := f.streamInfo()
	entry := audioEntry("fLaC", f.Channels, f.Bits, min(f.Rate, 65535), fullBox("dfLa", 0, 0, []byte{0x80, 0, 0, byte(len(info))}, info))
	return track{entry: entry, samples: f.frames(), sound: true, timescale: f.Rate, delta: f.Block}
}

// crc8 is the CRC of a FLAC frame's header (RFC 9639, 9.1.8).
func crc8(b []byte) byte {
	var crc byte
	for _, c := range b {
		crc ^= c
		for range 8 {
			if crc&0x80 != 0 {
				crc = crc<<1 ^ 0x07
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// crc16 is the CRC of a FLAC frame (RFC 9639, 9.3).
func crc16(b []byte) int {
	var crc uint16
	for _, c := range b {
		crc ^= uint16(c) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x8005
			} else {
				crc <<= 1
			}
		}
	}
	return int(crc)
}

// ADTS is AAC in frames of ISO/IEC 13818-7, 6.2, whose content is silence or nothing.
type ADTS struct {
	Rate     int // sampling_frequency_index
	Channels int // channel_configuration
	Frames   int
	Changes  bool // rate and channels change with each frame
	Length   int  // aac_frame_length that is said; 0: the real one
}

// Bytes is the stream.
func (a ADTS) Bytes() []byte { return bytes.Join(a.frames(), nil) }

func (a ADTS) frames() [][]byte {
	var out [][]byte
	for n := range a.Frames {
		rate, channels := a.Rate, a.Channels
		if a.Changes {
			rate, channels = n%13, 1+n%7
		}
		content := []byte{0x21, 0, 0x49, 0x90, 0x02, 0x19, 0, 0x23, 0x80} // a silent channel pair
		if channels == 1 {
			content = []byte{0, 0xC8, 0, 0x80, 0x23, 0x80}
		}
		var w bitWriter
		w.u(12, 0xFFF)
		w.flags("0001")
		w.u(2, 1)
		w.u(4, uint64(rate))
		w.u(1, 0)
		w.u(3, uint64(channels))
		w.flags("0000")
		w.u(13, uint64(or(a.Length, 7+len(content))))
		w.u(11, 0x7FF)
		w.u(2, 0)
		out = append(out, append(w.bytes, content...))
	}
	return out
}
