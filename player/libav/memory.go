package libav

// #include "bridge.h"
import "C"

// DefaultMemoryLimit is the limit that SetMemoryLimit changes, in bytes. A film of 3840x2160 in
// HEVC with 10 bits plays within it.
const DefaultMemoryLimit = C.LK_MEMORY_LIMIT

// SetMemoryLimit sets how many bytes of the C heap may be in use for an allocation of FFmpeg's to
// succeed, for all that the package does in this process. One that is refused ends in ErrMemory.
// Each block is bounded as well, at 512 MiB. Where the C library is not glibc, or with
// AddressSanitizer, the bound on the block is the only one.
func SetMemoryLimit(bytes int64) {
	C.lk_memory_limit(C.size_t(max(bytes, 0)))
}

// memoryBounded says whether the heap as a whole is bounded here.
func memoryBounded() bool { return C.lk_memory_bounded() != 0 }

// memoryUsed returns the bytes of the C heap that are in use, 0 when that is not known.
func memoryUsed() int64 { return int64(C.lk_memory_used()) }

// failAllocation has the next-th of FFmpeg's allocations from now on fail, counted from 1, and then
// each every-th, if every is not 0; blocks of fewer bytes do not count. With next 0 none fails. It
// is for tests.
func failAllocation(next, every, block int) {
	C.lk_memory_fail(C.long(next), C.long(every), C.size_t(block))
}
