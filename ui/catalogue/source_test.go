package catalogue

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// header is a PNG of a size that has no more than its header. PNG specification, 11.2.2.
func header(width, height uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	chunk = append(binary.BigEndian.AppendUint32(chunk, height), 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

// TestPosterSize refuses a picture of too many pixels by its header: nothing is allocated for it.
// Serial: it measures the heap.
func TestPosterSize(t *testing.T) {
	for name, data := range map[string][]byte{
		"65,535 wide":       header(65_535, 1),
		"60,000 by 60,000":  header(60_000, 60_000),
		"4,096 by 4,096":    header(4096, 4096),
		"no pixels":         header(0, 10),
		"no more than that": header(3840, 2160),
		"too many bytes":    make([]byte, 9<<20),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := DecodePoster(data)
			runtime.ReadMemStats(&after)
			require.ErrorIs(t, err, ErrPoster)
			assert.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(3840*2160*4+1<<20))
		})
	}
	var whole bytes.Buffer
	require.NoError(t, png.Encode(&whole, image.NewGray(image.Rect(0, 0, 3840, 2160))))
	img, err := DecodePoster(whole.Bytes())
	require.NoError(t, err)
	assert.Equal(t, image.Rect(0, 0, 720, 405), img.Bounds())
}
