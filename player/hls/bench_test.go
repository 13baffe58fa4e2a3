package hls

import (
	"fmt"
	"strings"
	"testing"
)

// daySegments are 24 hours of 2 s.
const daySegments = 43_200

// dayPlaylist is a day's playlist; a rich one has a date with each segment and a key with every hundredth.
func dayPlaylist(rich bool) []byte {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n#EXT-X-PLAYLIST-TYPE:VOD\n")
	for i := range daySegments {
		if rich {
			if i%100 == 0 {
				fmt.Fprintf(&b, "#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys.example.com/key?n=%d\",IV=0x%032X\n", i, i)
			}
			ms := i * 2000
			fmt.Fprintf(&b, "#EXT-X-PROGRAM-DATE-TIME:2026-03-01T%02d:%02d:%02d.000Z\n", ms/3_600_000, ms/60_000%60, ms/1000%60)
		}
		fmt.Fprintf(&b, "#EXTINF:2.000000,\nvideo/1080p/2026/03/01/channel-one/segment-%08d.ts?token=abcdef\n", i)
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	for _, bench := range []struct {
		name, base string
		rich       bool
	}{
		{"plain file", "", false},
		{"plain URL", "https://media.example.com/live/index.m3u8?session=1", false},
		{"rich URL", "https://media.example.com/live/index.m3u8?session=1", true},
	} {
		b.Run(bench.name, func(b *testing.B) {
			data := dayPlaylist(bench.rich)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				playlist, err := Parse(data, bench.base, ParseOptions{})
				if err != nil || len(playlist.Media.Segments) != daySegments {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkParseUnchanged reads a playlist that is as it was.
func BenchmarkParseUnchanged(b *testing.B) {
	data := dayPlaylist(true)
	previous, err := Parse(data, "", ParseOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		playlist, err := Parse(data, "", ParseOptions{Previous: previous})
		if err != nil || playlist != previous {
			b.Fatal("read again")
		}
	}
}
