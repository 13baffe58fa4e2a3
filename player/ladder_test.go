package player_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/abr"
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// rungs are a presentation in several sizes.
type rungs struct {
	folder string
	frames []map[time.Duration]string // of each variant: MD5 by presentation time
	sounds []mediatest.Frame          // the same in each

	subset bool // of the first and last sounds the container tells otherwise than the source
}

const rungFrames = 150 // six seconds

// makeRungs makes a multivariant stream: each variant is the same picture in another size.
func makeRungs(t *testing.T, fragmented bool, widths ...int) rungs {
	t.Helper()
	made := makePictures(t, fragmented, "aac", widths...)
	main := "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n"
	for i, width := range widths {
		main += fmt.Sprintf("#EXT-X-STREAM-INF:BANDWIDTH=%d,RESOLUTION=%dx%d,CODECS=\"avc1.64001f,mp4a.40.2\"\n%s/index.m3u8\n",
			(i+1)*400_000, width, width*9/16, string(rune('a'+i)))
	}
	require.NoError(t, os.WriteFile(filepath.Join(made.folder, "main.m3u8"), []byte(main), 0o600))
	return made
}

// makePictures makes the variants alone, in folders a, b and so on, with or without sound in them.
func makePictures(t *testing.T, fragmented bool, sound string, widths ...int) rungs {
	t.Helper()
	made := rungs{folder: t.TempDir(), subset: fragmented}
	for i, width := range widths {
		stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Fragmented: fragmented,
			Spec: mediatest.Spec{Video: "h264", Audio: sound, Frames: rungFrames, Width: width, Height: width * 9 / 16}})
		require.NoError(t, os.CopyFS(filepath.Join(made.folder, string(rune('a'+i))), os.DirFS(stream.Folder)))
		frames := make(map[time.Duration]string)
		all := mediatest.FrameMD5(t, stream.Source, mediatest.Video)
		require.Len(t, all, rungFrames)
		for _, f := range all {
			frames[(f.PTS - all[0].PTS).Round(time.Millisecond)] = f.MD5
		}
		made.frames = append(made.frames, frames)
		if sound != "" {
			made.sounds = mediatest.FrameMD5(t, stream.Source, mediatest.Audio)
		}
	}
	return made
}

// segments are the names of a variant's segments, in order.
func (r rungs) segments(t *testing.T, variant string) []string {
	t.Helper()
	return segmentNames(t, filepath.Join(r.folder, variant, "index.m3u8"))
}

// segmentNames are the names of a playlist's segments, in order.
func segmentNames(t *testing.T, list string) []string {
	t.Helper()
	text, err := os.ReadFile(list)
	require.NoError(t, err)
	var names []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			names = append(names, line)
		}
	}
	return names
}

// assertWhole holds what was decoded to the sources: each time once, in order, and each picture one of a variant at that time.
func (r rungs) assertWhole(t *testing.T, got []line) {
	t.Helper()
	var want, times []time.Duration
	for i := range rungFrames {
		want = append(want, time.Duration(i)*40*time.Millisecond)
	}
	for _, picture := range got {
		times = append(times, picture.pts.Round(time.Millisecond))
	}
	require.Equal(t, want, times, "no picture is missing and none came twice")
	for i, picture := range got {
		at := times[i]
		found := false
		for _, frames := range r.frames {
			found = found || frames[at] == picture.md5
		}
		assert.True(t, found, "picture %d at %v is of no variant", i, at)
	}
}

// watch plays a stream to its end and returns the last snapshot and the pictures that were decoded. Of the sound no sample may be
// another than the source's, over switches too.
func (r rungs) watch(t *testing.T, origin *networktest.Origin, config player.Config) (player.Snapshot, []line) {
	t.Helper()
	return r.watchAnd(t, origin, config, func(*screen) {})
}

// watchAnd is watch, with something done after play was asked for.
func (r rungs) watchAnd(t *testing.T, origin *networktest.Origin, config player.Config, do func(*screen)) (player.Snapshot, []line) {
	t.Helper()
	var pictures, sounds bytes.Buffer
	video, audio := report.NewHashes(&pictures), report.NewHashes(&sounds)
	config.VideoTap, config.AudioTap = video.Video, audio.Audio
	s := newScreen(t, config)
	s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
	s.play()
	do(s)
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	require.NoError(t, video.Flush())
	require.NoError(t, audio.Flush())
	if r.subset {
		assertSubset(t, r.sounds, lines(t, &sounds))
	} else {
		assertFrames(t, r.sounds, lines(t, &sounds), 12*time.Microsecond) // a tick of 90 kHz
	}
	return end, lines(t, &pictures)
}

func TestVariantsStandInForOneAnother(t *testing.T) {
	t.Parallel()
	for name, fragmented := range map[string]bool{"ts": false, "fmp4": true} {
		t.Run(name, func(t *testing.T) {
			stream := makeRungs(t, fragmented, 160, 320)
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.folder)})
			refuse := func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(http.StatusNotFound) }
			for _, variant := range []string{"a", "b"} {
				for i, segment := range stream.segments(t, variant) {
					if i%2 == int(variant[0]-'a') {
						origin.Inject(networktest.Fault{Path: "/" + variant + "/" + segment, Effect: refuse})
					}
				}
			}
			end, got := stream.watch(t, origin, player.Config{})
			stream.assertWhole(t, got)
			assert.GreaterOrEqual(t, len(end.Path), 5, "the variants take turns: %v", end.Path)
			assert.NotEmpty(t, end.Notes)
			assert.Zero(t, end.Stats.Rebuffers)
		})
	}
}

// Serial: it counts the pictures that are shown, and a busy machine drops some.
func TestASegmentThatNoVariantHasIsLeftOut(t *testing.T) {
	stream := makeRungs(t, false, 160, 320)
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.folder)})
	for _, variant := range []string{"a", "b"} {
		origin.Inject(networktest.Fault{Path: "/" + variant + "/" + stream.segments(t, variant)[3], Effect: networktest.Status(http.StatusNotFound)})
	}
	s := newScreen(t, player.Config{})
	s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
	s.play()
	end := s.state(player.Complete)
	require.NotEmpty(t, end.Notes)
	assert.Contains(t, end.Notes[len(end.Notes)-1], "404")
	assert.Equal(t, rungFrames-25, end.Stats.Frames.Shown, "all but a second's")
}

// TestTooManySegmentsInARowAreMissing ends with the error of the one that was too many.
func TestTooManySegmentsInARowAreMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ missing, of int }{"six of eight": {6, 8}, "all of four": {4, 4}} {
		t.Run(name, func(t *testing.T) {
			stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 25 * c.of}})
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder)})
			for i := c.of - c.missing; i < c.of; i++ {
				origin.Inject(networktest.Fault{Path: fmt.Sprintf("/segment%d.ts", i), Effect: networktest.Status(http.StatusNotFound)})
			}
			s := newScreen(t, player.Config{})
			s.open(origin.URL(filepath.Base(stream.Playlist)), network.NewConfiguration(), 0)
			s.play()
			end := s.state(player.Failed)
			require.NotNil(t, end.Error)
			assert.Equal(t, player.CodeStatus, end.Error.Code)
			assert.Contains(t, end.Error.Message, "404")
		})
	}
}

// Serial: it measures time, and needs the processor for itself.
func TestTheVariantFollowsTheNetwork(t *testing.T) {
	stream := makeRungs(t, false, 160, 320, 480)
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.folder)})
	t.Run("a fast one carries the highest", func(t *testing.T) {
		end, got := stream.watch(t, origin, player.Config{})
		stream.assertWhole(t, got)
		assert.Equal(t, []int{1, 2}, end.Path, "the moderate policy begins in the middle")
		assert.Equal(t, int64(1_200_000), end.Stats.Bitrate)
		assert.Greater(t, end.Stats.Bandwidth, int64(1_200_000))
		assert.Greater(t, end.Stats.MeanBitrate, int64(800_000))
		assert.Less(t, end.Stats.MeanBitrate, int64(1_200_000))
	})
	t.Run("a variant that was asked for stays", func(t *testing.T) {
		end, got := stream.watch(t, origin, player.Config{Variant: 1})
		stream.assertWhole(t, got)
		assert.Equal(t, []int{0}, end.Path)
	})
	t.Run("a limit holds", func(t *testing.T) {
		end, got := stream.watch(t, origin, player.Config{ABR: abr.Controls{MaxBitrate: 900_000}})
		stream.assertWhole(t, got)
		assert.Less(t, end.Path[len(end.Path)-1], 2)
	})
}

// TestAKnownNetworkBeginsSharp begins with what the network carried before: as the configuration says, or the resource before.
//
// Serial: it measures time, and needs the processor for itself.
func TestAKnownNetworkBeginsSharp(t *testing.T) {
	stream := makeRungs(t, false, 160, 320, 480)
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.folder)})
	t.Run("a fast one", func(t *testing.T) {
		s := newScreen(t, player.Config{Bandwidth: 50_000_000})
		assert.Equal(t, int64(50_000_000), s.player.Bandwidth())
		for range 2 {
			s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
			now := s.state(player.Prepared)
			assert.Equal(t, []int{2}, now.Path)
		}
		assert.Greater(t, s.player.Bandwidth(), int64(1_200_000))
	})
	t.Run("a slow one", func(t *testing.T) {
		s := newScreen(t, player.Config{Bandwidth: 700_000})
		s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
		assert.Equal(t, 0, s.state(player.Prepared).Path[0])
	})
}

func TestAVariantThatIsChosenInMidPlay(t *testing.T) {
	t.Parallel()
	stream := makeRungs(t, false, 160, 320, 480)
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.folder)})
	s := newScreen(t, player.Config{})
	require.ErrorIs(t, s.player.SelectVariant(0), player.ErrVariant, "there is nothing to choose of yet")
	s.open(origin.URL("main.m3u8"), network.NewConfiguration(), 0)
	s.play()
	s.until("the highest is shown", func(now player.Snapshot) bool { return now.Variant == 2 })
	require.ErrorIs(t, s.player.SelectVariant(3), player.ErrVariant)
	require.NoError(t, s.player.SelectVariant(0))
	require.NoError(t, s.player.Seek(s.player.Snapshot().Position))
	now := s.until("the lowest is shown", func(now player.Snapshot) bool { return now.Variant == 0 && now.Video.Width == 160 })
	assert.Equal(t, 0, now.Selected)
	assert.Equal(t, []int{0, 1, 2}, now.Selects)
	require.NoError(t, s.player.SelectVariant(-1))
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	assert.Equal(t, -1, end.Selected)
}

// TestTwelveVariantsAndFourGroups plays each variant by itself, and changes to and fro between them: the sound is of four groups, which go with
// three variants each.
func TestTwelveVariantsAndFourGroups(t *testing.T) {
	t.Parallel()
	const count, groups = 12, 4
	widths := make([]int, count)
	for i := range widths {
		widths[i] = 160 + 32*i
	}
	for name, fragmented := range map[string]bool{"ts": false, "fmp4": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream := makePictures(t, fragmented, "", widths...)
			sound := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Audio: "aac", Frames: rungFrames}, Fragmented: fragmented})
			stream.sounds, stream.subset = mediatest.FrameMD5(t, sound.Source, mediatest.Audio), true
			main := "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n"
			for g := range groups {
				require.NoError(t, os.CopyFS(filepath.Join(stream.folder, fmt.Sprintf("sound%d", g)), os.DirFS(sound.Folder)))
				main += fmt.Sprintf("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g%d\",NAME=\"Sound\",DEFAULT=YES,AUTOSELECT=YES,URI=\"sound%d/index.m3u8\"\n", g, g)
			}
			for i, width := range widths {
				main += fmt.Sprintf("#EXT-X-STREAM-INF:BANDWIDTH=%d,RESOLUTION=%dx%d,CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"g%d\"\n%s/index.m3u8\n",
					(i+1)*300_000, width, width*9/16, i*groups/count, string(rune('a'+i)))
			}
			require.NoError(t, os.WriteFile(filepath.Join(stream.folder, "main.m3u8"), []byte(main), 0o600))
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.folder)})
			for _, variant := range []int{1, 5, 12} {
				t.Run(fmt.Sprintf("variant %d", variant), func(t *testing.T) {
					end, got := stream.watch(t, origin, player.Config{FreeRun: true, Variant: variant})
					stream.assertWhole(t, got)
					assert.Equal(t, []int{variant - 1}, end.Path)
				})
			}
			t.Run("to and fro", func(t *testing.T) {
				origin.ResetLog()
				end, got := stream.watchAnd(t, origin, player.Config{PlaybackBuffer: time.Second, InitialBuffer: time.Second / 2}, func(s *screen) {
					require.NoError(t, s.player.SetSpeed(player.MinSpeed)) // on a busy machine all would be played before each is loaded
					s.until("it can be chosen", func(now player.Snapshot) bool { return len(now.Selects) > 0 })
					for _, variant := range []int{11, 0, 7} {
						require.NoError(t, s.player.SelectVariant(variant))
						s.until("it is loaded", func(player.Snapshot) bool {
							return slices.ContainsFunc(origin.Requests(network.ClassSegment), func(r networktest.Request) bool {
								return strings.HasPrefix(r.Path, "/"+string(rune('a'+variant))+"/")
							})
						})
						// What is loaded and not decoded yet would give way to the next choice.
						s.until("it is decoded", func(now player.Snapshot) bool { return now.Variant == variant || now.State == player.Complete })
					}
					require.NoError(t, s.player.SetSpeed(1))
				})
				stream.assertWhole(t, got)
				assert.GreaterOrEqual(t, len(end.Path), 3, "%v", end.Path)
			})
		})
	}
}
