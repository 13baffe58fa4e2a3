package libav

// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// The conditions that callers act on.
var (
	// ErrAgain is returned by a decoder that must be read from before it takes more, or be given more
	// before there is something to read.
	ErrAgain = errors.New("libav: not now")
	// ErrNotMedia is returned for what is none of the containers that are played.
	ErrNotMedia = errors.New("libav: not a media file that can be played")
	// ErrNoDecoder is returned, in a *CodecError, for a codec that is not decoded: FFmpeg has no
	// decoder, or none of those that may run.
	ErrNoDecoder = errors.New("libav: no decoder")
	// ErrCorrupt is returned for data that the demuxer or decoder makes nothing of. What follows may be good.
	ErrCorrupt = errors.New("libav: damaged data")
	// ErrMemory is returned when FFmpeg was refused memory: see SetMemoryLimit. What has returned
	// it is to be closed.
	ErrMemory = errors.New("libav: more memory is needed than is given")
	// ErrClosed is returned by a value that was closed.
	ErrClosed = errors.New("libav: closed")
)

// CodecError names a codec that is not decoded. It is ErrNoDecoder.
type CodecError struct {
	Codec string // FFmpeg's name: Stream.Codec
}

// Error names the codec.
func (e *CodecError) Error() string { return ErrNoDecoder.Error() + " for " + e.Codec }

// Is makes errors.Is find ErrNoDecoder.
func (e *CodecError) Is(target error) bool { return target == ErrNoDecoder }

// PictureError is returned for a picture of more pixels than DecoderOptions.MaxPixels.
type PictureError struct {
	Width, Height int
}

// Error says the size.
func (e *PictureError) Error() string {
	return fmt.Sprintf("libav: a picture of %dx%d", e.Width, e.Height)
}

// opDecode is Error.Op of what a decoder was given.
const opDecode = "decode"

// Error is a failure of FFmpeg's.
type Error struct {
	Op   string // what was tried: "open", "decode"
	Code int    // FFmpeg's AVERROR code
	Text string // FFmpeg's text of the code
	Line string // the last line that FFmpeg logged as an error, may be empty; at most 200 bytes
}

// Error says what was tried and why it failed.
func (e *Error) Error() string {
	text := "libav: " + e.Op + ": " + e.Text
	if e.Line != "" {
		text += " (" + e.Line + ")"
	}
	return text
}

// Is makes errors.Is find the sentinel that the code stands for.
func (e *Error) Is(target error) bool {
	switch C.int(e.Code) {
	case C.LK_INVALID:
		return target == ErrCorrupt
	case C.LK_NO_DECODER:
		return target == ErrNoDecoder
	case C.LK_UNSUPPORTED:
		return false
	case C.LK_NO_MEMORY:
		return target == ErrMemory
	}
	// Decoders have codes of their own for damage: those of AAC and AC-3 return their parser's.
	return e.Op == opDecode && target == ErrCorrupt
}

// newError turns what C wrote into an error.
func newError(op string, f *C.lk_failure) error {
	switch f.code {
	case C.LK_AGAIN:
		return ErrAgain
	case C.LK_EOF:
		return io.EOF
	}
	return &Error{Op: op, Code: int(f.code), Text: C.GoString(&f.text[0]), Line: strings.ToValidUTF8(C.GoString(&f.line[0]), "?")}
}
