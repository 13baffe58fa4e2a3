package player_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
)

// spoken are the cues of the tests: a second each, with one that reaches over a segment's end and stands in both.
var spoken = []struct {
	start, end time.Duration
	text       string
}{{500 * time.Millisecond, 1500 * time.Millisecond, "One"}, {1800 * time.Millisecond, 2200 * time.Millisecond, "Two"}, {3 * time.Second, 3900 * time.Millisecond, "Three"}}

// subtitled makes a stream of four seconds with subtitles in two languages, in segments of two seconds. stamp writes a segment's header and
// says what is added to the times of its cues.
func subtitled(t *testing.T, fragmented bool, stamp func(firstPicture time.Duration, segment int) (header string, add time.Duration)) string {
	t.Helper()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme, Fragmented: fragmented})
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(stream.Folder)))
	first := firstPicture(t, stream.Playlist)
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	main := "#EXTM3U\n"
	for _, language := range []string{"en", "de"} {
		list := "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
		for i := range 2 {
			header, add := stamp(first, i)
			text := "WEBVTT\n" + header + "\n"
			for _, c := range spoken {
				if c.start < time.Duration(i+1)*2*time.Second && c.end > time.Duration(i)*2*time.Second {
					text += fmt.Sprintf("\n%s --> %s\n%s %s\n", clock(c.start+add), clock(c.end+add), language, c.text)
				}
			}
			write(fmt.Sprintf("%s%d.vtt", language, i), text)
			list += fmt.Sprintf("#EXTINF:2,\n%s%d.vtt\n", language, i)
		}
		write(language+".m3u8", list+"#EXT-X-ENDLIST\n")
		main += fmt.Sprintf("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"%s\",LANGUAGE=\"%s\",URI=\"%s.m3u8\"\n", strings.ToUpper(language), language, language)
	}
	write("main.m3u8", main+"#EXT-X-STREAM-INF:BANDWIDTH=1000000,SUBTITLES=\"s\"\nindex.m3u8\n")
	return folder
}

func clock(t time.Duration) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", int(t.Hours()), int(t.Minutes())%60, int(t.Seconds())%60, t.Milliseconds()%1000)
}

// firstPicture is the media time of a presentation's first picture, as ffprobe reads it.
func firstPicture(t *testing.T, playlist string) time.Duration {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0", "-read_intervals", "%+#1", playlist).Output()
	require.NoError(t, err)
	line, _, _ := strings.Cut(string(out), "\n")
	seconds, err := strconv.ParseFloat(strings.Trim(line, ", \n"), 64)
	require.NoError(t, err)
	return time.Duration(seconds * float64(time.Second)).Round(time.Millisecond)
}

// TestSubtitles reads the cues of all, as packagers place them, and holds them to when they are spoken.
func TestSubtitles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fragmented bool
		stamp      func(time.Duration, int) (string, time.Duration)
	}{
		"mapped to the media": {false, func(first time.Duration, _ int) (string, time.Duration) {
			return fmt.Sprintf("X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:%d\n", first.Milliseconds()*90), 0
		}},
		"mapped with a local time": {false, func(first time.Duration, _ int) (string, time.Duration) {
			return fmt.Sprintf("X-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:01:00:00.000\n", first.Milliseconds()*90), time.Hour
		}},
		"in the media's time": {false, func(first time.Duration, _ int) (string, time.Duration) { return "", first }},
		"in MP4":              {true, func(first time.Duration, _ int) (string, time.Duration) { return "", first }},
		"mapped to another clock": {true, func(time.Duration, int) (string, time.Duration) {
			return "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:90000000\n", 0
		}},
	} {
		t.Run(name, func(t *testing.T) {
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(subtitled(t, c.fragmented, c.stamp))})
			s := newScreen(t, player.Config{FreeRun: true, SubtitleLanguage: "de-DE"})
			s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
			s.play()
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.Equal(t, []player.SubtitleInfo{{Index: 0, Name: "EN", Language: "en"}, {Index: 1, Name: "DE", Language: "de"}}, end.Subtitles)
			assert.Equal(t, 1, end.Subtitle)
			cues, err := s.player.AllCues(t.Context(), 0, time.Hour)
			require.NoError(t, err)
			require.Len(t, cues, len(spoken), "a cue that stands in two segments is one")
			for i, want := range spoken {
				assert.Equal(t, "de "+want.text, cues[i].Text())
				assert.InDelta(t, want.start.Seconds(), cues[i].Start.Seconds(), 0.002)
				assert.InDelta(t, want.end.Seconds(), cues[i].End.Seconds(), 0.002)
			}
		})
	}
}

// TestSubtitlesWhilePlaying shows them when they are spoken, changes the language in mid-play, and has none any more.
func TestSubtitlesWhilePlaying(t *testing.T) {
	t.Parallel()
	folder := subtitled(t, false, func(first time.Duration, _ int) (string, time.Duration) {
		return fmt.Sprintf("X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:%d\n", first.Milliseconds()*90), 0
	})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(folder)})
	s := newScreen(t, player.Config{})
	require.ErrorIs(t, s.player.SelectSubtitles(0), player.ErrSubtitles)
	s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
	s.state(player.Prepared)
	assert.Equal(t, -1, s.player.Snapshot().Subtitle, "nothing says that they are to be seen")
	require.ErrorIs(t, s.player.SelectSubtitles(2), player.ErrSubtitles)
	require.NoError(t, s.player.SelectSubtitles(0))
	text := func() string {
		for _, c := range s.player.Cues(s.player.Snapshot().Position) {
			return c.Text()
		}
		return ""
	}
	s.play()
	s.until("the first is to be seen", func(player.Snapshot) bool { return text() == "en One" })
	require.NoError(t, s.player.SelectSubtitles(1))
	s.until("the second, in German", func(player.Snapshot) bool { return text() == "de Two" })
	require.NoError(t, s.player.SelectSubtitles(-1))
	assert.Empty(t, text())
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	for _, request := range origin.Requests() {
		if strings.HasSuffix(request.Path, ".vtt") {
			assert.Equal(t, network.ClassSubtitle, request.Class)
		}
	}
}

// TestSubtitlesThatFail say so in a note, and the picture plays on.
func TestSubtitlesThatFail(t *testing.T) {
	t.Parallel()
	folder := subtitled(t, false, func(time.Duration, int) (string, time.Duration) { return "", 0 })
	for name, fault := range map[string]networktest.Fault{
		"no playlist": {Path: "/en.m3u8", Effect: networktest.Status(404)},
		"no segment":  {Path: "/en*.vtt", Effect: networktest.Status(404)},
		"a web page":  {Path: "/en*.vtt", Effect: networktest.WebPage()},
		"too much":    {Path: "/en*.vtt", Effect: networktest.Body("text/vtt", []byte("WEBVTT\n\n"+strings.Repeat("00:01.000 --> 00:02.000\na\n\n", 1<<18)))},
		"a hang":      {Path: "/en*.vtt", Effect: networktest.Hang()},
	} {
		t.Run(name, func(t *testing.T) {
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(folder)})
			origin.Inject(fault)
			s := newScreen(t, player.Config{SubtitleLanguage: "en"})
			s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
			s.play()
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.Zero(t, end.Stats.Rebuffers)
			switch name {
			case "no playlist":
				assert.Contains(t, strings.Join(end.Notes, "\n"), "subtitles")
			case "too much":
				assert.Contains(t, end.Notes, `Some of the subtitles "EN" were left out: there is more text in them than anybody can read.`)
			}
		})
	}
}
