package audio

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pulse is a PulseAudio server of the test's own, with one sink that discards.
type pulse struct {
	dir    string
	socket string
	output bytes.Buffer
	server *child
	keeper *child
}

// child is a process that is waited for.
type child struct {
	*exec.Cmd
	exited chan struct{}
}

func newChild(t *testing.T, c *exec.Cmd) *child {
	t.Helper()
	require.NoError(t, c.Start())
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = c.Wait() // killed
	}()
	return &child{Cmd: c, exited: exited}
}

func (c *child) kill(t *testing.T) {
	t.Helper()
	if err := c.Process.Kill(); err != nil {
		assert.ErrorIs(t, err, os.ErrProcessDone)
	}
	<-c.exited
}

// newPulse starts a server and makes it the one that this process plays to.
func newPulse(t *testing.T) *pulse {
	t.Helper()
	if _, err := exec.LookPath("pulseaudio"); err != nil {
		t.Skip("PulseAudio is not installed")
	}
	dir, err := os.MkdirTemp("", "pulse") //nolint:usetesting // a socket's path must be short
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	p := &pulse{dir: dir, socket: filepath.Join(dir, "native")}
	client := filepath.Join(dir, "client.conf")
	require.NoError(t, os.WriteFile(client, []byte("autospawn = no\n"), 0o600))
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("PULSE_SERVER", "unix:"+p.socket)
	t.Setenv("PULSE_CLIENTCONFIG", client)
	t.Setenv("PULSE_COOKIE", filepath.Join(dir, "cookie"))
	p.start(t)
	t.Cleanup(func() {
		p.kill(t)
		if t.Failed() {
			t.Logf("pulseaudio: %s", p.output.String())
		}
	})
	return p
}

func (p *pulse) start(t *testing.T) {
	t.Helper()
	c := exec.CommandContext(context.WithoutCancel(t.Context()), "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
		"--disable-shm=yes",
		"-L", "module-native-protocol-unix auth-anonymous=1 socket="+p.socket,
		"-L", "module-null-sink sink_name=null rate=48000 channels=2")
	c.Env = append(os.Environ(), "HOME="+p.dir, "XDG_CONFIG_HOME="+p.dir, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	c.Stderr = &p.output
	p.server = newChild(t, c)
	await(t, 10*time.Second, "the server answers", func() bool {
		out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "pactl", "list", "short", "sinks").Output()
		return err == nil && strings.Contains(string(out), "null")
	})
	// Without a listener the null sink renders up to 2 s ahead, and a stream that starts then waits for that long.
	p.keeper = newChild(t, exec.CommandContext(context.WithoutCancel(t.Context()), "parec", "--device=null.monitor", "--latency-msec=30", os.DevNull))
}

func (p *pulse) kill(t *testing.T) {
	t.Helper()
	p.server.kill(t)
	p.keeper.kill(t)
	if err := os.Remove(p.socket); err != nil {
		assert.ErrorIs(t, err, os.ErrNotExist)
	}
}

// recorder keeps the left channel of what the sink plays.
type recorder struct {
	mu   sync.Mutex
	left []float32
}

// record starts one; the function that it returns ends it.
func (p *pulse) record(t *testing.T) (r *recorder, stop func()) {
	t.Helper()
	r = &recorder{}
	ctx, cancel := context.WithCancel(t.Context())
	c := exec.CommandContext(ctx, "parec", "--device=null.monitor", "--format=float32le", "--rate=48000", "--channels=2",
		"--raw", "--latency-msec=100")
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	var wg sync.WaitGroup
	wg.Go(func() {
		frame := make([]byte, frameBytes)
		for in := bufio.NewReader(out); ; {
			if _, err := io.ReadFull(in, frame); err != nil {
				return
			}
			r.mu.Lock()
			r.left = append(r.left, math.Float32frombits(binary.LittleEndian.Uint32(frame)))
			r.mu.Unlock()
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		_ = c.Wait() // killed
	})
	t.Cleanup(stop)
	return r, stop
}

// clean says whether the last second of the record is the tone, without a click.
func (r *recorder) clean() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.left) < SampleRate {
		return false
	}
	last := r.left[len(r.left)-SampleRate:]
	return math.Abs(loudest(last)-0.5) < 0.02 && math.Abs(frequency(last)-440) < 1 && largestStep(last) < 0.04
}

// frequency is that of the upward zero crossings, in Hz.
func frequency(samples []float32) float64 {
	var first, last, n int
	for i := 1; i < len(samples); i++ {
		if samples[i-1] < 0 && samples[i] >= 0 {
			if n == 0 {
				first = i
			}
			last = i
			n++
		}
	}
	if n < 2 {
		return 0
	}
	return float64(n-1) * SampleRate / float64(last-first)
}

func newPulseSink(t *testing.T) *Sink {
	t.Helper()
	s := New(Options{})
	t.Cleanup(func() { closeSink(t, s) })
	await(t, 15*time.Second, "a device that takes sound", outputIs(s, "device"))
	return s
}

// pulseTolerance allows for a machine that is busy with other tests: the server then stumbles now and again, and what is
// required is a stretch without that.
var pulseTolerance = tolerance{
	slope: 0.01, rms: 4 * time.Millisecond, tries: 20,
	offset: 300 * time.Millisecond, resume: time.Second, start: 15 * time.Second,
}

func TestContractPulse(t *testing.T) {
	newPulse(t)
	contract(t, pulseTolerance, func(t *testing.T, test func(*testing.T, *Sink)) {
		t.Helper()
		s := newPulseSink(t)
		test(t, s)
		assert.Positive(t, s.Stats().DeviceOpens)
	})
}

func TestPulse(t *testing.T) {
	p := newPulse(t)
	s := newPulseSink(t)
	s.Play()
	play(t, s, 0, time.Hour, 1)
	await(t, 15*time.Second, "two seconds of sound", func() bool { return position(s) > 2*time.Second })

	r, stop := p.record(t)
	keeps(t, s, pulseTolerance, 1)
	await(t, time.Minute, "a clean tone", r.clean)
	assert.Zero(t, s.Stats().Underruns)
	stop()

	// the server goes: the wall clock takes over without a jump
	await(t, 15*time.Second, "device", outputIs(s, "device"))
	losses := s.Stats().DeviceLosses
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		p.kill(t)
	}()
	steady(t, s, 2*time.Second, 200*time.Millisecond)
	<-killed
	assert.Equal(t, "wall clock", s.Stats().Output)
	assert.Greater(t, s.Stats().DeviceLosses, losses)

	// and comes back
	p.start(t)
	last := position(s)
	await(t, 60*time.Second, "the device is back", func() bool {
		now := position(s)
		assert.GreaterOrEqual(t, now, last)
		last = now
		return s.Stats().Output == "device"
	})
	assert.Greater(t, s.Stats().DeviceOpens, 1)
	r, _ = p.record(t)
	await(t, time.Minute, "a clean tone", r.clean)
}
