package hostile

import "math"

// element is an EBML element (RFC 8794, 6) with a size of 8 bytes.
func element(id int, parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	return sizedElement(id, size, parts...)
}

// unknownSize is the size of an element whose end is not known (RFC 8794, 6.2).
const unknownSize = 1<<56 - 1

// sizedElement is an element whose size field says size.
func sizedElement(id, size int, parts ...[]byte) []byte {
	var out []byte
	for shift := 24; shift >= 0; shift -= 8 {
		if b := id >> shift; b != 0 {
			out = append(out, byte(b))
		}
	}
	out = be64(out, 1<<56|size&unknownSize)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func unsigned(id, v int) []byte           { return element(id, be64(nil, v)) }
func textElement(id int, s string) []byte { return element(id, []byte(s)) }
func float(id int, v float64) []byte      { return element(id, be64(nil, int(math.Float64bits(v)))) }

// The IDs of RFC 9559, 5.1.
const (
	mkvSegment, mkvInfo, mkvTracks, mkvEntry         = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
	mkvCluster, mkvBlock, mkvTimestamp, mkvVoid      = 0x1F43B675, 0xA3, 0xE7, 0xEC
	mkvCues, mkvCue, mkvAttachments, mkvAttached     = 0x1C53BB6B, 0xBB, 0x1941A469, 0x61A7
	mkvChapters, mkvEdition, mkvAtom, mkvTags        = 0x1043A770, 0x45B9, 0xB6, 0x1254C367
	mkvEncodings, mkvEncoding, mkvCompression        = 0x6D80, 0x6240, 0x5034
	mkvCodec, mkvPrivate, mkvVideo, mkvAudio         = 0x86, 0x63A2, 0xE0, 0xE1
	mkvTrackNumber, mkvTrackUID, mkvTrackType        = 0xD7, 0x73C5, 0x83
	mkvGroup, mkvGroupBlock, mkvDuration, mkvScale   = 0xA0, 0xA1, 0x9B, 0x2AD7B1
	mkvWidth, mkvHeight, mkvRate, mkvChannels        = 0xB0, 0xBA, 0xB5, 0x9F
	mkvBits, mkvLanguage                             = 0x6264, 0x22B59C
	mkvFileName, mkvFileType, mkvFileData, mkvFileID = 0x466E, 0x4660, 0x465C, 0x46AE
)

// Matroska is a Matroska file that has, or says that it has, more than a player can keep.
type Matroska struct {
	Codec       string // of the first track; "": V_UNCOMPRESSED
	Width       int    // 0: 320
	Height      int    // 0: 180
	Rate        float64
	Channels    int // not 0: the first track is sound
	Bits        int
	Private     []byte   // CodecPrivate of the first track
	PrivateSize int      // that CodecPrivate says, when not 0
	Packets     [][]byte // of the first track, 40 ms apart
	Tracks      int      // more tracks, without packets
	Cues        int
	Attachments int
	Attached    []byte // the content of each attachment
	AttachedAs  string // its media type
	Chapters    int
	NestedAtoms int  // chapters inside each other
	Compressed  bool // packets are zlib streams (ContentCompAlgo 0)
	Lied        int  // size of an element in the header that says more than there is; 0: none
	Open        bool // the segment's and the cluster's sizes are unknown
	Voids       int  // empty elements before the tracks
	Subtitles   bool // the first track is text
}

// entry is a track.
func (m Matroska) entry(i int) []byte {
	kind, codec := 1, m.Codec
	if codec == "" {
		codec = "V_UNCOMPRESSED"
	}
	settings := element(mkvVideo, unsigned(mkvWidth, or(m.Width, 320)), unsigned(mkvHeight, or(m.Height, 180)))
	if m.Channels != 0 {
		kind = 2
		settings = element(mkvAudio, float(mkvRate, m.Rate), unsigned(mkvChannels, m.Channels), unsigned(mkvBits, or(m.Bits, 16)))
	}
	if m.Subtitles {
		kind, settings = 0x11, nil
	}
	parts := [][]byte{unsigned(mkvTrackNumber, i), unsigned(mkvTrackUID, i), unsigned(mkvTrackType, kind), textElement(mkvCodec, codec), textElement(mkvLanguage, "eng"), settings}
	if m.PrivateSize != 0 {
		parts = append(parts, sizedElement(mkvPrivate, m.PrivateSize, m.Private))
	} else if m.Private != nil {
		parts = append(parts, element(mkvPrivate, m.Private))
	}
	if m.Compressed {
		parts = append(parts, element(mkvEncodings, element(mkvEncoding, element(mkvCompression, unsigned(0x4254, 0)))))
	}
	return element(mkvEntry, parts...)
}

// Bytes is the file.
func (m Matroska) Bytes() []byte {
	head := element(0x1A45DFA3, unsigned(0x4286, 1), unsigned(0x42F7, 1), unsigned(0x42F2, 4), unsigned(0x42F3, 8), textElement(0x4282, "matroska"), unsigned(0x4287, 4), unsigned(0x4285, 2))
	parts := [][]byte{element(mkvInfo, unsigned(mkvScale, 1000000))}
	for range m.Voids {
		parts = append(parts, element(mkvVoid))
	}
	if m.Lied != 0 {
		parts = append(parts, sizedElement(mkvTags, m.Lied))
	}
	var tracks [][]byte
	for i := range m.Tracks + 1 {
		tracks = append(tracks, m.entry(i+1))
	}
	parts = append(parts, element(mkvTracks, tracks...), m.cues(), m.attachments(), m.chapters())
	cluster := [][]byte{unsigned(mkvTimestamp, 0)}
	for i, p := range m.Packets {
		block := append([]byte{0x81}, be16(nil, i*40)...)
		cluster = append(cluster, element(mkvGroup, element(mkvGroupBlock, append(block, 0), p), unsigned(mkvDuration, 40)))
	}
	if m.Open {
		parts = append(parts, sizedElement(mkvCluster, unknownSize, cluster...))
		return append(head, sizedElement(mkvSegment, unknownSize, parts...)...)
	}
	parts = append(parts, element(mkvCluster, cluster...))
	return append(head, element(mkvSegment, parts...)...)
}

func (m Matroska) cues() []byte {
	if m.Cues == 0 {
		return nil
	}
	var points []byte
	for i := range m.Cues {
		points = append(points, element(mkvCue, unsigned(0xB3, i), element(0xB7, unsigned(0xF7, 1), unsigned(0xF1, 0)))...)
	}
	return element(mkvCues, points)
}

func (m Matroska) attachments() []byte {
	if m.Attachments == 0 {
		return nil
	}
	var files []byte
	for i := range m.Attachments {
		files = append(files, element(mkvAttached, textElement(mkvFileName, "cover.png"), textElement(mkvFileType, m.AttachedAs), element(mkvFileData, m.Attached), unsigned(mkvFileID, i+1))...)
	}
	return element(mkvAttachments, files)
}

func (m Matroska) chapters() []byte {
	if m.Chapters == 0 && m.NestedAtoms == 0 {
		return nil
	}
	var atoms []byte
	for i := range m.Chapters {
		atoms = append(atoms, element(mkvAtom, unsigned(0x73C4, i+1), unsigned(0x91, i))...)
	}
	var deep []byte
	for range m.NestedAtoms {
		deep = sizedElement(mkvAtom, 12*m.NestedAtoms, deep)
	}
	return element(mkvChapters, element(mkvEdition, atoms, deep))
}
