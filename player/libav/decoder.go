package libav

// #include "bridge.h"
import "C"

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"unsafe"
)

// maxThreads bounds the threads that a decoder takes when it is not told: each holds pictures.
const maxThreads = 16

// DecoderOptions says how a stream is decoded. The zero value is one thread a processor, 16 at most.
type DecoderOptions struct {
	// Threads is the most threads that decode. Each more makes the decoder hold one more picture:
	// there are fewer where those would take too much memory.
	Threads int
	// MaxPixels is the most that a picture may have, 0 for as many as fit into memory. One that has
	// more is a *PictureError.
	MaxPixels int64
	// Strict has what is damaged fail, where it is passed over or patched up otherwise.
	Strict bool
	// Hardware is the type of the device that is to decode the picture, such as "vaapi", HardwareAuto for whatever there is, empty for none.
	// What it cannot decode, and all where there is no such device, the processor decodes.
	Hardware string
}

// Decoder turns packets into pictures or sound. It belongs to one goroutine at a time.
type Decoder struct {
	c         *C.lk_decoder
	kind      Kind
	stream    Stream
	pixels    pixels
	picture   C.lk_picture
	sound     C.lk_sound
	hardware  string
	maxPixels int64
	failure   C.lk_failure
}

// NewDecoder returns a decoder for a stream of picture or sound. The stream's Input may be closed.
// It returns ErrNoDecoder when FFmpeg has none for the codec, and a *SoundError for sound that is
// not decoded.
func NewDecoder(stream Stream, o DecoderOptions) (*Decoder, error) {
	if stream.Kind != KindVideo && stream.Kind != KindAudio {
		return nil, fmt.Errorf("%w for a stream of kind %s", ErrNoDecoder, stream.Kind)
	}
	threads := o.Threads
	if threads <= 0 {
		threads = min(runtime.NumCPU(), maxThreads)
	}
	if stream.Kind == KindAudio {
		threads = 1
		if err := checkStream(stream); err != nil {
			return nil, err
		}
	}
	d := &Decoder{kind: stream.Kind, stream: stream, maxPixels: o.MaxPixels}
	extradata := (*C.uint8_t)(unsafe.SliceData(stream.extradata))
	options := C.lk_decoder_options{threads: C.int(threads), max_pixels: C.int64_t(o.MaxPixels)}
	if o.Strict {
		options.strict = 1
	}
	if err := d.checkPicture(stream.Width, stream.Height); err != nil {
		return nil, err
	}
	device, name := hardware(stream, o.Hardware)
	d.hardware = name
	if C.lk_decoder_open(&d.stream.parameters, extradata, &options, device, &d.c, &d.failure) < 0 {
		if d.failure.code == C.LK_NO_DECODER {
			return nil, &CodecError{Codec: stream.Codec}
		}
		return nil, fmt.Errorf("%s: %w", stream.Codec, newError("open decoder", &d.failure))
	}
	return d, nil
}

// Hardware is the type of the device that the decoder has, empty without one.
func (d *Decoder) Hardware() string { return d.hardware }

// Send gives the decoder a packet, which it keeps a reference of, or, for nil, says that none follows.
// It returns ErrAgain when frames must be received first, and io.EOF after the end was said. After
// any other error the next packet may be sent.
func (d *Decoder) Send(p *Packet) error {
	if d.c == nil {
		return ErrClosed
	}
	var packet *C.AVPacket
	if p != nil {
		if p.c.packet == nil {
			return nil // empty: FFmpeg would take it for the end
		}
		packet = p.c.packet
	}
	return d.result(opDecode, C.lk_decoder_send(d.c, packet, &d.failure))
}

// result turns what C returned into an error.
func (d *Decoder) result(op string, code C.int) error {
	switch {
	case code >= 0:
		return nil
	case code == C.LK_AGAIN:
		return ErrAgain
	case code == C.LK_EOF:
		return io.EOF
	}
	if size := int64(C.lk_decoder_oversize(d.c)); size != 0 {
		return &PictureError{Width: int(size >> 32), Height: int(size & math.MaxInt32)}
	}
	return fmt.Errorf("%s: %w", d.stream.Codec, newError(op, &d.failure))
}

// checkPicture returns a *PictureError for a picture of more pixels than DecoderOptions.MaxPixels.
func (d *Decoder) checkPicture(width, height int) error {
	if d.maxPixels > 0 && int64(width)*int64(height) > d.maxPixels {
		return &PictureError{Width: width, Height: height}
	}
	return nil
}

// SkipNonReference makes the decoder pass over pictures that no other needs, as on the way to the target
// of a seek, or, for false, decode all.
func (d *Decoder) SkipNonReference(skip bool) {
	if d.c == nil {
		return
	}
	on := C.int(0)
	if skip {
		on = 1
	}
	C.lk_decoder_skip(d.c, on)
}

// Flush drops what the decoder holds, as after a seek. It may be sent packets again, even after its end.
func (d *Decoder) Flush() {
	if d.c != nil {
		C.lk_decoder_flush(d.c)
	}
}

// Close frees the decoder and ends its threads. Frames that it gave stay valid. It may be called more
// than once.
func (d *Decoder) Close() {
	if d.c != nil {
		C.lk_decoder_close(d.c)
		d.c = nil
	}
}
