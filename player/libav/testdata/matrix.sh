#!/bin/sh
# Compiles player/libav, C and Go, against the FFmpeg of other Debian releases: their -dev packages are
# fetched with an apt configuration of its own, and unpacked into a folder. Nothing is installed.
#
#   matrix.sh [SUITE...]     default: trixie sid
#
# LATCHKEY_MATRIX is the folder that is kept between runs, $XDG_CACHE_HOME/latchkey/libav-matrix when unset.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
folder=${LATCHKEY_MATRIX:-${XDG_CACHE_HOME:-$HOME/.cache}/latchkey/libav-matrix}
libraries="avformat avcodec avutil avfilter swscale swresample"
arch=$(dpkg --print-architecture)
triplet=$(gcc -print-multiarch)
[ $# -gt 0 ] || set -- trixie sid

# suite_apt SUITE ARGUMENT...: apt-get with the suite's own lists and cache.
suite_apt() {
    base=$folder/$1
    shift
    apt-get -qq -o Dir::State="$base/state" -o Dir::State::status="$base/state/status" -o Dir::Cache="$base/cache" \
        -o Dir::Etc::sourcelist="$base/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null -o APT::Sandbox::User=root -o APT::Architecture="$arch" "$@"
}

# fetch SUITE: unpacks the -dev packages into SUITE/root.
fetch() {
    base=$folder/$1
    mkdir -p "$base/state/lists/partial" "$base/cache/archives/partial" "$base/packages" "$base/root"
    : >"$base/state/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $1 main" >"$base/sources.list"
    suite_apt "$1" update
    names=
    for library in $libraries; do
        names="$names lib$library-dev"
    done
    rm -rf "$base/root" "$base/packages"
    mkdir -p "$base/root" "$base/packages"
    # shellcheck disable=SC2086 # names is a list
    (cd "$base/packages" && suite_apt "$1" download $names)
    for package in "$base"/packages/*.deb; do
        dpkg-deb -x "$package" "$base/root"
    done
    # The compiler only looks for the libraries; what they need in turn is not here to be linked.
    for library in $libraries; do
        rm -f "$base/root/usr/lib/$triplet/lib$library.so"
        gcc -shared -o "$base/root/usr/lib/$triplet/lib$library.so" -x c /dev/null
    done
}

# compile SUITE: builds and vets the package against SUITE/root.
compile() {
    root=$folder/$1/root
    export PKG_CONFIG_LIBDIR="$root/usr/lib/$triplet/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
    cflags="-O1 -Wall -Wextra -Werror -Wno-unused-parameter"
    # -Wundef and the rest stay FFmpeg's business: its headers are the system's to the compiler.
    cflags="$cflags -isystem $root/usr/include/$triplet"
    # pkg-config of the libraries may ask for others that only static linking needs.
    for library in $libraries; do
        sed -i '/^Requires.private:/d' "$PKG_CONFIG_LIBDIR/lib$library.pc"
    done
    printf '%s: FFmpeg %s: ' "$1" "$(sed -n 's/.*FFMPEG_VERSION "\(.*\)"/\1/p' "$root/usr/include/$triplet/libavutil/ffversion.h")"
    (cd "$here" && CGO_CFLAGS="$cflags" CGO_LDFLAGS="-Wl,--unresolved-symbols=ignore-all" go build . &&
        CGO_CFLAGS="$cflags" go vet .)
    echo compiled
}

for suite in "$@"; do
    fetch "$suite"
    compile "$suite"
done
