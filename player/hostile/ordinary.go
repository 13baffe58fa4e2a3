package hostile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Cues is how many subtitles HourOfCues has: 12 a second.
const Cues = 43_200

// ordinary is the kind of what is large and attacks nothing.
const ordinary Kind = "ordinary"

const hour = 60 // in segments of a minute

// HourOfCues is an ordinary stream of an hour, a picture a second, with many subtitles.
func HourOfCues() Input {
	return Input{Kind: ordinary, Name: "hour-of-43200-cues", Main: "main.m3u8", Online: true, Arguments: []string{"--sub-lang", "en"}, Answers: func() map[string]Answer {
		answers := withText(Answer{Make: minuteOfCues}, hour)
		answers["long.m3u8"] = media(60, "", numbered("picture-%d.ts", hour)...)
		answers["main.m3u8"] = playlistText(soundGroup + strings.Replace(strings.TrimPrefix(string(answers["main.m3u8"].Body), "#EXTM3U\n"), "SUBTITLES=", "AUDIO=\"a\",SUBTITLES=", 1))
		answers["sound.m3u8"] = media(60, "", numbered("sound-%d.ts", hour)...)
		answers["sound-*"] = silence(60)
		answers["text.m3u8"] = media(60, "", numbered("text-%d.vtt", hour)...)
		answers["picture-*"] = Answer{Make: func(path string) []byte {
			n := numberIn(path)
			units := joined(AVC{Width: 64, Height: 64, Pictures: 59, References: 1, Chroma: 1}.units())
			return TS{Codec: tsAVC, Units: units, Tick: 90_000, Start: n * 60 * 90_000}.Bytes()
		}}
		return answers
	}}
}

// soundGroup is a group of one rendition of sound.
const soundGroup = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",DEFAULT=YES,AUTOSELECT=YES,URI=\"sound.m3u8\"\n"

// silence answers for numbered segments of silence, of so many seconds each.
func silence(seconds int) Answer {
	return Answer{Make: func(path string) []byte {
		const together = 20 // frames in a packet of the elementary stream, as is usual
		frames := ADTS{Rate: 3, Channels: 2, Frames: seconds * 48_000 / 1024}.frames()
		var units [][]byte
		for some := range slices.Chunk(frames, together) {
			units = append(units, bytes.Join(some, nil))
		}
		return TS{Codec: tsAAC, Units: units, Tick: together * 1920, Start: numberIn(path) * seconds * 90_000}.Bytes()
	}}
}

// numberIn is the number of numbered's name.
func numberIn(path string) (n int) {
	_, name, _ := strings.Cut(path, "-")
	_, _ = fmt.Sscanf(name, "%d", &n) // a name without one is of the first
	return n
}

// minuteOfCues is a segment of HourOfCues.
func minuteOfCues(path string) []byte {
	const perMinute = Cues / hour
	var b strings.Builder
	b.WriteString("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:90000\n\n")
	for i := range perMinute {
		at := numberIn(path)*60_000 + i*60_000/perMinute // milliseconds
		clock := func(ms int) string {
			return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
		}
		fmt.Fprintf(&b, "%s --> %s\ncue %d\n\n", clock(at), clock(at+60), numberIn(path)*perMinute+i)
	}
	return []byte(b.String())
}

// ManyVariants is an ordinary stream of 12 variants with 4 groups of sound.
func ManyVariants() Input {
	return Input{Kind: ordinary, Name: "12-variants-with-4-groups", Main: "main.m3u8", Online: true, Answers: func() map[string]Answer {
		var b strings.Builder
		answers := make(map[string]Answer)
		for group := range 4 {
			for _, language := range []string{"en", "de"} {
				fmt.Fprintf(&b, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g%d\",NAME=%q,LANGUAGE=%q,DEFAULT=YES,AUTOSELECT=YES,URI=\"sound.m3u8\"\n", group, language, language)
			}
		}
		for i := range 12 {
			size := 64 + 64*i
			fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,RESOLUTION=%dx%d,CODECS=\"avc1.64001e,mp4a.40.2\",AUDIO=\"g%d\"\nvariant-%d.m3u8\n", 100_000*(i+1), size, size, i%4, i)
			answers[fmt.Sprintf("variant-%d.m3u8", i)] = media(10, "", fmt.Sprintf("picture-%d.ts", i))
			answers[fmt.Sprintf("picture-%d.ts", i)] = Answer{Body: AVC{Width: size, Height: size, Pictures: 299, References: 4, Chroma: 1}.TS()}
		}
		answers["main.m3u8"] = playlistText(b.String())
		answers["sound.m3u8"] = media(10, "", "sound.ts")
		answers["sound.ts"] = Answer{Body: TS{Codec: tsAAC, Units: ADTS{Rate: 3, Channels: 2, Frames: 469}.frames(), Tick: 1920}.Bytes()}
		return answers
	}}
}

// DayOfSegments is an ordinary stream of 24 hours in segments of 4 seconds.
func DayOfSegments() Input {
	const count = 24 * 3600 / 4
	return Input{Kind: ordinary, Name: "day-of-21600-segments", Main: "main.m3u8", Online: true, Answers: func() map[string]Answer {
		return map[string]Answer{
			"main.m3u8":     playlistText(soundGroup + "#EXT-X-STREAM-INF:BANDWIDTH=100000,AUDIO=\"a\"\npictures.m3u8\n"),
			"pictures.m3u8": media(4, "", numbered("segment-%d.ts", count)...),
			"sound.m3u8":    media(4, "", numbered("sound-%d.ts", count)...),
			"sound-*":       silence(4),
			"segment-*": {Make: func(path string) []byte {
				units := joined(AVC{Width: 64, Height: 64, Pictures: 119, References: 1, Chroma: 1}.units())
				return TS{Codec: tsAVC, Units: units, Start: numberIn(path) * 4 * 90_000}.Bytes()
			}},
		}
	}}
}
