// Package framing reads the media out of an HLS segment as servers send it.
//
// A segment should begin with its first packet, box or frame and end with its last one. Segments of
// the field have more: ID3 tags, an image that hides a transport stream, packets with a time code
// or with parity, a first block that a wrong IV garbled, half a packet at the end, padding behind
// the last box. Demuxers that read segment after segment take such bytes for media and lose what
// follows. A Reader gives whole packets and boxes alone, and what a packed segment's ID3 tags say.
//
//	r, err := framing.NewReader(deciphered, "")
//	if err != nil {
//		return err // framing.ErrNotSegment: no format of HLS
//	}
//	format := r.Format()   // "mpegts"
//	_, err = io.Copy(w, r) // packets of 188 bytes, one after another
//
// # Data flow
//
//	segment ─▶ ID3 tags off ─▶ format by the first bytes ─▶ packets | boxes | frames
//
// Where the first bytes belong to no format, the next 64 KiB are searched for packets in a row, a
// box that a segment begins with, or ADTS frames in a row. Noise, which a wrong key makes, has none
// of them.
//
// # Concurrency
//
// A Reader belongs to one goroutine at a time.
//
// # Specifications
//
// RFC 8216, 3 (segments); ISO/IEC 13818-1 (MPEG-2 TS), ETSI TS 102 809 and the BDAV format (packets
// of 192 bytes), DVB (packets of 204 bytes); ISO/IEC 14496-12 (boxes); ISO/IEC 13818-7 (ADTS);
// ID3v2.2 to 2.4.
package framing
