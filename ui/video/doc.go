// Package video shows decoded pictures in a Fyne window.
//
//	view := video.New(video.Options{Convert: scaler}) // a widget
//	...
//	view.SetFrame(f).Release() // on the Fyne goroutine, for each picture that is due
//
// # Data flow
//
// There are two renderers, and Auto picks one when the view is first painted, by the name of the OpenGL
// renderer that paints it.
//
// Shader, where that is a graphics processor: the planes go up as they were decoded. Fyne uploads
// *image.RGBA; so each plane's memory is called one, of four bytes of a row to a texel, which copies
// nothing, and a fragment shader picks the samples out of the texels, scales and converts them. It reads
// planar and semi-planar YCbCr of any subsampling and gray, of 8 to 16 bits, with the picture's own
// matrix, range and place of chroma. Rows that are no multiple of four bytes, and memory that ends before
// the last row's padding, are copied first.
//
// Image, where OpenGL runs on the CPU: the Converter makes RGBA of exactly the size that the picture has
// on the screen, and glBlitFramebuffer copies it into the window. To such an OpenGL a copy is a copy of
// memory, while any shader is a program that it runs for every pixel. Where there is no such call
// (OpenGL ES, other Fyne drivers) a canvas.Image stands in. Formats that the shader does not read, RGB
// among them, and planes larger than a texture can be, take this way too.
//
//	frame.Video ── Prepare: wrap planes ──▶ SetFrame ──▶ canvas.Shader ──▶ glTexImage2D, one a plane
//	            └─ Prepare: Converter.RGBA ▶ SetFrame ──▶ painting ──▶ glTexSubImage2D, glBlitFramebuffer
//
// Both draw what FFmpeg's conversion gives, to within 2 of 255. Neither maps tones: PQ and HLG, and the
// primaries of BT.2020, are shown as if they were those of the screen.
//
// # Ownership
//
// The view owns the frame that it shows until SetFrame or Clear returns it, since any painting may read
// it again: an upload, or RGBA of a new size after the window was resized. Both run on the Fyne goroutine,
// and OpenGL has read what it was given when an upload returns; so a returned frame may be released at
// once, painted or not. Prepare reads the frame that it is given while it runs and not afterwards, but
// remembers its address: a frame that was prepared, dropped and made anew at the same address is to be
// prepared again.
//
// # Costs
//
// One shown frame marks one object and repaints the window once; without a new frame nothing is painted.
// Milliseconds of CPU time a frame, all threads, 1080p30 in a window of 1280x720, Mesa 22.3's llvmpipe
// under Xvfb on two cores of an AMD EPYC at 2.4 GHz (go test -bench View; decoding, 7 ms, not included):
//
//	@TABLE@
//
// So a window costs Fyne 3.6 ms each time that it is painted at all. A rectangle as large as the window
// costs 20 ms more with such an OpenGL: the view makes its own black by clearing, and nothing opaque
// should be put below it.
//
// # Concurrency
//
// Prepare may run on any goroutine, one at a time, Renderer on any; all else belongs to the Fyne goroutine.
package video
