package libav

// #include "bridge.h"
import "C"

import "unsafe"

// Packet is compressed data of one stream: a picture, or a stretch of sound. It owns its data, whatever
// becomes of the Input. The zero value is an empty packet.
type Packet struct {
	c C.lk_packet
}

// NewPacket returns an empty packet for Input.ReadPacket.
func NewPacket() *Packet { return &Packet{} }

// Stream returns the index of the packet's stream.
func (p *Packet) Stream() int { return int(p.c.stream) }

// PTS returns the presentation time in ticks of the stream's time base, or NoPTS.
func (p *Packet) PTS() int64 { return int64(p.c.pts) }

// DTS returns the decoding time in ticks of the stream's time base, or NoPTS.
func (p *Packet) DTS() int64 { return int64(p.c.dts) }

// Duration returns how long the packet's content plays in ticks of the stream's time base, 0 when unknown.
func (p *Packet) Duration() int64 { return int64(p.c.duration) }

// Shift adds ticks to the packet's times, where it has them.
func (p *Packet) Shift(ticks int64) {
	if p.c.packet != nil && ticks != 0 {
		C.lk_packet_shift(&p.c, C.int64_t(ticks))
	}
}

// Key says that decoding can begin with the packet.
func (p *Packet) Key() bool { return p.c.key != 0 }

// Position returns where in the container's bytes the packet begins, counted from the first that was read,
// or -1 when that is not known.
func (p *Packet) Position() int64 { return int64(p.c.position) }

// Writable returns the packet's bytes to be changed in place. They are valid as those of Data are. It fails
// when there is no memory.
func (p *Packet) Writable() ([]byte, error) {
	if p.c.packet == nil || p.c.size <= 0 {
		return nil, nil
	}
	var failure C.lk_failure
	if C.lk_packet_writable(&p.c, &failure) < 0 {
		return nil, newError("write", &failure)
	}
	return p.Data(), nil
}

// Shrink leaves out the end of the packet, so that size bytes remain.
func (p *Packet) Shrink(size int) {
	if p.c.packet != nil && size >= 0 && size < int(p.c.size) {
		C.lk_packet_shrink(&p.c, C.int(size))
	}
}

// Data returns the packet's bytes, in FFmpeg's memory: they are valid until the packet is read into again
// or closed, and must not be changed.
func (p *Packet) Data() []byte {
	if p.c.size <= 0 {
		return nil
	}
	return unsafe.Slice((*byte)(p.c.data), int(p.c.size))
}

// Close frees the data. The packet is empty then, and may be read into again. It may be called more than
// once.
func (p *Packet) Close() {
	if p.c.packet != nil || p.c.encryption != nil {
		C.lk_packet_free(&p.c)
	}
}
