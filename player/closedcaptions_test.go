package player_test

import (
	"bytes"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
)

// lineTwentyOne writes what CTA-608 has for each picture: a pair of bytes, control codes twice.
type lineTwentyOne map[int][2]byte

func (l lineTwentyOne) put(from int, pairs ...[2]byte) {
	for _, p := range pairs {
		for l[from] != [2]byte{} {
			from++
		}
		l[from] = p
	}
}

// control is a control code of the first channel: it is sent twice.
func control(code byte) [][2]byte { return [][2]byte{{0x14, code}, {0x14, code}} }

// letters are pairs of characters.
func letters(text string) (pairs [][2]byte) {
	if len(text)%2 == 1 {
		text += "\x00"
	}
	for i := 0; i < len(text); i += 2 {
		pairs = append(pairs, [2]byte{text[i], text[i+1]})
	}
	return pairs
}

// captioned puts the captions of the two fields into a stream of H.264 with access unit delimiters and without B-frames, as SEI messages: ITU-T T.35 of ATSC A/53, part 4.
func captioned(t *testing.T, stream []byte, first, second lineTwentyOne) []byte {
	t.Helper()
	parity := func(b byte) byte {
		if bits.OnesCount8(b)%2 == 0 {
			return b | 0x80
		}
		return b
	}
	var out bytes.Buffer
	picture, done := -1, true
	for nal := range bytes.SplitSeq(bytes.ReplaceAll(stream, []byte{0, 0, 0, 1}, []byte{0, 0, 1}), []byte{0, 0, 1}) {
		if len(nal) == 0 {
			continue
		}
		switch nal[0] & 31 {
		case 9:
			picture, done = picture+1, false
		case 1, 5:
			if !done {
				done = true
				payload := append([]byte{0xb5, 0, 0x31}, "GA94\x03\xc2\xff"...)
				payload = append(payload, 0xfc, parity(first[picture][0]), parity(first[picture][1]))
				payload = append(payload, 0xfd, parity(second[picture][0]), parity(second[picture][1]), 0xff)
				out.Write(append([]byte{0, 0, 0, 1, 6, 4, byte(len(payload))}, append(payload, 0x80)...))
			}
		}
		out.Write([]byte{0, 0, 0, 1})
		out.Write(nal)
	}
	require.Greater(t, picture, 10)
	return out.Bytes()
}

// withCaptions makes a presentation of four seconds with two screens of captions; main.m3u8 tells of them, and video.m3u8 does not.
func withCaptions(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	ffmpeg := func(arguments ...string) {
		out, err := exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-v", "error", "-nostdin", "-y"}, arguments...)...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	raw := filepath.Join(folder, "raw.h264")
	ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25,trim=end_frame=100", "-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "25",
		"-x264-params", "aud=1", "-pix_fmt", "yuv420p", raw)
	stream, err := os.ReadFile(raw)
	require.NoError(t, err)
	captions := make(lineTwentyOne)
	const load, bottom, show, erase = 0x20, 0x70, 0x2f, 0x2c // RCL, a row, EOC, EDM
	captions.put(5, control(load)...)
	captions.put(7, control(bottom)...)
	captions.put(9, letters("GOOD MORNING")...)
	captions.put(20, control(show)...)
	captions.put(30, control(load)...)
	captions.put(32, append(control(bottom), letters("second")...)...)
	captions.put(50, control(show)...)
	captions.put(80, control(erase)...)
	spanish := make(lineTwentyOne)
	for _, code := range []byte{load, bottom} {
		spanish.put(5, [2]byte{0x15, code}, [2]byte{0x15, code})
	}
	spanish.put(9, letters("BUENOS DIAS")...)
	spanish.put(20, [2]byte{0x15, show}, [2]byte{0x15, show})
	require.NoError(t, os.WriteFile(raw, captioned(t, stream, captions, spanish), 0o600))
	ffmpeg("-framerate", "25", "-f", "h264", "-i", raw, "-c", "copy", "-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod",
		"-hls_segment_filename", filepath.Join(folder, "%d.ts"), filepath.Join(folder, "video.m3u8"))
	main := "#EXTM3U\n#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",NAME=\"English CC\",LANGUAGE=\"en\",INSTREAM-ID=\"CC1\"\n" +
		"#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",NAME=\"Spanish\",LANGUAGE=\"es\",INSTREAM-ID=\"CC3\"\n" +
		"#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",NAME=\"French\",LANGUAGE=\"fr\",INSTREAM-ID=\"SERVICE3\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=400000,CODECS=\"avc1.64000c\",CLOSED-CAPTIONS=\"cc\"\nvideo.m3u8\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), []byte(main), 0o600))
	return folder
}

// TestClosedCaptions shows captions that come with the pictures: a screen at the picture with which it is complete, and none after it was erased.
func TestClosedCaptions(t *testing.T) {
	t.Parallel()
	folder := withCaptions(t)
	s := newScreen(t, player.Config{SubtitleLanguage: "en"})
	s.open(filepath.Join(folder, "main.m3u8"), nil, 0)
	now := s.state(player.Prepared)
	require.Len(t, now.Subtitles, 2, "what cannot be read is not offered")
	assert.Equal(t, "English CC", now.Subtitles[0].Name)
	assert.Equal(t, 0, now.Subtitle)
	s.play()
	s.state(player.Complete)
	at := func(picture int) string {
		text := ""
		for _, c := range s.player.Cues(time.Duration(picture)*40*time.Millisecond + 10*time.Millisecond) {
			text += c.Text()
		}
		return text
	}
	for picture, want := range map[int]string{0: "", 15: "", 19: "", 21: "GOOD MORNING", 49: "GOOD MORNING", 51: "second", 79: "second", 81: "", 99: ""} {
		assert.Equal(t, want, at(picture), "picture %d", picture)
	}
	all, err := s.player.AllCues(t.Context(), 0, time.Hour)
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, "second", all[1].Text())
	assert.Equal(t, 30*40*time.Millisecond, all[1].End-all[1].Start, "until it was erased")
	cues := s.player.Cues(22 * 40 * time.Millisecond)
	require.Len(t, cues, 1)
	assert.Greater(t, cues[0].Settings.Line, 80.0, "in the lowest row")
	require.NoError(t, s.player.SelectSubtitles(-1))
	assert.Empty(t, at(21))
	require.NoError(t, s.player.SelectSubtitles(1))
	s.play()
	s.state(player.Playing)
	s.state(player.Complete)
	assert.Equal(t, "BUENOS DIAS", at(22), "the other field's")
}

// TestCaptionsThatNothingTellsOf offers them once a picture had some.
func TestCaptionsThatNothingTellsOf(t *testing.T) {
	t.Parallel()
	folder := withCaptions(t)
	for name, source := range map[string]string{"playlist": filepath.Join(folder, "video.m3u8"), "file": filepath.Join(folder, "0.ts")} {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t, player.Config{})
			s.open(source, nil, 0)
			s.state(player.Prepared)
			s.play()
			now := s.until("they are found", func(now player.Snapshot) bool { return len(now.Subtitles) == 2 })
			assert.Equal(t, -1, now.Subtitle, "nobody has asked for them")
			require.NoError(t, s.player.SelectSubtitles(0))
			assert.Equal(t, "Closed captions", now.Subtitles[0].Name)
			assert.Equal(t, "Closed captions CC3", now.Subtitles[1].Name)
			require.ErrorIs(t, s.player.SelectSubtitles(2), player.ErrSubtitles)
			s.state(player.Complete)
			s.play()
			s.state(player.Playing)
			s.state(player.Complete)
			cues := s.player.Cues(22 * 40 * time.Millisecond)
			require.Len(t, cues, 1)
			assert.Equal(t, "GOOD MORNING", cues[0].Text())
		})
	}
	t.Run("none", func(t *testing.T) {
		s := newScreen(t, player.Config{FreeRun: true})
		s.open(mediatest.Make(t, mediatest.Spec{Container: "ts", Video: "h264"}), nil, 0)
		s.play()
		assert.Empty(t, s.state(player.Complete).Subtitles)
	})
}
