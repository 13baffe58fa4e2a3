package player

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"time"
)

// errNotSegment is returned for a segment that begins like no container that HLS allows.
var errNotSegment = errors.New("the segment is none of the formats that HLS allows")

// sniffBytes is how much of a segment is looked at: three packets of MPEG-2 TS.
const sniffBytes = 3 * tsPacket

const tsPacket = 188

// sniffSegment names the container of a segment, in FFmpeg's names, by its first bytes (RFC 8216,
// 3.1 to 3.4). What begins like none of them, as does what a wrong key deciphers, is refused, so that
// noise never reaches a decoder.
func sniffSegment(r *bufio.Reader) (format string, err error) {
	head, err := r.Peek(sniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	head = skipID3(r, head)
	switch {
	case isTS(head):
		return "mpegts", nil
	case len(head) >= 8 && isBox(head[4:8]):
		return "mp4", nil
	case len(head) >= 2 && head[0] == 0x0B && head[1] == 0x77: // ETSI TS 102 366, 4.3.1
		return ac3Format(head), nil
	case len(head) >= 2 && head[0] == 0xFF && head[1]&0xF6 == 0xF0: // ISO/IEC 13818-7, 6.2: ADTS, layer 0
		return "aac", nil
	case len(head) >= 2 && head[0] == 0xFF && head[1]&0xE0 == 0xE0 && head[1]&0x06 != 0: // ISO/IEC 11172-3, 2.4.2.3
		return "mp3", nil
	}
	if len(head) == 0 {
		return "", io.ErrUnexpectedEOF
	}
	return "", errNotSegment
}

// isTS says whether packets of MPEG-2 TS begin here: a sync byte at the start of each.
func isTS(head []byte) bool {
	if len(head) < tsPacket {
		return false
	}
	for i := 0; i < len(head); i += tsPacket {
		if head[i] != 0x47 {
			return false
		}
	}
	return true
}

// isBox says whether a segment may begin with a box of this type (ISO/IEC 14496-12; CMAF, 7.3).
func isBox(kind []byte) bool {
	switch string(kind) {
	case "ftyp", "styp", "moov", "moof", "sidx", "emsg", "prft", "free", "skip", "uuid", "mdat", "wide", "pdin":
		return true
	}
	return false
}

// ac3Format tells AC-3 from E-AC-3 by bsid (ETSI TS 102 366, E.1.3.1.6).
func ac3Format(head []byte) string {
	if len(head) > 5 && head[5]>>3 > 10 {
		return "eac3"
	}
	return "ac3"
}

// stampOwner is the owner of the PRIV frame with which packed audio says its time. RFC 8216, 3.4.
const stampOwner = "com.apple.streaming.transportStreamTimestamp\x00"

// packedStamp returns the MPEG-2 time of packed audio's first sample, if its ID3 tag says it, without consuming anything. RFC 8216, 3.4;
// ID3v2.4, 3 and 4.27.
func packedStamp(r *bufio.Reader) (time.Duration, bool) {
	head, err := r.Peek(tagHeader)
	if err != nil || !bytes.Equal(head[:3], []byte("ID3")) {
		return 0, false
	}
	tag, err := r.Peek(tagSize(head))
	if err != nil {
		return 0, false
	}
	i := bytes.Index(tag, []byte(stampOwner))
	if i < 0 || len(tag) < i+len(stampOwner)+8 {
		return 0, false
	}
	ticks := binary.BigEndian.Uint64(tag[i+len(stampOwner):]) & (1<<33 - 1)
	return time.Duration(ticks) * time.Second / 90000, true
}

// tagHeader is the length of an ID3 tag's header.
const tagHeader = 10

// tagSize is the length of the ID3 tag whose header this is: ID3v2.4, 3.1.
func tagSize(head []byte) int {
	return tagHeader + int(head[6]&0x7F)<<21 + int(head[7]&0x7F)<<14 + int(head[8]&0x7F)<<7 + int(head[9]&0x7F)
}

// skipID3 returns what follows the ID3 tag that packed audio begins with (RFC 8216, 3.4), as far as
// it can be seen without consuming anything.
func skipID3(r *bufio.Reader, head []byte) []byte {
	if len(head) < tagHeader || !bytes.Equal(head[:3], []byte("ID3")) {
		return head
	}
	size := tagSize(head)
	more, err := r.Peek(size + 16)
	if err != nil && len(more) <= size {
		return nil
	}
	return more[size:]
}
