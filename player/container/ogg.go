package container

import "encoding/binary"

// Bounds of Ogg.
const (
	// maxOggPacket is the most bytes of a packet, which pages continue.
	maxOggPacket = 64 << 20
	// maxOggStreams is the most streams.
	maxOggStreams = 1024
)

// ogg follows pages. RFC 3533, 6.
type ogg struct {
	cursor

	open map[uint32]int64 // bytes of the packet that is not complete, by stream
	last uint32           // of a search for a page
}

func newOgg() *ogg {
	o := &ogg{open: make(map[uint32]int64)}
	o.take(0, 1, o.search)
	return o
}

func (o *ogg) seek(offset int64) {
	o.pos, o.last = offset, 0
	clear(o.open)
	o.take(offset, 1, o.search)
}

func (o *ogg) search(b []byte) error {
	if o.last = o.last<<8 | uint32(b[0]); o.last != 0x4F676753 {
		o.take(o.pos, 1, o.search)
		return nil
	}
	o.last = 0
	o.take(o.pos, 23, o.page)
	return nil
}

// page reads the rest of a page's header, and the sizes of its segments.
func (o *ogg) page(b []byte) error {
	const continued = 1
	stream := binary.LittleEndian.Uint32(b[10:])
	if b[1]&continued == 0 {
		delete(o.open, stream)
	}
	if b[22] == 0 {
		o.take(o.pos, 1, o.search)
		return nil
	}
	o.take(o.pos, int(b[22]), func(b []byte) error {
		size := int64(0)
		for _, s := range b {
			size += int64(s)
			if s < 255 {
				delete(o.open, stream)
				continue
			}
			if o.open[stream] += 255; o.open[stream] > maxOggPacket {
				return tooMuch("Ogg", "a packet of more than %s", bytes(int64(maxOggPacket)))
			}
		}
		if len(o.open) > maxOggStreams {
			return damaged("Ogg", "more than %s streams", count(maxOggStreams))
		}
		o.take(o.pos+size, 1, o.search)
		return nil
	})
	return nil
}
