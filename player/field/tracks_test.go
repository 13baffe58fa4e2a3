package field

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/libav"
	"latchkey/player/mediatest"
)

// tracks are streams whose tracks and clocks change without a discontinuity.
func tracks() []row {
	const second = 90_000
	jumped := func(t *testing.T, got played) {
		t.Helper()
		got.whole(t)
		got.note(t, "The time stamps jump at segment 2,")
		assert.Len(t, got.end.Notes, 1)
		assert.InDelta(t, 8, got.end.Position.Seconds(), 0.1)
	}
	rows := []row{
		{
			name: "each segment starts at the same time stamp",
			files: func(t *testing.T) string {
				t.Helper()
				first, err := os.ReadFile(filepath.Join(plain(t), "segment0.ts"))
				require.NoError(t, err)
				return changed(t, plainStream(t), func(int, []byte) []byte { return first })
			},
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				got.note(t, "The time stamps jump at segment 1,")
				want := mediatest.FrameMD5(t, plainStream(t).Source, mediatest.Video)[:50]
				require.Len(t, got.pictures, 4*len(want))
				for i, picture := range got.pictures {
					require.Equal(t, want[i%50].MD5, picture.md5, "picture %d", i)
					require.InDelta(t, 0.04*float64(i), picture.pts.Seconds(), 1e-4, "picture %d", i)
				}
				first := got.origin.body(t, "/segment0.ts")
				sameSounds(t, mediatest.FrameMD5Pipe(t, bytes.Repeat(first, 4), mediatest.Audio), got.sounds)
			},
		},
		{
			name:  "all time stamps jump forwards",
			files: func(t *testing.T) string { t.Helper(); return changed(t, plainStream(t), half(shiftTS(1000*second))) },
			check: jumped,
		},
		{
			name:  "all time stamps jump backwards",
			files: func(t *testing.T) string { t.Helper(); return changed(t, plainStream(t), half(shiftTS(-4*second))) },
			check: jumped,
		},
		{
			name: "all time stamps jump by three seconds, and the segments are enciphered",
			files: func(t *testing.T) string {
				t.Helper()
				return enciphered(t, changed(t, plainStream(t), half(shiftTS(-3*second))))
			},
			check: jumped,
		},
		{
			name: "the time stamps of the sound jump",
			files: func(t *testing.T) string {
				t.Helper()
				return changed(t, plainStream(t), half(shiftTS(1000*second, audioPID)))
			},
			check: jumped,
		},
		{
			name: "the time stamps of the picture jump",
			files: func(t *testing.T) string {
				t.Helper()
				return changed(t, plainStream(t), half(shiftTS(-1000*second, videoPID)))
			},
			check: jumped,
		},
		{
			name:  "time stamps wrap at a segment's start",
			files: func(t *testing.T) string { t.Helper(); return changed(t, plainStream(t), wrapTS) },
			check: func(t *testing.T, got played) {
				t.Helper()
				got.whole(t)
				assert.Empty(t, got.end.Notes)
			},
		},
		{
			name: "time stamps jump within a segment",
			files: func(t *testing.T) string {
				t.Helper()
				return merged(t, changed(t, plainStream(t), half(shiftTS(1000*second))))
			},
			check: func(t *testing.T, got played) {
				t.Helper()
				got.whole(t)
				got.note(t, "The time stamps jump at segment 0,")
			},
		},
		{
			name:   "time stamps jump in a live stream",
			files:  func(t *testing.T) string { t.Helper(); return changed(t, plainStream(t), half(shiftTS(1000*second))) },
			script: func(t *testing.T, o *origin) { t.Helper(); growing(t, o, 3) },
			check:  jumped,
		},
		{
			name:  "time stamps jump, and playback begins behind that",
			files: func(t *testing.T) string { t.Helper(); return changed(t, plainStream(t), half(shiftTS(1000*second))) },
			watch: func(t *testing.T, v *viewer) {
				t.Helper()
				v.play(t)
				v.ended(t)
				require.NoError(t, v.player.Seek(5*time.Second))
				now := v.until(t, "the seek", func(now player.Snapshot) bool { return len(now.Stats.Seeks) == 1 })
				assert.InDelta(t, 5, now.Position.Seconds(), 3)
				v.play(t)
				v.ended(t)
			},
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				want := mediatest.FrameMD5(t, plainStream(t).Source, mediatest.Video)
				require.Len(t, got.pictures, 200+75)
				for i, picture := range got.pictures[200:] {
					require.Equal(t, want[125+i].MD5, picture.md5)
					require.InDelta(t, 5+0.04*float64(i), picture.pts.Seconds(), 1e-4)
				}
			},
		},
	}
	for _, back := range []bool{false, true} {
		name, by := "fragments jump forwards", 1000*time.Second
		if back {
			name, by = "fragments jump backwards", -4*time.Second
		}
		rows = append(rows, row{
			name:  name,
			files: func(t *testing.T) string { t.Helper(); return changed(t, fragmentedStream(t), half(shiftMP4(t, by))) },
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				got.allPictures(t, fragmentedStream(t).Source)
				got.allSounds(t, fragmentedStream(t).Source)
				got.note(t, "The time stamps jump at segment 2,")
			},
		})
	}
	rows = append(rows, row{
		name: "time stamps of picture and sound jump in playlists of their own",
		files: func(t *testing.T) string {
			t.Helper()
			folder := t.TempDir()
			for part, spec := range map[string]mediatest.Spec{"picture": {Video: "h264", Frames: 200, KeyEvery: 50}, "sound": {Audio: "aac", Frames: 200}} {
				stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Seconds: 2, Spec: spec})
				require.NoError(t, os.CopyFS(filepath.Join(folder, part), os.DirFS(changed(t, stream, half(shiftTS(1000*second))))))
			}
			require.NoError(t, os.WriteFile(filepath.Join(folder, "index.m3u8"), []byte("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g\",NAME=\"Sound\",DEFAULT=YES,"+
				"URI=\"sound/index.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=400000,AUDIO=\"g\"\npicture/index.m3u8\n"), 0o600))
			return folder
		},
		check: func(t *testing.T, got played) {
			t.Helper()
			got.complete(t)
			got.allPictures(t, mediatest.Make(t, mediatest.Spec{Video: "h264", Frames: 200, KeyEvery: 50}))
			// FFmpeg's muxer has the sound begin some frames before the picture: those are not
			// heard.
			want := mediatest.FrameMD5(t, mediatest.Make(t, mediatest.Spec{Audio: "aac", Frames: 200}), mediatest.Audio)
			require.Greater(t, len(got.sounds), len(want)-4)
			sameSounds(t, want[len(want)-len(got.sounds):], got.sounds)
			for i := 1; i < len(got.sounds); i++ {
				require.InDelta(t, 1024./48000, (got.sounds[i].pts - got.sounds[i-1].pts).Seconds(), 12e-6, "sound %d", i)
			}
			got.note(t, "The time stamps jump at segment 2,")
			assert.InDelta(t, 8, got.end.Position.Seconds(), 0.1)
		},
	})
	return append(rows, presence()...)
}

// presence are streams of which a track begins later, ends, comes back, or becomes another.
func presence() []row {
	// without leaves the sound out of segments.
	without := func(which ...int) func(int, []byte) []byte {
		return func(i int, body []byte) []byte {
			for _, w := range which {
				if i == w {
					return withoutSound(body, true)
				}
			}
			return body
		}
	}
	// silent wants all pictures, and the sound of the segments that have one.
	silent := func(note string, parts ...[]int) func(*testing.T, played) {
		return func(t *testing.T, got played) {
			t.Helper()
			got.complete(t)
			got.allPictures(t, plainStream(t).Source)
			got.note(t, note)
			var want []mediatest.Frame
			for _, part := range parts {
				var medium []byte
				for _, i := range part {
					medium = append(medium, got.origin.body(t, fmt.Sprintf("/segment%d.ts", i))...)
				}
				want = append(want, mediatest.FrameMD5Pipe(t, medium, mediatest.Audio)...)
			}
			sameSounds(t, want, got.sounds)
			require.NotEmpty(t, got.sounds)
			first := mediatest.FrameMD5Pipe(t, got.origin.body(t, fmt.Sprintf("/segment%d.ts", parts[0][0])), mediatest.Audio)[0].PTS
			start := mediatest.FrameMD5Pipe(t, got.origin.body(t, "/segment0.ts"), mediatest.Video)[0].PTS
			assert.InDelta(t, (first - start).Seconds(), got.sounds[0].pts.Seconds(), 0.03)
		}
	}
	return []row{
		{
			name:  "sound begins later",
			files: func(t *testing.T) string { t.Helper(); return changed(t, plainStream(t), without(0)) },
			check: silent("The tracks change at segment 1,", []int{1, 2, 3}),
		},
		{
			name:  "sound begins later, and the segments are enciphered",
			files: func(t *testing.T) string { t.Helper(); return enciphered(t, changed(t, plainStream(t), without(0, 1))) },
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				got.allPictures(t, plainStream(t).Source)
				got.note(t, "The tracks change at segment 2,")
				heard(t, got, 4)
			},
		},
		{
			name:  "sound ends",
			files: func(t *testing.T) string { t.Helper(); return changed(t, plainStream(t), without(2, 3)) },
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				got.allPictures(t, plainStream(t).Source)
				got.note(t, "The tracks change at segment 2,")
				want := mediatest.FrameMD5(t, plainStream(t).Source, mediatest.Audio)
				equalFrames(t, want[:len(got.sounds)], got.sounds, "sound")
				assert.InDelta(t, 4, got.sounds[len(got.sounds)-1].pts.Seconds(), 0.15)
			},
		},
		{
			name:   "sound comes back in a live stream",
			files:  func(t *testing.T) string { t.Helper(); return changed(t, plainStream(t), without(0, 2)) },
			script: func(t *testing.T, o *origin) { t.Helper(); growing(t, o, 3) },
			check:  silent("The tracks change at segment 1,", []int{1, 3}),
		},
		{
			name: "sound that the program map names begins later",
			files: func(t *testing.T) string {
				t.Helper()
				return changed(t, plainStream(t), func(i int, body []byte) []byte {
					if i > 1 {
						return body
					}
					return withoutSound(body, false)
				})
			},
			check: silent("Segment 0 has no sound", []int{2, 3}),
		},
		{
			name:  "the picture begins later",
			files: func(t *testing.T) string { t.Helper(); return changed(t, plainStream(t), withoutPicture(true)) },
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				sameSounds(t, tsSounds(t, got, 0, 1, 2, 3), got.sounds)
				want := mediatest.FrameMD5(t, plainStream(t).Source, mediatest.Video)[50:]
				equalFrames(t, want, got.pictures, "picture")
				assert.InDelta(t, 2, got.pictures[0].pts.Seconds(), 0.1)
				got.note(t, "The tracks change at segment 1,")
			},
		},
		{
			name:  "the picture that the program map names begins later",
			files: func(t *testing.T) string { t.Helper(); return changed(t, plainStream(t), withoutPicture(false)) },
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				sameSounds(t, tsSounds(t, got, 0, 1, 2, 3), got.sounds)
				equalFrames(t, mediatest.FrameMD5(t, plainStream(t).Source, mediatest.Video)[50:], got.pictures, "picture")
			},
		},
		{
			name: "sound becomes another codec on one PID",
			files: func(t *testing.T) string {
				t.Helper()
				other := otherSound(t).Folder
				return changed(t, plainStream(t), func(i int, body []byte) []byte {
					if i < 2 {
						return body
					}
					body, err := os.ReadFile(fmt.Sprintf("%s/segment%d.ts", other, i))
					require.NoError(t, err)
					return body
				})
			},
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				got.allPictures(t, plainStream(t).Source)
				got.note(t, "The tracks change at segment 2,")
				body := func(i int) []byte { return got.origin.body(t, fmt.Sprintf("/segment%d.ts", i)) }
				want := mediatest.FrameMD5Pipe(t, append(body(0), body(1)...), mediatest.Audio)
				want = append(want, mediatest.FrameMD5Pipe(t, append(body(2), body(3)...), mediatest.Audio)...)
				sameSounds(t, want, got.sounds)
			},
		},
		{
			name: "sound begins later with another init section",
			files: func(t *testing.T) string {
				t.Helper()
				folder := changed(t, fragmentedStream(t), func(_ int, body []byte) []byte { return body })
				video := mediatest.MakeHLS(t, mediatest.HLSSpec{Seconds: 2, Fragmented: true, Spec: mediatest.Spec{Video: "h264", Frames: 200, KeyEvery: 50}}).Folder
				require.NoError(t, os.CopyFS(filepath.Join(folder, "video"), os.DirFS(video)))
				rewrite(t, folder, func(list string) string {
					list = strings.Replace(list, "init.mp4", "video/init.mp4", 1)
					return strings.Replace(list, "segment0.m4s\n", "video/segment0.m4s\n#EXT-X-MAP:URI=\"init.mp4\"\n", 1)
				})
				return folder
			},
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				got.allPictures(t, fragmentedStream(t).Source)
				heard(t, got, 2)
				assert.InDelta(t, 8, got.sounds[len(got.sounds)-1].pts.Seconds(), 0.1)
			},
		},
		{
			name: "sound begins later in fragments with a movie box each",
			files: func(t *testing.T) string {
				t.Helper()
				folder := changed(t, fragmentedStream(t), func(_ int, body []byte) []byte { return body })
				video := mediatest.MakeHLS(t, mediatest.HLSSpec{Seconds: 2, Fragmented: true, Spec: mediatest.Spec{Video: "h264", Frames: 200, KeyEvery: 50}}).Folder
				for i := range 4 {
					from := folder
					if i == 0 {
						from = video
					}
					var body []byte
					for _, name := range []string{"init.mp4", fmt.Sprintf("segment%d.m4s", i)} {
						part, err := os.ReadFile(filepath.Join(from, name))
						require.NoError(t, err)
						body = append(body, part...)
					}
					require.NoError(t, os.WriteFile(fmt.Sprintf("%s/segment%d.m4s", folder, i), body, 0o600))
				}
				rewrite(t, folder, func(list string) string {
					return regexp.MustCompile(`(?m)^#EXT-X-MAP.*\n`).ReplaceAllString(list, "")
				})
				return folder
			},
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				got.allPictures(t, fragmentedStream(t).Source)
				got.note(t, "The tracks change at segment 1,")
				heard(t, got, 2)
			},
		},
		{
			name: "a segment is cut",
			files: func(t *testing.T) string {
				t.Helper()
				return changed(t, plainStream(t), func(i int, body []byte) []byte {
					if i == 1 {
						return body[:len(body)/2]
					}
					return body
				})
			},
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				assert.Less(t, len(got.pictures), 200)
				got.note(t, "Segment 1 ends ")
				want := mediatest.FrameMD5(t, plainStream(t).Source, mediatest.Video)
				last := len(got.pictures)
				for i := range 100 {
					require.Equal(t, want[199-i].MD5, got.pictures[last-1-i].md5)
				}
			},
		},
		{
			name: "sound before the first picture of a discontinuity",
			files: func(t *testing.T) string {
				t.Helper()
				folder := changed(t, plainStream(t), half(shiftTS(1000*90_000)))
				rewrite(t, folder, func(list string) string {
					return strings.Replace(list, "#EXTINF:2.000000,\nsegment2.ts", "#EXT-X-DISCONTINUITY\n#EXTINF:2.000000,\nsegment2.ts", 1)
				})
				return folder
			},
			check: func(t *testing.T, got played) {
				t.Helper()
				got.complete(t)
				got.allPictures(t, plainStream(t).Source)
				body := func(i int) []byte { return got.origin.body(t, fmt.Sprintf("/segment%d.ts", i)) }
				want := mediatest.FrameMD5Pipe(t, append(body(0), body(1)...), mediatest.Audio)
				want = append(want, mediatest.FrameMD5Pipe(t, append(body(2), body(3)...), mediatest.Audio)...)
				sameSounds(t, want, got.sounds)
				assert.Empty(t, got.end.Notes)
			},
		},
	}
}

// tsSounds is the sound of segments one behind the other.
func tsSounds(t *testing.T, got played, segments ...int) []mediatest.Frame {
	t.Helper()
	var medium []byte
	for _, i := range segments {
		medium = append(medium, got.origin.body(t, fmt.Sprintf("/segment%d.ts", i))...)
	}
	return mediatest.FrameMD5Pipe(t, medium, mediatest.Audio)
}

// heard wants the sound to begin with that of a segment, which begins with a little sound of before
// its first picture.
func heard(t *testing.T, got played, seconds float64) {
	t.Helper()
	require.NotEmpty(t, got.sounds)
	assert.InDelta(t, seconds, got.sounds[0].pts.Seconds(), 0.1)
}

// half changes the segments from 2 on.
func half(change func([]byte)) func(int, []byte) []byte {
	return func(i int, body []byte) []byte {
		if i >= 2 {
			change(body)
		}
		return body
	}
}

// otherSound is plainStream with the sound in another codec.
func otherSound(t *testing.T) mediatest.HLS {
	t.Helper()
	return mediatest.MakeHLS(t, mediatest.HLSSpec{Seconds: 2, Spec: mediatest.Spec{Video: "h264", Audio: "mp3", Frames: 200, KeyEvery: 50}})
}

// sameSounds compares sound without its times; what ends before the presentation's start is not
// heard.
func sameSounds(t *testing.T, want []mediatest.Frame, got []frame) {
	t.Helper()
	if len(want) == len(got)+1 {
		want = want[1:]
	}
	require.Len(t, got, len(want), "sounds")
	for i := range want {
		require.Equal(t, want[i].MD5, got[i].md5, "sound %d", i)
	}
}

// changed copies a stream with its segments changed.
func changed(t *testing.T, stream mediatest.HLS, change func(i int, body []byte) []byte) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(stream.Folder)))
	for i := range 4 {
		for _, kind := range []string{"ts", "m4s"} {
			path := filepath.Join(folder, fmt.Sprintf("segment%d.%s", i, kind))
			body, err := os.ReadFile(path)
			if os.IsNotExist(err) {
				continue
			}
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, change(i, body), 0o600))
		}
	}
	return folder
}

// rewrite changes the playlist of a folder.
func rewrite(t *testing.T, folder string, change func(string) string) {
	t.Helper()
	path := filepath.Join(folder, "index.m3u8")
	list, err := os.ReadFile(path)
	require.NoError(t, err)
	now := change(string(list))
	require.NotEqual(t, string(list), now)
	require.NoError(t, os.WriteFile(path, []byte(now), 0o600))
}

// merged makes one segment of all.
func merged(t *testing.T, folder string) string {
	t.Helper()
	var all []byte
	for i := range 4 {
		body, err := os.ReadFile(fmt.Sprintf("%s/segment%d.ts", folder, i))
		require.NoError(t, err)
		all = append(all, body...)
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "all.ts"), all, 0o600))
	rewrite(t, folder, func(string) string {
		return "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\nall.ts\n#EXT-X-ENDLIST\n"
	})
	return folder
}

// enciphered enciphers the segments of a folder with AES-128. RFC 8216, 5.2.
func enciphered(t *testing.T, folder string) string {
	t.Helper()
	key := mediatest.HLSKey("")
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	for i := range 4 {
		path := fmt.Sprintf("%s/segment%d.ts", folder, i)
		body, err := os.ReadFile(path)
		require.NoError(t, err)
		padding := aes.BlockSize - len(body)%aes.BlockSize
		body = append(body, bytes.Repeat([]byte{byte(padding)}, padding)...)
		iv := make([]byte, aes.BlockSize)
		binary.BigEndian.PutUint64(iv[8:], uint64(i))
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(body, body)
		require.NoError(t, os.WriteFile(path, body, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "key.bin"), key, 0o600))
	rewrite(t, folder, func(list string) string {
		return strings.Replace(list, "#EXTINF", "#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin\"\n#EXTINF", 1)
	})
	return folder
}

// growing serves the playlist as a live one, which has so many segments at first and one more at
// each request.
func growing(t *testing.T, o *origin, segments int) {
	t.Helper()
	whole := strings.ReplaceAll(string(o.body(t, "/index.m3u8")), "#EXT-X-PLAYLIST-TYPE:VOD\n", "")
	o.on("/index.m3u8", func(w http.ResponseWriter, _ *http.Request) {
		parts := strings.SplitAfter(whole, ".ts\n")
		now := strings.Join(parts[:min(segments, len(parts))], "")
		segments++
		_, _ = w.Write([]byte(now))
	})
}

const (
	videoPID = 0x100
	audioPID = 0x101
	pmtPID   = 0x1000
	packet   = 188
)

// shiftTS moves the time stamps of a transport stream by ticks of 90 kHz, of some PIDs or of all.
// ISO/IEC 13818-1, 2.4.3.5 and 2.4.3.7.
func shiftTS(by int64, pids ...int) func([]byte) {
	const period = 1 << 33
	stamp := func(p []byte) {
		ticks := int64(p[0]&0x0E)<<29 | int64(p[1])<<22 | int64(p[2]&0xFE)<<14 | int64(p[3])<<7 | int64(p[4])>>1
		ticks = (ticks + by + period) % period
		p[0] = p[0]&0xF1 | byte(ticks>>29)&0x0E
		p[1], p[2] = byte(ticks>>22), byte(ticks>>14)|1
		p[3], p[4] = byte(ticks>>7), byte(ticks<<1)|1
	}
	return func(ts []byte) {
		for ; len(ts) >= packet; ts = ts[packet:] {
			p := ts[:packet]
			pid := int(binary.BigEndian.Uint16(p[1:]) & 0x1FFF)
			if pid != videoPID && pid != audioPID || len(pids) > 0 && pids[0] != pid {
				continue
			}
			at := 4
			if p[3]&0x20 != 0 {
				at += 1 + int(p[4])
				if p[4] > 0 && p[5]&0x10 != 0 {
					base := int64(binary.BigEndian.Uint32(p[6:]))<<1 | int64(p[10])>>7
					base = (base + by + period) % period
					binary.BigEndian.PutUint32(p[6:], uint32(base>>1))
					p[10] = p[10]&0x7F | byte(base)<<7
				}
			}
			if p[1]&0x40 == 0 || at+19 > packet || !bytes.Equal(p[at:at+3], []byte{0, 0, 1}) {
				continue
			}
			if p[at+7]&0x80 != 0 {
				stamp(p[at+9:])
			}
			if p[at+7]&0x40 != 0 {
				stamp(p[at+14:])
			}
		}
	}
}

// wrapTS has the time stamps wrap about where segment 2 begins.
func wrapTS(_ int, body []byte) []byte {
	shiftTS(1<<33 - 90_000*11/2)(body)
	return body
}

// withoutPicture leaves the picture out of the first segment, with table of its program map too.
func withoutPicture(table bool) func(int, []byte) []byte {
	return func(i int, body []byte) []byte {
		if i > 0 {
			return body
		}
		return withoutPID(body, videoPID, table)
	}
}

// withoutSound leaves the packets of the sound out, and, with table, the sound out of the program
// map.
func withoutSound(ts []byte, table bool) []byte { return withoutPID(ts, audioPID, table) }

// withoutPID leaves out the packets of a PID, and, with table, what the program map says of it.
func withoutPID(ts []byte, out int, table bool) []byte {
	var kept []byte
	for ; len(ts) >= packet; ts = ts[packet:] {
		p := bytes.Clone(ts[:packet])
		switch pid := int(binary.BigEndian.Uint16(p[1:]) & 0x1FFF); {
		case pid == out:
			continue
		case pid == pmtPID && table:
			// One packet has one section: 4 + 1 bytes before it, 12 in it before the streams, and
			// its CRC behind them.
			section := p[5:]
			end := 3 + int(binary.BigEndian.Uint16(section[1:])&0xFFF) - 4
			streams := section[:12:12]
			for at := 12; at < end; {
				next := at + 5 + int(binary.BigEndian.Uint16(section[at+3:])&0xFFF)
				if int(binary.BigEndian.Uint16(section[at+1:])&0x1FFF) != out {
					streams = append(streams, section[at:next]...)
				}
				at = next
			}
			binary.BigEndian.PutUint16(streams[1:], 0xB000|uint16(len(streams)-3+4))
			streams[5] += 2 // the next version
			streams = binary.BigEndian.AppendUint32(streams, crcOf(streams))
			for i := copy(section, streams); i < len(section); i++ {
				section[i] = 0xFF
			}
		}
		kept = append(kept, p...)
	}
	return kept
}

// crcOf is the CRC of a section. ISO/IEC 13818-1, Annex A.
func crcOf(section []byte) uint32 {
	crc := ^uint32(0)
	for _, b := range section {
		for bit := 7; bit >= 0; bit-- {
			carry := crc>>31 ^ uint32(b>>bit&1)
			crc <<= 1
			if carry != 0 {
				crc ^= 0x04C11DB7
			}
		}
	}
	return crc
}

// shiftMP4 moves the decode times of fragments. ISO/IEC 14496-12, 8.8.12; the time scales are those
// that FFmpeg gives pictures of 25 a second and sound of 48 kHz.
func shiftMP4(t *testing.T, by time.Duration) func([]byte) {
	t.Helper()
	scale := make(map[uint32]int64)
	stream := fragmentedStream(t)
	init, err := os.ReadFile(filepath.Join(stream.Folder, "init.mp4"))
	require.NoError(t, err)
	body, err := os.ReadFile(filepath.Join(stream.Folder, "segment0.m4s"))
	require.NoError(t, err)
	input, err := libav.OpenInput(bytes.NewReader(append(init, body...)), libav.InputOptions{})
	require.NoError(t, err)
	defer input.Close()
	for i, s := range input.Streams() {
		scale[uint32(i+1)] = s.TimeBase.Den
	}
	return func(body []byte) {
		for rest := body; ; {
			at := bytes.Index(rest, []byte("tfdt"))
			if at < 0 {
				return
			}
			track := bytes.LastIndex(rest[:at], []byte("tfhd"))
			id := binary.BigEndian.Uint32(rest[track+8:])
			require.EqualValues(t, 1, rest[at+4], "version")
			ticks := int64(binary.BigEndian.Uint64(rest[at+8:])) + int64(by/time.Millisecond)*scale[id]/1000
			binary.BigEndian.PutUint64(rest[at+8:], uint64(ticks))
			rest = rest[at+16:]
		}
	}
}
