//go:build !((!gles && !arm && !arm64 && !android && !ios && !mobile && !test_web_driver && !wasm) || (darwin && !mobile && !ios && !wasm && !test_web_driver))

package ui

import "image"

// canReadBack says that readBack works in this build.
const canReadBack = false

func readBack(int, int) *image.RGBA { return nil }
