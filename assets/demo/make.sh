#!/usr/bin/env bash
# Makes the demo media in this folder, from FFmpeg's own sources alone (no picture or sound of anybody else's). The result is committed;
# nobody needs to run this to build or to use Latchkey. It needs ffmpeg and ffprobe 5.1 or later with libx264, drawtext and the DejaVu
# fonts, and takes a few minutes.
#
#   assets/demo/make.sh             all titles
#   assets/demo/make.sh aurora      one title
#   assets/demo/make.sh stills      their I-frame playlists alone
#
# README.md describes the result and the machine-readable time code.
set -euo pipefail
cd "$(dirname "$0")"

readonly RATE=30 SEGMENT=2                     # frames and seconds
readonly VARIANTS="360:640:30:64001E 540:960:31:64001F 720:1280:31:64001F" # height:width:level:profile and level as in CODECS
readonly AUDIO_BITRATE=40k
readonly TO_YUV="scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ff() { ffmpeg -hide_banner -loglevel error -nostdin -y "$@"; }

# --- pictures: each of them writes $work/ID.mkv, 1280x720, lossless, without a time code ---

# Northern lights over mountains: two curtains whose lower edge is sharp and whose light fades upwards.
picture_aurora() {
	local seconds=$1
	# t seconds, x and y from 0 to 1; 0: height above the curtain's edge; 1: its light there.
	local curtain='st(0,EDGE-Y/H)*0+st(1,if(lt(ld(0),0),exp(-pow(ld(0)/0.035,2)),exp(-ld(0)*4.2))*(0.60+0.25*sin(X/W*RAYS+2.2*sin(X/W*5-T*0.30)+T*0.45)+0.15*sin(X/W*RAYS*2.7-T*0.6)))*0'
	local near=${curtain//EDGE/(0.60+0.11*sin(X\/W*4.2+T*0.22)+0.035*sin(X\/W*11-T*0.4))}
	near=${near//RAYS/23}
	local far=${curtain//EDGE/(0.40+0.07*sin(X\/W*5.1-T*0.18+2)+0.03*sin(X\/W*13+T*0.33))}
	far=${far//RAYS/31}
	local r="$near+ld(1)*(20+150*clip(ld(0)*2.2,0,1))+$far+ld(1)*(30+80*clip(ld(0)*3,0,1))"
	local g="$near+ld(1)*(225-190*clip(ld(0)*2.4,0,1))+$far+ld(1)*(120-60*clip(ld(0)*3,0,1))"
	local b="$near+ld(1)*(130+40*clip(ld(0)*2.0,0,1))+$far+ld(1)*(150-20*clip(ld(0)*3,0,1))"
	# Sky and stars, then mountains: both stand still.
	local star='gt(mod(abs(sin(X*12.9898+Y*78.233)*43758.5453),1),0.9991)*(1-Y/H)*(90+140*mod(abs(sin(X*3.1+Y*7.7)*951.13),1))'
	local ridge='(0.80-0.055*sin(X/W*7+1)-0.030*sin(X/W*17+2)-0.012*sin(X/W*43)-0.006*sin(X/W*97+1))'
	local hills='(0.90-0.030*sin(X/W*5+4)-0.014*sin(X/W*23+1)-0.006*sin(X/W*61))'
	local land="if(gt(Y/H,$hills),6,if(gt(Y/H,$ridge),15,0))"
	ff -f lavfi -i "nullsrc=s=1280x720:r=1:d=1,format=gbrp,geq=r='6+10*Y/H+$star':g='9+22*Y/H+$star':b='26+34*Y/H+$star'" -frames:v 1 "$work/sky.png"
	ff -f lavfi -i "nullsrc=s=1280x720:r=1:d=1,format=gbrap,geq=r='$land*0.45':g='$land*0.75':b='$land*1.25':a='255*gt(Y/H,min($ridge,$hills))'" \
		-frames:v 1 "$work/land.png"
	ff -f lavfi -i "nullsrc=s=160x90:r=$RATE:d=$seconds,format=gbrp,geq=r='clip($r,0,255)':g='clip($g,0,255)':b='clip($b,0,255)',scale=1280:720:flags=bicubic" \
		-loop 1 -framerate $RATE -i "$work/sky.png" -loop 1 -framerate $RATE -i "$work/land.png" \
		-filter_complex '[1]format=gbrp[sky];[0][sky]blend=all_mode=screen:shortest=1[lit];[lit][2]overlay=format=gbrp:shortest=1,'"$TO_YUV" \
		-c:v libx264 -preset ultrafast -qp 0 "$work/aurora.mkv"
}

# A sun that goes down into the sea: the sky stands still, its light plays on the water.
picture_sunset() {
	local seconds=$1
	local sun='clip((76-hypot(X-640,Y-342))/2,0,1)' glow='exp(-hypot((X-640)/1.5,Y-360)/170)'
	ff -f lavfi -i "nullsrc=s=1280x440:r=1:d=1,format=gbrp,geq=r='clip(46+140*pow(Y/H,1.6)+150*$glow,0,250)*(1-$sun)+255*$sun':g='clip(26+62*pow(Y/H,1.8)+105*$glow,0,225)*(1-$sun)+(200+34*(1-Y/H))*$sun':b='clip(72+28*Y/H-10*$glow,0,255)*(1-$sun)+120*$sun'" \
		-frames:v 1 "$work/heaven.png"
	# 0: nearness from 0 at the horizon to 1; 1: waves, smaller towards the horizon; 2: the sun's path.
	local water='st(0,(Y+1)/H)*0+st(1,0.5+0.25*sin(26*log(ld(0)+0.06)+3*sin(X/W*9/(0.25+ld(0))+T*0.5)-T*1.1)+0.25*sin(19*log(ld(0)+0.05)-2*sin(X/W*13/(0.3+ld(0))-T*0.4)-T*0.8+2))*0'
	water+='+st(2,exp(-pow((X/W-0.5+0.012*sin(ld(0)*30-T*1.6))/(0.052+0.10*ld(0)),2)))*0'
	local r="$water+(120-72*ld(0))*(0.55+0.5*ld(1))+235*ld(2)*pow(ld(1),1.5)*(1-0.45*ld(0))"
	local g="$water+(56-30*ld(0))*(0.55+0.5*ld(1))+165*ld(2)*pow(ld(1),1.7)*(1-0.5*ld(0))"
	local b="$water+(78-22*ld(0))*(0.6+0.4*ld(1))+60*ld(2)*pow(ld(1),2)"
	ff -f lavfi -i "nullsrc=s=320x70:r=$RATE:d=$seconds,format=gbrp,geq=r='clip($r,0,255)':g='clip($g,0,255)':b='clip($b,0,255)',scale=1280:280:flags=bicubic" \
		-loop 1 -framerate $RATE -i "$work/heaven.png" \
		-filter_complex '[1]format=gbrp[up];[up][0]vstack=shortest=1,'"$TO_YUV" -c:v libx264 -preset ultrafast -qp 0 "$work/sunset.mkv"
}

# Planets on tilted orbits round a sun.
picture_orrery() {
	local seconds=$1
	# The orbits: half width, pixels; seconds for a turn; where the planet starts (radians); its radius; its colour, red:green:blue.
	local planets="150:5:0.4:9:0xd9a066 225:8:2.6:14:0x5fcde4 320:12.5:4.4:17:0x6abe82 425:19:1.1:13:0xd95763 545:30:5.4:27:0xc7b28a"
	local tilt=0.40 rings="" planet width turn start radius colour inputs=() graph="" last=0 n=1
	local distance='hypot(X-640,(Y-380)/0.40)'
	for planet in $planets; do
		IFS=: read -r width turn start radius colour <<<"$planet"
		rings+="+46*exp(-pow(($distance-$width)/1.6,2))"
		local red=$((colour >> 16)) green=$(((colour >> 8) & 255)) blue=$((colour & 255)) box=$((radius * 2 + 4))
		# A ball lit from the upper left.
		local light="clip(1.12-hypot(X-$box*0.36,Y-$box*0.34)/($radius*1.75),0.10,1)"
		ff -f lavfi -i "nullsrc=s=${box}x${box}:r=1:d=1,format=gbrap,geq=r='$red*$light':g='$green*$light':b='$blue*$light':a='255*clip($radius-hypot(X-$box/2+0.5,Y-$box/2+0.5)+0.5,0,1)'" \
			-frames:v 1 "$work/planet$n.png"
		inputs+=(-loop 1 -framerate "$RATE" -i "$work/planet$n.png")
		local angle="2*PI*t/$turn+$start"
		graph+="[p$last][$n]overlay=x='640+$width*cos($angle)-$box/2':y='380+$width*$tilt*sin($angle)-$box/2':format=gbrp:shortest=1[p$n];"
		last=$n; n=$((n + 1))
	done
	local sun='255*clip((44-hypot(X-640,Y-380))/2,0,1)' glow='exp(-hypot(X-640,Y-380)/95)' far='exp(-hypot(X-640,Y-380)/420)'
	local star='gt(mod(abs(sin(X*12.9898+Y*78.233)*43758.5453),1),0.9993)*(60+120*mod(abs(sin(X*3.1+Y*7.7)*951.13),1))'
	ff -f lavfi -i "nullsrc=s=1280x720:r=1:d=1,format=gbrp,geq=r='clip(8+20*$far+230*$glow+$sun+$star+0.7*(0$rings),0,255)':g='clip(9+16*$far+165*$glow+0.88*$sun+$star+0.8*(0$rings),0,255)':b='clip(22+34*$far+70*$glow+0.62*$sun+$star+0$rings,0,255)'" \
		-frames:v 1 "$work/space.png"
	ff -loop 1 -framerate $RATE -t "$seconds" -i "$work/space.png" "${inputs[@]}" \
		-filter_complex "[0]format=gbrp[p0];${graph}[p$last]$TO_YUV" -t "$seconds" -c:v libx264 -preset ultrafast -qp 0 "$work/orrery.mkv"
}

# --- sound: plucked notes over a chord that holds; root in Hz, then eight steps in semitones ---
tune() {
	local seconds=$1 root=$2 tempo=$3; shift 3
	local steps="" i=0 step
	for step in "$@"; do steps+="+eq(ld(0),$i)*$step"; i=$((i + 1)); done
	# Two voices take turns, so that each note may ring for two beats. 0: which step; 1: seconds since it began.
	local voice='st(0,mod(2*floor(t*TEMPO/2+OFFSET/2)-OFFSET+8,8))*0+st(1,mod(t+OFFSET/TEMPO,2/TEMPO))*0+st(2,2*PI*ROOT*2*pow(2,(STEPS)/12)*ld(1))*0+(1-exp(-180*ld(1)))*exp(-3.2*ld(1))*(sin(ld(2))+0.35*sin(2*ld(2))*exp(-4*ld(1))+0.12*sin(3*ld(2))*exp(-8*ld(1)))*min(1,(2/TEMPO-ld(1))*60)'
	voice=${voice//STEPS/0$steps}; voice=${voice//ROOT/$root}; voice=${voice//TEMPO/$tempo}
	local pad="0.05*(sin(2*PI*$root*t)+0.7*sin(2*PI*$root*1.5*t)+0.6*sin(2*PI*$root*2.001*t))*(0.8+0.2*sin(2*PI*t/5))"
	local left="0.26*(${voice//OFFSET/0})+0.17*(${voice//OFFSET/1})+$pad" right="0.17*(${voice//OFFSET/0})+0.26*(${voice//OFFSET/1})+$pad"
	ff -f lavfi -i "aevalsrc=exprs='$left|$right':s=48000:c=stereo:d=$seconds" -c:a pcm_s16le "$work/tune.wav"
}

# --- the time code: 32 cells over the whole width, drawn at one pixel a cell (README.md has the layout) ---
code() {
	local title=$1
	local bit='mod(floor(V/pow(2,K)),2)'
	local frame=${bit//V/N} name=${bit//V/$title} magic=${bit//V/10}
	local check="${name//K/(27-X)}+${frame//K/(27-X)}+${frame//K/(31-X)}+${frame//K/(35-X)}+${frame//K/(39-X)}+${magic//K/(27-X)}"
	echo "if(lt(X,4),1-mod(X,2),if(lt(X,8),${name//K/(7-X)},if(lt(X,24),${frame//K/(23-X)},if(lt(X,28),mod($check,2),mod(X,2)))))"
}

# title ID NUMBER NAME SECONDS ts|fmp4 CRF POSTER_SECOND: encodes $work/ID.mkv and $work/tune.wav
title() {
	local id=$1 number=$2 name=$3 seconds=$4 form=$5 crf=$6 poster=$7
	local digits="%{eif\\:trunc(n/1800)\\:d\\:2}\\:%{eif\\:mod(trunc(n/30)\\,60)\\:d\\:2}\\:%{eif\\:mod(n\\,30)\\:d\\:2}"
	local style="fontcolor=white@0.92:shadowcolor=black@0.55:shadowx=2:shadowy=2"
	local draw="drawtext=font='DejaVu Sans Mono':text='$digits':fontsize=54:x=44:y=56:$style,drawtext=font='DejaVu Sans':text='$name':fontsize=26:x=46:y=118:$style"
	# Matroska rounds timestamps to milliseconds: they are counted anew, so that each picture gets its own code.
	ff -i "$work/$id.mkv" -f lavfi -i "nullsrc=s=32x2:r=$RATE:d=$seconds,format=gray,geq=lum='20+215*($(code "$number"))',scale=1280:24:flags=neighbor,format=yuv420p" \
		-filter_complex "[0]settb=1/$RATE,setpts=N,$draw[drawn];[drawn][1]overlay=0:0:shortest=1,format=yuv420p" \
		-frames:v $((seconds * RATE)) -c:v libx264 -preset ultrafast -qp 0 "$work/drawn.mkv"
	rm -rf "$id"; mkdir -p "$id"
	ff -ss "$poster" -i "$work/$id.mkv" -frames:v 1 -vf "scale=640:360:flags=lanczos:in_color_matrix=bt709" -q:v 4 -bitexact "$id/poster.jpg"
	printf '#EXTM3U\n#EXT-X-VERSION:%s\n#EXT-X-INDEPENDENT-SEGMENTS\n' "$([ "$form" = ts ] && echo 3 || echo 7)" >"$id/main.m3u8"
	local variant height width level profile
	for variant in $VARIANTS; do
		IFS=: read -r height width level profile <<<"$variant"
		mkdir -p "$id/${height}p"
		local muxer=(-hls_segment_filename "$id/${height}p/%03d.ts")
		[ "$form" = ts ] || muxer=(-hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_segment_filename "$id/${height}p/%03d.m4s")
		ff -i "$work/drawn.mkv" -i "$work/tune.wav" -map 0:v -map 1:a -vf "scale=$width:$height:flags=bicubic" \
			-c:v libx264 -profile:v high -level:v "$level" -preset veryslow -tune animation -crf "$crf" -bf 3 -g $((RATE * SEGMENT)) -keyint_min $((RATE * SEGMENT)) \
			-sc_threshold 0 -flags +cgop -color_primaries bt709 -color_trc bt709 -colorspace bt709 \
			-c:a aac -profile:a aac_low -b:a "$AUDIO_BITRATE" -ac 2 -ar 48000 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
			-f hls -hls_time "$SEGMENT" -hls_playlist_type vod -hls_flags independent_segments "${muxer[@]}" "$id/${height}p/list.m3u8"
		# FFmpeg's muxer leaves the last frame out of the last duration.
		sed -i "s/^#EXTINF:.*/#EXTINF:$SEGMENT.000,/" "$id/${height}p/list.m3u8"
		# Bandwidth from the files: the largest segment and the mean; AES-128 adds 16 bytes at most.
		stat -c %s "$id/${height}p/"[0-9]* | awk -v s=$SEGMENT -v total="$seconds" -v size="${width}x${height}" -v codec="avc1.$profile,mp4a.40.2" -v uri="${height}p/list.m3u8" '
			{ n = ($1 + 16) * 8; sum += n; if (n > peak) peak = n }
			END { printf "#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,RESOLUTION=%s,FRAME-RATE=30.000,CODECS=\"%s\"\n%s\n", peak / s + 1, sum / total + 1, size, codec, uri }' >>"$id/main.m3u8"
	done
	du -b -s "$id"
}

# subtitles ID SECONDS START: WebVTT in segments, English and German, from lines of START END LANGUAGE TEXT. START is the first frame's
# timestamp in ticks of 90 kHz.
subtitles() {
	local id=$1 seconds=$2 start=$3 language name i
	rm -rf "$id/subtitles"; mkdir -p "$id/subtitles"
	cat >"$work/lines"
	sed -i -e '/^#EXT-X-MEDIA:TYPE=SUBTITLES/d' -e 's/,SUBTITLES="subtitles"//' -e '/^#EXT-X-STREAM-INF:/s/$/,SUBTITLES="subtitles"/' "$id/main.m3u8"
	for language in en de; do
		name=English; [ $language = en ] || name=Deutsch
		sed -i "0,/^#EXT-X-STREAM-INF/s//#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subtitles\",NAME=\"$name\",LANGUAGE=\"$language\",AUTOSELECT=YES,URI=\"subtitles\/$language.m3u8\"\n&/" "$id/main.m3u8"
		printf '#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n' "$SEGMENT" >"$id/subtitles/$language.m3u8"
		for ((i = 0; i * SEGMENT < seconds; i++)); do
			awk -v from=$((i * SEGMENT)) -v to=$(((i + 1) * SEGMENT)) -v language=$language -v start="$start" '
				function clock(t) { return sprintf("%02d:%06.3f", int(t / 60), t % 60) }
				BEGIN { printf "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:%d\n", start }
				$3 == language && $1 < to && $2 > from { times = clock($1) " --> " clock($2); sub(/^[^ ]+ [^ ]+ [^ ]+ /, ""); printf "\n%s\n%s\n", times, $0 }' \
				"$work/lines" >"$id/subtitles/$language$(printf %03d $i).vtt"
			printf '#EXTINF:%d.000,\n%s%03d.vtt\n' "$SEGMENT" $language $i >>"$id/subtitles/$language.m3u8"
		done
		echo '#EXT-X-ENDLIST' >>"$id/subtitles/$language.m3u8"
	done
}

# stills ID: an I-frame playlist of a picture a second, for previews and trick play, made of the largest variant.
stills() {
	local id=$1 rate=$RATE
	rm -rf "$id/stills"; mkdir -p "$id/stills"
	sed -i '/^#EXT-X-I-FRAME-STREAM-INF/d' "$id/main.m3u8"
	ff -i "$id/720p/list.m3u8" -an -vf "select='not(mod(n,$rate))',setpts=N/TB,scale=320:180:flags=bicubic" -r 1 -c:v libx264 -profile:v high -preset veryslow \
		-tune animation -crf 33 -g 1 -bf 0 -color_primaries bt709 -color_trc bt709 -colorspace bt709 -fflags +bitexact -flags:v +bitexact \
		-f hls -hls_time 1 -hls_playlist_type vod -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_segment_filename "$id/stills/%03d.m4s" "$id/stills/list.m3u8"
	sed -i -e 's/^#EXTINF:.*/#EXTINF:1.000,/' -e 's/^#EXT-X-PLAYLIST-TYPE.*/&\n#EXT-X-I-FRAMES-ONLY/' "$id/stills/list.m3u8"
	stat -c %s "$id/stills/"[0-9]* | awk '{ n = ($1 + 16) * 8; sum += n; if (n > peak) peak = n }
		END { printf "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,RESOLUTION=320x180,CODECS=\"avc1.64000D\",URI=\"stills/list.m3u8\"\n", peak, sum / NR + 1 }' >>"$id/main.m3u8"
	du -b -s "$id/stills"
}

wanted() { [ -z "${only:-}" ] || [ "$only" = "$1" ]; }
only=${1:-}
if wanted aurora; then
	picture_aurora 30
	tune 30 110 2 0 7 12 16 19 16 12 7
	title aurora 1 "Northern Lights" 30 fmp4 31 12
fi
if wanted aurora || wanted subtitles; then
	subtitles aurora 30 5941 <<-'LINES'
		1 4.5 en The night begins without a sound.
		1 4.5 de Lautlos beginnt die Nacht.
		6 10.5 en Somewhere above, <i>the sun</i> is still at work.
		6 10.5 de Irgendwo dort oben ist <i>die Sonne</i> noch am Werk.
		12.5 17 en What it sent two days ago arrives as light.
		12.5 17 de Was sie vor zwei Tagen sandte, kommt als Licht an.
		19 23.5 en <c.lime>Green</c> where the air is thick, <c.magenta>violet</c> where it ends.
		19 23.5 de <c.lime>Grün</c>, wo die Luft dicht ist, <c.magenta>violett</c>, wo sie endet.
		25 29 en The mountains have seen it all before.
		25 29 de Die Berge kennen das alles schon.
	LINES
fi
if wanted sunset; then
	picture_sunset 30
	tune 30 98 2.5 0 4 7 11 14 11 7 4
	title sunset 2 "Golden Hour" 30 fmp4 31 9
fi
if wanted orrery; then
	picture_orrery 20
	tune 20 130.81 4 0 3 7 10 12 10 15 7
	title orrery 3 "The Orrery" 20 ts 32 4
fi
for id in aurora sunset orrery; do
	if wanted $id || wanted stills; then stills $id; fi
done
