package frame

import (
	"time"
)

// Plane is one plane of a picture.
type Plane struct {
	// Data is Rows rows of Stride bytes; the last row may end after its last sample. It may be memory
	// of the decoder's, readable until the picture's Release and never to be written.
	Data []byte
	// Stride is the distance from one row to the next, in bytes, at least RowBytes.
	Stride int
	// RowBytes is the length of a row's samples in bytes, without padding.
	RowBytes int
	// Rows is the number of rows.
	Rows int
}

// Rational is a fraction. Zero over zero means unknown.
type Rational struct {
	Num, Den int64
}

// Video is one decoded picture. The zero value is an empty picture that may be released.
type Video struct {
	// PTS is the presentation time from the start of the presentation.
	PTS time.Duration
	// Duration is how long the picture stays, zero when unknown.
	Duration time.Duration
	// Ticks is the presentation time as the container gave it, in its time base.
	Ticks int64
	// Width and Height are the visible size in samples of the first plane.
	Width, Height int
	// Format says how Planes are laid out.
	Format Format
	// Planes in the format's order: Y, U, V; Y, UV; or one plane of packed samples.
	Planes []Plane
	// Matrix, Range, Primaries and Transfer say what the samples mean.
	Matrix    Matrix
	Range     Range
	Primaries Primaries
	Transfer  Transfer
	// ChromaLocation says where chroma samples sit between luma samples.
	ChromaLocation ChromaLocation
	// SampleAspect is the width of a sample over its height; 0/0 and 0/1 mean square.
	SampleAspect Rational
	// Rotation is the clockwise turn that the picture needs to stand upright: 0, 90, 180 or 270.
	Rotation int
	// Captions are the closed captions that came with the picture, triplets of cc_data (CTA-708, 4.4); nil without.
	Captions []byte
	// Key says that the picture can be decoded without any other.
	Key bool

	release func()
}

// OnRelease sets the function that gives the planes' memory back. Release calls it once.
func (v *Video) OnRelease(f func()) {
	v.release = f
}

// Release gives the planes back to whoever made them. After it they must not be touched. It may be
// called on nil and more than once.
func (v *Video) Release() {
	if v == nil {
		return
	}
	release := v.release
	v.release, v.Planes = nil, nil
	if release != nil {
		release()
	}
}

// DisplaySize returns the size in square pixels at which the picture has its right shape: the height
// is kept and the width follows the sample aspect ratio; a turn by 90 or 270 degrees swaps them.
func (v *Video) DisplaySize() (width, height int) {
	width, height = v.Width, v.Height
	if a := v.SampleAspect; a.Num > 0 && a.Den > 0 && a.Num != a.Den {
		width = int((int64(width)*a.Num + a.Den/2) / a.Den)
	}
	width = max(width, 1)
	if v.Rotation == 90 || v.Rotation == 270 {
		width, height = height, width
	}
	return width, height
}
