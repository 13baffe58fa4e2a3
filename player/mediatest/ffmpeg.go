package mediatest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ffmpegTime bounds one run of ffmpeg.
const ffmpegTime = 2 * time.Minute

// errNoFFmpeg is what every helper fails with where ffmpeg is not installed.
var errNoFFmpeg = errors.New("this test makes its media with the ffmpeg program, which is not installed: `make test-deps` installs it")

// FFmpeg runs ffmpeg with the given arguments and returns what it writes to standard output. The test
// fails, with what ffmpeg complained about, when it does.
func FFmpeg(t testing.TB, arguments ...string) []byte {
	t.Helper()
	out, err := run(nil, arguments...)
	require.NoError(t, err)
	return out
}

// run runs ffmpeg with input on standard input.
func run(input []byte, arguments ...string) ([]byte, error) {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, errNoFFmpeg
	}
	ctx, cancel := context.WithTimeout(context.Background(), ffmpegTime)
	defer cancel()
	arguments = append([]string{"-hide_banner", "-nostdin", "-y", "-v", "error"}, arguments...)
	if input != nil {
		arguments[1] = "-stdin"
	}
	command := exec.CommandContext(ctx, program, arguments...)
	var out, complaint bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaint
	if input != nil {
		command.Stdin = bytes.NewReader(input)
	}
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("ffmpeg %s: %w\n%s", strings.Join(arguments, " "), err, complaint.String())
	}
	return out.Bytes(), nil
}
