// The bound on what FFmpeg allocates, over all of its libraries.
//
// libavutil allocates with posix_memalign and realloc. On glibc the program may define both, and
// its definitions are used in place of the C library's (glibc manual, "Replacing malloc"). Those
// here hand each call on, except one of FFmpeg's with which the C heap would pass the limit: that
// fails with ENOMEM, as FFmpeg expects of an allocator. Calls of other libraries, such as a
// graphics driver's, never fail here. Elsewhere, and under AddressSanitizer, which replaces the
// allocator itself, only the size of each block is bounded.
#define _GNU_SOURCE // RTLD_NEXT, dl_iterate_phdr

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/mem.h>

#include "bridge.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define LK_SANITIZED
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define LK_SANITIZED
#endif
#if defined(__linux__) && defined(__GLIBC__) && !defined(LK_SANITIZED)
#if __GLIBC_PREREQ(2, 33) // mallinfo2
#define LK_BOUND_HEAP
#endif
#endif

enum {
    // MAX_BLOCK bounds each of FFmpeg's allocations, in bytes. A plane of 16384 by 8704 samples of
    // 16 bits fits.
    MAX_BLOCK = 512 << 20,
    // SMALL_BLOCK is the size in bytes below which a block may use RESERVE: FFmpeg does not check
    // each allocation of a small structure, and FFmpeg 5.1 crashes without memory for what VP9
    // keeps of tiles, 6 MB at most.
    SMALL_BLOCK = 8 << 20,
    RESERVE = 96 << 20,
    // MEASURE_STEP is the most, in bytes, that FFmpeg allocates until the heap is measured again,
    // since others allocate too.
    MEASURE_STEP = 32 << 20,
    // TRIMS is how many closings after a refusal give free memory back to the system: those of an
    // input and its decoders.
    TRIMS = 4,
};

static _Atomic uint64_t refusals;         // over all threads
static _Thread_local unsigned refused;    // on this thread since lk_memory_begin
static atomic_int trims;                  // closings that are still to give memory back

#ifdef LK_BOUND_HEAP

#include <dlfcn.h>
#include <link.h>
#include <malloc.h>

static _Atomic size_t limit = LK_MEMORY_LIMIT;
static _Atomic size_t measured; // bytes in use when the heap was last measured
static _Atomic size_t since;    // bytes that FFmpeg has allocated since, whatever it has freed
static _Atomic long fail_next;  // for tests: the FFmpeg allocations up to the one that fails, 0: none
static _Atomic long fail_every; // for tests: those between failures after that, 0: one fails
static _Atomic size_t fail_block; // for tests: the size in bytes from which on they count

// The code of FFmpeg's libraries, and of libdav1d, which allocates for itself. Constant after
// lk_memory_install.
enum { MAX_RANGES = 16 };
static struct range {
    uintptr_t start, end;
} ranges[MAX_RANGES];
static atomic_int range_count;

static int note_library(struct dl_phdr_info *info, size_t size, void *unused)
{
    static const char *const names[] = {"/libavutil.", "/libavcodec.", "/libavformat.", "/libavfilter.",
                                        "/libswresample.", "/libswscale.", "/libdav1d."};
    (void)size;
    (void)unused;
    int wanted = 0;
    for (size_t i = 0; info->dlpi_name && i < sizeof names / sizeof *names; i++)
        wanted = wanted || strstr(info->dlpi_name, names[i]);
    int count = atomic_load(&range_count);
    for (int i = 0; wanted && i < info->dlpi_phnum && count < MAX_RANGES; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        if (h->p_type != PT_LOAD || !(h->p_flags & PF_X))
            continue;
        uintptr_t start = info->dlpi_addr + h->p_vaddr;
        ranges[count++] = (struct range){start, start + h->p_memsz};
    }
    atomic_store(&range_count, count);
    return 0;
}

// is_ffmpeg says whether a call comes from FFmpeg's code. libavutil may jump to realloc instead of
// calling it: then the address is that of its caller.
static int is_ffmpeg(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;
    int count = atomic_load_explicit(&range_count, memory_order_acquire);
    for (int i = 0; i < count; i++)
        if (at >= ranges[i].start && at < ranges[i].end)
            return 1;
    return 0;
}

size_t lk_memory_used(void)
{
    struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
}

// fails says whether a test has this allocation fail.
static int fails(size_t block)
{
    if (atomic_load_explicit(&fail_next, memory_order_relaxed) == 0 || block < atomic_load(&fail_block) ||
        atomic_fetch_sub(&fail_next, 1) != 1)
        return 0;
    atomic_store(&fail_next, atomic_load(&fail_every));
    return 1;
}

// refuse says whether an allocation of size more bytes fails, of a block of so many bytes in all:
// it would pass the limit. A small block that passes it is given and noted as refused, so that the
// demuxer gets nothing more to read and the decoder no more packets; it fails once RESERVE is used
// up as well.
static int refuse(size_t size, size_t block)
{
    size_t bound = atomic_load(&limit);
    size_t asked = atomic_fetch_add(&since, size) + size, used;
    int failing = fails(block);
    if (!failing) {
        if (asked <= MEASURE_STEP && atomic_load(&measured) + asked <= bound)
            return 0;
        // It takes the heap's locks, and long where much is free: hence not each time.
        used = lk_memory_used();
        atomic_store(&measured, used);
        atomic_store(&since, size);
        if (size <= bound && used <= bound - size)
            return 0;
        failing = block >= SMALL_BLOCK || used > bound + RESERVE;
    }
    refused++;
    atomic_fetch_add(&refusals, 1);
    atomic_store(&trims, TRIMS);
    if (failing)
        atomic_fetch_sub(&since, size);
    return failing;
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    if (alignment % sizeof(void *) || alignment == 0 || (alignment & (alignment - 1)))
        return EINVAL;
    if (is_ffmpeg(__builtin_return_address(0)) && refuse(size, size))
        return ENOMEM;
    void *block = aligned_alloc(alignment, size);
    if (!block)
        return ENOMEM;
    *out = block;
    return 0;
}

void *realloc(void *old, size_t size)
{
    static void *(*_Atomic next)(void *, size_t);
    void *(*to)(void *, size_t) = atomic_load_explicit(&next, memory_order_acquire);
    if (!to) {
        *(void **)&to = dlsym(RTLD_NEXT, "realloc");
        atomic_store_explicit(&next, to, memory_order_release);
    }
    if (is_ffmpeg(__builtin_return_address(0))) {
        size_t had = old ? malloc_usable_size(old) : 0;
        if (size > had && refuse(size - had, size)) {
            errno = ENOMEM;
            return NULL;
        }
    }
    return to(old, size);
}

void lk_memory_install(void)
{
    av_max_alloc(MAX_BLOCK);
    dl_iterate_phdr(note_library, NULL);
}

int lk_memory_bounded(void) { return atomic_load(&range_count) > 0; }

void lk_memory_limit(size_t bytes)
{
    atomic_store(&limit, bytes);
    atomic_store(&since, MEASURE_STEP); // the next allocation measures
}

void lk_memory_fail(long next, long every, size_t block)
{
    atomic_store(&fail_block, block);
    atomic_store(&fail_every, every);
    atomic_store(&fail_next, next);
}

void lk_memory_trim(void)
{
    int left = atomic_load(&trims);
    if (left > 0 && atomic_compare_exchange_strong(&trims, &left, left - 1))
        malloc_trim(0);
}

int64_t lk_memory_pictures(void) { return (int64_t)(atomic_load(&limit) / 4 * 3); }

#else

int64_t lk_memory_pictures(void) { return LK_MEMORY_LIMIT / 4 * 3; }
void lk_memory_install(void) { av_max_alloc(MAX_BLOCK); }
int lk_memory_bounded(void) { return 0; }
void lk_memory_limit(size_t bytes) { (void)bytes; }
size_t lk_memory_used(void) { return 0; }
void lk_memory_fail(long next, long every, size_t block) { (void)next, (void)every, (void)block; }
void lk_memory_trim(void) {}

#endif

void lk_memory_begin(void) { refused = 0; }
int lk_memory_refused(void) { return refused != 0; }
uint64_t lk_memory_refusals(void) { return atomic_load(&refusals); }
