//go:build android || ios || mobile || wasm || test_web_driver

package video

// probe knows nothing of a context that is not the desktop's.
func probe() graphics {
	return graphics{}
}
