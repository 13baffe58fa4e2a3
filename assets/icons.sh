#!/usr/bin/env bash
# Draws icon.svg in the sizes that desktops ask for: icon.png (512) and icons/latchkey-SIZE.png. The results are committed. It needs an
# ffmpeg with librsvg.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p icons
for size in 16 32 48 64 128 256 512; do
	ffmpeg -hide_banner -loglevel error -nostdin -y -width $size -height $size -i icon.svg -frames:v 1 -pix_fmt rgba -bitexact "icons/latchkey-$size.png"
done
mv icons/latchkey-512.png icon.png
