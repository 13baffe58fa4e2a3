#!/usr/bin/env bash
# Makes the titles of this folder whose samples are encrypted, of seconds of the others, with Shaka Packager (npm pack
# shaka-packager@3.4.2) and ffmpeg. The result is committed; nobody needs to run this to build or to use Latchkey.
#
#   assets/demo/locked.sh PACKAGER
#
# The keys are those of catalogue.json. They keep no secret: the same pictures lie beside them clear.
set -euo pipefail
packager=$(realpath "$1")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# key TITLE N and kid TITLE N read the N-th key of a title, counted from 0.
key() { jq -r --arg id "$1" --argjson n "$2" '.titles[] | select(.id == $id) | .keys[$n].key' catalogue.json; }
kid() { jq -r --arg id "$1" --argjson n "$2" '.titles[] | select(.id == $id) | .keys[$n].id' catalogue.json; }

# part TITLE FIRST COUNT CROP HUE writes $work/source, of COUNT segments of 2 s, and a poster that is a part of the title's, in another light.
part() {
	local from=$1 first=$2 count=$3 n
	: >"$work/source"
	[ ! -e "$from/540p/init.mp4" ] || cat "$from/540p/init.mp4" >>"$work/source"
	for ((n = first; n < first + count; n++)); do cat "$from/540p/$(printf %03d "$n")".* >>"$work/source"; done
	ffmpeg -v error -nostdin -y -i "$from/poster.jpg" -vf "crop=$4,scale=640:360:flags=lanczos,hue=h=$5" -frames:v 1 -q:v 4 -bitexact "$work/poster.jpg"
}

# pack TITLE EXTENSION OPTION... packages $work/source.
pack() {
	local id=$1 suffix=$2 stream init stills streams=()
	shift 2
	rm -rf "$id"
	mkdir -p "$id"
	cp "$work/poster.jpg" "$id/poster.jpg"
	for stream in video audio; do
		init="init_segment=540p/$stream.mp4,"
		[ "$suffix" = ts ] && init=
		stills=iframe_playlist_name=540p/stills.m3u8,
		[ $stream = video ] || stills=
		streams+=("in=$work/source,stream=$stream,${init}segment_template=540p/$stream\$Number\$.$suffix,playlist_name=540p/$stream.m3u8,${stills}hls_group_id=sound,hls_name=Sound,drm_label=$stream")
	done
	(cd "$id" && "$packager" "${streams[@]}" --segment_duration 2 --hls_master_playlist_output main.m3u8 --quiet \
		--enable_raw_key_encryption "$@" >/dev/null)
	sed -i '/^##/d' "$id"/*.m3u8 "$id"/540p/*.m3u8
}

# SAMPLE-AES in MPEG-2 TS, the key from the key server as it is.
part orrery 4 5 400:225:20:120 35
pack orrery-outer ts --protection_scheme cbcs --clear_lead 0 --iv 6c617463686b65792d64656d6f2d6976 \
	--hls_key_uri /keys/orrery-outer-0 --keys "key_id=$(kid orrery-outer 0):key=$(key orrery-outer 0)"

# cbcs, whose key changes after the third segment; a licence server has both.
part sunset 8 6 360:202:140:90 -25
for n in 1 0; do
	pack sunset-embers m4s --protection_scheme cbcs --clear_lead 0 --iv 6c617463686b65792d64656d6f2d6976 \
		--hls_key_uri /license --keys "key_id=$(kid sunset-embers $n):key=$(key sunset-embers $n)"
	[ $n = 0 ] || mv sunset-embers/540p "$work/later"
done
sed -i 's/KEYFORMAT="identity"/KEYFORMAT="org.w3.clearkey"/' sunset-embers/540p/stills.m3u8
awk '/^#EXTINF/ && ++n == 4 { print "#EXT-X-MAP:URI=\"videolater.mp4\"" } { print }' sunset-embers/540p/stills.m3u8 >"$work/list" && cp "$work/list" sunset-embers/540p/stills.m3u8
for stream in video audio; do
	mv "$work/later/$stream.mp4" "sunset-embers/540p/${stream}later.mp4"
	for n in 4 5 6; do mv "$work/later/$stream$n.m4s" "sunset-embers/540p/$stream$n.m4s"; done
	sed -i -e 's/KEYFORMAT="identity"/KEYFORMAT="org.w3.clearkey"/' "sunset-embers/540p/$stream.m3u8"
	awk -v stream=$stream '/^#EXTINF/ && ++n == 4 { print "#EXT-X-MAP:URI=\"" stream "later.mp4\"" } { print }' \
		"sunset-embers/540p/$stream.m3u8" >"$work/list" && cp "$work/list" "sunset-embers/540p/$stream.m3u8"
done

# cenc, begun in the clear, with a key for the pictures and one for the sound.
part aurora 9 5 420:236:200:20 60
pack aurora-veil m4s --protection_scheme cenc --clear_lead 2 --iv 6c617463686b6579 --hls_key_uri /keys/aurora-veil-0 \
	--keys "label=video:key_id=$(kid aurora-veil 0):key=$(key aurora-veil 0),label=audio:key_id=$(kid aurora-veil 1):key=$(key aurora-veil 1)"
sed -i 's/aurora-veil-0/aurora-veil-1/' aurora-veil/540p/audio.m3u8
du -b -s orrery-outer sunset-embers aurora-veil
