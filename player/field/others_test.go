package field

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// othersTime is how long another player may take for a row.
const othersTime = 40 * time.Second

// TestOthers writes what FFmpeg and mpv make of each row to the file that LATCHKEY_OTHERS names:
// how others.txt was made. It needs both programs.
//
//	LATCHKEY_OTHERS=others.txt go test -run TestOthers ./player/field
func TestOthers(t *testing.T) {
	path := os.Getenv("LATCHKEY_OTHERS")
	if path == "" {
		t.Skip("LATCHKEY_OTHERS names no file")
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "What FFmpeg and mpv make of the rows of the table: decoded pictures / stretches of sound, and how the program ended.\n"+
		"Measured on %s with\n  %s\n  %s\n\n%-62s %-28s %s\n", time.Now().Format(time.DateOnly), version(t, "ffmpeg", "-version"),
		version(t, "mpv", "--version"), "row", "FFmpeg", "mpv")
	for _, r := range table() {
		open := r.open
		if open == "" {
			open = "/index.m3u8"
		}
		// Each has an origin of its own: what a script answers may depend on what was asked before.
		ffmpeg := outcome(t, "ffmpeg", "-nostdin", "-v", "info", "-i", newOrigin(t, r).server.URL+open, "-map", "0:v?", "-map", "0:a?", "-vf", "showinfo", "-af", "ashowinfo", "-f", "null", "-")
		mpv := outcome(t, "mpv", "--no-config", "--vo=null", "--ao=null", "--ao-null-untimed", "--untimed", "--vf=lavfi=[showinfo]", "--af=lavfi=[ashowinfo]",
			"--msg-level=all=info,ffmpeg=v", newOrigin(t, r).server.URL+open)
		fmt.Fprintf(&text, "%-62s %-28s %s\n", r.name, ffmpeg, mpv)
	}
	require.NoError(t, os.WriteFile(path, text.Bytes(), 0o644))
}

// outcome runs a player and says what it gave.
func outcome(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), othersTime)
	defer cancel()
	command := exec.CommandContext(ctx, name, arguments...)
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	end := "ended"
	switch {
	case ctx.Err() != nil:
		end = fmt.Sprintf("stopped after %v", othersTime)
	case errors.As(err, &exit):
		end = fmt.Sprintf("exit %d", exit.ExitCode())
	case err != nil:
		require.NoError(t, err)
	}
	pictures, sounds := 0, 0
	for line := range strings.Lines(string(output)) {
		switch {
		case strings.Contains(line, "nb_samples:"):
			sounds++
		case strings.Contains(line, "pts_time:") && strings.Contains(line, "fmt:"):
			pictures++
		}
	}
	return fmt.Sprintf("%d / %d, %s", pictures, sounds, end)
}

// version is the first line that a program prints of itself.
func version(t *testing.T, name, flag string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), name, flag).Output()
	require.NoError(t, err)
	line, _, _ := strings.Cut(string(output), "\n")
	return line
}
