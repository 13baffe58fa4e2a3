package player_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// filmSpec says how a film with sounds in two languages is written.
type filmSpec struct {
	name   string
	codec  string // of the sounds
	sounds []player.SoundInfo
}

var filmSpecs = []filmSpec{
	{"film.mkv", "flac", []player.SoundInfo{
		{Index: 0, Name: "German: Die Regie (FLAC, mono, commentary)", Language: "de", Channels: "1", Title: "Die Regie", Codec: "flac", Commentary: true},
		{Index: 1, Name: "English (FLAC, stereo, default)", Language: "en", Channels: "2", Codec: "flac", Default: true},
		{Index: 2, Name: "German: Deutsch (FLAC, mono)", Language: "de", Channels: "1", Title: "Deutsch", Codec: "flac"},
	}},
	{"film.mp4", "aac", []player.SoundInfo{
		{Index: 0, Name: "German (AAC, mono, commentary)", Language: "de", Channels: "1", Codec: "aac", Commentary: true},
		{Index: 1, Name: "English (AAC, stereo, default)", Language: "en", Channels: "2", Codec: "aac", Default: true},
		{Index: 2, Name: "German (AAC, mono)", Language: "de", Channels: "1", Codec: "aac"},
	}},
}

// makeFilm makes a film of eight seconds with three sounds of different pitch.
func makeFilm(t *testing.T, spec filmSpec) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), spec.name)
	mediatest.FFmpeg(t, "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25,trim=end_frame=200",
		"-f", "lavfi", "-i", "sine=frequency=300:sample_rate=48000:duration=8",
		"-f", "lavfi", "-i", "sine=frequency=500:sample_rate=48000:duration=8,aformat=channel_layouts=stereo",
		"-f", "lavfi", "-i", "sine=frequency=700:sample_rate=44100:duration=8",
		"-map", "0:v", "-map", "1:a", "-map", "2:a", "-map", "3:a", "-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-pix_fmt", "yuv420p",
		// The noise that AAC substitutes depends on all that was decoded before.
		"-c:a", spec.codec, "-aac_pns", "0", "-fflags", "+bitexact", "-flags", "+bitexact", "-metadata:s:a:0", "language=ger", "-metadata:s:a:0", "title=Die Regie", "-disposition:a:0", "comment",
		"-metadata:s:a:1", "language=eng", "-disposition:a:1", "default", "-metadata:s:a:2", "language=deu", "-metadata:s:a:2", "title=Deutsch",
		"-disposition:a:2", "0", path)
	return path
}

// TestSoundsOfAFile lists the sounds of a file, and plays the one that is preferred: that of the
// language, which is no commentary, or the file's default.
func TestSoundsOfAFile(t *testing.T) {
	t.Parallel()
	for _, spec := range filmSpecs {
		path := makeFilm(t, spec)
		origin := newOrigin(t, networktest.Options{FS: os.DirFS(filepath.Dir(path))})
		for _, c := range []struct {
			source, language string
			want             int
		}{{path, "", 1}, {path, "de", 2}, {path, "deu-AT", 2}, {path, "fr", 1}, {origin.URL(spec.name), "de", 2}} {
			t.Run(fmt.Sprintf("%s %q %t", spec.name, c.language, c.source == path), func(t *testing.T) {
				t.Parallel()
				var pictures, sounds bytes.Buffer
				video, audio := report.NewHashes(&pictures), report.NewHashes(&sounds)
				s := newScreen(t, player.Config{FreeRun: true, AudioLanguage: c.language, VideoTap: video.Video, AudioTap: audio.Audio})
				s.open(c.source, network.NewConfiguration(), 0)
				s.play()
				end := s.ended()
				require.Equal(t, player.Complete, end.State, "%v", end.Error)
				require.NoError(t, video.Flush())
				require.NoError(t, audio.Flush())
				assert.Equal(t, spec.sounds, end.Sounds)
				assert.Equal(t, c.want, end.Sound)
				assertFrames(t, mediatest.FrameMD5(t, path, mediatest.Video), lines(t, &pictures), 0)
				assertFrames(t, mediatest.FrameMD5Of(t, path, mediatest.Audio, end.Sound), lines(t, &sounds), time.Millisecond) // a tick of Matroska
			})
		}
	}
}

// TestTrackOfAFile is chosen by its number, before any language; one that there is not is noted.
func TestTrackOfAFile(t *testing.T) {
	t.Parallel()
	film, texts := makeFilm(t, filmSpecs[0]), subtitledFilm(t, "film.mkv", "ass")
	play := func(t *testing.T, source string, config player.Config) player.Snapshot {
		t.Helper()
		config.FreeRun = true
		s := newScreen(t, config)
		s.open(source, nil, 0)
		s.play()
		end := s.ended()
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		return end
	}
	for number, want := range map[int]int{1: 0, 2: 1, 3: 2} {
		assert.Equal(t, want, play(t, film, player.Config{AudioLanguage: "de", AudioTrack: number}).Sound)
	}
	for number, want := range map[int]int{1: 0, 2: 1} {
		assert.Equal(t, want, play(t, texts, player.Config{SubtitleLanguage: "de", SubtitleTrack: number}).Subtitle)
	}
	end := play(t, film, player.Config{AudioLanguage: "de", AudioTrack: 4, SubtitleTrack: 1})
	assert.Equal(t, 2, end.Sound)
	assert.Equal(t, -1, end.Subtitle)
	assert.Equal(t, []string{"The file has no sound 4: there are 3.", "The file has no subtitles 1 that can be shown."}, end.Notes)
	_, err := player.New(player.Config{AudioTrack: -1})
	require.ErrorIs(t, err, player.ErrConfig)
}

// TestAnotherSoundOfAFile is chosen in mid-play: from there on pictures and sound are those of the
// file with that sound, up to the end, and what comes next is in its language.
func TestAnotherSoundOfAFile(t *testing.T) {
	t.Parallel()
	for _, spec := range filmSpecs {
		t.Run(spec.name, func(t *testing.T) {
			t.Parallel()
			path := makeFilm(t, spec)
			var pictures, sounds bytes.Buffer
			video, audio := report.NewHashes(&pictures), report.NewHashes(&sounds)
			s := newScreen(t, player.Config{VideoTap: video.Video, AudioTap: audio.Audio})
			s.open(path, nil, 0)
			require.ErrorIs(t, s.player.SelectSound(3), player.ErrSound)
			s.play()
			s.until("it plays", func(now player.Snapshot) bool {
				return now.State == player.Playing && now.Position > 1500*time.Millisecond
			})
			require.NoError(t, s.player.SelectSound(2))
			now := s.until("it is German", func(now player.Snapshot) bool { return now.Sound == 2 && now.Audio.SampleRate == 44100 })
			assert.Equal(t, "de", now.Sounds[now.Sound].Language)
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			require.NoError(t, video.Flush())
			require.NoError(t, audio.Flush())
			assertGoesOn(t, mediatest.FrameMD5(t, path, mediatest.Video), lines(t, &pictures))
			heard := lines(t, &sounds)
			german := mediatest.FrameMD5Of(t, path, mediatest.Audio, 2)
			from := assertGoesOn(t, german, heard)
			english := mediatest.FrameMD5Of(t, path, mediatest.Audio, 1)
			for i := range heard[:from-1] { // the first that is German begins within a frame
				require.Equal(t, english[i].MD5, heard[i].md5, "sound %d", i)
			}
			assert.InDelta(t, 1.5, german[len(german)-len(heard)+from].PTS.Seconds(), 1, "it goes on where it stood")

			t.Run("the next file", func(t *testing.T) {
				s.open(path, nil, 0)
				s.state(player.Prepared)
				assert.Equal(t, "de", s.player.Snapshot().Sounds[s.player.Snapshot().Sound].Language)
			})
		})
	}
}

// assertGoesOn looks for the last frames of want at the end of got, as many as there are without a
// gap, and returns where in got they begin. There must be five seconds of them.
func assertGoesOn(t *testing.T, want []mediatest.Frame, got []line) int {
	t.Helper()
	n := 0
	for n < min(len(want), len(got)) && want[len(want)-1-n].MD5 == got[len(got)-1-n].md5 {
		require.InDelta(t, float64(want[len(want)-1-n].PTS-want[0].PTS), float64(got[len(got)-1-n].pts), float64(time.Millisecond+2*time.Microsecond)) // a tick of Matroska
		n++
	}
	require.Greater(t, want[len(want)-1].PTS-want[len(want)-max(n, 1)].PTS, 5*time.Second, "%d of %d frames", n, len(want))
	return len(got) - n
}
