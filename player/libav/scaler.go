package libav

// #include <stdlib.h>
// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"
	"image"
	"unsafe"

	"latchkey/player/frame"
)

// Scaler turns pictures into RGBA of another size. It keeps what one geometry needs for the next picture
// of the same. It belongs to one goroutine at a time.
type Scaler struct {
	c       C.lk_scaler
	format  frame.Format
	number  C.int
	failure C.lk_failure
}

// NewScaler returns a scaler.
func NewScaler() *Scaler { return &Scaler{number: -1} }

// RGBA draws all of src over all of dst, whatever their shapes, opaque, with src's matrix and range, into
// full-range sRGB-like values; transfer and primaries stay as they are, and so does the rotation. dst may
// be a part of a larger image. src stays the caller's.
func (s *Scaler) RGBA(dst *image.RGBA, src *frame.Video) error {
	size := dst.Bounds().Size()
	if size.X <= 0 || size.Y <= 0 {
		return nil
	}
	if len(dst.Pix) < dst.Stride*(size.Y-1)+size.X*4 || dst.Stride < size.X*4 {
		return errors.New("libav: scale: the destination is smaller than it says")
	}
	if err := s.setFormat(src.Format); err != nil {
		return err
	}
	what := C.lk_scale{
		width:     C.int(src.Width),
		height:    C.int(src.Height),
		format:    s.number,
		to_width:  C.int(size.X),
		to_height: C.int(size.Y),
		to_stride: C.int(dst.Stride),
		matrix:    matrixOf(src),
	}
	if src.Range == frame.RangeFull {
		what.full_range = 1
	}
	var planes [C.LK_PLANES]*C.uint8_t
	if len(src.Planes) == 0 || len(src.Planes) > len(planes) {
		return errors.New("libav: scale: a picture without planes")
	}
	for i, p := range src.Planes {
		if p.Rows <= 0 || p.RowBytes <= 0 || p.Stride < p.RowBytes || len(p.Data) < p.Stride*(p.Rows-1)+p.RowBytes {
			return errors.New("libav: scale: a plane is smaller than it says")
		}
		planes[i] = (*C.uint8_t)(unsafe.SliceData(p.Data))
		what.stride[i] = C.int(p.Stride)
	}
	to := (*C.uint8_t)(unsafe.SliceData(dst.Pix))
	if C.lk_scaler_run(&s.c, &what, planes[0], planes[1], planes[2], planes[3], to, &s.failure) < 0 {
		return newError("scale", &s.failure)
	}
	return nil
}

// setFormat looks FFmpeg's number of a format up.
func (s *Scaler) setFormat(f frame.Format) error {
	if s.number >= 0 && f.Name == s.format.Name {
		return nil
	}
	name := C.CString(f.Name)
	defer C.free(unsafe.Pointer(name))
	number := C.lk_pixel_format_by_name(name)
	if number < 0 {
		return fmt.Errorf("libav: scale: pictures of format %q: %w", f.Name, errors.ErrUnsupported)
	}
	s.format, s.number = f, number
	return nil
}

// matrixOf returns the number of the picture's matrix; an unspecified one follows the height, as in
// frame.Video.Coefficients.
func matrixOf(v *frame.Video) C.int {
	switch {
	case v.Matrix != frame.MatrixUnspecified && v.Matrix != frame.MatrixRGB:
		return C.int(v.Matrix)
	case v.Height >= 720:
		return C.int(frame.MatrixBT709)
	}
	return C.int(frame.MatrixBT601)
}

// Close frees what the scaler keeps. It may be used again, and closed more than once.
func (s *Scaler) Close() {
	C.lk_scaler_free(&s.c)
}
