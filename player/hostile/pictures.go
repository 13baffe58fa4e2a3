package hostile

import "bytes"

// pictures are inputs whose pictures are large, many at a time, or of many sizes.
func pictures() []Input {
	ts := func(name string, a AVC) Input { return file(Pictures, name, ".ts", a.TS) }
	mp4 := func(name string, t func() track) Input {
		return file(Pictures, name, ".mp4", func() []byte { return t().film() })
	}
	mkv := func(name, codec string, width, height int, packets ...[]byte) Input {
		return file(Pictures, name, ".mkv", Matroska{Codec: codec, Width: width, Height: height, Packets: packets}.Bytes)
	}
	large := AVC{Width: 16384, Height: 8704, Pictures: 40, References: 16, Chroma: 1}
	deep := AVC{Width: 16384, Height: 8704, Pictures: 40, References: 16, Chroma: 3, Depth: 10}
	hevc := HEVC{Width: 8192, Height: 4320, Depth: 12, Chroma: 3, Pictures: 60, Buffered: 16}
	return []Input{
		ts("h264-16384x8704", large),
		ts("h264-16384x8704-10-bit", deep),
		mp4("h264-16384x8704-mp4", large.track),
		mp4("h264-8192x8192-14-bit", AVC{Width: 8192, Height: 8192, Pictures: 30, References: 16, Chroma: 3, Depth: 14}.track),
		ts("h264-headers-only", AVC{Width: 16384, Height: 8704, Pictures: 300, References: 16, Chroma: 1, HeaderOnly: true}),
		ts("h264-changing-size", AVC{Width: 8192, Height: 4096, Pictures: 60, References: 16, Chroma: 1, Changes: 4}),
		mp4("hevc-8192x4320-12-bit", hevc.track),
		file(Pictures, "hevc-missing-references", ".ts", HEVC{Width: 8192, Height: 8192, Depth: 10, Chroma: 1, Pictures: 60, Buffered: 16, Missing: 15}.TS),
		mkv("mjpeg-65500x65500", "V_MJPEG", 65500, 65500, JPEG{Width: 65500, Height: 65500}.Bytes(), JPEG{Width: 65500, Height: 65500}.Bytes()),
		mkv("mjpeg-progressive", "V_MJPEG", 20000, 20000, bytesTimes(JPEG{Width: 20000, Height: 20000, Progressive: true}.Bytes(), 20)...),
		mkv("vp8-16383x16383", "V_VP8", 16383, 16383, bytesTimes(vp8Key(16383, 16383), 40)...),
		mkv("vp9-65536x65536", "V_VP9", 65536, 65536, bytesTimes(vp9Key(65536, 65536), 40)...),
		mkv("vp9-16384x16384", "V_VP9", 16384, 16384, bytesTimes(vp9Key(16384, 16384), 40)...),
		file(Pictures, "gif-16384x16384", ".gif", func() []byte { return gif(16384, 16384, 100) }),
		file(Pictures, "png-65535x65535", ".png", PNG{Width: 65535, Height: 65535, Rows: 100}.Bytes),
		stream(Pictures, "h264-larger-than-resolution", func() map[string]Answer {
			return map[string]Answer{
				"main.m3u8":  playlistText("#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=640x360,CODECS=\"avc1.64001e\"\nlist.m3u8\n"),
				"list.m3u8":  media(2, "", "large.ts"),
				"large.ts":   {Body: AVC{Width: 8192, Height: 4096, Pictures: 60, References: 16, Chroma: 1}.TS()},
				"unused.txt": {},
			}
		}),
	}
}

// bytesTimes is n times the same packet.
func bytesTimes(b []byte, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = bytes.Clone(b)
	}
	return out
}
