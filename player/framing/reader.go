package framing

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"time"
)

// The formats of segments, in FFmpeg's names.
const (
	formatTS    = "mpegts"
	formatBoxes = "mp4"
	formatADTS  = "aac"
)

const (
	// maxLead is how many bytes are searched for the first packet, box or frame: as many as FFmpeg
	// searches for a packet of MPEG-2 TS.
	maxLead = 64 << 10
	// window is the buffer of a search: behind the last byte of maxLead as many packets must fit as
	// prove that packets begin there.
	window = maxLead + (chainLength+1)*maxUnit
	// headBytes is how much of a segment tells its format.
	headBytes = 3 * packetBytes
)

// ErrNotSegment is returned for a segment that holds none of the formats that HLS allows.
var ErrNotSegment = errors.New("the segment is none of the formats that HLS allows")

// Reader is the media of a segment. NewReader makes one.
type Reader struct {
	source  *bufio.Reader
	media   io.Reader
	format  string
	stamp   time.Duration
	stamped bool
	skipped int64

	ahead []byte // of media, what Peek has read
	err   error  // what Peek came upon behind ahead
}

// NewReader reads the beginning of a segment, or of an init section. format is that of the segments
// before in the same run, empty when this is the first: a segment of another format is returned as
// that.
//
// NewReader returns ErrNotSegment for what is no segment, io.ErrUnexpectedEOF for one without a
// byte of media, and source's error when that fails. It blocks as long as source does.
func NewReader(source io.Reader, format string) (*Reader, error) {
	r := &Reader{source: bufio.NewReaderSize(source, window), format: format}
	if err := r.tags(); err != nil {
		return nil, err
	}
	head, err := r.source.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(head) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	found := formatOf(head)
	if found == "" || format != "" && found != format {
		searched, err := r.search(format)
		if err != nil {
			return nil, err
		}
		if searched {
			return r, nil
		}
	}
	switch found {
	case "":
		return nil, ErrNotSegment
	case formatTS:
		r.media = &packets{source: r.source, size: packetBytes, skipped: &r.skipped}
	case formatBoxes:
		r.media = &boxes{source: r.source, skipped: &r.skipped}
	default:
		r.media = r.source
	}
	r.format = found
	return r, nil
}

// Format returns FFmpeg's name of the container: "mpegts", "mp4", "aac", "mp3", "ac3" or "eac3".
func (r *Reader) Format() string { return r.format }

// Stamp returns the MPEG-2 time of the first sample of packed audio, if its ID3 tags say it. RFC
// 8216, 3.4.
func (r *Reader) Stamp() (time.Duration, bool) { return r.stamp, r.stamped }

// Skipped returns how many bytes were left out so far that belong to no tag, packet, box or frame.
func (r *Reader) Skipped() int64 { return r.skipped }

// Read implements io.Reader over whole packets, boxes or frames. A box that the segment cuts off is
// given as far as it goes. Its errors are source's.
func (r *Reader) Read(p []byte) (int, error) {
	if len(r.ahead) > 0 {
		n := copy(p, r.ahead)
		r.ahead = r.ahead[n:]
		return n, nil
	}
	if r.err != nil {
		return 0, r.err
	}
	return r.media.Read(p)
}

// Peek returns the next n bytes of Read without consuming them, or fewer with what kept the rest
// from coming. They are valid until the next call. n bytes are kept in memory.
func (r *Reader) Peek(n int) ([]byte, error) {
	for len(r.ahead) < n && r.err == nil {
		have := len(r.ahead)
		r.ahead = slices.Grow(r.ahead, n-have)
		var read int
		read, r.err = r.media.Read(r.ahead[have:n])
		r.ahead = r.ahead[:have+read]
	}
	if len(r.ahead) < n {
		return r.ahead, r.err
	}
	return r.ahead[:n], nil
}

// search looks for the first packet, box or frame behind bytes that are none. It reports whether
// there is one; the error is source's.
func (r *Reader) search(format string) (bool, error) {
	lead, err := r.source.Peek(window)
	may := func(f string) bool { return format == "" || format == f }
	if may(formatTS) {
		if at, size := findPackets(lead, 0, err != nil, leastPackets); at >= 0 {
			before := unitLead(size)
			r.skip(at - before)
			r.format, r.media = formatTS, &packets{source: r.source, size: size, before: before, skipped: &r.skipped}
			return true, nil
		}
	}
	if may(formatBoxes) {
		if head := lostFragmentHead(lead); head != nil {
			r.skip(len(head))
			r.source = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(head), r.source), window)
			r.format, r.media = formatBoxes, &boxes{source: r.source, skipped: &r.skipped}
			return true, nil
		}
		if at := findBox(lead[:min(len(lead), maxLead)], 0); at >= 0 {
			r.skip(at)
			r.format, r.media = formatBoxes, &boxes{source: r.source, skipped: &r.skipped}
			return true, nil
		}
	}
	if may(formatADTS) {
		if at := findFrames(lead, err != nil); at >= 0 {
			if !r.stamped { // the tag's header alone may be lost
				r.stamp, r.stamped = stampIn(lead[:at], 4, false)
			}
			r.skip(at)
			r.format, r.media = formatADTS, r.source
			return true, nil
		}
	}
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
		return false, nil
	}
	return false, err
}

// skip leaves out bytes that are in the buffer.
func (r *Reader) skip(n int) {
	skip(r.source, n, &r.skipped)
}

func skip(source *bufio.Reader, n int, skipped *int64) {
	_, _ = source.Discard(n) // they are in the buffer
	*skipped += int64(n)
}

// formatOf names the container of a segment by its first bytes, empty for none of RFC 8216, 3.1 to
// 3.4.
func formatOf(head []byte) string {
	switch {
	case isTS(head):
		return formatTS
	case len(head) >= 8 && knownBox(head[4:8]):
		return formatBoxes
	case len(head) >= 2 && head[0] == 0x0B && head[1] == 0x77: // ETSI TS 102 366, 4.3.1
		return ac3Format(head)
	case len(head) >= 2 && head[0] == 0xFF && head[1]&0xF6 == 0xF0: // ISO/IEC 13818-7, 6.2: ADTS, layer 0
		return formatADTS
	case len(head) >= 2 && head[0] == 0xFF && head[1]&0xE0 == 0xE0 && head[1]&0x06 != 0: // ISO/IEC 11172-3, 2.4.2.3
		return "mp3"
	}
	return ""
}

// ac3Format tells AC-3 from E-AC-3 by bsid (ETSI TS 102 366, E.1.3.1.6).
func ac3Format(head []byte) string {
	if len(head) > 5 && head[5]>>3 > 10 {
		return "eac3"
	}
	return "ac3"
}
