//go:build linux

package audio

import (
	"sync"

	"github.com/ebitengine/purego"
)

// quietALSA keeps alsa-lib from writing to standard error, once for the process. Without a card it prints a dozen
// lines for each device that oto tries, and what failed comes back as an error anyhow.
//
// alsa-lib has a hook for its messages, snd_lib_error_set_handler(void (*)(const char *file, int line,
// const char *function, int err, const char *fmt, ...)), where null means the default one, that prints. The hook
// must be a C function that does nothing: snd_asoundlib_version, which takes no arguments and returns
// a constant, is one in the calling conventions of the platforms that purego supports, since there the caller
// removes the arguments. oto has linked libasound, so that this finds the library that is loaded.
var quietALSA = sync.OnceFunc(func() {
	lib, err := purego.Dlopen("libasound.so.2", purego.RTLD_NOW)
	if err != nil {
		return
	}
	set, err := purego.Dlsym(lib, "snd_lib_error_set_handler")
	if err != nil {
		return
	}
	nop, err := purego.Dlsym(lib, "snd_asoundlib_version")
	if err != nil {
		return
	}
	purego.SyscallN(set, nop)
})
