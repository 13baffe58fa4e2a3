package libav

/*
#cgo pkg-config: libavformat libavcodec libavutil libavfilter libswscale libswresample
#cgo LDFLAGS: -lm
#include "bridge.h"
*/
import "C"

import "fmt"

func init() {
	C.lk_log_install()
	C.lk_memory_install()
}

// Versions returns the versions of the libraries that run, such as "59.27.100" for "libavformat", that
// of FFmpeg as a whole for "ffmpeg", and their licence for "license".
func Versions() map[string]string {
	var v C.lk_versions
	C.lk_library_versions(&v)
	return map[string]string{
		"ffmpeg":        C.GoString(v.ffmpeg),
		"license":       C.GoString(v.license),
		"libavformat":   version(v.avformat),
		"libavcodec":    version(v.avcodec),
		"libavutil":     version(v.avutil),
		"libavfilter":   version(v.avfilter),
		"libswscale":    version(v.swscale),
		"libswresample": version(v.swresample),
	}
}

// version writes out a packed version number.
func version(v C.uint) string {
	return fmt.Sprintf("%d.%d.%d", v>>16, v>>8&0xFF, v&0xFF)
}
