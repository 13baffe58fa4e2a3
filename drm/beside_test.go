package drm_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// besideSize is how much FFmpeg decrypts: enough that its start does not count.
const besideSize = 256 << 20

// BenchmarkBeside prints how fast others decrypt AES-128 CBC on this machine, beside BenchmarkSegmentReader: OpenSSL in memory, and FFmpeg's
// crypto: protocol from a file, less the time that it takes to read the same file clear.
func BenchmarkBeside(b *testing.B) {
	b.Run("openssl speed", func(b *testing.B) {
		for b.Loop() {
			output, err := exec.CommandContext(b.Context(), "openssl", "speed", "-mr", "-seconds", "1", "-bytes", "65536", "-decrypt", "-evp", "aes-128-cbc").Output()
			require.NoError(b, err)
			match := regexp.MustCompile(`(?mi)^\+F:\d+:aes-128-cbc:([\d.]+)`).FindSubmatch(output)
			require.NotNil(b, match, "%s", output)
			rate, err := strconv.ParseFloat(string(match[1]), 64)
			require.NoError(b, err)
			b.ReportMetric(rate/1e6, "MB/s")
		}
		b.ReportMetric(0, "ns/op")
	})
	b.Run("ffmpeg crypto:", func(b *testing.B) {
		file := filepath.Join(b.TempDir(), "segment")
		data := encrypt(b, pad(bytes.Repeat(noise(1<<20), besideSize>>20)))
		require.NoError(b, os.WriteFile(file, data, 0o600))
		read := func(arguments ...string) time.Duration {
			arguments = append([]string{"-v", "error", "-nostdin", "-f", "data", "-raw_packet_size", "65536"}, arguments...)
			began := time.Now()
			output, err := exec.CommandContext(b.Context(), "ffmpeg", append(arguments, "-map", "0", "-c", "copy", "-f", "data", "-y", "/dev/null")...).CombinedOutput()
			require.NoError(b, err, "%s", output)
			return time.Since(began)
		}
		for b.Loop() {
			plain := read("-i", file)
			took := read("-decryption_key", hex.EncodeToString(testKey), "-decryption_iv", hex.EncodeToString(testIV[:]), "-i", "crypto:"+file)
			b.ReportMetric(float64(len(data))/1e6/(took-plain).Seconds(), "MB/s")
		}
		b.ReportMetric(0, "ns/op")
	})
}
