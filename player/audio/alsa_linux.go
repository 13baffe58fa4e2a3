package audio

import (
	"errors"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/ebitengine/purego"
)

// errNoDefault is the failure of an attempt that oto was not asked for.
var errNoDefault = errors.New("audio: ALSA has no default device")

// alsa is what is used of libasound beside oto, which has linked it. A zero field was not found.
type alsa struct {
	setErrorHandler uintptr // snd_lib_error_set_handler
	version         uintptr // snd_asoundlib_version
	open            uintptr // snd_pcm_open
	close           uintptr // snd_pcm_close
}

var loadALSA = sync.OnceValue(func() alsa {
	lib, err := purego.Dlopen("libasound.so.2", purego.RTLD_NOW)
	if err != nil {
		return alsa{}
	}
	return alsa{
		setErrorHandler: symbol(lib, "snd_lib_error_set_handler"),
		version:         symbol(lib, "snd_asoundlib_version"),
		open:            symbol(lib, "snd_pcm_open"),
		close:           symbol(lib, "snd_pcm_close"),
	}
})

func symbol(lib uintptr, name string) uintptr {
	p, err := purego.Dlsym(lib, name)
	if err != nil {
		return 0
	}
	return p
}

// searched says that oto has tried all devices of the process once.
var searched atomic.Bool

// beforeOpen is called before a context is opened. It silences the libraries, which otherwise print dozens of lines
// on standard error when there is no card, although what failed comes back as an error anyhow. And since oto cannot
// close the context of a failed attempt, from the second failure on it says in its stead that there is no device as
// long as ALSA's default cannot be opened. It may block like the open.
func beforeOpen() error {
	lib := loadALSA()
	if lib.setErrorHandler == 0 || lib.version == 0 || lib.open == 0 || lib.close == 0 {
		return nil
	}
	// void snd_lib_error_set_handler(void (*)(const char *file, int line, const char *function, int err,
	// const char *fmt, ...)): null means the default handler, which prints. The handler must be a C function that
	// does nothing. snd_asoundlib_version, which takes no arguments and returns a constant, is one wherever
	// the caller removes the arguments, and so it is on all platforms of purego.
	purego.SyscallN(lib.setErrorHandler, lib.version)

	// int snd_pcm_open(snd_pcm_t **, const char *name, snd_pcm_stream_t, int mode)
	name := []byte("default\x00")
	handle := new(uintptr)
	//nolint:gosec // C gets two addresses for the time of the call, during which SyscallN keeps both alive
	code, _, _ := purego.SyscallN(lib.open, uintptr(unsafe.Pointer(handle)), uintptr(unsafe.Pointer(&name[0])), 0, 0)
	if int32(code) >= 0 {
		purego.SyscallN(lib.close, *handle)
		return nil
	}
	if searched.Swap(true) {
		return errNoDefault
	}
	quietJACK(lib.version)
	return nil
}

// quietJACK silences libjack, which ALSA's plugin for it loads when oto tries one device after the other.
func quietJACK(nop uintptr) {
	lib, err := purego.Dlopen("libjack.so.0", purego.RTLD_NOW)
	if err != nil {
		return
	}
	// void jack_set_error_function(void (*)(const char *)), and the same for information
	for _, name := range []string{"jack_set_error_function", "jack_set_info_function"} {
		if set := symbol(lib, name); set != 0 {
			purego.SyscallN(set, nop)
		}
	}
}
