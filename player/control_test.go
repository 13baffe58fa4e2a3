package player_test

import (
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

// film is what the control tests play: 4 s at 25 pictures a second, a key picture each second.
var film = mediatest.Spec{Video: "h264", Audio: "aac", Frames: 100}

// frameTime is the time between two pictures of film.
const frameTime = time.Second / 25

// TestSeekIsExact seeks while paused: the picture shown is the one at the asked time, in HLS and in files
// with and without an index.
func TestSeekIsExact(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: film})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder), Encryption: networktest.Encryption{On: true}})
	ts := film
	ts.Container = "ts"
	mkv := film
	mkv.Container = "mkv"
	sources := map[string]string{
		"hls": origin.URL("index.m3u8"), "local hls": stream.Playlist, "mp4": stream.Source,
		"ts": mediatest.Make(t, ts), "mkv": mediatest.Make(t, mkv),
		"mp4 by ranges": newOrigin(t, networktest.Options{FS: os.DirFS(filepath.Dir(stream.Source))}).URL(filepath.Base(stream.Source)),
	}
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t, player.Config{})
			s.open(source, nil, 0)
			s.state(player.Prepared)
			s.until("the first picture", func(player.Snapshot) bool { return len(s.shown) == 1 })
			start := s.shown[0]
			assert.Less(t, start, 2*frameTime)
			for _, frame := range []int{30, 1, 99, 24, 25, 0, 60} {
				at := start + time.Duration(frame)*frameTime
				s.shown = nil
				require.NoError(t, s.player.Seek(at+frameTime/2))
				s.until("a picture", func(now player.Snapshot) bool { return len(s.shown) == 1 && now.State != player.Seeking })
				assert.InDelta(t, float64(at), float64(s.shown[0]), float64(time.Millisecond), "frame %d", frame)
			}
			assert.Equal(t, player.Paused, s.player.Snapshot().State)
			s.until("seven seeks timed", func(now player.Snapshot) bool { return len(now.Stats.Seeks) == 7 })
		})
	}
}

// TestTheLastWishWins asks to pause and to play while a seek is on its way.
func TestTheLastWishWins(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: film})
	s := newScreen(t, player.Config{})
	s.open(stream.Playlist, nil, 0)
	require.NoError(t, s.player.Play())
	s.state(player.Playing)
	require.NoError(t, s.player.Seek(time.Second))
	require.NoError(t, s.player.Pause())
	s.state(player.Paused)
	require.NoError(t, s.player.Seek(2*time.Second))
	require.NoError(t, s.player.Play())
	s.state(player.Playing)
}

// TestSeekBeyondTheEnd shows the last picture.
func TestSeekBeyondTheEnd(t *testing.T) {
	t.Parallel()
	s := newScreen(t, player.Config{})
	s.open(mediatest.Make(t, film), nil, 0)
	s.state(player.Prepared)
	s.shown = nil
	require.NoError(t, s.player.Seek(time.Hour))
	s.until("the last picture", func(player.Snapshot) bool { return len(s.shown) == 1 })
	assert.Equal(t, 99*frameTime, s.shown[0])
}

// TestFromStartToEndAndAgain plays, pauses, goes on at double speed to the end, and starts over.
func TestFromStartToEndAndAgain(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: film})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder), Encryption: networktest.Encryption{On: true}})
	s := newScreen(t, player.Config{})
	events, unsubscribe := s.player.Subscribe(64)
	defer unsubscribe()
	s.open(origin.URL("index.m3u8"), nil, 0)
	require.NoError(t, s.player.Play())
	s.until("half a second", func(now player.Snapshot) bool { return now.Position > 500*time.Millisecond })
	require.NoError(t, s.player.Pause())
	paused := s.state(player.Paused).Position
	require.NoError(t, s.player.SetSpeed(2))
	assert.InDelta(t, float64(paused), float64(s.player.Snapshot().Position), float64(50*time.Millisecond))
	require.NoError(t, s.player.Play())
	end := s.state(player.Complete)
	assert.Equal(t, 4*time.Second, end.Position)
	assert.Equal(t, 100, end.Stats.Frames.Decoded)
	assert.IsIncreasing(t, s.shown)
	require.NoError(t, s.player.Play())
	s.until("it plays again", func(now player.Snapshot) bool {
		return now.State == player.Playing && now.Position > 200*time.Millisecond && now.Position < time.Second
	})

	var kinds []player.EventKind
	for len(events) > 0 {
		e := <-events
		switch e.Kind {
		case player.StateChanged:
			kinds = append(kinds, player.EventKind(e.State.String()))
		case player.FirstFrame: // the first picture may be there before enough is loaded to play
		default:
			kinds = append(kinds, e.Kind)
		}
	}
	require.Greater(t, len(kinds), 7)
	assert.Equal(t, []player.EventKind{"initializing", player.ItemCreated, "initialized", "preparing",
		player.TimelineUpdated, "prepared", "playing"}, kinds[:7])
}

// TestSignInInMidPlay has a session end while its stream plays: playback goes on after new cookies, at
// the same position, with every picture shown once.
func TestSignInInMidPlay(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: film})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder),
		Encryption: networktest.Encryption{On: true, RotateEvery: 1},
		Gates:      []networktest.Gate{{Class: network.ClassKey, Name: "session", Value: "new"}}})
	c := network.NewConfiguration()
	c.CookieHeaders.SetValue("session", "old")
	s := newScreen(t, player.Config{})
	s.open(origin.URL("index.m3u8"), c, 0)
	require.NoError(t, s.player.Play())
	wanting := s.state(player.NeedsSignIn)
	require.NotNil(t, wanting.SignIn)
	assert.Equal(t, "key", wanting.SignIn.Class)

	var renewed network.Metadata
	renewed.SetValue("session", "new")
	require.NoError(t, s.player.UpdateCookies(renewed))
	s.until("a second", func(now player.Snapshot) bool { return now.Position > time.Second })
	end := s.state(player.Complete)
	assert.Nil(t, end.SignIn)
	assert.Equal(t, 100, end.Stats.Frames.Decoded)
	assert.IsIncreasing(t, s.shown)
}

// TestRefusedInTheMiddleKeepsThePicture has the third key refused: what is there is played, and only
// then the sign-in is asked for, where playback goes on afterwards.
func TestRefusedInTheMiddleKeepsThePicture(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: film})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder),
		Encryption: networktest.Encryption{On: true, RotateEvery: 1}})
	remove := origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassKey}, Path: keyPath(t, origin, "index.m3u8", 2),
		Effect: networktest.Status(401)})
	s := newScreen(t, player.Config{})
	s.open(origin.URL("index.m3u8"), nil, 0)
	require.NoError(t, s.player.Play())
	wanting := s.state(player.NeedsSignIn)
	assert.InDelta(t, float64(2*time.Second), float64(wanting.Position), float64(150*time.Millisecond))
	remove()
	require.NoError(t, s.player.UpdateCookies(network.Metadata{}))
	end := s.state(player.Complete)
	assert.Equal(t, 100, end.Stats.Frames.Decoded)
	assert.IsIncreasing(t, s.shown)
}

// TestReplaceAtAnyTime replaces the resource in every phase, and leaves nothing behind.
func TestReplaceAtAnyTime(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: film})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder), Encryption: networktest.Encryption{On: true}})
	s := newScreen(t, player.Config{})
	for _, phase := range []player.State{player.Initialized, player.Preparing, player.Prepared, player.Playing} {
		s.open(origin.URL("index.m3u8"), nil, 0)
		if phase == player.Playing {
			require.NoError(t, s.player.Play())
		}
		if phase > player.Preparing {
			s.state(phase)
		}
		if phase == player.Playing {
			require.NoError(t, s.player.Seek(2*time.Second))
		}
	}
	s.open(stream.Source, nil, 3*time.Second)
	require.NoError(t, s.player.Play())
	s.shown = nil
	s.state(player.Complete)
	require.NotEmpty(t, s.shown)
	assert.Equal(t, 3*time.Second, s.shown[0])
	require.NoError(t, s.player.Reset())
	assert.Equal(t, player.Idle, s.player.Snapshot().State)
}

// TestSoundAlone plays what has no picture.
func TestSoundAlone(t *testing.T) {
	t.Parallel()
	spec := mediatest.Spec{Audio: "mp3", Container: "mp3", Frames: 25}
	s := newScreen(t, player.Config{})
	s.open(mediatest.Make(t, spec), nil, 0)
	require.NoError(t, s.player.Play())
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	assert.Empty(t, end.Video.Codec)
	assert.Equal(t, "mp3", end.Audio.Codec)
	assert.InDelta(t, float64(time.Second), float64(end.Position), float64(100*time.Millisecond))
}

// TestPictureAlone plays what has no sound, by the same clock.
func TestPictureAlone(t *testing.T) {
	t.Parallel()
	s := newScreen(t, player.Config{})
	s.open(mediatest.Make(t, mediatest.Spec{Video: "h264", Frames: 25}), nil, 0)
	require.NoError(t, s.player.Play())
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	assert.Equal(t, 25, end.Stats.Frames.Decoded)
	assert.Equal(t, time.Second, end.Position)
}
