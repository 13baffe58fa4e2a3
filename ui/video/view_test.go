package video

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
)

func format(name string, layout frame.Layout, depth, shift, x, y int) frame.Format {
	return frame.Format{Name: name, Layout: layout, Depth: depth, Shift: shift, ChromaShiftX: x, ChromaShiftY: y}
}

var (
	yuv420p12 = format("yuv420p12le", frame.LayoutPlanar, 12, 0, 1, 1)
	yuv422p10 = format("yuv422p10le", frame.LayoutPlanar, 10, 0, 1, 0)
	yuv444p10 = format("yuv444p10le", frame.LayoutPlanar, 10, 0, 0, 0)
	nv24      = format("nv24", frame.LayoutSemiPlanar, 8, 0, 0, 0)
	gray      = format("gray", frame.LayoutGray, 8, 0, 0, 0)
	gray10    = format("gray10le", frame.LayoutGray, 10, 0, 0, 0)
)

// What the shader draws, against FFmpeg's conversion, without scaling.
func TestShaderColours(t *testing.T) {
	const width, height = 160, 120
	tests := []struct {
		format frame.Format
		matrix frame.Matrix
		rng    frame.Range
		pad    int
		width  int
		height int
		chroma frame.ChromaLocation
	}{
		{format: frame.YUV420P},
		{format: frame.YUV420P, rng: frame.RangeFull},
		{format: frame.YUV420P, matrix: frame.MatrixBT601},
		{format: frame.YUV420P, matrix: frame.MatrixBT2020},
		{format: frame.YUV420P, matrix: frame.MatrixBT601, rng: frame.RangeFull},
		{format: frame.YUV420P, pad: 32},
		{format: frame.YUV420P, pad: 3},
		{format: frame.YUV420P, width: 131, height: 77},
		{format: frame.YUV420P, width: 131, height: 77, pad: 29},
		{format: frame.YUV420P10},
		{format: frame.YUV420P10, matrix: frame.MatrixBT2020},
		{format: frame.YUV420P10, rng: frame.RangeFull, width: 131, height: 77},
		{format: frame.YUV420P10, pad: 64},
		{format: yuv420p12},
		{format: frame.YUV420P, chroma: frame.ChromaCenter},
		{format: frame.YUV420P10, chroma: frame.ChromaTopLeft},
		{format: frame.NV12, chroma: frame.ChromaTopLeft},
		{format: frame.YUV422P},
		{format: yuv422p10},
		{format: frame.YUV444P},
		{format: frame.YUV444P, width: 131, height: 77},
		{format: yuv444p10},
		{format: frame.NV12},
		{format: frame.NV12, width: 131, height: 77},
		{format: frame.NV12, pad: 16, rng: frame.RangeFull},
		{format: nv24},
		{format: frame.P010},
		{format: frame.P010, width: 131, height: 77, matrix: frame.MatrixBT2020},
		{format: gray},
		{format: gray, rng: frame.RangeFull, width: 131, height: 77},
		{format: gray10},
	}
	for _, test := range tests {
		f := frame.Video{Width: test.width, Height: test.height, Format: test.format, Matrix: test.matrix, Range: test.rng, ChromaLocation: test.chroma}
		if f.Width == 0 {
			f.Width, f.Height = width, height
		}
		if f.Matrix == 0 {
			f.Matrix = frame.MatrixBT709
		}
		if f.Range == 0 {
			f.Range = frame.RangeLimited
		}
		name := fmt.Sprintf("%s %s %s %dx%d+%d chroma %d", f.Format.Name, matrixNames[f.Matrix], rangeNames[f.Range], f.Width, f.Height, test.pad, test.chroma)
		t.Run(name, func(t *testing.T) {
			picture := source(t, f, test.pad)
			want := unscaled(t, picture)
			v := New(Options{Renderer: Shader})
			screen.place(v, float32(f.Width), float32(f.Height))
			screen.paint(func() { assert.Nil(t, v.SetFrame(picture)) })
			require.Equal(t, "shader", v.Renderer())
			mean, largest := difference(t, want, screen.capture(f.Width, f.Height))
			t.Logf("mean %.3f, largest %d", mean, largest)
			assert.Less(t, mean, 2.0)
		})
	}
}
