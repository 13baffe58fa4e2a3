package libav

// #include <stdlib.h>
// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"
	"io"
	"runtime/cgo"
	"strings"
	"time"
	"unsafe"
)

const (
	// defaultProbeBytes is the most that is read to find out what a medium is. Most need far less.
	defaultProbeBytes = 2 << 20
	// analyzeTime is the most media time that is looked at for what the header does not say.
	analyzeTime = 3 * time.Second
)

// InputOptions says how a medium is opened. The zero value finds out by itself.
type InputOptions struct {
	// Format is FFmpeg's name of the container, such as "mp4", "mpegts" or "aac", when it is known. Empty,
	// the first bytes tell.
	Format string
	// Size is the length of the medium in bytes, when it is known; it saves a seek to the end.
	Size int64
	// Encrypted says that samples are encrypted, in MP4 or in packed sound (AAC, AC-3 or E-AC-3 without a container), so that nothing is
	// learned by decoding them. MPEG-2 TS says so itself.
	Encrypted bool
	// Segments says that the medium is segments one after another, whose time stamps may start
	// again: packets with times that were there before are no duplicates.
	Segments bool
	// Local says that a person chose the medium among the files of this computer: more codecs are
	// decoded.
	Local bool
	// ProbeBytes is the most that is read before the first packet, 2 MiB when it is 0.
	ProbeBytes int64
}

// Input is a demuxer over a reader. It belongs to one goroutine at a time.
type Input struct {
	c       *C.lk_input
	source  *source
	handle  cgo.Handle
	streams []Stream
	failure C.lk_failure
}

// OpenInput reads the start of a medium and finds its streams. A reader that is an io.Seeker, and whose
// Seek works, is read from its start and can be sought in; any other is read once, from where it stands.
// OpenInput blocks as long as the reader does. It does not close the reader.
//
// It returns ErrNotMedia for what is none of the containers that are played, however much is read, and
// the reader's error, wrapped, when that fails.
func OpenInput(r io.Reader, o InputOptions) (*Input, error) {
	in := &Input{source: newSource(r, o)}
	in.handle = cgo.NewHandle(in.source)
	options := C.lk_input_options{
		reader:      C.uintptr_t(in.handle),
		probe_bytes: C.int64_t(o.ProbeBytes),
		analyze_us:  C.int64_t(analyzeTime.Microseconds()),
	}
	if o.ProbeBytes <= 0 || o.ProbeBytes > defaultProbeBytes {
		options.probe_bytes = defaultProbeBytes
	}
	if in.source.seeker != nil {
		options.seekable = 1
	}
	if o.Segments {
		options.segments = 1
	}
	if o.Local {
		options.local = 1
	}
	if o.Encrypted {
		options.encrypted = 1
	}
	format := C.CString(o.Format)
	defer C.free(unsafe.Pointer(format))
	if C.lk_input_open(&options, format, &in.c, &in.failure) < 0 {
		in.handle.Delete()
		return nil, in.openError()
	}
	// FFmpeg makes do with what it got before the reader failed, and may have missed a stream.
	if in.source.err != nil {
		in.Close()
		return nil, in.openError()
	}
	for i := range int(C.lk_input_stream_count(in.c)) {
		var c C.lk_stream
		C.lk_input_stream(in.c, C.int(i), &c)
		in.streams = append(in.streams, newStream(i, &c))
	}
	return in, nil
}

// openError says why opening failed: the reader, what was read, or the machine.
func (in *Input) openError() error {
	if err := in.source.err; err != nil {
		return fmt.Errorf("libav: open: %w", err)
	}
	switch in.failure.code {
	case C.LK_INVALID, C.LK_ARGUMENT, C.LK_IO, C.LK_EOF, C.LK_REFUSED, C.LK_UNSUPPORTED:
		// Demuxers have many words for it. The reader is not at fault: that came first.
		if line := C.GoString(&in.failure.line[0]); line != "" {
			return fmt.Errorf("%w (%s)", ErrNotMedia, strings.ToValidUTF8(line, "?"))
		}
		return ErrNotMedia
	}
	return newError("open", &in.failure)
}

// Streams returns the streams in the container's order. The slice must not be changed.
func (in *Input) Streams() []Stream { return in.streams }

// StartTime returns the lowest start of picture and sound in media time.
func (in *Input) StartTime() time.Duration {
	if in.c == nil {
		return 0
	}
	return time.Duration(C.lk_input_start_us(in.c)) * time.Microsecond
}

// Duration returns how long the medium is, 0 when that is unknown, as it mostly is without seeking.
func (in *Input) Duration() time.Duration {
	if in.c == nil {
		return 0
	}
	return max(0, time.Duration(C.lk_input_duration_us(in.c))*time.Microsecond)
}

// FormatName returns FFmpeg's name of the container, which may be a list: "mpegts",
// "mov,mp4,m4a,3gp,3g2,mj2".
func (in *Input) FormatName() string {
	if in.c == nil {
		return ""
	}
	return C.GoString(C.lk_input_format(in.c))
}

// Title returns the container's title, which may be empty.
func (in *Input) Title() string {
	if in.c == nil {
		return ""
	}
	key := C.CString("title")
	defer C.free(unsafe.Pointer(key))
	return tag(C.lk_input_tag(in.c, key))
}

// ReadPacket reads the next packet into p, which must have no other user, and whose former data is
// released. It returns io.EOF after the last packet, the reader's error, wrapped, as long as SeekTo was
// not called, and ErrCorrupt for what the demuxer makes nothing of. It blocks as long as the reader does.
func (in *Input) ReadPacket(p *Packet) error {
	if in.c == nil {
		return ErrClosed
	}
	if in.source.err != nil {
		return in.readError()
	}
	if C.lk_input_read(in.c, &p.c, &in.failure) < 0 {
		if in.source.err != nil {
			return in.readError()
		}
		return newError("read", &in.failure)
	}
	return nil
}

// readError wraps what the reader failed with.
func (in *Input) readError() error {
	return fmt.Errorf("libav: read: %w", in.source.err)
}

// SeekTo goes to the last point at or before a media time from which the stream can be decoded, so that
// ReadPacket goes on there. In a container without an index (MPEG-2 TS and PS) that is any packet of the
// stream about there, but the very first of all at or before StartTime. It forgets an earlier error of the reader. It blocks as long as the reader does,
// and fails when the reader cannot seek.
func (in *Input) SeekTo(stream int, at time.Duration) error {
	if in.c == nil {
		return ErrClosed
	}
	if in.source.seeker == nil {
		return fmt.Errorf("libav: seek: %w", errors.ErrUnsupported)
	}
	in.source.err = nil
	if C.lk_input_seek(in.c, C.int(stream), C.int64_t(at), &in.failure) < 0 {
		if err := in.source.err; err != nil {
			return fmt.Errorf("libav: seek: %w", err)
		}
		return newError("seek", &in.failure)
	}
	return nil
}

// Close frees the demuxer. It does not close the reader. Packets that were read stay valid. It may be
// called more than once.
func (in *Input) Close() {
	if in.c == nil {
		return
	}
	C.lk_input_close(in.c)
	in.c = nil
	in.handle.Delete()
}
