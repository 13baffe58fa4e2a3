package player_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/audio"
	"latchkey/player/frame"
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// withStills makes a presentation of 8 s whose I-frame playlist names, as byte ranges that FFmpeg tells, the key pictures of its own segments.
func withStills(t *testing.T) (folder string, source string) {
	t.Helper()
	made := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 200}})
	folder = t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(made.Folder)))
	require.NoError(t, os.Rename(filepath.Join(folder, "index.m3u8"), filepath.Join(folder, "video.m3u8")))
	list := []string{"#EXTM3U", "#EXT-X-VERSION:4", "#EXT-X-TARGETDURATION:2", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-I-FRAMES-ONLY"}
	for i := range 8 {
		name := fmt.Sprintf("segment%d.ts", i)
		out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pos,flags", "-of", "csv=p=0",
			filepath.Join(folder, name)).Output()
		require.NoError(t, err)
		packets := strings.Fields(string(out))
		require.Contains(t, packets[0], "K")
		// What lies between the picture and the next is not of the picture, and does no harm.
		fields := strings.Split(packets[1], ",")
		end, err := strconv.Atoi(fields[0])
		require.NoError(t, err)
		list = append(list, "#EXTINF:1,", fmt.Sprintf("#EXT-X-BYTERANGE:%d@0", end), name)
	}
	write := func(name string, lines ...string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	}
	write("stills.m3u8", append(list, "#EXT-X-ENDLIST")...)
	write("index.m3u8", "#EXTM3U", `#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=160x90,CODECS="avc1.64000c,mp4a.40.2"`, "video.m3u8",
		`#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=30000,RESOLUTION=160x90,URI="stills.m3u8"`)
	return folder, made.Source
}

// digest is what FFmpeg's framemd5 would say of a picture.
func digest(t *testing.T, picture *frame.Video) string {
	t.Helper()
	var out strings.Builder
	hashes := report.NewHashes(&out)
	hashes.Video(picture)
	require.NoError(t, hashes.Flush())
	fields := strings.Fields(out.String())
	return fields[len(fields)-1]
}

// TestStills compares pictures of an I-frame playlist with what FFmpeg decodes at their places, in the clear and under each encryption.
func TestStills(t *testing.T) {
	t.Parallel()
	folder, source := withStills(t)
	want := mediatest.FrameMD5(t, source, mediatest.Video)
	s := newScreen(t, player.Config{})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(folder)})
	_, err := s.player.Still(t.Context(), 0, 90)
	require.ErrorIs(t, err, player.ErrNoStills)
	s.open(origin.URL("index.m3u8"), nil, 0)
	s.state(player.Prepared)
	require.True(t, s.player.Snapshot().Stills)
	for _, at := range []time.Duration{3500 * time.Millisecond, 0, 7900 * time.Millisecond, 3 * time.Second, time.Hour} {
		picture, err := s.player.Still(t.Context(), at, 90)
		require.NoError(t, err)
		second := min(int(at/time.Second), 7)
		assert.Equal(t, time.Duration(second)*time.Second, picture.PTS)
		assert.Equal(t, want[25*second].MD5, digest(t, picture))
		picture.Release()
	}
	thumbnails := 0
	for _, r := range s.player.Requests() {
		if r.Class == network.ClassThumbnail {
			thumbnails++
		}
	}
	assert.Equal(t, 3, thumbnails, "two of the five were there already")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.player.Still(ctx, 0, 90)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.player.Reset())
	_, err = s.player.Still(t.Context(), 0, 90)
	require.ErrorIs(t, err, player.ErrNoStills)
}

// TestTrickPlay runs through a presentation, forwards and backwards, and goes on from where it has come.
//
// Serial: it measures time, and needs the processor for itself.
func TestTrickPlay(t *testing.T) {
	folder, _ := withStills(t)
	s := newScreen(t, player.Config{})
	require.Error(t, s.player.TrickPlay(4), "nothing is open")
	s.open(filepath.Join(folder, "index.m3u8"), nil, 0)
	s.state(player.Prepared)
	for _, rate := range []int{1, -1, 129, -129} {
		require.Error(t, s.player.TrickPlay(rate))
	}
	require.NoError(t, s.player.TrickPlay(0), "there is nothing to end")
	s.play()
	s.state(player.Playing)
	require.NoError(t, s.player.TrickPlay(2))
	now := s.player.Snapshot()
	assert.Equal(t, player.Paused, now.State)
	assert.Equal(t, 2, now.Trick)
	s.shown = nil
	stills := func() (stills []time.Duration) {
		for _, at := range s.shown {
			if at > 0 && at%time.Second == 0 {
				stills = append(stills, at)
			}
		}
		return stills
	}
	s.until("some pictures", func(player.Snapshot) bool { return len(stills()) >= 3 })
	assert.True(t, slices.IsSorted(s.shown))
	assert.Len(t, slices.Compact(stills()), len(stills()), "each is shown once")
	assert.Less(t, len(s.shown), 20, "the pictures of the I-frame playlist alone")
	require.NoError(t, s.player.Play())
	now = s.state(player.Playing)
	assert.Zero(t, now.Trick)
	assert.GreaterOrEqual(t, now.Position, 3*time.Second)

	require.NoError(t, s.player.TrickPlay(-8))
	s.shown = nil
	s.until("the start", func(now player.Snapshot) bool { return now.Trick == 0 })
	now = s.state(player.Playing)
	assert.Less(t, now.Position, 5*time.Second, "it plays on from there, as it did before")

	require.NoError(t, s.player.TrickPlay(2))
	require.NoError(t, s.player.TrickPlay(32))
	s.until("the end", func(now player.Snapshot) bool { return now.Trick == 0 })
	s.state(player.Complete)
	require.NoError(t, s.player.TrickPlay(-2), "back from the end")
	require.NoError(t, s.player.Pause())
	s.state(player.Paused)
	assert.Zero(t, s.player.Snapshot().Trick)
}

// TestTrickPlayWithoutPictures ends it, and plays on, where the pictures cannot be had.
func TestTrickPlayWithoutPictures(t *testing.T) {
	t.Parallel()
	folder, _ := withStills(t)
	list := filepath.Join(folder, "stills.m3u8")
	rewrite(t, list, `segment\d`, "missing")
	s := newScreen(t, player.Config{})
	s.open(filepath.Join(folder, "index.m3u8"), nil, 0)
	s.play()
	s.state(player.Playing)
	require.NoError(t, s.player.TrickPlay(2))
	s.until("the end of trick play", func(now player.Snapshot) bool { return now.Trick == 0 })
	s.state(player.Playing)

	made := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}})
	s.open(made.Playlist, nil, 0)
	s.state(player.Prepared)
	assert.False(t, s.player.Snapshot().Stills)
	require.ErrorIs(t, s.player.TrickPlay(2), player.ErrNoStills)
}

// TestStillsOfShakaPackager decrypts pictures of I-frame playlists.
func TestStillsOfShakaPackager(t *testing.T) {
	t.Parallel()
	var plain []byte
	for _, name := range []string{"video.mp4", "video1.m4s", "video2.m4s"} {
		data, err := os.ReadFile(filepath.Join("testdata", "clear-h264", name))
		require.NoError(t, err)
		plain = append(plain, data...)
	}
	want := mediatest.FrameMD5Pipe(t, plain, mediatest.Video)
	for _, name := range []string{"stills-cenc-m4s", "stills-cbcs-m4s", "stills-cbcs-ts"} {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t, player.Config{})
			s.open(packaged(name), nil, 0)
			s.state(player.Prepared)
			for second := range 2 {
				picture, err := s.player.Still(t.Context(), time.Duration(second)*time.Second+100*time.Millisecond, 90)
				require.NoError(t, err)
				assert.Equal(t, want[25*second].MD5, digest(t, picture))
				picture.Release()
			}
		})
	}
}

// TestStillsOfAFile compares key pictures of files with what FFmpeg decodes there.
func TestStillsOfAFile(t *testing.T) {
	t.Parallel()
	for _, container := range []string{"mp4", "mkv", "ts"} {
		t.Run(container, func(t *testing.T) {
			file := mediatest.Make(t, mediatest.Spec{Container: container, Video: "h264", Audio: "aac", Frames: 200})
			want := mediatest.FrameMD5(t, file, mediatest.Video)
			s := newScreen(t, player.Config{})
			s.open(file, nil, 0)
			require.True(t, s.state(player.Prepared).Stills)
			for _, at := range []time.Duration{3500 * time.Millisecond, 0, 7900 * time.Millisecond, 3500 * time.Millisecond} {
				picture, err := s.player.Still(t.Context(), at, 90)
				require.NoError(t, err)
				second := int(at / time.Second)
				assert.InDelta(t, float64(second), picture.PTS.Seconds(), 0.1)
				assert.Equal(t, want[25*second].MD5, digest(t, picture))
				picture.Release()
			}
			require.NoError(t, s.player.TrickPlay(8))
			s.until("the end", func(now player.Snapshot) bool { return now.Trick == 0 })
		})
	}
	t.Run("sound alone", func(t *testing.T) {
		s := newScreen(t, player.Config{})
		s.open(mediatest.Make(t, mediatest.Spec{Container: "m4a", Audio: "aac"}), nil, 0)
		assert.False(t, s.state(player.Prepared).Stills)
	})
}

// BenchmarkStill shows how long a preview takes of a file of 1080 lines with a key picture every second.
func BenchmarkStill(b *testing.B) {
	file := mediatest.Make(b, mediatest.Spec{Video: "h264", Audio: "aac", Frames: 200, Width: 1920, Height: 1080})
	p, err := player.New(player.Config{AudioOutput: audio.Null})
	require.NoError(b, err)
	defer p.Close()
	resource, err := player.NewMediaResource(file, nil)
	require.NoError(b, err)
	require.NoError(b, p.ReplaceCurrentResource(resource))
	require.NoError(b, p.PrepareToPlay(0))
	for !p.Snapshot().Stills {
		runtime.Gosched()
	}
	n := 0
	for b.Loop() {
		n++
		picture, err := p.Still(b.Context(), time.Duration(n*5%8)*time.Second, 117)
		require.NoError(b, err)
		picture.Release()
	}
}
