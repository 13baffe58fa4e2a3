package hostile

// compressions are answers that are small and become large.
func compressions() []Input {
	comment := append([]byte("#"), make([]byte, 1<<20)...)
	for i := range comment[1:] {
		comment[i+1] = 'x'
	}
	comment = append(comment, '\n')
	main := func(name, encoding string, body func() []byte) Input {
		return stream(Compression, name, func() map[string]Answer {
			return map[string]Answer{"main.m3u8": {Body: body(), Type: playlistType, Encoding: encoding}}
		})
	}
	subtitles := func(name, encoding string, body func() []byte) Input {
		return captioned(stream(Compression, name, func() map[string]Answer {
			return withText(Answer{Body: body(), Type: "text/vtt", Encoding: encoding}, 40)
		}, "--sub-lang", "en", "--length", "5s"))
	}
	vtt := VTT{Cues: 1000, Lines: 8000}
	return []Input{
		main("gzip-playlist-of-2-gb", "gzip", func() []byte { return zipped([]byte("#EXTM3U\n"), comment, 2048) }),
		main("brotli-playlist-of-2-gb", "br", func() []byte { return brotlied([]byte("#EXTM3U\n"), comment, 2048) }),
		main("zstd-playlist-of-2-gb", "zstd", func() []byte { return zstandard([]byte("#EXTM3U\n#"), 'x', 16384, 23) }),
		main("zstd-window-of-2-gb", "zstd", func() []byte { return zstandard([]byte("#EXTM3U\n#"), 'x', 16384, 31) }),
		main("gzip-of-gzip", "gzip, gzip", func() []byte { return zipped(nil, zipped([]byte("#EXTM3U\n"), comment, 64), 1000) }),
		subtitles("gzip-subtitles-of-16-mb", "gzip", func() []byte { return zipped(nil, vtt.Bytes(), 1) }),
		subtitles("gzip-subtitles-of-2-gb", "gzip", func() []byte { return zipped([]byte("WEBVTT\n\n00:00.000 --> 00:50.000\n"), make([]byte, 1<<20), 2048) }),
		subtitles("brotli-subtitles-of-2-gb", "br", func() []byte { return brotlied([]byte("WEBVTT\n\n"), make([]byte, 1<<20), 2048) }),
		stream(Compression, "gzip-key-of-1-gb", func() map[string]Answer {
			return map[string]Answer{"main.m3u8": media(60, "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n", "plain.ts"), "plain.ts": plain(),
				"key": {Body: zipped(nil, make([]byte, 1<<20), 1024), Encoding: "gzip"}}
		}),
		stream(Compression, "gzip-h264-16384x8704", func() map[string]Answer {
			return map[string]Answer{"main.m3u8": media(2, "", "large.ts"),
				"large.ts": {Body: zipped(AVC{Width: 16384, Height: 8704, Pictures: 40, References: 16, Chroma: 3, Depth: 10}.TS(), nil, 0), Encoding: "gzip"}}
		}),
		file(Compression, "mkv-zlib-packets-of-1-gb", ".mkv", func() []byte {
			return Matroska{Codec: "V_MJPEG", Compressed: true, Packets: bytesTimes(deflated(make([]byte, 1<<20), 1024), 20)}.Bytes()
		}),
		file(Compression, "png-of-16384-rows", ".png", PNG{Width: 16384, Height: 16384, Colour: 6, Depth: 16, Rows: 4000}.Bytes),
	}
}
