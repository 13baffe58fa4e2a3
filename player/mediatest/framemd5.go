package mediatest

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Which is what kind of stream frames are of.
type Which string

// The kinds of streams.
const (
	Video Which = "v"
	Audio Which = "a"
)

// Frame is what ffmpeg says of a decoded frame.
type Frame struct {
	// Ticks is the time stamp in the stream's time base for pictures, in samples for sound.
	Ticks int64
	// PTS is the time stamp, rounded to microseconds.
	PTS time.Duration
	// Size is the length of the frame's data in bytes, without padding.
	Size int
	// MD5 is the digest of the planes in order without padding, or of the samples as s16, interleaved, at
	// their own rate: lower-case hexadecimal.
	MD5 string
}

// FrameMD5 returns what ffmpeg decodes of the first stream of a kind, by the media time that the
// container carries. The frames of the stream must all be of one size.
func FrameMD5(t testing.TB, path string, which Which) []Frame {
	t.Helper()
	return frameMD5(t, nil, path, which, 0)
}

// FrameMD5Of is FrameMD5 of the stream of a kind with a number, counted from 0.
func FrameMD5Of(t testing.TB, path string, which Which, number int) []Frame {
	t.Helper()
	return frameMD5(t, nil, path, which, number)
}

// FrameMD5Pipe is FrameMD5 of a medium that ffmpeg reads once, without seeking.
func FrameMD5Pipe(t testing.TB, medium []byte, which Which) []Frame {
	t.Helper()
	return frameMD5(t, medium, "pipe:0", which, 0)
}

func frameMD5(t testing.TB, input []byte, path string, which Which, number int) []Frame {
	t.Helper()
	arguments := []string{"-noautorotate", "-copyts"}
	if filepath.Ext(path) == ".m3u8" {
		arguments = append(arguments, "-allowed_extensions", "ALL") // of keys
	}
	arguments = append(arguments, "-i", path, "-map", "0:"+string(which)+":"+strconv.Itoa(number))
	if which == Video {
		arguments = append(arguments, "-fps_mode", "passthrough", "-enc_time_base", "-1", "-noautoscale")
	} else {
		arguments = append(arguments, "-c:a", "pcm_s16le")
	}
	out, err := run(input, append(arguments, "-f", "framemd5", "-")...)
	require.NoError(t, err)
	frames, err := parseFrameMD5(out)
	require.NoError(t, err)
	return frames
}

// parseFrameMD5 reads the output of ffmpeg's framemd5 for one stream:
//
//	#tb 0: 1/12800
//	0,          0,          0,      512,    21600, 8cc3f7eaf1b3b4ecbd3a4f9b2a7d7d11
func parseFrameMD5(out []byte) ([]Frame, error) {
	var frames []Frame
	var num, den int64
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		line := lines.Text()
		if text, ok := strings.CutPrefix(line, "#tb 0: "); ok {
			if _, err := fmt.Sscanf(text, "%d/%d", &num, &den); err != nil || num <= 0 || den <= 0 {
				return nil, fmt.Errorf("mediatest: framemd5 has a time base of %q", text)
			}
			continue
		}
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		fields := strings.Split(line, ",")
		if len(fields) < 6 || den == 0 {
			return nil, fmt.Errorf("mediatest: framemd5 has the line %q", line)
		}
		pts, err := strconv.ParseInt(strings.TrimSpace(fields[2]), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("mediatest: framemd5: %w", err)
		}
		size, err := strconv.Atoi(strings.TrimSpace(fields[4]))
		if err != nil {
			return nil, fmt.Errorf("mediatest: framemd5: %w", err)
		}
		frames = append(frames, Frame{Ticks: pts, PTS: microseconds(pts, num, den), Size: size, MD5: strings.TrimSpace(fields[5])})
	}
	return frames, lines.Err()
}

// microseconds rounds ticks of num/den seconds to the nearest microsecond, halves away from zero.
func microseconds(ticks, num, den int64) time.Duration {
	scaled := ticks * num * 1_000_000
	if scaled < 0 {
		scaled -= den / 2
	} else {
		scaled += den / 2
	}
	return time.Duration(scaled/den) * time.Microsecond
}

// PacketSizes are the lengths in bytes of the packets of a file's first stream.
func PacketSizes(t testing.TB, path string) []int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "0", "-show_entries", "packet=size", "-of", "csv=p=0", path).Output()
	require.NoError(t, err)
	var sizes []int
	for line := range strings.Lines(string(out)) {
		size, err := strconv.Atoi(strings.Trim(line, ",\n"))
		require.NoError(t, err)
		sizes = append(sizes, size)
	}
	return sizes
}
