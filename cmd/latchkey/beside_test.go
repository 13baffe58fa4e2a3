package main_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
	"latchkey/player/mediatest"
)

const (
	besideLength = 20 * time.Second // of what each player plays
	besideLimit  = 2 * time.Minute  // for one run, start and end included
)

// besideStream is 1080p at 30 pictures a second with a magenta corner, by which its picture is known on the screen.
var besideStream = mediatest.HLSSpec{Seconds: 2, Spec: mediatest.Spec{Video: "h264", Audio: "aac", Width: 1920, Height: 1080,
	FrameRate: "30", KeyEvery: 60, Frames: 660, Arguments: []string{"-vf", "drawbox=x=1440:y=810:w=480:h=270:color=magenta:t=fill"}}}

// BenchmarkBeside plays one AES-128 stream in Latchkey and in other players, one after the other, full screen on the same
// display: from the start of the process to the first picture on the screen, processor seconds a played minute, and the
// most memory. Players that are not installed are left out.
//
//	go test -run '^$' -bench Beside -benchtime 3x ./cmd/latchkey
func BenchmarkBeside(b *testing.B) {
	length := strconv.Itoa(int(besideLength / time.Second))
	latchkey := []string{"--fullscreen", "--exit", "--length", length + "s"}
	players := []struct {
		name    string
		command []string
	}{
		{"latchkey", append([]string{program(b)}, latchkey...)},
		{"latchkey-shader", append([]string{program(b), "--renderer", "shader"}, latchkey...)},
		{"latchkey-image", append([]string{program(b), "--renderer", "image"}, latchkey...)},
		{"mpv", []string{"mpv", "--no-config", "--fs", "--vo=gpu", "--gpu-context=x11egl", "--ao=pulse", "--really-quiet", "--length=" + length}},
		{"ffplay", []string{"ffplay", "-hide_banner", "-loglevel", "quiet", "-fs", "-autoexit", "-t", length}},
	}
	stream := mediatest.MakeHLS(b, besideStream)
	origin, err := networktest.NewOrigin(networktest.Options{FS: os.DirFS(stream.Folder), Encryption: networktest.Encryption{On: true}})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, origin.Close()) })
	d := newDesktop(b, 1280, 720)
	for _, p := range players {
		b.Run(p.name, func(b *testing.B) {
			if _, err := exec.LookPath(p.command[0]); err != nil {
				b.Skipf("%s is not installed", p.command[0])
			}
			var total usage
			for b.Loop() {
				report := filepath.Join(b.TempDir(), "report.json")
				command := p.command
				if strings.HasPrefix(p.name, "latchkey") {
					command = append(command[:len(command):len(command)], "--report", report)
				}
				one := d.play(b, append(command, origin.URL("index.m3u8")))
				total.first += one.first
				total.processor += one.processor
				total.memory = max(total.memory, one.memory)
				if text, err := os.ReadFile(report); err == nil {
					total.dropped += readReport(b, report).Frames.Dropped
					require.NotEmpty(b, text)
				}
			}
			n := float64(b.N)
			b.ReportMetric(float64(total.first.Milliseconds())/n, "ms-to-picture")
			b.ReportMetric(total.processor.Seconds()*float64(time.Minute/besideLength)/n, "cpu-s/min")
			b.ReportMetric(float64(total.memory)/1024, "MiB")
			if strings.HasPrefix(p.name, "latchkey") {
				b.ReportMetric(float64(total.dropped)/n, "dropped")
			}
		})
	}
}

// usage is what a player took.
type usage struct {
	first     time.Duration // from the start to the first picture on the screen
	processor time.Duration
	memory    int64 // KiB, the most that was resident
	dropped   int
}

// play runs a player until it ends by itself.
func (d *desktop) play(b *testing.B, command []string) usage {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), besideLimit)
	defer cancel()
	process := exec.CommandContext(ctx, command[0], command[1:]...)
	process.Env = d.environment()
	process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
	process.WaitDelay = endGrace
	started := time.Now()
	require.NoError(b, process.Start())
	var taken usage
	err := every(ctx, 2*time.Millisecond, func() (bool, error) {
		magenta, err := d.corner()
		if magenta {
			taken.first = time.Since(started)
		}
		return magenta, err
	})
	ended := process.Wait()
	require.NoError(b, err, "no picture of %s", command[0])
	require.NoError(b, ended, command[0])
	spent, ok := process.ProcessState.SysUsage().(*syscall.Rusage)
	require.True(b, ok)
	taken.processor = process.ProcessState.UserTime() + process.ProcessState.SystemTime()
	taken.memory = spent.Maxrss
	return taken
}

// corner says whether the lower right of the display is magenta. It reads a single pixel, so that looking costs the
// players nothing.
func (d *desktop) corner() (bool, error) {
	file, err := os.Open(d.framebuffer)
	if err != nil {
		return false, err
	}
	defer file.Close()
	var header [100]byte
	if _, err := file.ReadAt(header[:], 0); err != nil {
		return false, err
	}
	field := func(i int) int64 {
		var v int64
		for _, c := range header[4*i : 4*i+4] {
			v = v<<8 | int64(c)
		}
		return v
	}
	width, height, stride := field(4), field(5), field(12)
	var pixel [4]byte // blue first
	at := field(0) + 12*field(19) + stride*(height*7/8) + 4*(width*7/8)
	if _, err := file.ReadAt(pixel[:], at); err != nil {
		return false, fmt.Errorf("the display's memory: %w", err)
	}
	return pixel[0] > 180 && pixel[1] < 90 && pixel[2] > 180, nil
}
