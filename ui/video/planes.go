package video

import (
	_ "embed"
	"errors"
	"fmt"
	"image"

	"latchkey/player/frame"
)

var (
	// errNotForShader says that a picture can only be drawn by way of a converter.
	errNotForShader = errors.New("no shader for this pixel format")
	// errPlane says that a plane is not as large as the picture.
	errPlane = errors.New("plane too small")
)

//go:embed shader.frag
var fragment string

// program tells the shaders of one view apart.
type program struct {
	layout frame.Layout
	words  bool
}

// sources returns the fragment shader for OpenGL 2.1 (GLSL 1.10, what Fyne asks for) and for OpenGL
// ES 2.0 (GLSL ES 1.00).
func (p program) sources() (desktop, es []byte) {
	words := 0
	if p.words {
		words = 1
	}
	defines := fmt.Sprintf("#define LAYOUT %d\n#define WORDS %d\n", p.layout, words)
	desktop = []byte("#version 110\n" + defines + fragment)
	es = []byte("#version 100\nprecision highp float;\nprecision highp sampler2D;\n" + defines + fragment)
	return desktop, es
}

// name is unique for each view and program: Fyne keeps a shader's textures by it.
func (p program) name(view uint64) string {
	return fmt.Sprintf("latchkey-video-%d-%d-%t", view, p.layout, p.words)
}

// programOf says which shader draws f, or returns errNotForShader.
func programOf(f *frame.Video, maxTexture int) (program, error) {
	p := program{layout: f.Format.Layout, words: f.Format.Depth > 8}
	planes := 0
	switch p.layout {
	case frame.LayoutPlanar:
		planes = 3
	case frame.LayoutSemiPlanar:
		planes = 2
	case frame.LayoutGray:
		planes = 1
	}
	if planes == 0 || len(f.Planes) < planes || f.Format.Depth < 8 || f.Format.Depth > 16 {
		return p, errNotForShader
	}
	if f.Matrix == frame.MatrixRGB && p.layout != frame.LayoutGray {
		return p, errNotForShader
	}
	for i, plane := range f.Planes[:planes] {
		width, height := f.Width, f.Height
		if i > 0 {
			width, height = ceilShift(width, f.Format.ChromaShiftX), ceilShift(height, f.Format.ChromaShiftY)
		}
		bytes := width
		if p.words {
			bytes *= 2
		}
		if i > 0 && p.layout == frame.LayoutSemiPlanar {
			bytes *= 2
		}
		if err := check(plane, bytes, height); err != nil {
			return p, fmt.Errorf("plane %d of %s: %w", i, f.Format.Name, err)
		}
		if maxTexture > 0 && (height > maxTexture || (plane.Stride+3)/4 > maxTexture) {
			return p, errNotForShader
		}
	}
	return p, nil
}

// check says whether plane holds height rows of bytes.
func check(plane frame.Plane, bytes, height int) error {
	if bytes <= 0 || height <= 0 || plane.RowBytes < bytes || plane.Rows < height || plane.Stride < plane.RowBytes ||
		len(plane.Data) < (plane.Rows-1)*plane.Stride+plane.RowBytes {
		return fmt.Errorf("%w for %d rows of %d bytes", errPlane, height, bytes)
	}
	return nil
}

func ceilShift(n, shift int) int {
	return -(-n >> shift)
}

// texture is the top of a plane, some rows of it, as an image that Fyne uploads: each texel is four bytes of
// a row. The bytes are the plane's own unless its rows are not a whole number of texels or its memory
// ends with the last row's samples; then they are copied into spare, which is grown as needed and
// returned.
//
// Every call makes a new image: Fyne uploads one when its address differs from the last one's.
func texture(plane frame.Plane, rows int, spare []byte) (*image.RGBA, []byte) {
	if size := plane.Stride * rows; plane.Stride%4 == 0 && cap(plane.Data) >= size {
		return &image.RGBA{
			Pix:    plane.Data[:size],
			Stride: plane.Stride,
			Rect:   image.Rect(0, 0, plane.Stride/4, rows),
		}, spare
	}
	texels := (plane.RowBytes + 3) / 4
	size := texels * 4 * rows
	if cap(spare) < size {
		spare = make([]byte, size)
	}
	spare = spare[:size]
	for r := range rows {
		copy(spare[r*texels*4:(r+1)*texels*4], plane.Data[r*plane.Stride:r*plane.Stride+plane.RowBytes])
	}
	return &image.RGBA{Pix: spare, Stride: texels * 4, Rect: image.Rect(0, 0, texels, rows)}, spare
}

// textureNames are those of shader.frag, in the order of planes.
func textureNames(layout frame.Layout) []string {
	switch layout {
	case frame.LayoutPlanar:
		return []string{"y", "u", "v"}
	case frame.LayoutSemiPlanar:
		return []string{"y", "uv"}
	}
	return []string{"y"}
}

// uniforms writes what shader.frag needs to know of f into u. The textures are those of f's planes.
func uniforms(u map[string]float32, f *frame.Video, p program, textures map[string]image.Image) {
	u["lumaWidth"], u["lumaHeight"] = float32(f.Width), float32(textures["y"].Bounds().Dy())
	u["lumaTexels"] = float32(textures["y"].Bounds().Dx())
	t := turnOf(f.Rotation)
	u["turnXX"], u["turnXY"], u["turnX0"] = t.xx, t.xy, t.x0
	u["turnYX"], u["turnYY"], u["turnY0"] = t.yx, t.yy, t.y0
	samples(u, f, p.words)
	if p.layout == frame.LayoutGray {
		return
	}
	chroma := textures[textureNames(p.layout)[1]].Bounds()
	sx, sy := f.Format.ChromaShiftX, f.Format.ChromaShiftY
	u["chromaWidth"], u["chromaHeight"] = float32(ceilShift(f.Width, sx)), float32(chroma.Dy())
	u["chromaTexels"] = float32(chroma.Dx())
	u["chromaScaleX"], u["chromaScaleY"] = 1/float32(int(1)<<sx), 1/float32(int(1)<<sy)
	u["chromaShiftX"], u["chromaShiftY"] = siting(f)
	kr, kb := f.Coefficients()
	kg := 1 - kr - kb
	u["redV"], u["blueU"] = float32(2*(1-kr)), float32(2*(1-kb))
	u["greenU"], u["greenV"] = float32(-2*kb*(1-kb)/kg), float32(-2*kr*(1-kr)/kg)
}

// siting returns how far to the right and down the position in a chroma plane is of what the ratio of
// sizes makes it: nothing where chroma samples sit amid their luma samples, a quarter of a sample at
// 2:1 where they sit on the first of them. ITU-T H.273, 8.7.
func siting(f *frame.Video) (x, y float32) {
	first := func(shift int) float32 { return 0.5 - 0.5/float32(int(1)<<shift) }
	switch f.ChromaLocation {
	case frame.ChromaCenter:
		return 0, 0
	case frame.ChromaTopLeft:
		return first(f.Format.ChromaShiftX), first(f.Format.ChromaShiftY)
	}
	return first(f.Format.ChromaShiftX), 0
}

// samples writes the weights of a sample's bytes, and what turns samples into 0..1 for luma and
// -0.5..0.5 for chroma. ITU-T H.273, 8.3, equations for E'Y, E'PB and E'PR.
func samples(u map[string]float32, f *frame.Video, words bool) {
	unit := 255.0 // what a texture's 1.0 means
	if words {
		unit = 1 / float64(int(1)<<f.Format.Shift)
		u["byte0"], u["byte1"] = 1, 256
		if f.Format.BigEndian {
			u["byte0"], u["byte1"] = 256, 1
		}
	} else {
		unit /= float64(int(1) << f.Format.Shift)
	}
	step := float64(int(1)<<f.Format.Depth) / 256
	black, luma, middle, chroma := 16*step, 219*step, 128*step, 224*step
	if f.Range == frame.RangeFull {
		black, luma, chroma = 0, 256*step-1, 256*step-1
	}
	u["lumaMul"], u["lumaAdd"] = float32(unit/luma), float32(-black/luma)
	u["chromaMul"], u["chromaAdd"] = float32(unit/chroma), float32(-middle/chroma)
}
