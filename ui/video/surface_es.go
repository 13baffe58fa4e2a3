//go:build (gles || arm || arm64) && !android && !ios && !mobile && !darwin && !wasm && !test_web_driver

package video

import (
	gl "github.com/go-gl/gl/v3.1/gles2"
)

// probe asks the current context. A surface is not to be had with OpenGL ES 2.0, which Fyne asks for.
func probe() graphics {
	var size int32
	gl.GetIntegerv(gl.MAX_TEXTURE_SIZE, &size)
	return graphics{name: gl.GoStr(gl.GetString(gl.RENDERER)), maxTexture: int(size)}
}
