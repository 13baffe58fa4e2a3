package libav

import (
	"encoding/binary"
	"image"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
)

// TestScalerGreyRange holds every value of a grey picture to ITU-T H.273, 8.3, equations for E'Y, within the 3 that
// libswscale's fast conversion of 4:2:0 is off.
func TestScalerGreyRange(t *testing.T) {
	const width = 256
	for name, depth := range map[string]int{"gray": 8, "gray10le": 10} {
		for _, full := range []bool{false, true} {
			scale := 1 << (depth - 8)
			plane := frame.Plane{Stride: 4 * width, RowBytes: width, Rows: 2}
			if depth > 8 {
				plane.RowBytes *= 2
			}
			plane.Data = make([]byte, plane.Stride*plane.Rows)
			for i := range width {
				for _, row := range [][]byte{plane.Data, plane.Data[plane.Stride:]} {
					if depth == 8 {
						row[i] = byte(i)
					} else {
						binary.LittleEndian.PutUint16(row[2*i:], uint16(i*scale))
					}
				}
			}
			picture := &frame.Video{Width: width, Height: 2, Planes: []frame.Plane{plane}, Matrix: frame.MatrixBT709, Range: frame.RangeLimited,
				Format: frame.Format{Name: name, Layout: frame.LayoutGray, Depth: depth}}
			if full {
				picture.Range = frame.RangeFull
			}
			scaler := NewScaler()
			t.Cleanup(scaler.Close)
			out := image.NewRGBA(image.Rect(0, 0, width, 2))
			require.NoError(t, scaler.RGBA(out, picture))
			for i := range width {
				want := float64(i-16) / 219 * 255
				if full {
					want = float64(i*scale) / float64(int(1)<<depth-1) * 255
				}
				want = min(max(math.Round(want), 0), 255)
				for c := range 3 {
					assert.InDelta(t, want, out.Pix[4*i+c], 3, "%s, full range %t, sample %d", name, full, i)
				}
			}
		}
	}
}
