package video

import (
	"syscall"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"latchkey/player/frame"
	"latchkey/player/libav"
)

// BenchmarkView shows decoded 1080p pictures in a window of 1280x720. The metric that counts is
// cpu-ms/frame: the time of all threads, those of a software OpenGL among them.
func BenchmarkView(b *testing.B) {
	ways := []struct {
		name string
		way  path
	}{
		{"shader", pathShader},
		{"image", pathBlit},
		{"image without blit", pathCanvasImage},
	}
	for _, test := range ways {
		b.Run(test.name, func(b *testing.B) {
			scaler := libav.NewScaler()
			defer scaler.Close()
			o := Options{Renderer: Image, Convert: scaler}
			if test.way == pathShader {
				o.Renderer = Shader
			}
			v := New(o)
			screen.place(v, 1280, 720)
			if test.way == pathCanvasImage {
				screen.paint(func() { v.surface.enabled = false })
			}
			var frames [4]*frame.Video
			for i := range frames {
				frames[i] = source(b, frame.Video{
					Width: 1920, Height: 1080, Format: frame.YUV420P, Matrix: frame.MatrixBT709, Range: frame.RangeLimited,
				}, 0)
			}
			b.ReportAllocs()
			b.ResetTimer()
			before := cpuTime(b)
			for i := range b.N {
				f := frames[i%len(frames)]
				if err := v.Prepare(f); err != nil {
					b.Fatal(err)
				}
				fyne.DoAndWait(func() {
					v.SetFrame(f)
					screen.armed, screen.blind = true, true
					canvas.Refresh(screen.signal)
				})
				<-screen.painted
				fyne.DoAndWait(func() { screen.blind = false })
			}
			b.ReportMetric((cpuTime(b)-before)*1e3/float64(b.N), "cpu-ms/frame")
			b.StopTimer()
			screen.paint(func() { v.Clear() })
		})
	}
}

// cpuTime is what this process has used so far, in seconds.
func cpuTime(b *testing.B) float64 {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}
