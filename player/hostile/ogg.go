package hostile

// Ogg is an Ogg file (RFC 3533) of pages that carry what is given, each in a page of its own.
type Ogg struct {
	Packets  [][]byte
	Granules []int // of the packets; missing ones are 0
	Streams  int   // how many logical streams begin, each with the first packet; 0: 1
	Empty    int   // pages without content at the end
}

// crcOgg is the checksum of a page (RFC 3533, 6).
func crcOgg(b []byte) int { return checksum(0, b) }

// page is a page of at most 255 segments.
func page(kind, granule, serial, sequence int, segments []byte, content []byte) []byte {
	out := append([]byte("OggS"), 0, byte(kind))
	out = le32(le32(le32(le64(out, granule), serial), sequence), 0)
	out = append(append(append(out, byte(len(segments))), segments...), content...)
	copy(out[22:], le32(nil, crcOgg(out)))
	return out
}

// pages splits a packet.
func pages(kind, granule, serial int, sequence *int, packet []byte) []byte {
	const most = 254 * 255
	var out []byte
	for {
		n := min(len(packet), most)
		segments := make([]byte, 0, 255)
		for range n / 255 {
			segments = append(segments, 255)
		}
		last := len(packet) <= most
		if last {
			segments = append(segments, byte(n%255))
		}
		out = append(out, page(kind, granule, serial, *sequence, segments, packet[:n])...)
		*sequence++
		packet = packet[n:]
		if last {
			return out
		}
		kind = 1
	}
}

// Bytes is the file.
func (o Ogg) Bytes() []byte {
	var out []byte
	sequence := 0
	for i := range or(o.Streams, 1) {
		number := 0
		out = append(out, pages(2, 0, i+1, &number, o.Packets[0])...)
		sequence = 1
	}
	for i, p := range o.Packets[1:] {
		granule := 0
		if i+1 < len(o.Granules) {
			granule = o.Granules[i+1]
		}
		out = append(out, pages(0, granule, 1, &sequence, p)...)
	}
	for range o.Empty {
		out = append(out, page(0, -1, 1, sequence, nil, nil)...)
		sequence++
	}
	return out
}

// opusHead is the identification header of Opus (RFC 7845, 5.1).
func opusHead(channels, skip, rate, family int) []byte {
	out := append([]byte("OpusHead\x01"), byte(channels))
	out = append(le32(le16(out, skip), rate), 0, 0, byte(family))
	if family != 0 {
		out = append(out, byte(channels), 0)
		for i := range channels {
			out = append(out, byte(i))
		}
	}
	return out
}

// opusTags is a comment header (RFC 7845, 5.2) that says it has count comments.
func opusTags(count int, comments ...string) []byte {
	out := append([]byte("OpusTags"), le32(nil, 1)...)
	out = le32(append(out, 'x'), count)
	for _, c := range comments {
		out = append(le32(out, len(c)), c...)
	}
	return out
}
