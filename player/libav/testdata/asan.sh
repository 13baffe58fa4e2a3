#!/bin/sh
# Runs the tests of player/libav under AddressSanitizer: what the C here and FFmpeg read and write outside of
# what was allocated, and, at the end, what was allocated and never freed. It takes some minutes at first, since
# all of Go's library is compiled for it, and needs gcc 7 or clang 9. It cannot be had together with -race.
#
#   asan.sh [ARGUMENT...]    for go test, such as -run TestSeekTo
set -eu

cd "$(dirname "$0")/.."
# Lines of our own C, and frames of FFmpeg's calls, in the reports.
export CGO_CFLAGS="-g -O1 -fno-omit-frame-pointer"
export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
exec go test -asan -count=1 "$@" .
