//go:build (!gles && !arm && !arm64 && !android && !ios && !mobile && !test_web_driver && !wasm) || (darwin && !mobile && !ios && !wasm && !test_web_driver)

package ui

import (
	"image"

	"github.com/go-gl/gl/v2.1/gl"
)

// canReadBack says that readBack works in this build.
const canReadBack = true

// readBack returns what was painted so far, width by height pixels from the window's lower left corner. It
// is to be called while Fyne paints.
func readBack(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	gl.PixelStorei(gl.PACK_ALIGNMENT, 4)
	gl.ReadPixels(0, 0, int32(width), int32(height), gl.RGBA, gl.UNSIGNED_BYTE, gl.Ptr(img.Pix))
	return upright(img)
}
