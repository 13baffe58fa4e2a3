package libav

// #include "bridge.h"
import "C"

import (
	"encoding/binary"
	"unsafe"
)

// Subsample is a stretch of a sample: clear bytes, then protected ones. ISO/IEC 23001-7, 9.5.
type Subsample struct {
	Clear, Protected uint32
}

// Encryption says how a packet is encrypted. ISO/IEC 23001-7, 9.
type Encryption struct {
	// Scheme is "cenc", "cens", "cbc1" or "cbcs", or whatever stands there.
	Scheme string
	// KID names the key.
	KID [16]byte
	// IV is the initialization vector; one of 8 bytes has zeros after it.
	IV [16]byte
	// CryptBlocks and SkipBlocks are the pattern, both 0 without one.
	CryptBlocks, SkipBlocks int
	// Subsamples are the stretches in order; without any the whole packet is protected.
	Subsamples []Subsample
}

// Encryption fills in how the packet is encrypted, and says whether it is. The memory of e.Subsamples is
// used again. It returns false for a packet that is clear, and ErrCorrupt where the container makes no sense.
func (p *Packet) Encryption(e *Encryption) (bool, error) {
	info := p.c.encryption
	if info == nil {
		return false, nil
	}
	if info.key_id_size != C.uint(len(e.KID)) || info.iv_size > C.uint(len(e.IV)) {
		return true, ErrCorrupt
	}
	scheme := binary.BigEndian.AppendUint32(nil, uint32(info.scheme))
	e.Scheme = string(scheme)
	copy(e.KID[:], unsafe.Slice((*byte)(info.key_id), len(e.KID)))
	e.IV = [16]byte{}
	if info.iv_size > 0 {
		copy(e.IV[:], unsafe.Slice((*byte)(info.iv), int(info.iv_size)))
	}
	e.CryptBlocks, e.SkipBlocks = int(info.crypt_byte_block), int(info.skip_byte_block)
	e.Subsamples = e.Subsamples[:0]
	if info.subsample_count > 0 {
		for _, s := range unsafe.Slice(info.subsamples, int(info.subsample_count)) {
			e.Subsamples = append(e.Subsamples, Subsample{uint32(s.bytes_of_clear_data), uint32(s.bytes_of_protected_data)})
		}
	}
	return true, nil
}
