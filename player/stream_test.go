package player_test

import (
	"bytes"
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
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// canary is a cookie value that must be seen on the wire and nowhere else.
const canary = "canary-8c1f=4e2d"

// TestStreamEqualsItsSource plays encrypted HLS and compares each picture and each stretch of sound with
// what FFmpeg decodes of the clear source.
func TestStreamEqualsItsSource(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		spec       mediatest.Spec
		fragmented bool
		audio      bool // sample for sample: TS tells nothing of what is to be left out at the start
	}{
		{"h264 with B-frames and aac in ts", mediatest.Spec{Video: "h264", Audio: "aac"}, false, true},
		{"h264 and mp3 in ts", mediatest.Spec{Video: "h264", Audio: "mp3"}, false, false},
		{"h264 and ac3 in ts", mediatest.Spec{Video: "h264", Audio: "ac3"}, false, false},
		{"hevc and aac in ts", mediatest.Spec{Video: "hevc", Audio: "aac"}, false, true},
		{"h264 at 29.97 alone in ts", mediatest.Spec{Video: "h264", FrameRate: "30000/1001"}, false, false},
		{"h264 and aac in fmp4", mediatest.Spec{Video: "h264", Audio: "aac"}, true, false},
		{"hevc in fmp4", mediatest.Spec{Video: "hevc"}, true, false},
		{"vp9 and opus in fmp4", mediatest.Spec{Video: "vp9", Audio: "opus"}, true, false},
		{"h264 and flac in fmp4", mediatest.Spec{Video: "h264", Audio: "flac"}, true, false},
		{"flac alone in fmp4", mediatest.Spec{Audio: "flac"}, true, false},
		{"opus alone in fmp4", mediatest.Spec{Audio: "opus"}, true, false},
		{"h264 and eac3 in fmp4", mediatest.Spec{Video: "h264", Audio: "eac3"}, true, false},
		{"hevc and eac3 in ts", mediatest.Spec{Video: "hevc", Audio: "eac3"}, false, false},
		{"h264 and opus in ts", mediatest.Spec{Video: "h264", Audio: "opus"}, false, false},
		{"mpeg2 and mp3 in ts", mediatest.Spec{Video: "mpeg2", Audio: "mp3"}, false, false},
		{"av1 in fmp4", mediatest.Spec{Video: "av1", Frames: 25}, true, false},
		{"aac alone in fmp4", mediatest.Spec{Audio: "aac"}, true, false},
		{"10 bit hevc of odd rows in fmp4", mediatest.Spec{Video: "hevc", PixelFormat: "yuv420p10le", Width: 162, Height: 90}, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: test.spec, Fragmented: test.fragmented})
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder),
				Encryption: networktest.Encryption{On: true, RotateEvery: 1, ExplicitIV: true},
				Gates:      []networktest.Gate{{Class: network.ClassKey, Name: "session", Value: canary}}})
			c := network.NewConfiguration()
			c.CookieHeaders.SetValue("session", canary)

			var pictures, sounds bytes.Buffer
			video, audio := report.NewHashes(&pictures), report.NewHashes(&sounds)
			s := newScreen(t, player.Config{FreeRun: true, VideoTap: video.Video, AudioTap: audio.Audio})
			s.open(origin.URL("index.m3u8"), c, 0)
			require.NoError(t, s.player.Play())
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			require.NoError(t, video.Flush())
			require.NoError(t, audio.Flush())

			if test.spec.Video != "" {
				want := mediatest.FrameMD5(t, stream.Source, mediatest.Video)
				assertFrames(t, want, lines(t, &pictures), 0)
				assert.Equal(t, len(want), end.Stats.Frames.Decoded)
			}
			if test.spec.Audio != "" {
				got := lines(t, &sounds)
				want := mediatest.FrameMD5(t, stream.Source, mediatest.Audio)
				if test.audio {
					assertFrames(t, want, got, 12*time.Microsecond) // a tick of 90 kHz
				} else {
					assertSubset(t, want, got)
				}
			}
		})
	}
}

// TestLocalFolder plays a multivariant playlist on disk whose variant, init section and key stand in a folder of their own.
func TestLocalFolder(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}, Fragmented: true, Encrypted: true})
	folder := filepath.Join(t.TempDir(), "a film")
	require.NoError(t, os.MkdirAll(folder, 0o700))
	require.NoError(t, os.CopyFS(filepath.Join(folder, "high"), os.DirFS(stream.Folder)))
	main := filepath.Join(folder, "main.m3u8")
	require.NoError(t, os.WriteFile(main, []byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000\nhigh/index.m3u8\n"), 0o600))

	var pictures bytes.Buffer
	video := report.NewHashes(&pictures)
	s := newScreen(t, player.Config{FreeRun: true, VideoTap: video.Video})
	s.open(main, nil, 0)
	require.NoError(t, s.player.Play())
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	require.NoError(t, video.Flush())
	assertFrames(t, mediatest.FrameMD5(t, stream.Source, mediatest.Video), lines(t, &pictures), 0)
}

// line is a line of hashes.
type line struct {
	pts time.Duration
	md5 string
}

func lines(t *testing.T, text *bytes.Buffer) []line {
	t.Helper()
	var all []line
	for row := range strings.Lines(text.String()) {
		fields := strings.Fields(row)
		var micros int64
		_, err := fmt.Sscan(fields[0], &micros)
		require.NoError(t, err)
		all = append(all, line{time.Duration(micros) * time.Microsecond, fields[len(fields)-1]})
	}
	return all
}

// assertFrames compares frame by frame, counting time from the first.
func assertFrames(t *testing.T, want []mediatest.Frame, got []line, tolerance time.Duration) {
	t.Helper()
	require.Len(t, got, len(want))
	require.NotEmpty(t, want)
	assert.InDelta(t, 0, float64(got[0].pts), float64(tolerance), "the first is shown at 0")
	for i := range want {
		require.Equal(t, want[i].MD5, got[i].md5, "frame %d", i)
		require.InDelta(t, float64(want[i].PTS-want[0].PTS), float64(got[i].pts-got[0].pts),
			float64(tolerance+time.Microsecond), "frame %d", i)
	}
}

// assertSubset looks for the source's frames, the first and last few apart, where priming and padding
// are told differently by the two containers.
func assertSubset(t *testing.T, want []mediatest.Frame, got []line) {
	t.Helper()
	at := make(map[string]int)
	for i, l := range got {
		at[l.md5] = i
	}
	require.Greater(t, len(want), 6)
	for i, f := range want[2 : len(want)-2] {
		_, ok := at[f.MD5]
		require.True(t, ok, "frame %d of the source is missing", i+2)
	}
	assert.InDelta(t, len(want), len(got), 3)
}

// TestWhoGetsTheCookie plays with the flag off and on, and looks at the wire and at everything that is
// told of it.
func TestWhoGetsTheCookie(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}})
	for _, all := range []bool{false, true} {
		t.Run(fmt.Sprintf("for all requests %t", all), func(t *testing.T) {
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder),
				Encryption: networktest.Encryption{On: true}})
			c := network.NewConfiguration()
			c.CookieHeaders.SetValue("session", canary)
			c.UseCookieHeadersForAllRequests = all
			s := newScreen(t, player.Config{FreeRun: true})
			s.open(origin.URL("index.m3u8?token="+canary), c, 0)
			require.NoError(t, s.player.Play())
			end := s.ended()
			require.Equal(t, player.Complete, end.State)

			for _, r := range origin.Requests() {
				value, sent := r.Cookie("session")
				assert.Equal(t, all || r.Class == network.ClassKey, sent, "%s request", r.Class)
				if sent {
					assert.Equal(t, canary, value)
				}
			}
			assert.Len(t, origin.Requests(network.ClassKey), 1, "one key, one request")

			var text bytes.Buffer
			result := report.New(end, s.player.Requests())
			require.NoError(t, result.WriteJSON(&text))
			require.NoError(t, result.WriteSummary(&text))
			assert.NotContains(t, text.String(), canary)
			assert.Contains(t, text.String(), `"session"`)
			assert.NotContains(t, text.String(), `"cookies": null`)
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v", c, end, result), canary)
			assert.Equal(t, report.Ended, result.Result)
			for _, r := range result.Requests {
				assert.Equal(t, all || r.Class == network.ClassKey, len(r.Cookies) > 0, "%s request", r.Class)
			}
		})
	}
}

// TestRunsOfFragments plays a stream whose runs end by themselves: no picture and no sound differs.
func TestRunsOfFragments(t *testing.T) {
	t.Parallel()
	spec := mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 300}, Fragmented: true}
	playlist := mediatest.MakeHLS(t, spec).Playlist
	pictures, sounds, end := playHashes(t, playlist, player.Config{})
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	morePictures, moreSounds, end := playHashes(t, playlist, player.RunLength(player.Config{}, 3*time.Second))
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	requireSame(t, "pictures", pictures, morePictures)
	requireSame(t, "sounds", sounds, moreSounds)
}
