package drm

import (
	"bytes"
	"crypto/aes"
	"fmt"
)

// The elementary streams of SAMPLE-AES outside MP4. Apple, MPEG-2 Stream Encryption Format for HTTP Live
// Streaming, 2.2 to 2.4.
const (
	CodecH264 = "h264"
	CodecAAC  = "aac" // ADTS
	CodecAC3  = "ac3"
	CodecEAC3 = "eac3"
)

// What is protected, in bytes.
const (
	nalSmallest  = 48  // a longer NAL unit is encrypted
	nalClear     = 32  // its type and what follows
	nalSkip      = 144 // after each encrypted block
	audioClear   = 16  // of a frame of sound, after the header of ADTS
	adtsHeader   = 7   // without CRC
	syncHeader   = 5   // of AC-3, as far as its length is told
	maxFrmsizecd = 38
)

// Elementary decrypts a picture of H.264 (Annex B, whole NAL units) or whole frames of AAC (ADTS), AC-3 or
// E-AC-3 that are encrypted with SAMPLE-AES. iv is KeyInfo.IVFor. It returns how many bytes remain: the
// bytes that kept start codes out of the cipher text go.
//
// It returns ErrSample where no NAL unit or frame begins as it must, and ErrUnsupportedMethod for another
// codec. Nothing shows that the key is wrong.
func (d *SampleDecrypter) Elementary(codec string, data []byte, iv [16]byte) (int, error) {
	switch codec {
	case CodecH264:
		return d.h264(data, iv)
	case CodecAAC:
		return len(data), d.frames(data, iv, adtsLength)
	case CodecAC3, CodecEAC3:
		return len(data), d.frames(data, iv, syncLength)
	}
	return 0, fmt.Errorf("SAMPLE-AES over %.16q: %w", codec, ErrUnsupportedMethod)
}

var startCode = []byte{0, 0, 1}

// h264 decrypts the NAL units and closes up what they lose.
func (d *SampleDecrypter) h264(data []byte, iv [16]byte) (int, error) {
	next := bytes.Index(data, startCode)
	if next < 0 {
		return 0, fmt.Errorf("no NAL unit: %w", ErrSample)
	}
	to := next + len(startCode)
	for from := to; ; {
		next = bytes.Index(data[from:], startCode)
		end := len(data)
		if next >= 0 {
			end = from + next
		}
		// A NAL unit does not end in 0, encrypted or not: its last block is clear. ITU-T H.264, 7.4.1.
		nal := data[from:end]
		zeros := len(nal) - len(bytes.TrimRight(nal, "\x00"))
		nal = nal[:len(nal)-zeros]
		if isSlice(nal) && len(nal) > nalSmallest {
			nal = unescape(nal)
			d.pattern(nal, iv)
		}
		to += copy(data[to:], nal)
		if next < 0 {
			return to, nil
		}
		to += copy(data[to:], data[end-zeros:end+len(startCode)])
		from = end + len(startCode)
	}
}

// isSlice says whether a NAL unit is of a type that is encrypted: 1 or 5.
func isSlice(nal []byte) bool {
	return len(nal) > 0 && (nal[0]&0x1F == 1 || nal[0]&0x1F == 5)
}

// pattern decrypts a block, skips nine, and so on, while more than a block remains.
func (d *SampleDecrypter) pattern(nal []byte, iv [16]byte) {
	d.chain.iv = iv
	nal = nal[min(nalClear, len(nal)):]
	for len(nal) > aes.BlockSize {
		d.chain.decrypt(nal[:aes.BlockSize])
		nal = nal[aes.BlockSize:]
		nal = nal[min(nalSkip, len(nal)):]
	}
}

// unescape takes out the bytes that prevent start codes, in place. ITU-T H.264, 7.4.1.1.
func unescape(nal []byte) []byte {
	to := bytes.Index(nal, escaped)
	if to < 0 {
		return nal
	}
	to += len(escaped) - 1
	for from := to + 1; ; {
		next := bytes.Index(nal[from:], escaped)
		if next < 0 {
			to += copy(nal[to:], nal[from:])
			return nal[:to]
		}
		to += copy(nal[to:], nal[from:from+next+len(escaped)-1])
		from += next + len(escaped)
	}
}

// escaped ends in the byte that is taken out.
var escaped = []byte{0, 0, 3}

// frames decrypts frames of sound one after the other. length tells of the header and of the whole frame, 0
// where none begins.
func (d *SampleDecrypter) frames(data []byte, iv [16]byte, length func([]byte) (header, frame int)) error {
	for len(data) > 0 {
		header, frame := length(data)
		if frame == 0 || frame > len(data) || header > frame {
			return fmt.Errorf("no whole frame of sound: %w", ErrSample)
		}
		body := data[header:frame]
		body = body[min(audioClear, len(body)):]
		d.chain.iv = iv
		d.chain.decrypt(body[:len(body)/aes.BlockSize*aes.BlockSize])
		data = data[frame:]
	}
	return nil
}

// adtsLength reads the header of ADTS. ISO/IEC 14496-3, 1.A.3.2.
func adtsLength(b []byte) (header, frame int) {
	if len(b) < adtsHeader || b[0] != 0xFF || b[1]&0xF6 != 0xF0 {
		return 0, 0
	}
	header = adtsHeader
	if b[1]&1 == 0 {
		header += 2 // CRC
	}
	return header, int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
}

// syncLength reads the header of a sync frame of AC-3 or E-AC-3. ETSI TS 102 366, 4.4.1 and E.1.3.1.
func syncLength(b []byte) (header, frame int) {
	if len(b) <= syncHeader || b[0] != 0x0B || b[1] != 0x77 {
		return 0, 0
	}
	if b[5]>>3 > 10 { // bsid
		return 0, 2 * (int(b[2]&7)<<8 | int(b[3]) + 1)
	}
	code := int(b[4] & 0x3F)
	if code >= maxFrmsizecd {
		return 0, 0
	}
	rates := [...]int{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640}
	rate := rates[code/2] // kbit/s
	switch b[4] >> 6 {
	case 0: // 48 kHz
		return 0, 4 * rate
	case 1: // 44.1 kHz
		return 0, 2 * (rate*320/147 + code%2)
	case 2: // 32 kHz
		return 0, 6 * rate
	}
	return 0, 0
}
