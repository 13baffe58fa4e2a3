#!/bin/sh
# Makes the presentations of this folder with Shaka Packager (npm pack shaka-packager@3.4.2):
#   shaka.sh PACKAGER
# The key of all is 6c61746368 6b65792d68 6c732d6b6579 ("latchkey-hls-key") but that of sound in "two", whose
# letters are the same in capitals. Each is cut from one source; "clear" and "clear-ts" are the twins.
set -eu
packager=$1
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key=6c617463686b65792d686c732d6b6579
other=4c415443484b45592d484c532d4b4559
kid=00112233445566778899aabbccddeeff
kid2=ffeeddccbbaa99887766554433221100
iv=0123456789abcdef0123456789abcdef

source() { # NAME CODEC...
    name=$1
    shift
    ffmpeg -v error -y -f lavfi -i testsrc2=size=160x90:rate=25,trim=end_frame=50 \
        -f lavfi -i "aevalsrc=exprs=0.4*sin(2*PI*t*(300+200*t))|0.3*sin(2*PI*t*(500+90*t)):sample_rate=48000:duration=2" \
        "$@" -b:v 150k -b:a 64k -g 25 -pix_fmt yuv420p "$work/$name.mp4"
}

# pack NAME SOURCE EXTENSION OPTION... makes a folder with a playlist of pictures and one of sound.
pack() {
    name=$1 from=$work/$2.mp4 suffix=$3
    shift 3
    rm -rf "$name"
    mkdir "$name"
    (
        cd "$name"
        for stream in video audio; do
            init="init_segment=$stream.mp4,"
            [ "$suffix" = ts ] && init=
            set -- "in=$from,stream=$stream,${init}segment_template=$stream\$Number\$.$suffix,playlist_name=$stream.m3u8,hls_group_id=audio,hls_name=sound,drm_label=$stream" "$@"
        done
        case $name in
        cens* | cbc1*) "$packager" "$@" --segment_duration 1 --quiet >/dev/null ;;
        *) "$packager" "$@" --segment_duration 1 --hls_master_playlist_output index.m3u8 --quiet >/dev/null ;;
        esac
    )
}

# locked NAME SOURCE EXTENSION SCHEME OPTION... encrypts.
locked() {
    name=$1 from=$2 suffix=$3 scheme=$4
    shift 4
    pack "$name" "$from" "$suffix" --enable_raw_key_encryption --protection_scheme "$scheme" --clear_lead 0 --iv $iv \
        --hls_key_uri "data:;base64,bGF0Y2hrZXktaGxzLWtleQ==" "$@"
}

source h264 -c:v libx264 -preset veryfast -c:a aac
source ac3 -c:v libx264 -preset veryfast -c:a ac3
source eac3 -c:v libx264 -preset veryfast -c:a eac3
source hevc -c:v libx265 -preset ultrafast -x265-params log-level=error -tag:v hvc1 -c:a aac
one="--keys key_id=$kid:key=$key"
for codec in h264 hevc; do
    pack clear-$codec $codec m4s
    for scheme in cenc cens cbc1 cbcs; do
        locked $scheme-$codec $codec m4s $scheme $one
        # HLS has no METHOD for these; the playlists are those of cenc, and the container tells the scheme.
        case $scheme in cens | cbc1) cp cenc-$codec/*.m3u8 $scheme-$codec ;; esac
    done
done
for codec in h264 ac3 eac3; do
    pack clear-ts-$codec $codec ts
    locked ts-$codec $codec ts cbcs $one
done
# I-frame playlists.
for form in cenc:m4s cbcs:m4s cbcs:ts; do
    scheme=${form%:*} suffix=${form#*:}
    cat clear-h264/video.mp4 clear-h264/video1.m4s clear-h264/video2.m4s >"$work/video"
    init=init_segment=video.mp4,
    [ $suffix = m4s ] || init=
    rm -rf stills-$scheme-$suffix
    mkdir stills-$scheme-$suffix
    (
        cd stills-$scheme-$suffix
        "$packager" "in=$work/video,stream=video,${init}segment_template=video\$Number\$.$suffix,playlist_name=video.m3u8,iframe_playlist_name=stills.m3u8" \
            --segment_duration 1 --hls_master_playlist_output index.m3u8 --quiet --enable_raw_key_encryption --protection_scheme $scheme --clear_lead 0 \
            --iv $iv --hls_key_uri "data:;base64,bGF0Y2hrZXktaGxzLWtleQ==" --keys key_id=$kid:key=$key >/dev/null
    )
done
# Keys that change after the first second, in sample groups (seig): the packager turns name and key by as many bytes as keys came before.
for scheme in cenc cbcs; do
    for stream in video audio; do
        # Half a second later, so that the second segment's first picture is decoded after the first second too.
        half=6400
        [ $stream = video ] || half=24000
        cat clear-h264/$stream.mp4 clear-h264/${stream}1.m4s clear-h264/${stream}2.m4s |
            half=$half perl -0777 -pe 's/(tfdt\0...)(.{4})/$1.pack("N", unpack("N", $2) + $ENV{half})/ges' >"$work/$stream"
    done
    rm -rf rolled-$scheme
    mkdir rolled-$scheme
    (
        cd rolled-$scheme
        set --
        for stream in video audio; do
            set -- "in=$work/$stream,stream=$stream,init_segment=$stream.mp4,segment_template=$stream\$Number\$.m4s,playlist_name=$stream.m3u8,hls_group_id=audio,hls_name=sound" "$@"
        done
        "$packager" "$@" --segment_duration 1 --hls_master_playlist_output index.m3u8 --quiet --enable_raw_key_encryption --protection_scheme $scheme \
            --clear_lead 0 --crypto_period_duration 1 --keys key_id=$kid:key=$key --hls_key_uri /license >/dev/null 2>&1
        sed -i 's/KEYFORMAT="identity"/KEYFORMAT="org.w3.clearkey"/' video.m3u8 audio.m3u8
    )
done
locked two h264 m4s cenc --keys "label=video:key_id=$kid:key=$key,label=audio:key_id=$kid2:key=$other"
