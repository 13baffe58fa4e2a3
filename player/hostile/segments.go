package hostile

import "bytes"

// segments are streams whose segments or init sections are more than a segment is.
func segments() []Input {
	one := func(name, tags, uri string, answers func() map[string]Answer) Input {
		return stream(Segments, name, func() map[string]Answer {
			all := answers()
			all["main.m3u8"] = media(2, tags, uri)
			return all
		})
	}
	const zeroKey = "#EXT-X-KEY:METHOD=AES-128,URI=\"key\",IV=0x00000000000000000000000000000000\n"
	nulls := nullPackets(5000)
	return []Input{
		one("init-of-8-tracks", "#EXT-X-MAP:URI=\"init.mp4\"\n", "empty.m4s", func() map[string]Answer {
			return map[string]Answer{"init.mp4": {Body: MP4{Tracks: 8, Samples: 22 * million, SampleSize: 1}.Bytes()}, "empty.m4s": {}}
		}),
		one("init-of-1-gb", "#EXT-X-MAP:URI=\"init.mp4\"\n", "empty.m4s", func() map[string]Answer {
			return map[string]Answer{"init.mp4": {Body: append(fileType(), sizedBox("free", 1<<30)...), Repeat: make([]byte, 1<<20), Times: 1024}, "empty.m4s": {}}
		}),
		one("trun-of-100-million", "#EXT-X-MAP:URI=\"init.mp4\"\n", "segment.m4s", func() map[string]Answer {
			f := Fragments{Samples: 100 * million, Delta: 1}
			return map[string]Answer{"init.mp4": {Body: f.Init()}, "segment.m4s": {Body: f.Segment()}}
		}),
		one("nulls-of-2-gb", "", "nulls.ts", func() map[string]Answer {
			return map[string]Answer{"nulls.ts": {Body: AVC{Width: 64, Height: 64, Pictures: 59, References: 1, Chroma: 1}.TS(), Repeat: nulls, Times: 2200}}
		}),
		one("encrypted-of-2-gb", zeroKey, "noise.ts", func() map[string]Answer {
			return map[string]Answer{"noise.ts": {Repeat: make([]byte, 1<<20), Times: 2048}, "key": {Body: make([]byte, 16)}}
		}),
		one("id3-of-256-mb", "", "sound.aac", func() map[string]Answer {
			return map[string]Answer{"sound.aac": {Body: append(tag(256<<20-1), make([]byte, 1<<20)...), Repeat: make([]byte, 1<<20), Times: 255}}
		}),
		one("emsg-of-500-mb", "#EXT-X-MAP:URI=\"init.mp4\"\n", "segment.m4s", func() map[string]Answer {
			return map[string]Answer{"init.mp4": {Body: Fragments{}.Init()},
				"segment.m4s": {Body: sizedBox("emsg", 500<<20, make([]byte, 4)), Repeat: make([]byte, 1<<20), Times: 500}}
		}),
		one("1-million-boxes", "#EXT-X-MAP:URI=\"init.mp4\"\n", "segment.m4s", func() map[string]Answer {
			return map[string]Answer{"init.mp4": {Body: Fragments{}.Init()}, "segment.m4s": {Body: bytes.Repeat(sizedBox("free", 8), million)}}
		}),
		one("byte-range", "#EXT-X-BYTERANGE:9223372036854775807@0\n", "plain.ts", func() map[string]Answer { return map[string]Answer{"plain.ts": plain()} }),
		waits(one("adts-of-300-mb", "", "sound.aac", func() map[string]Answer {
			return map[string]Answer{"sound.aac": {Body: ADTS{Rate: 12, Channels: 1, Frames: 100}.Bytes(), Repeat: ADTS{Rate: 12, Channels: 1, Frames: 100_000}.Bytes(), Times: 270}}
		})),
		stream(Segments, "h264-16384x8704", func() map[string]Answer {
			return map[string]Answer{"main.m3u8": media(2, "", "large.ts"), "large.ts": {Body: AVC{Width: 16384, Height: 8704, Pictures: 40, References: 16, Chroma: 1}.TS()}}
		}),
	}
}
