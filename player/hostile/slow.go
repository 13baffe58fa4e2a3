package hostile

import "time"

// trickle is the pause between the bytes of a slow answer.
const trickle = 500 * time.Millisecond

// slow are answers that do not come, or a byte at a time.
func slow() []Input {
	of := func(name, main string, answers map[string]Answer) Input {
		return waits(Input{Kind: Slow, Name: name, Main: main, Online: true, Answers: func() map[string]Answer { return answers }})
	}
	list := media(60, "", "plain.ts")
	keyed := media(60, "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n", "plain.ts")
	mapped := media(60, "#EXT-X-MAP:URI=\"init.mp4\"\n", "plain.ts")
	half := func(a Answer) Answer { return Answer{Body: a.Body[:len(a.Body)/2], Type: a.Type, Hold: true} }
	drop := func(a Answer) Answer { return Answer{Body: a.Body, Type: a.Type, Pause: trickle} }
	film := AVC{Width: 64, Height: 64, Pictures: 100, References: 1, Chroma: 1}.track().film()
	return []Input{
		of("silent-playlist", "main.m3u8", map[string]Answer{"main.m3u8": {Silent: true}}),
		of("half-a-playlist", "main.m3u8", map[string]Answer{"main.m3u8": half(list)}),
		of("playlist-by-bytes", "main.m3u8", map[string]Answer{"main.m3u8": drop(list)}),
		of("silent-segment", "main.m3u8", map[string]Answer{"main.m3u8": list, "plain.ts": {Silent: true}}),
		of("half-a-segment", "main.m3u8", map[string]Answer{"main.m3u8": list, "plain.ts": half(plain())}),
		of("segment-by-bytes", "main.m3u8", map[string]Answer{"main.m3u8": list, "plain.ts": drop(plain())}),
		of("silent-key", "main.m3u8", map[string]Answer{"main.m3u8": keyed, "plain.ts": plain(), "key": {Silent: true}}),
		of("key-by-bytes", "main.m3u8", map[string]Answer{"main.m3u8": keyed, "plain.ts": plain(), "key": {Body: make([]byte, 16), Pause: 4 * time.Second}}),
		of("silent-init-section", "main.m3u8", map[string]Answer{"main.m3u8": mapped, "plain.ts": plain(), "init.mp4": {Silent: true}}),
		of("film-by-bytes", "film.mp4", map[string]Answer{"film.mp4": {Body: film, Pause: trickle}}),
		of("half-a-film", "film.mp4", map[string]Answer{"film.mp4": {Body: film[:len(film)/2], Hold: true}}),
	}
}
