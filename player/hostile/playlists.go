package hostile

import (
	"fmt"
	"strings"
)

// playlists are inputs whose playlists say or hold too much.
func playlists() []Input {
	text := func(name, body string) Input {
		return stream(Playlists, name, func() map[string]Answer {
			return map[string]Answer{"main.m3u8": playlistText(body), "plain.ts": plain(), "key-*": {Body: make([]byte, 16)}}
		}, "--length", "5s")
	}
	made := func(name string, body func() string) Input {
		return stream(Playlists, name, func() map[string]Answer {
			return map[string]Answer{"main.m3u8": playlistText(body()), "plain.ts": plain(), "key-*": {Body: make([]byte, 16)}, "init-*": {Body: Fragments{}.Init()}}
		}, "--length", "5s")
	}
	const head = "#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:60\n"
	const end = "#EXTINF:60,\nplain.ts\n#EXT-X-ENDLIST\n"
	return []Input{
		made("100000-variants", func() string { return lines("#EXT-X-STREAM-INF:BANDWIDTH=%d\nnone.m3u8", 100_000) }),
		made("variants-of-itself", func() string { return lines("#EXT-X-STREAM-INF:BANDWIDTH=%d\nmain.m3u8", 100) }),
		made("50000-renditions", func() string {
			return lines("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"%d\",URI=\"none.m3u8\"", 50_000) + "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\nnone.m3u8\n"
		}),
		text("extinf-of-1e308", "#EXT-X-TARGETDURATION:2\n#EXTINF:1e308,\nplain.ts\n#EXT-X-ENDLIST\n"),
		text("extinf-of-300-digits", "#EXT-X-TARGETDURATION:2\n#EXTINF:1"+strings.Repeat("0", 307)+",\nplain.ts\n#EXT-X-ENDLIST\n"),
		text("target-duration-of-4-billion", "#EXT-X-TARGETDURATION:4294967295\n#EXTINF:4294967295,\nplain.ts\n#EXT-X-ENDLIST\n"),
		text("sequence-of-2-to-the-64", head+"#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n#EXT-X-DISCONTINUITY-SEQUENCE:18446744073709551615\n"+end),
		made("1-million-segments", func() string { return head + lines("#EXTINF:1,\ns%d.ts", million) + end }),
		made("100000-init-sections", func() string { return head + lines("#EXT-X-MAP:URI=\"init-%d\"\n#EXTINF:1,\nnone.m4s", 100_000) + end }),
		made("100000-keys", func() string {
			return head + lines("#EXT-X-KEY:METHOD=AES-128,URI=\"key-%d\"\n#EXTINF:1,\nplain.ts", 100_000) + end
		}),
		made("1-million-keys-of-one-segment", func() string {
			return head + lines("#EXT-X-KEY:METHOD=SAMPLE-AES,KEYFORMAT=\"f%d\",URI=\"key\"", 300_000) + end
		}),
		made("session-keys", func() string {
			return lines("#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"key-%d\"", 20_000) + "#EXT-X-STREAM-INF:BANDWIDTH=1\nnone.m3u8\n"
		}),
		made("500000-date-ranges", func() string {
			return head + lines("#EXT-X-DATERANGE:ID=\"%d\",START-DATE=\"2020-01-01T00:00:00Z\"", 300_000) + end
		}),
		made("define-that-grows", func() string {
			var b strings.Builder
			b.WriteString("#EXT-X-VERSION:8\n#EXT-X-DEFINE:NAME=\"v0\",VALUE=\"aaaaaaaaaa\"\n")
			for i := range 30 {
				fmt.Fprintf(&b, "#EXT-X-DEFINE:NAME=\"v%d\",VALUE=\"%s\"\n", i+1, strings.Repeat(fmt.Sprintf("{$v%d}", i), 10))
			}
			return b.String() + "#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{$v30}.ts\n#EXT-X-ENDLIST\n"
		}),
		made("define-used-1-million-times", func() string {
			return "#EXT-X-VERSION:8\n#EXT-X-DEFINE:NAME=\"v\",VALUE=\"" + strings.Repeat("a", 100_000) + "\"\n" + head + lines("#EXTINF:1,%d\n{$v}", 100_000) + end
		}),
		made("line-of-30-mb", func() string { return head + "#EXTINF:1," + strings.Repeat("t", 30<<20) + "\nplain.ts\n" + end }),
		made("parts", func() string {
			return "#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.001\n#EXT-X-PART-INF:PART-TARGET=0.0001\n" +
				lines("#EXT-X-PART:DURATION=0.0001,URI=\"p%d.ts\"", 300_000) + "#EXTINF:4,\nplain.ts\n"
		}),
		waits(made("live-that-skips-4-billion", func() string {
			return "#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=12.0\n#EXT-X-SKIP:SKIPPED-SEGMENTS=4294967295\n#EXTINF:2,\nplain.ts\n"
		})),
		made("steering", func() string {
			return "#EXT-X-CONTENT-STEERING:SERVER-URI=\"main.m3u8\",PATHWAY-ID=\"p0\"\n" + lines("#EXT-X-STREAM-INF:BANDWIDTH=1,PATHWAY-ID=\"p%d\"\nnone.m3u8", 20_000)
		}),
	}
}
