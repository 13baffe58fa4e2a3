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

const damagedSeconds = 9 // a segment each

// scratched is a title of which some segments are damaged.
type scratched struct {
	stream mediatest.HLS
	origin *networktest.Origin
}

func scratch(t *testing.T, stream mediatest.HLS, encryption networktest.Encryption) scratched {
	t.Helper()
	return scratched{stream, newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder), Encryption: encryption})}
}

// damage has something happen to the nth segment, counted from 0, for good.
func (s scratched) damage(t *testing.T, n int, effect networktest.Effect) {
	t.Helper()
	names := segmentNames(t, filepath.Join(s.stream.Folder, "index.m3u8"))
	require.Len(t, names, damagedSeconds)
	s.origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Path: "/" + names[n], Effect: effect})
}

// played plays the title to its end as fast as it goes.
func (s scratched) played(t *testing.T, config player.Config) player.Snapshot {
	t.Helper()
	config.FreeRun = true
	screen := newScreen(t, config)
	screen.open(s.origin.URL("index.m3u8"), nil, 0)
	screen.play()
	return screen.ended()
}

// assertPictures looks for all pictures of the source but those of a segment, each at its time.
func assertPictures(t *testing.T, want []mediatest.Frame, got []line, segment int) {
	t.Helper()
	at := make(map[string]time.Duration)
	for _, l := range got {
		at[l.md5] = l.pts
	}
	for i, f := range want {
		if i/25 == segment {
			continue
		}
		given, there := at[f.MD5]
		require.True(t, there, "picture %d is missing", i)
		require.InDelta(t, float64(f.PTS-want[0].PTS), float64(given), float64(time.Millisecond), "picture %d", i)
	}
}

// assertSounds looks for sound at all times of the source's but around a segment: AAC puts noise of its own making into it, which is another after
// a gap.
func assertSounds(t *testing.T, want []mediatest.Frame, got []line, segment int) {
	t.Helper()
	from := time.Duration(segment) * time.Second
	next := 0
	for i, f := range want {
		pts := f.PTS - want[0].PTS
		if pts >= from-100*time.Millisecond && pts < from+1100*time.Millisecond {
			continue
		}
		for next < len(got) && got[next].pts < pts-time.Millisecond {
			next++
		}
		require.Less(t, next, len(got), "sound %d is missing", i)
		require.InDelta(t, float64(pts), float64(got[next].pts), float64(time.Millisecond), "sound %d", i)
	}
}

// TestDamagedSegmentOfATitle plays titles with a segment in them that is no media, or no more than its beginning: the rest is played, each picture and
// sound at its time.
func TestDamagedSegmentOfATitle(t *testing.T) {
	t.Parallel()
	for _, fragmented := range []bool{false, true} {
		stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Fragmented: fragmented,
			Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: damagedSeconds * 25}})
		pictures, sounds := mediatest.FrameMD5(t, stream.Source, mediatest.Video), mediatest.FrameMD5(t, stream.Source, mediatest.Audio)
		for _, encryption := range []networktest.Encryption{{}, {On: true}} {
			for _, c := range []struct {
				name   string
				at     int
				effect networktest.Effect
			}{
				{"noise", 3, faults["noise"]},
				{"the last", damagedSeconds - 1, faults["noise"]},
				{"the first", 0, faults["noise"]},
				{"a web page", 3, faults["web page"]},
				{"nothing", 3, faults["nothing"]},
				{"its beginning", 3, networktest.CutUnnoticed(4003)},
			} {
				t.Run(fmt.Sprintf("%s, fMP4 %t, encrypted %t", c.name, fragmented, encryption.On), func(t *testing.T) {
					title := scratch(t, stream, encryption)
					title.damage(t, c.at, c.effect)
					var seen, heard bytes.Buffer
					video, audio := report.NewHashes(&seen), report.NewHashes(&heard)
					end := title.played(t, player.Config{VideoTap: video.Video, AudioTap: audio.Audio})
					if c.at == 0 && encryption.On {
						require.Equal(t, player.Failed, end.State)
						assert.Equal(t, player.CodeWrongKey, end.Error.Code, "nothing says that the key is the right one: %v", end.Error.Err)
						return
					}
					require.Equal(t, player.Complete, end.State, "%v", end.Error)
					require.NoError(t, video.Flush())
					require.NoError(t, audio.Flush())
					assertPictures(t, pictures, lines(t, &seen), c.at)
					assertSounds(t, sounds, lines(t, &heard), c.at)
					if fragmented || encryption.On || c.name != "its beginning" && c.name != "nothing" {
						assert.Contains(t, strings.Join(end.Notes, "\n"), fmt.Sprintf("Segment %d is damaged and was left out.", c.at))
					}
				})
			}
		}
	}
}

// TestAnotherVariantStandsInForDamage has all pictures and all sound where one variant's segment is damaged, from the first on, and plays the rest where
// no variant has it.
func TestAnotherVariantStandsInForDamage(t *testing.T) {
	t.Parallel()
	for _, fragmented := range []bool{false, true} {
		stream := makeRungs(t, fragmented, 160, 320)
		names := stream.segments(t, "a")
		for _, c := range []struct {
			name   string
			at     int
			effect networktest.Effect
		}{{"noise", 3, faults["noise"]}, {"the first", 0, faults["noise"]}, {"the last", len(names) - 1, faults["noise"]}, {"its beginning", 3, networktest.CutUnnoticed(4003)}} {
			if !fragmented && c.name == "its beginning" {
				continue // MPEG-TS does not tell
			}
			t.Run(fmt.Sprintf("%s, fMP4 %t", c.name, fragmented), func(t *testing.T) {
				t.Parallel()
				origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.folder)})
				origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Path: "/*/" + names[c.at], Times: 1, Effect: c.effect})
				end, got := stream.watch(t, origin, player.Config{})
				stream.assertWhole(t, got)
				assert.Contains(t, strings.Join(end.Notes, "\n"), fmt.Sprintf("Segment %d is damaged and was taken from another variant.", c.at))
				assert.Zero(t, end.Stats.Rebuffers)
			})
		}
		t.Run(fmt.Sprintf("of all, fMP4 %t", fragmented), func(t *testing.T) {
			t.Parallel()
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.folder)})
			origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Path: "/*/" + names[3], Effect: faults["noise"]})
			s := newScreen(t, player.Config{})
			s.open(origin.URL("main.m3u8"), nil, 0)
			s.play()
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.Contains(t, strings.Join(end.Notes, "\n"), "Segment 3 is damaged and was left out.")
			assert.Equal(t, rungFrames-25, end.Stats.Frames.Decoded)
		})
	}
}

// TestSeekIntoADamagedSegment goes on behind it.
func TestSeekIntoADamagedSegment(t *testing.T) {
	t.Parallel()
	for _, fragmented := range []bool{false, true} {
		t.Run(fmt.Sprintf("fMP4 %t", fragmented), func(t *testing.T) {
			title := scratch(t, mediatest.MakeHLS(t, mediatest.HLSSpec{Fragmented: fragmented,
				Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: damagedSeconds * 25}}), networktest.Encryption{On: true})
			title.damage(t, 5, faults["noise"])
			s := newScreen(t, player.Config{PlaybackBuffer: 2 * time.Second})
			s.open(title.origin.URL("index.m3u8"), nil, 0)
			s.play()
			s.until("the key has been the right one", func(now player.Snapshot) bool {
				return now.Position > 1500*time.Millisecond // the first segment was played, so it was deciphered
			})
			require.NoError(t, s.player.Seek(5500*time.Millisecond))
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			last := s.shown[len(s.shown)-1]
			assert.InDelta(t, damagedSeconds*time.Second-40*time.Millisecond, last, float64(time.Millisecond))
			assert.Contains(t, strings.Join(end.Notes, "\n"), "Segment 5 is damaged and was left out.")
		})
	}
}

// TestDamageThatIsNoneOfASegment ends with what is wrong: too many in a row, and a key that is not the right one.
func TestDamageThatIsNoneOfASegment(t *testing.T) {
	t.Parallel()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: damagedSeconds * 25}})
	t.Run("six in a row", func(t *testing.T) {
		title := scratch(t, stream, networktest.Encryption{})
		for n := range 6 {
			title.damage(t, n+2, faults["noise"])
		}
		end := title.played(t, player.Config{})
		require.Equal(t, player.Failed, end.State)
		assert.Equal(t, player.CodeNotMedia, end.Error.Code, "%v", end.Error.Err)
		assert.Equal(t, 50, end.Stats.Frames.Decoded, "of the two before them")
	})
	t.Run("all", func(t *testing.T) {
		title := scratch(t, mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}}), networktest.Encryption{})
		title.origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Effect: faults["web page"]})
		end := title.played(t, player.Config{})
		require.Equal(t, player.Failed, end.State, "though its segments are too few for that: %d", len(title.origin.Requests(network.ClassSegment)))
		assert.Equal(t, player.CodeNotMedia, end.Error.Code, "%v", end.Error.Err)
		assert.Contains(t, end.Error.URL, "segment0", "the first")
	})
	t.Run("a wrong key", func(t *testing.T) {
		title := scratch(t, stream, networktest.Encryption{On: true, RotateEvery: 1})
		title.origin.Inject(networktest.Fault{Path: keyPath(t, title.origin, "index.m3u8", 3), Effect: networktest.Key(16)})
		end := title.played(t, player.Config{})
		require.Equal(t, player.Failed, end.State)
		assert.Equal(t, player.CodeWrongKey, end.Error.Code, "%v", end.Error.Err)
		assert.Equal(t, 75, end.Stats.Frames.Decoded, "of the three before it")
	})
}
