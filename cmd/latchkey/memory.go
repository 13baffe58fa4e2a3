package main

import (
	"os"
	"runtime/debug"
)

// memoryLimit is the size of Go's heap, in bytes, above which the garbage collector works harder,
// instead of letting the heap grow to twice what is in use. The process is to stay below 1,000 MB
// for any input; the rest of those is FFmpeg's, which Go does not count, and the window's textures.
// The limit is soft: nothing fails at it.
const memoryLimit = 400 << 20

// limitMemory sets memoryLimit, unless the environment says otherwise.
func limitMemory() {
	if _, set := os.LookupEnv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memoryLimit)
	}
}
