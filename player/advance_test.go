package player_test

import (
	"bytes"
	"net/http"
	"os"
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

// local returns the resource of a file.
func local(t *testing.T, path string) *player.MediaResource {
	t.Helper()
	r, err := player.NewMediaResource(path, nil)
	require.NoError(t, err)
	return r
}

// begin plays first, with next to follow it by itself.
func (s *screen) begin(first string, next *player.MediaResource) {
	s.t.Helper()
	s.player.SetAdvance(true)
	s.open(first, nil, 0)
	s.play()
	s.until("it plays, and all of that was told", func(now player.Snapshot) bool {
		return now.State == player.Playing && !now.Buffering && now.Stats.FirstFrame > 0
	})
	require.NoError(s.t, s.player.PrepareNext(next, 0))
}

// over plays until the next one ends, or something fails.
func (s *screen) over() player.Snapshot {
	s.t.Helper()
	return s.until("the end of the next one", func(now player.Snapshot) bool {
		return now.Advanced == 1 && now.State == player.Complete || now.State == player.Failed
	})
}

// followed plays first and next, prepared when first plays, to the end of next, and returns all events and the last snapshot.
func followed(t *testing.T, s *screen, first string, next *player.MediaResource) ([]player.Event, player.Snapshot) {
	t.Helper()
	s.begin(first, next)
	events, unsubscribe := s.player.Subscribe(100)
	s.until("the next one ends", func(now player.Snapshot) bool {
		return now.Advanced == 1 && (now.State == player.Complete || now.State == player.NeedsSignIn) || now.State == player.Failed
	})
	unsubscribe()
	var all []player.Event
	for e := range events {
		all = append(all, e)
	}
	return all, s.player.Snapshot()
}

// kinds are those of events.
func kinds(events []player.Event) []player.EventKind {
	list := make([]player.EventKind, len(events))
	for i, e := range events {
		list[i] = e.Kind
	}
	return list
}

// withoutGap are the events of one resource that follows another without a gap, until its end.
var withoutGap = []player.EventKind{player.PlaybackComplete, player.ItemReplaced, player.TimelineUpdated, player.StateChanged, player.PlaybackComplete}

// TestTheNextFollowsWithoutAGap plays one resource behind another, of other containers, codecs, sizes and rates: playback never stands still,
// and each picture and each sound of both is given once.
func TestTheNextFollowsWithoutAGap(t *testing.T) {
	t.Parallel()
	small := mediatest.Spec{Video: "h264", Audio: "aac"}
	large := mediatest.Spec{Video: "hevc", Audio: "ac3", Width: 320, Height: 180, FrameRate: "30", SampleRate: 44100}
	silent := mediatest.Spec{Video: "h264"}
	for _, c := range []struct {
		name       string
		first      mediatest.Spec
		next       mediatest.Spec
		ts, locked bool // of the next one
	}{
		{name: "fMP4 after fMP4", first: small, next: small},
		{name: "TS with other codecs after fMP4", first: small, next: large, ts: true},
		{name: "with a key of its own", first: small, next: small, locked: true},
		{name: "without sound after sound", first: small, next: silent},
		{name: "sound after silence", first: silent, next: small},
	} {
		t.Run(c.name, func(t *testing.T) {
			first := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: c.first, Fragmented: true})
			next := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: c.next, Fragmented: !c.ts})
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(first.Folder)})
			second, resource := nextOf(t, next, c.locked)
			var pictures, sound bytes.Buffer
			video, audio := report.NewHashes(&pictures), report.NewHashes(&sound)
			s := newScreen(t, player.Config{VideoTap: video.Video, AudioTap: audio.Audio})
			events, end := followed(t, s, origin.URL("index.m3u8"), resource)

			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.Equal(t, withoutGap, kinds(events))
			assert.Equal(t, second.URL("index.m3u8"), end.Source)
			assert.Zero(t, end.Stats.Rebuffers)
			require.NoError(t, video.Flush())
			firstPictures, nextPictures := mediatest.FrameMD5(t, first.Source, mediatest.Video), mediatest.FrameMD5(t, next.Source, mediatest.Video)
			given := lines(t, &pictures)
			require.Len(t, given, len(firstPictures)+len(nextPictures))
			assertFrames(t, firstPictures, given[:len(firstPictures)], 0)
			assertFrames(t, nextPictures, given[len(firstPictures):], 0)
			assert.Equal(t, len(nextPictures), end.Stats.Frames.Decoded, "those before are not counted")
			assert.Equal(t, len(nextPictures), end.Stats.Frames.Shown+end.Stats.Frames.Dropped)
			require.NoError(t, audio.Flush())
			heard := lines(t, &sound)
			for i := 1; i < len(heard); i++ {
				if heard[i].pts < heard[i-1].pts {
					heard = heard[i:]
					break
				}
			}
			if c.next.Audio != "" {
				assert.InDelta(t, nextPictures[len(nextPictures)-1].PTS, heard[len(heard)-1].pts, float64(60*time.Millisecond), "of the next one")
			}
			assert.NotContains(t, sound.String(), canary)
		})
	}
}

// TestTheNextOfFilesFollows plays a file behind another, at another speed, and from within.
func TestTheNextOfFilesFollows(t *testing.T) {
	t.Parallel()
	file := mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac"})
	t.Run("with the clock", func(t *testing.T) {
		s := newScreen(t, player.Config{})
		events, end := followed(t, s, file, local(t, file))
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		assert.Equal(t, withoutGap, kinds(events))
		pictures := mediatest.FrameMD5(t, file, mediatest.Video)
		require.GreaterOrEqual(t, len(s.shown), len(pictures), "some of the first were shown before")
		assert.Equal(t, end.Duration, end.Position)
	})
	t.Run("from within", func(t *testing.T) {
		s := newScreen(t, player.Config{})
		s.player.SetAdvance(true)
		s.open(file, nil, time.Second)
		s.play()
		require.NoError(t, s.player.PrepareNext(local(t, file), 1600*time.Millisecond))
		end := s.over()
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		assert.Equal(t, 10, end.Stats.Frames.Decoded)
		assert.Contains(t, s.shown, 1600*time.Millisecond)
	})
	t.Run("faster", func(t *testing.T) {
		s := newScreen(t, player.Config{})
		require.NoError(t, s.player.SetSpeed(2))
		events, end := followed(t, s, file, local(t, file))
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		assert.Equal(t, withoutGap, kinds(events))
	})
}

// TestTheNextFollowsLate goes on with what was not there in time, or is live, as soon as it is.
func TestTheNextFollowsLate(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}, Fragmented: true})
	first := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
	late := func(t *testing.T, s *screen, class network.Class, what string, wanted func(player.Snapshot) bool) player.Snapshot {
		t.Helper()
		second, r := nextOf(t, stream, true)
		let := make(chan struct{})
		second.Inject(networktest.Fault{Classes: []network.Class{class}, Effect: networktest.Hold(let)})
		s.begin(first.URL("index.m3u8"), r)
		s.until(what, wanted)
		assert.Equal(t, second.URL("index.m3u8"), s.player.Snapshot().Source)
		close(let)
		end := s.over()
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		return end
	}
	t.Run("its playlist comes late", func(t *testing.T) {
		late(t, newScreen(t, player.Config{}), network.ClassPlaylist, "the next one is current", func(now player.Snapshot) bool { return now.Advanced == 1 })
	})
	t.Run("its segments come late", func(t *testing.T) {
		end := late(t, newScreen(t, player.Config{}), network.ClassSegment, "it stands still",
			func(now player.Snapshot) bool { return now.Advanced == 1 && now.Buffering })
		assert.Equal(t, 1, end.Stats.Rebuffers)
	})
	t.Run("it wants a sign-in for its key", func(t *testing.T) {
		second, r := nextOf(t, stream, true)
		refuse := second.Inject(networktest.Fault{Classes: []network.Class{network.ClassKey}, Effect: networktest.Status(http.StatusUnauthorized)})
		s := newScreen(t, player.Config{})
		_, now := followed(t, s, first.URL("index.m3u8"), r)
		require.Equal(t, player.NeedsSignIn, now.State, "%v", now.Error)
		require.NotNil(t, now.SignIn)
		assert.Equal(t, player.Code(1001), now.SignIn.Code, now.SignIn.Reason)
		refuse()
		var pairs network.Metadata
		pairs.SetValue("session", canary)
		require.NoError(t, s.player.UpdateCookies(pairs))
		end := s.over()
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
	})
	t.Run("it is not there", func(t *testing.T) {
		second, r := nextOf(t, stream, true)
		second.Inject(networktest.Fault{Effect: networktest.Status(http.StatusNotFound)})
		s := newScreen(t, player.Config{})
		_, end := followed(t, s, first.URL("index.m3u8"), r)
		require.Equal(t, player.Failed, end.State)
		assert.Equal(t, second.URL("index.m3u8"), end.Source)
		assert.Equal(t, 1, end.Advanced)
	})
	t.Run("its segments are not there", func(t *testing.T) {
		second, r := nextOf(t, stream, true)
		second.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Effect: networktest.Status(http.StatusNotFound)})
		s := newScreen(t, player.Config{})
		_, end := followed(t, s, first.URL("index.m3u8"), r)
		require.Equal(t, player.Failed, end.State)
		assert.Equal(t, second.URL("index.m3u8"), end.Source, "the first one was played to its end")
		assert.Equal(t, 1, end.Advanced)
	})
}

// TestTheNextDoesNotFollow takes back what was to follow, at any time before it does.
func TestTheNextDoesNotFollow(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}, Fragmented: true})
	first := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
	ending := func(now player.Snapshot) bool {
		return now.Duration > 0 && now.Position > now.Duration-300*time.Millisecond
	}
	begin := func(t *testing.T, s *screen) (*networktest.Origin, *player.MediaResource) {
		t.Helper()
		second, r := nextOf(t, stream, true)
		s.begin(first.URL("index.m3u8"), r)
		s.until("the end is near", ending)
		require.Zero(t, s.player.Snapshot().Advanced)
		return second, r
	}
	alone := func(t *testing.T, s *screen) {
		t.Helper()
		end := s.until("the end", func(now player.Snapshot) bool {
			return now.State == player.Complete || now.State == player.Failed || now.Advanced > 0
		})
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		assert.Equal(t, first.URL("index.m3u8"), end.Source)
		assert.Zero(t, end.Advanced)
	}
	t.Run("it is switched off", func(t *testing.T) {
		s := newScreen(t, player.Config{})
		begin(t, s)
		s.player.SetAdvance(false)
		alone(t, s)
	})
	t.Run("it is taken back", func(t *testing.T) {
		s := newScreen(t, player.Config{})
		begin(t, s)
		require.NoError(t, s.player.PrepareNext(nil, 0))
		alone(t, s)
	})
	t.Run("another is to follow", func(t *testing.T) {
		s := newScreen(t, player.Config{})
		begin(t, s)
		third, r := nextOf(t, stream, true)
		require.NoError(t, s.player.PrepareNext(r, 0))
		end := s.over()
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		assert.Equal(t, third.URL("index.m3u8"), end.Source)
	})
	t.Run("a seek goes back, and the end comes again", func(t *testing.T) {
		s := newScreen(t, player.Config{})
		second, _ := begin(t, s)
		require.NoError(t, s.player.Seek(time.Second))
		s.until("it is there", func(now player.Snapshot) bool { return now.State == player.Playing && !ending(now) })
		end := s.over()
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		assert.Equal(t, second.URL("index.m3u8"), end.Source)
		assert.Len(t, second.Requests(network.ClassKey), 1, "its session was kept")
	})
	t.Run("paused it waits", func(t *testing.T) {
		s := newScreen(t, player.Config{})
		second, _ := begin(t, s)
		require.NoError(t, s.player.Pause())
		s.state(player.Paused)
		s.play()
		end := s.over()
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		assert.Equal(t, second.URL("index.m3u8"), end.Source)
	})
	t.Run("the player is closed", func(t *testing.T) {
		begin(t, newScreen(t, player.Config{}))
	})
	t.Run("what is to follow is played at once", func(t *testing.T) {
		s := newScreen(t, player.Config{})
		second, r := begin(t, s)
		require.NoError(t, s.player.ReplaceCurrentResource(r))
		require.NoError(t, s.player.PrepareToPlay(0))
		s.play()
		end := s.ended()
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		assert.Equal(t, second.URL("index.m3u8"), end.Source)
		assert.Zero(t, end.Advanced)
	})
}

// TestTheNextIsInTheSameLanguage has what was prepared already follow with the sound and the subtitles that were chosen since.
func TestTheNextIsInTheSameLanguage(t *testing.T) {
	t.Parallel()
	prepared := func(t *testing.T, folder string) *screen {
		t.Helper()
		first, second := newOrigin(t, networktest.Options{FS: os.DirFS(folder)}), newOrigin(t, networktest.Options{FS: os.DirFS(folder)})
		s := newScreen(t, player.Config{})
		s.begin(first.URL("main.m3u8"), local(t, second.URL("main.m3u8")))
		_, err := second.Wait(t.Context(), func(r networktest.Request) bool { return r.Class == network.ClassSegment && r.Done })
		require.NoError(t, err)
		return s
	}
	t.Run("subtitles", func(t *testing.T) {
		s := prepared(t, subtitled(t, true, func(first time.Duration, _ int) (string, time.Duration) { return "", first }))
		require.NoError(t, s.player.SelectSubtitles(1))
		s.until("they are there in the next one", func(now player.Snapshot) bool {
			cues := s.player.Cues(now.Position)
			return now.Advanced == 1 && len(cues) > 0 && cues[0].Text() == "de One"
		})
		require.Equal(t, 1, s.player.Snapshot().Subtitle)
		require.NoError(t, s.player.SelectSubtitles(-1))
		require.Equal(t, player.Complete, s.over().State)
	})
	t.Run("sound", func(t *testing.T) {
		s := prepared(t, dubbed(t))
		require.NoError(t, s.player.SelectSound(1))
		s.until("it is German", func(now player.Snapshot) bool { return now.Sound == 1 && now.State == player.Playing })
		require.NoError(t, s.player.Seek(6*time.Second))
		end := s.over()
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		assert.Equal(t, 1, end.Sound)
		assert.Equal(t, 44100, end.Audio.SampleRate)
	})
}
