//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// execute runs the command line in this process, and returns its exit code and what it says on
// standard error. It fails the test when that takes longer than something that waits for nothing.
func execute(t *testing.T, arguments ...string) (int, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		root := newRoot(&stdout, &stderr)
		root.SetArgs(arguments)
		code <- exit(root.ExecuteContext(t.Context()), false, &stderr)
	}()
	select {
	case c := <-code:
		return c, stderr.String()
	case <-time.After(20 * time.Second):
		require.Fail(t, "it waits", "%v", arguments)
		return 0, ""
	}
}

// TestFilesOfFlags gives each flag that reads a file what is none.
func TestFilesOfFlags(t *testing.T) {
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	large := filepath.Join(folder, "large")
	require.NoError(t, os.WriteFile(large, nil, 0o600))
	require.NoError(t, os.Truncate(large, 1<<30))
	const address = "http://127.0.0.1:9/film.m3u8"
	flags := map[string]func(file string) []string{
		"--cookies-file": func(file string) []string { return []string{"--cookies-file", file} },
		"--cookie":       func(file string) []string { return []string{"--cookie", "@" + file} },
		"--key":          func(file string) []string { return []string{"--key", "@" + file} },
		"--proxy":        func(file string) []string { return []string{"--proxy", "@" + file} },
		"--ca-file":      func(file string) []string { return []string{"--ca-file", file} },
		"--client-cert":  func(file string) []string { return []string{"--client-cert", file} },
		"--client-key":   func(file string) []string { return []string{"--client-key", file} },
	}
	for flag, of := range flags {
		for file, says := range map[string]string{pipe: "a pipe or a device", "/dev/zero": "a pipe or a device", folder: "a folder", large: "large"} {
			t.Run(flag+" "+filepath.Base(file), func(t *testing.T) {
				code, said := execute(t, append([]string{"probe"}, append(of(file), address)...)...)
				assert.Equal(t, exitUsage, code, "%s", said)
				assert.Contains(t, said, flag+": "+file)
				if file != large || flag != "--cookies-file" { // which names the line
					assert.Contains(t, said, says)
				}
				assert.Equal(t, 1, strings.Count(said, "\n"), "one line: %s", said)
			})
		}
	}
}

// TestSourcesThatAreNoFiles opens what is none.
func TestSourcesThatAreNoFiles(t *testing.T) {
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe.m3u8")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for name, arguments := range map[string][]string{
		"probe":            {"probe", "--report", os.DevNull},
		"probe --realtime": {"probe", "--realtime", "--report", os.DevNull},
		"probe --list":     {"probe", "--list"},
		"playlist":         {"playlist"},
	} {
		for file, says := range map[string]string{
			pipe:        "latchkey: " + pipe + " is a pipe or a device. Choose a file. (code 4007)\n",
			"/dev/zero": "latchkey: /dev/zero is a pipe or a device. Choose a file. (code 4007)\n",
			folder:      "latchkey: " + folder + " is a folder. Choose a file in it. (code 4007)\n",
		} {
			t.Run(name+" "+filepath.Base(file), func(t *testing.T) {
				code, said := execute(t, append(arguments, file)...)
				assert.Equal(t, exitMedia, code)
				assert.Equal(t, says, said)
			})
		}
	}
}

// TestOutputsThatCannotBeWritten names a pipe that nobody reads, a full device and a folder that is
// not there.
func TestOutputsThatCannotBeWritten(t *testing.T) {
	source := subtitledStream(t)
	folder := t.TempDir()
	pipe, none := filepath.Join(folder, "pipe"), filepath.Join(folder, "none", "file")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, flag := range []string{"--report", "--har", "--frame-hashes", "--audio-hash", "--cues"} {
		for file, says := range map[string]string{pipe: "it is a pipe that nobody reads", none: "no such file or directory", "/dev/full": "no space left on device"} {
			t.Run(flag+" "+filepath.Base(file), func(t *testing.T) {
				arguments := []string{"probe", flag, file, "--sub-lang", "en", "--length", "1s"}
				if flag != "--report" {
					arguments = append(arguments, "--report", os.DevNull)
				}
				code, said := execute(t, append(arguments, source)...)
				assert.Equal(t, exitOutput, code, "%s", said)
				assert.Equal(t, "latchkey: "+file+" cannot be written: "+says+". (code 7003)\n", said)
			})
		}
	}
}
