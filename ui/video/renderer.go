package video

import (
	"fmt"
	"strings"
)

// Renderer is a way in which frames reach the window.
type Renderer int

// The renderers.
const (
	// Auto takes Shader where the graphics driver is hardware and Image where it is software.
	Auto Renderer = 0
	// Shader uploads the decoded planes and converts them to RGB in a fragment shader.
	Shader Renderer = 1
	// Image has the Converter make RGBA of the size on the screen, and copies that into the window.
	Image Renderer = 2
)

// String returns the name that ParseRenderer reads.
func (r Renderer) String() string {
	switch r {
	case Auto:
		return "auto"
	case Shader:
		return "shader"
	case Image:
		return "image"
	}
	return fmt.Sprintf("Renderer(%d)", int(r))
}

// ParseRenderer reads "auto", "shader" or "image".
func ParseRenderer(s string) (Renderer, error) {
	for _, r := range []Renderer{Auto, Shader, Image} {
		if s == r.String() {
			return r, nil
		}
	}
	return Auto, fmt.Errorf("renderer %q: want auto, shader or image", s)
}

// graphics is what is known of the OpenGL that draws the window. The zero value is that nothing is.
type graphics struct {
	name       string // GL_RENDERER
	maxTexture int    // GL_MAX_TEXTURE_SIZE; 0 when not known
	blit       bool   // a surface can be used
}

// softwareNames are parts of the names, in lower case, of OpenGL implementations that run on the CPU:
// those of Mesa, Google, Microsoft, Apple and of old Mesa.
var softwareNames = []string{
	"llvmpipe", "softpipe", "swrast", "swr (", "swiftshader", "gdi generic", "basic render",
	"apple software", "software rasterizer",
}

func (g graphics) software() bool {
	name := strings.ToLower(g.name)
	for _, s := range softwareNames {
		if strings.Contains(name, s) {
			return true
		}
	}
	return false
}

// path is how pictures are drawn.
type path int

const (
	pathCanvasImage path = 0 // canvas.Image: everywhere
	pathBlit        path = 1 // surface: RGBA copied into the window's pixels
	pathShader      path = 2 // canvas.Shader
)

// choose returns the path for what was asked.
func choose(want Renderer, canConvert bool, g graphics) path {
	image := pathCanvasImage
	if g.blit {
		image = pathBlit
	}
	switch {
	case want == Shader, !canConvert:
		return pathShader
	case want == Image, g.name == "", g.software():
		return image
	}
	return pathShader
}
