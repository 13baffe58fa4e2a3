//go:build (!gles && !arm && !arm64 && !android && !ios && !mobile && !test_web_driver && !wasm) || (darwin && !mobile && !ios && !wasm && !test_web_driver)

package video

import (
	"image"
	"strconv"
	"strings"

	"github.com/go-gl/gl/v2.1/gl"
)

// surface copies RGBA into the window by glBlitFramebuffer: an OpenGL that runs on the CPU does that as
// plain copies of memory, where drawing the same pixels with any shader costs it several times as much.
//
// Its methods are called while Fyne paints, on the goroutine and with the context it paints with, and
// leave the state that Fyne relies on as they found it. The zero value is not usable.
type surface struct {
	enabled       bool
	texture       uint32
	framebuffer   uint32
	width, height int // of texture
}

// probe asks the current context.
func probe() graphics {
	var size, samples int32
	gl.GetIntegerv(gl.MAX_TEXTURE_SIZE, &size)
	gl.GetIntegerv(gl.SAMPLES, &samples)
	return graphics{
		name:       gl.GoStr(gl.GetString(gl.RENDERER)),
		maxTexture: int(size),
		blit:       samples == 0 && hasFramebuffers(gl.GoStr(gl.GetString(gl.VERSION)), gl.GoStr(gl.GetString(gl.EXTENSIONS))),
	}
}

// hasFramebuffers says whether framebuffer objects can be blitted from: OpenGL 3.0, or the extension.
func hasFramebuffers(version, extensions string) bool {
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err == nil && n >= 3 {
		return true
	}
	for name := range strings.FieldsSeq(extensions) {
		if name == "GL_ARB_framebuffer_object" {
			return true
		}
	}
	return false
}

// usable says whether draw works here.
func (s *surface) usable() bool {
	return s.enabled
}

// draw copies pixels over the rectangle to of the window, in pixels from its upper left corner. Those
// of the last call are drawn when fresh is false.
func (s *surface) draw(pixels *image.RGBA, fresh bool, to image.Rectangle) {
	width, height := pixels.Rect.Dx(), pixels.Rect.Dy()
	var before int32
	gl.GetIntegerv(gl.READ_FRAMEBUFFER_BINDING, &before)
	if s.texture == 0 || s.width != width || s.height != height {
		s.allocate(width, height)
		fresh = true
	}
	if fresh {
		gl.BindTexture(gl.TEXTURE_2D, s.texture)
		gl.TexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, int32(width), int32(height), gl.RGBA, gl.UNSIGNED_BYTE, gl.Ptr(pixels.Pix))
	}
	gl.BindFramebuffer(gl.READ_FRAMEBUFFER, s.framebuffer)
	// Rows of the texture run down the picture, rows of the window up.
	bottom := windowHeight()
	filter := uint32(gl.NEAREST)
	if to.Dx() != width || to.Dy() != height {
		filter = gl.LINEAR
	}
	gl.BlitFramebuffer(0, 0, int32(width), int32(height),
		int32(to.Min.X), bottom-int32(to.Min.Y), int32(to.Max.X), bottom-int32(to.Max.Y),
		gl.COLOR_BUFFER_BIT, filter)
	gl.BindFramebuffer(gl.READ_FRAMEBUFFER, uint32(before))
}

// allocate makes a texture and the framebuffer that reads it, the latter left bound for reading. The
// window's pixels are stored as blue, green, red; so are the texture's when it is made for data of that
// order, and only then is blitting a copy.
func (s *surface) allocate(width, height int) {
	s.forget()
	gl.GenTextures(1, &s.texture)
	gl.BindTexture(gl.TEXTURE_2D, s.texture)
	gl.TexParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR)
	gl.TexImage2D(gl.TEXTURE_2D, 0, gl.RGBA, int32(width), int32(height), 0, gl.BGRA, gl.UNSIGNED_BYTE, nil)
	gl.GenFramebuffers(1, &s.framebuffer)
	gl.BindFramebuffer(gl.READ_FRAMEBUFFER, s.framebuffer)
	gl.FramebufferTexture2D(gl.READ_FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, s.texture, 0)
	s.width, s.height = width, height
	if gl.CheckFramebufferStatus(gl.READ_FRAMEBUFFER) != gl.FRAMEBUFFER_COMPLETE {
		s.enabled = false
	}
}

// forget frees what draw made.
func (s *surface) forget() {
	if s.texture == 0 {
		return
	}
	gl.DeleteFramebuffers(1, &s.framebuffer)
	gl.DeleteTextures(1, &s.texture)
	s.texture, s.framebuffer, s.width, s.height = 0, 0, 0, 0
}

// clear makes the rectangle at of the window black, but for its part that keep is of.
func (s *surface) clear(at, keep image.Rectangle) {
	var box [4]int32
	gl.GetIntegerv(gl.SCISSOR_BOX, &box[0])
	clipped := gl.IsEnabled(gl.SCISSOR_TEST)
	gl.Enable(gl.SCISSOR_TEST)
	gl.ClearColor(0, 0, 0, 1)
	bottom := int(windowHeight())
	for _, bar := range bars(at, keep) {
		if clipped {
			x, y := int(box[0]), bottom-int(box[1])-int(box[3])
			bar = bar.Intersect(image.Rect(x, y, x+int(box[2]), y+int(box[3])))
		}
		if bar.Empty() {
			continue
		}
		gl.Scissor(int32(bar.Min.X), int32(bottom-bar.Max.Y), int32(bar.Dx()), int32(bar.Dy()))
		gl.Clear(gl.COLOR_BUFFER_BIT)
	}
	gl.Scissor(box[0], box[1], box[2], box[3])
	if !clipped {
		gl.Disable(gl.SCISSOR_TEST)
	}
}

// windowHeight returns the height of what is painted on, in pixels.
func windowHeight() int32 {
	var viewport [4]int32
	gl.GetIntegerv(gl.VIEWPORT, &viewport[0])
	return viewport[3]
}
