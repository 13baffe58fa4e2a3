package hls_test

import (
	"fmt"
	"time"

	"latchkey/player/hls"
)

func ExampleParse() {
	text := []byte(`#EXTM3U
#EXT-X-TARGETDURATION:6
#EXT-X-KEY:METHOD=AES-128,URI="keys/1"
#EXTINF:6,
first.ts
#EXTINF:6,
second.ts
#EXT-X-ENDLIST
`)
	playlist, err := hls.Parse(text, "https://media.example.com/film/index.m3u8", hls.ParseOptions{})
	if err == nil {
		err = playlist.CheckPlayable()
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	media := playlist.Media
	segment := media.Segments[media.At(7*time.Second)]
	fmt.Println(segment.URI, segment.Start, segment.Keys[0].URI)
	// Output: https://media.example.com/film/second.ts 6s https://media.example.com/film/keys/1
}
