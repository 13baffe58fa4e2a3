package main_test

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/mediatest"
)

const (
	// hangLimit bounds the end of a program whose decoder hangs: two seconds, and what a busy
	// machine adds to that.
	hangLimit = 3 * time.Second
	// hangStart bounds the time until the decoder hangs, on a busy machine.
	hangStart = time.Minute
)

// startHanging runs the program with a decoder that never comes back, and returns when it hangs.
func startHanging(ctx context.Context, t *testing.T, environment []string, arguments ...string) *running {
	t.Helper()
	r := startFile(ctx, t, os.Args[0], append(environment, "LATCHKEY_TEST_HANGS=1", "GORACE=atexit_sleep_ms=0"), arguments...)
	r.saying(ctx, t, "the decoder hangs")
	return r
}

// saying returns when the program has written a text to standard error.
func (r *running) saying(ctx context.Context, t *testing.T, text string) {
	t.Helper()
	require.NoError(t, every(ctx, 5*time.Millisecond, func() (bool, error) {
		select {
		case <-r.done:
			return true, nil
		default:
			return strings.Contains(r.stderr.String(), text), nil
		}
	}), "%s", r.stderr.String())
}

// endsSoon calls leave, and expects the program to end soon after it.
func (r *running) endsSoon(t *testing.T, leave func()) {
	t.Helper()
	begin := time.Now()
	leave()
	select {
	case <-r.done:
		t.Logf("ended after %v", time.Since(begin).Round(time.Millisecond))
		assert.Less(t, time.Since(begin), hangLimit)
	case <-time.After(2 * hangLimit):
		require.Fail(t, "the program does not end")
	}
}

// makeClip writes a short film.
func makeClip(t *testing.T) string {
	t.Helper()
	return mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 50, Width: 64, Height: 36}}).Playlist
}

// skipIgnored leaves out a signal that is ignored here, as nohup has it for SIGHUP: the program
// ignores it too.
func skipIgnored(t *testing.T, s syscall.Signal) {
	t.Helper()
	if s != 0 && signal.Ignored(s) {
		t.Skipf("%v is ignored", s)
	}
}

// TestSignalsEndAHangingProgram ends programs whose decoder never comes back, and holds that the
// report is written all the same.
func TestSignalsEndAHangingProgram(t *testing.T) {
	clip := makeClip(t)
	for name, test := range map[string]struct {
		signal    syscall.Signal
		arguments []string
	}{
		"probe, SIGTERM":            {syscall.SIGTERM, []string{"probe"}},
		"probe, SIGINT":             {syscall.SIGINT, []string{"probe"}},
		"probe, SIGHUP":             {syscall.SIGHUP, []string{"probe"}},
		"probe --realtime, SIGTERM": {syscall.SIGTERM, []string{"probe", "--realtime"}},
		"probe --cues, SIGTERM":     {syscall.SIGTERM, []string{"probe", "--cues", os.DevNull}},
	} {
		t.Run(name, func(t *testing.T) {
			skipIgnored(t, test.signal)
			ctx, cancel := context.WithTimeout(t.Context(), hangStart)
			defer cancel()
			file := filepath.Join(t.TempDir(), "report.json")
			r := startHanging(ctx, t, plainEnvironment(emptyState(t)), append(test.arguments, "--report", file, clip)...)
			r.endsSoon(t, func() { require.NoError(t, r.process.Signal(test.signal)) })
			assert.Equal(t, 130, r.code, "%s", r.stderr.String())
			assert.Equal(t, "stopped", readReport(t, file).Result)
		})
	}
}

// TestASecondSignalEndsAtOnce sends two signals.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), hangStart)
	defer cancel()
	r := startHanging(ctx, t, plainEnvironment(emptyState(t)), "probe", makeClip(t))
	require.NoError(t, r.process.Signal(syscall.SIGTERM))
	begin := time.Now()
	r.endsSoon(t, func() { require.NoError(t, r.process.Signal(syscall.SIGINT)) })
	assert.Less(t, time.Since(begin), time.Second)
	assert.Equal(t, 130, r.code)
}

// TestAHangingWindowCloses closes windows whose decoder never comes back.
func TestAHangingWindowCloses(t *testing.T) {
	clip := makeClip(t)
	d := newSilentDesktop(t, 800, 600)
	for name, test := range map[string]struct {
		leave  func(context.Context, *running)
		code   int
		signal syscall.Signal
	}{
		"Ctrl+Q":  {func(ctx context.Context, _ *running) { d.keys(ctx, t, "ctrl+q") }, 0, 0},
		"SIGTERM": {func(_ context.Context, r *running) { require.NoError(t, r.process.Signal(syscall.SIGTERM)) }, 130, syscall.SIGTERM},
		"SIGHUP":  {func(_ context.Context, r *running) { require.NoError(t, r.process.Signal(syscall.SIGHUP)) }, 130, syscall.SIGHUP},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), hangStart)
			defer cancel()
			file := filepath.Join(t.TempDir(), "report.json")
			skipIgnored(t, test.signal)
			r := startHanging(ctx, t, d.environment(), "--ao", "null", "--report", file, clip)
			d.awaitWindow(ctx, t)
			r.endsSoon(t, func() { test.leave(ctx, r) })
			assert.Equal(t, test.code, r.code, "%s", r.stderr.String())
			assert.NotEmpty(t, readReport(t, file).Result)
		})
	}
}

// TestASignalEndsWhatNobodyReads ends a program that waits for the reader of its output.
func TestASignalEndsWhatNobodyReads(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), hangStart)
	defer cancel()
	playlist := "#EXTM3U\n#EXT-X-TARGETDURATION:2\n" + strings.Repeat("#EXTINF:2,\nsegment.ts\n", 20000) + "#EXT-X-ENDLIST\n"
	file := filepath.Join(t.TempDir(), "long.m3u8")
	require.NoError(t, os.WriteFile(file, []byte(playlist), 0o600))
	unread, written, err := os.Pipe()
	require.NoError(t, err)
	defer unread.Close()
	r := startTo(ctx, t, program(t), written, plainEnvironment(emptyState(t)), "playlist", file)
	require.NoError(t, written.Close())
	first := make([]byte, 1)
	_, err = unread.Read(first)
	require.NoError(t, err)
	r.endsSoon(t, func() { require.NoError(t, r.process.Signal(syscall.SIGTERM)) })
	assert.Equal(t, 130, r.code)
}
