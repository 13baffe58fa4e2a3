package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// desktopStart is how long a display or a sound server may take to come up on a busy machine.
const desktopStart = time.Minute

// desktop is a display and a sound server of a test's own: Xvfb, and PulseAudio with a null sink. Both are children of
// the test and end with it.
type desktop struct {
	// Constant after newDesktop.
	display     string // ":7"
	framebuffer string // a file in the X window dump format that Xvfb draws into
	state       string // HOME and the XDG folders of what runs on the desktop
}

// newDesktop starts both servers and waits until they answer.
func newDesktop(t testing.TB, width, height int) *desktop {
	t.Helper()
	d := newSilentDesktop(t, width, height)
	d.startSound(t)
	return d
}

// newSilentDesktop is newDesktop without a sound server.
func newSilentDesktop(t testing.TB, width, height int) *desktop {
	t.Helper()
	d := &desktop{state: emptyState(t)}
	d.startDisplay(t, width, height)
	return d
}

// emptyState makes the folders of plainEnvironment.
func emptyState(t testing.TB) string {
	t.Helper()
	state := t.TempDir()
	for _, folder := range []string{"home", "runtime", "config", "cache", "data"} {
		require.NoError(t, os.Mkdir(filepath.Join(state, folder), 0o700))
	}
	return state
}

// environment is that of a program on the desktop: nothing of the person's own settings.
func (d *desktop) environment() []string {
	return append(plainEnvironment(d.state), "DISPLAY="+d.display)
}

// plainEnvironment is an environment without a display and with folders of its own.
func plainEnvironment(state string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"LANG=C.UTF-8",
		"HOME=" + filepath.Join(state, "home"),
		"XDG_RUNTIME_DIR=" + filepath.Join(state, "runtime"),
		"XDG_CONFIG_HOME=" + filepath.Join(state, "config"),
		"XDG_CACHE_HOME=" + filepath.Join(state, "cache"),
		"XDG_DATA_HOME=" + filepath.Join(state, "data"),
	}
}

// startDisplay starts Xvfb on a display number that it picks itself.
func (d *desktop) startDisplay(t testing.TB, width, height int) {
	t.Helper()
	folder := t.TempDir()
	number, tell, err := os.Pipe()
	require.NoError(t, err)
	defer number.Close()
	command := exec.CommandContext(t.Context(), "Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height),
		"-fbdir", folder, "-nolisten", "tcp", "-noreset")
	command.ExtraFiles = []*os.File{tell} // descriptor 3
	startChild(t, command)
	require.NoError(t, tell.Close())
	require.NoError(t, number.SetReadDeadline(time.Now().Add(desktopStart)))
	line, err := bufio.NewReader(number).ReadString('\n')
	require.NoError(t, err, "Xvfb did not start")
	d.display = ":" + strings.TrimSpace(line)
	d.framebuffer = filepath.Join(folder, "Xvfb_screen0")
}

// startSound starts PulseAudio with a null sink that keeps the time of a real device.
func (d *desktop) startSound(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), desktopStart)
	defer cancel()
	command := exec.CommandContext(t.Context(), "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
		"--log-level=info", "--log-target=stderr", "-L", "module-native-protocol-unix", "-L", "module-null-sink sink_name=null rate=48000")
	command.Env = plainEnvironment(d.state)
	started := newAwaitedLine("Daemon startup complete")
	command.Stderr = started
	startChild(t, command)
	require.NoError(t, started.wait(ctx), "PulseAudio did not start")
}

// startChild starts a server that the end of the test stops. It is ended by its process id and waited for.
func startChild(t testing.TB, command *exec.Cmd) {
	t.Helper()
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 10 * time.Second
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		// t.Context is cancelled by now; the state that a signal leaves is no failure.
		_ = command.Wait()
	})
}

// screenshot is what the display shows now.
func (d *desktop) screenshot() (*image.RGBA, error) {
	dump, err := os.ReadFile(d.framebuffer)
	if err != nil {
		return nil, err
	}
	return decodeWindowDump(dump)
}

// decodeWindowDump reads the X window dump that Xvfb keeps: 32 bits a pixel, blue first.
//
//	| header, big endian: size, version 7, format 2, depth, width, height, ... | colours, 12 bytes each | rows |
func decodeWindowDump(dump []byte) (*image.RGBA, error) {
	const fields = 25
	if len(dump) < fields*4 {
		return nil, io.ErrUnexpectedEOF
	}
	var header [fields]int
	for i := range header {
		header[i] = int(binary.BigEndian.Uint32(dump[4*i:]))
	}
	headerSize, version, width, height := header[0], header[1], header[4], header[5]
	order, bitsPerPixel, stride, colours := header[7], header[11], header[12], header[19]
	start := headerSize + 12*colours
	if version != 7 || bitsPerPixel != 32 || order != 0 || stride < 4*width {
		return nil, fmt.Errorf("window dump version %d with %d bits a pixel, byte order %d, %d bytes a row", version, bitsPerPixel, order, stride)
	}
	if len(dump) < start+stride*height {
		return nil, io.ErrUnexpectedEOF
	}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		row := dump[start+y*stride:][:4*width]
		out := picture.Pix[y*picture.Stride:][:4*width]
		for x := 0; x < len(row); x += 4 {
			out[x], out[x+1], out[x+2], out[x+3] = row[x+2], row[x+1], row[x], 255
		}
	}
	return picture, nil
}

// loudness listens to what the null sink plays until a stretch of 100 ms is louder than the threshold (root mean square, full
// scale 1), or the context ends. It returns the loudest stretch.
func (d *desktop) loudness(ctx context.Context, threshold float64) (float64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	command := exec.CommandContext(ctx, "parec", "--device=null.monitor", "--format=s16le", "--rate=48000", "--channels=2", "--latency-msec=50")
	command.Env = plainEnvironment(d.state)
	sound, err := command.StdoutPipe()
	if err != nil {
		return 0, err
	}
	var complaint bytes.Buffer
	command.Stderr = &complaint
	if err := command.Start(); err != nil {
		return 0, err
	}
	defer func() {
		cancel()
		_ = command.Wait() // ended by cancel
	}()

	loudest := 0.0
	stretch := make([]byte, 48000/10*2*2)
	for loudest < threshold {
		if _, err := io.ReadFull(sound, stretch); err != nil {
			if ctx.Err() != nil {
				return loudest, ctx.Err()
			}
			return loudest, fmt.Errorf("parec: %w: %s", err, complaint.String())
		}
		sum := 0.0
		for i := 0; i < len(stretch); i += 2 {
			sample := float64(int16(binary.LittleEndian.Uint16(stretch[i:]))) / (1 << 15)
			sum += sample * sample
		}
		loudest = max(loudest, math.Sqrt(sum/float64(len(stretch)/2)))
	}
	return loudest, nil
}

// awaitedLine is a writer that tells when a line with a text has come. Safe for concurrent use.
type awaitedLine struct {
	text string
	seen chan struct{}

	mu      sync.Mutex
	written bytes.Buffer // guarded by mu
	done    bool         // guarded by mu
}

func newAwaitedLine(text string) *awaitedLine {
	return &awaitedLine{text: text, seen: make(chan struct{})}
}

func (a *awaitedLine) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.done {
		a.written.Write(p)
		if strings.Contains(a.written.String(), a.text) {
			a.done = true
			close(a.seen)
		}
	}
	return len(p), nil
}

// wait returns when the text has come; its error holds what came instead.
func (a *awaitedLine) wait(ctx context.Context) error {
	select {
	case <-a.seen:
		return nil
	case <-ctx.Done():
		a.mu.Lock()
		defer a.mu.Unlock()
		return errors.Join(ctx.Err(), errors.New(a.written.String()))
	}
}

// every calls step at each tick until it reports done or an error, or the context ends: for what another process
// shows and does not announce.
func every(ctx context.Context, interval time.Duration, step func() (done bool, err error)) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if done, err := step(); done || err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
