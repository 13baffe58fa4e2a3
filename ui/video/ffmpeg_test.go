package video

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
)

// ffmpeg runs FFmpeg's program with in as its standard input and returns its standard output.
func ffmpeg(tb testing.TB, in []byte, args ...string) []byte {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), "ffmpeg", append([]string{"-hide_banner", "-loglevel", "error"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &errs
	require.NoError(tb, cmd.Run(), errs.String())
	return out.Bytes()
}

// matrixNames are FFmpeg's names in its scale filter.
var matrixNames = map[frame.Matrix]string{
	frame.MatrixBT601:  "bt601",
	frame.MatrixBT709:  "bt709",
	frame.MatrixBT2020: "bt2020",
}

var rangeNames = map[frame.Range]string{frame.RangeLimited: "limited", frame.RangeFull: "full"}

// chromaPositions are where chroma sits, as the scale filter's options have it: in 256ths of the way
// from a luma sample to the next.
func chromaPositions(prefix string, f *frame.Video) string {
	x, y := 0, 128
	switch f.ChromaLocation {
	case frame.ChromaCenter:
		x = 128
	case frame.ChromaTopLeft:
		y = 0
	}
	options := ""
	if f.Format.ChromaShiftX > 0 {
		options += fmt.Sprintf(":%s_h_chr_pos=%d", prefix, x)
	}
	if f.Format.ChromaShiftY > 0 {
		options += fmt.Sprintf(":%s_v_chr_pos=%d", prefix, y)
	}
	return options
}

// source makes a picture of f's size, format and colours with FFmpeg: moving bars and gradients, with
// rows padded by pad bytes.
func source(tb testing.TB, f frame.Video, pad int) *frame.Video {
	tb.Helper()
	raw := ffmpeg(tb, nil, "-f", "lavfi",
		"-i", fmt.Sprintf("testsrc2=s=%dx%d:r=1,format=gbrp", f.Width, f.Height),
		"-frames:v", "1", "-vf",
		fmt.Sprintf("scale=out_color_matrix=%s:out_range=%s:flags=bilinear+accurate_rnd+full_chroma_inp+full_chroma_int%s,format=%s",
			matrixNames[f.Matrix], rangeNames[f.Range], chromaPositions("out", &f), f.Format.Name),
		"-f", "rawvideo", "-pix_fmt", f.Format.Name, "-")
	return planes(tb, f, raw, pad)
}

// planes spreads raw, FFmpeg's rawvideo, over planes whose rows are padded by pad bytes; the last row
// ends with its last sample.
func planes(tb testing.TB, f frame.Video, raw []byte, pad int) *frame.Video {
	tb.Helper()
	word := 1
	if f.Format.Depth > 8 {
		word = 2
	}
	type size struct{ bytes, rows int }
	sizes := []size{{f.Width * word, f.Height}}
	cw, ch := ceilShift(f.Width, f.Format.ChromaShiftX), ceilShift(f.Height, f.Format.ChromaShiftY)
	switch f.Format.Layout {
	case frame.LayoutPlanar:
		sizes = append(sizes, size{cw * word, ch}, size{cw * word, ch})
	case frame.LayoutSemiPlanar:
		sizes = append(sizes, size{2 * cw * word, ch})
	}
	for _, s := range sizes {
		p := frame.Plane{Stride: s.bytes + pad, RowBytes: s.bytes, Rows: s.rows}
		data := bytes.Repeat([]byte{0xAA}, p.Stride*s.rows)
		require.GreaterOrEqual(tb, len(raw), s.bytes*s.rows)
		for y := range s.rows {
			copy(data[y*p.Stride:], raw[:s.bytes])
			raw = raw[s.bytes:]
		}
		end := len(data) - pad
		p.Data = data[:end:end]
		f.Planes = append(f.Planes, p)
	}
	require.Empty(tb, raw)
	return &f
}

// rawvideo is the inverse of planes.
func rawvideo(f *frame.Video) []byte {
	var raw []byte
	for _, p := range f.Planes {
		for y := range p.Rows {
			raw = append(raw, p.Data[y*p.Stride:y*p.Stride+p.RowBytes]...)
		}
	}
	return raw
}

// reference is FFmpeg's own conversion of f to width by height pixels. It goes by way of 4:4:4 with 16
// bits: straight to RGB, FFmpeg takes shortcuts with the rows of chroma.
func reference(tb testing.TB, f *frame.Video, width, height int) *image.RGBA {
	tb.Helper()
	f = withNeutralChroma(f)
	matrix, rng := matrixNames[f.Matrix], rangeNames[f.Range]
	const flags = "flags=bilinear+accurate_rnd+full_chroma_inp+full_chroma_int"
	raw := ffmpeg(tb, rawvideo(f), "-f", "rawvideo", "-pix_fmt", f.Format.Name,
		"-video_size", fmt.Sprintf("%dx%d", f.Width, f.Height), "-i", "-", "-vf",
		fmt.Sprintf("scale=%d:%d:in_color_matrix=%s:out_color_matrix=%s:in_range=%s:out_range=%s:%s%s,format=yuv444p16le,"+
			"scale=in_color_matrix=%s:in_range=%s:out_range=full:%s",
			width, height, matrix, matrix, rng, rng, flags, chromaPositions("in", f), matrix, rng, flags),
		"-f", "rawvideo", "-pix_fmt", "rgba", "-")
	require.Len(tb, raw, 4*width*height)
	return &image.RGBA{Pix: raw, Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}
}

// withNeutralChroma returns grey pictures as 4:4:4 of the same luma, and others as they are: from FFmpeg 7.1 on, the
// scale filter takes the range of grey for full whatever it is told.
func withNeutralChroma(f *frame.Video) *frame.Video {
	if f.Format.Layout != frame.LayoutGray {
		return f
	}
	coloured := *f
	coloured.Format.Layout = frame.LayoutPlanar
	coloured.Format.Name = strings.Replace(f.Format.Name, "gray", "yuv444p", 1)
	chroma := f.Planes[0]
	chroma.Data = bytes.Repeat([]byte{128}, len(chroma.Data))
	if f.Format.Depth > 8 {
		neutral := binary.LittleEndian.AppendUint16(nil, 1<<(f.Format.Depth-1))
		chroma.Data = bytes.Repeat(neutral, len(chroma.Data)/2)
	}
	coloured.Planes = []frame.Plane{f.Planes[0], chroma, chroma}
	return &coloured
}

// unscaled is reference at f's own size. FFmpeg spreads the chroma of an odd number of columns or rows
// over them as if it were for that many and a half; so it is given the next even number.
func unscaled(tb testing.TB, f *frame.Video) *image.RGBA {
	tb.Helper()
	if f.Format.ChromaShiftX == 0 && f.Format.ChromaShiftY == 0 {
		return reference(tb, f, f.Width, f.Height)
	}
	even, word := *f, 1
	if f.Format.Depth > 8 {
		word = 2
	}
	luma := f.Planes[0]
	even.Width, even.Height = f.Width+f.Width%2, f.Height+f.Height%2
	wide := frame.Plane{Stride: even.Width * word, RowBytes: even.Width * word, Rows: even.Height}
	for y := range even.Height {
		row := luma.Data[min(y, f.Height-1)*luma.Stride:][:luma.RowBytes]
		wide.Data = append(wide.Data, row...)
		wide.Data = append(wide.Data, row[len(row)-word:][:wide.RowBytes-len(row)]...)
	}
	even.Planes = append([]frame.Plane{wide}, f.Planes[1:]...)
	all := reference(tb, &even, even.Width, even.Height)
	out := image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
	for y := range f.Height {
		copy(out.Pix[out.PixOffset(0, y):out.PixOffset(0, y)+out.Stride], all.Pix[all.PixOffset(0, y):])
	}
	return out
}

// ffmpegConverter is a Converter for tests that need one's exact colours and not its speed.
type ffmpegConverter struct{ tb testing.TB }

func (c ffmpegConverter) RGBA(dst *image.RGBA, src *frame.Video) error {
	copy(dst.Pix, reference(c.tb, src, dst.Rect.Dx(), dst.Rect.Dy()).Pix)
	return nil
}

// difference returns the mean difference of two images over red, green and blue, and the largest.
func difference(tb testing.TB, want, got *image.RGBA) (mean float64, largest int) {
	tb.Helper()
	require.Equal(tb, want.Rect, got.Rect)
	sum, n := 0, 0
	for i := range want.Pix {
		if i%4 == 3 {
			continue
		}
		d := int(want.Pix[i]) - int(got.Pix[i])
		d = max(d, -d)
		sum, n, largest = sum+d, n+1, max(largest, d)
	}
	return float64(sum) / float64(n), largest
}
