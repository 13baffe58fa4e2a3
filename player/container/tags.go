package container

import "encoding/binary"

// maxUnpackedTags is the most bytes that the compressed frames of an ID3v2 tag may unpack to.
const maxUnpackedTags = 64 << 20

// tags follows what stands before sound: ID3v2 tags and the metadata blocks of FLAC. It goes no
// further.
type tags struct {
	cursor

	size     int64
	metadata int64 // bytes that are kept
	unpacked int64
}

func newTags(source Source) *tags {
	t := &tags{size: source.end()}
	t.take(0, 4, t.begin)
	return t
}

func (t *tags) seek(offset int64) {
	switch {
	case t.step != nil && t.within(offset):
	case offset == 0: // it begins anew
		t.pos, t.metadata, t.unpacked = 0, 0, 0
		t.take(0, 4, t.begin)
	default:
		t.stop()
		t.pos = offset
	}
}

// begin looks at what a tag, or the sound, begins with.
func (t *tags) begin(b []byte) error {
	switch {
	case string(b) == "fLaC":
		t.take(t.pos, 4, t.block)
	case string(b[:3]) == "ID3":
		version := b[3]
		t.take(t.pos, 6, func(b []byte) error { return t.tag(version, b) })
	default:
		t.stop()
	}
	return nil
}

// block reads the header of a metadata block. RFC 9639, 8.1.
func (t *tags) block(b []byte) error {
	const padding = 1
	size := int64(binary.BigEndian.Uint32(b) & 0xFFFFFF)
	if b[0]&0x7F != padding {
		if err := t.keep(size); err != nil {
			return err
		}
	}
	if b[0]&0x80 != 0 {
		t.stop()
		return nil
	}
	t.take(t.pos+size, 4, t.block)
	return nil
}

func (t *tags) keep(size int64) error {
	if t.metadata += size; t.metadata <= maxMetadataBytes {
		return nil
	}
	if t.metadata > t.size {
		return damaged("tags", "tags of %s in a file of %s", bytes(t.metadata), bytes(t.size))
	}
	return tooMuch("tags", "tags of %s", bytes(t.metadata))
}

// synchsafe is a number of 7 bits a byte. ID3v2.4, 6.2.
func synchsafe(b []byte) int64 {
	return int64(b[0]&0x7F)<<21 | int64(b[1]&0x7F)<<14 | int64(b[2]&0x7F)<<7 | int64(b[3]&0x7F)
}

// tag reads the rest of a tag's header. ID3v2.4, 3.1.
func (t *tags) tag(version byte, b []byte) error {
	end := t.pos + synchsafe(b[2:])
	const footer, footerBytes = 0x10, 10
	if version == 4 && b[1]&footer != 0 { // ID3v2.4, 3.4
		end += footerBytes
	}
	if err := t.keep(end - t.pos); err != nil {
		return err
	}
	const extended = 0x40
	if version < 3 || b[1]&extended != 0 { // their frames are not compressed, or not where they should be
		t.take(end, 4, t.begin)
		return nil
	}
	t.frames(version, t.pos, end)
	return nil
}

// frames reads the frames of a tag from offset on. ID3v2.3, 3.3; ID3v2.4, 4.
func (t *tags) frames(version byte, offset, end int64) {
	const (
		head       = 14 // with the size that compressed frames unpack to
		compressed = 0x08
	)
	if offset < t.pos || end-offset < head {
		t.take(max(end, t.pos), 4, t.begin)
		return
	}
	t.take(offset, head, func(b []byte) error {
		size := int64(binary.BigEndian.Uint32(b[4:]))
		if version > 3 {
			size = synchsafe(b[4:])
		}
		if b[0] == 0 { // padding
			t.take(end, 4, t.begin)
			return nil
		}
		if b[9]&compressed != 0 {
			if t.unpacked += synchsafe(b[10:]); t.unpacked > maxUnpackedTags {
				return tooMuch("ID3", "tags that unpack to %s", bytes(t.unpacked))
			}
		}
		t.frames(version, t.pos-4+max(size, 4), end)
		return nil
	})
}
