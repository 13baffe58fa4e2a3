package report

import (
	"bufio"
	"crypto/md5" // framemd5 is what it is compared with; it guards nothing
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"latchkey/player"
	"latchkey/player/frame"
)

// Hashes writes a line for each decoded frame: of pictures "PTS_MICROSECONDS WIDTH HEIGHT MD5", of sound
// "PTS_MICROSECONDS SAMPLES MD5". The MD5 of a picture is that of its planes in order without the rows'
// padding, as FFmpeg's framemd5 has it; of sound that of its interleaved 16 bit samples.
type Hashes struct {
	mu  sync.Mutex
	out *bufio.Writer
	err error
}

// NewHashes returns a Hashes that writes to w. Flush must be called at the end.
func NewHashes(w io.Writer) *Hashes {
	return &Hashes{out: bufio.NewWriter(w)}
}

// Video writes the line of a picture.
func (h *Hashes) Video(v *frame.Video) {
	sum := md5.New()
	for _, plane := range v.Planes {
		for row := range plane.Rows {
			start := row * plane.Stride
			// A hash's Write never fails.
			_, _ = sum.Write(plane.Data[start : start+plane.RowBytes])
		}
	}
	h.line("%d %d %d %s\n", microseconds(v.PTS), v.Width, v.Height, hex.EncodeToString(sum.Sum(nil)))
}

// Audio writes the line of a stretch of sound.
func (h *Hashes) Audio(s player.Sound) {
	sum := md5.Sum(s.S16)
	h.line("%d %d %s\n", microseconds(s.PTS), s.Samples, hex.EncodeToString(sum[:]))
}

func (h *Hashes) line(format string, values ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, err := fmt.Fprintf(h.out, format, values...); err != nil && h.err == nil {
		h.err = err
	}
}

// Flush writes what is buffered and returns the first error of all writes.
func (h *Hashes) Flush() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := errors.Join(h.err, h.out.Flush()); err != nil {
		return fmt.Errorf("write hashes: %w", err)
	}
	return nil
}

// microseconds rounds to the nearest.
func microseconds(d time.Duration) int64 {
	return int64(math.Round(float64(d) / float64(time.Microsecond)))
}
