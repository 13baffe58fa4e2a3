package player_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/caption"
	"latchkey/player/mediatest"
)

// said is a cue of a test: what is said from a time to another, in milliseconds.
type said struct {
	from, to int
	text     string
}

// english and german are subtitles of a film of eight seconds. The last cue begins behind its last
// picture.
var (
	english = []said{{500, 1500, "Good morning"}, {1600, 2200, "in two\nlines"}, {4000, 6000, "at last"}, {8500, 9000, "the end"}}
	german  = []said{{500, 1500, "Guten Morgen"}, {2000, 2600, "größer"}, {5000, 5500, "endlich"}}
)

// subRip writes cues as SubRip.
func subRip(cues []said) string {
	at := func(ms int) string { return strings.ReplaceAll(clock(time.Duration(ms)*time.Millisecond), ".", ",") }
	var b strings.Builder
	for i, c := range cues {
		fmt.Fprintf(&b, "%d\n%s --> %s\n%s\n\n", i+1, at(c.from), at(c.to), c.text)
	}
	return b.String()
}

// assertSaid compares cues with what they were made of.
func assertSaid(t *testing.T, want []said, got []caption.Cue) {
	t.Helper()
	var have []said
	for i := range got {
		have = append(have, said{int(got[i].Start.Round(time.Millisecond).Milliseconds()), int(got[i].End.Round(time.Millisecond).Milliseconds()), got[i].Text()})
	}
	assert.Equal(t, want, have)
}

// subtitledFilm makes a film of eight seconds with subtitles in two languages, of which the second
// are forced.
func subtitledFilm(t *testing.T, name, codec string) string {
	t.Helper()
	folder := t.TempDir()
	for name, cues := range map[string][]said{"en": english, "de": german} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".srt"), []byte(subRip(cues)), 0o600))
	}
	path, sound := filepath.Join(folder, name), "aac"
	if filepath.Ext(name) == ".mkv" {
		sound = "flac" // FFmpeg moves all of a file by the delay of AAC, which Matroska cannot say
	}
	mediatest.FFmpeg(t, "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25,trim=end_frame=200", "-f", "lavfi", "-i", "sine=frequency=300:sample_rate=48000:duration=8",
		"-i", filepath.Join(folder, "en.srt"), "-i", filepath.Join(folder, "de.srt"), "-map", "0", "-map", "1", "-map", "2", "-map", "3",
		"-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", sound, "-c:s", codec, "-fflags", "+bitexact", "-flags", "+bitexact",
		"-metadata:s:s:0", "language=eng", "-metadata:s:s:0", "title=Full", "-disposition:s:0", "0", "-metadata:s:s:1", "language=ger", "-disposition:s:1", "forced", path)
	require.NoError(t, os.Remove(filepath.Join(folder, "en.srt")))
	require.NoError(t, os.Remove(filepath.Join(folder, "de.srt")))
	return path
}

// TestSubtitlesOfAFile plays files with subtitles of each kind: all cues are those that the file
// was made of.
func TestSubtitlesOfAFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, codec, first, second string }{
		{"film.mkv", "srt", "English: Full (SRT)", "German (SRT, forced)"},
		{"film.mkv", "ass", "English: Full (ASS)", "German (ASS, forced)"},
		{"film.webm", "webvtt", "English: Full (WebVTT)", "German (WebVTT, forced)"},
		{"film.mp4", "mov_text", "English (MP4 text, default)", "German (MP4 text, forced)"},
		{"film.mov", "mov_text", "English (MP4 text, default)", "German (MP4 text)"},
	} {
		t.Run(c.name+" "+c.codec, func(t *testing.T) {
			t.Parallel()
			name := strings.Replace(c.name, ".webm", ".mkv", 1) // WebM has no AAC
			path := subtitledFilm(t, name, c.codec)
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(filepath.Dir(path))})
			for _, at := range []struct {
				source, language string
				want             []said
			}{{path, "en", english}, {path, "ger", german}, {origin.URL(name), "de-AT", german}} {
				s := newScreen(t, player.Config{FreeRun: true, SubtitleLanguage: at.language})
				s.open(at.source, network.NewConfiguration(), 0)
				s.play()
				end := s.ended()
				require.Equal(t, player.Complete, end.State, "%v", end.Error)
				require.Len(t, end.Subtitles, 2)
				assert.Equal(t, []string{c.first, c.second}, []string{end.Subtitles[0].Name, end.Subtitles[1].Name})
				assert.Equal(t, []string{"en", "de"}, []string{end.Subtitles[0].Language, end.Subtitles[1].Language})
				assert.Equal(t, strings.Contains(c.second, "forced"), end.Subtitles[1].Forced)
				cues, err := s.player.AllCues(t.Context(), 0, time.Hour)
				require.NoError(t, err)
				assertSaid(t, at.want, cues)
			}
		})
	}
}

// TestSubtitlesOfAFileWhileItPlays chooses them, seeks, and chooses others: the picture does not
// stand still for that, and what was seen before a seek is there after it.
func TestSubtitlesOfAFileWhileItPlays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, codec string
		standard    int // MP4 has no track that is not enabled without a reason
	}{{"film.mkv", "srt", -1}, {"film.mp4", "mov_text", 0}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScreen(t, player.Config{})
			s.open(subtitledFilm(t, c.name, c.codec), nil, 0)
			now := s.state(player.Prepared)
			assert.Equal(t, c.standard, now.Subtitle)
			require.NoError(t, s.player.SelectSubtitles(-1))
			text := func(at time.Duration) string {
				all := ""
				for _, c := range s.player.Cues(at) {
					all += c.Text() + "|"
				}
				return all
			}
			assert.Empty(t, text(time.Second))
			require.NoError(t, s.player.SelectSubtitles(0))
			s.play()
			s.until("the first cue", func(player.Snapshot) bool { return text(time.Second) == "Good morning|" })
			require.NoError(t, s.player.SelectSubtitles(1))
			assert.Equal(t, "Guten Morgen|", text(time.Second), "what was loaded shows at once")
			seeks := len(s.player.Snapshot().Stats.Seeks)
			assert.Zero(t, seeks)
			require.NoError(t, s.player.Seek(5200*time.Millisecond))
			s.until("the picture of the seek", func(now player.Snapshot) bool {
				return len(now.Stats.Seeks) == 1 && text(5200*time.Millisecond) == "endlich|"
			})
			assert.Equal(t, "größer|", text(2500*time.Millisecond), "what was seen before the seek stays")
			require.NoError(t, s.player.SelectSubtitles(-1))
			assert.Empty(t, text(5200*time.Millisecond))
			require.ErrorIs(t, s.player.SelectSubtitles(2), player.ErrSubtitles)
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
		})
	}
}

// TestCueThatBeganBefore begins in the middle of a cue: it is shown, though it began before the key
// picture that playback begins with.
func TestCueThatBeganBefore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, codec string }{{"film.mkv", "srt"}, {"film.mp4", "mov_text"}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScreen(t, player.Config{SubtitleLanguage: "en"})
			s.open(subtitledFilm(t, c.name, c.codec), nil, 5500*time.Millisecond)
			s.until("the cue", func(now player.Snapshot) bool {
				cues := s.player.Cues(5500 * time.Millisecond)
				return now.State == player.Prepared && len(cues) == 1 && cues[0].Text() == "at last"
			})
			require.NoError(t, s.player.Seek(1100*time.Millisecond))
			s.until("the cue of the seek", func(now player.Snapshot) bool {
				cues := s.player.Cues(1100 * time.Millisecond)
				return now.State == player.Paused && len(cues) == 1 && cues[0].Text() == "Good morning"
			})
		})
	}
}

// TestSubtitlesBesideAFile finds the files that go with a film, by name, and reads what is chosen.
func TestSubtitlesBesideAFile(t *testing.T) {
	t.Parallel()
	path := subtitledFilm(t, "film.mkv", "srt")
	folder := filepath.Dir(path)
	latin := strings.NewReplacer("ö", "\xf6", "ß", "\xdf").Replace(subRip(german)) // Windows-1252
	script := "[Script Info]\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Bonjour\n"
	for name, text := range map[string]string{
		"film.SRT": subRip(english), "Film.de.forced.srt": latin, "film.fr.ass": script, "film.English.sdh.vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n",
		"film.2.srt": subRip(german), "other.srt": subRip(german), "film.srt.bak": "", "film2.srt": subRip(german), "film.nl.srt": "<html>",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(folder, "film.es.srt"), 0o700))
	s := newScreen(t, player.Config{})
	s.open(path, nil, 0)
	now := s.state(player.Prepared)
	var names []string
	for _, info := range now.Subtitles {
		names = append(names, info.Name)
	}
	assert.Equal(t, []string{"German (Film.de.forced.srt)", "English (film.English.sdh.vtt)", "film.SRT", "French (film.fr.ass)", "Dutch (film.nl.srt)",
		"English: Full (SRT)", "German (SRT, forced)"}, names)
	assert.Equal(t, player.SubtitleInfo{Index: 0, Name: names[0], Language: "de", Forced: true, Codec: "srt", File: filepath.Join(folder, "Film.de.forced.srt")}, now.Subtitles[0])
	assert.True(t, now.Subtitles[1].HearingImpaired)
	assert.Equal(t, 2, now.Subtitle, "the file without a language is shown by itself")
	s.until("it was read", func(player.Snapshot) bool { return len(s.player.Cues(time.Second)) == 1 })
	for i, want := range map[int][]said{0: german, 1: {{1000, 2000, "Hi"}}, 2: english, 3: {{1000, 2000, "Bonjour"}}} {
		require.NoError(t, s.player.SelectSubtitles(i))
		cues, err := s.player.AllCues(t.Context(), 0, time.Hour)
		require.NoError(t, err)
		assertSaid(t, want, cues)
	}
	require.NoError(t, s.player.SelectSubtitles(4))
	now = s.until("it cannot be read", func(now player.Snapshot) bool { return len(now.Notes) > 0 })
	assert.Contains(t, now.Notes[0], "film.nl.srt")
	assert.Contains(t, now.Notes[0], "holds no subtitles")
	assert.NotEqual(t, player.Failed, now.State)
}

// TestGivenSubtitles shows the files that a person names with a film or a stream.
func TestGivenSubtitles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	given := filepath.Join(folder, "any name.de.srt")
	require.NoError(t, os.WriteFile(given, []byte(subRip(german)), 0o600))
	film := subtitledFilm(t, "film.mkv", "srt")
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}})
	main := filepath.Join(stream.Folder, "main.m3u8")
	require.NoError(t, os.WriteFile(main, []byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000\nindex.m3u8\n"), 0o600))
	for _, c := range []struct {
		name, source, language string
		want                   []said
	}{
		{"a file", film, "", german},
		{"a file, off", film, "off", nil},
		{"a file, in another language", film, "en", english},
		{"a file, in a language that there is not", film, "fr", german},
		{"a media playlist", filepath.Join(stream.Folder, "index.m3u8"), "", german},
		{"a multivariant playlist", main, "", german},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScreen(t, player.Config{FreeRun: true, SubtitleLanguage: c.language})
			resource, err := player.NewMediaResource(c.source, nil)
			require.NoError(t, err)
			require.NoError(t, s.player.ReplaceCurrentResource(resource.WithSubtitles(given)))
			require.NoError(t, s.player.PrepareToPlay(0))
			s.play()
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			cues, err := s.player.AllCues(t.Context(), 0, time.Hour)
			require.NoError(t, err)
			assertSaid(t, c.want, cues)
		})
	}
}
