//go:build !((!gles && !arm && !arm64 && !android && !ios && !mobile && !test_web_driver && !wasm) || (darwin && !mobile && !ios && !wasm && !test_web_driver))

package video

import "image"

// surface is not to be had here.
type surface struct {
	enabled bool
}

func (s *surface) usable() bool                            { return false }
func (s *surface) draw(*image.RGBA, bool, image.Rectangle) {}
func (s *surface) clear(_, _ image.Rectangle)              {}
func (s *surface) forget()                                 {}
