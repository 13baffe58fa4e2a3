package libav

// #include "bridge.h"
import "C"

import (
	"errors"
	"unsafe"

	"latchkey/player/frame"
)

// pixels remembers the description of the format that a decoder gives.
type pixels struct {
	known  bool
	number C.int
	format frame.Format
}

// describe returns the description of FFmpeg's pixel format.
func (p *pixels) describe(number C.int) frame.Format {
	if !p.known || p.number != number {
		var c C.lk_pixels
		C.lk_pixel_format(number, &c)
		p.known, p.number = true, number
		p.format = frame.Format{
			Name:         C.GoString(c.name),
			Layout:       frame.Layout(c.layout),
			Depth:        int(c.depth),
			Shift:        int(c.shift),
			ChromaShiftX: int(c.chroma_x),
			ChromaShiftY: int(c.chroma_y),
			BigEndian:    c.big_endian != 0,
		}
	}
	return p.format
}

// picture is a frame.Video with the memory that it needs, in one piece.
type picture struct {
	video  frame.Video
	planes [C.LK_PLANES]frame.Plane
	c      *C.AVFrame
}

func (p *picture) release() {
	C.lk_frame_free(p.c)
	p.c = nil
}

// ReceiveVideo returns the next picture. The caller owns it and releases it; its planes are FFmpeg's
// memory. Ticks is its time stamp, NoPTS when it has none; PTS is the same in media time, for the caller
// to move to the presentation's. It returns ErrAgain when more packets are needed and io.EOF after the
// last picture, and a *PictureError for one that is too large.
func (d *Decoder) ReceiveVideo() (*frame.Video, error) {
	if d.c == nil {
		return nil, ErrClosed
	}
	if d.kind != KindVideo {
		return nil, errors.New("libav: pictures from a decoder of sound")
	}
	c := &d.picture
	if code := C.lk_decoder_receive_picture(d.c, &d.picture, &d.failure); code < 0 {
		return nil, d.result(opDecode, code)
	}
	if err := d.checkPicture(int(c.width), int(c.height)); err != nil { // a decoder may have memory of its own
		C.lk_frame_free(c.frame)
		c.frame = nil
		return nil, err
	}
	p := &picture{c: c.frame}
	p.video = frame.Video{
		PTS:            Ticks(int64(c.pts), d.stream.TimeBase),
		Duration:       max(0, Ticks(int64(c.duration), d.stream.TimeBase)),
		Ticks:          int64(c.pts),
		Width:          int(c.width),
		Height:         int(c.height),
		Format:         d.pixels.describe(c.format),
		Matrix:         frame.Matrix(c.matrix),
		Range:          frame.Range(c._range),
		Primaries:      frame.Primaries(c.primaries),
		Transfer:       frame.Transfer(c.transfer),
		ChromaLocation: frame.ChromaLocation(c.chroma_location),
		SampleAspect:   rational(c.aspect),
		Rotation:       int(c.rotation),
		Key:            c.key != 0,
	}
	if size := int(c.captions_size); size > 0 && size <= maxCaptionData {
		p.video.Captions = C.GoBytes(unsafe.Pointer(c.captions), C.int(size))
	}
	count := int(c.planes)
	for i := range count {
		p.planes[i] = frame.Plane{
			Data:     unsafe.Slice((*byte)(c.data[i]), int(c.bytes[i])),
			Stride:   int(c.stride[i]),
			RowBytes: int(c.row_bytes[i]),
			Rows:     int(c.rows[i]),
		}
	}
	p.video.Planes = p.planes[:count:count]
	p.video.OnRelease(p.release)
	return &p.video, nil
}
