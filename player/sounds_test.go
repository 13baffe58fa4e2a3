package player_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
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
)

// dubbed makes a stream with its sound in two languages: English, with the picture, at 48 kHz, and German of its own, at 44.1 kHz.
func dubbed(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, spec := range map[string]mediatest.Spec{
		"main":   {Video: "h264", Audio: "aac", Frames: 200},
		"german": {Audio: "aac", SampleRate: 44100, Frames: 200},
	} {
		stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: spec})
		require.NoError(t, os.CopyFS(filepath.Join(folder, name), os.DirFS(stream.Folder)))
	}
	main := "#EXTM3U\n"
	for _, line := range []string{`NAME="English",LANGUAGE="en",DEFAULT=YES`, `NAME="Deutsch",LANGUAGE="de",CHANNELS="2",URI="german/index.m3u8"`, `NAME="Français",LANGUAGE="fr",URI="none.m3u8"`} {
		main += fmt.Sprintf("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",%s\n", line)
	}
	main += "#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO=\"a\"\nmain/index.m3u8\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), []byte(main), 0o600))
	return folder
}

// TestAnotherSound is chosen in mid-play, back again, and once in vain.
func TestAnotherSound(t *testing.T) {
	t.Parallel()
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(dubbed(t))})
	s := newScreen(t, player.Config{})
	require.ErrorIs(t, s.player.SelectSound(0), player.ErrSound)
	s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
	s.play()
	now := s.until("it plays", func(now player.Snapshot) bool {
		return now.State == player.Playing && now.Position > 500*time.Millisecond
	})
	assert.Equal(t, []player.SoundInfo{{Index: 0, Name: "English", Language: "en"}, {Index: 1, Name: "Deutsch", Language: "de", Channels: "2"}, {Index: 2, Name: "Français", Language: "fr"}}, now.Sounds)
	assert.Equal(t, 0, now.Sound)
	assert.Equal(t, 48000, now.Audio.SampleRate)
	require.ErrorIs(t, s.player.SelectSound(3), player.ErrSound)
	before := now.Position
	require.NoError(t, s.player.SelectSound(1))
	now = s.until("it is German", func(now player.Snapshot) bool {
		return now.Sound == 1 && now.Audio.SampleRate == 44100 && now.State == player.Playing
	})
	assert.InDelta(t, before.Seconds(), now.Position.Seconds(), 1.5, "it goes on where it stood")
	require.NoError(t, s.player.SelectSound(2))
	now = s.until("it stays German", func(now player.Snapshot) bool { return len(now.Notes) > 0 })
	assert.Equal(t, 1, now.Sound)
	assert.Contains(t, now.Notes[0], "Français")
	require.NoError(t, s.player.SelectSound(0))
	s.until("it is English", func(now player.Snapshot) bool { return now.Sound == 0 && now.Audio.SampleRate == 48000 })
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
}

// trilingual makes the stream of dubbed with a playlist for its French sound too, at 32 kHz.
func trilingual(t *testing.T) string {
	t.Helper()
	folder := dubbed(t)
	french := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Audio: "aac", SampleRate: 32000, Frames: 200}})
	require.NoError(t, os.CopyFS(filepath.Join(folder, "french"), os.DirFS(french.Folder)))
	main, err := os.ReadFile(filepath.Join(folder, "main.m3u8"))
	require.NoError(t, err)
	main = bytes.Replace(main, []byte("none.m3u8"), []byte("french/index.m3u8"), 1)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), main, 0o600))
	return folder
}

// TestNewestSoundChoiceWins chooses a second sound while the playlist of the first is loading: the
// request for the first is canceled, and the second is heard to the end.
func TestNewestSoundChoiceWins(t *testing.T) {
	folder := trilingual(t)
	for name, c := range map[string]struct{ second, rate int }{
		"another sound":                 {second: 2, rate: 32000},
		"the sound that is heard":       {second: 0, rate: 48000},
		"the sound that is loading too": {second: 1, rate: 44100},
	} {
		t.Run(name, func(t *testing.T) {
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(folder)})
			release := make(chan struct{})
			origin.Inject(networktest.Fault{Path: "/german/index.m3u8", Effect: networktest.Hold(release)})
			s := newScreen(t, player.Config{})
			s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
			s.state(player.Prepared)
			require.NoError(t, s.player.SelectSound(1))
			_, err := origin.Wait(t.Context(), func(r networktest.Request) bool { return r.Path == "/german/index.m3u8" })
			require.NoError(t, err)
			require.NoError(t, s.player.SelectSound(c.second))
			if c.second != 1 {
				waiting, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				_, err = origin.Wait(waiting, func(r networktest.Request) bool { return r.Path == "/german/index.m3u8" && r.Done })
				cancel()
				require.NoError(t, err, "the first request goes on")
			}
			close(release)
			s.until("the sound is chosen", func(now player.Snapshot) bool { return now.Sound == c.second })
			require.NoError(t, s.player.SetSpeed(4))
			s.play()
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.Equal(t, c.second, end.Sound)
			assert.Equal(t, c.rate, end.Audio.SampleRate)
			assert.Empty(t, end.Notes)
			asked := 0
			for _, r := range origin.Requests(network.ClassPlaylist) {
				if r.Path == "/german/index.m3u8" {
					asked++
				}
			}
			assert.Equal(t, 1, asked)
		})
	}
}

// TestSoundChosenWhilePreparing is heard from the first sample on.
func TestSoundChosenWhilePreparing(t *testing.T) {
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(dubbed(t))})
	release := make(chan struct{})
	origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Effect: networktest.Hold(release)})
	s := newScreen(t, player.Config{})
	s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
	s.until("the sounds are known", func(now player.Snapshot) bool { return len(now.Sounds) == 3 })
	require.NoError(t, s.player.SelectSound(1))
	now := s.until("the sound is chosen", func(now player.Snapshot) bool { return now.Sound == 1 })
	assert.Equal(t, player.Preparing, now.State)
	close(release)
	require.NoError(t, s.player.SetSpeed(4))
	s.play()
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	assert.Equal(t, 44100, end.Audio.SampleRate)
	assert.Empty(t, end.Stats.Seeks)
}

// TestThePreferredSound is taken from the start, where the stream has it.
func TestThePreferredSound(t *testing.T) {
	t.Parallel()
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(dubbed(t))})
	s := newScreen(t, player.Config{FreeRun: true, AudioLanguage: "de-AT"})
	s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
	s.play()
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	assert.Equal(t, 1, end.Sound)
	assert.Equal(t, 44100, end.Audio.SampleRate)
}

// TestSessionKeys asks for keys that the multivariant playlist names, with the cookie, before a segment needs them.
func TestSessionKeys(t *testing.T) { // RFC 8216, 4.3.4.5
	folder := dubbed(t)
	main, err := os.ReadFile(filepath.Join(folder, "main.m3u8"))
	require.NoError(t, err)
	main = append(main, `#EXT-X-SESSION-KEY:METHOD=AES-128,URI="/session.key"`+"\n"+`#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI="skd://1",KEYFORMAT="com.apple.streamingkeydelivery"`+"\n"...)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), main, 0o600))
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(folder), Routes: []networktest.Route{{Path: "/session.key", Class: network.ClassKey, Handler: http.NotFoundHandler()}}})
	s := newScreen(t, player.Config{FreeRun: true})
	c := network.NewConfiguration()
	c.CookieHeaders.SetValue("session", "abc")
	s.open(origin.URL("main.m3u8"), c, 0)
	s.play()
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "a key that nothing needs is no failure: %v", end.Error)
	asked := 0
	for _, request := range origin.Requests() {
		if request.Class == network.ClassKey {
			asked++
			assert.Equal(t, []string{"session"}, request.CookieNames())
		}
	}
	assert.Equal(t, 1, asked)
}

// TestWhatCannotBeHadFromTheStart is left out: a variant whose playlist is not there, and a sound.
func TestWhatCannotBeHadFromTheStart(t *testing.T) {
	t.Parallel()
	folder := dubbed(t)
	main, err := os.ReadFile(filepath.Join(folder, "main.m3u8"))
	require.NoError(t, err)
	main = append([]byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO=\"a\"\ngone.m3u8\n"), main[len("#EXTM3U\n"):]...)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), main, 0o600))
	play := func(t *testing.T, config player.Config) player.Snapshot {
		t.Helper()
		origin := newOrigin(t, networktest.Options{FS: os.DirFS(folder)})
		config.FreeRun = true
		s := newScreen(t, config)
		s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
		s.play()
		return s.ended()
	}
	t.Run("another one plays", func(t *testing.T) {
		end := play(t, player.Config{AudioLanguage: "fr"})
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		assert.Equal(t, 1, end.Variant)
		assert.Equal(t, 0, end.Sound)
		require.Len(t, end.Notes, 2)
		assert.Contains(t, end.Notes[0], "Variant 0")
		assert.Contains(t, end.Notes[1], "Français")
	})
	t.Run("not in the place of one that was asked for", func(t *testing.T) {
		end := play(t, player.Config{Variant: 1})
		require.Equal(t, player.Failed, end.State)
		assert.Equal(t, player.CodeStatus, end.Error.Code)
	})
}

// TestPicturesAlone plays a stream without sound that is longer than the buffer.
func TestPicturesAlone(t *testing.T) {
	t.Parallel()
	for _, fragmented := range []bool{false, true} {
		t.Run(fmt.Sprintf("fMP4 %t", fragmented), func(t *testing.T) {
			t.Parallel()
			stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Fragmented: fragmented, Spec: mediatest.Spec{Video: "h264", Frames: 150}})
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
			s := newScreen(t, player.Config{InitialBuffer: 500 * time.Millisecond, PlaybackBuffer: time.Second})
			s.open(origin.URL("index.m3u8"), nil, 0)
			s.play()
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.Equal(t, 150, end.Stats.Frames.Decoded)
			assert.Zero(t, end.Stats.Rebuffers)
		})
	}
}
