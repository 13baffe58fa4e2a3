//go:build (gles || arm || arm64) && !android && !ios && !mobile && !darwin && !wasm && !test_web_driver

package video

import (
	gl "github.com/go-gl/gl/v3.1/gles2"
)

// readWindow returns what has been painted so far: RGBA from the lower left corner.
func readWindow() (pixels []byte, width, height int) {
	var viewport [4]int32
	gl.GetIntegerv(gl.VIEWPORT, &viewport[0])
	pixels = make([]byte, 4*viewport[2]*viewport[3])
	gl.ReadPixels(0, 0, viewport[2], viewport[3], gl.RGBA, gl.UNSIGNED_BYTE, gl.Ptr(pixels))
	return pixels, int(viewport[2]), int(viewport[3])
}
