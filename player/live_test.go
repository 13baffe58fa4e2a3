package player_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync/atomic"
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

// programme is a title of four seconds that is broadcast.
var programme = mediatest.Spec{Video: "h264", Audio: "aac", Frames: 100}

// broadcast serves the title in a folder live.
func broadcast(t *testing.T, folder string, b networktest.Broadcast) *networktest.Origin {
	t.Helper()
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(folder)})
	origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassPlaylist}, Effect: b.Effect()})
	return origin
}

// TestLive watches a broadcast until it ends, over the title's end and its new beginning.
func TestLive(t *testing.T) {
	t.Parallel()
	for name, fragmented := range map[string]bool{"ts": false, "fmp4": true} {
		t.Run(name, func(t *testing.T) {
			stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme, Fragmented: fragmented})
			origin := broadcast(t, stream.Folder, networktest.Broadcast{Began: time.Now().Add(-7500 * time.Millisecond), Window: 6, Ends: 13, First: 40, Dates: true})
			var pictures bytes.Buffer
			video := report.NewHashes(&pictures)
			s := newScreen(t, player.Config{VideoTap: video.Video})
			s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), 0)
			s.play()
			now := s.until("it plays", func(now player.Snapshot) bool {
				return now.State == player.Playing && now.Position > 0 && !now.Buffering
			})
			assert.True(t, now.Live)
			assert.True(t, now.AtLive)
			assert.Zero(t, now.Duration)
			assert.Equal(t, player.Range{End: 6 * time.Second}, now.Window)
			assert.InDelta(t, 3, now.LivePoint.Seconds(), 0.01, "the hold-back of three target durations")
			assert.InDelta(t, 3, now.Position.Seconds(), 0.5)
			assert.InDelta(t, 3.5, now.Latency.Seconds(), 1)
			assert.WithinDuration(t, time.Now().Add(-now.Latency), now.Date, 1500*time.Millisecond)

			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.False(t, end.Live)
			assert.Equal(t, 12*time.Second, end.Duration, "the thirteenth segment ends twelve seconds after the window's first began")
			assert.Zero(t, end.Stats.Rebuffers)
			require.NoError(t, video.Flush())
			source := mediatest.FrameMD5(t, stream.Source, mediatest.Video)
			got := lines(t, &pictures)
			require.NotEmpty(t, got)
			for i, picture := range got {
				at := 3*time.Second + time.Duration(i)*40*time.Millisecond
				assert.InDelta(t, at.Seconds(), picture.pts.Seconds(), 0.001, "picture %d", i)
				assert.Equal(t, source[i%len(source)].MD5, picture.md5, "picture %d", i)
			}
			assert.Len(t, got, 9*25)
		})
	}
}

// TestInTheWindow goes back in a live stream, and forward to the live point again.
func TestInTheWindow(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme})
	origin := broadcast(t, stream.Folder, networktest.Broadcast{Began: time.Now().Add(-20 * time.Second)})
	s := newScreen(t, player.Config{})
	require.Error(t, s.player.GoLive(), "nothing is live yet")
	s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), -12*time.Second)
	s.play()
	playing := func(now player.Snapshot) bool { return now.State == player.Playing && !now.Buffering }
	now := s.until("it plays", playing)
	assert.InDelta(t, 8, now.Position.Seconds(), 1.5, "12 s before the edge")
	assert.False(t, now.AtLive)
	require.NoError(t, s.player.Seek(time.Second))
	now = s.until("it plays from the start", playing)
	assert.InDelta(t, 1, now.Position.Seconds(), 1)
	require.NoError(t, s.player.GoLive())
	now = s.until("it plays live", playing)
	assert.True(t, now.AtLive)
	assert.InDelta(t, now.LivePoint.Seconds(), now.Position.Seconds(), 1.5)
	require.NoError(t, s.player.Seek(time.Hour))
	now = s.until("it plays live again", playing)
	assert.InDelta(t, now.LivePoint.Seconds(), now.Position.Seconds(), 1.5, "beyond the live point there is nothing to play")
}

// TestAPauseLongerThanTheWindow goes on where the stream still is.
func TestAPauseLongerThanTheWindow(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme})
	origin := broadcast(t, stream.Folder, networktest.Broadcast{Began: time.Now().Add(-20 * time.Second), Window: 4})
	s := newScreen(t, player.Config{InitialBuffer: 500 * time.Millisecond, PlaybackBuffer: time.Second})
	s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), 0)
	s.play()
	now := s.until("it plays", func(now player.Snapshot) bool { return now.State == player.Playing && !now.Buffering })
	require.NoError(t, s.player.Pause())
	paused := now.Position
	s.until("the window has gone past", func(now player.Snapshot) bool { return now.Window.Start > paused+4*time.Second })
	assert.Less(t, s.player.Snapshot().Position, paused+time.Second)
	require.NoError(t, s.player.Play())
	now = s.until("it plays on", func(now player.Snapshot) bool {
		return now.State == player.Playing && !now.Buffering && now.Position >= now.Window.Start
	})
	assert.NotEmpty(t, now.Notes)
	assert.Greater(t, now.Position, paused+4*time.Second, "what it paused at is gone")
	assert.LessOrEqual(t, now.Position, now.Window.End)
}

// TestTheNetworkIsAwayForAWhile plays on by itself when it is back, a title and a live stream, without a picture missing of the title.
func TestTheNetworkIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 200}})
	small := player.Config{InitialBuffer: 500 * time.Millisecond, PlaybackBuffer: time.Second}
	for name, live := range map[string]bool{"title": false, "live": true} {
		t.Run(name, func(t *testing.T) {
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
			if live {
				origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassPlaylist}, Effect: networktest.Broadcast{Began: time.Now().Add(-20 * time.Second)}.Effect()})
			}
			s := newScreen(t, small)
			s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), 0)
			s.play()
			s.until("it plays", func(now player.Snapshot) bool {
				return now.State == player.Playing && !now.Buffering && now.Position > 0
			})
			back := origin.Inject(networktest.Fault{Effect: networktest.Reset(0)})
			s.until("it stands still", func(now player.Snapshot) bool { return now.Buffering && now.Offline })
			back()
			s.until("it plays on", func(now player.Snapshot) bool {
				return now.State == player.Playing && !now.Buffering && !now.Offline
			})
			if !live {
				end := s.ended()
				require.Equal(t, player.Complete, end.State, "%v", end.Error)
				assert.Equal(t, 200, end.Stats.Frames.Decoded)
			}
		})
	}
}

// TestLiveInSeveralVariants holds the window while another variant is loaded than the one that was opened, and the sound of its own playlist.
func TestLiveInSeveralVariants(t *testing.T) {
	t.Parallel()
	stream := makeRungs(t, false, 160, 320, 480)
	origin := broadcast(t, stream.folder, networktest.Broadcast{Began: time.Now().Add(-20 * time.Second), Window: 10, Dates: true})
	s := newScreen(t, player.Config{})
	s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
	s.play()
	s.until("the highest is shown", func(now player.Snapshot) bool { return now.Variant == 2 })
	begins := s.player.Snapshot().Window.Start
	now := s.until("the window slides", func(now player.Snapshot) bool { return now.Window.Start >= begins+3*time.Second })
	assert.InDelta(t, 10, (now.Window.End - now.Window.Start).Seconds(), 0.1)
	assert.InDelta(t, 4, now.Latency.Seconds(), 1.5)
	assert.Zero(t, now.Stats.Rebuffers)
	require.NoError(t, s.player.SelectVariant(0))
	now = s.until("the lowest is shown", func(now player.Snapshot) bool { return now.Variant == 0 && now.Video.Width == 160 })
	assert.InDelta(t, 4, now.Latency.Seconds(), 1.5)
	assert.Zero(t, now.Stats.Rebuffers)
}

// TestLiveFaults has things go wrong twice, and plays on.
func TestLiveFaults(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme})
	old := networktest.Broadcast{Began: time.Now().Add(-10 * time.Second), Window: 6, Now: func() time.Time { return time.Now().Add(-5 * time.Second) }}
	for name, fault := range map[string]networktest.Fault{
		"no playlist":           {Classes: []network.Class{network.ClassPlaylist}, Effect: networktest.Status(http.StatusNotFound)},
		"a server that is down": {Classes: []network.Class{network.ClassPlaylist}, Effect: networktest.Reset(0)},
		"a web page":            {Classes: []network.Class{network.ClassPlaylist}, Effect: networktest.WebPage()},
		"an old playlist":       {Classes: []network.Class{network.ClassPlaylist}, Effect: old.Effect()},
		"no segment":            {Classes: []network.Class{network.ClassSegment}, Effect: networktest.Status(http.StatusNotFound)},
		"a cut segment":         {Classes: []network.Class{network.ClassSegment}, Effect: networktest.Cut(5000, true)},
	} {
		t.Run(name, func(t *testing.T) {
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
			s := newScreen(t, player.Config{})
			live := networktest.Broadcast{Began: time.Now().Add(-10 * time.Second), Window: 6}
			calm := origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassPlaylist}, Effect: live.Effect()})
			s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), 0)
			s.play()
			now := s.until("it plays", func(now player.Snapshot) bool {
				return now.State == player.Playing && !now.Buffering && now.Position > 0
			})
			calm()
			fault.Times = 2
			origin.Inject(fault)
			origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassPlaylist}, Effect: live.Effect()})
			goal := now.Position + 6*time.Second
			now = s.until("it plays on", func(now player.Snapshot) bool { return now.Position > goal || now.State == player.Failed })
			require.Equal(t, player.Playing, now.State, "%v", now.Error)
			assert.True(t, now.Live)
		})
	}
}

// TestLowLatency plays parts as they are made: less than three seconds behind, every picture once.
//
// Serial: it measures time, and needs the processor for itself.
func TestLowLatency(t *testing.T) {
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme})
	origin := broadcast(t, stream.Folder, networktest.Broadcast{Began: time.Now().Add(-9500 * time.Millisecond), Window: 6, Blocks: true, Parts: 3, Dates: true, Ends: 18})
	var pictures bytes.Buffer
	video := report.NewHashes(&pictures)
	s := newScreen(t, player.Config{VideoTap: video.Video})
	s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), 0)
	s.play()
	now := s.until("it plays", func(now player.Snapshot) bool {
		return now.State == player.Playing && !now.Buffering && now.Position > 0
	})
	goal := now.Position + 4*time.Second
	now = s.until("it plays on", func(now player.Snapshot) bool { return now.Position > goal })
	assert.Less(t, now.Latency, 3*time.Second)
	assert.True(t, now.AtLive)
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	assert.LessOrEqual(t, end.Stats.Rebuffers, 1)
	require.NoError(t, video.Flush())
	source := mediatest.FrameMD5(t, stream.Source, mediatest.Video)
	got := lines(t, &pictures)
	require.Greater(t, len(got), 150)
	for i, picture := range got {
		if i > 0 {
			assert.InDelta(t, (got[i-1].pts + 40*time.Millisecond).Seconds(), picture.pts.Seconds(), 0.002, "picture %d", i)
		}
		// The window's first segment is the title's fourth.
		at := int((picture.pts+3*time.Second+20*time.Millisecond)/(40*time.Millisecond)) % len(source)
		assert.Equal(t, source[at].MD5, picture.md5, "picture %d at %v", i, picture.pts)
	}
	parts := 0
	for _, request := range origin.Requests() {
		if request.Header.Get("Range") != "" {
			parts++
		}
	}
	assert.Greater(t, parts, 12, "the title is sent again under the same names, which may be another one by now")
}

// TestLiveDurationsThatAreWrong plays a broadcast whose playlist has each segment a seventh too short, or too long: its latency stays.
func TestLiveDurationsThatAreWrong(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme})
	extinf := regexp.MustCompile(`#EXTINF:1\.0+`)
	for name, wrong := range map[string]string{"too short": "#EXTINF:0.85", "too long": "#EXTINF:1.15"} {
		t.Run(name, func(t *testing.T) {
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
			live := networktest.Broadcast{Began: time.Now().Add(-20 * time.Second), Window: 8, Ends: 35}.Effect()
			change := networktest.Rewrite(func(body []byte) []byte { return extinf.ReplaceAll(body, []byte(wrong)) })
			origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassPlaylist}, Effect: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				change(w, r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { live(w, r, next) }))
			}})
			s := newScreen(t, player.Config{})
			s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), 0)
			s.play()
			now := s.until("it plays", func(now player.Snapshot) bool {
				return now.State == player.Playing && !now.Buffering && now.Position > 0
			})
			begin, latency := now.Position, now.Latency
			now = s.until("it plays on", func(now player.Snapshot) bool {
				return now.Position > begin+12*time.Second || now.State != player.Playing
			})
			require.Equal(t, player.Playing, now.State)
			assert.InDelta(t, latency.Seconds(), now.Latency.Seconds(), 1.2)
			assert.True(t, now.AtLive)
			assert.Zero(t, now.Stats.Rebuffers)
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.InDelta(t, end.Duration.Seconds(), s.shown[len(s.shown)-1].Seconds(), 0.5)
		})
	}
}

// TestPreloadHints asks for each part before it is there, of a server that answers when it is, and uses what comes: nothing is asked for twice.
func TestPreloadHints(t *testing.T) {
	t.Parallel()
	long := programme
	long.Frames = 300
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: long})
	list, err := os.ReadFile(stream.Playlist)
	require.NoError(t, err)
	for name, hints := range map[string]networktest.Hint{"with a length": networktest.HintRange, "to the segment's end": networktest.HintOpen} {
		t.Run(name, func(t *testing.T) {
			var early atomic.Int32
			b := networktest.Broadcast{Began: time.Now().Add(-4500 * time.Millisecond), Blocks: true, Parts: 3, Dates: true, Ends: 12, Hints: hints, Early: &early}
			origin := broadcast(t, stream.Folder, b)
			origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Effect: b.RequestEffect(list)})
			var pictures bytes.Buffer
			video := report.NewHashes(&pictures)
			s := newScreen(t, player.Config{VideoTap: video.Video})
			s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), time.Millisecond)
			s.play()
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			require.NoError(t, video.Flush())
			assertFrames(t, mediatest.FrameMD5(t, stream.Source, mediatest.Video), lines(t, &pictures), time.Microsecond)
			asked := make(map[string]int)
			for _, r := range origin.Requests(network.ClassSegment) {
				asked[r.Path+" "+r.Range()]++
			}
			for what, times := range asked {
				assert.Equal(t, 1, times, what)
			}
			assert.Greater(t, early.Load(), int32(5))
			if hints == networktest.HintOpen {
				assert.Less(t, len(asked), 24, "one request has all parts of a segment: there are 36 parts")
			}
		})
	}
}

// TestAFileWithoutAnEnd plays to what there is, when nobody writes to it any more.
func TestAFileWithoutAnEnd(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme})
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(stream.Folder)))
	path := filepath.Join(folder, "index.m3u8")
	list, err := os.ReadFile(path)
	require.NoError(t, err)
	open := regexp.MustCompile(`#EXT-X-(ENDLIST|PLAYLIST-TYPE:VOD)\n`).ReplaceAll(list, nil)
	require.NoError(t, os.WriteFile(path, open, 0o600))
	before := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(path, before, before))
	s := newScreen(t, player.Config{FreeRun: true})
	s.open(path, nil, 0)
	s.play()
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	assert.Equal(t, programme.Frames, end.Stats.Frames.Decoded)
	assert.False(t, end.Live)
}
