package libav

// #include "bridge.h"
import "C"

import (
	"time"
	"unsafe"
)

const (
	// maxCaptionData is the most bytes of closed captions that a picture carries: 31 triplets. CTA-708-E, 4.4.
	maxCaptionData = 31 * 3
	// captionText is the room for the lines of a screen.
	captionText = 8 << 10
)

// CaptionDecoder reads closed captions of line 21 (CTA-608), the first field's. It belongs to one goroutine at a time.
type CaptionDecoder struct {
	c       *C.AVCodecContext
	text    [captionText]C.char
	failure C.lk_failure
}

// NewCaptionDecoder returns a decoder over FFmpeg's. Close must be called.
func NewCaptionDecoder() (*CaptionDecoder, error) {
	d := new(CaptionDecoder)
	if C.lk_captions_open(&d.c, &d.failure) < 0 {
		return nil, newError("open caption decoder", &d.failure)
	}
	return d, nil
}

// Decode reads the captions of a picture: cc_data, triplets of CTA-708, 4.4. changed says that the screen has; then ass is what it shows, lines of
// Advanced SubStation Alpha, none for an empty screen.
func (d *CaptionDecoder) Decode(data []byte, at time.Duration) (ass string, changed bool, err error) {
	if d.c == nil {
		return "", false, ErrClosed
	}
	if len(data) == 0 || len(data) > maxCaptionData {
		return "", false, nil
	}
	code := C.lk_captions_decode(d.c, (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(data))), C.int(len(data)), C.int64_t(at.Microseconds()), &d.text[0],
		captionText, &d.failure)
	if code < 0 {
		return "", false, newError("decode captions", &d.failure)
	}
	if code == 0 {
		return "", false, nil
	}
	return C.GoString(&d.text[0]), true, nil
}

// Close frees the decoder. It may be called more than once.
func (d *CaptionDecoder) Close() {
	if d.c != nil {
		C.lk_captions_close(d.c)
		d.c = nil
	}
}
