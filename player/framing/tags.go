package framing

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

const (
	// maxTags bounds the ID3 tags in front of a segment, in bytes together. A cover picture is part
	// of some.
	maxTags = 1 << 20
	// tagHeader is the length of an ID3 tag's header, and of its footer. ID3v2.4, 3.1 and 3.4.
	tagHeader = 10
)

// The flags of a tag and of a frame. ID3v2.4, 3.1 and 4.1.2.
const (
	tagUnsynchronised   = 0x80
	tagFooter           = 0x10
	frameUnsynchronised = 0x02
)

// stampOwner is the owner of the PRIV frame with which packed audio says its time. RFC 8216, 3.4.
const stampOwner = "com.apple.streaming.transportStreamTimestamp\x00"

// tags reads over the ID3 tags in front of the media. The last time stamp of them counts.
func (r *Reader) tags() error {
	for total := 0; ; {
		head, err := r.source.Peek(tagHeader)
		size, is := tagSize(head)
		if !is {
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			return nil
		}
		if total += size; total > maxTags {
			return fmt.Errorf("%w: its ID3 tags have more than %d bytes", ErrNotSegment, maxTags)
		}
		tag := new(bytes.Buffer)
		if _, err := io.CopyN(tag, r.source, int64(size)); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		version, flags := tag.Bytes()[3], tag.Bytes()[5]
		if stamp, ok := stampIn(tag.Bytes()[tagHeader:], version, flags&tagUnsynchronised != 0); ok {
			r.stamp, r.stamped = stamp, true
		}
	}
}

// tagSize is the length of the ID3 tag that begins here, with its header and footer. ID3v2.4, 3.1.
func tagSize(head []byte) (int, bool) {
	if len(head) < tagHeader || string(head[:3]) != "ID3" || head[3] == 0xFF || head[4] == 0xFF {
		return 0, false
	}
	size := tagHeader
	for i, b := range head[6:10] {
		if b >= 0x80 {
			return 0, false
		}
		size += int(b) << (7 * (3 - i))
	}
	if head[3] == 4 && head[5]&tagFooter != 0 {
		size += tagHeader
	}
	return size, true
}

// stampIn returns the time of the last PRIV frame with a time stamp in a tag's body. ID3v2.4, 4.27.
func stampIn(body []byte, version byte, unsynchronised bool) (stamp time.Duration, found bool) {
	for end := len(body); ; {
		at := bytes.LastIndex(body[:end], []byte(stampOwner))
		if at < 0 {
			return 0, false
		}
		value := body[at+len(stampOwner):]
		if unsynchronised || version == 4 && frameFlags(body[:at])&frameUnsynchronised != 0 {
			value = synchronise(value[:min(len(value), 2*8)])
		}
		if len(value) >= 8 {
			ticks := binary.BigEndian.Uint64(value) & (1<<33 - 1)
			return time.Duration(ticks) * time.Second / 90000, true
		}
		end = at
	}
}

// frameFlags returns the format flags of the frame whose content follows. Between its header and
// the content a group and a length may stand. ID3v2.4, 4.1.2.
func frameFlags(before []byte) byte {
	for _, more := range []int{0, 1, 4, 5} {
		if at := len(before) - 10 - more; at >= 0 && string(before[at:at+4]) == "PRIV" {
			return before[at+9]
		}
	}
	return 0
}

// synchronise takes out what unsynchronisation put in: a 0 behind each 0xFF. ID3v2.4, 6.1.
func synchronise(b []byte) []byte {
	out := slices.Clone(b[:min(len(b), 1)])
	for i := 1; i < len(b); i++ {
		if b[i] != 0 || b[i-1] != 0xFF {
			out = append(out, b[i])
		}
	}
	return out
}
