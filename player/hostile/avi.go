package hostile

import "slices"

// chunk is a RIFF chunk.
func chunk(kind string, parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	out := le32([]byte(kind), size)
	for _, p := range parts {
		out = append(out, p...)
	}
	if size%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// AVI is an AVI file whose indexes and headers say more than there is.
type AVI struct {
	Streams    int // 0: 1
	Width      int // 0: 320
	Height     int // 0: 180
	Length     int // dwLength of each stream
	Scale      int // dwScale; 0: 1
	Rate       int // dwRate; 0: 25
	SampleSize int // dwSampleSize
	Sound      bool
	SoundRate  int
	Channels   int
	Entries    int // of idx1, each of which is there
	EntrySize  int // that each says
	Super      int // entries of the super index, each of which names one standard index
	Standard   int // entries that this index says
	Private    int // bytes of codec data that strf says
	Frames     int
}

func (a AVI) stream(at int) []byte {
	kind, codec := "vids", "MJPG"
	format := le32(le32(le32(nil, 40+a.Private), or(a.Width, 320)), or(a.Height, 180))
	format = append(le16(le16(format, 1), 24), "MJPG"...)
	format = append(format, make([]byte, 20)...)
	if a.Sound {
		kind, codec = "auds", "\x01\x00\x00\x00"
		format = le16(le16(le32(le32(le16(le16(nil, 1), a.Channels), a.SoundRate), a.SoundRate*a.Channels), a.Channels), 8)
	}
	head := append([]byte(kind), codec...)
	for _, v := range []int{0, 0, 0, or(a.Scale, 1), or(a.Rate, 25), 0, a.Length, 0, 0, a.SampleSize, 0, 0} {
		head = le32(head, v)
	}
	parts := [][]byte{[]byte("strl"), chunk("strh", head), chunk("strf", format)}
	if a.Super > 0 {
		index := append(le32(append(le16(nil, 4), 0, 0), a.Super), "00dc"...)
		index = append(index, make([]byte, 12)...)
		for range a.Super {
			index = le32(le32(le64(index, at), 24), or(a.Standard, 1))
		}
		parts = append(parts, chunk("indx", index))
	}
	return chunk("LIST", parts...)
}

// Bytes is the file.
func (a AVI) Bytes() []byte {
	header := le32(nil, 40000)
	for _, v := range []int{0, 0, 0x10, a.Length, 0, or(a.Streams, 1), 0, or(a.Width, 320), or(a.Height, 180), 0, 0, 0, 0} {
		header = le32(header, v)
	}
	build := func(at int) []byte {
		parts := [][]byte{[]byte("hdrl"), chunk("avih", header)}
		for range or(a.Streams, 1) {
			parts = append(parts, a.stream(at))
		}
		return chunk("LIST", parts...)
	}
	at := 12 + len(build(0)) + 12 // the first chunk of movi
	hdrl := build(at)
	movi := []byte("movi")
	if a.Super > 0 {
		standard := append(le32(append(le16(nil, 2), 0, 1), or(a.Standard, 1)), "00dc"...)
		standard = append(standard, make([]byte, 12)...)
		movi = append(movi, chunk("ix00", standard, make([]byte, 8))...)
	}
	for range a.Frames {
		movi = append(movi, chunk("00dc", make([]byte, 32))...)
	}
	body := slices.Concat(hdrl, chunk("LIST", movi))
	if a.Entries > 0 {
		var index []byte
		for range a.Entries {
			index = le32(le32(le32(append(index, "00dc"...), 16), 4), a.EntrySize)
		}
		body = append(body, chunk("idx1", index)...)
	}
	return chunk("RIFF", []byte("AVI "), body)
}
