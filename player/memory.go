package player

import (
	"errors"

	"latchkey/player/frame"
	"latchkey/player/libav"
)

// DefaultMemoryLimit is Config.MemoryLimit when that is 0.
const DefaultMemoryLimit = libav.DefaultMemoryLimit

// maxEnlargement is how many times the pixels of the largest RESOLUTION of a stream (RFC 8216,
// 4.3.4.2) a picture may have.
const maxEnlargement = 4

// maxPixels is the most pixels that a picture of the resource may have, 0 where nothing says its
// size.
func (s *session) maxPixels() int64 {
	largest := int64(0)
	for _, v := range s.variants {
		largest = max(largest, int64(v.Width)*int64(v.Height))
	}
	return largest * maxEnlargement
}

// pictureBytes is how much memory a picture takes.
func pictureBytes(v *frame.Video) int {
	bytes := 0
	for _, p := range v.Planes {
		bytes += p.Stride * p.Rows
	}
	return bytes
}

// beyondLimits says whether an error is of a resource that is outside of what is played, so that no
// packet is passed over and the resource fails.
func beyondLimits(err error) bool {
	var (
		sound   *libav.SoundError
		picture *libav.PictureError
	)
	return errors.Is(err, libav.ErrMemory) || errors.As(err, &sound) || errors.As(err, &picture)
}
