package libav

// #include "bridge.h"
import "C"

import (
	"errors"
	"io"
	"runtime/cgo"
	"unsafe"

	"latchkey/player/container"
)

// maxEmptyReads is how often a reader may return nothing without an error, as bufio has it.
const maxEmptyReads = 100

// source is the Go end of the demuxer's input.
type source struct {
	reader io.Reader
	seeker io.Seeker // nil when it cannot seek
	size   int64     // of the whole, -1 unknown
	check  *container.Checker
	err    error // what the reader failed with; the demuxer gets no byte until it is cleared
}

// newSource finds out whether r can seek. A pipe has a Seek that fails.
func newSource(r io.Reader, o InputOptions) *source {
	s := &source{reader: r, size: -1}
	known := container.Source{Format: o.Format}
	if seeker, ok := r.(io.Seeker); ok {
		if _, err := seeker.Seek(0, io.SeekStart); err == nil {
			s.seeker = seeker
			if o.Size > 0 {
				s.size = o.Size
			}
			known.Seekable, known.Size = true, max(0, s.length())
		}
	}
	s.check = container.NewChecker(known)
	return s
}

// read fills buffer like io.Reader, but never with nothing: it returns 0 at the end and when reading
// failed.
func (s *source) read(buffer []byte) int {
	for range maxEmptyReads {
		if s.err != nil {
			return 0
		}
		n, err := s.reader.Read(buffer)
		if n < 0 || n > len(buffer) {
			n, err = 0, errors.New("libav: the reader returned an impossible count")
		}
		if err != nil && !errors.Is(err, io.EOF) {
			s.err = err
		}
		if n > 0 || err != nil {
			return s.examine(buffer[:n], err)
		}
	}
	s.err = io.ErrNoProgress
	return 0
}

// examine returns how many of the bytes that came with err reach the demuxer: none that the checker
// refuses. No error of the reader is one for the checker to see the end at but io.EOF.
func (s *source) examine(b []byte, err error) int {
	refused := s.check.Read(b)
	if refused == nil && len(b) == 0 && errors.Is(err, io.EOF) {
		refused = s.check.End()
	}
	if refused != nil {
		s.err = refused
		return 0
	}
	return len(b)
}

// seek moves the reader, or returns its size for C.AVSEEK_SIZE. It returns a negative number on failure.
func (s *source) seek(offset int64, whence int) int64 {
	if s.seeker == nil || s.err != nil {
		return -1
	}
	if whence == C.AVSEEK_SIZE {
		return s.length()
	}
	position, err := s.seeker.Seek(offset, whence)
	if err != nil {
		s.err = err
		return -1
	}
	s.check.SeekTo(position)
	return position
}

// length asks the reader for its size once.
func (s *source) length() int64 {
	if s.size >= 0 {
		return s.size
	}
	position, err := s.seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1
	}
	size, sizeErr := s.seeker.Seek(0, io.SeekEnd)
	if _, err := s.seeker.Seek(position, io.SeekStart); err != nil {
		s.err = err
		return -1
	}
	if sizeErr != nil {
		return -1
	}
	s.size = size
	return size
}

//export latchkeyRead
func latchkeyRead(handle C.uintptr_t, buffer *C.uint8_t, size C.int) C.int {
	s, ok := cgo.Handle(handle).Value().(*source)
	if !ok || size <= 0 {
		return C.LK_READER
	}
	n := s.read(unsafe.Slice((*byte)(buffer), int(size)))
	switch {
	case n > 0:
		return C.int(n)
	case s.err != nil:
		return C.LK_READER
	}
	return C.LK_EOF
}

//export latchkeySeek
func latchkeySeek(handle C.uintptr_t, offset C.int64_t, whence C.int) C.int64_t {
	s, ok := cgo.Handle(handle).Value().(*source)
	if !ok {
		return C.LK_READER
	}
	position := s.seek(int64(offset), int(whence))
	if position < 0 {
		return C.LK_READER
	}
	return C.int64_t(position)
}
