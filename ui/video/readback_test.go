//go:build (!gles && !arm && !arm64 && !android && !ios && !mobile && !test_web_driver && !wasm) || (darwin && !mobile && !ios && !wasm && !test_web_driver)

package video

import (
	"testing"

	"github.com/go-gl/gl/v2.1/gl"
	"github.com/stretchr/testify/assert"
)

// readWindow returns what has been painted so far: RGBA from the lower left corner.
func readWindow() (pixels []byte, width, height int) {
	var viewport [4]int32
	gl.GetIntegerv(gl.VIEWPORT, &viewport[0])
	pixels = make([]byte, 4*viewport[2]*viewport[3])
	gl.ReadPixels(0, 0, viewport[2], viewport[3], gl.RGBA, gl.UNSIGNED_BYTE, gl.Ptr(pixels))
	return pixels, int(viewport[2]), int(viewport[3])
}

func TestHasFramebuffers(t *testing.T) {
	tests := []struct {
		version, extensions string
		want                bool
	}{
		{"4.5 (Compatibility Profile) Mesa 22.3.6", "", true},
		{"3.0.0 - Build 8.15", "", true},
		{"2.1 INTEL-20.2.48", "GL_EXT_texture GL_ARB_framebuffer_object GL_X", true},
		{"2.1 Mesa 7.0", "GL_ARB_framebuffer_object_x GL_EXT_framebuffer_object", false},
		{"1.1.0", "GL_WIN_swap_hint", false},
		{"", "", false},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, hasFramebuffers(test.version, test.extensions), test.version)
	}
}
