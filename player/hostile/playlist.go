package hostile

import (
	"fmt"
	"strings"
)

// playlistType is the media type of RFC 8216, 4.
const playlistType = "application/vnd.apple.mpegurl"

// media is a media playlist of segments that last so many seconds each, with tags before them.
func media(seconds int, tags string, uris ...string) Answer {
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n%s", seconds, tags)
	for _, uri := range uris {
		fmt.Fprintf(&b, "#EXTINF:%d,\n%s\n", seconds, uri)
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return Answer{Body: []byte(b.String()), Type: playlistType}
}

// playlistText is a playlist as it is given.
func playlistText(body string) Answer {
	return Answer{Body: []byte("#EXTM3U\n" + body), Type: playlistType}
}

// numbered are n URIs.
func numbered(format string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, i)
	}
	return out
}

// lines are n lines that a format makes of their numbers.
func lines(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
		b.WriteByte('\n')
	}
	return b.String()
}

// plain is a stream that plays: a minute of small pictures.
func plain() Answer {
	return Answer{Body: AVC{Width: 64, Height: 64, Pictures: 60*30 - 1, References: 1, Chroma: 1}.TS(), Type: "video/mp2t"}
}

// withText is a plain stream with subtitles in a playlist of segments of a second each.
func withText(segment Answer, count int) map[string]Answer {
	return map[string]Answer{
		"main.m3u8": playlistText("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"x\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,URI=\"text.m3u8\"\n" +
			"#EXT-X-STREAM-INF:BANDWIDTH=100000,SUBTITLES=\"s\"\nlong.m3u8\n"),
		"long.m3u8": media(60, "", "plain.ts"),
		"plain.ts":  plain(),
		"text.m3u8": media(1, "", numbered("text-%d.vtt", count)...),
		"text-*":    segment,
	}
}
