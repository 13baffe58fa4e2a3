package video

import (
	"context"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// screen is the one window of the tests: Fyne ends with its last window.
var screen testScreen

// TestMain gives the main goroutine to Fyne, which must have it, and runs the tests in another. They
// draw with the real OpenGL driver into a virtual X server.
func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	stop, err := startXvfb(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "start Xvfb:", err)
		return 1
	}
	defer stop()
	a := app.NewWithID("latchkey.video.test")
	screen.open(a, "video")
	code := make(chan int, 1)
	a.Lifecycle().SetOnStarted(func() {
		go func() {
			code <- m.Run()
			fyne.Do(a.Quit)
		}()
	})
	a.Run()
	return <-code
}

// startXvfb starts an X server on a display of its own choice and points DISPLAY at it. stop ends it
// and waits for its end.
func startXvfb(ctx context.Context) (stop func(), err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	cmd := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1920x1080x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{write}
	err = cmd.Start()
	write.Close()
	if err != nil {
		return nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	number, err := io.ReadAll(io.LimitReader(&firstLine{r: read}, 16))
	if err != nil || len(number) == 0 {
		stop()
		return nil, fmt.Errorf("no display: %w", err)
	}
	return stop, os.Setenv("DISPLAY", ":"+strings.TrimSpace(string(number)))
}

// firstLine ends at the first line's end.
type firstLine struct {
	r    io.Reader
	done bool
}

func (f *firstLine) Read(p []byte) (int, error) {
	if f.done || len(p) == 0 {
		return 0, io.EOF
	}
	n, err := f.r.Read(p[:1])
	f.done = n == 1 && p[0] == '\n'
	return n, err
}

// testScreen is a window whose paintings can be waited for.
type testScreen struct {
	window  fyne.Window
	signal  *canvas.Rectangle
	painted chan struct{} // has an element after a painting that was armed
	armed   bool          // owned by the Fyne goroutine, like those below
	pixels  []byte        // what was painted: RGBA from the lower left corner
	width   int           // of pixels
	height  int
	blind   bool // do not read what was painted
}

func (s *testScreen) open(a fyne.App, title string) {
	s.painted = make(chan struct{}, 1)
	s.signal = canvas.NewRectangle(onSignal{s})
	s.signal.Resize(fyne.NewSquareSize(1))
	s.window = a.NewWindow(title)
	s.window.SetPadded(false)
	s.window.SetContent(container.NewWithoutLayout(s.signal))
	s.window.Resize(fyne.NewSize(320, 240))
	s.window.Show()
}

type onSignal struct{ screen *testScreen }

// RGBA implements color.Color: Fyne asks for it while it paints, after all else is painted. Reading
// there is what canvas.Capture does from the front buffer, which Mesa's software drivers leave black.
func (o onSignal) RGBA() (r, g, b, a uint32) {
	if s := o.screen; s.armed {
		s.armed = false
		if !s.blind {
			s.pixels, s.width, s.height = readWindow()
		}
		s.painted <- struct{}{}
	}
	return 0, 0, 0, 0
}

// place makes o, width by height, the window's content. The X server resizes the window in its own
// time, so it is painted until that has come through.
func (s *testScreen) place(o fyne.CanvasObject, width, height float32) {
	var want image.Point
	resize := func() {
		s.window.Resize(fyne.NewSize(width, height))
		want.X, want.Y = s.window.Canvas().PixelCoordinateForPosition(fyne.NewPos(width, height))
	}
	s.paint(func() {
		s.window.SetContent(container.NewStack(o, container.NewWithoutLayout(s.signal)))
		resize()
	})
	for image.Pt(s.width, s.height) != want {
		s.paint(resize)
	}
}

// paint runs f on the Fyne goroutine and returns when what it changed is in the window.
func (s *testScreen) paint(f func()) {
	fyne.DoAndWait(func() {
		f()
		s.armed = true
		canvas.Refresh(s.signal)
	})
	<-s.painted
	fyne.DoAndWait(func() {}) // the painting that signalled has ended
}

// capture returns what the last painting made of the width by height pixels from the window's upper
// left corner.
func (s *testScreen) capture(width, height int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	fyne.DoAndWait(func() {
		for y := range min(height, s.height) {
			from := s.pixels[4*s.width*(s.height-1-y):]
			copy(out.Pix[out.PixOffset(0, y):out.PixOffset(0, y)+4*width], from[:4*min(width, s.width)])
		}
	})
	return out
}
