package hostile

// covers are sound files whose covers are larger than a screen.
func covers() []Input {
	song := func(name, kind string, image func() []byte) Input {
		return file(Covers, name, ".mp3", func() []byte { return append(tag(0, picture(kind, image())), mp3(100)...) })
	}
	png := PNG{Width: 65535, Height: 65535, Rows: 10}
	jpeg := JPEG{Width: 65500, Height: 65500}
	return []Input{
		song("mp3-png-65535x65535", "image/png", png.Bytes),
		song("mp3-jpeg-65500x65500", "image/jpeg", jpeg.Bytes),
		song("mp3-png-16-bit-20000x20000", "image/png", PNG{Width: 20000, Height: 20000, Depth: 16, Colour: 6, Rows: 20000}.Bytes),
		song("mp3-100-mb", "image/png", func() []byte { return make([]byte, 100<<20) }),
		song("mp3-gif", "image/gif", func() []byte { return gif(65535, 65535, 10) }),
		file(Covers, "flac-png-65535x65535", ".flac", func() []byte { return FLAC{Frames: 50, Picture: png.Bytes()}.Bytes() }),
		file(Covers, "mkv-1000-jpegs", ".mka", Matroska{Codec: "A_PCM/INT/LIT", Rate: 8000, Channels: 1, Packets: bytesTimes(ramp(640), 50),
			Attachments: 1000, Attached: JPEG{Width: 16000, Height: 16000}.Bytes(), AttachedAs: "image/jpeg"}.Bytes),
		file(Covers, "mp3-1000-covers", ".mp3", func() []byte {
			frames := bytesTimes(picture("image/jpeg", JPEG{Width: 16000, Height: 16000}.Bytes()), 1000)
			return append(tag(0, frames...), mp3(100)...)
		}),
	}
}
