package hostile

// endless are answers that never end.
func endless() []Input {
	of := func(name, main string, a Answer) Input {
		return Input{Kind: Endless, Name: name, Main: main, Online: true, Answers: func() map[string]Answer { return map[string]Answer{main: a} }}
	}
	segment := func(name, tags, uri string, answers map[string]Answer) Input {
		return stream(Endless, name, func() map[string]Answer {
			answers["main.m3u8"] = media(2, tags, uri)
			return answers
		})
	}
	small := AVC{Width: 64, Height: 64, Pictures: 59, References: 1, Chroma: 1}
	zeros := make([]byte, 1<<20)
	void := element(mkvVoid, make([]byte, 4000))
	wav := WAV{Rate: 8000, Channels: 1, Frames: 1000, Size: 0xFFFFFFFF}
	opus := Ogg{Packets: [][]byte{opusHead(2, 0, 48000, 0), opusTags(0)}}
	return []Input{
		segment("nulls", "", "endless.ts", map[string]Answer{"endless.ts": {Repeat: nullPackets(1000)}}),
		segment("picture-then-nulls", "", "endless.ts", map[string]Answer{"endless.ts": {Body: small.TS(), Repeat: nullPackets(1000)}}),
		segment("init-section", "#EXT-X-MAP:URI=\"init.mp4\"\n", "empty.m4s", map[string]Answer{"init.mp4": {Body: fileType(), Repeat: sizedBox("free", 4096, make([]byte, 4088))}, "empty.m4s": {}}),
		segment("fragments-without-samples", "#EXT-X-MAP:URI=\"init.mp4\"\n", "segment.m4s", map[string]Answer{"init.mp4": {Body: Fragments{}.Init()}, "segment.m4s": {Repeat: Fragments{}.Segment()}}),
		segment("key", "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n", "plain.ts", map[string]Answer{"key": {Repeat: zeros}, "plain.ts": plain()}),
		of("playlist", "main.m3u8", Answer{Body: []byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n"), Repeat: []byte("#EXTINF:2,\ns.ts\n"), Type: playlistType}),
		of("playlist-line", "main.m3u8", Answer{Body: []byte("#EXTM3U\n#"), Repeat: zeros, Type: playlistType}),
		captioned(stream(Endless, "subtitles", func() map[string]Answer {
			return withText(Answer{Body: []byte("WEBVTT\n\n"), Repeat: []byte("00:00.000 --> 00:50.000\na\n\n"), Type: "text/vtt"}, 10)
		}, "--sub-lang", "en", "--length", "5s")),
		of("boxes", "film.mp4", Answer{Body: fileType(), Repeat: sizedBox("free", 4096, make([]byte, 4088))}),
		of("fragments", "film.mp4", Answer{Body: Fragments{}.Init(), Repeat: Fragments{Samples: 1}.Segment()}),
		of("voids", "film.mkv", Answer{Body: Matroska{Open: true}.Bytes(), Repeat: void}),
		of("voids-before-tracks", "film.webm", Answer{Body: Matroska{Open: true}.Bytes()[:80], Repeat: void}),
		of("pages", "sound.ogg", Answer{Body: opus.Bytes(), Repeat: Ogg{Packets: [][]byte{{}}, Empty: 100}.Bytes()}),
		of("id3", "sound.mp3", Answer{Body: tag(256<<20 - 1), Repeat: zeros}),
		of("id3-tags", "sound.mp3", Answer{Repeat: tag(0, tagFrame("TXXX", make([]byte, 4000)))}),
		of("nulls-file", "film.ts", Answer{Repeat: nullPackets(1000)}),
		waits(of("radio", "radio.wav", Answer{Body: wav.Bytes(), Repeat: ramp(1 << 16)})),
		of("noise", "film.mpg", Answer{Repeat: ramp(1 << 16)}),
		of("redirects", "main.m3u8", Answer{Redirect: "+"}),
		of("interim-responses", "main.m3u8", Answer{Interim: true}),
		of("headers", "main.m3u8", Answer{Headers: 20_000}),
		of("error-page", "main.m3u8", Answer{Status: 404, Repeat: zeros}),
	}
}
